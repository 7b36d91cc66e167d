//! What a cluster buys and sells outside of itself.

use crate::kernel::coefficients::{Economy, RowMatrix};
use crate::kernel::condition;
use crate::kernel::ratio::ratio;
use crate::params::did_you_mean;
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params,
    network_summary,
};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Diagnostic, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// Which nodes are the cluster.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LeakageConfig {
    /// The text column of the nodes that tells the cluster.
    pub cluster_column: String,
    /// Its value for nodes of the cluster; empty = the whole network is the cluster.
    pub cluster: String,
}

impl Default for LeakageConfig {
    fn default() -> Self {
        Self { cluster_column: "region".into(), cluster: String::new() }
    }
}

/// Shares of every node's trade, and what the cluster as a whole keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Leakage {
    /// Imported inputs by all inputs; `None` for a node that buys nothing.
    pub import_share: Vec<Option<f64>>,
    /// Purchases from the cluster by all purchases, imports included; `None` for a node that buys nothing.
    pub intra_cluster_purchase_share: Vec<Option<f64>>,
    /// Sales to the cluster by all sales inside the network; `None` for a node that sells nothing there.
    pub intra_cluster_sales_share: Vec<Option<f64>>,
    /// Inputs of the cluster that come from the cluster; `None` if it buys nothing.
    pub self_sufficiency: Option<f64>,
}

/// How much of what firms buy and sell stays in a cluster.
///
/// # Formula
/// `import_share_j = imp_j / (imp_j + Σ_i Z_ij)`, `intra_cluster_purchase_share_j = Σ_{i∈C} Z_ij / (Σ_i Z_ij + imp_j)`,
/// `intra_cluster_sales_share_i = Σ_{j∈C} Z_ij / Σ_j Z_ij`, `self_sufficiency = Z_CC / (Z_·C + imp_C)`.
/// # Source
/// Miller and Blair (2009), ch. 3; Schmitz (1995) for clusters.
/// # Input and result
/// Uses the node column `imports`, 0 where missing. All nodes have shares, those outside of the cluster too. Where
/// final output is used is not known, so sales to final users are in no share. Self-loops are trade within.
/// # Cost
/// `O(n + m)` time, `O(n)` memory.
/// # Errors
/// [`MetricError::InputMissing`] if a cluster is named and its column is not there; [`ParamError::Value`] if no node
/// belongs to it.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::linkage::leakage::{LeakageConfig, leakage};
/// let graph = SupplyGraph::from_flows(["grower", "still", "glass"], [(0, 1, 60.0), (2, 1, 20.0)])?
///     .with_text("region", ["in", "in", "out"].map(Some));
/// let config = LeakageConfig { cluster: "in".into(), ..LeakageConfig::default() };
/// let shares = leakage(&graph, &config)?;
/// assert_eq!(shares.intra_cluster_purchase_share, [None, Some(0.75), None]);
/// assert_eq!(shares.self_sufficiency, Some(0.75));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn leakage(graph: &SupplyGraph, config: &LeakageConfig) -> Result<Leakage, MetricError> {
    let member = cluster(graph, config)?;
    let imports = Accounts::of(graph).imports;
    let mut shares = Leakage {
        import_share: Vec::with_capacity(graph.n_nodes()),
        intra_cluster_purchase_share: Vec::with_capacity(graph.n_nodes()),
        intra_cluster_sales_share: Vec::with_capacity(graph.n_nodes()),
        self_sufficiency: None,
    };
    let (mut kept, mut bought) = (0.0, 0.0);
    let inside = |trade: &mut dyn Iterator<Item = (NodeIndex, f64)>| -> f64 {
        trade.filter(|(k, _)| member[k.index()]).map(|(_, flow)| flow).sum()
    };
    for u in graph.node_indices() {
        let import = imports[u.index()];
        let inputs = graph.in_strength(u) + import;
        let from_cluster = inside(&mut graph.suppliers(u));
        shares.import_share.push(ratio(import, inputs));
        shares.intra_cluster_purchase_share.push(ratio(from_cluster, inputs));
        let to_cluster = inside(&mut graph.customers(u));
        shares.intra_cluster_sales_share.push(ratio(to_cluster, graph.out_strength(u)));
        if member[u.index()] {
            kept += from_cluster;
            bought += inputs;
        }
    }
    shares.self_sufficiency = ratio(kept, bought);
    Ok(shares)
}

/// What of the output multiplier of a cluster's nodes is lost to the rest of the network, in the mean of the nodes
/// with output: `1ᵀL − 1ᵀL_CC`, where `L_CC = (I − A_CC)⁻¹` knows only purchases within the cluster.
///
/// # Errors
/// Those of [`leakage`] and of [`total_linkages`](super::total::total_linkages).
pub fn multiplier_leakage(
    graph: &SupplyGraph,
    config: &LeakageConfig,
    progress: &dyn Progress,
) -> Result<Option<f64>, MetricError> {
    let member = cluster(graph, config)?;
    let economy = Economy::of(graph)?.productive()?;
    let nodes: Vec<usize> =
        (0..graph.n_nodes()).filter(|&j| member[j] && economy.is_active(j)).collect();
    if member.iter().all(|&inside| inside) {
        return Ok((!nodes.is_empty()).then_some(0.0));
    }
    let ones = vec![1.0; graph.n_nodes()];
    let recipes = economy.recipes();
    let all = economy.backward(progress)?.values;
    let within: RowMatrix<'_> = recipes.keep(|j, i| member[j] && member[i]);
    let within = economy.solve(&within, &ones, progress)?;
    let lost: f64 = nodes.iter().map(|&j| all[j] - within[j]).sum();
    Ok(ratio(lost, nodes.len() as f64))
}

