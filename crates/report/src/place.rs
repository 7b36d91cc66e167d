//! Placing labels beside points so that nothing overlaps.
//!
//! Each label has candidate places on rings around its point. Labels take the best free place in the order of
//! their importance; then each in turn moves to a better place if one has become free, until none does (discrete
//! gradient descent: Christensen, Marks and Shieber 1995, ACM Transactions on Graphics 14(3)). A label without
//! any free place is left out: overlapping is never the answer.

use crate::geometry::{Point, Rect, distance};
use std::f64::consts::TAU;

/// A label that wants a place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    /// The middle of its point.
    pub(crate) point: Point,
    /// The radius of its point.
    pub(crate) radius: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// What labels have to keep off.
#[derive(Clone, Debug, Default)]
pub(crate) struct Obstacles {
    /// Points with their radii.
    pub(crate) discs: Vec<(Point, f64)>,
    /// Guides, other text.
    pub(crate) boxes: Vec<Rect>,
}

/// A label's place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) area: Rect,
    /// A line from the point to the label, where the label is not beside its point.
    pub(crate) leader: Option<(Point, Point)>,
    /// Whether the leader passes over a point of others.
    pub(crate) passes_over: bool,
    cost: f64,
}

const ANGLES: usize = 16;
const RINGS: usize = 14;
const ROUNDS: usize = 8;

