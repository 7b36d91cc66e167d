//! Sets of nodes as rows of bits, for networks where many trade with many.

use super::adjacency::Adjacency;

/// A set of nodes a row, a bit a node.
pub(crate) struct BitRows {
    words: usize,
    bits: Vec<u64>,
}

impl BitRows {
    /// `rows` empty sets of `n` nodes.
    pub(crate) fn new(rows: usize, n: usize) -> Self {
        let words = n.div_ceil(64);
        Self { words, bits: vec![0; rows * words] }
    }

    /// The neighbours of every node that are `kept`, itself left out; nothing where these rows would be longer than
    /// the lists of neighbours are on average.
    pub(crate) fn of(side: Adjacency<'_>, kept: impl Fn(usize) -> bool) -> Option<Self> {
        let n = side.n_nodes();
        if n * n.div_ceil(64) > side.neighbours.len() / 2 {
            return None;
        }
        let mut rows = Self::new(n, n);
        for u in 0..n {
            for v in side.neighbours(u).iter().map(|&v| v as usize).filter(|&v| v != u && kept(v)) {
                rows.insert(u, v);
            }
        }
        Some(rows)
    }

    pub(crate) fn insert(&mut self, row: usize, node: usize) {
        self.bits[row * self.words + node / 64] |= 1 << (node % 64);
    }

    pub(crate) fn row(&self, row: usize) -> &[u64] {
        &self.bits[row * self.words..][..self.words]
    }
}

/// The nodes of a set, ascending.
pub(crate) fn members(words: impl Iterator<Item = u64>) -> impl Iterator<Item = usize> {
    words.enumerate().flat_map(|(word, bits)| {
        let rest = |bits: &u64| Some(bits & (bits - 1)).filter(|rest| *rest != 0);
        let bits = std::iter::successors(Some(bits).filter(|bits| *bits != 0), rest);
        bits.map(move |bits| 64 * word + bits.trailing_zeros() as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_the_set_of_neighbours() {
        let n = 70;
        let neighbours: Vec<u32> = (0..n).flat_map(|_| 0..n).collect();
        let offsets: Vec<u32> = (0..=n).map(|u| u * n).collect();
        let side = Adjacency { offsets: &offsets, neighbours: &neighbours };
        let rows = BitRows::of(side, |v| v != 3).expect("all trade with all");
        let expected = (0..n as usize).filter(|v| ![3, 69].contains(v));
        assert!(members(rows.row(69).iter().copied()).eq(expected));
    }

    #[test]
    fn lists_stay_lists_where_few_trade_with_few() {
        let (offsets, neighbours) = ([0, 1, 2], [1, 0]);
        assert!(
            BitRows::of(Adjacency { offsets: &offsets, neighbours: &neighbours }, |_| true)
                .is_none()
        );
    }
}