/// Whether each node belongs to the cluster.
pub(super) fn cluster(
    graph: &SupplyGraph,
    config: &LeakageConfig,
) -> Result<Vec<bool>, MetricError> {
    let LeakageConfig { cluster_column, cluster } = config;
    if cluster.is_empty() {
        return Ok(vec![true; graph.n_nodes()]);
    }
    let Some(column) = graph.nodes().text(cluster_column) else {
        return Err(MetricError::InputMissing { what: format!("node column `{cluster_column}`") });
    };
    let member: Vec<bool> = column.iter().map(|value| value == Some(cluster)).collect();
    if member.iter().any(|&inside| inside) {
        return Ok(member);
    }
    let hint = did_you_mean(cluster, column.levels());
    let what = format!("no node has `{cluster}` in column `{cluster_column}`{hint}");
    Err(ParamError::Value(what).into())
}

/// [`leakage`] behind the registry.
pub struct LeakageMetric;

static COLUMNS: [ColumnSpec; 3] = [
    ColumnSpec::number("import_share", Unit::One, "Imported inputs by all inputs."),
    ColumnSpec::number(
        "intra_cluster_purchase_share",
        Unit::One,
        "Purchases from the cluster by all purchases, imports included.",
    ),
    ColumnSpec::number(
        "intra_cluster_sales_share",
        Unit::One,
        "Sales to the cluster by all sales inside the network.",
    ),
];

static FIGURES: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "self_sufficiency",
        Unit::One,
        "Inputs of the cluster that come from the cluster, by all its inputs.",
    ),
    ColumnSpec::number(
        "multiplier_leakage",
        Unit::One,
        "Output multiplier of the cluster's nodes that is lost to nodes outside, in the mean.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "leakage",
    family: Family::Linkage,
    summary: "How much of what firms buy and sell stays in the cluster, and how much is imported.",
    formula: "import_share_j = imp_j / (imp_j + Σ_i Z_ij); intra_cluster_purchase_share_j = Σ_{i∈C} Z_ij / \
              (Σ_i Z_ij + imp_j); intra_cluster_sales_share_i = Σ_{j∈C} Z_ij / Σ_j Z_ij; \
              self_sufficiency = Z_CC / (Z_·C + imp_C); multiplier_leakage = mean_{j∈C} (1'L − 1'L_CC)_j",
    source: "Miller and Blair (2009), ch. 3; Schmitz (1995)",
    reading: "1 = all from, or to, the cluster. Without `cluster`, the whole network is the cluster and only imports \
              leak. Final sales are in no share: where they are used is not known. Self-loops are used.",
    cost: "O(n + m) time; two solves when a cluster is named",
    needs: &[],
    params: &[
        ParamSpec {
            name: "cluster",
            default: "",
            meaning: "The value that nodes of the cluster have in `cluster_column`; empty = all nodes.",
        },
        ParamSpec {
            name: "cluster_column",
            default: "region",
            meaning: "The text column of the nodes that tells the cluster.",
        },
    ],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::Linkages, columns: &[COLUMNS[0]] },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: true,
};

impl Metric for LeakageMetric {
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
        let config: LeakageConfig = params.decode()?;
        let shares = leakage(graph, &config)?;
        let lost = match multiplier_leakage(graph, &config, progress) {
            Ok(lost) => lost.ok_or(Status::ZeroDenominator),
            Err(MetricError::NotProductive { .. }) => Err(Status::SingularLeontief),
            Err(MetricError::NoOutput { .. }) => Err(Status::ZeroDenominator),
            Err(MetricError::NotConverged { .. }) => Err(Status::NotConverged),
            Err(error) => return Err(error),
        };
        let column = |spec, values: &[Option<f64>]| {
            Column::from_options(spec, values, Status::ZeroDenominator)
        };
        let [import_share, purchases, sales] = &COLUMNS;
        let nodes = vec![
            column(import_share, &shares.import_share),
            column(purchases, &shares.intra_cluster_purchase_share),
            column(sales, &shares.intra_cluster_sales_share),
        ];
        let [self_sufficiency, multiplier_leakage] = &FIGURES;
        let sufficiency = Figure {
            params: format!("cluster_column={};cluster={}", config.cluster_column, config.cluster),
            ..Figure::new(self_sufficiency, shares.self_sufficiency.ok_or(Status::ZeroDenominator))
        };
        let lost =
            Figure { params: sufficiency.params.clone(), ..Figure::new(multiplier_leakage, lost) };
        let linkages = vec![column(import_share, &shares.import_share)];
        Ok(vec![
            Table::new(TableId::NodeMetrics, nodes),
            Table::new(TableId::Linkages, linkages),
            network_summary(&[sufficiency, lost]),
        ])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_cluster_is_refused_with_a_suggestion() {
        let graph = SupplyGraph::from_flows(["a"], []).expect("a good graph");
        let graph = graph.with_text("region", [Some("tonaya")]);
        let config = LeakageConfig { cluster: "tonya".into(), ..LeakageConfig::default() };
        let error = leakage(&graph, &config).expect_err("refused").to_string();
        assert_eq!(error, "no node has `tonya` in column `region`; did you mean `tonaya`?");
    }

    #[test]
    fn imports_are_all_that_leaks_from_a_whole_network() {
        let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 3.0)])
            .expect("a good graph")
            .with_number("imports", [Some(2.0), Some(1.0)]);
        let shares = leakage(&graph, &LeakageConfig::default()).expect("no cluster is named");
        assert_eq!(shares.import_share, [Some(1.0), Some(0.25)]);
        assert_eq!(shares.intra_cluster_purchase_share, [Some(0.0), Some(0.75)]);
        assert_eq!(shares.self_sufficiency, Some(0.5));
    }
}
