//! Nodes of one group made one node: firms to stages, roles, sectors or regions.

use super::TransformError;
use crate::accounts::Accounts;
use crate::{
    BuildError, Columns, CompensatedSum, FinalDemand, Ids, NumberColumn, Panel, Relation,
    SupplyGraph, SupplyGraphBuilder, TextColumn,
};

/// The id of the group of nodes whose group is not known. It stands last.
pub const MISSING: &str = "(missing)";

/// One node for each value of a text column such as `stage`, `role`, `sector` or `region`.
///
/// # Formula
/// `Z_st = Σ_{i ∈ s, j ∈ t} Z_ij`. Flows within a group become its self-loop.
/// # Result
/// Groups in the order of first appearance, ids as in the column; nodes without a value make the group [`MISSING`].
///
/// | Column | In a group |
/// |---|---|
/// | `output`, `final_demand`, `value_added`, `imports` | sum; a gap counts with what [`Accounts`] completes it to |
/// | final demand by category | sum |
/// | satellite rows | sum |
/// | `employees`, `capacity` | sum; a gap if one of them is not known |
/// | `lat`, `lon` | mean of the nodes that have both |
/// | `name` | left out: a group is called by its id |
/// | any other column, of nodes and of edges | the value that all have; else a gap; left out if all are gaps |
/// | `n_members` (new) | how many nodes the group has |
/// | `n_edges`, `n_records` of edges (new, summed) | how many edges and input records make the edge |
///
/// Ties of other relations are mapped and those of one pair made one, `n_ties` counting them; ties within a group are
/// kept. An undirected tie is written with the smaller group first. Columns of accounts that the graph does not have
/// are not made up: the groups are then closed as any graph is. Multipliers of the groups are not those of the firms:
/// aggregation has a bias wherever firms of one group differ in their recipes.
/// # Source
/// Miller and Blair (2009), chapter 4, on the aggregation of sectors.
/// # Cost
/// `O(n + m log d)` time.
/// # Errors
/// [`TransformError::NoColumn`]; [`TransformError::Overflow`] when a sum is more than a number can hold.
/// # Example
/// ```
/// use palenque_graph::{SupplyGraph, transform::aggregate};
///
/// let flows = [(0, 2, 40.0), (1, 2, 25.0), (2, 3, 8.0)];
/// let firms = SupplyGraph::from_flows(["agave_a", "agave_b", "pal_1", "pal_2"], flows)?
///     .with_text("role", [Some("grower"), Some("grower"), Some("distiller"), Some("distiller")]);
/// let roles = aggregate(&firms, "role")?;
/// assert_eq!(roles.ids().iter().collect::<Vec<_>>(), ["grower", "distiller"]);
/// assert_eq!(roles.flows(), [65.0, 8.0]); // grower → distiller, and the distillers among themselves
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn aggregate(graph: &SupplyGraph, by: &str) -> Result<SupplyGraph, TransformError> {
    let (groups, group_of) = group([graph], by)?;
    aggregate_into(graph, groups, &group_of[0])
}

/// [`aggregate`] in every period, over the groups of all periods. A firm may change its group between periods.
///
/// # Errors
/// As [`aggregate`].
///
/// # Example
/// ```
/// use palenque_graph::{Panel, SupplyGraph, transform::aggregate_panel};
///
/// let year = |stage| {
///     let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 2.0)]).expect("a good graph");
///     graph.with_text("stage", [Some("1"), Some(stage)])
/// };
/// let firms = Panel::new([("2020".into(), year("2")), ("2021".into(), year("3"))])?;
/// let stages = aggregate_panel(&firms, "stage")?;
/// assert_eq!(stages.last().ids().iter().collect::<Vec<_>>(), ["1", "2", "3"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn aggregate_panel(panel: &Panel, by: &str) -> Result<Panel, TransformError> {
    let (groups, group_of) = group(panel.iter().map(|(_, graph)| graph), by)?;
    let mut periods = Vec::with_capacity(panel.n_periods());
    for ((name, graph), group_of) in panel.iter().zip(&group_of) {
        periods.push((name.to_owned(), aggregate_into(graph, groups.clone(), group_of)?));
    }
    Ok(Panel::new(periods)?)
}

/// The values of a text column over some graphs, by first appearance, and the number of each node's value.
fn group<'a>(
    graphs: impl IntoIterator<Item = &'a SupplyGraph>,
    by: &str,
) -> Result<(Ids, Vec<Vec<u32>>), TransformError> {
    let mut columns = Vec::new();
    for graph in graphs {
        columns.push(graph.nodes().text(by).ok_or_else(|| TransformError::NoColumn {
            column: by.into(),
            known: graph.nodes().texts().map(|(name, _)| name.into()).collect(),
        })?);
    }
    let all = columns.iter().flat_map(|column| column.iter());
    let known = TextColumn::from_options(all.map(|value| value.filter(|&v| v != MISSING)));
    let mut groups: Ids = known.levels().collect();
    let missing = groups.len() as u32;
    let all: Vec<u32> = (0..known.len()).map(|row| known.code(row).unwrap_or(missing)).collect();
    if all.contains(&missing) {
        groups.push(MISSING);
    }
    let mut rest = all.as_slice();
    let group_of = columns.iter().map(|column| {
        let (rows, more) = rest.split_at(column.len());
        rest = more;
        rows.to_vec()
    });
    Ok((groups, group_of.collect()))
}

