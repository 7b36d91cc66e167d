//! From records in any order to compressed rows and columns.
//!
//! Both sides are built by counting sort in two steps, so that no step writes all over the memory: items are first
//! dealt into some [`BUCKETS`] stretches of neighbouring nodes, then sorted within their stretch, which fits a
//! processor's cache. Threads deal a share of the items each, then take whole buckets; as everything keeps its
//! order, the outcome does not depend on how many there are. Memory is handed on from step to step.

use crate::dealt::{Dealt, DealtShare, fit, split, starts};
use crate::share::share;
use crate::{BuildError, CompensatedSum, Duplicates};
use std::ops::Range;

/// About how many stretches of nodes there are.
const BUCKETS: u32 = 256;

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

/// Columns of records: seller, buyer, flow.
pub(crate) struct RecordColumns {
    pub(crate) sellers: Vec<u32>,
    pub(crate) buyers: Vec<u32>,
    pub(crate) flows: Vec<f64>,
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
    /// Memory for whoever comes next.
    spare: (Vec<DealtShare>, Vec<u32>),
}

/// What the rows of one bucket are written to.
struct Stretch<'a> {
    bucket: usize,
    /// By row: how many edges there are up to its end, from the first of the bucket.
    ends: &'a mut [u32],
    targets: &'a mut [u32],
    flows: &'a mut [f64],
}

/// What became of the records of one bucket; edges are numbered from its first.
#[derive(Default)]
struct Merged {
    n_edges: usize,
    repeated: Vec<(u32, u32)>,
    first_repeat: Option<usize>,
    /// Record and edge; empty unless asked for.
    edge_of_record: Vec<(u32, u32)>,
}

impl Rows {
    /// Sorts records by seller, buyer and order of adding, and makes one edge of those of a pair.
    ///
    /// `O(n + m log d)` for rows of `d` records.
    pub(crate) fn of(
        n_nodes: usize,
        records: RecordColumns,
        duplicates: Duplicates,
        keep_edge_of_record: bool,
        threads: usize,
    ) -> Result<Self, BuildError> {
        let RecordColumns { mut sellers, buyers, mut flows } = records;
        let n_records = sellers.len();
        let packing = Packing::new(n_nodes, n_records);
        let low_bits = packing.seller_low;
        let dealt =
            Dealt::new(n_records, n_buckets(n_nodes, low_bits), threads, Vec::new(), |range| {
                let columns = sellers[range.clone()].iter().zip(&buyers[range.clone()]);
                let records = columns.zip(&flows[range.clone()]).zip(range.start as u32..);
                records.map(|(((&seller, &buyer), &flow), record)| {
                    (seller >> low_bits, packing.pack(seller, buyer, record, flow))
                })
            });
        // The columns are in `dealt` now; rows are written where they were.
        let mut offsets = vec![0_u32; n_nodes + 1];
        let rows_of =
            (0..dealt.n_buckets).map(|bucket| (n_nodes - (bucket << low_bits)).min(1 << low_bits));
        let ends = split(&mut offsets[1..], rows_of);
        let targets = split(&mut sellers, dealt.sizes());
        let slices = ends.zip(targets).zip(split(&mut flows, dealt.sizes()));
        let stretches = slices.enumerate().map(|(bucket, ((ends, targets), flows))| Stretch {
            bucket,
            ends,
            targets,
            flows,
        });
        let job = Merging { dealt: &dealt, packing, duplicates, keep_edge_of_record };
        let merged =
            share(threads, stretches, |sorted: &mut Vec<u128>, stretch| job.merge(sorted, stretch));
        let merged = merged.into_iter().collect::<Result<Vec<Merged>, BuildError>>()?;
        let mut rows = Self {
            offsets,
            targets: sellers,
            flows,
            repeated: Vec::new(),
            n_merged: 0,
            first_merged: None,
            edge_of_record: if keep_edge_of_record { vec![0; n_records] } else { Vec::new() },
            spare: (Vec::new(), buyers),
        };
        rows.close_gaps(&dealt, merged, low_bits);
        rows.spare.0 = dealt.shares;
        Ok(rows)
    }

    /// Moves the edges of all buckets together, as merged records left room between them.
    fn close_gaps(&mut self, dealt: &Dealt, merged: Vec<Merged>, low_bits: u32) {
        let (mut n_edges, mut start) = (0, 0);
        for ((bucket, size), merged) in dealt.sizes().enumerate().zip(merged) {
            let first = n_edges as u32;
            if start > n_edges {
                self.targets.copy_within(start..start + merged.n_edges, n_edges);
                self.flows.copy_within(start..start + merged.n_edges, n_edges);
            }
            let rows =
                (bucket << low_bits) + 1..(((bucket + 1) << low_bits) + 1).min(self.offsets.len());
            self.offsets[rows].iter_mut().for_each(|end| *end += first);
            self.repeated.extend(merged.repeated.iter().map(|&(edge, n)| (edge + first, n)));
            for (record, edge) in merged.edge_of_record {
                self.edge_of_record[record as usize] = edge + first;
            }
            self.first_merged =
                [self.first_merged, merged.first_repeat].into_iter().flatten().min();
            n_edges += merged.n_edges;
            start += size;
        }
        self.n_merged = start - n_edges;
        self.targets.truncate(n_edges);
        self.flows.truncate(n_edges);
    }
}

/// How the records of a bucket become rows.
struct Merging<'a> {
    dealt: &'a Dealt,
    packing: Packing,
    duplicates: Duplicates,
    keep_edge_of_record: bool,
}

