//! Parameters of metrics, by name.

use palenque_graph::SideTable;
pub use palenque_graph::diagnostic::nearest;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A parameter as `explain` prints it.
#[derive(Clone, Copy, Debug)]
pub struct ParamSpec {
    /// The name after the dot in `--set METRIC.PARAM=VALUE`.
    pub name: &'static str,
    /// The default, as one would type it.
    pub default: &'static str,
    /// What it does and which values it takes.
    pub meaning: &'static str,
}

impl ParamSpec {
    /// From the name, the default as one would type it, and the meaning.
    pub(crate) const fn new(
        name: &'static str,
        default: &'static str,
        meaning: &'static str,
    ) -> Self {
        Self { name, default, meaning }
    }
}

/// Titles of the column of a side table that names firms, the surest first.
pub(crate) const FIRM_TITLES: [&str; 3] = ["firm", "node_id", "id"];

/// A side table as `explain` prints it.
#[derive(Clone, Copy, Debug)]
pub struct SideSpec {
    /// The name before the `=` in `--input NAME=FILE`.
    pub name: &'static str,
    /// Its columns, as one would write the header; those in brackets may be missing.
    pub columns: &'static str,
    /// What it says, and whether the index can do without it.
    pub meaning: &'static str,
}

/// Parameter values and side tables by name. What is not set has its default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params {
    values: Map<String, Value>,
    sides: BTreeMap<String, Arc<SideTable>>,
}

/// Why parameters were refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParamError {
    /// No such parameter.
    #[error("there is no parameter `{name}`{}", suggest(.suggestion.as_ref(), .known))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest known name.
        suggestion: Option<String>,
        /// Every known name.
        known: Vec<&'static str>,
    },
    /// A value of the wrong type or out of range.
    #[error("{0}")]
    Value(String),
    /// A value that names something which the input does not have, such as a node.
    #[error("{0}")]
    NotThere(String),
}

fn suggest(nearest: Option<&String>, known: &[&str]) -> String {
    match nearest {
        Some(nearest) => format!("; did you mean `{nearest}`?"),
        None if known.is_empty() => "; it takes none".into(),
        None => format!("; it takes {}", known.join(", ")),
    }
}

impl Params {
    /// Sets a value, replacing an earlier one.
    pub fn set(&mut self, name: impl Into<String>, value: Value) {
        self.values.insert(name.into(), value);
    }

    /// The parameters with one more value.
    ///
    /// # Example
    /// ```
    /// # use palenque_metrics::Params;
    /// let params = Params::default().with("damping", 0.9.into());
    /// ```
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: Value) -> Self {
        self.set(name, value);
        self
    }

    /// The parameters with one more side table.
    #[must_use]
    pub fn with_side(mut self, name: impl Into<String>, table: Arc<SideTable>) -> Self {
        self.sides.insert(name.into(), table);
        self
    }

    /// The values, by name.
    #[must_use]
    pub fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    /// The side table of this name, where there is one.
    #[must_use]
    pub fn side(&self, name: &str) -> Option<&SideTable> {
        self.sides.get(name).map(|table| &**table)
    }

    /// No parameters, and of the side tables only this one.
    #[must_use]
    pub(crate) fn only_side(&self, name: &str) -> Self {
        let table = self.sides.get_key_value(name);
        let sides = table.map(|(name, table)| (name.clone(), table.clone())).into_iter().collect();
        Self { sides, ..Self::default() }
    }

    /// The same parameters for one period of several: of side tables with a column `period`, the rows of that period and those
    /// of none. A network without periods, whose only one has no name, keeps all rows: the metric says that they are of several.
    ///
    /// # Example
    /// ```
    /// # use palenque_graph::SideTable;
    /// # use palenque_metrics::Params;
    /// let rows = [(2, "1994"), (3, "1995"), (4, "")].map(|(line, p)| (line, vec![p.to_owned()]));
    /// let tasks = SideTable::new("tasks.csv", vec!["period".into()], rows.to_vec());
    /// let params = Params::default().with_side("tasks", tasks.into()).of_period("1995");
    /// let lines: Vec<u64> = params.side("tasks").expect("a table").rows().map(|row| row.0).collect();
    /// assert_eq!(lines, [3, 4]);
    /// ```
    #[must_use]
    pub fn of_period(&self, period: &str) -> Self {
        let kept = |table: &Arc<SideTable>| match table.column("period") {
            Some(column) if !period.is_empty() => Arc::new(table.filter(|cells| {
                let cell = cells[column].trim();
                cell.is_empty() || cell == period
            })),
            _ => table.clone(),
        };
        let sides = self.sides.iter().map(|(name, table)| (name.clone(), kept(table))).collect();
        Self { values: self.values.clone(), sides }
    }

    /// The same parameters for a network whose firms have other names, some several and some none: of side tables with a column of
    /// firms, each row once for every name that `names` has for its firm.
    pub(crate) fn of_copies(&self, names: &impl Fn(&str) -> Vec<String>) -> Self {
        let renamed = |table: &Arc<SideTable>| {
            let firms = FIRM_TITLES.into_iter().find_map(|title| table.column(title));
            firms.map_or_else(|| table.clone(), |column| Arc::new(table.renamed(column, names)))
        };
        let sides = self.sides.iter().map(|(name, table)| (name.clone(), renamed(table))).collect();
        Self { values: self.values.clone(), sides }
    }

    /// The names of the parameters that `known` does not list.
    ///
    /// # Errors
    /// [`ParamError::Unknown`], with the nearest known name.
    pub fn check_names(&self, known: &[ParamSpec]) -> Result<(), ParamError> {
        let Some(name) =
            self.values.keys().find(|key| known.iter().all(|p| p.name != key.as_str()))
        else {
            return Ok(());
        };
        let known: Vec<&'static str> = known.iter().map(|p| p.name).collect();
        let suggestion = nearest(name, known.iter().copied()).map(str::to_owned);
        Err(ParamError::Unknown { name: name.clone(), suggestion, known })
    }

    /// The typed configuration of a metric. The configuration's `Deserialize` has
    /// `#[serde(default, deny_unknown_fields)]`; ranges are checked by the metric's function.
    ///
    /// # Errors
    /// [`ParamError::Value`] when a value has the wrong type.
    pub fn decode<C: DeserializeOwned>(&self) -> Result<C, ParamError> {
        C::deserialize(&Value::Object(self.values.clone()))
            .map_err(|e| ParamError::Value(e.to_string()))
    }
}

/// `; did you mean …?`, or nothing where no known name is near.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(name, known).map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    static DAMPING: ParamSpec = ParamSpec { name: "damping", default: "0.85", meaning: "" };

    #[test]
    fn a_misspelt_parameter_is_an_error_with_a_suggestion() {
        let error = Params::default().with("dampign", 0.9.into()).check_names(&[DAMPING]);
        let message = error.expect_err("refused").to_string();
        assert_eq!(message, "there is no parameter `dampign`; did you mean `damping`?");
    }
}
