//! Bars from top to bottom so that few links cross: barycentre sweeps (Sugiyama, Tagawa and Toda 1981).

use super::{Bar, Link};

const SWEEPS: usize = 24;

/// The bars by stage and in the best order found, and the links between them.
pub(in crate::chart) fn arranged(
    bars: &[Bar],
    links: Vec<Link>,
    n_stages: usize,
) -> (Vec<Bar>, Vec<Link>) {
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); n_stages];
    for (bar, Bar { stage, .. }) in bars.iter().enumerate() {
        columns[*stage].push(bar);
    }
    let best = best_order(bars, &links, columns);
    let mut new_place = vec![0; bars.len()];
    for (place, bar) in best.iter().flatten().enumerate() {
        new_place[*bar] = place;
    }
    let sorted = best.into_iter().flatten().map(|bar| bars[bar].clone()).collect();
    let moved = links.into_iter().map(|link| Link {
        from: new_place[link.from],
        to: new_place[link.to],
        flow: link.flow,
    });
    (sorted, moved.collect())
}

fn best_order(bars: &[Bar], links: &[Link], mut columns: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let mut neighbours: Vec<Vec<(usize, f64)>> = vec![Vec::new(); bars.len()];
    for link in links {
        neighbours[link.from].push((link.to, link.flow));
        neighbours[link.to].push((link.from, link.flow));
    }
    let mut best = columns.clone();
    let mut height = heights(bars, &columns);
    let mut least = crossings(bars, links, &height);
    for sweep in 0..SWEEPS {
        let stages: Vec<usize> = if sweep % 2 == 0 {
            (0..columns.len()).collect()
        } else {
            (0..columns.len()).rev().collect()
        };
        for stage in stages {
            // On the way to the right a stage follows its left neighbours, and back; at the end both.
            let counts = |other: usize| match sweep {
                s if s + 4 >= SWEEPS => bars[other].stage != stage,
                s if s % 2 == 0 => bars[other].stage < stage,
                _ => bars[other].stage > stage,
            };
            let centre = |bar: usize| {
                let near = neighbours[bar].iter().filter(|(other, _)| counts(*other));
                let (sum, weight) = near
                    .map(|(other, flow)| (height[*other] * flow, *flow))
                    .fold((0.0, 0.0), |(s, w), (x, f)| (s + x, w + f));
                if weight > 0.0 { sum / weight } else { height[bar] }
            };
            let mut keyed: Vec<(f64, usize)> =
                columns[stage].iter().map(|bar| (centre(*bar), *bar)).collect();
            // What stands for many lies at the bottom, where nobody looks for names.
            keyed.sort_by(|a, b| {
                bars[a.1].is_rest().cmp(&bars[b.1].is_rest()).then(a.0.total_cmp(&b.0))
            });
            columns[stage] = keyed.into_iter().map(|(_, bar)| bar).collect();
            for (bar, place) in column_heights(bars, &columns[stage]) {
                height[bar] = place;
            }
        }
        let crossed = crossings(bars, links, &height);
        if crossed < least {
            least = crossed;
            best.clone_from(&columns);
        }
    }
    best
}

/// The middle of every bar, 0 at the top and 1 at the bottom of its column.
fn heights(bars: &[Bar], columns: &[Vec<usize>]) -> Vec<f64> {
    let mut height = vec![0.0; bars.len()];
    for (bar, place) in columns.iter().flat_map(|column| column_heights(bars, column)) {
        height[bar] = place;
    }
    height
}

fn column_heights(bars: &[Bar], column: &[usize]) -> Vec<(usize, f64)> {
    // Half of the height is bars, half the space between them.
    let total: f64 = column.iter().map(|bar| bars[*bar].size).sum();
    let each = 1.0 / column.len().max(1) as f64;
    let mut top = 0.0;
    let place = |bar: &usize| {
        let thick = 0.5 * bars[*bar].size / total + 0.5 * each;
        let middle = top + thick / 2.0;
        top += thick;
        (*bar, middle)
    };
    column.iter().map(place).collect()
}

/// How many links between the same two stages cross, weighted by the smaller flow of each pair.
fn crossings(bars: &[Bar], links: &[Link], height: &[f64]) -> f64 {
    // Small links cannot be told apart: the largest decide.
    let links = &links[..links.len().min(400)];
    let ends = |link: &Link| (bars[link.from].stage, bars[link.to].stage);
    let mut crossed = 0.0;
    for (i, a) in links.iter().enumerate() {
        for b in links[..i].iter().filter(|b| ends(b) == ends(a)) {
            let left = height[a.from] - height[b.from];
            let right = height[a.to] - height[b.to];
            if left * right < 0.0 {
                crossed += a.flow.min(b.flow);
            }
        }
    }
    crossed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bar(stage: usize) -> Bar {
        let loss = crate::chart::supply_chain::Loss::default();
        Bar { id: String::new(), name: String::new(), stage, size: 1.0, n: 1, loss }
    }

    fn crossed(bars: &[Bar], links: &[Link], n_stages: usize) -> f64 {
        let mut columns = vec![Vec::new(); n_stages];
        bars.iter().enumerate().for_each(|(i, bar)| columns[bar.stage].push(i));
        crossings(bars, links, &heights(bars, &columns))
    }

    #[test]
    fn a_shuffled_ladder_is_untangled() {
        // Three stages of five, chains a–b–c that start in opposite order.
        let bars: Vec<Bar> = (0..15).map(|i| bar(i / 5)).collect();
        let links: Vec<Link> = (0..5)
            .flat_map(|i| {
                let middle = 5 + (i * 2 + 1) % 5;
                let last = 10 + (4 - i);
                [
                    Link { from: i, to: middle, flow: 1.0 },
                    Link { from: middle, to: last, flow: 1.0 },
                ]
            })
            .collect();
        assert!(crossed(&bars, &links, 3) > 0.0);
        let (bars, links) = arranged(&bars, links, 3);
        assert!(crossed(&bars, &links, 3).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn sweeping_never_crosses_more_and_loses_nothing(
            stages in prop::collection::vec(0..4_usize, 1..30),
            pairs in prop::collection::vec((0..30_usize, 0..30_usize, 0.1..9.0_f64), 0..60),
        ) {
            let bars: Vec<Bar> = stages.iter().map(|stage| bar(*stage)).collect();
            let links: Vec<Link> = pairs
                .into_iter()
                .map(|(from, to, flow)| Link { from: from % bars.len(), to: to % bars.len(), flow })
                .collect();
            let before = {
                let mut sorted = bars.clone();
                sorted.sort_by_key(|bar| bar.stage);
                let mut place: Vec<usize> = (0..bars.len()).collect();
                place.sort_by_key(|i| bars[*i].stage);
                let new = |old: usize| place.iter().position(|i| *i == old).expect("there");
                let moved: Vec<Link> = links
                    .iter()
                    .map(|l| Link { from: new(l.from), to: new(l.to), flow: l.flow })
                    .collect();
                crossed(&sorted, &moved, 4)
            };
            let n = links.len();
            let (bars, links) = arranged(&bars, links, 4);
            prop_assert_eq!(bars.len(), stages.len());
            prop_assert_eq!(links.len(), n);
            prop_assert!(crossed(&bars, &links, 4) <= before + 1e-9);
        }
    }
}
