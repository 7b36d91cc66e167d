//! The indicators of collective efficiency, out of the network itself.

use super::index::{Half, Indicator};
use super::joint_action::joint_action;
use crate::change::link_dynamics::{LinkDynamicsConfig, link_dynamics};
use crate::fragmentation::production_fragmentation::production_fragmentation;
use crate::kernel::ratio::ratio;
use crate::linkage::groups::stage_column;
use crate::linkage::horizontal::{HorizontalConfig, horizontal_linkages};
use crate::linkage::reciprocity::reciprocity;
use crate::resilience::essentiality::type_column;
use crate::{MetricError, Params, find};
use palenque_graph::transform::induced;
use palenque_graph::{NodeIndex, Panel, Progress, SupplyGraph, TableId};
use std::collections::BTreeMap;

/// One value a period.
type Of<'a> = Box<dyn Fn(usize, &SupplyGraph) -> Result<Option<f64>, MetricError> + 'a>;

/// The ten indicators of every period: those that cannot be had of it are unknown.
///
/// # Errors
/// [`MetricError::Cancelled`].
pub(super) fn indicators(
    panel: &Panel,
    near: f64,
    progress: &dyn Progress,
) -> Result<Vec<Indicator>, MetricError> {
    let graphs: Vec<&SupplyGraph> = panel.iter().map(|(_, graph)| graph).collect();
    let all: [(&str, Half, Of<'_>); 10] = [
        ("localisation", Half::Passive, Box::new(|_, graph| localisation(graph, near, progress))),
        ("supplier_depth", Half::Passive, Box::new(|_, graph| supplier_depth(graph))),
        (
            "division_of_labour",
            Half::Passive,
            Box::new(|_, graph| Ok(production_fragmentation(graph, "")?.index.ok())),
        ),
        ("intra_cluster_purchases", Half::Passive, Box::new(|_, graph| Ok(purchases(graph)))),
        ("shared_partners", Half::Passive, Box::new(|_, graph| shared(graph, progress))),
        (
            "horizontal_cooperation",
            Half::Active,
            Box::new(|_, graph| Ok(joint_action(graph, "")?.horizontal)),
        ),
        (
            "vertical_cooperation",
            Half::Active,
            Box::new(|_, graph| Ok(joint_action(graph, "")?.vertical)),
        ),
        (
            "multilateral_membership",
            Half::Active,
            Box::new(|_, graph| Ok(joint_action(graph, "")?.multilateral)),
        ),
        ("persistence", Half::Active, Box::new(|k, _| persistence(&graphs, k))),
        ("reciprocity", Half::Active, Box::new(|_, graph| Ok(reciprocity(graph).share))),
    ];
    let mut found = Vec::new();
    for (name, half, of) in all {
        let mut values = Vec::new();
        for (k, graph) in graphs.iter().enumerate() {
            values.push(match of(k, graph) {
                Ok(value) => value.filter(|x| x.is_finite()),
                Err(MetricError::Cancelled) => return Err(MetricError::Cancelled),
                Err(_) => None,
            });
        }
        let name = name.to_owned();
        found.push(Indicator { name, half, is_good: true, weight: 1.0, goalposts: None, values });
    }
    Ok(found)
}

/// Mean over groups of Marcon and Puech's M within a distance: how much more of a group is near to its firms than there is of it.
pub(crate) fn localisation(
    graph: &SupplyGraph,
    near: f64,
    progress: &dyn Progress,
) -> Result<Option<f64>, MetricError> {
    let metric = find("marcon_puech").expect("a metric of space");
    let params =
        Params::default().with("distances", serde_json::json!([near])).with("replicates", 0.into());
    // A firm that neither buys nor sells in a period is not there.
    let is_there = |node: &NodeIndex| {
        !graph.out_range(node.index()).is_empty() || !graph.in_range(node.index()).is_empty()
    };
    let firms: Vec<NodeIndex> = graph.node_indices().filter(is_there).collect();
    let graph = &induced(graph, &firms);
    let mut values = Vec::new();
    for table in metric.compute(graph, &params, progress)? {
        if table.id() == TableId::SpatialCurve {
            values.extend((0..table.n_rows()).filter_map(|row| table.number("value", row)));
        }
    }
    Ok(ratio(values.iter().sum(), values.len() as f64))
}

/// Mean over what firms buy, by type, of how many suppliers of equal size they would have of it.
fn supplier_depth(graph: &SupplyGraph) -> Result<Option<f64>, MetricError> {
    let column = graph.nodes().text(type_column(graph, "")?);
    let (mut sum, mut n) = (0.0, 0.0_f64);
    for buyer in graph.node_indices() {
        let mut types: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
        for (seller, flow) in graph.suppliers(buyer).filter(|(seller, _)| *seller != buyer) {
            let Some(kind) = column.and_then(|column| column.code(seller.index())) else {
                continue;
            };
            let of = types.entry(kind).or_default();
            *of = (of.0 + flow, of.1 + flow * flow);
        }
        for (total, squares) in types.into_values() {
            if let Some(effective) = ratio(total * total, squares) {
                (sum, n) = (sum + effective, n + 1.0);
            }
        }
    }
    Ok(ratio(sum, n))
}

/// What firms buy from each other, of all that they buy, imports included; unknown where nobody knows of imports.
fn purchases(graph: &SupplyGraph) -> Option<f64> {
    let imports: f64 = graph.nodes().number("imports")?.iter().flatten().sum();
    let inside = graph.total_flow();
    ratio(inside, inside + imports)
}

/// How alike the partners of firms of one group are: mean cosine.
pub(crate) fn shared(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Option<f64>, MetricError> {
    let grouping = stage_column(graph, "").to_owned();
    let config = HorizontalConfig { grouping, ..HorizontalConfig::default() };
    let found = horizontal_linkages(graph, &config, progress)?;
    let known: Vec<f64> = found.equivalence.into_iter().flatten().collect();
    Ok(ratio(known.iter().sum(), known.len() as f64))
}

/// The share of flow on links that are there in the next period too; for the last one, of the period before it.
fn persistence(graphs: &[&SupplyGraph], k: usize) -> Result<Option<f64>, MetricError> {
    let first = if k + 1 < graphs.len() { k } else { k.saturating_sub(1) };
    let Some(next) = graphs.get(first + 1) else { return Ok(None) };
    let found = link_dynamics(graphs[first], next, &LinkDynamicsConfig::default())?;
    Ok(found.weight_persistence.ok())
}
