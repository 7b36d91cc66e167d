//! petgraph's algorithms give the same answers on a supply graph as on petgraph's own graph.

use crate::random::{edge_list, graph};
use palenque_graph::{EdgeIndex, NodeIndex, SupplyGraph};
use petgraph::algo::{
    connected_components, dijkstra, floyd_warshall, has_path_connecting, is_cyclic_directed,
    kosaraju_scc, toposort,
};
use petgraph::data::DataMap;
use petgraph::visit::{
    Bfs, Dfs, EdgeCount, EdgeFiltered, EdgeIndexable, EdgeRef, GetAdjacencyMatrix,
    IntoEdgeReferences, IntoEdges, IntoEdgesDirected, IntoNeighbors, IntoNeighborsDirected,
    IntoNodeIdentifiers, IntoNodeReferences, NodeCount, NodeFiltered, NodeIndexable, NodeRef,
    Reversed, Topo, UndirectedAdaptor, Visitable, Walker,
};
use petgraph::{Direction, Graph};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn petgraph_of(graph: &SupplyGraph) -> Graph<(), f64> {
    let mut peer = Graph::new();
    for _ in graph.node_indices() {
        peer.add_node(());
    }
    for (seller, buyer, flow) in edge_list(graph) {
        peer.add_edge(seller.into(), buyer.into(), flow);
    }
    peer
}

/// Components as sets, in an order of their own.
fn as_sets(mut components: Vec<Vec<NodeIndex>>) -> Vec<Vec<NodeIndex>> {
    for component in &mut components {
        component.sort_unstable();
    }
    components.sort_unstable();
    components
}

fn ends<R: EdgeRef<NodeId = NodeIndex, Weight = f64>>(
    edges: impl Iterator<Item = R>,
) -> Vec<(NodeIndex, NodeIndex, u64)> {
    let mut all: Vec<_> = edges.map(|e| (e.source(), e.target(), e.weight().to_bits())).collect();
    all.sort_unstable();
    all
}

fn sorted(nodes: impl Iterator<Item = NodeIndex>) -> Vec<NodeIndex> {
    let mut nodes: Vec<_> = nodes.collect();
    nodes.sort_unstable();
    nodes
}

