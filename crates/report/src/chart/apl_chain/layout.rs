//! Where nodes stand, and which way arrows take.

use super::Arrow;
use crate::geometry::{Point, Rect, distance};

const ROUNDS: usize = 8;
/// What an arrow through a node costs, in lanes of detour.
const THROUGH_NODE: f64 = 10.0;
/// What two arrows that cross cost.
const CROSSING: f64 = 0.8;

/// Positions so that arrows span their lengths, weighted by strength, by Gauss–Seidel; the first is at 0.
pub(super) fn by_lengths(n: usize, arrows: &[Arrow]) -> Vec<f64> {
    /// Longer than any chain; so that nothing overflows.
    const LONGEST: f64 = 1e6;
    let strongest = arrows.first().map_or(1.0, |arrow| arrow.strength);
    let mut position = vec![0.0; n];
    for _ in 0..500 {
        for node in 0..n {
            let (mut sum, mut weight) = (0.0, 0.0);
            for arrow in arrows {
                let length = arrow.length.min(LONGEST);
                let wanted = match node {
                    node if node == arrow.from => position[arrow.to] - length,
                    node if node == arrow.to => position[arrow.from] + length,
                    _ => continue,
                };
                let share = arrow.strength / strongest;
                sum += share * wanted;
                weight += share;
            }
            if weight > 0.0 {
                position[node] = sum / weight;
            }
        }
    }
    let least = position.iter().fold(f64::INFINITY, |a, x| a.min(*x));
    position.into_iter().map(|x| x - least).collect()
}

/// Nodes in lanes: horizontal places are given, lanes are found.
#[derive(Debug)]
pub(super) struct Lanes<'a> {
    /// Boxes with their horizontal place; the vertical one is that of the lane.
    pub(super) boxes: Vec<Rect>,
    pub(super) arrows: &'a [Arrow],
    /// How many lanes there are.
    pub(super) count: usize,
    /// The least space between two boxes of a lane.
    pub(super) gap: f64,
    /// The top of the first lane and the distance to the next.
    pub(super) first: f64,
    pub(super) pitch: f64,
}

