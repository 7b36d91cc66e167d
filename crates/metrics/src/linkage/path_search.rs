//! A search for the largest supply paths, best first, that never looks at what it cannot use.

use crate::MetricError;
use crate::kernel::coefficients::RowMatrix;
use palenque_graph::Progress;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// When a search ends, and what it leaves out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limits {
    /// Paths found.
    pub count: usize,
    /// Share of the total that they explain.
    pub share: f64,
    /// Edges of a path.
    pub max_length: usize,
    /// Share of the total that a path must have.
    pub threshold: f64,
}

/// A path with what it brings.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FoundPath {
    /// The nodes, the producer first, the final product last.
    pub nodes: Vec<usize>,
    /// What the producer uses, or makes, for that product along this path.
    pub value: f64,
}

/// A path that was entered: a node, what it sells on, and the path that it sells to.
#[derive(Clone, Copy)]
struct Link {
    node: usize,
    flow: f64,
    length: usize,
    next: Option<usize>,
}

/// Something that may hold the next path, with a bound of what is in it.
struct Open {
    bound: f64,
    age: usize,
    what: What,
}

enum What {
    /// A path, and its value.
    Path(usize),
    /// The subtree of a supplier, and after it those of the suppliers that bring less.
    Suppliers { to: Option<usize>, position: usize },
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Open {}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Open {
    /// The larger bound first; among equals, what was opened first.
    fn cmp(&self, other: &Self) -> Ordering {
        self.bound.total_cmp(&other.bound).then(other.age.cmp(&self.age))
    }
}

/// Nodes with their shares, those that bring most first.
type Falling = Box<[(usize, f64)]>;

/// The largest paths behind a final demand.
///
/// All that is behind a flow `f` of node `i` is `m_i f`, with `m` the multipliers of `direct`; so a subtree is entered only
/// when no path that is known is larger than all of it, and paths come out in falling order. The suppliers of a node
/// are sorted once, by `a_ki m_k`, without those below the threshold even if all of the total went through that node:
/// at most `1 / threshold` are left.
pub(super) struct PathSearch<'m> {
    recipes: &'m RowMatrix<'m>,
    direct: &'m [f64],
    multipliers: &'m [f64],
    limits: Limits,
    total: f64,
    least: f64,
    products: Falling,
    suppliers: Vec<Option<Falling>>,
    links: Vec<Link>,
    open: BinaryHeap<Open>,
    age: usize,
}

impl<'m> PathSearch<'m> {
    /// A search behind a final demand without negative entries.
    pub(super) fn new(
        recipes: &'m RowMatrix<'m>,
        direct: &'m [f64],
        multipliers: &'m [f64],
        demand: &[f64],
        limits: Limits,
    ) -> Self {
        let total: f64 = demand.iter().zip(multipliers).map(|(y, m)| y * m).sum();
        let products = demand.iter().copied().enumerate().filter(|&(_, y)| y > 0.0);
        let mut search = Self {
            recipes,
            direct,
            multipliers,
            limits,
            total,
            least: limits.threshold * total,
            products: falling(products, multipliers),
            suppliers: vec![None; direct.len()],
            links: Vec::new(),
            open: BinaryHeap::new(),
            age: 0,
        };
        search.open_suppliers(None, 0);
        search
    }

    /// All that is behind the final demand.
    pub(super) fn total(&self) -> f64 {
        self.total
    }

    /// The paths, the largest first.
    pub(super) fn run(mut self, progress: &dyn Progress) -> Result<Vec<FoundPath>, MetricError> {
        let mut found = Vec::new();
        let mut explained = 0.0;
        while found.len() < self.limits.count && explained < self.limits.share * self.total {
            let Some(Open { bound, what, .. }) = self.open.pop() else { break };
            match what {
                What::Path(link) => {
                    explained += bound;
                    found.push(FoundPath { nodes: self.nodes(link), value: bound });
                }
                What::Suppliers { to, position } => {
                    self.enter(to, position);
                    self.open_suppliers(to, position + 1);
                }
            }
            if progress.cancelled() {
                return Err(MetricError::Cancelled);
            }
        }
        Ok(found)
    }

    /// Enters the path of a supplier, the one at `position` of those that sell to `to`.
    fn enter(&mut self, to: Option<usize>, position: usize) {
        let (node, share) = self.supplier(to, position).expect("an open position");
        let (flow, length) = match to.map(|to| self.links[to]) {
            Some(link) => (link.flow * share, link.length + 1),
            None => (share, 0),
        };
        self.links.push(Link { node, flow, length, next: to });
        let link = self.links.len() - 1;
        self.push(self.direct[node] * flow, What::Path(link));
        if length < self.limits.max_length {
            self.sort_suppliers(node);
            self.open_suppliers(Some(link), 0);
        }
    }

    fn open_suppliers(&mut self, to: Option<usize>, position: usize) {
        let Some((node, share)) = self.supplier(to, position) else { return };
        let flow = to.map_or(1.0, |to| self.links[to].flow) * share;
        self.push(self.multipliers[node] * flow, What::Suppliers { to, position });
    }

    /// The supplier at a position, and its share of what it is that it supplies; for final products their demand.
    fn supplier(&self, to: Option<usize>, position: usize) -> Option<(usize, f64)> {
        match to {
            None => self.products.get(position).copied(),
            Some(to) => self.suppliers[self.links[to].node].as_ref()?.get(position).copied(),
        }
    }

    fn sort_suppliers(&mut self, node: usize) {
        if self.suppliers[node].is_none() {
            let least = self.limits.threshold * self.multipliers[node];
            let row = self.recipes.row(node);
            let worth = row.filter(|&(k, a)| a * self.multipliers[k] >= least && a > 0.0);
            self.suppliers[node] = Some(falling(worth, self.multipliers));
        }
    }

    fn push(&mut self, bound: f64, what: What) {
        if bound > 0.0 && bound >= self.least {
            self.open.push(Open { bound, age: self.age, what });
            self.age += 1;
        }
    }

    fn nodes(&self, link: usize) -> Vec<usize> {
        std::iter::successors(Some(link), |&link| self.links[link].next)
            .map(|link| self.links[link].node)
            .collect()
    }
}

fn falling(shares: impl Iterator<Item = (usize, f64)>, multipliers: &[f64]) -> Falling {
    let mut shares: Falling = shares.collect();
    let brings = |&(k, share): &(usize, f64)| share * multipliers[k];
    shares.sort_by(|a, b| brings(b).total_cmp(&brings(a)));
    shares
}
