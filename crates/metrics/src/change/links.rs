//! Links followed from period to period. What a firm delivers to itself is no link.

use palenque_graph::{NodeIndex, Panel, SupplyGraph};

/// A link of one of two periods, or of both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Link {
    /// Who sells.
    pub(super) seller: usize,
    /// Who buys.
    pub(super) buyer: usize,
    /// Its flow in the earlier period, where it was there.
    pub(super) before: Option<f64>,
    /// Its flow in the later period, where it is there.
    pub(super) after: Option<f64>,
}

/// Every link of two networks over the same nodes, by seller and then by buyer.
pub(super) fn links<'g>(
    from: &'g SupplyGraph,
    to: &'g SupplyGraph,
) -> impl Iterator<Item = Link> + 'g {
    from.node_indices().flat_map(move |seller| {
        let both = partners(from.customers(seller), to.customers(seller));
        let of = move |(buyer, before, after)| (seller.index(), buyer, before, after);
        let link = |(seller, buyer, before, after)| Link { seller, buyer, before, after };
        both.map(of).filter(|(seller, buyer, ..)| seller != buyer).map(link)
    })
}

/// The partners of two lists in ascending order, and the flow with each in both.
pub(super) fn partners(
    before: impl Iterator<Item = (NodeIndex, f64)>,
    after: impl Iterator<Item = (NodeIndex, f64)>,
) -> impl Iterator<Item = (usize, Option<f64>, Option<f64>)> {
    let (mut before, mut after) = (before.peekable(), after.peekable());
    std::iter::from_fn(move || {
        let firsts = [before.peek(), after.peek()];
        let next = firsts.into_iter().flatten().map(|(partner, _)| *partner).min()?;
        let first = before.next_if(|(partner, _)| *partner == next).map(|(_, flow)| flow);
        let second = after.next_if(|(partner, _)| *partner == next).map(|(_, flow)| flow);
        Some((next.index(), first, second))
    })
}

/// When a link was there, and with which flow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sighting {
    /// Who bought.
    pub(super) buyer: usize,
    /// The period, by its number.
    pub(super) period: usize,
    /// The flow.
    pub(super) flow: f64,
}

/// Shows every link of a panel, by seller and then by buyer: the seller, and when the link was there, in order.
pub(super) fn follow(panel: &Panel, mut show: impl FnMut(usize, &[Sighting])) {
    let mut seen: Vec<Sighting> = Vec::new();
    for seller in panel.last().node_indices() {
        seen.clear();
        for (period, (_, graph)) in panel.iter().enumerate() {
            let others = graph.customers(seller).filter(|(buyer, _)| *buyer != seller);
            let sighting = |(buyer, flow): (NodeIndex, f64)| (buyer.index(), flow);
            let sightings = others.map(sighting);
            seen.extend(sightings.map(|(buyer, flow)| Sighting { buyer, period, flow }));
        }
        seen.sort_unstable_by_key(|at| (at.buyer, at.period));
        for link in seen.chunk_by(|a, b| a.buyer == b.buyer) {
            show(seller.index(), link);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(flows: &[(u32, u32, f64)]) -> SupplyGraph {
        SupplyGraph::from_flows(["a", "b", "c"], flows.iter().copied()).expect("a good graph")
    }

    #[test]
    fn links_of_two_periods_are_met_once_and_loops_not_at_all() {
        let from = graph(&[(0, 0, 9.0), (0, 1, 1.0), (2, 0, 3.0)]);
        let to = graph(&[(0, 1, 2.0), (0, 2, 4.0), (2, 2, 9.0)]);
        let link = |seller, buyer, before, after| Link { seller, buyer, before, after };
        let expected = [
            link(0, 1, Some(1.0), Some(2.0)),
            link(0, 2, None, Some(4.0)),
            link(2, 0, Some(3.0), None),
        ];
        assert_eq!(links(&from, &to).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_link_is_followed_through_its_periods() {
        let periods = [graph(&[(0, 1, 1.0), (0, 2, 5.0)]), graph(&[]), graph(&[(0, 1, 3.0)])];
        let named = periods.into_iter().enumerate().map(|(i, graph)| (i.to_string(), graph));
        let panel = Panel::new(named).expect("the same nodes");
        let mut found = Vec::new();
        follow(&panel, |seller, link| {
            let periods: Vec<usize> = link.iter().map(|at| at.period).collect();
            found.push((seller, link[0].buyer, periods));
        });
        assert_eq!(found, [(0, 1, vec![0, 2]), (0, 2, vec![0])]);
    }
}
