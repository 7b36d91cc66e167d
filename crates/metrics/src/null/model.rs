//! Random networks: what each kind keeps of the observed one, and how one is drawn.

use crate::kernel::random::{below, permutation, unit};
use crate::linkage::groups::{STAGE_COLUMNS, first_text};
use crate::linkage::reconstruction::{self, DensityCorrected};
use crate::{MetricError, ParamError};
use palenque_graph::{Columns, SupplyGraph, SupplyGraphBuilder};
use rand_chacha::ChaCha8Rng;

/// What a random network has in common with the observed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NullModel {
    /// Every firm keeps how many customers and suppliers it has, and how much it sells; with whom is left to chance.
    Rewire,
    /// The same, and links change places only with links between the same two groups: how many links the groups have with each
    /// other stays as it is.
    StageRewire,
    /// As `Rewire`; then each seller's flows are dealt anew among its new customers.
    Weights,
    /// The links stay where they are; their flows are dealt anew among all of them.
    Shuffle,
    /// The network stays as it is; its firms exchange what they are called by: role, stage, sector, region, owner.
    Labels,
    /// Links at random with as many expected, and expected sales and purchases as they are (density-corrected gravity model).
    Dcgm,
    /// Not a random network but the expected one: every firm sells to every other in proportion to its purchases, and to itself.
    Config,
    /// The expected one again, without flows to oneself: the table with these totals that assumes least.
    Maxent,
}

impl NullModel {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Rewire,
        Self::StageRewire,
        Self::Weights,
        Self::Shuffle,
        Self::Labels,
        Self::Dcgm,
        Self::Config,
        Self::Maxent,
    ];

    /// The name in tables and parameters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rewire => "rewire",
            Self::StageRewire => "stage_rewire",
            Self::Weights => "weights",
            Self::Shuffle => "shuffle",
            Self::Labels => "labels",
            Self::Dcgm => "dcgm",
            Self::Config => "config",
            Self::Maxent => "maxent",
        }
    }

    /// The model of this name.
    ///
    /// # Errors
    /// [`ParamError::Value`] naming all that there are.
    pub fn named(name: &str) -> Result<Self, ParamError> {
        Self::ALL.into_iter().find(|model| model.name() == name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|model| model.name()).collect();
            let known = known.join("`, `");
            ParamError::Value(format!("`{name}` is not a null model; there are `{known}`"))
        })
    }

    /// Whether it is one network that is expected, and none that is drawn.
    pub(super) fn is_expected(self) -> bool {
        matches!(self, Self::Config | Self::Maxent)
    }

    /// Whether links are exchanged.
    pub(super) fn is_rewired(self) -> bool {
        matches!(self, Self::Rewire | Self::StageRewire | Self::Weights)
    }
}

/// The network that is expected where only totals are known: a single one.
pub(super) fn expected(graph: &SupplyGraph, model: NullModel) -> Result<SupplyGraph, MetricError> {
    let n = graph.n_nodes();
    reconstruction::few_enough(n)?;
    let flows: Vec<f64> = if model == NullModel::Maxent {
        let (sales, purchases, _) = reconstruction::totals(graph);
        reconstruction::maximum_entropy(&sales, &purchases)?
    } else {
        let (sales, purchases) = (graph.out_strengths(), graph.in_strengths());
        let total: f64 = sales.iter().sum();
        (0..n * n).map(|k| sales[k / n] * purchases[k % n] / total).collect()
    };
    let links = (0..n * n).map(|k| ((k / n) as u32, (k % n) as u32, flows[k]));
    let mut nodes = graph.nodes().clone();
    nodes.remove("value_added");
    Ok(rebuilt(graph, links.filter(|link| link.2 > 0.0), nodes))
}

/// The density-corrected gravity model of a network.
pub(super) fn gravity(graph: &SupplyGraph) -> Result<DensityCorrected, MetricError> {
    let (sales, purchases, links) = reconstruction::totals(graph);
    Ok(reconstruction::density_corrected_gravity(&sales, &purchases, links as f64)?)
}

/// A network of this model, drawn link by link; self-loops stay.
pub(super) fn placed(
    graph: &SupplyGraph,
    model: &DensityCorrected,
    rng: &mut ChaCha8Rng,
) -> SupplyGraph {
    let n = graph.n_nodes();
    let mut new = Vec::new();
    for u in (0..n).filter(|u| model.sales[*u] > 0.0) {
        for v in (0..n).filter(|v| model.purchases[*v] > 0.0) {
            let probability = model.probability(u, v);
            if probability > 0.0 && unit(rng) < probability {
                new.extend(model.flow(u, v).map(|flow| (u as u32, v as u32, flow)));
            }
        }
    }
    rebuilt(graph, new.into_iter().chain(self_loops(graph)), without_accounts(graph))
}

