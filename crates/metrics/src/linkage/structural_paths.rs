//! The supply paths through which a final demand reaches its producers.

use super::path_search::{Limits, PathSearch};
use crate::kernel::coefficients::Economy;
use crate::kernel::ratio::ratio_or_status;
use crate::kernel::signed_solve::SignedSolve;
use crate::long::Rows;
use crate::params::did_you_mean;
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, nearest,
};
use palenque_graph::table::{ColumnSpec, Kind, Unit};
use palenque_graph::{FinalDemand, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// Between the nodes of a path in the table.
const ARROW: &str = " > ";

/// Which paths are asked for.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PathsConfig {
    /// The satellite row; or `output`, or `value_added`.
    pub satellite: String,
    /// A category of final demand or the id of a node; empty = all of final demand.
    pub target: String,
    /// The most paths.
    pub count: usize,
    /// The share of the total at which the search ends.
    pub share: f64,
    /// The most edges of a path.
    pub max_length: usize,
    /// The share of the total below which a path is left out.
    pub threshold: f64,
}

impl Default for PathsConfig {
    fn default() -> Self {
        let (satellite, target) = ("output".into(), String::new());
        Self { satellite, target, count: 100, share: 1.0, max_length: 10, threshold: 1e-4 }
    }
}

/// A supply path and what the producer at its beginning uses, or makes, for the product at its end.
#[derive(Clone, Debug, PartialEq)]
pub struct StructuralPath {
    /// The nodes, the producer first, the seller to final users last.
    pub nodes: Vec<NodeIndex>,
    /// In the unit of the satellite row; for `output` and `value_added` in that of the flows.
    pub value: f64,
}

/// The largest paths, and all that they are a part of.
#[derive(Clone, Debug, PartialEq)]
pub struct StructuralPaths {
    /// Paths in falling order of their values.
    pub paths: Vec<StructuralPath>,
    /// What all paths of any length would bring together.
    pub total: f64,
}

/// The largest supply paths behind a final demand: which producer, by way of whom, for which final product.
///
/// # Formula
/// `e L y = Σ_j e_j y_j + Σ_ij e_i a_ij y_j + Σ_hij e_h a_hi a_ij y_j + …`: each term is a path, from the producer at its
/// beginning to the final product at its end.
/// # Source
/// Defourny and Thorbecke (1984); Treloar (1997); Lenzen (2003) for satellite rows.
/// # Method
/// Best first: all that is behind a flow `f` of node `i` is `m_i f` with `m = e L`, so each subtree has an exact bound and
/// is entered only when it may hold the next path. None that is asked for is missed.
/// # Input and result
/// A satellite row of the graph, `output` (`e = 1`) or `value_added`. Negative amounts and negative final demand are left
/// out, of the paths and of the total. Self-loops are steps like others.
/// # Cost
/// Three solves, `O(k (n + m))`; then `O(p log p)` for `p` subtrees entered, at most `max_length / threshold`, and each
/// node's suppliers sorted once.
/// # Errors
/// [`MetricError::InputMissing`] without the satellite row; [`ParamError::Value`] for a target that is neither a category
/// nor a node, or a limit out of range; those of [`SignedSolve::of`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::structural_paths::{PathsConfig, structural_paths};
/// let flows = [(0, 1, 50.0), (1, 2, 80.0)];
/// let graph = SupplyGraph::from_flows(["agave", "still", "bottler"], flows)?
///     .with_number("output", [Some(50.0), Some(100.0), Some(200.0)]);
/// let found = structural_paths(&graph, &PathsConfig::default(), &NoProgress)?;
/// let [bottler, still, agave, ..] = &found.paths[..] else { panic!() };
/// assert_eq!((bottler.value, bottler.nodes.len()), (200.0, 1));
/// assert_eq!((still.value, still.nodes.len()), (80.0, 2)); // the still for the bottler
/// assert_eq!((agave.value, agave.nodes.len()), (40.0, 3)); // the grower, by way of the still
/// assert!((found.total - 350.0).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn structural_paths(
    graph: &SupplyGraph,
    config: &PathsConfig,
    progress: &dyn Progress,
) -> Result<StructuralPaths, MetricError> {
    let limits = limits(config)?;
    let economy = Economy::of(graph)?.productive()?;
    let direct = direct(&economy, &config.satellite)?;
    let demand = demand(&economy, &config.target)?;
    let solve = SignedSolve::of(&economy, economy.recipes(), progress)?;
    let multipliers: Vec<f64> =
        solve.solve(&direct, progress)?.iter().map(|m| m.max(0.0)).collect();
    let recipes = economy.recipes();
    let search = PathSearch::new(&recipes, &direct, &multipliers, &demand, limits);
    let total = search.total();
    let paths = search.run(progress)?.into_iter().map(|path| StructuralPath {
        nodes: path.nodes.into_iter().map(NodeIndex::new).collect(),
        value: path.value,
    });
    Ok(StructuralPaths { paths: paths.collect(), total })
}

fn limits(config: &PathsConfig) -> Result<Limits, ParamError> {
    let &PathsConfig { count, share, max_length, threshold, .. } = config;
    for (name, value) in [("share", share), ("threshold", threshold)] {
        if !(0.0..=1.0).contains(&value) {
            return Err(ParamError::Value(format!("`{name}` is {value}, not between 0 and 1")));
        }
    }
    Ok(Limits { count, share, max_length, threshold })
}

