//! In which order the nodes, or the links, of a network are removed.

use super::esri::{EsriConfig, esri};
use super::essentiality::Essentiality;
use crate::centrality::betweenness::betweenness;
use crate::centrality::closeness::DistanceConfig;
use crate::centrality::pagerank::{PagerankConfig, Towards, pagerank};
use crate::kernel::adjacency::{Mutual, edges};
use crate::kernel::input_groups::InputClass;
use crate::side::SideReader;
use crate::{MetricError, ParamError, Params, SideSpec};
use palenque_graph::accounts::Accounts;
use palenque_graph::{Progress, SupplyGraph};

/// Edges that searches for shortest paths may pass in all: some minutes.
pub(super) const BUDGET: f64 = 2e11;

/// The side table of an order of one's own.
pub static REMOVALS: SideSpec = SideSpec {
    name: "removals",
    columns: "node_id, or source,target",
    meaning: "Nodes, or links, in the order in which they are removed by `orders = [\"file\"]`, or `link_orders = [\"file\"]`; what \
              it does not name falls after all that it does.",
};

/// What is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nodes, with all their links.
    Node,
    /// Links between different nodes.
    Edge,
}

impl Target {
    /// The name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Edge => "edge",
        }
    }
}

/// What the orders `esri` and `file` go by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Removals {
    /// What an input is to a buyer; `None` for all essential, by the first of `sector`, `role`, `stage`.
    pub inputs: Option<Essentiality>,
    /// Nodes, the first to fall first.
    pub nodes: Option<Vec<u32>>,
    /// Edges, the first to fall first.
    pub links: Option<Vec<u32>>,
}

impl Removals {
    /// From the side table of a metric, if there is one.
    pub(super) fn read(graph: &SupplyGraph, params: &Params) -> Result<Self, MetricError> {
        let mut found = Self::default();
        let Some(reader) = SideReader::of(graph, params, &REMOVALS) else { return Ok(found) };
        if let (Some(source), Some(target)) = (reader.optional("source"), reader.optional("target"))
        {
            let mut links = Vec::new();
            for row in reader.rows() {
                let (u, v) = (reader.node(row, source)?, reader.node(row, target)?);
                let sells =
                    graph.out_range(u.index()).find(|&e| graph.targets()[e] as usize == v.index());
                let Some(edge) = sells else {
                    let (u, v) = (graph.node_id(u), graph.node_id(v));
                    let what = format!("`{u}` does not supply `{v}`");
                    return Err(reader.refused("E0403", what, row, target));
                };
                links.push(edge as u32);
            }
            found.links = Some(links);
        } else {
            let id = reader.column("node_id")?;
            let nodes = reader.rows().map(|row| Ok(reader.node(row, id)?.index() as u32));
            found.nodes = Some(nodes.collect::<Result<_, MetricError>>()?);
        }
        Ok(found)
    }
}

/// An order of removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttackOrder {
    /// At random, many times.
    Random,
    /// Most partners first, suppliers and customers counted once.
    Degree,
    /// Most trade with others first.
    Strength,
    /// Most often between others first, in hops.
    Betweenness,
    /// Highest `pagerank_reverse` first: those on whom most others depend.
    PagerankReverse,
    /// Largest output first.
    Output,
    /// Highest economic systemic risk first: those whose failure costs most output.
    Esri,
    /// As a table says.
    File,
}