proptest! {
    #[test]
    fn every_view_of_the_edges_agrees_with_petgraph(graph in graph()) {
        let peer = petgraph_of(&graph);
        prop_assert_eq!(NodeCount::node_count(&graph), peer.node_count());
        prop_assert_eq!(EdgeCount::edge_count(&graph), peer.edge_count());
        prop_assert_eq!(ends((&graph).edge_references()), ends(peer.edge_references()));
        for node in graph.node_indices() {
            prop_assert_eq!(ends(IntoEdges::edges(&graph, node)), ends(IntoEdges::edges(&peer, node)));
            prop_assert_eq!(sorted((&graph).neighbors(node)), sorted(peer.neighbors(node)));
            for side in [Direction::Outgoing, Direction::Incoming] {
                let edges = (&graph).edges_directed(node, side);
                prop_assert_eq!(ends(edges), ends(peer.edges_directed(node, side)));
                let neighbours = (&graph).neighbors_directed(node, side);
                prop_assert_eq!(sorted(neighbours), sorted(peer.neighbors_directed(node, side)));
            }
        }
        let matrix = peer.adjacency_matrix();
        for a in graph.node_indices() {
            for b in graph.node_indices() {
                prop_assert_eq!(graph.is_adjacent(&(), a, b), peer.is_adjacent(&matrix, a, b));
            }
        }
    }

    #[test]
    fn edge_numbers_are_positions(graph in graph()) {
        for (position, edge) in (&graph).edge_references().enumerate() {
            prop_assert_eq!(EdgeIndexable::to_index(&graph, edge.id()), position);
            prop_assert_eq!(EdgeIndexable::from_index(&graph, position), edge.id());
            prop_assert_eq!(graph.endpoints(edge.id()), (edge.source(), edge.target()));
            prop_assert_eq!(graph.edge_weight(edge.id()), Some(edge.weight()));
            prop_assert_eq!(graph.edge_between(edge.source(), edge.target()), Some(edge.id()));
        }
        prop_assert_eq!(EdgeIndexable::edge_bound(&graph), graph.n_edges());
        prop_assert_eq!(graph.edge_weight(EdgeIndex::new(graph.n_edges())), None);
        for node in graph.node_indices() {
            for edge in (&graph).edges_directed(node, Direction::Incoming) {
                prop_assert_eq!(edge.target(), node);
                prop_assert_eq!(graph.endpoints(edge.id()), (edge.source(), node));
            }
        }
    }

    #[test]
    fn components_and_orders_agree(graph in graph()) {
        let peer = petgraph_of(&graph);
        prop_assert_eq!(as_sets(kosaraju_scc(&graph)), as_sets(kosaraju_scc(&peer)));
        prop_assert_eq!(connected_components(&graph), connected_components(&peer));
        prop_assert_eq!(is_cyclic_directed(&graph), is_cyclic_directed(&peer));
        match toposort(&graph, None) {
            Err(_) => prop_assert!(toposort(&peer, None).is_err()),
            Ok(order) => {
                let place: BTreeMap<_, _> = order.iter().zip(0..).map(|(&v, i)| (v, i)).collect();
                for edge in (&graph).edge_references() {
                    prop_assert!(place[&edge.source()] < place[&edge.target()]);
                }
                prop_assert_eq!(Topo::new(&graph).iter(&graph).count(), graph.n_nodes());
            }
        }
    }

    #[test]
    fn shortest_paths_agree_in_both_directions(graph in graph()) {
        let peer = petgraph_of(&graph);
        let start = NodeIndex::new(0);
        let length = |flow: &f64| 1.0 / flow;
        let down = dijkstra(&graph, start, None, |e| length(e.weight()));
        let down_peer = dijkstra(&peer, start, None, |e| length(e.weight()));
        prop_assert_eq!(down.len(), down_peer.len());
        let up = dijkstra(Reversed(&graph), start, None, |e| length(e.weight()));
        let up_peer = dijkstra(Reversed(&peer), start, None, |e| length(e.weight()));
        prop_assert_eq!(up.len(), up_peer.len());
        for node in graph.node_indices() {
            prop_assert_eq!(down.get(&node), down_peer.get(&node));
            prop_assert_eq!(up.get(&node), up_peer.get(&node));
            prop_assert_eq!(has_path_connecting(&graph, start, node, None), down.contains_key(&node));
        }
        let all = floyd_warshall(&graph, |e| length(e.weight())).expect("no negative length");
        for (node, distance) in &down_peer {
            let found = all[&(start, *node)];
            prop_assert!((found - distance).abs() <= 1e-12 * distance);
        }
    }

    #[test]
    fn adaptors_agree(graph in graph()) {
        let peer = petgraph_of(&graph);
        let start = NodeIndex::new(0);
        let large = EdgeFiltered::from_fn(&graph, |e| *e.weight() > 50.0);
        let large_peer = EdgeFiltered::from_fn(&peer, |e| *e.weight() > 50.0);
        prop_assert_eq!(as_sets(kosaraju_scc(&large)), as_sets(kosaraju_scc(&large_peer)));
        let even = NodeFiltered::from_fn(&graph, |v| v.index() % 2 == 0);
        let even_peer = NodeFiltered::from_fn(&peer, |v| v.index() % 2 == 0);
        prop_assert_eq!(Dfs::new(&even, start).iter(&even).count(), Dfs::new(&even_peer, start).iter(&even_peer).count());
        let either = UndirectedAdaptor(&graph);
        let either_peer = UndirectedAdaptor(&peer);
        prop_assert_eq!(
            sorted(Bfs::new(&either, start).iter(&either)),
            sorted(Bfs::new(&either_peer, start).iter(&either_peer))
        );
    }
}

#[test]
fn nodes_are_numbered_without_holes_and_weigh_nothing() {
    let graph = SupplyGraph::from_flows(["a", "b", "c"], [(2, 0, 1.0)]).expect("a good graph");
    let nodes: Vec<_> = (&graph).node_identifiers().collect();
    assert_eq!(nodes, graph.node_indices().collect::<Vec<_>>());
    assert_eq!((&graph).node_identifiers().next_back(), Some(2.into()));
    let referred: Vec<_> = (&graph).node_references().map(|r| NodeRef::id(&r)).collect();
    assert_eq!(referred, nodes);
    assert_eq!(NodeIndexable::node_bound(&graph), 3);
    assert_eq!(NodeIndexable::from_index(&graph, 2), 2.into());
    assert_eq!((graph.node_weight(2.into()), graph.node_weight(3.into())), (Some(&()), None));
    let mut map = graph.visit_map();
    map.insert(1);
    graph.reset_map(&mut map);
    assert_eq!((map.len(), map.count_ones(..)), (3, 0));
}

#[test]
fn a_path_of_a_million_nodes_overflows_no_stack() {
    let n = 1_000_000_u32;
    let ids = (0..n).map(|i| i.to_string());
    let graph = SupplyGraph::from_flows(ids, (1..n).map(|v| (v - 1, v, 1.0))).expect("a path");
    assert_eq!(kosaraju_scc(&graph).len(), n as usize);
    assert_eq!(Topo::new(&graph).iter(&graph).next(), Some(0.into()));
    assert_eq!(dijkstra(&graph, 0.into(), None, |_| 1)[&NodeIndex::new(999_999)], 999_999);
}
