//! From records to a [`SupplyGraph`].

use crate::{Columns, Ids, SupplyGraph};

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

/// Collects `(seller, buyer, flow)` records over known nodes and builds the graph by counting sort:
/// `O(n + m)` time, two transient copies of the records.
#[derive(Clone, Debug)]
pub struct SupplyGraphBuilder {
    ids: Ids,
    sellers: Vec<u32>,
    buyers: Vec<u32>,
    flows: Vec<f64>,
    duplicates: Duplicates,
    keep_edge_of_record: bool,
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
        for ((&seller, &buyer), &flow) in sellers.iter().zip(&buyers).zip(&flows) {
            builder.check(seller, buyer, flow)?;
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
        if flow.is_finite() && flow >= 0.0 {
            Ok(())
        } else {
            Err(BuildError::BadFlow { seller, buyer, flow })
        }
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
        refuse_repeated_ids(&self.ids)?;

        let by_buyer = stable_order(n, &self.buyers, (0..n_records as u32).collect());
        let order = stable_order(n, &self.sellers, by_buyer);
        let mut rows = Rows::with_capacity(n, n_records, self.keep_edge_of_record);
        for &record in &order {
            let r = record as usize;
            rows.push(self.sellers[r], self.buyers[r], self.flows[r], record, self.duplicates)?;
        }
        drop(order);
        Ok(rows.finish(self.ids))
    }
}

/// Node numbers sorted by a key in `0..n`, ties in the given order.
fn stable_order(n: usize, key: &[u32], order: Vec<u32>) -> Vec<u32> {
    let mut next = starts(n, key.iter().copied());
    let mut sorted = vec![0_u32; order.len()];
    for record in order {
        let slot = &mut next[key[record as usize] as usize];
        sorted[*slot as usize] = record;
        *slot += 1;
    }
    sorted
}

/// Where each key's run begins when sorted: `n + 1` positions.
fn starts(n: usize, keys: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut offsets = vec![0_u32; n + 1];
    for key in keys {
        offsets[key as usize + 1] += 1;
    }
    for i in 0..n {
        offsets[i + 1] += offsets[i];
    }
    offsets
}

fn refuse_repeated_ids(ids: &Ids) -> Result<(), BuildError> {
    let mut sorted: Vec<&str> = ids.iter().collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(BuildError::RepeatedId { id: pair[0].into() }),
        None => Ok(()),
    }
}

/// Rows of `Z` as they are filled, records arriving by seller, then buyer, then order of adding.
struct Rows {
    n_nodes: usize,
    sellers: Vec<u32>,
    targets: Vec<u32>,
    flows: Vec<f64>,
    /// Records of the edges that have more than one: (edge, records).
    repeated: Vec<(u32, u32)>,
    n_merged: usize,
    first_merged: Option<usize>,
    edge_of_record: Vec<u32>,
}

impl Rows {
    fn with_capacity(n_nodes: usize, n_records: usize, keep_edge_of_record: bool) -> Self {
        Self {
            n_nodes,
            sellers: Vec::with_capacity(n_records),
            targets: Vec::with_capacity(n_records),
            flows: Vec::with_capacity(n_records),
            repeated: Vec::new(),
            n_merged: 0,
            first_merged: None,
            edge_of_record: if keep_edge_of_record { vec![0; n_records] } else { Vec::new() },
        }
    }

    fn push(
        &mut self,
        seller: u32,
        buyer: u32,
        flow: f64,
        record: u32,
        duplicates: Duplicates,
    ) -> Result<(), BuildError> {
        let same = self.sellers.last() == Some(&seller) && self.targets.last() == Some(&buyer);
        if same {
            self.n_merged += 1;
            let record = record as usize;
            self.first_merged = Some(self.first_merged.map_or(record, |first| first.min(record)));
            let edge = self.targets.len() as u32 - 1;
            match self.repeated.last_mut() {
                Some((last, count)) if *last == edge => *count += 1,
                _ => self.repeated.push((edge, 2)),
            }
            let sum = &mut self.flows[edge as usize];
            match duplicates {
                Duplicates::Sum => *sum += flow,
                Duplicates::First => {}
                Duplicates::Max => *sum = sum.max(flow),
            }
            if sum.is_infinite() {
                return Err(BuildError::Overflow { seller, buyer });
            }
        } else {
            self.sellers.push(seller);
            self.targets.push(buyer);
            self.flows.push(flow);
        }
        if let Some(edge) = self.edge_of_record.get_mut(record as usize) {
            *edge = self.targets.len() as u32 - 1;
        }
        Ok(())
    }

    fn finish(self, ids: Ids) -> Built {
        let n = self.n_nodes;
        let m = self.targets.len();
        let out_offsets = starts(n, self.sellers.iter().copied());
        let in_edges = stable_order(n, &self.targets, (0..m as u32).collect());
        let in_offsets = starts(n, self.targets.iter().copied());
        let sources = in_edges.iter().map(|&e| self.sellers[e as usize]).collect();
        let mut edges = Columns::default();
        if !self.repeated.is_empty() {
            let mut counts = vec![Some(1.0); m];
            for &(edge, count) in &self.repeated {
                counts[edge as usize] = Some(f64::from(count));
            }
            edges.set_number("n_records", crate::NumberColumn::from_options(counts));
        }
        let graph = SupplyGraph {
            ids,
            out_offsets: out_offsets.into(),
            targets: self.targets.into(),
            flows: self.flows.into(),
            in_offsets: in_offsets.into(),
            sources,
            in_edges: in_edges.into(),
            nodes: Columns::default(),
            edges,
            final_demand: None,
            relations: Vec::new(),
            unit: None,
        };
        Built {
            graph,
            n_merged: self.n_merged,
            first_merged: self.first_merged,
            edge_of_record: self.edge_of_record,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
