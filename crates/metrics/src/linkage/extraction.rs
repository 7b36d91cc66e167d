//! Hypothetical extraction: what the network would lose without a node, or without some of its trade.

use crate::kernel::condition;
use crate::kernel::leontief::LeontiefInverse;
use crate::kernel::ratio::ratio;
use crate::linkage::leakage::{LeakageConfig, cluster};
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Diagnostic, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// Which trade a partial extraction takes away.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExtractionConfig {
    /// The share of the trade that is taken away, above 0 and at most 1.
    pub share: f64,
    /// The text column of the nodes that tells from which suppliers.
    pub suppliers_column: String,
    /// Its value for these suppliers; empty = all.
    pub suppliers: String,
}

impl Default for ExtractionConfig {
    fn default() -> Self {
        Self { share: 0.5, suppliers_column: "region".into(), suppliers: String::new() }
    }
}

/// Losses of output of the whole network, in the unit of the flows; `None` for a node without output.
#[derive(Clone, Debug, PartialEq)]
pub struct Extraction {
    /// Without the node at all.
    pub total: Vec<Option<f64>>,
    /// The same outside of the node.
    pub external: Vec<Option<f64>>,
    /// Without its purchases from the network.
    pub backward: Vec<Option<f64>>,
    /// The same, but for what it buys from itself.
    pub backward_keep_own: Vec<Option<f64>>,
    /// Without a share of its purchases.
    pub backward_partial: Vec<Option<f64>>,
    /// Without its sales to the network.
    pub forward: Vec<Option<f64>>,
    /// The same, but for what it sells to itself.
    pub forward_keep_own: Vec<Option<f64>>,
    /// Without a share of its sales.
    pub forward_partial: Vec<Option<f64>>,
}

/// The output that the network would lose if a node, its purchases or its sales were not there, for each node in turn.
///
/// # Formula
/// With `m = 1ᵀL`, `g = G 1` and `λ_j = l_jj`, `a_jj` what `j` takes of itself:
/// total `m_j x_j / λ_j`, external `Σ_{i≠j} l_ij x_j / λ_j`; backward (column `j` of `A` is 0) `(m_j − 1) x_j / λ_j`;
/// forward (row `j` of `B` is 0) `(g_j − 1) x_j / λ_j`; keeping the own `(m_j (1 − a_jj) − 1) x_j / (λ_j (1 − a_jj))`, forward
/// with `g_j`; a share `θ` of the sales `θ (g_j − 1) x_j / (1 + θ (λ_j − 1))`; a share `θ` of the purchases from suppliers `S`
/// `θ Σ_{i∈S} m_i a_ij x_j / (1 + θ Σ_{i∈S} l_ji a_ij)`, which is `θ (m_j − 1) x_j / (1 + θ (λ_j − 1))` for all.
/// These are what Sherman and Morrison's formula gives: no second inverse is formed.
/// # Source
/// Paelinck, de Caevel and Degueldre (1965); Strassert (1968); Cella (1984); Dietzenbacher and van der Linden (1997);
/// Miller and Lahr (2001).
/// # Input and result
/// Accounts as [`Accounts`](palenque_graph::accounts::Accounts) completes them, with outputs that final demand takes,
/// `x = L f`. In the unit of the flows, in node order. Self-loops are used.
/// # Cost
/// `O(n + m)` time beside the inverse.
/// # Errors
/// [`ParamError::Value`] for a share that is not above 0 and at most 1 or suppliers that are not there;
/// [`MetricError::InputMissing`] without their column; those of [`LeontiefInverse::of`].
/// # Example
/// Without the still, its 9 are lost and the 3 that the grower makes for it.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::extraction::{ExtractionConfig, extraction};
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(3.0), Some(9.0)]);
/// let loss = extraction(&graph, &ExtractionConfig::default(), &NoProgress)?;
/// assert_eq!((loss.total[1], loss.external[1]), (Some(12.0), Some(3.0)));
/// assert_eq!((loss.backward[1], loss.backward_partial[1]), (Some(3.0), Some(1.5)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn extraction(
    graph: &SupplyGraph,
    config: &ExtractionConfig,
    progress: &dyn Progress,
) -> Result<Extraction, MetricError> {
    let theta = config.share;
    if !(theta > 0.0 && theta <= 1.0) {
        let what = format!("`share` is {theta}: take more than 0 and at most 1 of the trade away");
        return Err(ParamError::Value(what).into());
    }
    let from = cluster(
        graph,
        &LeakageConfig {
            cluster_column: config.suppliers_column.clone(),
            cluster: config.suppliers.clone(),
        },
    )?;
    let inverse = LeontiefInverse::of(graph, progress)?;
    let x = &inverse.accounts().output;
    let of_active = |value: &dyn Fn(usize) -> f64| {
        (0..inverse.n()).map(|j| inverse.is_active(j).then(|| value(j))).collect()
    };
    let (pull, push) = (inverse.backward_rounds(), ghosh_rounds(&inverse));
    let keep_own = |j: usize, rounds: f64| {
        let kept = 1.0 - inverse.own_coefficient(j);
        let by_others = (rounds - inverse.own_rounds(j)) * kept + inverse.returns(j);
        by_others * x[j] / (inverse.l(j, j) * kept)
    };
    let partial =
        |j: usize, taken: f64, returning: f64| theta * taken * x[j] / (1.0 + theta * returning);
    let bought = |j: usize| {
        let suppliers =
            graph.suppliers(NodeIndex::new(j)).filter(|(i, z)| from[i.index()] && *z > 0.0);
        suppliers.fold((0.0, 0.0), |(taken, returning), (i, z)| {
            let a = z / x[j];
            let (m, l) = (inverse.backward()[i.index()], inverse.l(j, i.index()));
            (taken + m * a, returning + l * a)
        })
    };
    Ok(Extraction {
        total: of_active(&|j| inverse.backward()[j] * x[j] / inverse.l(j, j)),
        external: of_active(&|j| (pull[j] - inverse.own_rounds(j)) * x[j] / inverse.l(j, j)),
        backward: of_active(&|j| pull[j] * x[j] / inverse.l(j, j)),
        backward_keep_own: of_active(&|j| keep_own(j, pull[j])),
        backward_partial: of_active(&|j| {
            let (taken, returning) = bought(j);
            partial(j, taken, returning)
        }),
        forward: of_active(&|j| push[j] * x[j] / inverse.l(j, j)),
        forward_keep_own: of_active(&|j| keep_own(j, push[j])),
        forward_partial: of_active(&|j| partial(j, push[j], inverse.own_rounds(j))),
    })
}

