//! Who is whose neighbour in space.

use super::places::Places;
use crate::kernel::neighbours::{nearest_of_all, within_of_all};
use crate::{MetricError, ParamError, ParamSpec};
use palenque_graph::{Progress, SupplyGraph};
use std::collections::BTreeMap;

/// Neighbours in all at most.
const MOST_NEIGHBOURS: usize = 50_000_000;

/// What makes two places neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Neighbours {
    /// The nearest places.
    #[default]
    Nearest,
    /// All places within a distance.
    Band,
    /// Those with whom there is trade, in either direction, weighted by its amount.
    Network,
}

/// Weights `w_ij` of the neighbours of every place; nobody is its own.
#[derive(Clone, Debug, PartialEq)]
pub struct SpatialWeights {
    offsets: Vec<usize>,
    targets: Vec<u32>,
    weights: Vec<f64>,
    sums: Vec<f64>,
}

impl SpatialWeights {
    /// From the neighbours of every place, in ascending order, each with a weight above 0.
    #[must_use]
    pub fn of(neighbours: Vec<Vec<(u32, f64)>>) -> Self {
        let mut found = Self { offsets: vec![0], targets: vec![], weights: vec![], sums: vec![] };
        for row in neighbours {
            found.targets.extend(row.iter().map(|&(j, _)| j));
            found.weights.extend(row.iter().map(|&(_, w)| w));
            found.sums.push(row.iter().map(|&(_, w)| w).sum());
            found.offsets.push(found.targets.len());
        }
        found
    }

    /// The `k` nearest places of every place, each with a weight of 1; of places equally near, those with the smaller number.
    ///
    /// # Errors
    /// [`MetricError::Cancelled`].
    /// # Example
    /// ```
    /// # use palenque_graph::NoProgress;
    /// # use palenque_metrics::space::{places::Places, spatial_weights::SpatialWeights};
    /// let places = Places::on_plane(&[[0.0, 0.0], [1.0, 0.0], [3.0, 0.0]]);
    /// let nearest = SpatialWeights::nearest(&places, 1, &NoProgress)?;
    /// assert_eq!(nearest.row(2).collect::<Vec<_>>(), [(1, 1.0)]);
    /// # Ok::<(), palenque_metrics::MetricError>(())
    /// ```
    pub fn nearest(
        places: &Places,
        k: usize,
        progress: &dyn Progress,
    ) -> Result<Self, MetricError> {
        Ok(Self::of(nearest_of_all(places, k, progress)?))
    }

    /// All places within a distance of every place, each with a weight of 1.
    ///
    /// # Errors
    /// [`ParamError::Value`] where that are more than 50 million; [`MetricError::Cancelled`].
    pub fn within(
        places: &Places,
        distance: f64,
        progress: &dyn Progress,
    ) -> Result<Self, MetricError> {
        let found = within_of_all(places, distance, MOST_NEIGHBOURS, progress)?;
        let too_many = || {
            let what = format!(
                "more than {MOST_NEIGHBOURS} pairs are within {distance}: give a smaller `radius`"
            );
            ParamError::Value(what).into()
        };
        found.map(Self::of).ok_or_else(too_many)
    }

    /// The trade between groups of nodes, in both directions together. Nodes of no group, and trade within one, are left out.
    #[must_use]
    pub fn trade(graph: &SupplyGraph, group_of: &[Option<usize>], n_groups: usize) -> Self {
        let mut rows: Vec<BTreeMap<u32, f64>> = vec![BTreeMap::new(); n_groups];
        for seller in graph.node_indices() {
            let Some(from) = group_of[seller.index()] else { continue };
            for (buyer, flow) in graph.customers(seller) {
                let Some(to) = group_of[buyer.index()].filter(|to| *to != from) else { continue };
                if flow > 0.0 {
                    *rows[from].entry(to as u32).or_default() += flow;
                    *rows[to].entry(from as u32).or_default() += flow;
                }
            }
        }
        Self::of(rows.into_iter().map(|row| row.into_iter().collect()).collect())
    }

