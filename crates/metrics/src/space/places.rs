//! Where firms are, and how far from each other.

use crate::kernel::kd_tree::{KdTree, Point, square_of_distance};
use crate::{MetricError, ParamSpec};
use palenque_graph::{NodeIndex, SupplyGraph};

/// The mean radius of the Earth, in metres.
pub const EARTH_RADIUS: f64 = 6_371_008.8;

/// Places on a plane or on the Earth.
///
/// # Example
/// ```
/// # use palenque_metrics::space::places::{EARTH_RADIUS, Places};
/// let plane = Places::on_plane(&[[0.0, 0.0], [3.0, 4.0]]);
/// assert_eq!(plane.distance(0, 1), 5.0);
/// let earth = Places::on_earth(&[[0.0, 0.0], [0.0, 90.0]]); // latitude and longitude
/// let quarter = std::f64::consts::FRAC_PI_2 * EARTH_RADIUS;
/// assert!((earth.distance(0, 1) / quarter - 1.0).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct Places {
    points: Vec<Point>,
    is_earth: bool,
}

impl Places {
    /// Places by their coordinates on a plane.
    #[must_use]
    pub fn on_plane(coordinates: &[[f64; 2]]) -> Self {
        Self { points: coordinates.iter().map(|&[x, y]| [x, y, 0.0]).collect(), is_earth: false }
    }

    /// Places by latitude and longitude, in degrees. Distances are those along great circles, in metres.
    #[must_use]
    pub fn on_earth(lat_lon: &[[f64; 2]]) -> Self {
        let point = |&[lat, lon]: &[f64; 2]| {
            let (lat, lon) = (lat.to_radians(), lon.to_radians());
            [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()].map(|x| EARTH_RADIUS * x)
        };
        Self { points: lat_lon.iter().map(point).collect(), is_earth: true }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The distance of two places.
    #[must_use]
    pub fn distance(&self, a: usize, b: usize) -> f64 {
        self.along(square_of_distance(self.points[a], self.points[b]))
    }

    /// The same places in another order, or some of them.
    #[must_use]
    pub(crate) fn select(&self, places: &[u32]) -> Self {
        let points = places.iter().map(|&i| self.points[i as usize]).collect();
        Self { points, is_earth: self.is_earth }
    }

    pub(crate) fn point(&self, place: usize) -> Point {
        self.points[place]
    }

    /// The tree of these places: its distances are straight lines, through the Earth.
    pub(crate) fn tree(&self) -> KdTree {
        KdTree::of(&self.points)
    }

    /// From the square of a straight line to the distance.
    pub(crate) fn along(&self, square: f64) -> f64 {
        let straight = square.sqrt();
        if self.is_earth {
            2.0 * EARTH_RADIUS * (straight / (2.0 * EARTH_RADIUS)).min(1.0).asin()
        } else {
            straight
        }
    }

    /// From a distance to a straight line that is at least as long as those of all places within that distance.
    pub(crate) fn straight(&self, distance: f64) -> f64 {
        if self.is_earth {
            let angle = (distance / (2.0 * EARTH_RADIUS)).min(std::f64::consts::FRAC_PI_2);
            2.0 * EARTH_RADIUS * angle.sin() * (1.0 + 1e-12)
        } else {
            distance * (1.0 + 1e-12)
        }
    }

    /// A distance that no two places exceed.
    pub(crate) fn widest(&self) -> f64 {
        let span = |axis: usize| {
            let along = self.points.iter().map(|point| point[axis]);
            let (low, high) = along.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
                (low.min(x), high.max(x))
            });
            (high - low).max(0.0)
        };
        let [x, y, z] = [0, 1, 2].map(span);
        self.along(x * x + y * y + z * z)
    }
}

