//! A part of a graph: some nodes and some of the edges between them.

use crate::{
    Columns, CompensatedSum, FinalDemand, NumberColumn, Relation, Satellite, SupplyGraph,
    SupplyGraphBuilder,
};
use petgraph::graph::{EdgeIndex, NodeIndex};

/// The category of final demand into which sales across a cut go.
pub const OUTSIDE: &str = "outside";

const ABSENT: u32 = u32::MAX;

/// The graph of the given nodes, in that order, and of those edges between them that a test keeps.
pub(super) fn part(
    graph: &SupplyGraph,
    nodes: &[NodeIndex],
    mut keep: impl FnMut(EdgeIndex) -> bool,
) -> SupplyGraph {
    let mut new_number = vec![ABSENT; graph.n_nodes()];
    for (&node, number) in nodes.iter().zip(0_u32..) {
        let place = &mut new_number[node.index()];
        assert!(*place == ABSENT, "node {} is there twice", node.index());
        *place = number;
    }
    let ids = nodes.iter().map(|&node| graph.node_id(node)).collect();
    let mut builder = SupplyGraphBuilder::new(ids).ids_are_distinct().keep_edge_of_record(true);
    let mut kept: Vec<u32> = Vec::new();
    let mut cut = Cut::new(nodes.len());
    for seller in graph.node_indices() {
        let u = new_number[seller.index()];
        for edge in graph.out_range(seller.index()) {
            let v = new_number[graph.targets()[edge] as usize];
            let flow = graph.flows()[edge];
            if u != ABSENT && v != ABSENT && keep(EdgeIndex::new(edge)) {
                builder.add_flow(u, v, flow).expect("an edge of the graph");
                kept.push(edge as u32);
            } else {
                cut.add(u, v, flow);
            }
        }
    }
    let built = builder.build().expect("edges of a graph, each once");
    let mut old_edges = vec![0_u32; kept.len()];
    for (&old, &new) in kept.iter().zip(&built.edge_of_record) {
        old_edges[new as usize] = old;
    }
    let old_nodes: Vec<u32> = nodes.iter().map(|node| node.index() as u32).collect();
    let mut part = built.graph;
    part.nodes = graph.nodes().select(&old_nodes);
    part.edges = graph.edges().select(&old_edges);
    part.final_demand = graph.final_demand().map(|demand| select_rows(demand, nodes));
    part.relations = graph.relations().iter().map(|r| renumbered(r, &new_number)).collect();
    let of_nodes = |row: &Satellite| {
        row.with_amounts(nodes.iter().map(|node| row.amounts()[node.index()]).collect())
    };
    part.satellites = graph.satellites().iter().map(of_nodes).collect();
    part.unit.clone_from(&graph.unit);
    cut.into_accounts(part)
}

fn select_rows(demand: &FinalDemand, nodes: &[NodeIndex]) -> FinalDemand {
    let values = nodes.iter().flat_map(|node| demand.row(node.index())).copied().collect();
    demand.with_values(values)
}

/// The ties between nodes that stay, in their order.
fn renumbered(relation: &Relation, new_number: &[u32]) -> Relation {
    let (mut rows, mut ties) = (Vec::new(), Vec::new());
    for (&(a, b), row) in relation.ties().iter().zip(0_u32..) {
        let tie = (new_number[a as usize], new_number[b as usize]);
        if tie.0 != ABSENT && tie.1 != ABSENT {
            rows.push(row);
            ties.push(tie);
        }
    }
    Relation::new(relation.name(), relation.is_directed(), ties, relation.columns().select(&rows))
}

/// Flows between a part and what was left out, by node of the part.
struct Cut {
    sales: Vec<CompensatedSum>,
    purchases: Vec<CompensatedSum>,
}

impl Cut {
    fn new(n: usize) -> Self {
        Self {
            sales: vec![CompensatedSum::default(); n],
            purchases: vec![CompensatedSum::default(); n],
        }
    }

    fn add(&mut self, seller: u32, buyer: u32, flow: f64) {
        if seller != ABSENT {
            self.sales[seller as usize].add(flow);
        }
        if buyer != ABSENT {
            self.purchases[buyer as usize].add(flow);
        }
    }

    /// Puts the flows across the cut into the accounts, where there are accounts.
    fn into_accounts(self, mut part: SupplyGraph) -> SupplyGraph {
        let accounts = ["output", "final_demand", "value_added", "imports"];
        let known = |columns: &Columns| accounts.iter().any(|name| columns.number(name).is_some());
        let sales: Vec<f64> = self.sales.into_iter().map(CompensatedSum::value).collect();
        let purchases: Vec<f64> = self.purchases.into_iter().map(CompensatedSum::value).collect();
        let nothing = sales.iter().chain(&purchases).all(|&flow| flow == 0.0);
        if nothing || !known(&part.nodes) {
            return part;
        }
        let imports = part.nodes.number("imports");
        let imports = purchases.iter().enumerate().map(|(i, bought)| {
            let given = imports.map_or(Some(0.0), |column| column.get(i));
            given.map(|given| given + bought).or((*bought > 0.0).then_some(*bought))
        });
        let imports = NumberColumn::from_options(imports);
        part.nodes.set_number("imports", imports);
        if let Some(demand) = part.final_demand.take() {
            let demand = with_outside(&demand, &sales);
            let n_categories = demand.categories().len();
            let satellites = std::mem::take(&mut part.satellites);
            part.satellites = satellites.into_iter().map(|row| row.padded(n_categories)).collect();
            return part.with_final_demand(demand);
        }
        if let Some(demand) = part.nodes.number("final_demand") {
            let demand = demand.iter().zip(&sales).map(|(f, sold)| f.map(|f| f + sold));
            let demand = NumberColumn::from_options(demand);
            part.nodes.set_number("final_demand", demand);
        }
        part
    }
}

/// Final demand with sales across the cut in the category [`OUTSIDE`].
fn with_outside(demand: &FinalDemand, sales: &[f64]) -> FinalDemand {
    let mut categories: Vec<Box<str>> = demand.categories().map(Into::into).collect();
    let place = categories.iter().position(|c| &**c == OUTSIDE).unwrap_or_else(|| {
        categories.push(OUTSIDE.into());
        categories.len() - 1
    });
    let mut values = Vec::with_capacity(categories.len() * sales.len());
    for (i, &sold) in sales.iter().enumerate() {
        let row = values.len();
        values.extend_from_slice(demand.row(i));
        values.resize(row + categories.len(), 0.0);
        values[row + place] += sold;
    }
    let regions: Option<Vec<Box<str>>> = (0..categories.len())
        .map(|c| if c < demand.categories().len() { demand.region(c) } else { Some(OUTSIDE) })
        .map(|region| region.map(Into::into))
        .collect();
    let with_outside = FinalDemand::new(categories, values);
    match regions {
        Some(regions) => with_outside.with_regions(regions),
        None => with_outside,
    }
}
