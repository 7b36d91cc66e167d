//! Reading the cases of `data/golden`.

use palenque_graph::table::Values;
use palenque_graph::{NoProgress, SupplyGraph, Table};
use palenque_metrics::{Params, find};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The folder of a case.
pub(crate) fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/golden").join(case)
}

/// The rows of a file without quotes: each cell with its title, in order.
pub(crate) fn rows(file: &Path) -> Vec<Vec<(String, String)>> {
    let text = std::fs::read_to_string(file).expect("an input of the case");
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let titles: Vec<String> = lines.next().expect("a header").collect();
    lines.map(|line| titles.iter().cloned().zip(line).collect()).collect()
}

/// A folder of inputs and expected values.
pub(crate) struct Case {
    folder: PathBuf,
    expected: Value,
}

impl Case {
    pub(crate) fn open(name: &str) -> Self {
        let folder = folder(name);
        let text = std::fs::read_to_string(folder.join("expected.json")).expect("a golden case");
        let file: Value = serde_json::from_str(&text).expect("well-formed JSON");
        Self { folder, expected: file["expected"].clone() }
    }

    /// The expected value at a path such as `connected15/closeness_wf`.
    pub(crate) fn expected(&self, path: &str) -> &Value {
        path.split('/').fold(&self.expected, |value, key| {
            value.get(key).unwrap_or_else(|| panic!("no `{key}` of `{path}`"))
        })
    }

    /// The graph of an edge file, its nodes in the order of the node file; zero flows are dropped, and a file
    /// without weights has unit flows.
    pub(crate) fn directed(&self, edges: &str) -> SupplyGraph {
        let (ids, flows) = (self.ids(), self.flows(edges));
        let known = flows.into_iter().filter(|flow| flow.2 > 0.0);
        SupplyGraph::from_flows(ids, known).expect("known nodes and good flows")
    }

    /// The graph with every edge of the file in both directions.
    pub(crate) fn undirected(&self, edges: &str) -> SupplyGraph {
        let flows = self.flows(edges).into_iter().flat_map(|(u, v, w)| [(u, v, w), (v, u, w)]);
        SupplyGraph::from_flows(self.ids(), flows).expect("known nodes and good flows")
    }

    /// The directed graph with its accounts and attributes.
    pub(crate) fn economy(&self) -> SupplyGraph {
        let rows = self.rows("nodes.csv");
        let column = |name: &str| {
            rows.iter().map(|row| row.get(name).map(String::as_str)).collect::<Vec<_>>()
        };
        let mut graph = self.directed("edges.csv");
        for name in ["output", "final_demand", "value_added"] {
            let number = |cell: Option<&str>| cell.map(|x| x.parse().expect("a number"));
            graph = graph.with_number(name, column(name).into_iter().map(number));
        }
        for name in ["role", "stage", "region"] {
            graph = graph.with_text(name, column(name));
        }
        graph
    }

    fn ids(&self) -> Vec<String> {
        self.rows("nodes.csv").into_iter().map(|mut row| row.remove("id").expect("an id")).collect()
    }

    fn flows(&self, edges: &str) -> Vec<(u32, u32, f64)> {
        let ids = self.ids();
        let node = |id: &str| ids.iter().position(|known| known == id).expect("a node") as u32;
        let flow = |row: &Row| row.get("weight").map_or(1.0, |w| w.parse().expect("a number"));
        let rows = self.rows(edges);
        rows.iter().map(|row| (node(&row["source"]), node(&row["target"]), flow(row))).collect()
    }

    fn rows(&self, file: &str) -> Vec<Row> {
        let text = std::fs::read_to_string(self.folder.join(file)).expect("an input of the case");
        let mut lines = text.lines().map(|line| line.split(','));
        let header: Vec<&str> = lines.next().expect("a header").collect();
        let row = |line: std::str::Split<'_, char>| {
            header.iter().zip(line).map(|(k, v)| ((*k).to_owned(), v.to_owned())).collect()
        };
        lines.map(row).collect()
    }
}

type Row = std::collections::BTreeMap<String, String>;

/// What a metric of the registry returns.
pub(crate) fn compute(graph: &SupplyGraph, metric: &str, params: &[(&str, Value)]) -> Vec<Table> {
    let params = params
        .iter()
        .fold(Params::default(), |params, (name, value)| params.with(*name, value.clone()));
    let metric = find(metric).expect("a metric of the registry");
    metric.compute(graph, &params, &NoProgress).expect("a result")
}

/// A column of a result.
pub(crate) fn column(tables: &[Table], name: &str) -> Vec<Option<f64>> {
    let column = tables.iter().find_map(|table| table.column(name)).expect("a column of this name");
    (0..column.values.len()).map(|row| column.values.number(row)).collect()
}

/// The marks of a result.
pub(crate) fn flags(tables: &[Table], name: &str) -> Vec<Option<bool>> {
    let column = tables.iter().find_map(|table| table.column(name)).expect("a column of this name");
    let Values::Bool(flags) = &column.values else { panic!("`{name}` has no marks") };
    flags.clone()
}

/// A figure of the network summary.
pub(crate) fn figure(tables: &[Table], name: &str) -> Option<f64> {
    let rows = |table: &Table| (0..table.n_rows()).find(|&r| table.text("metric", r) == Some(name));
    let (table, row) =
        tables.iter().find_map(|table| Some((table, rows(table)?))).expect("a figure of this name");
    table.number("value", row)
}

/// Compares numbers with an expected list, `null` for undefined, to a relative `1e-9`.
pub(crate) fn assert_all(found: &[Option<f64>], expected: &Value, what: &str) {
    let expected = expected.as_array().unwrap_or_else(|| panic!("{what}: not a list"));
    assert_eq!(found.len(), expected.len(), "{what}: rows");
    for (row, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_near(*found, expected, &format!("{what}, row {row}"));
    }
}

/// Compares a number with an expected one, `null` for undefined, to a relative `1e-9`.
pub(crate) fn assert_near(found: Option<f64>, expected: &Value, what: &str) {
    let near = match (found, expected.as_f64()) {
        (Some(x), Some(y)) => (x - y).abs() <= 1e-12 + 1e-9 * y.abs(),
        (None, None) => expected.is_null(),
        _ => false,
    };
    assert!(near, "{what}: {found:?}, expected {expected}");
}
