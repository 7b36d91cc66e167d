//! The make table and the use table of a supply and use framework.
//!
//! The make table has a row an industry and a column a product; the use table a row a product, a column an industry,
//! categories of final demand behind and value added below. Sums stand inside as the Bureau of Economic Analysis
//! publishes them (rows T005, T006, T007, T008 and columns T001, T004, T007, T008) or by any word for a sum; they
//! are set aside by name and never counted.
//!
//! # Source
//! U.S. Bureau of Economic Analysis, Input-Output Accounts Data, make and use tables after redefinitions, and
//! Horowitz and Planting (2009), Concepts and Methods of the U.S. Input-Output Accounts, ch. 4.

use super::TableLayout;
use crate::io_table::{ColumnRole, Head, Label, Plan, RowNamer, RowRole, names};
use crate::reader::Confidence;
use crate::source::Refusal;
use std::collections::BTreeSet;

/// A make table: industries × products.
pub(crate) struct Make;

/// A use table, whose industries and products are those of a make table.
pub(crate) struct Use {
    /// The rows of the make table.
    pub(crate) industries: BTreeSet<String>,
    /// The columns of the make table.
    pub(crate) products: BTreeSet<String>,
}

impl TableLayout for Make {
    fn name(&self) -> &'static str {
        "make"
    }

    /// Only where the user says so: a make table and a table of sectors look the same.
    fn recognise(&self, _: &Head<'_>) -> Confidence {
        Confidence::No
    }

    fn plan(&self, head: &Head<'_>) -> Result<Plan, Refusal> {
        let policy = head.policy.clone();
        let column = |title: &str| match names::column_role(title, None, head.policy) {
            Some(ColumnRole::Output | ColumnRole::Skip) => ColumnRole::Skip,
            _ if is_sum(title) => ColumnRole::Skip,
            _ => ColumnRole::Sector(Label::plain(title)),
        };
        let rows = move |labels: &[&str]| {
            let label = labels.first().copied().unwrap_or_default();
            match names::row_role(label, &policy) {
                Some(RowRole::Output | RowRole::Skip) => RowRole::Skip,
                _ if is_sum(label) => RowRole::Skip,
                _ => RowRole::Sector(Label::plain(label)),
            }
        };
        Ok(plan(head, column, Box::new(rows)))
    }
}

impl TableLayout for Use {
    fn name(&self) -> &'static str {
        "use"
    }

    fn recognise(&self, _: &Head<'_>) -> Confidence {
        Confidence::No
    }

    fn plan(&self, head: &Head<'_>) -> Result<Plan, Refusal> {
        let policy = head.policy.clone();
        let column = |title: &str| {
            if self.industries.contains(title) {
                return ColumnRole::Sector(Label::plain(title));
            }
            match names::column_role(title, None, head.policy) {
                Some(ColumnRole::Output) => ColumnRole::Skip,
                Some(role) => role,
                None if is_sum(title) => ColumnRole::Skip,
                None if is_code(title, 'F') => ColumnRole::FinalDemand(Label::plain(title)),
                None => ColumnRole::Sector(Label::plain(title)),
            }
        };
        let products = self.products.clone();
        let mut is_below = false;
        let rows = move |labels: &[&str]| {
            let label = labels.first().copied().unwrap_or_default();
            if products.contains(label) {
                return RowRole::Sector(Label::plain(label));
            }
            let role = match names::row_role(label, &policy) {
                Some(role) => role,
                None if is_sum(label) => RowRole::Skip,
                None if is_code(label, 'V') => RowRole::ValueAdded(label.into()),
                None if is_below => RowRole::Satellite(label.into(), None),
                None => return RowRole::Sector(Label::plain(label)),
            };
            is_below |= role != RowRole::Skip;
            role
        };
        Ok(plan(head, column, Box::new(rows)))
    }
}

/// The first column labels the rows; a second one that only describes them is passed over.
fn plan(head: &Head<'_>, column: impl Fn(&str) -> ColumnRole, rows: RowNamer) -> Plan {
    let describes = |title: &str| {
        ["name", "description", "industry_description", "commodity_description"]
            .contains(&names::word(title).as_str())
    };
    let columns = (0..head.width()).map(|at| match (at, head.cell(0, at)) {
        (0, _) => ColumnRole::Label,
        (1, title) if describes(title) => ColumnRole::Skip,
        (_, "") => ColumnRole::Blank,
        (_, title) => column(title),
    });
    let columns = columns.collect();
    Plan { n_header: 1, title_row: 0, columns, rows, period: None, unit: None }
}

/// Whether a label is a word for a sum, or `T` and three digits.
fn is_sum(label: &str) -> bool {
    let digits = label.strip_prefix('T').unwrap_or_default();
    digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()) || names::is_total(label)
}

/// Whether a label is a code of the Bureau of Economic Analysis: a letter and digits first.
fn is_code(label: &str, letter: char) -> bool {
    let digits = label.strip_prefix(letter).unwrap_or_default();
    digits.len() >= 3
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}
