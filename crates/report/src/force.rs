//! Places for the nodes of a network: who trades is drawn together, everybody else apart.

use crate::geometry::Point;
use crate::scale::{Scale, axis_range};

/// A tie that draws its ends together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spring {
    /// From whom.
    pub(crate) from: usize,
    /// To whom.
    pub(crate) to: usize,
    /// How strongly, about 1.
    pub(crate) strength: f64,
}

/// A cell of this width, seen from a distance of 1, is taken as one body.
const OPENING: f64 = 1.0;
/// How strongly bodies push each other off.
const REPULSION: f64 = 10.0;
/// How strongly all are drawn to the middle, so that parts without ties stay in the picture.
const GRAVITY: f64 = 1.0;
/// How much swinging is borne.
const TOLERANCE: f64 = 1.0;
/// The deepest cell: what lies closer together is one body.
const DEEPEST: usize = 40;

/// Places of so many nodes after so many rounds, around the middle; sellers at the left of their customers as far as the
/// whole allows. The same network gives the same places.
///
/// # Method
/// `ForceAtlas2`: springs pull in proportion to their length, nodes push in proportion to their ties and inversely to
/// their distance, each as fast as its swinging allows. Pushes of far groups are those of their middle (Barnes and Hut 1986).
/// # Source
/// Jacomy, Venturini, Heymann and Bastian (2014), `ForceAtlas2`, `PLoS ONE` 9(6).
/// # Cost
/// About `O(n log n + m)` a round.
pub(crate) fn places(n: usize, springs: &[Spring], rounds: usize, seed: u64) -> Vec<Point> {
    turned(settled(sunflower(n, seed), springs, rounds, false), springs)
}

/// Places of nodes whose heights are given: who trades is drawn together sideways.
///
/// # Source
/// As [`places`].
pub(crate) fn places_at(
    heights: &[f64],
    springs: &[Spring],
    rounds: usize,
    seed: u64,
) -> Vec<Point> {
    let mut at = sunflower(heights.len(), seed);
    // As high as the disc is wide.
    let (range, reach) = (axis_range(heights), 10.0 * (heights.len() as f64).sqrt());
    let scale = Scale::linear(range, (-reach, reach));
    for (place, height) in at.iter_mut().zip(heights) {
        place.1 = scale.place(*height);
    }
    settled(at, springs, rounds, true)
}

/// The places after so many rounds; `sideways` leaves heights as they are.
fn settled(mut at: Vec<Point>, springs: &[Spring], rounds: usize, sideways: bool) -> Vec<Point> {
    let n = at.len();
    let mut mass = vec![1.0; n];
    for spring in springs {
        mass[spring.from] += 1.0;
        mass[spring.to] += 1.0;
    }
    let mut before = vec![(0.0, 0.0); n];
    let mut speed = 1.0;
    for _ in 0..rounds {
        let mut force = pushes(&at, &mass);
        for spring in springs {
            let (a, b) = (at[spring.from], at[spring.to]);
            let pull = ((b.0 - a.0) * spring.strength, (b.1 - a.1) * spring.strength);
            add(&mut force[spring.from], pull, 1.0);
            add(&mut force[spring.to], pull, -1.0);
        }
        let (mut swinging, mut traction) = (0.0, 0.0);
        for i in 0..n {
            let (now, last) = (force[i], before[i]);
            swinging += mass[i] * (now.0 - last.0).hypot(now.1 - last.1);
            traction += mass[i] * (now.0 + last.0).hypot(now.1 + last.1) / 2.0;
        }
        let wished = if swinging > 0.0 { TOLERANCE * traction / swinging } else { speed };
        speed = wished.clamp(1e-3, speed * 1.5);
        for i in 0..n {
            let (now, last) = (force[i], before[i]);
            let swing = mass[i] * (now.0 - last.0).hypot(now.1 - last.1);
            let step = 0.1 * speed / (1.0 + (speed * swing).sqrt());
            let length = now.0.hypot(now.1);
            // No node flies through the picture in one step.
            let step = if length > 0.0 { step.min(10.0 / length) } else { 0.0 };
            add(&mut at[i], if sideways { (now.0, 0.0) } else { now }, step);
        }
        before = force;
    }
    at
}

