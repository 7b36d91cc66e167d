//! The graph of who supplies whom.

use crate::adjacency::Incoming;
use crate::memo::Memo;
use crate::{
    BuildError, Columns, CompensatedSum, FinalDemand, IdLookup, Ids, Relation, Satellite,
    SupplyGraphBuilder,
};
use petgraph::graph::{EdgeIndex, NodeIndex};
use std::any::Any;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A directed, weighted, simple, immutable graph of who supplies whom, with columns beside nodes and edges.
///
/// `u → v` means *u supplies v*; its flow is `Z[u][v]`. Nodes are `0..n` without holes. Edges are numbered in
/// row order (by seller, then by buyer), so an [`EdgeIndex`] *is* a position in `Z`. Self-loops are allowed;
/// parallel records were summed while building.
///
/// # Memory
/// Both adjacency directions are stored compressed and the flows once: 20 bytes an edge (buyer 4, flow 8,
/// seller 4, edge number 4) and 8 bytes a node, beside ids and columns. The incoming direction (8 bytes an edge) of a
/// graph made by [`SupplyGraph::from_rows`] is added when it is first asked for. Kernels that stream along incoming
/// edges copy the flows into that order for as long as they run.
#[derive(Clone, Debug)]
pub struct SupplyGraph {
    pub(crate) ids: Ids,
    pub(crate) out_offsets: Box<[u32]>,
    pub(crate) targets: Box<[u32]>,
    pub(crate) flows: Box<[f64]>,
    pub(crate) incoming: OnceLock<Incoming>,
    pub(crate) nodes: Columns,
    pub(crate) edges: Columns,
    pub(crate) final_demand: Option<FinalDemand>,
    pub(crate) relations: Vec<Relation>,
    pub(crate) satellites: Vec<Satellite>,
    pub(crate) unit: Option<Box<str>>,
    pub(crate) memo: Memo,
}

impl SupplyGraph {
    /// A graph from node ids and `(seller, buyer, flow)` records by node number; parallel records are summed.
    ///
    /// # Errors
    /// [`BuildError`] for an unknown node, a repeated id, or a flow that is not finite and positive.
    ///
    /// # Example
    /// ```
    /// # use palenque_graph::SupplyGraph;
    /// let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 2.5)])?;
    /// assert_eq!(graph.total_flow(), 2.5);
    /// # Ok::<(), palenque_graph::BuildError>(())
    /// ```
    pub fn from_flows<S: AsRef<str>>(
        ids: impl IntoIterator<Item = S>,
        flows: impl IntoIterator<Item = (u32, u32, f64)>,
    ) -> Result<Self, BuildError> {
        let mut builder = SupplyGraphBuilder::new(ids.into_iter().collect());
        for (seller, buyer, flow) in flows {
            builder.add_flow(seller, buyer, flow)?;
        }
        Ok(builder.build()?.graph)
    }

    /// The same graph with a node column of numbers, such as `output`; `None` is a gap.
    ///
    /// # Panics
    /// If there is not one value a node, or one is NaN or infinite.
    #[must_use]
    pub fn with_number(
        mut self,
        name: &str,
        values: impl IntoIterator<Item = Option<f64>>,
    ) -> Self {
        let column = crate::NumberColumn::from_options(values);
        assert_eq!(column.len(), self.n_nodes(), "column `{name}` has one row a node");
        self.nodes.set_number(name, column);
        self.memo = Memo::default();
        self
    }

    /// The same graph with a node column of text, such as `stage`; `None` is a gap.
    ///
    /// # Panics
    /// If there is not one value a node.
    #[must_use]
    pub fn with_text<S: AsRef<str>>(
        mut self,
        name: &str,
        values: impl IntoIterator<Item = Option<S>>,
    ) -> Self {
        let column = crate::TextColumn::from_options(values);
        assert_eq!(column.len(), self.n_nodes(), "column `{name}` has one row a node");
        self.nodes.set_text(name, column);
        self.memo = Memo::default();
        self
    }

