//! Ties other than supply: two endpoints and whatever a row says about the tie.

use super::{Layout, PAIRS, Refused, Titles};
use crate::records::{Kind, Planned};
use std::collections::BTreeSet;

/// A row per tie. Endpoints under the titles of an edge list make a directed relation, under `a,b` and the like
/// an undirected one.
pub struct RelationList;

/// Titles of two partners of whom none comes first.
const PARTNERS: &[(&str, &str)] =
    &[("a", "b"), ("node_a", "node_b"), ("firm_a", "firm_b"), ("node1", "node2")];

/// Columns of a tie that hold numbers.
const NUMBERS: &[&str] = &["weight", "value", "amount", "share", "strength"];

impl Layout for RelationList {
    fn name(&self) -> &'static str {
        "relation_list"
    }

    fn plan(&self, titles: &Titles<'_>) -> Result<Vec<Planned>, Refused> {
        let undirected =
            PARTNERS.iter().any(|(a, b)| titles.alias(&[a]).and(titles.alias(&[b])).is_some());
        let pairs = if undirected { PARTNERS } else { PAIRS };
        let (from, to) = titles.endpoints(pairs)?;
        let names = if undirected { ["a", "b"] } else { ["source", "target"] };
        let mut plan =
            vec![titles.planned(from, names[0], Kind::Id), titles.planned(to, names[1], Kind::Id)];
        for (at, title) in titles.others(&BTreeSet::from([from, to])) {
            let name = titles.renamed(at).map_or_else(|| super::canonical(title), Into::into);
            let kind = if NUMBERS.contains(&name.as_str()) { Kind::Number } else { Kind::Text };
            plan.push(titles.planned(at, &name, kind));
        }
        Ok(plan)
    }

    fn default_titles(&self) -> &'static [&'static str] {
        &["source", "target"]
    }
}