/// Places on a plane that keeps distances near the middle of them: metres east and north, `R (λ − λ₀) cos φ₀` and `R (φ − φ₀)` with the
/// means `φ₀` and `λ₀` of latitude and longitude (equirectangular projection).
///
/// Over some hundred kilometres distances are off by less than one in a hundred; it does not serve for places on both sides of
/// the 180th meridian.
///
/// # Example
/// ```
/// # use palenque_metrics::space::places::projected;
/// let points = projected(&[[19.5, -104.0], [19.6, -104.0]]);
/// assert!((points[1][1] - points[0][1] - 11_119.5).abs() < 0.1);
/// ```
#[must_use]
pub fn projected(lat_lon: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let n = lat_lon.len() as f64;
    let mean = |k: usize| lat_lon.iter().map(|place| place[k]).sum::<f64>() / n;
    let [lat, lon] = [mean(0), mean(1)];
    let wide = EARTH_RADIUS * lat.to_radians().cos();
    let project = |&[phi, lambda]: &[f64; 2]| {
        [wide * (lambda - lon).to_radians(), EARTH_RADIUS * (phi - lat).to_radians()]
    };
    lat_lon.iter().map(project).collect()
}

pub(crate) const X: ParamSpec = ParamSpec::new(
    "x",
    "\"\"",
    "Node column of a coordinate on a plane, best in metres; empty for `lat` and `lon`, on the Earth.",
);
pub(crate) const Y: ParamSpec =
    ParamSpec::new("y", "\"\"", "Node column of the other coordinate on that plane.");
pub(crate) static PLACE_NEEDS: [&str; 2] = ["lat", "lon"];

/// The nodes of a graph that have coordinates.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    /// The nodes, in their order.
    pub(crate) nodes: Vec<NodeIndex>,
    /// Latitude and longitude, or coordinates on a plane.
    pub(crate) coordinates: Vec<[f64; 2]>,
    is_earth: bool,
}

impl Located {
    /// Those with values in the columns `x` and `y`, or, if these have no names, in `lat` and `lon`.
    ///
    /// # Errors
    /// [`MetricError::InputMissing`] without these columns.
    pub(crate) fn of(graph: &SupplyGraph, x: &str, y: &str) -> Result<Self, MetricError> {
        let is_earth = x.is_empty() && y.is_empty();
        let names = if is_earth { ["lat", "lon"] } else { [x, y] };
        let column = |name: &str| {
            graph.nodes().number(name).ok_or_else(|| MetricError::no_numbers(graph, name))
        };
        let (a, b) = (column(names[0])?, column(names[1])?);
        let both = |node: NodeIndex| Some((node, [a.get(node.index())?, b.get(node.index())?]));
        let (nodes, coordinates) = graph.node_indices().filter_map(both).unzip();
        Ok(Self { nodes, coordinates, is_earth })
    }

    /// Those of them for whom a test holds.
    pub(crate) fn keeping(self, keep: impl Fn(&NodeIndex) -> bool) -> Self {
        let both = self.nodes.into_iter().zip(self.coordinates);
        let (nodes, coordinates) = both.filter(|(node, _)| keep(node)).unzip();
        Self { nodes, coordinates, is_earth: self.is_earth }
    }

    /// Whether coordinates are latitude and longitude.
    pub(crate) fn is_earth(&self) -> bool {
        self.is_earth
    }

    /// As places, with great circles for latitude and longitude.
    pub(crate) fn places(&self) -> Places {
        if self.is_earth {
            Places::on_earth(&self.coordinates)
        } else {
            Places::on_plane(&self.coordinates)
        }
    }

    /// On a plane: as they are, or [`projected`].
    pub(crate) fn plane(&self) -> Vec<[f64; 2]> {
        if self.is_earth { projected(&self.coordinates) } else { self.coordinates.clone() }
    }
}

/// A quarter of the shorter side of the box around points, or of the longer one where they stand in a row.
pub(crate) fn usual_radius(points: &[[f64; 2]]) -> f64 {
    let [west, south, east, north] = bounding_box(points);
    let (short, long) = ((east - west).min(north - south), (east - west).max(north - south));
    0.25 * if short > 0.0 { short } else { long.max(0.0) }
}

/// Least and largest coordinates: west, south, east, north.
pub(crate) fn bounding_box(points: &[[f64; 2]]) -> [f64; 4] {
    let nothing = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    points.iter().fold(nothing, |[w, s, e, n], &[x, y]| [w.min(x), s.min(y), e.max(x), n.max(y)])
}
