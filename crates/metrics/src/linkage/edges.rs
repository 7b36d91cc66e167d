//! What each edge is by itself: its flow, its kind, its shares.

use super::stage_order::Stages;
use crate::kernel::ratio::ratio_or_status;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The coefficients and shares of every edge, behind the registry.
///
/// # Formula
/// `a_ij = Z_ij / x_j`, `b_ij = Z_ij / x_i`, `share_of_seller = Z_ij / Σ_k Z_ik`, `share_of_buyer = Z_ij / Σ_k Z_kj`.
/// # Source
/// Miller and Blair (2009), ch. 2 and 12, for the coefficients.
/// # Input and result
/// One row per edge, in edge order. Outputs `x` are those of [`Accounts`]. The kind compares the numbers with which
/// the stages of seller and buyer begin; it is empty where one has none.
/// # Cost
/// `O(n + m)` time and memory.
/// # Errors
/// None but unknown parameters.
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::{Metric, Params, linkage::edges::Edges};
/// let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(4.0), Some(12.0)])
///     .with_text("stage", [Some("1"), Some("2")]);
/// let table = &Edges.compute(&graph, &Params::default(), &NoProgress)?[0];
/// assert_eq!(table.number("input_coefficient", 0), Some(0.25)); // 3 of 12
/// assert_eq!(table.number("allocation_coefficient", 0), Some(0.75)); // 3 of 4
/// assert_eq!(table.text("kind", 0), Some("vertical"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Edges;

static COLUMNS: [ColumnSpec; 10] = [
    ColumnSpec::number("weight", Unit::Currency, "What the buyer pays the seller: the flow."),
    ColumnSpec::count("n_records", "Records of the input that were summed into the edge."),
    ColumnSpec::text(
        "kind",
        "`vertical` to a later stage, `horizontal` within one, `feedback` to an earlier one.",
    ),
    ColumnSpec::flag("cross_region", "Whether seller and buyer are in different regions."),
    ColumnSpec::text("source_stage", "The seller's stage."),
    ColumnSpec::text("target_stage", "The buyer's stage."),
    ColumnSpec::number(
        "input_coefficient",
        Unit::One,
        "Flow by unit of the buyer's output, an element of A.",
    ),
    ColumnSpec::number(
        "allocation_coefficient",
        Unit::One,
        "Flow by unit of the seller's output, an element of B.",
    ),
    ColumnSpec::number("share_of_seller", Unit::One, "Share of the seller's sales to nodes."),
    ColumnSpec::number("share_of_buyer", Unit::One, "Share of the buyer's purchases from nodes."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "edges",
    family: Family::Linkage,
    summary: "The flow of every tie, its kind, and its share of what seller and buyer trade and make.",
    formula: "a_ij = Z_ij/x_j; b_ij = Z_ij/x_i; shares Z_ij/Σ_k Z_ik and Z_ij/Σ_k Z_kj",
    source: "Miller and Blair (2009), ch. 2 and 12",
    reading: "The kind compares the numbers with which `stage` begins on either side; without numbers only ties within \
              a stage have one. Self-loops are rows like others.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::EdgeMetrics, columns: &COLUMNS }],
    core: true,
};

impl Metric for Edges {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let sellers = || (0..graph.n_nodes()).flat_map(|u| graph.out_range(u).map(move |_| u));
        let ends = || sellers().zip(graph.targets().iter().map(|&v| v as usize));
        let output = Accounts::of(graph).output;
        let (sales, purchases) = (graph.out_strengths(), graph.in_strengths());
        let shares = |spec, whole: &dyn Fn((usize, usize)) -> f64| {
            let cell = |(ends, &flow): (_, &f64)| ratio_or_status(flow, whole(ends));
            Column::from_results(spec, ends().zip(graph.flows()).map(cell))
        };
        let n_records = graph.edges().number("n_records");
        let records = |e| n_records.and_then(|c| c.get(e)).map_or(1, |count| count as i64);
        let stages = Stages::of(graph);
        let stage = |node| stages.as_ref().and_then(|stages| stages.get(node)).map(Into::into);
        let regions = graph.nodes().text("region");
        let region = |node| regions.and_then(|column| column.code(node));
        let [weight, count, kind, cross_region, from, to, a, b, of_seller, of_buyer] = &COLUMNS;
        let columns = vec![
            Column::new(weight, Values::F64(graph.flows().to_vec())),
            Column::new(
                count,
                Values::I64((0..graph.n_edges()).map(|e| Some(records(e))).collect()),
            ),
            kinds(kind, stages.as_ref(), ends()),
            Column::new(
                cross_region,
                Values::Bool(ends().map(|(u, v)| Some(region(u)? != region(v)?)).collect()),
            ),
            Column::new(from, Values::Text(ends().map(|(u, _)| stage(u)).collect())),
            Column::new(to, Values::Text(ends().map(|(_, v)| stage(v)).collect())),
            shares(a, &|(_, v)| output[v]),
            shares(b, &|(u, _)| output[u]),
            shares(of_seller, &|(u, _)| sales[u]),
            shares(of_buyer, &|(_, v)| purchases[v]),
        ];
        Ok(vec![Table::new(TableId::EdgeMetrics, columns)])
    }
}

/// Kinds by edge, with a remark where the graph has stages but these two cannot be compared.
fn kinds(
    spec: &ColumnSpec,
    stages: Option<&Stages<'_>>,
    ends: impl Iterator<Item = (usize, usize)>,
) -> Column {
    let mut status = Vec::new();
    let names = ends.enumerate().map(|(edge, (u, v))| match stages?.kind(u, v) {
        Ok(kind) => Some(kind.name().into()),
        Err(why) => {
            status.push((edge as u32, why));
            None
        }
    });
    let names = Values::Text(names.collect());
    Column { status, ..Column::new(spec, names) }
}