/// Places for labels, in the order of the wishes; `None` for a label without a free one.
pub(crate) fn place(wishes: &[Wish], obstacles: &Obstacles, area: &Rect) -> Vec<Option<Place>> {
    let candidates: Vec<Vec<Place>> =
        wishes.iter().map(|wish| candidates(wish, obstacles, area)).collect();
    let mut places: Vec<Option<Place>> = vec![None; wishes.len()];
    for _ in 0..ROUNDS {
        let mut moved = false;
        for label in 0..wishes.len() {
            let others: Vec<Place> =
                (0..places.len()).filter(|i| *i != label).filter_map(|i| places[i]).collect();
            let free = |place: &&Place| others.iter().all(|other| get_along(place, other));
            // In order of cost, so the first free one is the best.
            let best = candidates[label].iter().find(free).copied();
            if best != places[label] {
                places[label] = best;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    places
}

/// Every place that keeps off the obstacles and inside the area, the best first.
fn candidates(wish: &Wish, obstacles: &Obstacles, area: &Rect) -> Vec<Place> {
    let pad = wish.height * 0.15;
    let mut found = Vec::new();
    for ring in 0..RINGS {
        for step in 0..ANGLES {
            let angle = TAU * step as f64 / ANGLES as f64;
            let reach = wish.radius + pad + ring as f64 * wish.height * 0.4;
            let centre = (
                wish.point.0 + angle.cos() * (reach + wish.width / 2.0),
                wish.point.1 - angle.sin() * (reach + wish.height / 2.0),
            );
            let label = Rect::new(
                centre.0 - wish.width / 2.0,
                centre.1 - wish.height / 2.0,
                wish.width,
                wish.height,
            );
            // Beside to the right is read best, then left, above, below; slanted last.
            let preference = match step {
                0 => 0.0,
                8 => 0.2,
                4 => 0.3,
                12 => 0.4,
                _ => 0.5,
            };
            let leader = leader(wish, &label);
            let under = discs_under(leader, wish, obstacles);
            let cost = ring as f64 + preference + 2.0 * under as f64;
            let place = Place { area: label, leader, passes_over: under > 0, cost };
            if fits(&place, wish, obstacles, area) {
                found.push(place);
            }
        }
    }
    found.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    found
}

fn leader(wish: &Wish, label: &Rect) -> Option<(Point, Point)> {
    let end = label.nearest(wish.point);
    let apart = distance(end, wish.point);
    if apart <= wish.radius + wish.height * 0.5 {
        return None;
    }
    let share = wish.radius / apart;
    let start = (
        wish.point.0 + (end.0 - wish.point.0) * share,
        wish.point.1 + (end.1 - wish.point.1) * share,
    );
    Some((start, end))
}

fn fits(place: &Place, wish: &Wish, obstacles: &Obstacles, area: &Rect) -> bool {
    area.contains(&place.area)
        && !place.area.overlaps_disc(wish.point, wish.radius)
        && !obstacles.discs.iter().any(|(at, radius)| place.area.overlaps_disc(*at, *radius))
        && !obstacles.boxes.iter().any(|other| place.area.overlaps(other))
        && !is_beyond(place, wish, obstacles)
}

/// Whether a guide lies between the label and its point, so that the label would seem to belong to the other side.
fn is_beyond(place: &Place, wish: &Wish, obstacles: &Obstacles) -> bool {
    let end = place.area.nearest(wish.point);
    let parts = |guide: &&Rect| !guide.overlaps_disc(wish.point, wish.radius);
    obstacles.boxes.iter().filter(parts).any(|guide| guide.crosses(wish.point, end))
}

/// How many points of others a leader passes over.
fn discs_under(leader: Option<(Point, Point)>, wish: &Wish, obstacles: &Obstacles) -> usize {
    let Some((from, to)) = leader else { return 0 };
    let (along, length) = ((to.0 - from.0, to.1 - from.1), distance(from, to).max(1e-9));
    let passes = |(at, radius): &&(Point, f64)| {
        let share = ((at.0 - from.0) * along.0 + (at.1 - from.1) * along.1) / (length * length);
        let share = share.clamp(0.0, 1.0);
        let foot = (from.0 + along.0 * share, from.1 + along.1 * share);
        let is_apart = distance(wish.point, *at) > wish.radius + radius;
        is_apart && distance(foot, *at) < *radius
    };
    obstacles.discs.iter().filter(passes).count()
}

/// Whether two labels and their leaders keep off each other.
fn get_along(a: &Place, b: &Place) -> bool {
    let through = |place: &Place, leader: Option<(Point, Point)>| {
        leader.is_some_and(|(from, to)| place.area.crosses(from, to))
    };
    !a.area.overlaps(&b.area) && !through(a, b.leader) && !through(b, a.leader)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AREA: Rect = Rect { x: 0.0, y: 0.0, width: 300.0, height: 200.0 };

    fn wish(x: f64, y: f64) -> Wish {
        Wish { point: (x, y), radius: 4.0, width: 50.0, height: 10.0 }
    }

    #[test]
    fn a_lonely_label_lies_to_the_right_without_a_leader() {
        let places = place(&[wish(100.0, 100.0)], &Obstacles::default(), &AREA);
        let place = places[0].expect("there is room");
        assert!(place.area.x > 104.0 && place.leader.is_none());
        assert!((place.area.centre().1 - 100.0).abs() < 1e-9);
    }

    #[test]
    fn at_the_right_edge_a_label_lies_to_the_left() {
        let places = place(&[wish(295.0, 100.0)], &Obstacles::default(), &AREA);
        assert!(places[0].expect("there is room").area.right() < 291.0);
    }

    #[test]
    fn equal_points_are_named_on_four_sides_and_then_left_out() {
        let places = place(&[wish(150.0, 100.0); 6], &Obstacles::default(), &AREA);
        assert_eq!(
            places.iter().flatten().count(),
            4,
            "further labels would need leaders through these"
        );
    }

    #[test]
    fn a_label_crowded_out_gets_a_leader() {
        let around = (0..8).map(|i| TAU * f64::from(i) / 8.0);
        let discs = around.map(|a| ((150.0 + 12.0 * a.cos(), 100.0 + 12.0 * a.sin()), 6.0));
        let obstacles = Obstacles { discs: discs.collect(), boxes: Vec::new() };
        let place = place(&[wish(150.0, 100.0)], &obstacles, &AREA)[0].expect("there is room");
        let (from, to) = place.leader.expect("the label is not beside its point");
        assert!((distance(from, (150.0, 100.0)) - 4.0).abs() < 1e-9, "it starts at the rim");
        assert_eq!(to, place.area.nearest((150.0, 100.0)));
    }

    #[test]
    fn without_room_a_label_is_left_out() {
        let tiny = Rect::new(0.0, 0.0, 20.0, 20.0);
        assert_eq!(place(&[wish(10.0, 10.0)], &Obstacles::default(), &tiny), [None]);
    }

    proptest! {
        #[test]
        fn labels_never_overlap_anything(
            points in prop::collection::vec((0.0..300.0_f64, 0.0..200.0_f64, 1.0..9.0_f64, 8.0..90.0_f64), 1..40),
        ) {
            let wishes: Vec<Wish> = points
                .iter()
                .map(|&(x, y, radius, width)| Wish { point: (x, y), radius, width, height: 10.0 })
                .collect();
            let obstacles = Obstacles {
                discs: wishes.iter().map(|wish| (wish.point, wish.radius)).collect(),
                boxes: vec![Rect::new(0.0, 99.5, 300.0, 1.0), Rect::new(149.5, 0.0, 1.0, 200.0)],
            };
            let places = place(&wishes, &obstacles, &AREA);
            let found: Vec<&Place> = places.iter().flatten().collect();
            for (i, a) in found.iter().enumerate() {
                prop_assert!(AREA.contains(&a.area));
                prop_assert!(!obstacles.boxes.iter().any(|guide| guide.overlaps(&a.area)));
                for (at, radius) in &obstacles.discs {
                    prop_assert!(!a.area.overlaps_disc(*at, *radius), "a label covers a point");
                }
                for b in &found[..i] {
                    prop_assert!(!a.area.overlaps(&b.area), "labels overlap");
                    for (leader, label) in [(a.leader, b.area), (b.leader, a.area)] {
                        let crosses = leader.is_some_and(|(from, to)| label.crosses(from, to));
                        prop_assert!(!crosses, "a leader runs through a label");
                    }
                }
            }
        }
    }
}
