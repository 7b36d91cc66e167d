//! From `--metrics` to what is computed: a name is a column or figure first, then a metric, then an @family; `NAME.*` is a metric for
//! certain.

use palenque_graph::table::{Alignment, ColumnSpec};
use palenque_graph::{Diagnostic, Table, TableId};
use palenque_metrics::{
    Family, Metric, MetricError, MetricSpec, ParamError, Params, find, nearest,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How a metric came to be computed: decides what happens when it has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asked {
    /// As one of the core set or of @all: left out in silence.
    Default,
    /// As one of a family: left out with a warning when an input is missing.
    Family,
    /// By its name or a column's: no result is an error.
    Name,
}

/// A metric and what is kept of it.
#[derive(Clone)]
pub(crate) struct Pick {
    /// The metric.
    pub(crate) metric: &'static dyn Metric,
    /// How it was asked for.
    pub(crate) asked: Asked,
    /// The columns and figures to keep; `None` keeps all.
    keep: Option<BTreeSet<&'static str>>,
}

impl Pick {
    /// A metric that need not be in the registry, all of it.
    #[cfg(test)]
    pub(crate) fn whole(metric: &'static dyn Metric, asked: Asked) -> Self {
        Self { metric, asked, keep: None }
    }

    /// The metric's description.
    pub(crate) fn spec(&self) -> &'static MetricSpec {
        self.metric.spec()
    }

    /// What of the metric's columns and figures is kept, with their tables.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (TableId, &'static ColumnSpec)> + '_ {
        let keep = |name: &str| self.keep.as_ref().is_none_or(|keep| keep.contains(name));
        let outputs = self.spec().outputs.iter();
        outputs
            .flat_map(|o| o.columns.iter().map(|c| (o.table, c)))
            .filter(move |(_, column)| keep(column.name))
    }

    /// The tables without what was not asked for.
    pub(crate) fn kept(&self, tables: Vec<Table>) -> Vec<Table> {
        let Some(keep) = &self.keep else { return tables };
        let wanted = |table: Table| match (table.id(), table.id().alignment()) {
            (TableId::NetworkSummary, _) => {
                let is_kept =
                    |row: usize| table.text("metric", row).is_some_and(|name| keep.contains(name));
                Some(table.filter_rows(is_kept)).filter(|table| table.n_rows() > 0)
            }
            (_, Alignment::Long) => {
                let asked = table.columns().iter().any(|c| keep.contains(c.spec.name));
                asked.then_some(table)
            }
            _ => {
                let table = table.retain_columns(|spec| keep.contains(spec.name));
                (!table.columns().is_empty()).then_some(table)
            }
        };
        tables.into_iter().filter_map(wanted).collect()
    }
}

/// What is computed, metrics in the order of the registry.
#[derive(Clone, Default)]
pub(crate) struct Selection {
    /// The metrics.
    pub(crate) picks: Vec<Pick>,
    /// The columns in the order of asking, where only columns were asked for.
    pub(crate) order: Vec<&'static str>,
}

/// A name that is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unknown {
    /// The position in the list.
    pub(crate) position: usize,
    /// The name.
    pub(crate) name: String,
}

impl Unknown {
    /// The finding, without a place.
    pub(crate) fn diagnostic(&self) -> Diagnostic {
        let name = palenque_graph::diagnostic::shown(&self.name);
        let found = Diagnostic::new("E0705", format!("there is no metric or column `{name}`"));
        let known = names();
        match nearest(&self.name, known.iter().copied()) {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None => found.help("`palenque list metrics` and `palenque list columns` name them"),
        }
    }
}

/// Every name that `--metrics` takes: columns, metrics, families.
pub(crate) fn names() -> BTreeSet<&'static str> {
    static FAMILIES: &[&str] = &[
        "@centrality",
        "@fragmentation",
        "@linkage",
        "@clustering",
        "@flexibility",
        "@change",
        "@resilience",
        "@technology",
        "@space",
        "@composite",
        "@all",
    ];
    let metrics = palenque_metrics::all().flat_map(|metric| {
        let spec = metric.spec();
        spec.columns().map(|(_, c)| c.name).chain([spec.name]).collect::<Vec<_>>()
    });
    metrics.chain(FAMILIES.iter().copied()).collect()
}

