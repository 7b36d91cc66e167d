//! An input-output table as records: from which sector, to which sector, how much.

use super::{Layout, PERIODS, Refused, Titles};
use crate::records::{Kind, Planned};
use palenque_graph::diagnostic::shown;

/// A row per flow, per delivery to a category of final demand, and per entry of a row below the sectors.
pub struct LongTable;

const FROM_SECTORS: &[&str] = &[
    "from_sector",
    "sector_from",
    "source_sector",
    "seller_sector",
    "origin_sector",
    "row_sector",
    "from_industry",
    "rowii",
    "rowpi",
];
const TO_SECTORS: &[&str] = &[
    "to_sector",
    "sector_to",
    "target_sector",
    "buyer_sector",
    "destination_sector",
    "column_sector",
    "to_industry",
    "colii",
    "colpi",
];
const FROM_REGIONS: &[&str] = &[
    "from_region",
    "region_from",
    "source_region",
    "seller_region",
    "origin_region",
    "row_region",
    "from_country",
    "country_from",
    "refarea",
];
const TO_REGIONS: &[&str] = &[
    "to_region",
    "region_to",
    "target_region",
    "buyer_region",
    "destination_region",
    "column_region",
    "to_country",
    "country_to",
    "counterpartarea",
];
const VALUES: &[&str] = &["value", "weight", "amount", "flow", "obsvalue"];

impl LongTable {
    /// Whether titles are those of such records.
    pub(crate) fn fits(titles: &Titles<'_>) -> bool {
        let is_there = |name, aliases| titles.column(name, aliases).is_some();
        is_there("from_sector", FROM_SECTORS) && is_there("to_sector", TO_SECTORS)
    }
}

impl Layout for LongTable {
    fn name(&self) -> &'static str {
        "long_table"
    }

    fn plan(&self, titles: &Titles<'_>) -> Result<Vec<Planned>, Refused> {
        titles.require(&[
            "from_sector",
            "to_sector",
            "from_region",
            "to_region",
            "value",
            "period",
        ])?;
        let needed = [("from_sector", FROM_SECTORS), ("to_sector", TO_SECTORS), ("value", VALUES)];
        let mut plan = Vec::new();
        for (name, aliases) in needed {
            let at = titles.column(name, aliases).ok_or_else(|| {
                let what = format!("no column is `{name}`; the columns are {}", titles.listed());
                Refused::new(
                    "E0301",
                    what,
                    format!("name it `{name}`, or pass `--map {name}=COLUMN`"),
                )
            })?;
            let kind = if name == "value" { Kind::Number } else { Kind::Text };
            plan.push(titles.planned(at, name, kind));
        }
        let regions = [("from_region", FROM_REGIONS), ("to_region", TO_REGIONS)];
        let regions = regions.map(|(name, aliases)| (name, titles.column(name, aliases)));
        if let [(_, Some(from)), (_, Some(to))] = regions {
            plan.push(titles.planned(from, "from_region", Kind::Text));
            plan.push(titles.planned(to, "to_region", Kind::Text));
        } else if let Some(at) = regions.iter().find_map(|(_, at)| *at) {
            let there = shown(&titles.titles[at]);
            let what = format!("`{there}` is there, and no column for the other region");
            let help = "regions need both `from_region` and `to_region`";
            return Err(Refused::new("E0301", what, help));
        }
        let others = [("period", PERIODS), ("unit", &["unit"][..])];
        for (name, aliases) in others {
            if let Some(at) = titles.column(name, aliases) {
                plan.push(titles.planned(at, name, Kind::Text));
            }
        }
        Ok(plan)
    }

    fn default_titles(&self) -> &'static [&'static str] {
        &["from_sector", "to_sector", "value"]
    }
}