/// One node for each of the given groups, which may be empty: [`aggregate`] for groups that are no column, such as
/// communities.
///
/// # Errors
/// [`TransformError::Build`] when two groups have one id; [`TransformError::Overflow`].
///
/// # Panics
/// If `group_of` has not one entry a node, or names a group that is not there.
pub fn aggregate_into(
    graph: &SupplyGraph,
    groups: Ids,
    group_of: &[u32],
) -> Result<SupplyGraph, TransformError> {
    assert_eq!(group_of.len(), graph.n_nodes(), "one group a node");
    assert!(group_of.iter().all(|&g| (g as usize) < groups.len()), "groups that are there");
    let members = Grouping::new(groups.len(), group_of);
    let (sellers, buyers) = ends(graph).map(|(u, v)| (group_of[u], group_of[v])).unzip();
    let name_of = |group: u32| groups.get(group.into()).to_owned();
    let names: Vec<String> = (0..groups.len() as u32).map(name_of).collect();
    let built = SupplyGraphBuilder::from_columns(groups, sellers, buyers, graph.flows().to_vec())?
        .keep_edge_of_record(true)
        .build()
        .map_err(|error| match error {
            BuildError::Overflow { seller, .. } => TransformError::Overflow {
                column: "flow".into(),
                group: names[seller as usize].clone(),
            },
            other => TransformError::Build(other),
        })?;
    let bundles = Grouping::new(built.graph.n_edges(), &built.edge_of_record);
    let mut aggregated = built.graph;
    aggregated.nodes = node_columns(graph, &members, &names)?;
    aggregated.edges = bundles.common(graph.edges(), &["n_edges", "n_records"]);
    aggregated.edges.set_number("n_edges", bundles.counts());
    aggregated.edges.set_number("n_records", n_records(graph, &bundles));
    aggregated.relations =
        graph.relations().iter().map(|relation| relation_between(relation, group_of)).collect();
    aggregated.unit.clone_from(&graph.unit);
    for row in graph.satellites() {
        let sums = members.sums(row.amounts().iter().map(|&x| Some(x)));
        let sums = finite(row.name(), &names, sums)?;
        let sums = sums.iter().map(|sum| sum.unwrap_or(0.0)).collect();
        aggregated.satellites.push(row.with_amounts(sums));
    }
    match graph.final_demand() {
        Some(demand) => Ok(aggregated.with_final_demand(sum_rows(demand, &members, &names)?)),
        None => Ok(aggregated),
    }
}

/// Seller and buyer of every edge.
fn ends(graph: &SupplyGraph) -> impl Iterator<Item = (usize, usize)> + '_ {
    let row = |u: usize| graph.targets()[graph.out_range(u)].iter().map(move |&v| (u, v as usize));
    (0..graph.n_nodes()).flat_map(row)
}

/// Which rows make which row of the result.
struct Grouping<'a> {
    n: usize,
    group_of: &'a [u32],
}

impl<'a> Grouping<'a> {
    fn new(n: usize, group_of: &'a [u32]) -> Self {
        Self { n, group_of }
    }

    fn counts(&self) -> NumberColumn {
        let mut counts = vec![0_u32; self.n];
        for &group in self.group_of {
            counts[group as usize] += 1;
        }
        NumberColumn::from_options(counts.into_iter().map(|n| Some(f64::from(n))))
    }

    /// Sums by group; a group with a gap has none.
    fn sums(&self, values: impl Iterator<Item = Option<f64>>) -> Vec<Option<f64>> {
        let mut sums = vec![Some(CompensatedSum::default()); self.n];
        for (&group, value) in self.group_of.iter().zip(values) {
            let sum = &mut sums[group as usize];
            match (sum.as_mut(), value) {
                (Some(sum), Some(value)) => sum.add(value),
                _ => *sum = None,
            }
        }
        sums.into_iter().map(|sum| sum.map(CompensatedSum::value)).collect()
    }

    /// The value that all rows of a group have, or a gap.
    fn shared<T: Copy + PartialEq>(
        &self,
        values: impl Iterator<Item = Option<T>>,
    ) -> Vec<Option<T>> {
        let mut shared: Vec<Option<Option<T>>> = vec![None; self.n];
        for (&group, value) in self.group_of.iter().zip(values) {
            let common = &mut shared[group as usize];
            match common {
                None => *common = Some(value),
                Some(seen) if *seen == value => {}
                Some(seen) => *seen = None,
            }
        }
        shared.into_iter().map(Option::flatten).collect()
    }

