//! petgraph's traits for [`SupplyGraph`], so that any algorithm of petgraph runs on it as it stands.
//!
//! Every trait of [`petgraph::visit`] that petgraph's own directed `Graph` has is here, and
//! [`DataMap`]; the traits that change a graph are not, as a supply graph is immutable. An
//! edge's weight is its flow, which is a strength and not a distance: give shortest paths a length of your own,
//! such as `1 / flow`. Nodes have no weight (`()`): what belongs to them stands in
//! [`SupplyGraph::nodes`].
//!
//! Neighbours come in ascending order of their numbers. A self-loop is among the neighbours on both sides.
//! petgraph's `tarjan_scc` and other recursive algorithms need a stack as deep as the graph;
//! `kosaraju_scc` does not.
//!
//! # Example
//! ```
//! use palenque_graph::{NodeIndex, SupplyGraph};
//! use petgraph::{algo, visit::Reversed};
//!
//! let chain = SupplyGraph::from_flows(["grower", "distiller", "bottler"], [(0, 1, 60.0), (1, 2, 110.0)])?;
//! assert!(!algo::is_cyclic_directed(&chain));
//!
//! let hops_upstream = algo::dijkstra(Reversed(&chain), 2.into(), None, |_| 1);
//! assert_eq!(hops_upstream[&NodeIndex::new(0)], 2);
//! # Ok::<(), palenque_graph::BuildError>(())
//! ```

use crate::SupplyGraph;
use fixedbitset::FixedBitSet;
use petgraph::data::DataMap;
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::{
    Data, EdgeCount, EdgeIndexable, EdgeRef, GetAdjacencyMatrix, GraphBase, GraphProp,
    IntoEdgeReferences, IntoEdges, IntoEdgesDirected, IntoNeighbors, IntoNeighborsDirected,
    IntoNodeIdentifiers, IntoNodeReferences, NodeCompactIndexable, NodeCount, NodeIndexable,
    Visitable,
};
use petgraph::{Directed, Direction};
use std::{iter, ops::Range, slice};

/// An edge with its ends and its flow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EdgeReference<'a> {
    seller: u32,
    buyer: u32,
    edge: u32,
    flow: &'a f64,
}

impl EdgeRef for EdgeReference<'_> {
    type NodeId = NodeIndex;
    type EdgeId = EdgeIndex;
    type Weight = f64;

    fn source(&self) -> NodeIndex {
        NodeIndex::from(self.seller)
    }

    fn target(&self) -> NodeIndex {
        NodeIndex::from(self.buyer)
    }

    fn weight(&self) -> &f64 {
        self.flow
    }

    fn id(&self) -> EdgeIndex {
        EdgeIndex::from(self.edge)
    }
}

/// The neighbours of a node on one side.
#[derive(Clone, Debug)]
pub struct Neighbors<'a>(slice::Iter<'a, u32>);

