//! What transforms keep, on random graphs and on small ones with everything attached.

use crate::random::{edge_list, graph};
use palenque_graph::accounts::Accounts;
use palenque_graph::transform::{
    MISSING, OUTSIDE, TransformError, aggregate, aggregate_into, aggregate_panel, backbone,
    disparity, filter_edges, filter_nodes, induced, largest_component, largest_component_panel,
    reverse,
};
use palenque_graph::{
    Columns, FinalDemand, NodeIndex, NumberColumn, Panel, PanelError, Relation, SupplyGraph,
    TextColumn,
};
use petgraph::algo::connected_components;
use proptest::prelude::*;

/// A graph with accounts, a stage for most nodes, an edge column, a block of final demand, ties and a unit.
fn dressed() -> impl Strategy<Value = SupplyGraph> {
    (graph(), any::<u64>()).prop_map(|(graph, seed)| {
        let n = graph.n_nodes();
        let bit = |i: usize, b: u64| (seed >> ((i as u64 * 7 + b * 13) % 61)) & 3;
        let stages = (0..n).map(|i| ["1", "2", "3"].get(bit(i, 0) as usize).copied());
        let demand = (0..2 * n).map(|i| bit(i, 1) as f64 * 8.0).collect();
        let value_added: Vec<_> = (0..n).map(|i| Some(bit(i, 2) as f64 * 4.0)).collect();
        let ties: Vec<_> =
            (1..n as u32).filter(|&i| bit(i as usize, 3) > 0).map(|i| (i - 1, i)).collect();
        let mut strength = Columns::default();
        strength.set_number("strength", (0..ties.len()).map(|i| Some(i as f64)).collect_column());
        let mut edges = graph.edges().clone();
        edges.set_number("row", (0..graph.n_edges()).map(|e| Some(e as f64)).collect_column());
        graph
            .with_text("stage", stages)
            .with_number("value_added", value_added)
            .with_final_demand(FinalDemand::new(vec!["home".into(), "abroad".into()], demand))
            .with_relation(Relation::new("cooperation", false, ties, strength))
            .with_edges(edges)
            .with_unit("MXN")
    })
}

trait CollectColumn {
    fn collect_column(self) -> NumberColumn;
}

impl<I: Iterator<Item = Option<f64>>> CollectColumn for I {
    fn collect_column(self) -> NumberColumn {
        NumberColumn::from_options(self)
    }
}

fn total(graph: &SupplyGraph, column: &str) -> f64 {
    let column = graph.nodes().number(column).expect("the column");
    column.iter().map(|x| x.expect("known")).sum()
}

fn same(a: &SupplyGraph, b: &SupplyGraph) -> bool {
    edge_list(a) == edge_list(b)
        && a.ids() == b.ids()
        && (a.in_offsets(), a.sources(), a.in_edges())
            == (b.in_offsets(), b.sources(), b.in_edges())
        && (a.nodes(), a.edges()) == (b.nodes(), b.edges())
        && (a.final_demand(), a.relations(), a.unit())
            == (b.final_demand(), b.relations(), b.unit())
}

/// The incoming side mirrors the outgoing side, whatever made the graph.
fn consistent(graph: &SupplyGraph) -> bool {
    let again = SupplyGraph::from_flows(graph.ids().iter(), edge_list(graph)).expect("a graph");
    (again.in_offsets(), again.sources(), again.in_edges())
        == (graph.in_offsets(), graph.sources(), graph.in_edges())
}

