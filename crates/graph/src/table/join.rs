//! Results of many metrics, over one or more periods, joined into the tables that are written.

use super::schema::{
    ATTRIBUTES, DT_YEARS, NODE_ID, PERIOD, PERIOD_FROM, PERIOD_TO, SOURCE, STATUS, TARGET,
};
use super::{Alignment, Column, ColumnSpec, Status, Table, TableId, Values};
use crate::{Panel, PeriodPair, SupplyGraph};
use std::collections::BTreeMap;

/// Why results could not be joined.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinError {
    /// Two results fill one column.
    #[error("column `{column}` of {table} is filled twice")]
    SameColumn {
        /// The table.
        table: TableId,
        /// The column.
        column: &'static str,
    },
    /// A result has not one row a node, edge or pair of periods.
    #[error("{table} has {found} rows where the graph has {expected}")]
    RowCount {
        /// The table.
        table: TableId,
        /// Rows of the result.
        found: usize,
        /// Nodes or edges of the graph, or 1.
        expected: usize,
    },
    /// One period has other columns than the one before it.
    #[error("{table} has other columns in period `{period}` than before")]
    OtherColumns {
        /// The table.
        table: TableId,
        /// The period.
        period: String,
    },
}

/// Joins results, period by period, into finished tables: keys and attributes in front, columns in the order of
/// [`TableId::column_order`], the `status` behind. Rows of long tables follow each other; where [`TableId::row_keys`] says
/// what tells rows apart, rows of one key are made one.
#[derive(Debug, Default)]
pub struct Joiner {
    finished: BTreeMap<TableId, Table>,
    attributes: bool,
}

impl Joiner {
    /// A joiner that repeats the known node attributes (`role, stage, region, sector, owner`) in node tables.
    #[must_use]
    pub fn with_attributes() -> Self {
        Self { finished: BTreeMap::new(), attributes: true }
    }

    /// A joiner that gives node tables their keys only.
    #[must_use]
    pub fn keys_only() -> Self {
        Self { finished: BTreeMap::new(), attributes: false }
    }

    /// Adds all results of one period.
    ///
    /// # Errors
    /// [`JoinError`] when two results fill one column, or rows or columns do not fit.
    pub fn add_period(
        &mut self,
        period: &str,
        graph: &SupplyGraph,
        results: Vec<Table>,
    ) -> Result<(), JoinError> {
        for (id, parts) in by_table(results) {
            let keys = |n| vec![constant(&PERIOD, period, n)];
            let table = match id.alignment() {
                Alignment::Edge => {
                    let n = graph.n_edges();
                    let keys = keys(n).into_iter().chain(edge_keys(graph));
                    align(id, n, keys.collect(), parts)?
                }
                Alignment::Node => {
                    let n = graph.n_nodes();
                    let keys = keys(n).into_iter().chain(self.node_keys(graph));
                    align(id, n, keys.collect(), parts)?
                }
                _ => stack(id, parts, &[(&PERIOD, period)])?,
            };
            self.append(id, table, period)?;
        }
        Ok(())
    }

    /// Adds all results about what became of one period in the next, with both periods in front.
    ///
    /// # Errors
    /// [`JoinError`] when two results fill one column, or rows or columns do not fit.
    pub fn add_pair(
        &mut self,
        pair: &PeriodPair<'_>,
        results: Vec<Table>,
    ) -> Result<(), JoinError> {
        let (from, to) = (pair.from_name, pair.to_name);
        for (id, parts) in by_table(results) {
            let keys = |n| vec![constant(&PERIOD_FROM, from, n), constant(&PERIOD_TO, to, n)];
            let table = match id.alignment() {
                Alignment::Pair => {
                    let years = Column::new(&DT_YEARS, Values::F64(vec![pair.years()]));
                    align(id, 1, keys(1).into_iter().chain([years]).collect(), parts)?
                }
                Alignment::PairNode => {
                    let n = pair.to.n_nodes();
                    let keys = keys(n).into_iter().chain([node_ids(pair.to)]);
                    align(id, n, keys.collect(), parts)?
                }
                _ => stack(id, parts, &[(&PERIOD, to), (&PERIOD_FROM, from), (&PERIOD_TO, to)])?,
            };
            self.append(id, table, to)?;
        }
        Ok(())
    }