impl Merging<'_> {
    fn merge(&self, sorted: &mut Vec<u128>, out: Stretch<'_>) -> Result<Merged, BuildError> {
        let packing = self.packing;
        let low = |packed: u128| packing.seller_low_of(packed);
        let records = || self.dealt.bucket(out.bucket).flatten().copied();
        let mut row_ends = starts(out.ends.len(), records().map(|packed| low(packed) as u32));
        fit(sorted, out.targets.len());
        records().for_each(|packed| {
            let place = &mut row_ends[low(packed)];
            sorted[*place as usize] = packed;
            *place += 1;
        });
        let mut merged = Merged::default();
        let mut start = 0;
        let first = out.bucket << packing.seller_low;
        for ((seller, &end), row_end) in (first as u32..).zip(&row_ends).zip(out.ends) {
            let row = &mut sorted[start..end as usize];
            row.sort_unstable();
            for run in row.chunk_by(|&a, &b| packing.pair_of(a) == packing.pair_of(b)) {
                let (edge, buyer) = (merged.n_edges, packing.buyer_of(run[0]));
                if run.len() > 1 {
                    let second = packing.record_of(run[1]) as usize;
                    merged.first_repeat =
                        Some(merged.first_repeat.map_or(second, |first| first.min(second)));
                    merged.repeated.push((edge as u32, run.len() as u32));
                }
                let flow = merged_flow(run, self.duplicates);
                if flow.is_infinite() {
                    return Err(BuildError::Overflow { seller, buyer });
                }
                out.targets[edge] = buyer;
                out.flows[edge] = flow;
                if self.keep_edge_of_record {
                    let edges = run.iter().map(|&packed| (packing.record_of(packed), edge as u32));
                    merged.edge_of_record.extend(edges);
                }
                merged.n_edges += 1;
            }
            *row_end = merged.n_edges as u32;
            start = end as usize;
        }
        Ok(merged)
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
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) offsets: Vec<u32>,
    pub(crate) sources: Vec<u32>,
    pub(crate) edges: Vec<u32>,
}

impl Incoming {
    /// Mirrors rows that are stored already, without threads and without memory beside the result: `O(n + m)`.
    pub(crate) fn mirror(n_nodes: usize, row_offsets: &[u32], targets: &[u32]) -> Self {
        let offsets = starts(n_nodes, targets.iter().copied());
        let mut next = offsets.clone();
        let (mut sources, mut edges) = (vec![0; targets.len()], vec![0; targets.len()]);
        for (seller, ends) in (0_u32..).zip(row_offsets.windows(2)) {
            for edge in ends[0]..ends[1] {
                let place = &mut next[targets[edge as usize] as usize];
                (sources[*place as usize], edges[*place as usize]) = (seller, edge);
                *place += 1;
            }
        }
        Self { offsets, sources, edges }
    }

    /// Mirrors the rows of a graph that is being built: `O(n + m)`.
    pub(crate) fn of(n_nodes: usize, rows: &mut Rows, threads: usize) -> Self {
        let low_bits = Packing::new(n_nodes, 0).seller_low;
        let n_edges = rows.targets.len();
        let (before, mut sources) = std::mem::take(&mut rows.spare);
        let rows = &*rows;
        let dealt = Dealt::new(n_edges, n_buckets(n_nodes, low_bits), threads, before, |range| {
            rows.edges(range).map(|(seller, buyer, edge)| {
                let ends = (u64::from(seller) << 32) | u64::from(edge);
                (buyer >> low_bits, (u128::from(buyer) << 64) | u128::from(ends))
            })
        });
        let mut offsets = vec![0_u32; n_nodes + 1];
        let mut edges = vec![0_u32; n_edges];
        sources.truncate(n_edges);
        let nodes_of =
            (0..dealt.n_buckets).map(|bucket| (n_nodes - (bucket << low_bits)).min(1 << low_bits));
        let ends = split(&mut offsets[1..], nodes_of);
        let slices =
            ends.zip(split(&mut sources, dealt.sizes())).zip(split(&mut edges, dealt.sizes()));
        let first_edges = dealt.sizes().scan(0, |first, size| {
            *first += size;
            Some(*first - size)
        });
        let tasks = slices.zip(first_edges.collect::<Vec<_>>()).enumerate();
        share(threads, tasks, |(): &mut (), (bucket, (((ends, sources), edges), first))| {
            let items = || dealt.bucket(bucket).flatten().copied();
            let low = |item: u128| (item >> 64) as u32 & mask(low_bits) as u32;
            let mut next = starts(ends.len(), items().map(low));
            items().for_each(|item| {
                let place = &mut next[low(item) as usize];
                (sources[*place as usize], edges[*place as usize]) =
                    ((item >> 32) as u32, item as u32);
                *place += 1;
            });
            ends.iter_mut().zip(next).for_each(|(end, next)| *end = first as u32 + next);
        });
        Self { offsets, sources, edges }
    }
}

impl Rows {
    /// Seller, buyer and number of a range of edges.
    fn edges(&self, range: Range<usize>) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
        let Range { start, end } = range;
        let (start, end) = (start as u32, end as u32);
        let first = self.offsets.partition_point(|&row| row <= start).saturating_sub(1);
        let rows = (first as u32..).zip(self.offsets[first..].windows(2));
        rows.take_while(move |(_, ends)| ends[0] < end).flat_map(move |(seller, ends)| {
            let edges = ends[0].max(start)..ends[1].min(end);
            let buyers = &self.targets[edges.start as usize..edges.end as usize];
            buyers.iter().zip(edges).map(move |(&buyer, edge)| (seller, buyer, edge))
        })
    }
}

/// How many stretches of `2^low_bits` nodes there are.
fn n_buckets(n_nodes: usize, low_bits: u32) -> usize {
    n_nodes.div_ceil(1 << low_bits)
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
