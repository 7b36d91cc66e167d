//! How far firms change their suppliers and their customers.

use super::links::partners;
use crate::kernel::ratio::ratio_or_status;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params, Scope};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{NodeIndex, PeriodPair, Progress, SupplyGraph, Table, TableId};

/// How far a firm changed its partners on one side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Switch {
    /// `1 −` Jaccard's index of the partners of both periods.
    pub jaccard: f64,
    /// The share of trade that moved to other partners.
    pub share: f64,
    /// The share of later trade that is with new partners.
    pub new: f64,
    /// The share of earlier trade that was with partners who are none any more.
    pub dropped: f64,
    /// The mean of its trade in both periods.
    pub trade: f64,
}

/// Whose partners are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Suppliers, by what is bought.
    Suppliers,
    /// Customers, by what is sold.
    Customers,
}

/// How far each firm changed its suppliers or its customers from one period to the next.
///
/// # Formula
/// With the partners `S_t` of a firm and their shares `σ_t` of its trade: `jaccard = 1 − |S_t ∩ S_t+1| / |S_t ∪ S_t+1|`,
/// `share = ½ Σ |σ_t − σ_t+1|`, the total variation between both; `new = Σ_{S_t+1 ∖ S_t} σ_t+1`, `dropped = Σ_{S_t ∖ S_t+1} σ_t`.
/// # Source
/// Toolkit definition, of Jaccard's index and total variation.
/// # Input and result
/// One value per node, in node order. Undefined (`no_in` for suppliers, `no_out` for customers) for a firm that trades nothing with
/// others in one of the periods. Self-loops are left out.
/// # Cost
/// `O(n + m)` time.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::change::partner_switching::{Side, partner_switching};
/// let ids = ["ana", "beto", "still"];
/// let before = SupplyGraph::from_flows(ids, [(0, 2, 3.0), (1, 2, 1.0)])?;
/// let after = SupplyGraph::from_flows(ids, [(0, 2, 4.0)])?;
/// let still = partner_switching(&before, &after, Side::Suppliers)[2].expect("it buys in both");
/// assert_eq!((still.jaccard, still.share, still.dropped), (0.5, 0.25, 0.25));
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn partner_switching(
    from: &SupplyGraph,
    to: &SupplyGraph,
    side: Side,
) -> Vec<Result<Switch, Status>> {
    let of = |u: NodeIndex| match side {
        Side::Suppliers => {
            let others = |graph: &SupplyGraph| Partners::of(graph.suppliers(u), u);
            switch(&others(from), &others(to)).ok_or(Status::NoIn)
        }
        Side::Customers => {
            let others = |graph: &SupplyGraph| Partners::of(graph.customers(u), u);
            switch(&others(from), &others(to)).ok_or(Status::NoOut)
        }
    };
    from.node_indices().map(of).collect()
}

/// With whom a firm trades, and how much in all.
struct Partners {
    each: Vec<(NodeIndex, f64)>,
    trade: f64,
}

impl Partners {
    fn of(all: impl Iterator<Item = (NodeIndex, f64)>, own: NodeIndex) -> Self {
        let each: Vec<(NodeIndex, f64)> = all.filter(|(partner, _)| *partner != own).collect();
        let trade = each.iter().map(|(_, flow)| flow).sum();
        Self { each, trade }
    }
}

fn switch(before: &Partners, after: &Partners) -> Option<Switch> {
    if !(before.trade > 0.0 && after.trade > 0.0) {
        return None;
    }
    let (mut kept, mut all) = (0_usize, 0_usize);
    let [mut moved, mut new, mut dropped] = [0.0; 3];
    for (_, first, second) in partners(before.each.iter().copied(), after.each.iter().copied()) {
        let (z0, z1) = (first.unwrap_or(0.0) / before.trade, second.unwrap_or(0.0) / after.trade);
        moved += (z0 - z1).abs() / 2.0;
        new += if first.is_none() { z1 } else { 0.0 };
        dropped += if second.is_none() { z0 } else { 0.0 };
        kept += usize::from(first.is_some() && second.is_some());
        all += 1;
    }
    let jaccard = (all - kept) as f64 / all as f64;
    let trade = f64::midpoint(before.trade, after.trade);
    Some(Switch { jaccard, share: moved, new, dropped, trade })
}