    /// Adds all results about a whole panel: long tables, of its last period where they have a column `period`.
    ///
    /// # Errors
    /// [`JoinError`] when columns do not fit.
    pub fn add_panel(&mut self, panel: &Panel, results: Vec<Table>) -> Result<(), JoinError> {
        let last = panel.iter().last().map_or("", |(period, _)| period);
        for (id, parts) in by_table(results) {
            let table = stack(id, parts, &[(&PERIOD, last)])?;
            self.append(id, table, last)?;
        }
        Ok(())
    }

    /// The finished tables, in the order of their ids.
    #[must_use]
    pub fn finish(self) -> Vec<Table> {
        self.finished.into_values().collect()
    }

    fn node_keys(&self, graph: &SupplyGraph) -> Vec<Column> {
        let mut columns = vec![node_ids(graph)];
        for spec in if self.attributes { ATTRIBUTES } else { &[] } {
            if let Some(column) = graph.nodes().text(spec.name) {
                let values = column.iter().map(|v| v.map(Into::into)).collect();
                columns.push(Column::new(spec, Values::Text(values)));
            }
        }
        columns
    }

    fn append(&mut self, id: TableId, table: Table, period: &str) -> Result<(), JoinError> {
        let Some(finished) = self.finished.get_mut(&id) else {
            self.finished.insert(id, table);
            return Ok(());
        };
        let names = |t: &Table| t.columns.iter().map(|c| c.spec.name).collect::<Vec<_>>();
        if names(finished) != names(&table) {
            return Err(JoinError::OtherColumns { table: id, period: period.into() });
        }
        for (column, more) in finished.columns.iter_mut().zip(table.columns) {
            let same_kind = column.values.append(more.values);
            debug_assert!(same_kind, "one spec, one type");
        }
        Ok(())
    }
}

fn by_table(results: Vec<Table>) -> BTreeMap<TableId, Vec<Table>> {
    let mut parts: BTreeMap<TableId, Vec<Table>> = BTreeMap::new();
    for table in results {
        parts.entry(table.id).or_default().push(table);
    }
    parts
}

/// Results side by side, one row each of what the table is about, behind its keys; the reasons for gaps at the end.
fn align(
    id: TableId,
    expected: usize,
    keys: Vec<Column>,
    parts: Vec<Table>,
) -> Result<Table, JoinError> {
    let mut values: Vec<Column> = Vec::new();
    for part in parts {
        if part.n_rows() != expected {
            return Err(JoinError::RowCount { table: id, found: part.n_rows(), expected });
        }
        for column in part.columns {
            if values.iter().any(|c| c.spec.name == column.spec.name) {
                return Err(JoinError::SameColumn { table: id, column: column.spec.name });
            }
            values.push(column);
        }
    }
    let order = id.column_order();
    let place = |c: &Column| order.iter().position(|n| *n == c.spec.name).unwrap_or(order.len());
    values.sort_by_key(place);
    let status = status_column(expected, &values);
    let mut columns = keys;
    columns.extend(values.into_iter().map(|c| Column { status: Vec::new(), ..c }));
    columns.push(status);
    Ok(Table::new(id, columns))
}

/// Long results one after the other, with those of the keys in front that the table has.
fn stack(id: TableId, parts: Vec<Table>, keys: &[(&ColumnSpec, &str)]) -> Result<Table, JoinError> {
    let parts = if id.row_keys().is_empty() { parts } else { vec![merge(id, &parts)?] };
    let mut parts = parts.into_iter();
    let Some(mut all) = parts.next() else {
        return Ok(Table::new(id, Vec::new()));
    };
    for part in parts {
        let fits = all.columns.len() == part.columns.len()
            && all.columns.iter().zip(&part.columns).all(|(a, b)| a.spec.name == b.spec.name);
        if !fits {
            let period = keys.first().map_or("", |(_, period)| period).to_owned();
            return Err(JoinError::OtherColumns { table: id, period });
        }
        for (column, more) in all.columns.iter_mut().zip(part.columns) {
            let same_kind = column.values.append(more.values);
            debug_assert!(same_kind, "one spec, one type");
        }
    }
    let n = all.n_rows();
    let keys = keys.iter().filter(|(key, _)| id.column_order().contains(&key.name));
    let keys = keys.map(|(key, value)| constant(key, value, n));
    Ok(Table::new(id, keys.chain(all.columns).collect()))
}