proptest! {
    #[test]
    fn reversing_twice_changes_nothing(graph in dressed()) {
        let reversed = reverse(&graph);
        prop_assert!(consistent(&reversed));
        prop_assert!(same(&reverse(&reversed), &graph));
        for node in graph.node_indices() {
            prop_assert!(reversed.suppliers(node).eq(graph.customers(node)));
            prop_assert!(reversed.customers(node).eq(graph.suppliers(node)));
        }
        let row = |graph: &SupplyGraph, edge: NodeEnds| {
            let edge = graph.edge_between(edge.0.into(), edge.1.into()).expect("an edge");
            graph.edges().number("row").expect("kept").get(edge.index())
        };
        for (u, v, _) in edge_list(&graph) {
            prop_assert_eq!(row(&graph, (u, v)), row(&reversed, (v, u)));
        }
    }

    #[test]
    fn keeping_everything_changes_nothing(graph in dressed()) {
        let all: Vec<_> = graph.node_indices().collect();
        prop_assert!(same(&induced(&graph, &all), &graph));
        prop_assert!(same(&filter_nodes(&graph, |_| true), &graph));
        prop_assert!(same(&filter_edges(&graph, |_| true), &graph));
    }

    #[test]
    fn relabelling_by_induction_can_be_undone(graph in dressed(), seed in any::<u32>()) {
        let n = graph.n_nodes();
        let mut order: Vec<_> = graph.node_indices().collect();
        order.rotate_left(seed as usize % n);
        order.swap(0, (seed >> 8) as usize % n);
        let mut back = vec![NodeIndex::new(0); n];
        for (new, old) in order.iter().enumerate() {
            back[old.index()] = NodeIndex::new(new);
        }
        let relabelled = induced(&graph, &order);
        prop_assert!(consistent(&relabelled));
        prop_assert!(same(&induced(&relabelled, &back), &graph));
    }

    #[test]
    fn a_cut_leaves_output_and_value_added_as_they_were(graph in dressed(), keep in any::<u64>()) {
        let stays = |node: NodeIndex| keep >> (node.index() % 64) & 1 == 1;
        let nodes: Vec<_> = graph.node_indices().filter(|&node| stays(node)).collect();
        let part = induced(&graph, &nodes);
        let (before, after) = (Accounts::of(&graph), Accounts::of(&part));
        for (new, old) in nodes.iter().map(|node| node.index()).enumerate() {
            prop_assert!((after.output[new] - before.output[old]).abs() < 1e-9);
            prop_assert!((after.value_added[new] - before.value_added[old]).abs() < 1e-9);
        }
        let sold_outside: f64 = part.final_demand().map_or(0.0, |demand| {
            let place = demand.categories().position(|c| c == OUTSIDE);
            place.map_or(0.0, |c| (0..demand.n_rows()).map(|i| demand.row(i)[c]).sum())
        });
        let cut: f64 = edge_list(&graph)
            .iter()
            .filter(|&&(u, v, _)| stays(u.into()) && !stays(v.into()))
            .map(|&(_, _, flow)| flow)
            .sum();
        prop_assert!((sold_outside - cut).abs() < 1e-9);
    }

    #[test]
    fn aggregation_keeps_all_totals(graph in dressed()) {
        let stages = aggregate(&graph, "stage").expect("a column of stages");
        prop_assert!(consistent(&stages));
        prop_assert_eq!(stages.total_flow(), graph.total_flow());
        for column in ["final_demand", "value_added"] {
            prop_assert_eq!(total(&stages, column), total(&graph, column));
        }
        prop_assert_eq!(total(&stages, "n_members"), graph.n_nodes() as f64);
        let n_edges = stages.edges().number("n_edges").expect("counted");
        prop_assert_eq!(n_edges.iter().flatten().sum::<f64>(), graph.n_edges() as f64);
        let ties = stages.relation("cooperation").expect("kept").columns().number("n_ties").expect("counted");
        let n_ties = graph.relation("cooperation").expect("there").ties().len();
        prop_assert_eq!(ties.iter().flatten().sum::<f64>(), n_ties as f64);
        prop_assert_eq!(stages.unit(), Some("MXN"));
        if let Some(missing) = stages.node_named(MISSING) {
            prop_assert_eq!(missing.index(), stages.n_nodes() - 1);
        }
    }

    #[test]
    fn aggregation_to_one_group_is_the_total(graph in graph()) {
        let whole = aggregate_into(&graph, ["all"].into_iter().collect(), &vec![0; graph.n_nodes()]);
        let whole = whole.expect("one group");
        let expected: &[f64] = if graph.n_edges() == 0 { &[] } else { &[graph.total_flow()] };
        prop_assert_eq!(whole.flows(), expected);
    }

    #[test]
    fn aggregation_to_single_nodes_changes_no_edge(graph in graph()) {
        let own: Vec<u32> = (0..graph.n_nodes() as u32).collect();
        let same = aggregate_into(&graph, graph.ids().clone(), &own).expect("distinct ids");
        prop_assert_eq!(edge_list(&same), edge_list(&graph));
    }

    #[test]
    fn a_backbone_is_a_part_that_grows_with_alpha(graph in graph(), low in 0.01..1.0, high in 0.01..1.0) {
        let (low, high) = if low <= high { (low, high) } else { (high, low) };
        let edges = |alpha: f64| edge_list(&backbone(&graph, alpha).expect("a level in range"));
        let (few, more, all) = (edges(low), edges(high), edge_list(&graph));
        prop_assert!(few.iter().all(|edge| more.contains(edge)));
        prop_assert!(more.iter().all(|edge| all.contains(edge)));
        prop_assert!(more.iter().all(|&(u, v, _)| u != v));
        let disparity = disparity(&graph);
        let alphas = disparity.alpha_out.iter().chain(&disparity.alpha_in);
        prop_assert!(alphas.into_iter().all(|alpha| (0.0..=1.0).contains(alpha)));
    }

    #[test]
    fn the_largest_component_is_connected_and_cuts_nothing(graph in dressed()) {
        let largest = largest_component(&graph);
        prop_assert_eq!(connected_components(&largest), 1);
        let total_kept: f64 = largest.total_flow();
        let inside: f64 = edge_list(&graph)
            .iter()
            .filter(|&&(u, _, _)| largest.node_named(graph.node_id(u.into())).is_some())
            .map(|&(_, _, flow)| flow)
            .sum();
        prop_assert_eq!(total_kept, inside);
        prop_assert!(largest.final_demand().expect("kept").categories().all(|c| c != OUTSIDE));
        prop_assert!(largest.nodes().number("imports").is_none());
    }
}

