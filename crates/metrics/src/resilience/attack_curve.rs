//! What is left of a network as its nodes, or its links, are removed, one after the other.

use super::adaptive_order::{adaptive_link_order, adaptive_order};
use super::attack_order::{AttackOrder, Removals, Target, descending};
use super::attack_pass::{Plan, curve};
use crate::kernel::adjacency::edges;
use crate::{MetricError, ParamError};
use palenque_graph::accounts::Accounts;
use palenque_graph::{Progress, SupplyGraph};

/// Which nodes and links are removed, and what is written down.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RobustnessConfig {
    /// Orders of removal of nodes, each a curve.
    pub orders: Vec<AttackOrder>,
    /// Orders whose scores are computed anew after every removal, each a curve more.
    pub adaptive: Vec<AttackOrder>,
    /// Orders of removal of links, each a curve.
    pub link_orders: Vec<AttackOrder>,
    /// The same with scores that are computed anew.
    pub link_adaptive: Vec<AttackOrder>,
    /// What the orders `esri` and `file` go by.
    #[serde(skip)]
    pub given: Removals,
    /// Random orders to average over.
    pub replicates: usize,
    /// Where the random orders begin.
    pub seed: u64,
    /// Points of a curve at most; `r_index` is exact whatever they are.
    pub points: usize,
}

impl Default for RobustnessConfig {
    fn default() -> Self {
        use AttackOrder::{Degree, Output, PagerankReverse, Random, Strength};
        let orders = vec![Random, Degree, Strength, PagerankReverse, Output];
        Self {
            orders,
            adaptive: vec![Degree],
            link_orders: vec![Random, Degree, Strength],
            link_adaptive: Vec::new(),
            given: Removals::default(),
            replicates: 100,
            seed: 1,
            points: 201,
        }
    }
}

/// What is left of a network under one order of removal.
#[derive(Clone, Debug, PartialEq)]
pub struct AttackCurve {
    /// The order.
    pub order: AttackOrder,
    /// What is removed.
    pub target: Target,
    /// How many of them there are.
    pub n_units: usize,
    /// Whether its scores are computed anew after every removal.
    pub is_adaptive: bool,
    /// Points of the curve, from no removal to all.
    pub points: Vec<CurvePoint>,
    /// `R = (1/N) Σ_{q=1}^{N} s(q)`, over all steps; `None` where there is nothing to remove.
    pub r_index: Option<f64>,
    /// 95 % of random orders have an `R` in here.
    pub r_interval: Option<(f64, f64)>,
    /// The first fraction removed at which the largest component is below half of all nodes.
    pub f_half: Option<f64>,
    /// The same for 5 %.
    pub f_5pct: Option<f64>,
    /// Orders averaged over.
    pub n_replicates: usize,
    /// Whether `r_index` is a mean over a sample of orders.
    pub is_sampled: bool,
}

/// A point of a curve. Shares are of the intact network, or of all nodes; means over replicates at random.
#[derive(Clone, Debug, PartialEq)]
pub struct CurvePoint {
    /// Nodes, or links, removed.
    pub step: usize,
    /// The node, or the edge, removed last; `None` at the start and in averages.
    pub removed: Option<u32>,
    /// Nodes of the largest weak component by all nodes.
    pub giant_wcc_share: f64,
    /// Nodes of the largest strong component by all nodes, where it was looked for.
    pub giant_scc_share: Option<f64>,
    /// Flow between nodes that are left by flow between all, self-loops left out.
    pub surviving_flow_share: Option<f64>,
    /// Final demand for nodes that are left by that for all, where positive; `None` where links are removed.
    pub served_demand_share: Option<f64>,
    /// Mean size of the component of a node outside of the largest; `None` if there is none.
    pub susceptibility: Option<f64>,
    /// Weak components; `None` in averages.
    pub n_components: Option<u32>,
    /// 95 % of random orders have a `giant_wcc_share` in here.
    pub giant_interval: Option<(f64, f64)>,
}