/// Long results with rows of one key made one row, in the order in which keys first appear.
fn merge(id: TableId, parts: &[Table]) -> Result<Table, JoinError> {
    let mut places: BTreeMap<Vec<Option<&str>>, usize> = BTreeMap::new();
    let mut keys: Vec<Vec<Option<&str>>> = Vec::new();
    let mut rows_of_parts: Vec<Vec<usize>> = Vec::new();
    for part in parts {
        let place = |row| {
            let key: Vec<_> = id.row_keys().iter().map(|name| part.text(name, row)).collect();
            *places.entry(key).or_insert_with_key(|key| {
                keys.push(key.clone());
                keys.len() - 1
            })
        };
        rows_of_parts.push((0..part.n_rows()).map(place).collect());
    }
    let mut columns: Vec<Column> = Vec::new();
    let mut reasons: Vec<String> = vec![String::new(); keys.len()];
    let mut has_status = false;
    for (part, rows) in parts.iter().zip(&rows_of_parts) {
        for column in &part.columns {
            let name = column.spec.name;
            let is_known = columns.iter().any(|c| c.spec.name == name);
            if name == STATUS.name {
                has_status = true;
                for (row, &place) in rows.iter().enumerate() {
                    let Some(reason) = column.values.text(row) else { continue };
                    let joint = if reasons[place].is_empty() { "" } else { ";" };
                    reasons[place].extend([joint, reason]);
                }
            } else if let Some(at) = id.row_keys().iter().position(|key| *key == name) {
                if !is_known {
                    let values = keys.iter().map(|key| key[at].map(Into::into)).collect();
                    columns.push(Column::new(&column.spec, Values::Text(values)));
                }
            } else if is_known {
                return Err(JoinError::SameColumn { table: id, column: name });
            } else {
                columns.push(Column::new(&column.spec, placed(&column.values, rows, keys.len())));
            }
        }
    }
    let order = id.column_order();
    columns.sort_by_key(|c| order.iter().position(|n| *n == c.spec.name).unwrap_or(order.len()));
    if has_status {
        let text = |reason: String| (!reason.is_empty()).then(|| reason.into());
        let values = Values::Text(reasons.into_iter().map(text).collect());
        columns.push(Column::new(&STATUS, values));
    }
    Ok(Table::new(id, columns))
}

/// Values put into these of `n` rows, the others empty.
fn placed(values: &Values, rows: &[usize], n: usize) -> Values {
    fn put<T: Clone>(values: &[T], rows: &[usize], mut all: Vec<T>) -> Vec<T> {
        for (value, &row) in values.iter().zip(rows) {
            all[row].clone_from(value);
        }
        all
    }
    match values {
        Values::F64(v) => Values::F64(put(v, rows, vec![f64::NAN; n])),
        Values::I64(v) => Values::I64(put(v, rows, vec![None; n])),
        Values::Bool(v) => Values::Bool(put(v, rows, vec![None; n])),
        Values::Text(v) => Values::Text(put(v, rows, vec![None; n])),
    }
}

fn constant(spec: &ColumnSpec, value: &str, n: usize) -> Column {
    let value = (!value.is_empty()).then(|| value.into());
    Column::new(spec, Values::Text(vec![value; n]))
}

fn node_ids(graph: &SupplyGraph) -> Column {
    let ids = graph.ids().iter().map(|id| Some(id.into())).collect();
    Column::new(&NODE_ID, Values::Text(ids))
}

fn edge_keys(graph: &SupplyGraph) -> [Column; 2] {
    let id = |i: usize| Some(graph.node_id(crate::NodeIndex::new(i)).into());
    let sellers = (0..graph.n_nodes()).flat_map(|u| graph.out_range(u).map(move |_| u)).map(id);
    let buyers = graph.targets().iter().map(|&v| id(v as usize));
    [
        Column::new(&SOURCE, Values::Text(sellers.collect())),
        Column::new(&TARGET, Values::Text(buyers.collect())),
    ]
}

