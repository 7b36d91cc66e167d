//! From records to a [`SupplyGraph`].

use crate::adjacency::{Incoming, RecordColumns, Rows};
use crate::memo::Memo;
use crate::{Columns, Ids, NumberColumn, SupplyGraph};
use std::sync::OnceLock;

/// What to do with several records of one seller and buyer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplicates {
    /// Add their flows.
    #[default]
    Sum,
    /// Keep the first record.
    First,
    /// Keep the largest flow.
    Max,
}

/// Why a graph could not be built.
#[derive(Debug, thiserror::Error, PartialEq)]
#[non_exhaustive]
pub enum BuildError {
    /// A record names a node number that is not there.
    #[error("node {node} is not one of the {n_nodes} nodes")]
    UnknownNode {
        /// The number in the record.
        node: u32,
        /// How many nodes there are.
        n_nodes: usize,
    },
    /// A flow is negative, NaN or infinite.
    #[error("flow from node {seller} to node {buyer} is {flow}, not a finite number of at least 0")]
    BadFlow {
        /// The seller's node number.
        seller: u32,
        /// The buyer's node number.
        buyer: u32,
        /// The flow.
        flow: f64,
    },
    /// Two nodes have one id.
    #[error("two nodes have the id `{id}`")]
    RepeatedId {
        /// The id.
        id: String,
    },
    /// Parallel flows add up to more than a number can hold.
    #[error("flows from node {seller} to node {buyer} add up to infinity")]
    Overflow {
        /// The seller's node number.
        seller: u32,
        /// The buyer's node number.
        buyer: u32,
    },
    /// There are more edges than a `u32` can number.
    #[error("{n_records} records are more than the {} a graph can hold", u32::MAX)]
    TooManyEdges {
        /// How many records there are.
        n_records: usize,
    },
}

/// How many records make another thread worth its while.
const ENOUGH: usize = 1 << 16;

/// Whether a flow is finite and not negative.
fn is_good(flow: f64) -> bool {
    (0.0..=f64::MAX).contains(&flow)
}

/// A finished graph and what happened while building it.
#[derive(Clone, Debug)]
pub struct Built {
    /// The graph.
    pub graph: SupplyGraph,
    /// Records that went into an edge that already had one.
    pub n_merged: usize,
    /// The first record, in the order of adding, that repeated an earlier pair.
    pub first_merged: Option<usize>,
    /// For each record, in the order of adding, the number of its edge. Empty unless asked for by
    /// [`SupplyGraphBuilder::keep_edge_of_record`].
    pub edge_of_record: Vec<u32>,
}

/// Collects `(seller, buyer, flow)` records over known nodes and builds the graph.
///
/// The graph does not depend on the order of the records, except that the numbers of one pair are added in that
/// order, compensated ([`CompensatedSum`](crate::CompensatedSum)).
///
/// # Cost
/// `O(n + m log d)` time for rows of `d` records: a counting sort by seller, then a sort of each row. Beside the
/// records (16 bytes each) one sorted copy of them (16 bytes each) is held for a while; the graph is written where
/// the records were.
#[derive(Clone, Debug)]
pub struct SupplyGraphBuilder {
    ids: Ids,
    sellers: Vec<u32>,
    buyers: Vec<u32>,
    flows: Vec<f64>,
    duplicates: Duplicates,
    keep_edge_of_record: bool,
    distinct_ids: bool,
    threads: usize,
}

impl SupplyGraphBuilder {
    /// A builder over these nodes.
    #[must_use]
    pub fn new(ids: Ids) -> Self {
        Self {
            ids,
            sellers: Vec::new(),
            buyers: Vec::new(),
            flows: Vec::new(),
            duplicates: Duplicates::Sum,
            keep_edge_of_record: false,
            distinct_ids: false,
            threads: 1,
        }
    }

