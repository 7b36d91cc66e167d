//! What the columns of a file mean: a layout turns a header into a plan of what is read as what.
//!
//! A file has a format (how its bytes become rows, [`crate::reader`]) and a layout; any format may hold any
//! layout.

pub mod account_list;
pub mod edge_list;
pub mod final_demand;
pub mod graph_edges;
pub(crate) mod header;
pub mod long_table;
pub mod node_list;
pub mod relation_list;
pub mod side_list;

use crate::policy::Policy;
use crate::records::{Kind, Planned};
use crate::source::Refusal;
use palenque_graph::diagnostic::shown;
use std::collections::BTreeSet;

/// The meaning of the columns of one sort of file.
pub trait Layout: Sync {
    /// Its name, such as `edge_list`.
    fn name(&self) -> &'static str;

    /// Which columns are read as what.
    ///
    /// # Errors
    /// E0301 where a column is missing, E0302 where several could be meant.
    fn plan(&self, titles: &Titles<'_>) -> Result<Vec<Planned>, Refused>;

    /// Names of the columns of a file without a header.
    fn default_titles(&self) -> &'static [&'static str];
}

/// Why a header does not fit a layout: a code, what, and what to do.
#[derive(Clone, Debug)]
pub struct Refused {
    pub(crate) refusal: Refusal,
}

impl Refused {
    pub(crate) fn new(id: &'static str, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { refusal: Refusal::new(id, what, help) }
    }
}

/// The titles of a file's columns, and how the user maps them.
#[derive(Clone, Copy, Debug)]
pub struct Titles<'a> {
    titles: &'a [String],
    policy: &'a Policy,
}

impl<'a> Titles<'a> {
    pub(crate) fn new(titles: &'a [String], policy: &'a Policy) -> Self {
        Self { titles, policy }
    }

    /// The column that the user names for a palenque name, where this file has it.
    fn mapped(&self, name: &str) -> Option<usize> {
        self.find(self.policy.columns.get(name)?)
    }

    /// Refuses a file that lacks a column which the user named for one of these.
    fn require(&self, names: &[&str]) -> Result<(), Refused> {
        for name in names {
            let wanted = self.policy.columns.get(*name);
            if let Some(wanted) = wanted.filter(|wanted| self.find(wanted).is_none()) {
                let what = format!("there is no column `{}` to be `{name}`", shown(wanted));
                let help = format!("the columns are: {}", self.listed());
                return Err(Refused::new("E0301", what, help));
            }
        }
        Ok(())
    }

    /// The column of this title: as it is, else after trimming and lower-casing both.
    pub(crate) fn find(&self, title: &str) -> Option<usize> {
        let exact = self.titles.iter().position(|t| t == title);
        exact.or_else(|| self.titles.iter().position(|t| canonical(t) == canonical(title)))
    }

    /// The first alias that is a column.
    fn alias(&self, aliases: &[&str]) -> Option<usize> {
        aliases.iter().find_map(|alias| self.titles.iter().position(|t| canonical(t) == *alias))
    }

    /// A column by the user's mapping, else by its aliases.
    fn column(&self, name: &str, aliases: &[&str]) -> Option<usize> {
        self.mapped(name).or_else(|| self.alias(aliases))
    }

    fn planned(&self, at: usize, name: &str, kind: Kind) -> Planned {
        Planned { at, title: self.titles[at].clone(), name: name.into(), kind }
    }

    /// All titles, for a message.
    fn listed(&self) -> String {
        let mut list: Vec<String> =
            self.titles.iter().take(20).map(|t| format!("`{}`", shown(t))).collect();
        if self.titles.len() > 20 {
            list.push("…".into());
        }
        list.join(", ")
    }

    /// Two endpoint columns, by mapping or by the first pair of aliases that is there.
    fn endpoints(&self, pairs: &[(&str, &str)]) -> Result<(usize, usize), Refused> {
        let (source, target) = (self.mapped("source"), self.mapped("target"));
        if let (Some(source), Some(target)) = (source, target) {
            return Ok((source, target));
        }
        let there: Vec<(usize, usize)> = pairs
            .iter()
            .filter_map(|(s, t)| Some((self.alias(&[s])?, self.alias(&[t])?)))
            .collect();
        match there[..] {
            [(s, t)] => return Ok((source.unwrap_or(s), target.unwrap_or(t))),
            [first, second, ..] => {
                let pair =
                    |(s, t): (usize, usize)| format!("{}/{}", self.titles[s], self.titles[t]);
                let what =
                    format!("both {} and {} could be the endpoints", pair(first), pair(second));
                let help = "pass `--source-col NAME --target-col NAME`";
                return Err(Refused::new("E0302", what, help));
            }
            [] => {}
        }
        let seller = source.or_else(|| PAIRS.iter().find_map(|pair| self.alias(&[pair.0])));
        let buyer = target.or_else(|| PAIRS.iter().find_map(|pair| self.alias(&[pair.1])));
        if let (Some(seller), Some(buyer)) = (seller, buyer)
            && (source.is_some() || target.is_some())
        {
            return Ok((seller, buyer));
        }
        let missing = match (seller, buyer) {
            (Some(_), None) => "no column says who buys",
            (None, Some(_)) => "no column says who sells",
            _ => "no columns say who sells and who buys",
        };
        let accepted: Vec<String> = pairs.iter().map(|(s, t)| format!("{s},{t}")).collect();
        let what = format!("{missing}; the columns are {}", self.listed());
        let help = format!(
            "name them by one of the pairs {}, or pass `--source-col NAME --target-col NAME`",
            accepted.join(" · ")
        );
        Err(Refused::new("E0301", what, help))
    }

    /// Columns that are not among those taken, with a name.
    fn others(&self, taken: &BTreeSet<usize>) -> impl Iterator<Item = (usize, &'a str)> {
        let titles = self.titles.iter().enumerate();
        let free: Vec<(usize, &'a str)> = titles
            .filter(|(at, title)| !taken.contains(at) && !title.trim().is_empty())
            .map(|(at, title)| (at, title.trim()))
            .collect();
        free.into_iter()
    }

    /// palenque's name for a column, by the user's mapping.
    fn renamed(&self, at: usize) -> Option<&'a str> {
        let named = |(_, title): &(&String, &String)| self.find(title) == Some(at);
        self.policy.columns.iter().find(named).map(|(name, _)| name.as_str())
    }
}

/// The pairs of titles of seller and buyer.
const PAIRS: &[(&str, &str)] = &[
    ("source", "target"),
    ("from", "to"),
    ("seller", "buyer"),
    ("supplier", "customer"),
    ("src", "dst"),
    ("origin", "destination"),
    (":start_id", ":end_id"),
];

/// The titles of a node's id.
const IDS: &[&str] = &["id", "node_id", ":id", "node"];

/// The titles of a period.
const PERIODS: &[&str] = &["period", "year"];

/// Whether a column of this name holds text, whatever a typed file says: names of groups, periods and the like.
pub(crate) fn is_text(name: &str) -> bool {
    node_list::TEXTS.contains(&name) || ["layer", "product"].contains(&name)
}

/// A title as it is compared: trimmed, in lower case.
pub(crate) fn canonical(title: &str) -> String {
    title.trim().to_lowercase()
}
