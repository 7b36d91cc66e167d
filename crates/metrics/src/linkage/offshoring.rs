//! Imported inputs, guessed from how much of each product is imported.

use super::exports::{exports, product_imports};
use crate::kernel::ratio::{ratio, ratio_or_status};
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Offshoring of every node.
#[derive(Clone, Debug, PartialEq)]
pub struct Offshoring {
    /// Imported inputs by all inputs.
    pub broad: Vec<Result<f64, Status>>,
    /// Imported inputs of the node's own class by all inputs.
    pub narrow: Vec<Result<f64, Status>>,
}

/// How much of what a node buys was made abroad, if every buyer of a product takes the same share of imports.
///
/// # Formula
/// `broad_j = Σ_g (Z_gj / P_j) · M_g / (x_g − e_g + M_g)` with `P_j = Σ_g Z_gj + imp_j`; `narrow_j` sums only over products
/// `g` of the class of `j`.
/// # Source
/// Feenstra and Hanson (1996, 1999), who leave energy out of the inputs and take classes of two digits.
/// # Input and result
/// Needs exports, `e`, as [`exports()`] finds them, and the node column `product_imports`, `M`: imports of the product
/// that the node makes. `Z` then holds inputs of all origins. Two values per node, between 0 and 1. Self-loops are used.
/// # Cost
/// `O(n + m)` time.
/// # Errors
/// [`MetricError::InputMissing`] without exports or `product_imports`. Without the column `class`, `narrow` is empty.
/// # Example
/// A tenth of all glass is imported, and half of the bottler's inputs is glass.
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::linkage::offshoring::offshoring;
/// let graph = SupplyGraph::from_flows(["glass", "still", "bottler"], [(0, 2, 5.0), (1, 2, 5.0)])?
///     .with_number("output", [Some(9.0), Some(9.0), Some(20.0)])
///     .with_number("exports", [Some(0.0), Some(4.0), Some(20.0)])
///     .with_number("product_imports", [Some(1.0), None, None]);
/// assert_eq!(offshoring(&graph, "sector")?.broad[2], Ok(0.05));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn offshoring(graph: &SupplyGraph, class: &str) -> Result<Offshoring, MetricError> {
    let (exports, imports) = (exports(graph)?, product_imports(graph)?);
    let accounts = Accounts::of(graph);
    let imported = |g: usize| {
        let supply = accounts.output[g] - exports[g] + imports[g];
        ratio(imports[g], supply).unwrap_or(0.0)
    };
    let imported: Vec<f64> = (0..graph.n_nodes()).map(imported).collect();
    let classes = graph.nodes().text(class);
    let mut shares = Offshoring { broad: Vec::new(), narrow: Vec::new() };
    for j in graph.node_indices() {
        let own = classes.and_then(|column| column.code(j.index()));
        let (mut broad, mut narrow) = (0.0, 0.0);
        for (g, flow) in graph.suppliers(j) {
            let bought_abroad = flow * imported[g.index()];
            broad += bought_abroad;
            if own.is_some() && classes.and_then(|column| column.code(g.index())) == own {
                narrow += bought_abroad;
            }
        }
        let inputs = graph.in_strength(j) + accounts.imports[j.index()];
        shares.broad.push(ratio_or_status(broad, inputs));
        let narrow = own.ok_or(Status::InputMissing).and_then(|_| ratio_or_status(narrow, inputs));
        shares.narrow.push(narrow);
    }
    Ok(shares)
}

/// How [`OffshoringMetric`] classifies.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct OffshoringConfig {
    class: String,
}

impl Default for OffshoringConfig {
    fn default() -> Self {
        Self { class: "sector".into() }
    }
}

/// [`offshoring`] behind the registry.
pub struct OffshoringMetric;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec::number("oss_broad", Unit::One, "Imported inputs by all inputs of the node."),
    ColumnSpec::number(
        "oss_narrow",
        Unit::One,
        "Imported inputs of the node's own class by all inputs of the node.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "offshoring",
    family: Family::Linkage,
    summary: "How much of what a firm or sector buys was made abroad, where imports are known by product only.",
    formula: "oss_broad_j = Σ_g (Z_gj / P_j) · M_g / (x_g − e_g + M_g), P_j = Σ_g Z_gj + imp_j; oss_narrow_j: the same sum over \
              products g of the class of j",
    source: "Feenstra and Hanson (1996, 1999)",
    reading: "The narrow one is work that the firm's own industry might have done; the difference is other inputs. Supposes \
              that all buyers of a product take the same share of imports. `product_imports` are imports of what the node \
              makes; `imports` are inputs that the node itself buys abroad. Self-loops are used.",
    cost: "O(n + m) time",
    needs: &["product_imports", "exports"],
    params: &[ParamSpec {
        name: "class",
        default: "sector",
        meaning: "The text column of the nodes whose values are classes of products.",
    }],
    outputs: &[Output { table: TableId::Linkages, columns: &COLUMNS }],
    core: false,
};

impl Metric for OffshoringMetric {
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
        let config: OffshoringConfig = params.decode()?;
        let shares = offshoring(graph, &config.class)?;
        let [broad, narrow] = &COLUMNS;
        let columns = vec![
            Column::from_results(broad, shares.broad),
            Column::from_results(narrow, shares.narrow),
        ];
        Ok(vec![Table::new(TableId::Linkages, columns)])
    }
}
