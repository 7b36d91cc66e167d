//! Final demand by node and category: an id, then a column of numbers a category.

use super::{IDS, Layout, Refused, Titles};
use crate::records::{Kind, Planned};
use std::collections::BTreeSet;

/// A row per node, a column per category.
pub struct FinalDemandTable;

impl Layout for FinalDemandTable {
    fn name(&self) -> &'static str {
        "final_demand"
    }

    fn plan(&self, titles: &Titles<'_>) -> Result<Vec<Planned>, Refused> {
        let id = titles.column("id", IDS).ok_or_else(|| {
            let what = format!("no column holds the ids; the columns are {}", titles.listed());
            Refused::new("E0301", what, "name it `id`, or pass `--map id=COLUMN`")
        })?;
        let mut plan = vec![titles.planned(id, "id", Kind::Id)];
        for (at, title) in titles.others(&BTreeSet::from([id])) {
            plan.push(titles.planned(at, title, Kind::Number));
        }
        if plan.len() == 1 {
            let what = "no column holds a category of final demand";
            return Err(Refused::new("E0301", what, "add a column of numbers per category"));
        }
        Ok(plan)
    }

    fn default_titles(&self) -> &'static [&'static str] {
        &["id", "final_demand"]
    }
}