/// Whether rows of a table are neither nodes, edges nor figures.
fn is_long(table: TableId) -> bool {
    table.alignment() == Alignment::Long && table != TableId::NetworkSummary
}

/// The metrics that are computed with others of their family.
fn together() -> impl Iterator<Item = &'static dyn Metric> {
    palenque_metrics::all().filter(|metric| !metric.by_name_only())
}

/// The metrics with a column or figure of this name. A column of a long table gives way to others of its name.
fn columns_named(name: &str) -> Vec<(&'static dyn Metric, &'static str)> {
    let of = |wanted: fn(TableId) -> bool| {
        let column = |metric: &'static dyn Metric| {
            let mut columns = metric.spec().columns();
            let (_, column) = columns.find(|(table, c)| c.name == name && wanted(*table))?;
            Some((metric, column.name))
        };
        palenque_metrics::all().filter_map(column).collect::<Vec<_>>()
    };
    let found = of(|table| !is_long(table));
    if found.is_empty() { of(is_long) } else { found }
}

impl Selection {
    /// What a list of names asks for; nothing asks for the core set.
    pub(crate) fn parse(names: &[String]) -> Result<Self, Vec<Unknown>> {
        let mut wanted: BTreeMap<&'static str, Pick> = BTreeMap::new();
        let mut add = |metric: &'static dyn Metric, asked: Asked, keep: Option<&'static str>| {
            let pick = wanted.entry(metric.spec().name).or_insert_with(|| Pick {
                metric,
                asked,
                keep: Some(BTreeSet::new()),
            });
            pick.asked = pick.asked.max(asked);
            match (keep, &mut pick.keep) {
                (Some(column), Some(kept)) => drop(kept.insert(column)),
                (None, kept) => *kept = None,
                (Some(_), None) => {}
            }
        };
        let mut unknown = Vec::new();
        let mut order = Vec::new();
        let mut only_columns = true;
        if names.is_empty() {
            for metric in palenque_metrics::all().filter(|m| m.spec().core) {
                add(metric, Asked::Default, None);
            }
        }
        for (position, name) in names.iter().enumerate() {
            let name = name.trim();
            // `efficiency.*` is all of the metric, where a column has its name too.
            if let Some(metric) = name.strip_suffix(".*").and_then(find) {
                only_columns = false;
                add(metric, Asked::Name, None);
                continue;
            }
            let columns = columns_named(name);
            if !columns.is_empty() {
                // Of several metrics with such a column, those may go without whose input is missing.
                let asked = if columns.len() > 1 { Asked::Family } else { Asked::Name };
                for (metric, column) in columns {
                    add(metric, asked, Some(column));
                    if !order.contains(&column) {
                        order.push(column);
                    }
                }
                continue;
            }
            only_columns = false;
            let family = name.strip_prefix('@');
            let family = family.and_then(|f| Family::ALL.iter().find(|known| known.name() == f));
            if let Some(metric) = find(name) {
                add(metric, Asked::Name, None);
            } else if name == "@all" {
                together().for_each(|metric| add(metric, Asked::Default, None));
            } else if let Some(family) = family {
                for metric in together().filter(|m| m.spec().family == *family) {
                    add(metric, Asked::Family, None);
                }
            } else {
                unknown.push(Unknown { position, name: name.to_owned() });
            }
        }
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let picks = palenque_metrics::all().filter_map(|m| wanted.get(m.spec().name).cloned());
        if !only_columns {
            order.clear();
        }
        Ok(Self { picks: picks.collect(), order })
    }