/// What is left of a network as nodes, or links, are removed by the scores of the intact network, by those of what is left, in an
/// order of one's own, or at random.
///
/// # Formula
/// `s(q)` is the largest weak component after `q` removals by the number of nodes of the intact network, and
/// `R = (1/n) Σ_{q=1}^{n} s(q)`: from `(n − 1)/n²` (a star, its hub first) to `(n − 1)/(2n)` (all tied to all). Equal
/// scores fall by the node's number. Of links, the sum goes over all of them and `s` stays a share of nodes.
/// # Source
/// Albert, Jeong and Barabási (2000); Callaway, Newman, Strogatz and Watts (2000); Holme, Kim, Yoon and Han (2002) for links;
/// Schneider, Moreira, Andrade, Havlin and Herrmann (2011), eq. 1, and Zeng and Liu (2012) for the same of links; Newman and Ziff
/// (2001) for the algorithm.
/// # Input and result
/// One curve an order, of at most `points` points with the same distance between them; `R` and the fractions are taken
/// over all steps. Random orders are averaged; up to 20 nodes, the mean of the largest component is exact, over all
/// subsets. Two links in opposite directions fall one by one. Final demand as [`Accounts`] completes it; what a node sells to final users falls with it, and nothing
/// else does: see dependency models for what else stops. Self-loops are left out. The largest strong component is
/// looked for at as many points as cost little, at most 200 million nodes and edges a curve, else not at all.
/// # Cost
/// `O((n + m) α(n))` time for each order and replicate; `O(n)` memory for each of a few a thread. The order
/// `betweenness` costs what [`betweenness`](crate::centrality::betweenness::betweenness()) does.
/// # Errors
/// [`ParamError::Value`] for no order, no replicates, fewer than 2 points, or an order that links do not have; what the scores
/// return; [`MetricError::Cancelled`].
/// # Example
/// A star falls apart with its hub.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::resilience::attack_order::AttackOrder;
/// # use palenque_metrics::resilience::attack_curve::{RobustnessConfig, robustness_curves};
/// let star = SupplyGraph::from_flows(["hub", "a", "b", "c"], [(0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0)])?;
/// let orders = vec![AttackOrder::Degree];
/// let config = RobustnessConfig { orders, adaptive: vec![], link_orders: vec![], ..Default::default() };
/// let curve = &robustness_curves(&star, &config, &NoProgress)?[0];
/// assert_eq!(curve.r_index, Some(3.0 / 16.0));
/// assert_eq!(curve.points[1].removed, Some(0));
/// assert_eq!(curve.points[1].giant_wcc_share, 0.25);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn robustness_curves(
    graph: &SupplyGraph,
    config: &RobustnessConfig,
    progress: &dyn Progress,
) -> Result<Vec<AttackCurve>, MetricError> {
    let refuse = |what: &str| Err(ParamError::Value(what.into()).into());
    let RobustnessConfig { orders, adaptive, link_orders, link_adaptive, given, .. } = config;
    if [orders, adaptive, link_orders, link_adaptive].iter().all(|list| list.is_empty()) {
        return refuse("`orders` is empty: name at least one, such as \"degree\"");
    }
    if config.replicates == 0 {
        return refuse("`replicates` is 0: a random order is drawn at least once");
    }
    if config.points < 2 {
        return refuse("`points` is below 2: a curve has a beginning and an end");
    }
    let final_demand = Accounts::of(graph).final_demand;
    let (links, ends) = if link_orders.is_empty() && link_adaptive.is_empty() {
        (Vec::new(), Vec::new())
    } else {
        (links_of(graph), edges(graph).map(|(u, v)| (u as u32, v as u32)).collect())
    };
    let nodes = (0..graph.n_nodes() as u32).collect::<Vec<u32>>();
    let plan = |order, is_adaptive, target| {
        let units = match target {
            Target::Node => nodes.as_slice(),
            Target::Edge => links.as_slice(),
        };
        Plan {
            graph,
            order,
            is_adaptive,
            target,
            units,
            ends: &ends,
            final_demand: &final_demand,
            config,
        }
    };
    let mut curves = Vec::new();
    for &order in orders {
        let scores = order.scores(graph, given, progress)?;
        let fall = scores.as_deref().map(descending);
        curves.push(curve(&plan(order, false, Target::Node), fall.as_deref(), progress)?);
    }
    for &order in adaptive {
        let fall = adaptive_order(graph, order, progress)?;
        curves.push(curve(&plan(order, true, Target::Node), Some(&fall), progress)?);
    }
    for &order in link_orders {
        let scores = order.link_scores(graph, given, progress)?;
        let fall = scores.map(|scores| {
            let of_links: Vec<f64> = links.iter().map(|&e| scores[e as usize]).collect();
            descending(&of_links).into_iter().map(|k| links[k as usize]).collect::<Vec<u32>>()
        });
        curves.push(curve(&plan(order, false, Target::Edge), fall.as_deref(), progress)?);
    }
    for &order in link_adaptive {
        let fall = adaptive_link_order(graph, order, progress)?;
        curves.push(curve(&plan(order, true, Target::Edge), Some(&fall), progress)?);
    }
    Ok(curves)
}

/// The edges between different nodes.
pub(super) fn links_of(graph: &SupplyGraph) -> Vec<u32> {
    let numbered = (0..).zip(edges(graph)).filter(|(_, (seller, buyer))| seller != buyer);
    numbered.map(|(edge, _)| edge).collect()
}

/// The 2.5 and 97.5 % quantiles, between neighbouring values in proportion.
pub(crate) fn interval(values: &mut [f64]) -> (f64, f64) {
    values.sort_unstable_by(f64::total_cmp);
    let quantile = |thousandths: usize| {
        let at = thousandths * (values.len() - 1);
        let (low, high) = (values[at / 1000], values[at.div_ceil(1000)]);
        low + (high - low) * (at % 1000) as f64 / 1000.0
    };
    (quantile(25), quantile(975))
}