    /// Columns whose groups agree somewhere, but for some.
    fn common(&self, columns: &Columns, except: &[&str]) -> Columns {
        let mut common = Columns::default();
        for (name, column) in columns.numbers().filter(|(name, _)| !except.contains(name)) {
            let values = self.shared(column.iter());
            if values.iter().any(Option::is_some) {
                common.set_number(name, NumberColumn::from_options(values));
            }
        }
        for (name, column) in columns.texts().filter(|(name, _)| !except.contains(name)) {
            let values = self.shared(column.iter());
            if values.iter().any(Option::is_some) {
                common.set_text(name, TextColumn::from_options(values));
            }
        }
        for (name, column) in columns.readings().filter(|(name, _)| !except.contains(name)) {
            if common.text(name).is_some() {
                common.set_reading(name, NumberColumn::from_options(self.shared(column.iter())));
            }
        }
        common
    }
}

const SUMMED: [&str; 2] = ["employees", "capacity"];

fn node_columns(
    graph: &SupplyGraph,
    members: &Grouping<'_>,
    names: &[String],
) -> Result<Columns, TransformError> {
    let given = graph.nodes();
    let accounts = Accounts::of(graph);
    let completed = [
        ("output", &accounts.output),
        ("final_demand", &accounts.final_demand),
        ("value_added", &accounts.value_added),
        ("imports", &accounts.imports),
    ];
    let special: Vec<&str> = completed
        .iter()
        .map(|&(name, _)| name)
        .chain(SUMMED)
        .chain(["lat", "lon", "name", "n_members"])
        .collect();
    let mut columns = members.common(given, &special);
    for (name, values) in completed {
        if given.number(name).is_some() {
            let sums = members.sums(values.iter().map(|&x| Some(x)));
            columns.set_number(name, finite(name, names, sums)?);
        }
    }
    for name in SUMMED {
        if let Some(column) = given.number(name) {
            columns.set_number(name, finite(name, names, members.sums(column.iter()))?);
        }
    }
    if let (Some(lat), Some(lon)) = (given.number("lat"), given.number("lon")) {
        let located: Vec<bool> =
            lat.iter().zip(lon.iter()).map(|(a, b)| a.is_some() && b.is_some()).collect();
        let weight = members.sums(located.iter().map(|&known| Some(f64::from(u8::from(known)))));
        for (name, column) in [("lat", lat), ("lon", lon)] {
            let values = column.iter().zip(&located);
            let sums = members.sums(values.map(|(x, &known)| Some(if known { x? } else { 0.0 })));
            let means = sums.iter().zip(&weight).map(|(sum, weight)| match (sum, weight) {
                (Some(sum), Some(weight)) if *weight > 0.0 => Some(sum / weight),
                _ => None,
            });
            columns.set_number(name, finite(name, names, means.collect())?);
        }
    }
    columns.set_number("n_members", members.counts());
    Ok(columns)
}

/// A column of sums, none of them infinite.
fn finite(
    column: &str,
    names: &[String],
    sums: Vec<Option<f64>>,
) -> Result<NumberColumn, TransformError> {
    match sums.iter().position(|sum| sum.is_some_and(f64::is_infinite)) {
        Some(group) => {
            Err(TransformError::Overflow { column: column.into(), group: names[group].clone() })
        }
        None => Ok(NumberColumn::from_options(sums)),
    }
}

/// How many input records each bundle of edges had.
fn n_records(graph: &SupplyGraph, bundles: &Grouping<'_>) -> NumberColumn {
    match graph.edges().number("n_records") {
        Some(records) => NumberColumn::from_options(bundles.sums(records.iter())),
        None => bundles.counts(),
    }
}

fn sum_rows(
    demand: &FinalDemand,
    members: &Grouping<'_>,
    names: &[String],
) -> Result<FinalDemand, TransformError> {
    let categories: Vec<Box<str>> = demand.categories().map(Into::into).collect();
    let k = categories.len();
    let mut values = vec![0.0; k * members.n];
    for (c, category) in categories.iter().enumerate() {
        let sums = members.sums((0..demand.n_rows()).map(|i| Some(demand.row(i)[c])));
        for (group, sum) in finite(category, names, sums)?.iter().enumerate() {
            values[group * k + c] = sum.unwrap_or(0.0);
        }
    }
    Ok(demand.with_values(values))
}

/// The ties between groups, in ascending order.
fn relation_between(relation: &Relation, group_of: &[u32]) -> Relation {
    let mapped = relation.ties().iter().map(|&(a, b)| {
        let (a, b) = (group_of[a as usize], group_of[b as usize]);
        if relation.is_directed() { (a, b) } else { (a.min(b), a.max(b)) }
    });
    let mapped: Vec<(u32, u32)> = mapped.collect();
    let mut ties = mapped.clone();
    ties.sort_unstable();
    ties.dedup();
    let place = |tie: &(u32, u32)| ties.partition_point(|other| other < tie) as u32;
    let tie_of: Vec<u32> = mapped.iter().map(place).collect();
    let bundles = Grouping::new(ties.len(), &tie_of);
    let mut columns = bundles.common(relation.columns(), &["n_ties"]);
    columns.set_number("n_ties", bundles.counts());
    Relation::new(relation.name(), relation.is_directed(), ties, columns)
}