type NodeEnds = (u32, u32);

fn text(values: [Option<&str>; 4]) -> TextColumn {
    TextColumn::from_options(values)
}

fn number(values: [Option<f64>; 4]) -> NumberColumn {
    NumberColumn::from_options(values)
}

/// Growers `a`, `b`, distiller `c` and a firm `d` of unknown stage.
fn small() -> SupplyGraph {
    let mut nodes = Columns::default();
    nodes.set_text("stage", text([Some("1"), Some("1"), Some("2"), None]));
    nodes.set_text("region", text([Some("in"), Some("in"), Some("in"), Some("out")]));
    nodes.set_text("owner", text([Some("x"), Some("y"), None, None]));
    nodes.set_text("name", text([Some("A"), Some("B"), Some("C"), Some("D")]));
    nodes.set_number("output", number([Some(10.0), None, Some(30.0), Some(4.0)]));
    nodes.set_number("employees", number([Some(2.0), None, Some(5.0), None]));
    nodes.set_number("lat", number([Some(20.0), Some(21.0), None, Some(19.0)]));
    nodes.set_number("lon", number([Some(-103.0), Some(-104.0), Some(-103.5), None]));
    nodes.set_number("founded", number([Some(1990.0), Some(1990.0), Some(1850.0), None]));
    let mut edges = Columns::default();
    edges.set_text("product", text([Some("agave"), Some("agave"), Some("mezcal"), Some("glass")]));
    let flows = [(0, 2, 8.0), (1, 2, 5.0), (2, 3, 20.0), (3, 2, 1.0)];
    let ties = vec![(0, 1), (2, 1), (0, 2), (2, 3)];
    SupplyGraph::from_flows(["a", "b", "c", "d"], flows)
        .expect("a good graph")
        .with_nodes(nodes)
        .with_edges(edges)
        .with_relation(Relation::new("credit", true, ties, Columns::default()))
}

