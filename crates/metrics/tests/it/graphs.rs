//! Small graphs that every index must cope with.

use palenque_graph::{FinalDemand, Satellite, SupplyGraph};

/// A graph of `n` nodes `n0, n1, …` with these flows.
pub(crate) fn graph(n: u32, flows: &[(u32, u32, f64)]) -> SupplyGraph {
    let ids = (0..n).map(|i| format!("n{i}"));
    SupplyGraph::from_flows(ids, flows.iter().copied()).expect("known nodes and good flows")
}

/// The same ties, each with a flow of 1.
pub(crate) fn unweighted(graph: &SupplyGraph) -> SupplyGraph {
    let ties = graph.node_indices().flat_map(|u| {
        graph.customers(u).map(move |(v, _)| (u.index() as u32, v.index() as u32, 1.0))
    });
    SupplyGraph::from_flows(graph.ids().iter(), ties).expect("a good graph")
}

/// The chain `n0 → n1 → …` with flows 1, 2, 3, ….
pub(crate) fn path(n: u32) -> SupplyGraph {
    let flows: Vec<_> = (1..n).map(|v| (v - 1, v, f64::from(v))).collect();
    graph(n, &flows)
}

/// The cycle of `n` nodes with unit flows.
pub(crate) fn cycle(n: u32) -> SupplyGraph {
    let flows: Vec<_> = (0..n).map(|u| (u, (u + 1) % n, 1.0)).collect();
    graph(n, &flows)
}

/// Node 0 sells to all others.
pub(crate) fn star(n: u32) -> SupplyGraph {
    let flows: Vec<_> = (1..n).map(|v| (0, v, 1.0)).collect();
    graph(n, &flows)
}

/// Ten firms that look like a cluster: `data/golden/05_palenque10_centrality`, without accounts.
pub(crate) fn palenque10() -> SupplyGraph {
    let flows = [
        (0, 3, 40.0),
        (0, 4, 25.0),
        (1, 4, 30.0),
        (1, 5, 20.0),
        (2, 3, 5.0),
        (2, 4, 6.0),
        (2, 5, 4.0),
        (3, 4, 8.0),
        (5, 3, 10.0),
        (3, 7, 70.0),
        (4, 7, 50.0),
        (4, 8, 45.0),
        (5, 8, 30.0),
        (6, 7, 35.0),
        (7, 8, 60.0),
        (7, 9, 130.0),
        (8, 3, 12.0),
        (9, 6, 9.0),
    ];
    graph(10, &flows)
}

/// A reproducible graph of `n` nodes with about `m` edges, hubs and self-loops among them.
pub(crate) fn scattered(n: u32, m: u32) -> SupplyGraph {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = |below: u32| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % u64::from(below)) as u32
    };
    let flows: Vec<_> = (0..m)
        .map(|_| {
            let hub = draw(4) == 0;
            let seller = if hub { draw(n.div_ceil(10)) } else { draw(n) };
            (seller, draw(n), f64::from(1 + draw(9)))
        })
        .collect();
    graph(n, &flows)
}

/// The ten firms with final demand of households, and rows of workers and income.
pub(crate) fn households() -> SupplyGraph {
    let outputs = [65., 50., 15., 78., 100., 40., 35., 200., 160., 170.];
    let graph = palenque10();
    let demand = graph.out_strengths().into_iter().zip(outputs).map(|(sales, x)| x - sales);
    let demand = demand.flat_map(|f| [0.25 * f, 0.75 * f]).collect();
    let income = outputs.map(|x| if x < 20.0 { 0.0 } else { 0.1 * x });
    let workers = Satellite::new("employment", outputs.map(|x| x / 5.0).to_vec());
    graph
        .with_final_demand(FinalDemand::new(vec!["households".into(), "exports".into()], demand))
        .with_satellite(Satellite::new("income", income.to_vec()).with_final_users(vec![1.0, 0.0]))
        .with_satellite(workers.with_unit("person"))
}