    /// How many places there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sums.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// How many neighbours all places have together.
    #[must_use]
    pub fn n_neighbours(&self) -> usize {
        self.targets.len()
    }

    /// How many neighbours a place has.
    #[must_use]
    pub fn degree(&self, i: usize) -> usize {
        self.offsets[i + 1] - self.offsets[i]
    }

    /// The neighbours of a place, with their weights.
    #[must_use]
    pub fn row(&self, i: usize) -> impl ExactSizeIterator<Item = (usize, f64)> + '_ {
        let range = self.offsets[i]..self.offsets[i + 1];
        let targets = self.targets[range.clone()].iter().map(|&j| j as usize);
        targets.zip(self.weights[range].iter().copied())
    }

    /// The sum of the weights of a place; 0 for one without neighbours.
    #[must_use]
    pub fn sum(&self, i: usize) -> f64 {
        self.sums[i]
    }

    /// The neighbours of a place with weights that sum to 1.
    pub(crate) fn standardised(&self, i: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let sum = self.sums[i];
        self.row(i).map(move |(j, w)| (j, w / sum))
    }

    /// The weight of `j` among the neighbours of `i` by their sum; 0 for one that is no neighbour.
    pub(crate) fn standardised_at(&self, i: usize, j: usize) -> f64 {
        let range = self.offsets[i]..self.offsets[i + 1];
        let found = self.targets[range.clone()].binary_search(&(j as u32));
        found.map_or(0.0, |at| self.weights[range.start + at] / self.sums[i])
    }
}

/// How neighbours are found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct WeightConfig {
    pub(crate) weights: Neighbours,
    pub(crate) k: usize,
    pub(crate) radius: f64,
}

pub(crate) const WEIGHTS: ParamSpec = ParamSpec::new(
    "weights",
    "nearest",
    "Who is a neighbour: the `nearest` places, all within a `band`, or those who trade (`network`), weighted by flows.",
);
pub(crate) const K: ParamSpec =
    ParamSpec::new("k", "5", "How many neighbours a place has, with weights `nearest`.");
pub(crate) const RADIUS: ParamSpec = ParamSpec::new(
    "radius",
    "0",
    "How far neighbours are apart at most, with weights `band`, in metres or in the unit of `x` and `y`; 0 = so far that \
     every place has a neighbour.",
);

impl WeightConfig {
    /// Refuses what makes no neighbours.
    pub(crate) fn check(self) -> Result<(), ParamError> {
        if self.k == 0 {
            return Err(ParamError::Value("`k` is 0: a place has at least one neighbour".into()));
        }
        if !(self.radius.is_finite() && self.radius >= 0.0) {
            return Err(ParamError::Value(format!("`radius` is {}, below 0", self.radius)));
        }
        Ok(())
    }

    /// The weights of places; nothing if they are those of the network.
    pub(crate) fn of_places(
        self,
        places: &Places,
        progress: &dyn Progress,
    ) -> Result<SpatialWeights, MetricError> {
        if self.weights == Neighbours::Nearest {
            return SpatialWeights::nearest(places, self.k, progress);
        }
        let radius = if self.radius > 0.0 {
            self.radius
        } else {
            let nearest = SpatialWeights::nearest(places, 1, progress)?;
            let to = |i: usize| nearest.row(i).next().map_or(0.0, |(j, _)| places.distance(i, j));
            (0..places.len()).map(to).fold(0.0, f64::max)
        };
        SpatialWeights::within(places, radius, progress)
    }

    /// As the parameters are typed.
    pub(crate) fn told(self) -> String {
        match self.weights {
            Neighbours::Nearest => format!("weights=nearest;k={}", self.k),
            Neighbours::Band => format!("weights=band;radius={}", self.radius),
            Neighbours::Network => "weights=network".into(),
        }
    }
}
