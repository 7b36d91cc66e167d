//! Rectangles and points of a picture, `y` downwards.

/// A point.
pub(crate) type Point = (f64, f64);

/// A rectangle with its sides along the axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Rect {
    pub(crate) fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }

    /// The rectangle between two corners.
    pub(crate) fn between(left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self::new(left, top, right - left, bottom - top)
    }

    pub(crate) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub(crate) fn centre(&self) -> Point {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// Smaller by a margin on every side, or larger where it is negative.
    pub(crate) fn inset(&self, margin: f64) -> Self {
        Self::between(
            self.x + margin,
            self.y + margin,
            self.right() - margin,
            self.bottom() - margin,
        )
    }

    pub(crate) fn contains(&self, inner: &Self) -> bool {
        inner.x >= self.x
            && inner.y >= self.y
            && inner.right() <= self.right()
            && inner.bottom() <= self.bottom()
    }

    /// Whether the two share more than an edge.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    /// The point of the rectangle that is nearest to a point.
    pub(crate) fn nearest(&self, (x, y): Point) -> Point {
        (x.clamp(self.x, self.right()), y.clamp(self.y, self.bottom()))
    }

    pub(crate) fn overlaps_disc(&self, centre: Point, radius: f64) -> bool {
        distance(self.nearest(centre), centre) < radius
    }

    /// Whether a straight line passes through the inside (Liang and Barsky, 1984).
    pub(crate) fn crosses(&self, from: Point, to: Point) -> bool {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let sides = [
            (-dx, from.0 - self.x),
            (dx, self.right() - from.0),
            (-dy, from.1 - self.y),
            (dy, self.bottom() - from.1),
        ];
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        for (p, q) in sides {
            if p == 0.0 {
                if q <= 0.0 {
                    return false;
                }
            } else if p < 0.0 {
                enters = enters.max(q / p);
            } else {
                leaves = leaves.min(q / p);
            }
        }
        enters < leaves
    }
}

pub(crate) fn distance(a: Point, b: Point) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_that_share_an_edge_do_not_overlap() {
        let a = Rect::new(0.0, 0.0, 2.0, 2.0);
        assert!(!a.overlaps(&Rect::new(2.0, 0.0, 1.0, 1.0)));
        assert!(a.overlaps(&Rect::new(1.9, 1.9, 1.0, 1.0)));
        assert!(a.overlaps_disc((2.5, 1.0), 0.6));
        assert!(!a.overlaps_disc((2.5, 2.5), 0.7), "the corner is further than 0.7");
    }

    #[test]
    fn a_line_crosses_only_through_the_inside() {
        let a = Rect::new(0.0, 0.0, 2.0, 2.0);
        assert!(a.crosses((-1.0, 1.0), (3.0, 1.0)));
        assert!(a.crosses((1.0, 1.0), (9.0, 9.0)), "starting inside");
        assert!(!a.crosses((-1.0, 0.0), (3.0, 0.0)), "along the edge");
        assert!(!a.crosses((3.0, 0.0), (0.0, 9.0)), "past the corner");
        assert!(!a.crosses((-2.0, 1.0), (-1.0, 1.0)), "stops before it");
    }
}