    /// A builder over these nodes that takes whole columns of records.
    ///
    /// # Errors
    /// As [`SupplyGraphBuilder::add_flow`].
    ///
    /// # Panics
    /// If the columns differ in length.
    pub fn from_columns(
        ids: Ids,
        sellers: Vec<u32>,
        buyers: Vec<u32>,
        flows: Vec<f64>,
    ) -> Result<Self, BuildError> {
        assert!(sellers.len() == buyers.len() && buyers.len() == flows.len(), "one row a record");
        let mut builder = Self::new(ids);
        let n_nodes = builder.ids.len();
        let known =
            |nodes: &[u32]| nodes.iter().max().is_none_or(|&node| (node as usize) < n_nodes);
        let are_good = |flows: &[f64]| flows.iter().fold(true, |good, &flow| good & is_good(flow));
        if !(known(&sellers) && known(&buyers) && are_good(&flows)) {
            for ((&seller, &buyer), &flow) in sellers.iter().zip(&buyers).zip(&flows) {
                builder.check(seller, buyer, flow)?;
            }
        }
        (builder.sellers, builder.buyers, builder.flows) = (sellers, buyers, flows);
        Ok(builder)
    }

    /// What to do with several records of one seller and buyer.
    #[must_use]
    pub fn duplicates(mut self, duplicates: Duplicates) -> Self {
        self.duplicates = duplicates;
        self
    }

    /// Whether [`Built::edge_of_record`] is wanted, for carrying further columns along.
    #[must_use]
    pub fn keep_edge_of_record(mut self, keep: bool) -> Self {
        self.keep_edge_of_record = keep;
        self
    }

    /// Leaves out the check that no id is there twice, for callers who have interned the ids and so know it.
    ///
    /// Were one there twice all the same, the graph would have two nodes of one name, of which
    /// [`SupplyGraph::lookup`] finds the first.
    #[must_use]
    pub fn ids_are_distinct(mut self) -> Self {
        self.distinct_ids = true;
        self
    }

    /// How many threads build the graph; it is the same with any number. One, unless this is called.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Adds a record.
    ///
    /// # Errors
    /// [`BuildError::UnknownNode`], [`BuildError::BadFlow`].
    pub fn add_flow(&mut self, seller: u32, buyer: u32, flow: f64) -> Result<(), BuildError> {
        self.check(seller, buyer, flow)?;
        self.sellers.push(seller);
        self.buyers.push(buyer);
        self.flows.push(flow);
        Ok(())
    }

    fn check(&self, seller: u32, buyer: u32, flow: f64) -> Result<(), BuildError> {
        let n_nodes = self.ids.len();
        for node in [seller, buyer] {
            if node as usize >= n_nodes {
                return Err(BuildError::UnknownNode { node, n_nodes });
            }
        }
        if is_good(flow) { Ok(()) } else { Err(BuildError::BadFlow { seller, buyer, flow }) }
    }

    /// Builds the graph. Where a pair had several records, the edge column `n_records` says how many.
    ///
    /// # Errors
    /// [`BuildError::RepeatedId`], [`BuildError::Overflow`], [`BuildError::TooManyEdges`].
    pub fn build(self) -> Result<Built, BuildError> {
        let n = self.ids.len();
        let n_records = self.sellers.len();
        if u32::try_from(n_records).is_err() {
            return Err(BuildError::TooManyEdges { n_records });
        }
        if !self.distinct_ids
            && let Some(node) = self.ids.first_repeated()
        {
            return Err(BuildError::RepeatedId { id: self.ids.get(node).into() });
        }
        let records =
            RecordColumns { sellers: self.sellers, buyers: self.buyers, flows: self.flows };
        let threads = self.threads.min(n_records / ENOUGH + 1);
        let mut rows = Rows::of(n, records, self.duplicates, self.keep_edge_of_record, threads)?;
        let incoming = Incoming::of(n, &mut rows, threads);

        let mut edges = Columns::default();
        if !rows.repeated.is_empty() {
            let mut counts = vec![1.0; rows.targets.len()];
            for &(edge, count) in &rows.repeated {
                counts[edge as usize] = f64::from(count);
            }
            edges.set_number("n_records", NumberColumn::from_values(counts));
        }
        let graph = SupplyGraph::of_rows(self.ids, rows.offsets, rows.targets, rows.flows);
        let graph = SupplyGraph { incoming: OnceLock::from(incoming), edges, ..graph };
        Ok(Built {
            graph,
            n_merged: rows.n_merged,
            first_merged: rows.first_merged,
            edge_of_record: rows.edge_of_record,
        })
    }
}