/// Moves discs apart that overlap, and back into the box; so many rounds at most.
pub(crate) fn apart(at: &mut [Point], radii: &[f64], gap: f64, rounds: usize) {
    let largest = radii.iter().copied().fold(0.0, f64::max);
    let cell = 2.0 * largest + gap;
    if !(cell > 0.0) {
        return;
    }
    for _ in 0..rounds {
        let mut cells: std::collections::BTreeMap<(i64, i64), Vec<usize>> =
            std::collections::BTreeMap::new();
        let place = |p: Point| ((p.0 / cell).floor() as i64, (p.1 / cell).floor() as i64);
        for (i, &p) in at.iter().enumerate() {
            cells.entry(place(p)).or_default().push(i);
        }
        let mut moved = false;
        for i in 0..at.len() {
            let (column, row) = place(at[i]);
            let around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (column + dx, row + dy)));
            let near: Vec<usize> = around
                .filter_map(|key| cells.get(&key))
                .flatten()
                .copied()
                .filter(|&j| j > i)
                .collect();
            for j in near {
                let (dx, dy) = (at[j].0 - at[i].0, at[j].1 - at[i].1);
                let (length, wanted) = (dx.hypot(dy), radii[i] + radii[j] + gap);
                if length >= wanted * 0.999 {
                    continue;
                }
                moved = true;
                let (dx, dy) = if length > 1e-9 {
                    (dx / length, dy / length)
                } else {
                    let turn = (i + j) as f64;
                    (turn.cos(), turn.sin())
                };
                let step = (wanted - length) / 2.0;
                add(&mut at[i], (dx, dy), -step);
                add(&mut at[j], (dx, dy), step);
            }
        }
        if !moved {
            break;
        }
    }
}

fn add(to: &mut Point, what: Point, factor: f64) {
    to.0 += what.0 * factor;
    to.1 += what.1 * factor;
}

/// Nodes one after the other on a spiral that fills a disc evenly.
fn sunflower(n: usize, seed: u64) -> Vec<Point> {
    const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653;
    // The seed turns the spiral and shuffles who comes first.
    let mut order: Vec<usize> = (0..n).collect();
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    for last in (1..n).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        order.swap(last, (state % (last as u64 + 1)) as usize);
    }
    let mut at = vec![(0.0, 0.0); n];
    for (rank, &node) in order.iter().enumerate() {
        let (turn, away) = (GOLDEN_ANGLE * rank as f64, 10.0 * (rank as f64 + 0.5).sqrt());
        at[node] = (away * turn.cos(), away * turn.sin());
    }
    at
}

/// The same places, turned so that goods go to the right on the whole.
fn turned(at: Vec<Point>, springs: &[Spring]) -> Vec<Point> {
    let mut along = (0.0, 0.0);
    for spring in springs {
        let (a, b) = (at[spring.from], at[spring.to]);
        add(&mut along, (b.0 - a.0, b.1 - a.1), spring.strength);
    }
    let length = along.0.hypot(along.1);
    if !(length > 1e-9) {
        return at;
    }
    let (cos, sin) = (along.0 / length, along.1 / length);
    at.into_iter().map(|(x, y)| (x * cos + y * sin, y * cos - x * sin)).collect()
}

/// A square of the plane, with the middle of what is in it.
#[derive(Clone, Copy, Debug)]
struct Cell {
    middle: Point,
    half: f64,
    mass: f64,
    /// The middle of the masses, times the mass.
    moment: Point,
    /// The first of four children; 0 for a cell with one body, or several at one place.
    children: u32,
}

struct Tree(Vec<Cell>);

impl Tree {
    fn of(at: &[Point], mass: &[f64]) -> Self {
        let bound = |least: bool| {
            let fold = if least { f64::min } else { f64::max };
            let start = if least { f64::INFINITY } else { f64::NEG_INFINITY };
            at.iter().fold((start, start), |b, p| (fold(b.0, p.0), fold(b.1, p.1)))
        };
        let (low, high) = (bound(true), bound(false));
        let half = (high.0 - low.0).max(high.1 - low.1).max(1e-9) / 2.0;
        let middle = (f64::midpoint(low.0, high.0), f64::midpoint(low.1, high.1));
        let mut tree =
            Self(vec![Cell { middle, half, mass: 0.0, moment: (0.0, 0.0), children: 0 }]);
        for (&p, &m) in at.iter().zip(mass) {
            tree.insert(p, m);
        }
        tree
    }

    fn insert(&mut self, p: Point, m: f64) {
        let mut at = 0;
        for depth in 0..=DEEPEST {
            let cell = self.0[at];
            if cell.mass > 0.0 && cell.children == 0 && depth < DEEPEST {
                // What is there already moves down.
                let there = (cell.moment.0 / cell.mass, cell.moment.1 / cell.mass);
                if there == p {
                    break;
                }
                self.divide(at);
                let child = self.child(at, there);
                let below = &mut self.0[child];
                (below.mass, below.moment) = (cell.mass, cell.moment);
            }
            let cell = &mut self.0[at];
            cell.mass += m;
            add(&mut cell.moment, p, m);
            if cell.children == 0 {
                return;
            }
            at = self.child(at, p);
        }
        let cell = &mut self.0[at];
        cell.mass += m;
        add(&mut cell.moment, p, m);
    }