/// Amounts by unit of output, negative ones left out.
fn direct(economy: &Economy<'_>, satellite: &str) -> Result<Vec<f64>, MetricError> {
    let (graph, accounts) = (economy.graph(), economy.accounts());
    let amounts = match (graph.satellite(satellite), satellite) {
        (Some(row), _) => row.amounts(),
        (None, "output") => &accounts.output,
        (None, "value_added") => &accounts.value_added,
        (None, _) => {
            let known = graph.satellites().iter().map(palenque_graph::Satellite::name);
            let known = known.chain(["output", "value_added"]);
            let hint = nearest(satellite, known)
                .map_or(String::new(), |name| format!(" (did you mean `{name}`?)"));
            return Err(MetricError::InputMissing {
                what: format!("satellite row `{satellite}`{hint}"),
            });
        }
    };
    let pairs = amounts.iter().zip(&accounts.output);
    Ok(pairs.map(|(&e, &x)| if x > 0.0 { (e / x).max(0.0) } else { 0.0 }).collect())
}

/// What final users buy, negative entries left out.
fn demand(economy: &Economy<'_>, target: &str) -> Result<Vec<f64>, MetricError> {
    let (graph, all) = (economy.graph(), &economy.accounts().final_demand);
    let positive = |y: f64| y.max(0.0);
    if target.is_empty() {
        return Ok(all.iter().copied().map(positive).collect());
    }
    if let Some(categories) = graph.final_demand()
        && let Some(c) = categories.categories().position(|name| name == target)
    {
        return Ok((0..all.len()).map(|i| positive(categories.row(i)[c])).collect());
    }
    let Some(node) = graph.node_named(target) else {
        let known = graph.final_demand().into_iter().flat_map(FinalDemand::categories);
        let hint = did_you_mean(target, known.chain(graph.ids().iter()));
        let what = format!("`{target}` is neither a category of final demand nor a node{hint}");
        return Err(ParamError::Value(what).into());
    };
    let of_node = |(i, &y): (usize, &f64)| if i == node.index() { positive(y) } else { 0.0 };
    Ok(all.iter().enumerate().map(of_node).collect())
}

/// [`structural_paths`] behind the registry.
pub struct StructuralPathsMetric;

static COLUMNS: [ColumnSpec; 7] = [
    ColumnSpec::text("satellite", "The satellite row, `output` or `value_added`."),
    ColumnSpec {
        name: "rank",
        kind: Kind::I64,
        unit: Unit::Rank,
        meaning: "1 = the largest path.",
    },
    ColumnSpec::text("path", "Ids of the nodes, the producer first, the final product last."),
    ColumnSpec::count("length", "Edges of the path: 0 where the producer sells to final users."),
    ColumnSpec::number("value", Unit::None, "What the producer uses, or makes, along this path."),
    ColumnSpec::number("share", Unit::One, "Value by all that is behind this final demand."),
    ColumnSpec::number("cumulative_share", Unit::One, "Share of this path and of all before it."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "structural_paths",
    family: Family::Linkage,
    summary: "Through which chains of suppliers final demand reaches the producers that work, earn or emit for it.",
    formula: "e L y = Σ_j e_j y_j + Σ_ij e_i a_ij y_j + Σ_hij e_h a_hi a_ij y_j + …, one path a term; best first, bounded by \
              m = e L",
    source: "Defourny and Thorbecke (1984); Treloar (1997); Lenzen (2003)",
    reading: "A path `a > b > c` of value v: for what final users buy from c, b supplies c, a supplies b, and a uses v of the \
              satellite row. Few paths with a large share = a concentrated chain. Negative amounts and negative final \
              demand are left out, of the total too. Self-loops are steps like others.",
    cost: "three solves, O(k (n + m)) time for k sweeps; then at most max_length / threshold subtrees",
    needs: &[],
    params: &[
        ParamSpec {
            name: "satellite",
            default: "output",
            meaning: "The satellite row to follow; or `output`, or `value_added`.",
        },
        ParamSpec {
            name: "target",
            default: "",
            meaning: "A category of final demand, or the id of a node whose final demand is meant; empty = all of it.",
        },
        ParamSpec { name: "count", default: "100", meaning: "The most paths, at least 0." },
        ParamSpec {
            name: "share",
            default: "1.0",
            meaning: "Ends when the paths explain this share of the total, 0 to 1.",
        },
        ParamSpec {
            name: "max_length",
            default: "10",
            meaning: "The most edges of a path, at least 0.",
        },
        ParamSpec {
            name: "threshold",
            default: "0.0001",
            meaning: "Leaves paths below this share of the total out, 0 to 1.",
        },
    ],
    outputs: &[Output { table: TableId::StructuralPaths, columns: &COLUMNS }],
    core: false,
};

impl Metric for StructuralPathsMetric {
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
        let config: PathsConfig = params.decode()?;
        let StructuralPaths { paths, total } = structural_paths(graph, &config, progress)?;
        let mut rows = Rows::new(&COLUMNS);
        let mut explained = 0.0;
        for (k, path) in paths.iter().enumerate() {
            explained += path.value;
            let ids: Vec<&str> = path.nodes.iter().map(|&node| graph.node_id(node)).collect();
            rows.push([
                (&*config.satellite).into(),
                (k + 1).into(),
                (&*ids.join(ARROW)).into(),
                (ids.len() - 1).into(),
                path.value.into(),
                ratio_or_status(path.value, total).into(),
                ratio_or_status(explained, total).map(|share| share.min(1.0)).into(),
            ]);
        }
        Ok(vec![rows.table(TableId::StructuralPaths)])
    }
}