    /// The same graph with other node columns.
    ///
    /// # Panics
    /// If a column has not one row a node.
    #[must_use]
    pub fn with_nodes(mut self, nodes: Columns) -> Self {
        for (name, len) in nodes.lengths() {
            assert_eq!(len, self.n_nodes(), "column `{name}` has one row a node");
        }
        self.nodes = nodes;
        self.memo = Memo::default();
        self
    }

    /// The same graph with other edge columns.
    ///
    /// # Panics
    /// If a column has not one row an edge.
    #[must_use]
    pub fn with_edges(mut self, edges: Columns) -> Self {
        for (name, len) in edges.lengths() {
            assert_eq!(len, self.n_edges(), "column `{name}` has one row an edge");
        }
        self.edges = edges;
        self
    }

    /// The same graph with final demand by category; the node column `final_demand` becomes its row sums.
    ///
    /// # Panics
    /// If there is not one row a node.
    #[must_use]
    pub fn with_final_demand(mut self, demand: FinalDemand) -> Self {
        assert_eq!(demand.n_rows(), self.n_nodes(), "final demand has one row a node");
        let sums = (0..demand.n_rows()).map(|i| Some(demand.row(i).iter().sum::<f64>()));
        self.nodes.set_number("final_demand", crate::NumberColumn::from_options(sums));
        self.final_demand = Some(demand);
        self.memo = Memo::default();
        self
    }

    /// The same graph with one more relation over its nodes.
    ///
    /// # Panics
    /// If a tie names a node that is not there.
    #[must_use]
    pub fn with_relation(mut self, relation: Relation) -> Self {
        let n = self.n_nodes();
        let known = |&(a, b): &(u32, u32)| (a as usize) < n && (b as usize) < n;
        assert!(relation.ties().iter().all(known), "ties join nodes of the graph");
        self.relations.push(relation);
        self
    }

    /// The same graph with one more satellite row, or with another in place of the row of that name.
    ///
    /// # Panics
    /// If there is not one amount a node, or final users are not those of the final demand.
    #[must_use]
    pub fn with_satellite(mut self, satellite: Satellite) -> Self {
        let name = satellite.name();
        assert_eq!(satellite.amounts().len(), self.n_nodes(), "row `{name}` has one amount a node");
        if let Some(users) = satellite.by_final_users() {
            let n = self.final_demand.as_ref().map_or(0, |demand| demand.categories().len());
            assert_eq!(users.len(), n, "row `{name}` has one amount a category of final demand");
        }
        self.satellites.retain(|known| known.name() != name);
        self.satellites.push(satellite);
        self
    }

    /// The same graph with the name of the unit of its flows, such as `MXN thousand`.
    #[must_use]
    pub fn with_unit(mut self, unit: &str) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// How many nodes there are, isolates included.
    #[must_use]
    pub fn n_nodes(&self) -> usize {
        self.ids.len()
    }

    /// How many edges there are, self-loops included.
    #[must_use]
    pub fn n_edges(&self) -> usize {
        self.targets.len()
    }

    /// How many edges lead from a node to itself.
    #[must_use]
    pub fn n_self_loops(&self) -> usize {
        self.node_indices().filter(|&u| self.edge_between(u, u).is_some()).count()
    }

    /// All nodes, in order.
    pub fn node_indices(&self) -> impl ExactSizeIterator<Item = NodeIndex> + Clone + use<> {
        (0..self.n_nodes() as u32).map(NodeIndex::from)
    }

    /// The ids, in node order.
    #[must_use]
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// A node's id.
    ///
    /// # Panics
    /// If there is no such node.
    #[must_use]
    pub fn node_id(&self, node: NodeIndex) -> &str {
        self.ids.get(node)
    }

    /// The node with this id: one pass over all ids. For many look-ups use [`SupplyGraph::lookup`].
    #[must_use]
    pub fn node_named(&self, id: &str) -> Option<NodeIndex> {
        self.ids.iter().position(|known| known == id).map(NodeIndex::new)
    }