    fn divide(&mut self, at: usize) {
        let Cell { middle, half, .. } = self.0[at];
        self.0[at].children = self.0.len() as u32;
        let half = half / 2.0;
        for (x, y) in [(-half, -half), (half, -half), (-half, half), (half, half)] {
            let middle = (middle.0 + x, middle.1 + y);
            self.0.push(Cell { middle, half, mass: 0.0, moment: (0.0, 0.0), children: 0 });
        }
    }

    fn child(&self, at: usize, p: Point) -> usize {
        let cell = &self.0[at];
        let right = usize::from(p.0 >= cell.middle.0);
        let below = usize::from(p.1 >= cell.middle.1);
        cell.children as usize + 2 * below + right
    }

    /// How a body is pushed by all others.
    fn push(&self, p: Point, m: f64, waiting: &mut Vec<u32>) -> Point {
        let mut force = (0.0, 0.0);
        waiting.push(0);
        while let Some(at) = waiting.pop() {
            let cell = &self.0[at as usize];
            if cell.mass == 0.0 {
                continue;
            }
            let middle = (cell.moment.0 / cell.mass, cell.moment.1 / cell.mass);
            let (dx, dy) = (p.0 - middle.0, p.1 - middle.1);
            let squared = dx * dx + dy * dy;
            if cell.children != 0 && 4.0 * cell.half * cell.half > OPENING * OPENING * squared {
                waiting.extend(cell.children..cell.children + 4);
            } else if squared > 1e-12 {
                add(&mut force, (dx, dy), REPULSION * m * cell.mass / squared);
            }
        }
        force
    }
}

/// Pushes of all on all, and the pull of the middle.
fn pushes(at: &[Point], mass: &[f64]) -> Vec<Point> {
    let tree = Tree::of(at, mass);
    let mut waiting = Vec::new();
    let force = |(&p, &m): (&Point, &f64)| {
        let mut force = tree.push(p, m, &mut waiting);
        let away = p.0.hypot(p.1);
        if away > 1e-9 {
            add(&mut force, p, -GRAVITY * m / away);
        }
        force
    };
    at.iter().zip(mass).map(force).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::distance;

    fn spring(from: usize, to: usize) -> Spring {
        Spring { from, to, strength: 1.0 }
    }

    #[test]
    fn pushes_of_a_tree_are_those_of_all_pairs() {
        let at: Vec<Point> = sunflower(200, 3);
        let mass: Vec<f64> = (0..200).map(|i| 1.0 + f64::from(i % 7)).collect();
        for (i, found) in pushes(&at, &mass).into_iter().enumerate() {
            let (mut exact, mut all) = ((0.0, 0.0), 0.0);
            for j in (0..200).filter(|&j| j != i) {
                let (dx, dy) = (at[i].0 - at[j].0, at[i].1 - at[j].1);
                let push = REPULSION * mass[i] * mass[j] / (dx * dx + dy * dy);
                add(&mut exact, (dx, dy), push);
                all += push * dx.hypot(dy);
            }
            let away = at[i].0.hypot(at[i].1);
            add(&mut exact, at[i], -GRAVITY * mass[i] / away);
            let error = (found.0 - exact.0).hypot(found.1 - exact.1);
            assert!(error < 0.03 * all, "{i}: {found:?}, not {exact:?}");
        }
    }

    #[test]
    fn those_who_trade_are_nearer_and_goods_go_to_the_right() {
        // Two chains of six.
        let springs: Vec<Spring> = [0, 6]
            .into_iter()
            .flat_map(|start| (start..start + 5).map(|i| spring(i, i + 1)))
            .collect();
        let at = places(12, &springs, 400, 1);
        assert_eq!(at, places(12, &springs, 400, 1), "the same places every time");
        assert!(at.iter().all(|p| p.0.is_finite() && p.1.is_finite()));
        let near: f64 = springs.iter().map(|s| distance(at[s.from], at[s.to])).sum::<f64>() / 10.0;
        let all: Vec<f64> = (0..12)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| distance(at[i], at[j]))
            .collect();
        assert!(near < all.iter().sum::<f64>() / all.len() as f64 / 2.0);
        let right: f64 = springs.iter().map(|s| at[s.to].0 - at[s.from].0).sum();
        assert!(right > 0.0, "{right}");
    }

    #[test]
    fn discs_are_moved_apart_and_odd_networks_have_places() {
        let mut at = vec![(0.0, 0.0); 30];
        let radii = vec![2.0; 30];
        apart(&mut at, &radii, 1.0, 500);
        for i in 0..30 {
            for j in 0..i {
                assert!(distance(at[i], at[j]) > 4.9, "{i} and {j} overlap");
            }
        }
        for n in [0, 1, 2] {
            assert_eq!(places(n, &[], 50, 1).len(), n);
        }
        let loops = [spring(0, 0), spring(0, 1)];
        assert!(places(2, &loops, 50, 1).iter().all(|p| p.0.is_finite() && p.1.is_finite()));
    }
}