fn status_column(n: usize, columns: &[Column]) -> Column {
    let mut remarks: Vec<(u32, usize, Status)> = Vec::new();
    for (position, column) in columns.iter().enumerate() {
        remarks.extend(column.status.iter().map(|&(row, reason)| (row, position, reason)));
    }
    remarks.sort_unstable_by_key(|&(row, position, _)| (row, position));
    let mut text: Vec<Option<Box<str>>> = vec![None; n];
    for run in remarks.chunk_by(|a, b| a.0 == b.0) {
        let remark = |&(_, position, reason): &(u32, usize, Status)| {
            format!("{}={reason}", columns[position].spec.name)
        };
        text[run[0].0 as usize] = Some(run.iter().map(remark).collect::<Vec<_>>().join(";").into());
    }
    Column::new(&STATUS, Values::Text(text))
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Unit};
    use super::*;

    static A: ColumnSpec =
        ColumnSpec { name: "pagerank", kind: Kind::F64, unit: Unit::One, meaning: "" };
    static B: ColumnSpec =
        ColumnSpec { name: "closeness_in", kind: Kind::F64, unit: Unit::One, meaning: "" };

    fn graph() -> SupplyGraph {
        SupplyGraph::from_flows(["x", "y"], [(0, 1, 1.0)]).expect("a good graph")
    }

    #[test]
    fn columns_are_keyed_ordered_and_their_gaps_explained() {
        let a = Column::from_results(&A, [Ok(0.5), Err(Status::Isolate)]);
        let b = Column::from_results(&B, [Ok(1.0), Err(Status::NoIn)]);
        let results = vec![
            Table::new(TableId::NodeMetrics, vec![a]),
            Table::new(TableId::NodeMetrics, vec![b]),
        ];
        let mut joiner = Joiner::with_attributes();
        joiner.add_period("2020", &graph(), results.clone()).expect("they fit");
        joiner.add_period("2021", &graph(), results).expect("they fit");
        let table = joiner.finish().remove(0);
        let names: Vec<_> = table.columns().iter().map(|c| c.spec.name).collect();
        assert_eq!(names, ["period", "node_id", "closeness_in", "pagerank", "status"]);
        assert_eq!(table.n_rows(), 4);
        assert_eq!(table.text("status", 1), Some("closeness_in=no_in;pagerank=isolate"));
        assert_eq!(table.text("period", 2), Some("2021"));
    }

    #[test]
    fn one_column_cannot_be_filled_twice() {
        let a = || {
            let column = Column::from_results(&A, [Ok(0.5), Ok(0.5)]);
            Table::new(TableId::NodeMetrics, vec![column])
        };
        let error = Joiner::keys_only().add_period("", &graph(), vec![a(), a()]);
        let expected = JoinError::SameColumn { table: TableId::NodeMetrics, column: "pagerank" };
        assert_eq!(error.expect_err("refused"), expected);
    }

    #[test]
    fn rows_of_one_key_are_made_one() {
        static SECTOR: ColumnSpec = ColumnSpec::text("sector", "");
        static GINI: ColumnSpec = ColumnSpec::number("locational_gini", Unit::One, "");
        static PLANTS: ColumnSpec = ColumnSpec::count("n_plants", "");
        let text = |values: &[Option<&str>]| {
            Values::Text(values.iter().map(|value| value.map(Into::into)).collect())
        };
        let table = |sectors: &[Option<&str>], spec, values, status: &[Option<&str>]| {
            let sectors = Column::new(&SECTOR, text(sectors));
            let columns =
                vec![sectors, Column::new(spec, values), Column::new(&STATUS, text(status))];
            Table::new(TableId::SpatialSector, columns)
        };
        let (glass, mezcal) = (Some("glass"), Some("mezcal"));
        let plants = Values::I64(vec![Some(7), Some(3)]);
        let plants = table(&[mezcal, None], &PLANTS, plants, &[None, Some("n_plants=no_in")]);
        let gini = Values::F64(vec![0.5, f64::NAN]);
        let gini = table(&[glass, None], &GINI, gini, &[None, Some("locational_gini=no_out")]);
        let mut joiner = Joiner::keys_only();
        joiner.add_period("1", &graph(), vec![plants.clone(), gini]).expect("they fit");
        let joined = joiner.finish().remove(0);
        let names: Vec<_> = joined.columns().iter().map(|c| c.spec.name).collect();
        assert_eq!(names, ["period", "sector", "locational_gini", "n_plants", "status"]);
        let sectors = [0, 1, 2].map(|row| joined.text("sector", row));
        assert_eq!(sectors, [mezcal, None, glass]);
        assert_eq!([0, 2].map(|row| joined.number("n_plants", row)), [Some(7.0), None]);
        assert_eq!([0, 2].map(|row| joined.number("locational_gini", row)), [None, Some(0.5)]);
        assert_eq!(joined.text("status", 1), Some("n_plants=no_in;locational_gini=no_out"));
        let error = Joiner::keys_only().add_period("", &graph(), vec![plants.clone(), plants]);
        let expected = JoinError::SameColumn { table: TableId::SpatialSector, column: "n_plants" };
        assert_eq!(error.expect_err("refused"), expected);
    }

    #[test]
    fn what_is_about_two_periods_has_both_in_front() {
        static CHANGE: ColumnSpec = ColumnSpec::number("change", Unit::Currency, "");
        let change = |x| {
            Table::new(
                TableId::OutputDecomposition,
                vec![
                    Column::new(&NODE_ID, Values::Text(vec![Some("x".into())])),
                    Column::new(&CHANGE, Values::F64(vec![x])),
                ],
            )
        };
        let graph = graph();
        let pair = |from_name, to_name| PeriodPair { from_name, from: &graph, to_name, to: &graph };
        let mut joiner = Joiner::keys_only();
        joiner.add_pair(&pair("2020", "2021"), vec![change(1.0)]).expect("they fit");
        joiner.add_pair(&pair("2021", "2022"), vec![change(2.0)]).expect("they fit");
        let table = joiner.finish().remove(0);
        let names: Vec<_> = table.columns().iter().map(|c| c.spec.name).collect();
        assert_eq!(names, ["period_from", "period_to", "node_id", "change"]);
        assert_eq!(table.text("period_from", 1), Some("2021"));
        assert_eq!(
            (table.text("period_to", 1), table.number("change", 1)),
            (Some("2022"), Some(2.0))
        );
    }

    #[test]
    fn results_about_a_pair_of_periods_share_a_row_that_says_how_far_apart_they_are() {
        static BIRTH: ColumnSpec = ColumnSpec::number("edge_birth", Unit::One, "");
        static SURVIVAL: ColumnSpec = ColumnSpec::number("edge_survival", Unit::One, "");
        static GROWTH: ColumnSpec = ColumnSpec::number("growth_dh", Unit::One, "");
        let graph = graph();
        let pair = PeriodPair { from_name: "2020", from: &graph, to_name: "2022", to: &graph };
        let one = |spec, value| {
            Table::new(TableId::TemporalNetwork, vec![Column::from_results(spec, [value])])
        };
        let nodes = Column::from_results(&GROWTH, [Ok(0.5), Ok(-0.5)]);
        let results = vec![
            one(&BIRTH, Err(Status::InsufficientN)),
            one(&SURVIVAL, Ok(0.25)),
            Table::new(TableId::TemporalNode, vec![nodes]),
        ];
        let mut joiner = Joiner::keys_only();
        joiner.add_pair(&pair, results).expect("they fit");
        let [network, nodes] = &joiner.finish()[..] else { panic!("two tables") };
        let names: Vec<_> = network.columns().iter().map(|c| c.spec.name).collect();
        let keys = ["period_from", "period_to", "dt_years"];
        assert_eq!(names, [&keys[..], &["edge_survival", "edge_birth", "status"]].concat());
        assert_eq!(network.number("dt_years", 0), Some(2.0));
        assert_eq!(network.text("status", 0), Some("edge_birth=insufficient_n"));
        assert_eq!((nodes.text("node_id", 1), nodes.n_rows()), (Some("y"), 2));
        let wrong = Joiner::keys_only().add_pair(
            &pair,
            vec![Table::new(
                TableId::TemporalNetwork,
                vec![Column::from_results(&BIRTH, [Ok(0.5), Ok(0.5)])],
            )],
        );
        let table = TableId::TemporalNetwork;
        assert_eq!(wrong, Err(JoinError::RowCount { table, found: 2, expected: 1 }));
    }

    #[test]
    fn what_is_about_a_panel_stands_at_its_last_period() {
        static METRIC: ColumnSpec = ColumnSpec::text("metric", "");
        let panel = ["2020", "2021"].map(|name| (name.to_owned(), graph()));
        let panel = Panel::new(panel).expect("the same nodes");
        let metric = Column::new(&METRIC, Values::Text(vec![Some("level_elasticity".into())]));
        let mut joiner = Joiner::keys_only();
        let results = vec![Table::new(TableId::NetworkSummary, vec![metric])];
        joiner.add_panel(&panel, results).expect("they fit");
        assert_eq!(joiner.finish()[0].text("period", 0), Some("2021"));
    }
}