impl Lanes<'_> {
    /// Boxes in lanes so that none overlap, and arrows are short, miss other boxes, and seldom cross. Lanes that
    /// stay empty are closed, and the others use the height together.
    pub(super) fn settled(mut self) -> Vec<Rect> {
        let n = self.boxes.len();
        let mut lane_of: Vec<Option<usize>> = vec![None; n];
        // From left to right there is always a free lane (intervals are coloured so).
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|a, b| self.boxes[*a].x.total_cmp(&self.boxes[*b].x));
        for node in order {
            self.settle(node, &mut lane_of);
        }
        for _ in 0..ROUNDS {
            let mut moved = false;
            for node in 0..n {
                moved |= self.settle(node, &mut lane_of);
            }
            for a in 0..n {
                for b in 0..a {
                    moved |= self.swap(a, b, &mut lane_of);
                }
            }
            if !moved {
                break;
            }
        }
        let mut used: Vec<usize> = lane_of.iter().flatten().copied().collect();
        used.sort_unstable();
        used.dedup();
        self.pitch *= self.count as f64 / used.len().max(1) as f64;
        for (node, own) in lane_of.iter().enumerate() {
            let lane = used.iter().position(|lane| *own == Some(*lane));
            self.put(node, lane.unwrap_or_default());
        }
        self.boxes
    }

    /// Moves a box to its best free lane; says whether it moved.
    fn settle(&mut self, node: usize, lane_of: &mut [Option<usize>]) -> bool {
        let old = lane_of[node];
        let middle = self.count / 2;
        let mut best: Option<(f64, usize)> = None;
        for lane in 0..self.count {
            if !self.is_free(node, lane, lane_of) {
                continue;
            }
            self.put(node, lane);
            let cost = self.cost(node, lane_of) + lane.abs_diff(middle) as f64 * 0.02;
            if best.is_none_or(|(least, _)| cost < least - 1e-9) {
                best = Some((cost, lane));
            }
        }
        let lane = best.map_or(old.unwrap_or(node % self.count), |(_, lane)| lane);
        self.put(node, lane);
        lane_of[node] = Some(lane);
        old != Some(lane)
    }

    /// Exchanges the lanes of two boxes where that is better; says whether it was.
    fn swap(&mut self, a: usize, b: usize, lane_of: &mut [Option<usize>]) -> bool {
        let (Some(lane_a), Some(lane_b)) = (lane_of[a], lane_of[b]) else { return false };
        if lane_a == lane_b {
            return false;
        }
        let before = self.cost(a, lane_of) + self.cost(b, lane_of);
        lane_of[a] = None;
        lane_of[b] = None;
        let fits = self.is_free(a, lane_b, lane_of) && self.is_free(b, lane_a, lane_of);
        (lane_of[a], lane_of[b]) = (Some(lane_a), Some(lane_b));
        if !fits {
            return false;
        }
        self.put(a, lane_b);
        self.put(b, lane_a);
        if self.cost(a, lane_of) + self.cost(b, lane_of) < before - 1e-9 {
            (lane_of[a], lane_of[b]) = (Some(lane_b), Some(lane_a));
            return true;
        }
        self.put(a, lane_a);
        self.put(b, lane_b);
        false
    }

    fn put(&mut self, node: usize, lane: usize) {
        let height = self.boxes[node].height;
        self.boxes[node].y = self.first + self.pitch * (lane as f64 + 0.5) - height / 2.0;
    }

    fn is_free(&self, node: usize, lane: usize, lane_of: &[Option<usize>]) -> bool {
        let (a, gap) = (self.boxes[node], self.gap);
        let others = (0..self.boxes.len()).filter(|i| *i != node && lane_of[*i] == Some(lane));
        let mut boxes = others.map(|i| self.boxes[i]);
        boxes.all(|b| a.right() + gap <= b.x || b.right() + gap <= a.x)
    }

    /// What the place of a node costs, given the nodes that have one.
    fn cost(&self, node: usize, lane_of: &[Option<usize>]) -> f64 {
        let is_placed = |i: usize| i == node || lane_of[i].is_some();
        let line = |arrow: &Arrow| (self.boxes[arrow.from].centre(), self.boxes[arrow.to].centre());
        let placed = || self.arrows.iter().filter(|a| is_placed(a.from) && is_placed(a.to));
        let strongest = self.arrows.first().map_or(1.0, |arrow| arrow.strength);
        let mut cost = 0.0;
        for arrow in placed() {
            let (from, to) = line(arrow);
            if arrow.from != node && arrow.to != node {
                let through = self.boxes[node].inset(-self.gap * 0.25).crosses(from, to);
                cost += if through { THROUGH_NODE } else { 0.0 };
                continue;
            }
            let weight = 0.4 + 0.6 * arrow.strength / strongest;
            cost += weight * (from.1 - to.1).abs() / self.pitch;
            for other in (0..self.boxes.len()).filter(|i| lane_of[*i].is_some()) {
                let is_end = other == arrow.from || other == arrow.to || other == node;
                if !is_end && self.boxes[other].inset(-self.gap * 0.25).crosses(from, to) {
                    cost += THROUGH_NODE;
                }
            }
            let others = placed().filter(|other| {
                [other.from, other.to].iter().all(|end| *end != arrow.from && *end != arrow.to)
            });
            cost += CROSSING * others.filter(|other| cross((from, to), line(other))).count() as f64;
        }
        cost
    }
}

/// Whether two straight lines cross between their ends.
fn cross(a: (Point, Point), b: (Point, Point)) -> bool {
    let side =
        |(p, q): (Point, Point), r: Point| (q.0 - p.0) * (r.1 - p.1) - (q.1 - p.1) * (r.0 - p.0);
    side(a, b.0) * side(a, b.1) < 0.0 && side(b, a.0) * side(b, a.1) < 0.0
}

/// The way of an arrow: from rim to rim, bent towards a point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    pub(super) from: Point,
    pub(super) bend: Point,
    pub(super) to: Point,
}

impl Course {
    /// Between two boxes: straight, or bent to its left where another arrow goes the opposite way, and further
    /// where it would pass through other boxes; never out of the area if that can be.
    pub(super) fn between(
        ends: (usize, usize),
        boxes: &[Rect],
        area: &Rect,
        is_pair: bool,
    ) -> Self {
        const STRAIGHT: [f64; 7] = [0.0, 0.08, -0.08, 0.15, -0.15, 0.22, -0.22];
        const PAIR: [f64; 7] = [0.13, 0.2, 0.27, 0.34, 0.07, 0.03, 0.0];
        let others = || {
            let others = boxes.iter().enumerate().filter(|(i, _)| *i != ends.0 && *i != ends.1);
            others.map(|(_, area)| area.inset(-area.height * 0.08))
        };
        let courses = (if is_pair { PAIR } else { STRAIGHT })
            .map(|bend| Self::bent(&boxes[ends.0], &boxes[ends.1], bend));
        let is_out = |course: &Self| {
            let points = [0.25, 0.5, 0.75].map(|share| course.at(share));
            points.into_iter().any(|(x, y)| !area.contains(&Rect::new(x, y, 0.0, 0.0)))
        };
        let faults = |course: &Self| {
            let n_through = others().filter(|area| course.crosses(area)).count();
            (is_out(course), n_through)
        };
        let best = courses.iter().min_by_key(|course| faults(course));
        best.copied().unwrap_or(courses[0]) // the least bent of the best
    }

