//! Firms and their attributes: an id, the columns palenque knows by type, and any others as text, with the numbers that it says where
//! every value is one.

use super::{IDS, Layout, Refused, Titles};
use crate::records::{Kind, Planned};
use std::collections::BTreeSet;

/// A row per node.
pub struct NodeList;

/// Columns that hold numbers; all others hold text.
const NUMBERS: &[&str] = &[
    "output",
    "final_demand",
    "value_added",
    "imports",
    "exports",
    "product_imports",
    "employees",
    "capacity",
    "lat",
    "lon",
    "x",
    "y",
];

/// Columns that hold text.
pub(super) const TEXTS: &[&str] =
    &["name", "role", "stage", "sector", "region", "owner", "unit", "period", "year"];

/// Other titles of known columns, used where the column itself is not there.
const ALIASES: &[(&str, &str)] = &[
    ("country", "region"),
    ("industry", "sector"),
    ("label", "name"),
    ("latitude", "lat"),
    ("longitude", "lon"),
    ("lng", "lon"),
];

impl Layout for NodeList {
    fn name(&self) -> &'static str {
        "node_list"
    }

    fn plan(&self, titles: &Titles<'_>) -> Result<Vec<Planned>, Refused> {
        let id = titles.column("id", IDS).or_else(|| titles.alias(&["name"])).ok_or_else(|| {
            let what = format!("no column holds the ids; the columns are {}", titles.listed());
            Refused::new("E0301", what, "name it `id`, or pass `--map id=COLUMN`")
        })?;
        let mut plan = vec![titles.planned(id, "id", Kind::Id)];
        let others: Vec<(usize, String, bool)> = titles
            .others(&BTreeSet::from([id]))
            .map(|(at, title)| match titles.renamed(at) {
                Some(name) => (at, name.to_owned(), true),
                None => (at, known(title), false),
            })
            .collect();
        let is_there = |name: &str| others.iter().any(|(_, n, _)| n == name);
        for (at, name, mapped) in &others {
            let alias = ALIASES.iter().find(|(alias, _)| !mapped && alias == name);
            let name = match alias {
                Some((_, known)) if !is_there(known) => known,
                _ => name.as_str(),
            };
            if plan.iter().any(|p| p.name == name) {
                continue;
            }
            let kind = if NUMBERS.contains(&name) { Kind::Number } else { Kind::Text };
            plan.push(titles.planned(*at, name, kind));
        }
        Ok(plan)
    }

    fn default_titles(&self) -> &'static [&'static str] {
        &["id", "name"]
    }
}

/// The name of a column: lower-cased where palenque knows it, else as it is.
fn known(title: &str) -> String {
    let name = super::canonical(title);
    let is_known = NUMBERS.contains(&name.as_str())
        || TEXTS.contains(&name.as_str())
        || ALIASES.iter().any(|(alias, _)| *alias == name);
    if is_known { name } else { title.to_owned() }
}
