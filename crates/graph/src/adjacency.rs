//! From records in any order to compressed rows and columns.
//!
//! Both sides are built by counting sort in two steps, so that no step writes all over the memory: records are
//! first dealt into some [`BUCKETS`] stretches of neighbouring nodes, then sorted within their stretch, which fits
//! a processor's cache.

use crate::{BuildError, CompensatedSum, Duplicates};

/// About how many stretches of nodes there are.
const BUCKETS: u32 = 256;

/// So many columns are mirrored in one step: the places where the next entry of each goes fit a cache.
const FEW_NODES: usize = 1 << 15;

/// How many bits of a packed record hold the low bits of the seller, the buyer and the number of the record; 64
/// more hold the flow. Within a bucket, comparing packed records orders them by seller, then buyer, then order of adding.
#[derive(Clone, Copy)]
struct Packing {
    seller_low: u32,
    buyer: u32,
    record: u32,
}

impl Packing {
    fn new(n_nodes: usize, n_records: usize) -> Self {
        let bits = |n: usize| usize::BITS - n.saturating_sub(1).leading_zeros();
        let (buyer, record) = (bits(n_nodes), bits(n_records));
        let wanted = buyer.saturating_sub(BUCKETS.ilog2());
        Self { seller_low: wanted.min(64 - buyer - record), buyer, record }
    }

    fn pack(self, seller: u32, buyer: u32, record: u32, flow: f64) -> u128 {
        let low = u64::from(seller) & mask(self.seller_low);
        let pair = (low << self.buyer) | u64::from(buyer);
        let key = (pair << self.record) | u64::from(record);
        (u128::from(key) << 64) | u128::from(flow.to_bits())
    }

    fn flow_of(packed: u128) -> f64 {
        f64::from_bits(packed as u64)
    }

    fn record_of(self, packed: u128) -> u32 {
        ((packed >> 64) as u64 & mask(self.record)) as u32
    }

    /// Seller and buyer of a record, the same for all records of a pair.
    fn pair_of(self, packed: u128) -> u64 {
        (packed >> 64) as u64 >> self.record
    }

    fn buyer_of(self, packed: u128) -> u32 {
        (self.pair_of(packed) & mask(self.buyer)) as u32
    }

    fn seller_low_of(self, packed: u128) -> usize {
        (self.pair_of(packed) >> self.buyer) as usize
    }
}

fn mask(bits: u32) -> u64 {
    (1 << bits) - 1
}

/// Records, dealt by seller into stretches of `2^seller_low` nodes.
pub(crate) struct SortedRecords {
    n_nodes: usize,
    packing: Packing,
    packed: Vec<u128>,
    bucket_starts: Vec<u32>,
}

impl SortedRecords {
    /// Deals the records, keeping their order within a bucket: `O(n + m)`.
    pub(crate) fn new(n_nodes: usize, sellers: &[u32], buyers: &[u32], flows: &[f64]) -> Self {
        let packing = Packing::new(n_nodes, sellers.len());
        let bucket = |seller: u32| seller >> packing.seller_low;
        let n_buckets = n_buckets(n_nodes, packing.seller_low);
        let bucket_starts = starts(n_buckets, sellers.iter().map(|&seller| bucket(seller)));
        let mut next = bucket_starts.clone();
        let mut packed = vec![0_u128; sellers.len()];
        let records = sellers.iter().zip(buyers).zip(flows).zip(0_u32..);
        for (((&seller, &buyer), &flow), record) in records {
            let place = &mut next[bucket(seller) as usize];
            packed[*place as usize] = packing.pack(seller, buyer, record, flow);
            *place += 1;
        }
        Self { n_nodes, packing, packed, bucket_starts }
    }

