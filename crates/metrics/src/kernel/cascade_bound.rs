//! The most that the failure of a firm can cost, for all firms at once, so that only those that may matter are simulated.

use crate::kernel::cascade::Cascade;

/// The share of each market that may be lost for a bound to hold.
const ROOM: f64 = 0.5;
/// How much larger than the fixed point a bound is.
const SLACK: f64 = 1e-3;
const SWEEPS: usize = 1000;

/// For every firm, no less than the total loss when it fails; 1 where no bound is known.
///
/// Losses for want of inputs are at most `Σ_i c_ij d_i`, where `c_ij` is the share of the seller in its group of inputs,
/// times what its competitors do not replace. While no market loses more than half, that is at most its sales by half of
/// its market, and the system is linear: `y ≥ w + C y` bounds the loss from every single firm in one solve. A second solve, which
/// counts the shares of all markets, tells for which firms that holds. Losses for want of orders are linear from the start.
pub(crate) fn upper_bounds(cascade: &Cascade<'_>) -> Vec<f64> {
    let n = cascade.graph.n_nodes();
    let unbounded = || vec![1.0; n];
    let groups = &cascade.groups;
    let kept: Vec<f64> = (0..n).map(|i| kept_at_most(cascade, i)).collect();
    let down = |y: &[f64], i: usize| {
        let sales = groups.sales(i);
        let shares = groups.group[sales.clone()].iter().zip(&cascade.down_share[sales]);
        kept[i]
            * shares.map(|(&g, share)| share * y[groups.buyer[g as usize] as usize]).sum::<f64>()
    };
    let graph = cascade.graph;
    let up = |y: &[f64], i: usize| {
        let purchases = graph.in_range(i);
        let shares = graph.sources()[purchases.clone()].iter().zip(&cascade.up_share[purchases]);
        shares.map(|(&u, share)| share * y[u as usize]).sum::<f64>()
    };
    let Some(by_orders) = above_fixed_point(&cascade.weight, up) else { return unbounded() };
    let Some(by_inputs) = above_fixed_point(&cascade.weight, down) else { return unbounded() };
    let of_markets = match &cascade.markets {
        None => vec![0.0; n],
        Some(markets) => {
            let share = |i: usize| match markets.total_of(i) {
                total if total > 0.0 => markets.sales[i] / total,
                _ => 0.0,
            };
            let shares: Vec<f64> = (0..n).map(share).collect();
            match above_fixed_point(&shares, down) {
                Some(lost) => lost,
                None => return unbounded(),
            }
        }
    };
    let bound = |i: usize| {
        if of_markets[i] <= ROOM {
            (by_inputs[i] + by_orders[i] - cascade.weight[i]).min(1.0)
        } else {
            1.0
        }
    };
    (0..n).map(bound).collect()
}

/// The largest share of a firm's loss that its buyers feel while no market loses more than [`ROOM`].
fn kept_at_most(cascade: &Cascade<'_>, i: usize) -> f64 {
    let Some(markets) = &cascade.markets else { return 1.0 };
    let left = (1.0 - ROOM) * markets.total_of(i);
    if markets.sales[i] < left { markets.sales[i] / left } else { 1.0 }
}

/// Some `y ≥ w + C y`, which is at least `w + C w + C² w + …`; `None` if none was found.
fn above_fixed_point(weight: &[f64], image: impl Fn(&[f64], usize) -> f64) -> Option<Vec<f64>> {
    let n = weight.len();
    // Where nothing counts, the last sweeps could not be told from progress.
    let floor = 1e-6 / n.max(1) as f64;
    let weight: Vec<f64> = weight.iter().map(|w| w + floor).collect();
    let mut y = weight.clone();
    for _ in 0..SWEEPS {
        let next: Vec<f64> = (0..n).map(|i| weight[i] + image(&y, i)).collect();
        let is_close =
            |i: usize| (1.0 + SLACK) * (next[i] - y[i]) <= SLACK * weight[i] && next[i].is_finite();
        if (0..n).all(is_close) {
            return Some(y.iter().map(|y| (1.0 + SLACK) * y).collect());
        }
        y = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::cascade::{Markets, Stop, WipedOut};
    use crate::kernel::draws::Draws;
    use crate::kernel::input_groups::{InputClass, InputGroups};
    use palenque_graph::{NoProgress, SupplyGraph};

    /// A network of 300 firms of 4 types that sell a third to final users.
    fn cascade(graph: &SupplyGraph) -> Cascade<'_> {
        let n = graph.n_nodes();
        let types: Vec<u32> = (0..n as u32).map(|v| v % 4).collect();
        let class = |u: usize, v: usize| match (u + v) % 3 {
            0 => InputClass::Essential,
            _ => InputClass::Substitutable,
        };
        let groups = InputGroups::of(graph, &types, class);
        let (sold, bought) = (graph.out_strengths(), graph.in_strengths());
        let shares = groups.group.iter().zip(&groups.edge).map(|(&g, &e)| {
            let all = if groups.is_essential[g as usize] {
                groups.total[g as usize]
            } else {
                bought[groups.buyer[g as usize] as usize]
            };
            graph.flows()[e as usize] / all
        });
        let down_share = shares.collect();
        let up = |k: usize| {
            graph.flows()[graph.in_edges()[k] as usize] / sold[graph.sources()[k] as usize] / 1.5
        };
        let up_share = (0..graph.n_edges()).map(up).collect();
        let markets = Some(Markets::new(types, sold, WipedOut::Irreplaceable));
        let stop = Stop { epsilon: 1e-9, max_steps: 1000 };
        let weight = vec![1.0 / n as f64; n];
        Cascade { graph, groups, down_share, up_share, markets, weight, stop }
    }

    #[test]
    fn bounds_are_above_what_is_lost_and_near_it() {
        let mut draws = Draws(3);
        let flows: Vec<_> = (0..1500)
            .map(|_| (draws.below(300), draws.below(300), f64::from(1 + draws.below(9))))
            .collect();
        let graph = SupplyGraph::from_flows((0..300).map(|i| i.to_string()), flows);
        let graph = graph.expect("a good graph");
        let cascade = cascade(&graph);
        let every: Vec<u32> = (0..300).collect();
        let losses = cascade.of_each(&every, &NoProgress).expect("done");
        let bounds = upper_bounds(&cascade);
        assert!(losses.iter().zip(&bounds).all(|(l, bound)| l.total <= *bound));
        let near = losses.iter().zip(&bounds).filter(|(l, bound)| **bound < 2.0 * l.total);
        assert!(near.count() > 200);
    }
}