/// Two regions that trade, a third that only buys, and a sector without output; with all that indices of trade ask for.
fn world() -> SupplyGraph {
    let flows = [(0, 1, 6.0), (1, 2, 5.0), (2, 3, 4.0), (3, 0, 2.0), (3, 3, 1.0), (0, 3, 3.0)];
    let users = ["home", "abroad", "far away"].map(Into::into).to_vec();
    let demand = [[4.0, 1.0, 0.0], [2.0, 5.0, 1.0], [0.0, 8.0, -1.0], [3.0, 6.0, 2.0], [0.0; 3]];
    let demand = FinalDemand::new(users.clone(), demand.concat()).with_regions(users);
    let numbers = |values: [f64; 5]| values.map(Some);
    graph(5, &flows)
        .with_text("region", ["home", "home", "abroad", "abroad", "home"].map(Some))
        .with_text("sector", ["food", "other", "food", "other", "none"].map(Some))
        .with_final_demand(demand)
        .with_number("imports", numbers([1.0, 0.0, 0.5, 0.0, 0.0]))
        .with_number("exports", numbers([1.0, 6.0, 0.0, 2.0, 0.0]))
        .with_number("product_imports", numbers([2.0, 0.0, 1.0, 0.0, 0.0]))
        .with_satellite(
            Satellite::new("co2", vec![9.0, 0.0, 2.5, 7.0, 1.0])
                .with_unit("kt")
                .with_final_users(vec![1.0, 2.0, 0.5]),
        )
}

/// Nine firms with places, three of them at one, and two without: of four sectors, one of a single firm, and three regions.
pub(crate) fn map() -> SupplyGraph {
    let lat = [19.5, 19.5, 19.51, 19.5, 19.6, 19.7, 19.62, 19.8, 19.75].map(Some);
    let lon = [-104.0, -104.0, -104.02, -104.0, -103.9, -103.8, -103.85, -104.1, -104.2].map(Some);
    let sectors = [
        "still", "still", "still", "still", "agave", "agave", "agave", "glass", "shop", "shop", "",
    ];
    let regions = ["a", "a", "a", "a", "b", "b", "b", "c", "c", "c", "c"];
    let workers = [9.0, 3.0, 3.0, 1.0, 20.0, 40.0, 10.0, 100.0, 2.0, 0.0, 5.0].map(Some);
    graph(
        11,
        &[
            (4, 0, 6.0),
            (5, 1, 5.0),
            (6, 2, 4.0),
            (7, 0, 2.0),
            (0, 8, 9.0),
            (1, 9, 3.0),
            (2, 2, 1.0),
        ],
    )
    .with_number("lat", lat.into_iter().chain([None; 2]))
    .with_number("lon", lon.into_iter().chain([None; 2]))
    .with_number("employees", workers)
    .with_text("region", regions.map(Some))
    .with_text("sector", sectors.map(|name| (!name.is_empty()).then_some(name)))
}

/// Graphs at the edges of what the indices are defined for, with their names.
pub(crate) fn awkward() -> Vec<(&'static str, SupplyGraph)> {
    let accounts = |graph: SupplyGraph, output: &[f64]| {
        graph.with_number("output", output.iter().map(|&x| Some(x)))
    };
    let stages = palenque10()
        .with_text("stage", ["1", "1", "1", "2", "2", "2", "1", "3", "4", "4"].map(Some))
        .with_text("role", ["grower", "grower", "fuel"].map(Some).into_iter().chain([None; 7]))
        .with_text("region", (0..10).map(|i| (i > 0).then_some(if i < 9 { "in" } else { "out" })))
        .with_number("output", [65., 50., 15., 78., 100., 40., 35., 200., 160., 170.].map(Some));
    vec![
        ("no nodes", graph(0, &[])),
        ("one node", graph(1, &[])),
        ("one node that sells to itself", graph(1, &[(0, 0, 2.0)])),
        ("two isolates", graph(2, &[])),
        ("one edge", graph(2, &[(0, 1, 3.0)])),
        ("one edge without flow", graph(2, &[(0, 1, 0.0)])),
        ("a pair that trades", graph(2, &[(0, 1, 3.0), (1, 0, 3.0)])),
        ("flows of zero among others", graph(3, &[(0, 1, 0.0), (1, 2, 2.0), (2, 2, 0.0)])),
        ("outputs of zero", accounts(graph(3, &[(0, 1, 0.0), (1, 2, 2.0)]), &[0.0, 2.0, 0.0])),
        (
            "two components and two isolates",
            graph(7, &[(0, 1, 3.0), (1, 2, 3.0), (2, 0, 1.0), (2, 2, 5.0), (3, 4, 4.0)]),
        ),
        ("path", path(9)),
        ("cycle", cycle(6)),
        ("star", star(7)),
        (
            "flows of very different size",
            graph(4, &[(0, 1, 1e-300), (1, 2, 1e300), (2, 3, 1.0), (0, 2, 1e-12)]),
        ),
        ("ten firms", palenque10()),
        ("ten firms with households and workers", households()),
        ("ten firms in stages", stages),
        ("regions that trade", world()),
        ("firms on a map", map()),
        ("three hundred nodes", scattered(300, 1500)),
    ]
}
