//! A tree of points in space, which finds those that are near to a place (Bentley 1975; Friedman, Bentley and Finkel 1977).

/// A point in space.
pub(crate) type Point = [f64; 3];

/// Points at most in a part that is not split any more.
const LEAF: usize = 12;

/// Points, split again and again in halves along the axis on which they are furthest apart.
#[derive(Clone, Debug)]
pub(crate) struct KdTree {
    /// In the order of the tree: a part is a range, split in its middle.
    points: Vec<Point>,
    /// The number of each of them.
    numbers: Vec<u32>,
    /// By position of the middle: the axis of the split, and where on it.
    splits: Vec<(u8, f64)>,
}

/// A range of the tree, and the square of how far it is away at least.
struct Part {
    from: usize,
    to: usize,
    at_least: f64,
}

impl KdTree {
    /// The tree of these points, in `O(n log n)`.
    pub(crate) fn of(points: &[Point]) -> Self {
        let n = points.len();
        let mut numbers: Vec<u32> = (0..n as u32).collect();
        let mut splits = vec![(0, 0.0); n];
        let mut parts = vec![(0, n)];
        while let Some((from, to)) = parts.pop() {
            if to - from <= LEAF {
                continue;
            }
            let axis = widest(points, &numbers[from..to]);
            let middle = from.midpoint(to);
            let along = |a: &u32, b: &u32| {
                let by = points[*a as usize][axis].total_cmp(&points[*b as usize][axis]);
                by.then(a.cmp(b))
            };
            numbers[from..to].select_nth_unstable_by(middle - from, along);
            splits[middle] = (axis as u8, points[numbers[middle] as usize][axis]);
            parts.extend([(from, middle), (middle, to)]);
        }
        let points = numbers.iter().map(|&i| points[i as usize]).collect();
        Self { points, numbers, splits }
    }

    /// Shows `visit` every point within a distance of a place: its number and the square of its distance, in an order that
    /// depends on the points alone.
    pub(crate) fn within(&self, place: Point, distance: f64, mut visit: impl FnMut(u32, f64)) {
        let most = distance * distance;
        self.search(place, most, |number, square| {
            if square <= most {
                visit(number, square);
            }
            most
        });
    }

    /// The `k` points nearest to a place, without the one of number `without`: squares of distances and numbers, the nearest
    /// first, of equal ones the smaller number.
    pub(crate) fn nearest(&self, place: Point, k: usize, without: u32) -> Vec<(f64, u32)> {
        let mut best: Vec<(f64, u32)> = Vec::with_capacity(k + 1);
        if k == 0 {
            return best;
        }
        self.search(place, f64::INFINITY, |number, square| {
            if number != without {
                let is_before = |other: &(f64, u32)| {
                    other.0.total_cmp(&square).then(other.1.cmp(&number)).is_lt()
                };
                let at = best.partition_point(is_before);
                if at < k {
                    best.insert(at, (square, number));
                    best.truncate(k);
                }
            }
            if best.len() < k { f64::INFINITY } else { best[k - 1].0 }
        });
        best
    }

    /// Shows `visit` all points of parts that may be near enough: the square of that is `most`, then what `visit` last said.
    fn search(&self, place: Point, mut most: f64, mut visit: impl FnMut(u32, f64) -> f64) {
        let mut parts = vec![Part { from: 0, to: self.points.len(), at_least: 0.0 }];
        while let Some(Part { from, to, at_least }) = parts.pop() {
            if at_least > most {
                continue;
            }
            if to - from <= LEAF {
                for (point, &number) in self.points[from..to].iter().zip(&self.numbers[from..to]) {
                    most = visit(number, square_of_distance(*point, place));
                }
                continue;
            }
            let middle = from.midpoint(to);
            let (axis, split) = self.splits[middle];
            let beyond = place[axis as usize] - split;
            let other_side = at_least.max(beyond * beyond);
            let near = |from, to| Part { from, to, at_least };
            let far = |from, to| Part { from, to, at_least: other_side };
            // The last is the first to be searched.
            if beyond < 0.0 {
                parts.extend([far(middle, to), near(from, middle)]);
            } else {
                parts.extend([far(from, middle), near(middle, to)]);
            }
        }
    }
}

/// The axis on which points are furthest apart.
fn widest(points: &[Point], numbers: &[u32]) -> usize {
    let spread = |axis: usize| {
        let along = numbers.iter().map(|&i| points[i as usize][axis]);
        let (low, high) = along
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        high - low
    };
    let spreads = [0, 1, 2].map(spread);
    let mut best = 0;
    for axis in 1..3 {
        if spreads[axis] > spreads[best] {
            best = axis;
        }
    }
    best
}

/// The square of the distance of two points.
pub(crate) fn square_of_distance(a: Point, b: Point) -> f64 {
    let [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    x * x + y * y + z * z
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::draws::Draws;

    /// Points of which many coincide.
    fn points(n: usize) -> Vec<Point> {
        let mut draws = Draws(7);
        (0..n).map(|_| [20, 30, 3].map(|size| f64::from(draws.below(size)))).collect()
    }

    #[test]
    fn all_and_only_near_points_are_found() {
        let points = points(500);
        let tree = KdTree::of(&points);
        for (place, distance) in
            points.iter().step_by(17).zip([0.0, 1.0, 3.5, 100.0].iter().cycle())
        {
            let mut found = Vec::new();
            tree.within(*place, *distance, |number, square| found.push((number, square.to_bits())));
            found.sort_unstable();
            let square = |i: &u32| square_of_distance(points[*i as usize], *place);
            let near = (0..500).filter(|i| square(i) <= distance * distance);
            assert_eq!(found, near.map(|i| (i, square(&i).to_bits())).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_nearest_are_found_and_ties_go_to_the_first() {
        let points = points(300);
        let tree = KdTree::of(&points);
        for i in (0..300).step_by(11) {
            let place = points[i as usize];
            let mut all: Vec<(f64, u32)> = (0..300)
                .filter(|&j| j != i)
                .map(|j| (square_of_distance(points[j as usize], place), j))
                .collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            all.truncate(7);
            assert_eq!(tree.nearest(place, 7, i), all);
        }
        assert_eq!(tree.nearest([0.0; 3], 400, 0).len(), 299);
        assert!(KdTree::of(&[]).nearest([0.0; 3], 2, 0).is_empty());
    }
}