impl AttackOrder {
    /// The name in tables and parameters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Degree => "degree",
            Self::Strength => "strength",
            Self::Betweenness => "betweenness",
            Self::PagerankReverse => "pagerank_reverse",
            Self::Output => "output",
            Self::Esri => "esri",
            Self::File => "file",
        }
    }

    /// The score of every node of the intact network, by which they fall; `None` at random.
    pub(super) fn scores(
        self,
        graph: &SupplyGraph,
        given: &Removals,
        progress: &dyn Progress,
    ) -> Result<Option<Vec<f64>>, MetricError> {
        let n = graph.n_nodes();
        let ties = |value: &dyn Fn(&[f64]) -> f64| {
            let mutual = Mutual::of(graph);
            let node = |u| value(&mutual.weights()[mutual.adjacency().range(u)]);
            (0..n).map(node).collect()
        };
        Ok(Some(match self {
            Self::Random => return Ok(None),
            Self::Degree => ties(&|weights| weights.len() as f64),
            Self::Strength => ties(&|weights| weights.iter().sum()),
            Self::Betweenness => {
                affordable(graph)?;
                betweenness(graph, &DistanceConfig::default(), progress)?.node_raw
            }
            Self::PagerankReverse => {
                pagerank(graph, Towards::Suppliers, &PagerankConfig::default(), progress)?
            }
            Self::Output => Accounts::of(graph).output,
            Self::Esri => {
                let essential;
                let inputs = if let Some(inputs) = &given.inputs {
                    inputs
                } else {
                    essential = Essentiality::uniform(graph, "", InputClass::Essential)?;
                    &essential
                };
                let risk = esri(graph, inputs, &EsriConfig::default(), progress)?;
                risk.iter().map(|risk| risk.map_or(0.0, |risk| risk.esri)).collect()
            }
            Self::File => by_place(n, given.nodes.as_deref(), "node_id", "orders")?,
        }))
    }

    /// The score of every edge of the intact network, by which they fall; `None` at random.
    pub(super) fn link_scores(
        self,
        graph: &SupplyGraph,
        given: &Removals,
        progress: &dyn Progress,
    ) -> Result<Option<Vec<f64>>, MetricError> {
        Ok(Some(match self {
            Self::Random => return Ok(None),
            Self::Degree => {
                let mutual = Mutual::of(graph);
                let degree = |u: usize| mutual.adjacency().range(u).len() as f64;
                edges(graph).map(|(u, v)| degree(u) * degree(v)).collect()
            }
            Self::Strength => graph.flows().to_vec(),
            Self::Betweenness => {
                affordable(graph)?;
                betweenness(graph, &DistanceConfig::default(), progress)?.edge_raw
            }
            Self::File => {
                by_place(graph.n_edges(), given.links.as_deref(), "source,target", "link_orders")?
            }
            Self::PagerankReverse | Self::Output | Self::Esri => {
                let what = format!(
                    "`link_orders` knows `random`, `degree`, `strength`, `betweenness` and `file`, not `{}`",
                    self.name()
                );
                return Err(ParamError::Value(what).into());
            }
        }))
    }
}

fn affordable(graph: &SupplyGraph) -> Result<(), MetricError> {
    let n = graph.n_nodes();
    if n as f64 * graph.n_edges() as f64 <= BUDGET {
        return Ok(());
    }
    Err(MetricError::TooLong {
        what: "exact betweenness of all",
        n,
        instead: "have them removed by `degree` or `pagerank_reverse`, or in an order of your own by `file`",
    })
}

/// The earlier in a list, the higher.
fn by_place(
    n: usize,
    list: Option<&[u32]>,
    columns: &str,
    parameter: &str,
) -> Result<Vec<f64>, MetricError> {
    let Some(list) = list else {
        let what = format!("side table `removals` ({columns}) for `{parameter} = [\"file\"]`");
        return Err(MetricError::InputMissing { what });
    };
    let mut scores = vec![0.0; n];
    // Backwards, so that the first of several places counts.
    for (k, &unit) in list.iter().enumerate().rev() {
        scores[unit as usize] = (list.len() - k) as f64;
    }
    Ok(scores)
}

/// All units, the highest score first, equal ones by their number.
pub(super) fn descending(scores: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..scores.len() as u32).collect();
    order.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_fall_in_the_order_of_nodes() {
        assert_eq!(descending(&[1.0, 3.0, 1.0, 3.0]), [1, 3, 0, 2]);
    }
}