    /// Hands out the rows in order, each sorted by buyer, then order of adding: `O(m log d)` for rows of `d`.
    fn each_row<E>(&self, mut row: impl FnMut(u32, &[u128]) -> Result<(), E>) -> Result<(), E> {
        let mut sorted = Vec::new();
        for (bucket, ends) in self.bucket_starts.windows(2).enumerate() {
            let records = &self.packed[ends[0] as usize..ends[1] as usize];
            let first = bucket << self.packing.seller_low;
            let n_rows = (self.n_nodes - first).min(1 << self.packing.seller_low);
            let low = |&packed: &u128| self.packing.seller_low_of(packed);
            let mut row_ends = starts(n_rows, records.iter().map(|packed| low(packed) as u32));
            sorted.clear();
            sorted.resize(records.len(), 0_u128);
            for packed in records {
                let place = &mut row_ends[low(packed)];
                sorted[*place as usize] = *packed;
                *place += 1;
            }
            let mut start = 0;
            for (seller, &end) in (first as u32..).zip(&row_ends[..n_rows]) {
                let records = &mut sorted[start..end as usize];
                records.sort_unstable();
                row(seller, records)?;
                start = end as usize;
            }
        }
        Ok(())
    }
}

/// Rows of `Z`, one entry a pair of seller and buyer, and what became of the records.
pub(crate) struct Rows {
    pub(crate) offsets: Vec<u32>,
    pub(crate) targets: Vec<u32>,
    pub(crate) flows: Vec<f64>,
    /// Records of the edges that have more than one: `(edge, records)`, ascending.
    pub(crate) repeated: Vec<(u32, u32)>,
    pub(crate) n_merged: usize,
    pub(crate) first_merged: Option<usize>,
    /// The edge of each record; empty unless asked for.
    pub(crate) edge_of_record: Vec<u32>,
}

impl Rows {
    /// Makes one edge of the records of a pair.
    pub(crate) fn merge(
        records: &SortedRecords,
        duplicates: Duplicates,
        keep_edge_of_record: bool,
    ) -> Result<Self, BuildError> {
        let packing = records.packing;
        let n_records = records.packed.len();
        let mut rows = Self {
            offsets: Vec::with_capacity(records.n_nodes + 1),
            targets: Vec::with_capacity(n_records),
            flows: Vec::with_capacity(n_records),
            repeated: Vec::new(),
            n_merged: 0,
            first_merged: None,
            edge_of_record: if keep_edge_of_record { vec![0; n_records] } else { Vec::new() },
        };
        rows.offsets.push(0);
        records.each_row(|seller, row| {
            for run in row.chunk_by(|&a, &b| packing.pair_of(a) == packing.pair_of(b)) {
                let edge = rows.targets.len() as u32;
                let buyer = packing.buyer_of(run[0]);
                if run.len() > 1 {
                    let second = packing.record_of(run[1]) as usize;
                    rows.n_merged += run.len() - 1;
                    rows.first_merged =
                        Some(rows.first_merged.map_or(second, |first| first.min(second)));
                    rows.repeated.push((edge, run.len() as u32));
                }
                let flow = merged_flow(run, duplicates);
                if flow.is_infinite() {
                    return Err(BuildError::Overflow { seller, buyer });
                }
                rows.targets.push(buyer);
                rows.flows.push(flow);
                if keep_edge_of_record {
                    for &packed in run {
                        rows.edge_of_record[packing.record_of(packed) as usize] = edge;
                    }
                }
            }
            rows.offsets.push(rows.targets.len() as u32);
            Ok(())
        })?;
        Ok(rows)
    }
}

/// The flow of an edge whose records are `run`, in the order of adding.
fn merged_flow(run: &[u128], duplicates: Duplicates) -> f64 {
    let first = Packing::flow_of(run[0]);
    let others = || run[1..].iter().map(|&packed| Packing::flow_of(packed));
    match duplicates {
        Duplicates::First => first,
        Duplicates::Max => others().fold(first, f64::max),
        Duplicates::Sum if run.len() == 1 => first,
        Duplicates::Sum => {
            std::iter::once(first).chain(others()).collect::<CompensatedSum>().value()
        }
    }
}