    /// The finding about a side table of this name, if none of the metrics reads one. It has no place.
    pub(crate) fn unread(&self, name: &str) -> Option<Diagnostic> {
        let reads = |metric: &&'static dyn Metric| metric.sides().iter().any(|s| s.name == name);
        if self.picks.iter().any(|pick| reads(&pick.metric)) {
            return None;
        }
        let shown = palenque_graph::diagnostic::shown(name);
        if let Some(reader) = palenque_metrics::all().find(reads) {
            let what = format!("no metric that is asked for reads a side table `{shown}`");
            let help = format!("`{}` does: ask for it, or leave the table out", reader.spec().name);
            return Some(Diagnostic::new("E0701", what).help(help));
        }
        let found = Diagnostic::new("E0701", format!("there is no side table `{shown}`"));
        let own = self.picks.iter().map(|pick| pick.metric);
        let known = own.chain(palenque_metrics::all()).flat_map(Metric::sides);
        Some(match nearest(name, known.map(|side| side.name)) {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None => found.help("`palenque explain METRIC` names the side tables that it reads"),
        })
    }

    /// The tables of which nothing may come, as edges alone do not fill them and nobody insisted.
    pub(crate) fn uncertain_tables(&self) -> BTreeSet<TableId> {
        let probe = palenque_graph::SupplyGraph::from_flows(["a", "b"], [(0, 1, 1.0)]);
        let Ok(graph) = probe else { return BTreeSet::new() };
        let needs_more = |pick: &&Pick| {
            if pick.asked == Asked::Name {
                return false;
            }
            let params = Params::default();
            let tried = pick.metric.compute(&graph, &params, &palenque_graph::NoProgress);
            matches!(tried, Err(MetricError::InputMissing { .. }))
        };
        let (unsure, sure): (Vec<&Pick>, Vec<&Pick>) = self.picks.iter().partition(needs_more);
        let tables = |picks: &[&Pick]| -> BTreeSet<TableId> {
            picks.iter().flat_map(|pick| pick.columns()).map(|(table, _)| table).collect()
        };
        &tables(&unsure) - &tables(&sure)
    }

    /// The tables that are filled.
    pub(crate) fn tables(&self) -> BTreeSet<TableId> {
        self.picks.iter().flat_map(Pick::columns).map(|(table, _)| table).collect()
    }
}

/// Parameters by metric, from pairs such as `pagerank.damping` and `0.9`.
///
/// Names are checked against what the metrics say they take, and values against what they do take: a metric
/// is asked about a network of two firms, and only its opinion on the parameters is heard.
pub(crate) fn parameters<'a>(
    pairs: impl IntoIterator<Item = (&'a str, &'a Value)>,
) -> Result<BTreeMap<String, Params>, Vec<(usize, Diagnostic)>> {
    let mut all: BTreeMap<String, Params> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (position, (key, value)) in pairs.into_iter().enumerate() {
        let value = listed(key, value);
        match one_parameter(key, &value) {
            Ok((metric, param)) => {
                all.entry(metric.into()).or_default().set(param, value);
            }
            Err(found) => wrong.push((position, *found)),
        }
    }
    if wrong.is_empty() { Ok(all) } else { Err(wrong) }
}

/// Words where a parameter takes a list: one, or several parted by commas; no word is an empty list.
fn listed(key: &str, value: &Value) -> Value {
    let spec = key.split_once('.').and_then(|(name, param)| {
        find(name)?.spec().params.iter().find(|known| known.name == param)
    });
    match (spec, value) {
        (Some(spec), Value::String(text)) if spec.default.starts_with('[') => {
            let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
            words.map(crate::args::values::parameter).collect()
        }
        (Some(spec), Value::Number(_) | Value::Bool(_)) if spec.default.starts_with('[') => {
            Value::Array(vec![value.clone()])
        }
        _ => value.clone(),
    }
}

