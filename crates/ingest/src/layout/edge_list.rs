//! Who supplies whom: two endpoints, a flow, perhaps a period, and whatever else a row says.

use super::{Layout, PAIRS, PERIODS, Refused, Titles};
use crate::records::{Kind, Planned};
use std::collections::BTreeSet;

/// A row per supply record.
pub struct EdgeList;

const WEIGHTS: &[&str] = &["weight", "value", "amount", "flow"];

impl Layout for EdgeList {
    fn name(&self) -> &'static str {
        "edge_list"
    }

    fn plan(&self, titles: &Titles<'_>) -> Result<Vec<Planned>, Refused> {
        titles.require(&["source", "target", "weight", "period"])?;
        Ok(beside_ends(titles, titles.endpoints(PAIRS)?))
    }

    fn default_titles(&self) -> &'static [&'static str] {
        &["source", "target", "weight"]
    }
}

/// The plan for records whose ends are in these columns: weight, period, and all others.
pub(super) fn beside_ends(titles: &Titles<'_>, (source, target): (usize, usize)) -> Vec<Planned> {
    let mut plan = vec![
        titles.planned(source, "source", Kind::Id),
        titles.planned(target, "target", Kind::Id),
    ];
    if let Some(at) = titles.column("weight", WEIGHTS) {
        plan.push(titles.planned(at, "weight", Kind::Number));
    }
    if let Some(at) = titles.column("period", PERIODS) {
        plan.push(titles.planned(at, "period", Kind::Text));
    }
    let taken: BTreeSet<usize> = plan.iter().map(|p| p.at).collect();
    for (at, title) in titles.others(&taken) {
        let name = titles.renamed(at).map_or_else(|| super::canonical(title), Into::into);
        let is_number = matches!(&*name, "quantity" | "capacity");
        let kind = if is_number { Kind::Number } else { Kind::Text };
        plan.push(titles.planned(at, &name, kind));
    }
    plan
}
