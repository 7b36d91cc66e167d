//! Counting sort in two steps: items dealt into buckets by many threads, then whole buckets handed out.

use crate::share::share;
use std::ops::Range;

/// Items dealt into buckets, a share of them by each thread; within a bucket they keep their order.
pub(crate) struct Dealt {
    pub(crate) shares: Vec<DealtShare>,
    pub(crate) n_buckets: usize,
}

#[derive(Default)]
pub(crate) struct DealtShare {
    items: Vec<u128>,
    /// Where each bucket begins: `n_buckets + 1` positions.
    starts: Vec<u32>,
}

impl Dealt {
    /// Deals `n` items; `items` gives those of a range with their buckets. Takes over the memory of what was dealt
    /// before.
    pub(crate) fn new<I: Iterator<Item = (u32, u128)>>(
        n: usize,
        n_buckets: usize,
        threads: usize,
        before: Vec<DealtShare>,
        items: impl Fn(Range<usize>) -> I + Sync,
    ) -> Self {
        let size = n.div_ceil(threads);
        let range = |i: usize| (i * size).min(n)..((i + 1) * size).min(n);
        let rooms = before.into_iter().chain(std::iter::repeat_with(DealtShare::default));
        let tasks = (0..threads).map(range).zip(rooms);
        let shares = share(threads, tasks, |(): &mut (), (range, room)| {
            let starts = starts(n_buckets, items(range.clone()).map(|(bucket, _)| bucket));
            let mut next = starts.clone();
            let mut dealt = room.items;
            fit(&mut dealt, range.len());
            items(range).for_each(|(bucket, item)| {
                let place = &mut next[bucket as usize];
                dealt[*place as usize] = item;
                *place += 1;
            });
            DealtShare { items: dealt, starts }
        });
        Self { shares, n_buckets }
    }

    /// How many items are in each bucket.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = usize> + Clone {
        (0..self.n_buckets).map(|bucket| self.bucket(bucket).map(<[u128]>::len).sum())
    }

    /// The items of a bucket, share after share.
    pub(crate) fn bucket(&self, bucket: usize) -> impl Iterator<Item = &[u128]> + Clone {
        self.shares.iter().map(move |share| {
            &share.items[share.starts[bucket] as usize..share.starts[bucket + 1] as usize]
        })
    }
}

/// Disjoint stretches of a slice, one after the other.
pub(crate) fn split<T>(
    slice: &mut [T],
    sizes: impl Iterator<Item = usize>,
) -> impl Iterator<Item = &mut [T]> {
    sizes.scan(slice, |rest, size| {
        let (own, others) = std::mem::take(rest).split_at_mut(size);
        *rest = others;
        Some(own)
    })
}

/// Makes room for `n` items; what is there already may stay.
pub(crate) fn fit(items: &mut Vec<u128>, n: usize) {
    if items.len() < n {
        *items = vec![0; n];
    }
}

/// Where each key's run begins when sorted: `n + 1` positions.
pub(crate) fn starts(n: usize, keys: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut offsets = vec![0_u32; n + 1];
    for key in keys {
        offsets[key as usize + 1] += 1;
    }
    for i in 0..n {
        offsets[i + 1] += offsets[i];
    }
    offsets
}