impl SupplyGraph {
    /// A graph from compressed rows, as a table has them: `starts` holds `n + 1` positions in `targets` and
    /// `flows`, row after row.
    ///
    /// # Errors
    /// [`BuildError::UnknownNode`], [`BuildError::BadFlow`], [`BuildError::RepeatedId`],
    /// [`BuildError::TooManyEdges`].
    ///
    /// # Panics
    /// If `starts` is not that, or the buyers of a row do not ascend.
    ///
    /// # Cost
    /// `O(n + m)` time. The rows are taken as they are; the incoming direction, 8 bytes an edge and node, is added when
    /// it is first asked for.
    ///
    /// # Example
    /// ```
    /// # use palenque_graph::SupplyGraph;
    /// let ids = ["a", "b"].into_iter().collect();
    /// let graph = SupplyGraph::from_rows(ids, &[0, 2, 3], vec![0, 1, 0], vec![5.0, 2.5, 4.0])?;
    /// assert_eq!(graph.in_strength(0.into()), 9.0);
    /// # Ok::<(), palenque_graph::BuildError>(())
    /// ```
    pub fn from_rows(
        ids: Ids,
        starts: &[usize],
        targets: Vec<u32>,
        flows: Vec<f64>,
    ) -> Result<Self, BuildError> {
        let n_nodes = ids.len();
        assert!(starts.len() == n_nodes + 1 && starts[0] == 0, "one start a row, and the end");
        assert!(starts[n_nodes] == targets.len() && targets.len() == flows.len(), "whole rows");
        let too_many = |_| BuildError::TooManyEdges { n_records: targets.len() };
        u32::try_from(targets.len()).map_err(too_many)?;
        if let Some(node) = ids.first_repeated() {
            return Err(BuildError::RepeatedId { id: ids.get(node).into() });
        }
        for (seller, ends) in (0_u32..).zip(starts.windows(2)) {
            let row = &targets[ends[0]..ends[1]];
            assert!(row.is_sorted_by(|a, b| a < b), "the buyers of a row ascend");
            if let Some(&node) = row.last().filter(|&&last| last as usize >= n_nodes) {
                return Err(BuildError::UnknownNode { node, n_nodes });
            }
            for (&buyer, &flow) in row.iter().zip(&flows[ends[0]..ends[1]]) {
                if !(flow.is_finite() && flow >= 0.0) {
                    return Err(BuildError::BadFlow { seller, buyer, flow });
                }
            }
        }
        let offsets = starts.iter().map(|&start| start as u32).collect();
        Ok(Self::of_rows(ids, offsets, targets, flows))
    }