/// Columns of `Z`: for every buyer its sellers, ascending, and the numbers of the edges.
pub(crate) struct Incoming {
    pub(crate) offsets: Vec<u32>,
    pub(crate) sources: Vec<u32>,
    pub(crate) edges: Vec<u32>,
}

impl Incoming {
    /// Mirrors the rows: `O(n + m)`.
    pub(crate) fn of(n_nodes: usize, row_offsets: &[u32], targets: &[u32]) -> Self {
        let low_bits = Packing::new(n_nodes, 0).seller_low;
        let offsets = starts(n_nodes, targets.iter().copied());
        if n_nodes <= FEW_NODES {
            return Self::of_few(offsets, row_offsets, targets);
        }
        let n_buckets = n_buckets(n_nodes, low_bits);
        let mut next_in_bucket: Vec<u32> = (0..n_buckets).map(|b| offsets[b << low_bits]).collect();
        let mut dealt = vec![(0_u32, 0_u32, 0_u32); targets.len()];
        for (seller, ends) in (0_u32..).zip(row_offsets.windows(2)) {
            for edge in ends[0]..ends[1] {
                let buyer = targets[edge as usize];
                let place = &mut next_in_bucket[(buyer >> low_bits) as usize];
                dealt[*place as usize] = (buyer, seller, edge);
                *place += 1;
            }
        }
        let mut next = offsets.clone();
        let mut sources = vec![0_u32; targets.len()];
        let mut edges = vec![0_u32; targets.len()];
        for (buyer, seller, edge) in dealt {
            let place = &mut next[buyer as usize];
            sources[*place as usize] = seller;
            edges[*place as usize] = edge;
            *place += 1;
        }
        Self { offsets, sources, edges }
    }
}

impl Incoming {
    /// Mirrors the rows of few nodes, perhaps with many edges, and holds no copy of them.
    fn of_few(offsets: Vec<u32>, row_offsets: &[u32], targets: &[u32]) -> Self {
        let mut next = offsets.clone();
        let mut sources = vec![0_u32; targets.len()];
        let mut edges = vec![0_u32; targets.len()];
        for (seller, ends) in (0_u32..).zip(row_offsets.windows(2)) {
            for edge in ends[0]..ends[1] {
                let place = &mut next[targets[edge as usize] as usize];
                sources[*place as usize] = seller;
                edges[*place as usize] = edge;
                *place += 1;
            }
        }
        Self { offsets, sources, edges }
    }
}

/// How many stretches of `2^low_bits` nodes there are.
fn n_buckets(n_nodes: usize, low_bits: u32) -> usize {
    n_nodes.div_ceil(1 << low_bits)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_packed_and_unpacked_at_every_size() {
        for (n_nodes, n_records) in
            [(1, 1), (300, 7), (1_000_000, 10_000_000), (1 << 32, (1 << 32) - 1)]
        {
            let packing = Packing::new(n_nodes, n_records);
            let (node, record) = ((n_nodes - 1) as u32, (n_records - 1) as u32);
            let packed = packing.pack(node, node, record, 2.5);
            assert_eq!((packing.buyer_of(packed), packing.record_of(packed)), (node, record));
            assert_eq!(
                packing.seller_low_of(packed) as u64,
                u64::from(node) & mask(packing.seller_low)
            );
            assert!(Packing::flow_of(packed).to_bits() == 2.5_f64.to_bits());
            assert!(
                packed > packing.pack(node, node, record.saturating_sub(1), 9.0) || record == 0
            );
        }
    }

    #[test]
    fn buckets_are_256_where_the_bits_allow_it() {
        let packing = Packing::new(1 << 24, 1 << 30);
        assert_eq!((packing.seller_low, packing.buyer, packing.record), (10, 24, 30));
        assert_eq!(Packing::new(1 << 24, 1 << 24).seller_low, 16);
        assert_eq!(n_buckets(1 << 24, 16), 256);
    }
}