/// The groups between which links are exchanged.
pub(super) fn groups(graph: &SupplyGraph, by: &str) -> Result<Vec<Option<usize>>, MetricError> {
    let name = if by.is_empty() { first_text(graph, &STAGE_COLUMNS) } else { Some(by) };
    let column = name.and_then(|name| graph.nodes().text(name));
    let column = column.ok_or_else(|| MetricError::InputMissing {
        what: match by {
            "" => format!("node column `{}`", STAGE_COLUMNS.join("`, `")),
            by => format!("node column `{by}`"),
        },
    })?;
    Ok((0..graph.n_nodes()).map(|u| column.code(u).map(|code| code as usize)).collect())
}

/// The observed network with other customers: of each link between different firms in edge order, its new ends. Self-loops stay.
pub(super) fn with_links(graph: &SupplyGraph, links: &[(u32, u32)], flows: &[f64]) -> SupplyGraph {
    let mut nodes = graph.nodes().clone();
    // What a firm adds is what it makes less what it now buys.
    nodes.remove("value_added");
    let new = links.iter().zip(flows).map(|(&(u, v), &flow)| (u, v, flow));
    rebuilt(graph, new.chain(self_loops(graph)), nodes)
}

/// What firms sell themselves.
fn self_loops(graph: &SupplyGraph) -> impl Iterator<Item = (u32, u32, f64)> + '_ {
    graph.node_indices().filter_map(|u| {
        let edge = graph.edge_between(u, u)?;
        let node = u.index() as u32;
        Some((node, node, graph.flow(edge)))
    })
}

/// The node columns where neither what a firm makes nor what it adds is what it was.
fn without_accounts(graph: &SupplyGraph) -> Columns {
    let mut nodes = graph.nodes().clone();
    for name in ["output", "value_added"] {
        nodes.remove(name);
    }
    nodes
}

/// Flows of the links between different firms, in edge order.
pub(super) fn link_flows(graph: &SupplyGraph) -> Vec<f64> {
    let mut flows = Vec::with_capacity(graph.n_edges());
    for u in graph.node_indices() {
        flows.extend(graph.customers(u).filter(|(v, _)| *v != u).map(|(_, flow)| flow));
    }
    flows
}

/// Each seller's flows in a random order; links of one seller are side by side.
pub(super) fn dealt_by_seller(
    links: &[(u32, u32)],
    flows: &[f64],
    rng: &mut ChaCha8Rng,
) -> Vec<f64> {
    let mut dealt = flows.to_vec();
    let mut start = 0;
    for row in links.chunk_by(|a, b| a.0 == b.0) {
        let own = &mut dealt[start..start + row.len()];
        for last in (1..own.len()).rev() {
            own.swap(last, below(last as u64 + 1, rng) as usize);
        }
        start += row.len();
    }
    dealt
}

/// The same links, all flows in a random order.
pub(super) fn shuffled(graph: &SupplyGraph, rng: &mut ChaCha8Rng) -> SupplyGraph {
    let flows = graph.flows();
    let order = permutation(flows.len(), rng);
    let mut next = order.iter().map(|&e| flows[e as usize]);
    let mut new = Vec::with_capacity(flows.len());
    for u in graph.node_indices() {
        for (v, _) in graph.customers(u) {
            let flow = next.next().expect("as many flows as links");
            new.push((u.index() as u32, v.index() as u32, flow));
        }
    }
    rebuilt(graph, new.into_iter(), without_accounts(graph))
}

/// What firms are called by that labels exchange.
const LABELS: [&str; 5] = ["role", "stage", "sector", "region", "owner"];

/// The same network, its labels exchanged: those of one firm stay together.
pub(super) fn relabelled(graph: &SupplyGraph, rng: &mut ChaCha8Rng) -> SupplyGraph {
    let order = permutation(graph.n_nodes(), rng);
    let moved = graph.nodes().select(&order);
    let mut nodes = graph.nodes().clone();
    for name in LABELS {
        if let Some(column) = moved.text(name) {
            nodes.set_text(name, column.clone());
        }
    }
    graph.clone().with_nodes(nodes)
}

fn rebuilt(
    graph: &SupplyGraph,
    flows: impl Iterator<Item = (u32, u32, f64)>,
    nodes: Columns,
) -> SupplyGraph {
    let mut builder = SupplyGraphBuilder::new(graph.ids().clone()).ids_are_distinct();
    for (u, v, flow) in flows {
        builder.add_flow(u, v, flow).expect("a flow of the graph between nodes of it");
    }
    let mut new = builder.build().expect("flows of a graph, each once").graph.with_nodes(nodes);
    if let Some(demand) = graph.final_demand() {
        new = new.with_final_demand(demand.clone());
    }
    for relation in graph.relations() {
        new = new.with_relation(relation.clone());
    }
    for satellite in graph.satellites() {
        new = new.with_satellite(satellite.clone());
    }
    match graph.unit() {
        Some(unit) => new.with_unit(unit),
        None => new,
    }
}