    fn bent(a: &Rect, b: &Rect, share: f64) -> Self {
        let (from, to) = (a.centre(), b.centre());
        let middle = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
        let bend = (middle.0 + (to.1 - from.1) * share, middle.1 - (to.0 - from.0) * share);
        Self { from: rim(a, bend), bend, to: rim(b, bend) }
    }

    /// The point a share of the way along.
    pub(super) fn at(&self, share: f64) -> Point {
        let rest = 1.0 - share;
        let mix =
            |a: f64, b: f64, c: f64| rest * rest * a + 2.0 * rest * share * b + share * share * c;
        (mix(self.from.0, self.bend.0, self.to.0), mix(self.from.1, self.bend.1, self.to.1))
    }

    pub(super) fn length(&self) -> f64 {
        distance(self.from, self.bend) + distance(self.bend, self.to)
    }

    /// Whether it passes through a rectangle, as eight straight pieces.
    pub(super) fn crosses(&self, area: &Rect) -> bool {
        let piece = |i: u32| (self.at(f64::from(i) / 8.0), self.at(f64::from(i + 1) / 8.0));
        (0..8).map(piece).any(|(from, to)| area.crosses(from, to))
    }
}

/// Where the line from the middle of a box towards a point leaves the box.
fn rim(area: &Rect, towards: Point) -> Point {
    let centre = area.centre();
    let (dx, dy) = (towards.0 - centre.0, towards.1 - centre.1);
    let reach = |half: f64, d: f64| if d.abs() > 1e-9 { half / d.abs() } else { f64::INFINITY };
    let share = reach(area.width / 2.0, dx).min(reach(area.height / 2.0, dy)).min(1.0);
    (centre.0 + dx * share, centre.1 + dy * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect = Rect { x: -50.0, y: -50.0, width: 200.0, height: 100.0 };

    fn arrow(from: usize, to: usize, length: f64) -> Arrow {
        Arrow { from, to, strength: 1.0, length }
    }

    #[test]
    fn a_chain_has_its_lengths() {
        let positions = by_lengths(3, &[arrow(0, 1, 1.2), arrow(1, 2, 2.0), arrow(0, 2, 3.2)]);
        for (found, expected) in positions.iter().zip([0.0, 1.2, 3.2]) {
            assert!((found - expected).abs() < 1e-6, "{positions:?}");
        }
    }

    #[test]
    fn boxes_never_overlap() {
        let arrows: Vec<Arrow> = (0..11).map(|i| arrow(i, i + 1, 1.0)).collect();
        let boxes = (0..12).map(|i| Rect::new(f64::from(i % 3) * 20.0, 0.0, 50.0, 10.0)).collect();
        let lanes = Lanes { boxes, arrows: &arrows, count: 12, gap: 4.0, first: 0.0, pitch: 20.0 };
        let settled = lanes.settled();
        for (i, a) in settled.iter().enumerate() {
            assert!(settled[..i].iter().all(|b| !a.overlaps(b)), "{settled:?}");
        }
    }

    #[test]
    fn a_course_starts_and_ends_at_the_rims() {
        let boxes = [Rect::new(0.0, 0.0, 10.0, 4.0), Rect::new(30.0, 0.0, 10.0, 4.0)];
        let course = Course::between((0, 1), &boxes, &AREA, false);
        assert_eq!((course.from, course.to), ((10.0, 2.0), (30.0, 2.0)));
        let there = Course::between((0, 1), &boxes, &AREA, true);
        let back = Course::between((1, 0), &boxes, &AREA, true);
        assert!(there.at(0.5).1 < 2.0 && back.at(0.5).1 > 2.0, "on different sides");
    }

    #[test]
    fn a_course_goes_around_what_is_between() {
        let boxes = [0.0, 40.0, 80.0].map(|x| Rect::new(x, 0.0, 10.0, 4.0));
        let course = Course::between((0, 2), &boxes, &AREA, false);
        assert!(!course.crosses(&boxes[1]));
        let low = Rect { y: 0.0, ..AREA };
        let course = Course::between((0, 2), &boxes, &low, false);
        assert!(course.at(0.5).1 > 2.0, "below, where there is room");
    }
}
