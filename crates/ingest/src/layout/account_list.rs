//! Accounts of nodes by period: an id, a period where there are several, then columns of numbers such as `output`,
//! `final_demand`, `value_added`, `imports`, `employees`.

use super::{IDS, Layout, PERIODS, Refused, Titles};
use crate::records::{Kind, Planned};
use std::collections::BTreeSet;

/// A row per node and period.
pub struct AccountList;

impl Layout for AccountList {
    fn name(&self) -> &'static str {
        "account_list"
    }

    fn plan(&self, titles: &Titles<'_>) -> Result<Vec<Planned>, Refused> {
        let id = titles.column("id", IDS).ok_or_else(|| {
            let what = format!("no column holds the ids; the columns are {}", titles.listed());
            Refused::new("E0301", what, "name it `id`, or pass `--map id=COLUMN`")
        })?;
        let mut plan = vec![titles.planned(id, "id", Kind::Id)];
        let mut taken = BTreeSet::from([id]);
        if let Some(period) = titles.column("period", PERIODS) {
            plan.push(titles.planned(period, "period", Kind::Text));
            taken.insert(period);
        }
        let keys = plan.len();
        for (at, title) in titles.others(&taken) {
            let name = titles.renamed(at).map_or_else(|| super::canonical(title), str::to_owned);
            plan.push(titles.planned(at, &name, Kind::Number));
        }
        if plan.len() == keys {
            let what = "no column holds an account";
            let help = "add columns of numbers such as `output` and `value_added`";
            return Err(Refused::new("E0301", what, help));
        }
        Ok(plan)
    }

    fn default_titles(&self) -> &'static [&'static str] {
        &["id", "output"]
    }
}