    /// An index of the ids, for many look-ups.
    #[must_use]
    pub fn lookup(&self) -> IdLookup<'_> {
        self.ids.lookup()
    }

    /// What a node is called in figures: its `name` where it has one, else its id.
    #[must_use]
    pub fn node_label(&self, node: NodeIndex) -> &str {
        let name = self.nodes.text("name").and_then(|names| names.get(node.index()));
        name.unwrap_or_else(|| self.node_id(node))
    }

    /// The node columns.
    #[must_use]
    pub fn nodes(&self) -> &Columns {
        &self.nodes
    }

    /// The edge columns, a row per edge in edge order.
    #[must_use]
    pub fn edges(&self) -> &Columns {
        &self.edges
    }

    /// Final demand by category, where the input had it so.
    #[must_use]
    pub fn final_demand(&self) -> Option<&FinalDemand> {
        self.final_demand.as_ref()
    }

    /// The relations other than supply.
    #[must_use]
    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }

    /// The relation of this name.
    #[must_use]
    pub fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.iter().find(|r| r.name() == name)
    }

    /// The satellite rows, in the order of the input.
    #[must_use]
    pub fn satellites(&self) -> &[Satellite] {
        &self.satellites
    }

    /// The satellite row of this name.
    #[must_use]
    pub fn satellite(&self, name: &str) -> Option<&Satellite> {
        self.satellites.iter().find(|satellite| satellite.name() == name)
    }

    /// What was derived from this graph and kept with [`SupplyGraph::memoise`], one value a type.
    #[must_use]
    pub fn memoised<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.memo.get()
    }

    /// Keeps what was derived from this graph for those who need it too. The value must follow from the graph
    /// alone; a changed copy of the graph begins without it.
    pub fn memoise<T: Any + Send + Sync>(&self, value: &Arc<T>) {
        self.memo.set(value);
    }

    /// The unit of the flows, where it is known.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// The customers of a node and what each pays it, by node number. A self-loop is among them.
    #[must_use]
    pub fn customers(
        &self,
        node: NodeIndex,
    ) -> impl ExactSizeIterator<Item = (NodeIndex, f64)> + DoubleEndedIterator + '_ {
        let row = self.out_range(node.index());
        let targets = &self.targets[row.clone()];
        targets.iter().zip(&self.flows[row]).map(|(&v, &flow)| (NodeIndex::from(v), flow))
    }

    /// The suppliers of a node and what it pays each, by node number. A self-loop is among them.
    #[must_use]
    pub fn suppliers(
        &self,
        node: NodeIndex,
    ) -> impl ExactSizeIterator<Item = (NodeIndex, f64)> + DoubleEndedIterator + '_ {
        let column = self.in_range(node.index());
        let sources = &self.sources()[column.clone()];
        let edges = &self.in_edges()[column];
        sources.iter().zip(edges).map(|(&u, &e)| (NodeIndex::from(u), self.flows[e as usize]))
    }

    /// The edge from seller to buyer, if there is one: a binary search in the seller's row.
    #[must_use]
    pub fn edge_between(&self, seller: NodeIndex, buyer: NodeIndex) -> Option<EdgeIndex> {
        let row = self.out_range(seller.index());
        let start = row.start;
        let found = self.targets[row].binary_search(&(buyer.index() as u32)).ok()?;
        Some(EdgeIndex::new(start + found))
    }

    /// Seller and buyer of an edge: the seller is found by binary search in the row starts.
    ///
    /// # Panics
    /// If there is no such edge.
    #[must_use]
    pub fn endpoints(&self, edge: EdgeIndex) -> (NodeIndex, NodeIndex) {
        let e = edge.index() as u32;
        let seller = self.out_offsets.partition_point(|&start| start <= e) - 1;
        (NodeIndex::new(seller), NodeIndex::from(self.targets[edge.index()]))
    }

    /// The flow on an edge.
    ///
    /// # Panics
    /// If there is no such edge.
    #[must_use]
    pub fn flow(&self, edge: EdgeIndex) -> f64 {
        self.flows[edge.index()]
    }

    /// What a node sells to others and to itself, `Σ_j Z[node][j]`.
    #[must_use]
    pub fn out_strength(&self, node: NodeIndex) -> f64 {
        self.flows[self.out_range(node.index())].iter().copied().collect::<CompensatedSum>().value()
    }

    /// What a node buys from others and from itself, `Σ_i Z[i][node]`.
    #[must_use]
    pub fn in_strength(&self, node: NodeIndex) -> f64 {
        self.suppliers(node).map(|(_, flow)| flow).collect::<CompensatedSum>().value()
    }

    /// What each node sells, in node order: [`SupplyGraph::out_strength`] of all.
    #[must_use]
    pub fn out_strengths(&self) -> Vec<f64> {
        self.node_indices().map(|node| self.out_strength(node)).collect()
    }

    /// What each node buys, in node order: [`SupplyGraph::in_strength`] of all, bit for bit, in one pass along
    /// the rows instead of a gathering of each column.
    #[must_use]
    pub fn in_strengths(&self) -> Vec<f64> {
        let mut sums = vec![CompensatedSum::default(); self.n_nodes()];
        for (&buyer, &flow) in self.targets.iter().zip(&self.flows) {
            sums[buyer as usize].add(flow);
        }
        sums.into_iter().map(CompensatedSum::value).collect()
    }

    /// The sum of all flows.
    #[must_use]
    pub fn total_flow(&self) -> f64 {
        self.flows.iter().copied().collect::<CompensatedSum>().value()
    }

    /// Positions of a seller's edges, which are also their edge numbers.
    #[must_use]
    pub fn out_range(&self, node: usize) -> Range<usize> {
        self.out_offsets[node] as usize..self.out_offsets[node + 1] as usize
    }

    /// Positions of a buyer's edges in [`SupplyGraph::sources`] and [`SupplyGraph::in_edges`].
    #[must_use]
    pub fn in_range(&self, node: usize) -> Range<usize> {
        self.in_offsets()[node] as usize..self.in_offsets()[node + 1] as usize
    }

    /// Buyers by edge number: row after row, ascending within a row.
    #[must_use]
    pub fn targets(&self) -> &[u32] {
        &self.targets
    }

    /// Flows by edge number.
    #[must_use]
    pub fn flows(&self) -> &[f64] {
        &self.flows
    }

    /// Sellers, column after column, ascending within a column.
    #[must_use]
    pub fn sources(&self) -> &[u32] {
        &self.incoming().sources
    }

    /// The edge number of each entry of [`SupplyGraph::sources`].
    #[must_use]
    pub fn in_edges(&self) -> &[u32] {
        &self.incoming().edges
    }

    /// Row starts: `n + 1` positions in [`SupplyGraph::targets`].
    #[must_use]
    pub fn out_offsets(&self) -> &[u32] {
        &self.out_offsets
    }

    /// Column starts: `n + 1` positions in [`SupplyGraph::sources`].
    #[must_use]
    pub fn in_offsets(&self) -> &[u32] {
        &self.incoming().offsets
    }

    fn incoming(&self) -> &Incoming {
        self.incoming
            .get_or_init(|| Incoming::mirror(self.n_nodes(), &self.out_offsets, &self.targets))
    }

    /// Bytes that the adjacency takes, beside ids and columns.
    #[must_use]
    pub fn adjacency_bytes(&self) -> usize {
        size_of_val(&*self.out_offsets)
            + size_of_val(self.in_offsets())
            + size_of_val(&*self.targets)
            + size_of_val(&*self.flows)
            + size_of_val(self.sources())
            + size_of_val(self.in_edges())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_isolate_trades_zero_and_not_minus_zero() {
        let graph = SupplyGraph::from_flows(["a"], []).expect("a good graph");
        let a = NodeIndex::new(0);
        let totals = [graph.in_strength(a), graph.out_strength(a), graph.total_flow()];
        assert_eq!(totals.map(f64::to_bits), [0; 3]);
    }
}