    fn of_rows(ids: Ids, offsets: Vec<u32>, targets: Vec<u32>, flows: Vec<f64>) -> Self {
        Self {
            ids,
            out_offsets: offsets.into(),
            targets: targets.into(),
            flows: flows.into(),
            incoming: OnceLock::new(),
            nodes: Columns::default(),
            edges: Columns::default(),
            final_demand: None,
            relations: Vec::new(),
            satellites: Vec::new(),
            unit: None,
            memo: Memo::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_make_the_graph_that_their_records_make() {
        let ids = || ["a", "b", "c"].into_iter().collect::<Ids>();
        let graph =
            SupplyGraph::from_rows(ids(), &[0, 2, 2, 3], vec![0, 1, 0], vec![4.0, 2.0, 1.5]);
        let graph = graph.expect("good rows");
        let flows = [(2, 0, 1.5), (0, 0, 4.0), (0, 1, 2.0)];
        let same = SupplyGraph::from_flows(["a", "b", "c"], flows).expect("good records");
        assert_eq!((graph.flows(), graph.sources()), (same.flows(), same.sources()));
        assert_eq!((graph.in_edges(), graph.in_offsets()), (same.in_edges(), same.in_offsets()));
        let refused =
            |target, flow| SupplyGraph::from_rows(ids(), &[0, 1, 1, 1], vec![target], vec![flow]);
        assert_eq!(
            refused(3, 1.0).expect_err("refused"),
            BuildError::UnknownNode { node: 3, n_nodes: 3 }
        );
        assert!(matches!(refused(0, -1.0), Err(BuildError::BadFlow { .. })));
    }

    fn build(duplicates: Duplicates) -> Built {
        let ids = ["a", "b", "c"].into_iter().collect();
        let mut builder = SupplyGraphBuilder::new(ids).duplicates(duplicates);
        for (u, v, flow) in [(2, 0, 1.0), (0, 1, 2.0), (0, 0, 4.0), (0, 1, 8.0), (2, 0, 0.5)] {
            builder.add_flow(u, v, flow).expect("a good record");
        }
        builder.keep_edge_of_record(true).build().expect("a good graph")
    }

    #[test]
    fn parallel_records_are_summed_and_counted() {
        let built = build(Duplicates::Sum);
        assert_eq!(built.graph.flows(), [4.0, 10.0, 1.5]);
        assert_eq!(built.graph.targets(), [0, 1, 0]);
        assert_eq!((built.n_merged, built.first_merged), (2, Some(3)));
        assert_eq!(built.edge_of_record, [2, 1, 0, 1, 2]);
        let counts = built.graph.edges().number("n_records").expect("records were merged");
        assert_eq!(counts.iter().collect::<Vec<_>>(), [Some(1.0), Some(2.0), Some(2.0)]);
    }

    #[test]
    fn other_duplicate_policies_keep_one_record() {
        assert_eq!(build(Duplicates::First).graph.flows(), [4.0, 2.0, 1.0]);
        assert_eq!(build(Duplicates::Max).graph.flows(), [4.0, 8.0, 1.0]);
    }

    #[test]
    fn incoming_side_mirrors_the_outgoing_side() {
        let graph = build(Duplicates::Sum).graph;
        assert_eq!(graph.in_offsets(), [0, 2, 3, 3]);
        assert_eq!(graph.sources(), [0, 2, 0]);
        assert_eq!(graph.in_edges(), [0, 2, 1]);
        let suppliers: Vec<_> = graph.suppliers(0.into()).map(|(u, z)| (u.index(), z)).collect();
        assert_eq!(suppliers, [(0, 4.0), (2, 1.5)]);
        assert_eq!(graph.endpoints(2.into()), (2.into(), 0.into()));
    }

    #[test]
    fn bad_records_are_refused() {
        let one = || ["a"].into_iter();
        let flow = |u, v, z| SupplyGraph::from_flows(one(), [(u, v, z)]).expect_err("refused");
        assert_eq!(flow(0, 1, 1.0), BuildError::UnknownNode { node: 1, n_nodes: 1 });
        assert!(matches!(flow(0, 0, -1.0), BuildError::BadFlow { .. }));
        assert!(matches!(flow(0, 0, f64::NAN), BuildError::BadFlow { .. }));
        let twice = SupplyGraph::from_flows(["a", "a"], []).expect_err("refused");
        assert_eq!(twice, BuildError::RepeatedId { id: "a".into() });
        let huge = SupplyGraph::from_flows(one(), [(0, 0, f64::MAX), (0, 0, f64::MAX)]);
        assert_eq!(huge.expect_err("refused"), BuildError::Overflow { seller: 0, buyer: 0 });
    }
}