impl Iterator for Neighbors<'_> {
    type Item = NodeIndex;

    fn next(&mut self) -> Option<NodeIndex> {
        self.0.next().map(|&v| NodeIndex::from(v))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Neighbors<'_> {}

/// The nodes of a graph, in order.
#[derive(Clone, Debug)]
pub struct NodeIdentifiers(Range<u32>);

impl Iterator for NodeIdentifiers {
    type Item = NodeIndex;

    fn next(&mut self) -> Option<NodeIndex> {
        self.0.next().map(NodeIndex::from)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for NodeIdentifiers {
    fn next_back(&mut self) -> Option<NodeIndex> {
        self.0.next_back().map(NodeIndex::from)
    }
}

impl ExactSizeIterator for NodeIdentifiers {}

/// The nodes of a graph as references that weigh nothing.
#[derive(Clone, Debug)]
pub struct NodeReferences(NodeIdentifiers);

impl Iterator for NodeReferences {
    type Item = (NodeIndex, ());

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|node| (node, ()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for NodeReferences {}

/// The edges of a node on one side.
#[derive(Clone, Debug)]
pub struct Edges<'a> {
    graph: &'a SupplyGraph,
    node: u32,
    direction: Direction,
    /// Positions in `targets` or in `sources`.
    positions: Range<usize>,
}

impl<'a> Iterator for Edges<'a> {
    type Item = EdgeReference<'a>;

    fn next(&mut self) -> Option<EdgeReference<'a>> {
        let position = self.positions.next()?;
        let graph = self.graph;
        let (seller, buyer, edge) = match self.direction {
            Direction::Outgoing => (self.node, graph.targets[position], position as u32),
            Direction::Incoming => {
                (graph.sources()[position], self.node, graph.in_edges()[position])
            }
        };
        Some(EdgeReference { seller, buyer, edge, flow: &graph.flows[edge as usize] })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.positions.size_hint()
    }
}

impl ExactSizeIterator for Edges<'_> {}

/// All edges of a graph, by edge number.
#[derive(Clone, Debug)]
pub struct EdgeReferences<'a> {
    graph: &'a SupplyGraph,
    seller: u32,
    edges: iter::Enumerate<iter::Zip<slice::Iter<'a, u32>, slice::Iter<'a, f64>>>,
}

impl<'a> Iterator for EdgeReferences<'a> {
    type Item = EdgeReference<'a>;

    fn next(&mut self) -> Option<EdgeReference<'a>> {
        let (edge, (&buyer, flow)) = self.edges.next()?;
        let edge = edge as u32;
        while self.graph.out_offsets[self.seller as usize + 1] <= edge {
            self.seller += 1;
        }
        Some(EdgeReference { seller: self.seller, buyer, edge, flow })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.edges.size_hint()
    }
}

impl ExactSizeIterator for EdgeReferences<'_> {}

impl GraphBase for SupplyGraph {
    type NodeId = NodeIndex;
    type EdgeId = EdgeIndex;
}

impl Data for SupplyGraph {
    type NodeWeight = ();
    type EdgeWeight = f64;
}

impl DataMap for SupplyGraph {
    fn node_weight(&self, node: NodeIndex) -> Option<&()> {
        (node.index() < self.n_nodes()).then_some(&())
    }

    fn edge_weight(&self, edge: EdgeIndex) -> Option<&f64> {
        self.flows.get(edge.index())
    }
}

impl GraphProp for SupplyGraph {
    type EdgeType = Directed;
}

impl NodeCount for SupplyGraph {
    fn node_count(&self) -> usize {
        self.n_nodes()
    }
}

impl EdgeCount for SupplyGraph {
    fn edge_count(&self) -> usize {
        self.n_edges()
    }
}

impl NodeIndexable for SupplyGraph {
    fn node_bound(&self) -> usize {
        self.n_nodes()
    }

    fn to_index(&self, node: NodeIndex) -> usize {
        node.index()
    }

    fn from_index(&self, index: usize) -> NodeIndex {
        NodeIndex::new(index)
    }
}

impl NodeCompactIndexable for SupplyGraph {}

impl EdgeIndexable for SupplyGraph {
    fn edge_bound(&self) -> usize {
        self.n_edges()
    }

    fn to_index(&self, edge: EdgeIndex) -> usize {
        edge.index()
    }

    fn from_index(&self, index: usize) -> EdgeIndex {
        EdgeIndex::new(index)
    }
}

impl Visitable for SupplyGraph {
    type Map = FixedBitSet;

    fn visit_map(&self) -> FixedBitSet {
        FixedBitSet::with_capacity(self.n_nodes())
    }

    fn reset_map(&self, map: &mut FixedBitSet) {
        map.clear();
        map.grow(self.n_nodes());
    }
}

/// Rows are sorted, so adjacency is a binary search and no matrix of `n²` bits is made.
impl GetAdjacencyMatrix for SupplyGraph {
    type AdjMatrix = ();

    fn adjacency_matrix(&self) {}

    fn is_adjacent(&self, (): &(), seller: NodeIndex, buyer: NodeIndex) -> bool {
        self.edge_between(seller, buyer).is_some()
    }
}

impl<'a> IntoNeighbors for &'a SupplyGraph {
    type Neighbors = Neighbors<'a>;

    fn neighbors(self, node: NodeIndex) -> Neighbors<'a> {
        Neighbors(self.targets[self.out_range(node.index())].iter())
    }
}

impl<'a> IntoNeighborsDirected for &'a SupplyGraph {
    type NeighborsDirected = Neighbors<'a>;

    fn neighbors_directed(self, node: NodeIndex, direction: Direction) -> Neighbors<'a> {
        match direction {
            Direction::Outgoing => self.neighbors(node),
            Direction::Incoming => Neighbors(self.sources()[self.in_range(node.index())].iter()),
        }
    }
}

impl IntoNodeIdentifiers for &SupplyGraph {
    type NodeIdentifiers = NodeIdentifiers;

    fn node_identifiers(self) -> NodeIdentifiers {
        NodeIdentifiers(0..self.n_nodes() as u32)
    }
}

impl IntoNodeReferences for &SupplyGraph {
    type NodeRef = (NodeIndex, ());
    type NodeReferences = NodeReferences;

    fn node_references(self) -> NodeReferences {
        NodeReferences(self.node_identifiers())
    }
}

impl<'a> IntoEdgeReferences for &'a SupplyGraph {
    type EdgeRef = EdgeReference<'a>;
    type EdgeReferences = EdgeReferences<'a>;

    fn edge_references(self) -> EdgeReferences<'a> {
        let edges = self.targets.iter().zip(&self.flows).enumerate();
        EdgeReferences { graph: self, seller: 0, edges }
    }
}

impl<'a> IntoEdges for &'a SupplyGraph {
    type Edges = Edges<'a>;

    fn edges(self, node: NodeIndex) -> Edges<'a> {
        self.edges_directed(node, Direction::Outgoing)
    }
}

impl<'a> IntoEdgesDirected for &'a SupplyGraph {
    type EdgesDirected = Edges<'a>;

    fn edges_directed(self, node: NodeIndex, direction: Direction) -> Edges<'a> {
        let positions = match direction {
            Direction::Outgoing => self.out_range(node.index()),
            Direction::Incoming => self.in_range(node.index()),
        };
        Edges { graph: self, node: node.index() as u32, direction, positions }
    }
}