#[test]
fn each_kind_of_column_is_aggregated_in_its_own_way() {
    let stages = aggregate(&small(), "stage").expect("a column of stages");
    let texts = |name: &str| -> Vec<Option<&str>> {
        stages.nodes().text(name).map(|column| column.iter().collect()).unwrap_or_default()
    };
    let numbers = |name: &str| -> Vec<Option<f64>> {
        stages.nodes().number(name).map(|column| column.iter().collect()).unwrap_or_default()
    };
    assert_eq!(stages.ids().iter().collect::<Vec<_>>(), ["1", "2", MISSING]);
    assert_eq!(texts("stage"), [Some("1"), Some("2"), None]);
    assert_eq!(texts("region"), [Some("in"), Some("in"), Some("out")]);
    assert_eq!(texts("owner"), [] as [Option<&str>; 0]); // x and y, unknown, unknown
    assert_eq!(texts("name"), [] as [Option<&str>; 0]);
    assert_eq!(numbers("output"), [Some(15.0), Some(30.0), Some(4.0)]); // b sells 5 and buys nothing
    assert_eq!(numbers("employees"), [None, Some(5.0), None]);
    assert_eq!(numbers("lat"), [Some(20.5), None, None]);
    assert_eq!(numbers("lon"), [Some(-103.5), None, None]);
    assert_eq!(numbers("founded"), [Some(1990.0), Some(1850.0), None]);
    assert_eq!(numbers("n_members"), [Some(2.0), Some(1.0), Some(1.0)]);
    assert_eq!(numbers("final_demand"), []);

    assert_eq!(edge_list(&stages), [(0, 1, 13.0), (1, 2, 20.0), (2, 1, 1.0)]);
    let product = stages.edges().text("product").expect("each edge has one");
    assert_eq!(product.iter().collect::<Vec<_>>(), [Some("agave"), Some("mezcal"), Some("glass")]);
    let n_edges = stages.edges().number("n_edges").expect("counted");
    assert_eq!(n_edges.iter().collect::<Vec<_>>(), [Some(2.0), Some(1.0), Some(1.0)]);

    let credit = stages.relation("credit").expect("kept");
    assert_eq!(credit.ties(), [(0, 0), (0, 1), (1, 0), (1, 2)]);
}

#[test]
fn what_cannot_be_aggregated_is_said() {
    let error = aggregate(&small(), "stages").expect_err("no such column");
    assert_eq!(
        error.to_string(),
        "there is no text column `stages` to group by; the nodes have `stage`, `region`, `owner`, `name`"
    );
    let huge = SupplyGraph::from_flows(["a", "b"], [(0, 0, f64::MAX), (1, 1, f64::MAX)])
        .expect("each flow fits")
        .with_text("stage", [Some("1"), Some("1")]);
    let error = aggregate(&huge, "stage").expect_err("the sum does not");
    assert_eq!(error, TransformError::Overflow { column: "flow".into(), group: "1".into() });
    assert!(matches!(backbone(&small(), f64::NAN), Err(TransformError::Alpha(_))));
    assert_eq!(backbone(&small(), 0.0).map(|_| ()), Err(TransformError::Alpha(0.0)));
}

#[test]
fn ties_of_a_part_are_renumbered_or_dropped() {
    let part = induced(&small(), &[2.into(), 1.into()]);
    assert_eq!(part.relation("credit").expect("kept").ties(), [(0, 1)]);
    assert_eq!(part.edges().text("product").expect("kept").get(0), Some("agave"));
    assert_eq!(edge_list(&part), [(1, 0, 5.0)]);
    let imports = part.nodes().number("imports").expect("purchases across the cut");
    assert_eq!(imports.iter().collect::<Vec<_>>(), [Some(9.0), Some(0.0)]);
}