/// Row sums of `G − I`, without cancellation.
fn ghosh_rounds(inverse: &LeontiefInverse) -> Vec<f64> {
    let x = &inverse.accounts().output;
    let row = |i: usize| {
        let others = inverse.row(i).iter().zip(x).enumerate().filter(|(j, _)| *j != i);
        let supplied: f64 = others.map(|(_, (l, x))| l * x).sum();
        inverse.own_rounds(i) + ratio(supplied, x[i]).unwrap_or(0.0)
    };
    (0..inverse.n()).map(row).collect()
}

/// [`extraction`] behind the registry.
pub struct HypotheticalExtraction;

static COLUMNS: [ColumnSpec; 9] = [
    ColumnSpec::number(
        "hem_total",
        Unit::Currency,
        "Output that the network loses without the node, its own included.",
    ),
    ColumnSpec::number(
        "hem_external",
        Unit::Currency,
        "Output that the others lose without the node.",
    ),
    ColumnSpec::number(
        "hem_backward",
        Unit::Currency,
        "Output that the network loses if the node buys nothing in it.",
    ),
    ColumnSpec::number(
        "hem_forward",
        Unit::Currency,
        "Output that the network loses if the node sells nothing in it.",
    ),
    ColumnSpec::number("hem_total_rel", Unit::One, "hem_total by the output of the network."),
    ColumnSpec::number(
        "hem_backward_keep_own",
        Unit::Currency,
        "hem_backward where the node goes on to buy from itself.",
    ),
    ColumnSpec::number(
        "hem_forward_keep_own",
        Unit::Currency,
        "hem_forward where the node goes on to sell to itself.",
    ),
    ColumnSpec::number(
        "hem_backward_partial",
        Unit::Currency,
        "Output that the network loses if the node buys less by `share`, from `suppliers` where named.",
    ),
    ColumnSpec::number(
        "hem_forward_partial",
        Unit::Currency,
        "Output that the network loses if the node sells less to nodes by `share`.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "hypothetical_extraction",
    family: Family::Linkage,
    summary: "How much output the network would lose without a firm, without its purchases, or without its sales.",
    formula: "hem_total_j = m_j x_j / l_jj; hem_external = hem_total − x_j; hem_backward = (m_j − 1) x_j / l_jj; \
              hem_forward = (g_j − 1) x_j / l_jj; keep_own: ((1 − a_jj) m_j − 1) x_j / ((1 − a_jj) l_jj); partial: \
              θ Σ_i∈S m_i a_ij x_j / (1 + θ Σ_i∈S l_ji a_ij) and θ (g_j − 1) x_j / (1 + θ (l_jj − 1)); m = 1'L, g = G1",
    source: "Paelinck, de Caevel and Degueldre (1965); Strassert (1968); Cella (1984); Dietzenbacher and van der Linden \
             (1997); Miller and Lahr (2001)",
    reading: "High = much hangs on the firm. hem_external leaves its own output out, so a large firm that buys and sells \
              little is low. backward = its purchases fall away and final demand stays (demand side), forward = its \
              sales fall away and primary inputs stay (supply side, Ghosh: read it as a cost or allocation effect). \
              Linear, and nobody replaces the firm or its goods: an upper bound of the lasting loss, a lower one of the \
              first weeks. Losses overlap, so they do not add up: `group_extraction` takes groups out at once. \
              Self-loops are used; `keep_own` leaves them.",
    cost: "the Leontief inverse, O(n³) time and n² numbers, shared by all that need it; then O(n² + m)",
    needs: &[],
    params: &[
        ParamSpec {
            name: "share",
            default: "0.5",
            meaning: "The share of purchases or sales that the partial variants take away, above 0 and at most 1.",
        },
        ParamSpec {
            name: "suppliers",
            default: "",
            meaning: "The value that suppliers have in `suppliers_column` from whom less is bought; empty = all.",
        },
        ParamSpec {
            name: "suppliers_column",
            default: "region",
            meaning: "The text column of the nodes that tells these suppliers.",
        },
    ],
    outputs: &[Output { table: TableId::Linkages, columns: &COLUMNS }],
    core: false,
};

impl Metric for HypotheticalExtraction {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let loss = extraction(graph, &params.decode()?, progress)?;
        let all: f64 = LeontiefInverse::of(graph, progress)?.accounts().output.iter().sum();
        let relative = loss.total.iter().map(|total| ratio((*total)?, all)).collect();
        let values = [
            loss.total,
            loss.external,
            loss.backward,
            loss.forward,
            relative,
            loss.backward_keep_own,
            loss.forward_keep_own,
            loss.backward_partial,
            loss.forward_partial,
        ];
        let column = |(spec, values): (_, Vec<Option<f64>>)| {
            Column::from_options(spec, &values, Status::ZeroDenominator)
        };
        let columns = COLUMNS.iter().zip(values).map(column).collect();
        Ok(vec![Table::new(TableId::Linkages, columns)])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}