fn one_parameter<'k>(key: &'k str, value: &Value) -> Result<(&'k str, &'k str), Box<Diagnostic>> {
    let unknown = |what: String| Diagnostic::new("E0701", what);
    let Some((name, param)) = key.split_once('.') else {
        let what = format!("`{key}` is not METRIC.PARAM");
        return Err(Box::new(unknown(what).help("write it as pagerank.damping=0.9")));
    };
    let Some(metric) = find(name) else {
        let metrics = palenque_metrics::all().map(|m| m.spec().name);
        let near = nearest(name, metrics);
        let found = unknown(format!("there is no metric `{name}`"));
        return Err(Box::new(match near {
            Some(near) => found.help(format!("did you mean `{near}.{param}`?")),
            None => found.help("`palenque list metrics` names them"),
        }));
    };
    let params = Params::default().with(param, value.clone());
    if let Err(error) = params.check_names(metric.spec().params) {
        return Err(Box::new(MetricError::from(error).diagnostic(name)));
    }
    let probe = palenque_graph::SupplyGraph::from_flows(["a", "b"], [(0, 1, 1.0)]);
    let Ok(graph) = probe else { return Ok((name, param)) };
    match metric.compute(&graph, &params, &palenque_graph::NoProgress) {
        // What is not in two made-up nodes may well be in the input.
        Err(MetricError::Parameter(ParamError::NotThere(_))) => Ok((name, param)),
        Err(error @ MetricError::Parameter(_)) => Err(Box::new(error.diagnostic(name))),
        _ => Ok((name, param)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_of_the_input_may_be_named() {
        for (key, value) in [
            ("exposure.nodes", serde_json::json!(["still"])),
            ("ario.node", serde_json::json!("still")),
            ("static_shocks.node", serde_json::json!("still")),
        ] {
            assert!(one_parameter(key, &value).is_ok(), "{key}");
        }
        assert!(one_parameter("pagerank.damping", &serde_json::json!(7)).is_err());
    }

    fn parse(names: &[&str]) -> Selection {
        let names: Vec<String> = names.iter().map(|&n| n.into()).collect();
        Selection::parse(&names).expect("known names")
    }

    #[test]
    fn a_column_is_kept_alone_and_a_metric_whole() {
        let one = parse(&["in_degree"]);
        assert_eq!(one.picks[0].columns().count(), 1);
        assert_eq!(one.order, ["in_degree"]);
        let all = parse(&["in_degree", "degree"]);
        assert!(all.picks[0].columns().count() > 1);
        assert!(all.order.is_empty());
        assert_eq!(one.tables(), BTreeSet::from([TableId::NodeMetrics]));
    }

    #[test]
    fn a_metric_with_the_name_of_a_column_can_be_asked_for_whole() {
        let column = parse(&["efficiency"]);
        assert_eq!(column.picks[0].columns().count(), 1);
        let whole = parse(&["efficiency.*"]);
        assert_eq!(whole.picks[0].spec().name, "efficiency");
        assert_eq!(whole.picks[0].columns().count(), whole.picks[0].spec().columns().count());
        assert!(Selection::parse(&["nothing.*".into()]).is_err());
    }

    #[test]
    fn nothing_asks_for_the_core_and_a_family_for_itself() {
        assert!(parse(&[]).picks.iter().all(|p| p.spec().core && p.asked == Asked::Default));
        let family = parse(&["@centrality"]);
        assert!(family.picks.iter().all(|p| p.spec().family == Family::Centrality));
        assert_eq!(parse(&["@all"]).picks.len(), together().count());
        let matrices = |names: &[&str]| {
            parse(names).picks.iter().filter(|p| p.spec().name == "io_matrix").count()
        };
        assert_eq!([matrices(&["@linkage"]), matrices(&["@linkage", "io_matrix"])], [0, 1]);
    }

    #[test]
    fn a_misspelt_name_gets_a_suggestion() {
        let unknown = Selection::parse(&["in_degre".into()]).err().expect("unknown");
        let found = unknown[0].diagnostic();
        assert_eq!((found.id(), found.help_text()), ("E0705", Some("did you mean `in_degree`?")));
    }

    #[test]
    fn misspelt_parameters_are_refused() {
        let value = Value::from(1);
        for key in ["degree.damping", "degre.damping", "damping"] {
            let wrong = parameters([(key, &value)]).expect_err("refused");
            assert_eq!(wrong[0].1.id(), "E0701", "{key}");
        }
    }

    #[test]
    fn every_family_can_be_named() {
        for family in Family::ALL {
            assert!(names().contains(format!("@{}", family.name()).as_str()));
        }
    }
}