/// [`partner_switching()`] behind the registry.
pub struct PartnerSwitching;

const fn share(name: &'static str, meaning: &'static str) -> ColumnSpec {
    ColumnSpec::number(name, Unit::One, meaning)
}

static NODES: [ColumnSpec; 8] = [
    share("switch_jaccard", "Suppliers of one of two periods only, by the suppliers of either."),
    share("switch_share", "Share of purchases that moved to other suppliers."),
    share("new_supplier_share", "Share of later purchases from new suppliers."),
    share("dropped_supplier_share", "Share of earlier purchases from suppliers that were left."),
    share(
        "customer_switch_jaccard",
        "Customers of one of two periods only, by the customers of either.",
    ),
    share("customer_switch_share", "Share of sales that moved to other customers."),
    share("new_customer_share", "Share of later sales to new customers."),
    share("dropped_customer_share", "Share of earlier sales to customers that were lost."),
];

static NETWORK: [ColumnSpec; 4] = [
    share("mean_switch_jaccard", "Mean of switch_jaccard over buyers, by their purchases."),
    share("mean_switch_share", "Mean of switch_share over buyers, by their purchases."),
    share(
        "mean_customer_switch_jaccard",
        "Mean of customer_switch_jaccard over sellers, by their sales.",
    ),
    share(
        "mean_customer_switch_share",
        "Mean of customer_switch_share over sellers, by their sales.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "partner_switching",
    family: Family::Change,
    summary: "How far firms change their suppliers and their customers.",
    formula: "switch_jaccard = 1 − |S_t ∩ S_t+1|/|S_t ∪ S_t+1|; switch_share = ½ Σ_u |σ_u,t − σ_u,t+1|; \
              new_supplier_share = Σ_{S_t+1 ∖ S_t} σ_t+1; dropped_supplier_share = Σ_{S_t ∖ S_t+1} σ_t; customers alike; means weighted \
              by the trade of both periods",
    source: "Toolkit definition",
    reading: "0 = the same partners in the same proportions, 1 = none of the earlier ones. A high switch_share with a low switch_jaccard = \
              firms shift between partners whom they have. The mean is over firms that trade in both periods. Self-loops are left out.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::TemporalNode, columns: &NODES },
        Output { table: TableId::TemporalNetwork, columns: &NETWORK },
    ],
    core: false,
};

impl Metric for PartnerSwitching {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn scope(&self) -> Scope {
        Scope::Pair
    }

    fn compare(
        &self,
        pair: &PeriodPair<'_>,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let parts: [fn(Switch) -> f64; 4] = [|s| s.jaccard, |s| s.share, |s| s.new, |s| s.dropped];
        let (mut nodes, mut means) = (Vec::new(), Vec::new());
        for side in [Side::Suppliers, Side::Customers] {
            let switches = partner_switching(pair.from, pair.to, side);
            let column = |part: fn(Switch) -> f64| switches.iter().map(move |s| s.map(part));
            for part in parts {
                nodes.extend(
                    NODES.get(nodes.len()).map(|spec| Column::from_results(spec, column(part))),
                );
            }
            for part in &parts[..2] {
                let mean = mean(&switches, *part);
                means.extend(
                    NETWORK.get(means.len()).map(|spec| Column::from_results(spec, [mean])),
                );
            }
        }
        Ok(vec![
            Table::new(TableId::TemporalNode, nodes),
            Table::new(TableId::TemporalNetwork, means),
        ])
    }
}

/// The mean over the firms that have a value, weighted by their trade.
fn mean(switches: &[Result<Switch, Status>], part: fn(Switch) -> f64) -> Result<f64, Status> {
    let defined = || switches.iter().filter_map(|switch| switch.ok());
    let total: f64 = defined().map(|switch| switch.trade).sum();
    ratio_or_status(defined().map(|switch| switch.trade * part(switch)).sum(), total)
}