#[test]
#[should_panic(expected = "node 1 is there twice")]
fn a_node_cannot_be_induced_twice() {
    let _ = induced(&small(), &[1.into(), 1.into()]);
}

#[test]
fn nothing_comes_of_nothing() {
    let empty = SupplyGraph::from_flows([""; 0], [])
        .expect("no nodes")
        .with_text("stage", [None::<&str>; 0]);
    assert_eq!(aggregate(&empty, "stage").expect("no groups").n_nodes(), 0);
    assert_eq!(largest_component(&empty).n_nodes(), 0);
    assert_eq!(reverse(&empty).n_edges(), 0);
    assert_eq!(backbone(&empty, 0.05).expect("a level in range").n_edges(), 0);
}

#[test]
fn a_share_of_four_in_five_is_on_the_threshold_of_one_in_five() {
    let graph =
        SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 4.0), (0, 2, 1.0)]).expect("a good graph");
    assert_eq!(disparity(&graph).alpha_out, [0.2, 0.8]);
    assert_eq!(backbone(&graph, 0.2).expect("a level in range").n_edges(), 0);
    assert_eq!(backbone(&graph, 0.200_000_1).expect("a level in range").n_edges(), 1);
}

#[test]
fn of_two_largest_components_the_first_is_taken() {
    let graph = SupplyGraph::from_flows(["a", "b", "c", "d"], [(3, 1, 1.0), (2, 0, 1.0)])
        .expect("two pairs");
    assert_eq!(largest_component(&graph).ids().iter().collect::<Vec<_>>(), ["a", "c"]);
}

#[test]
fn a_panel_keeps_one_list_of_nodes() {
    let year = |flows: &[(u32, u32, f64)], stages: [Option<&str>; 3]| {
        let graph = SupplyGraph::from_flows(["a", "b", "c"], flows.iter().copied());
        graph.expect("a good graph").with_text("stage", stages)
    };
    let first = year(&[(0, 1, 1.0)], [Some("1"), Some("2"), None]);
    let second = year(&[(0, 1, 2.0), (1, 0, 3.0)], [Some("1"), Some("3"), Some("1")]);
    let panel =
        Panel::new([("1".into(), first.clone()), ("2".into(), second)]).expect("one node list");

    let stages = aggregate_panel(&panel, "stage").expect("both have stages");
    assert_eq!(stages.last().ids().iter().collect::<Vec<_>>(), ["1", "2", "3", MISSING]);
    assert_eq!(edge_list(stages.period("1").expect("a period")), [(0, 1, 1.0)]);
    assert_eq!(edge_list(stages.period("2").expect("a period")), [(0, 2, 2.0), (2, 0, 3.0)]);
    assert!(aggregate_panel(&panel, "sector").is_err());

    let joined = largest_component_panel(&panel);
    assert_eq!((joined.n_periods(), joined.last().n_nodes()), (2, 2));

    let apart = panel.clone().map(|graph| filter_nodes(graph, |v| graph.out_strength(v) > 0.0));
    assert_eq!(apart.map(|_| ()), Err(PanelError::OtherNodes("2".into())));
    let other = SupplyGraph::from_flows(["a", "c", "b"], []).expect("a good graph");
    let named = |name: &str, graph: &SupplyGraph| (name.to_owned(), graph.clone());
    let refused =
        |periods: Vec<(String, SupplyGraph)>| Panel::new(periods).map(|_| ()).expect_err("refused");
    assert_eq!(refused(vec![]), PanelError::Empty);
    assert_eq!(
        refused(vec![named("1", &first), named("1", &first)]),
        PanelError::Repeated("1".into())
    );
    assert_eq!(
        refused(vec![named("1", &first), named("2", &other)]),
        PanelError::OtherNodes("2".into())
    );
}
