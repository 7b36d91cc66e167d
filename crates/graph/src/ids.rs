//! Node ids: text, kept byte for byte, stored end to end.

use petgraph::graph::NodeIndex;

/// The ids of a graph's nodes, in node order. Ids are text and are never parsed: `007` and `7` are two firms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    text: String,
    ends: Vec<usize>,
}

impl Ids {
    /// An empty list with room for `n` ids of `bytes` bytes in all.
    #[must_use]
    pub fn with_capacity(n: usize, bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ends: Vec::with_capacity(n) }
    }

    /// Appends an id and returns its position. Uniqueness is the caller's business.
    ///
    /// # Panics
    /// If there would be more than `u32::MAX` ids.
    pub fn push(&mut self, id: &str) -> NodeIndex {
        let position = u32::try_from(self.ends.len()).expect("at most u32::MAX nodes");
        self.text.push_str(id);
        self.ends.push(self.text.len());
        NodeIndex::from(position)
    }

    /// How many ids there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The id at a position.
    ///
    /// # Panics
    /// If there is no such node.
    #[must_use]
    pub fn get(&self, node: NodeIndex) -> &str {
        let i = node.index();
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.text[start..self.ends[i]]
    }

    /// All ids, in node order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + '_ {
        (0..self.ends.len()).map(|i| self.get(NodeIndex::new(i)))
    }

    /// An index for looking ids up by name: `O(n log n)` once, then `O(log n)` a look-up.
    #[must_use]
    pub fn lookup(&self) -> IdLookup<'_> {
        let mut order: Vec<(u64, u32)> = self.iter().map(hash).zip(0..).collect();
        order.sort_unstable_by(|&(hash_a, a), &(hash_b, b)| {
            let by_hash = hash_a.cmp(&hash_b);
            by_hash.then_with(|| self.get(a.into()).cmp(self.get(b.into()))).then(a.cmp(&b))
        });
        IdLookup { ids: self, order }
    }

    /// The first node whose id an earlier node has too.
    pub(crate) fn first_repeated(&self) -> Option<NodeIndex> {
        let order = self.lookup().order;
        let same = |a: (u64, u32), b: (u64, u32)| {
            a.0 == b.0 && self.get(a.1.into()) == self.get(b.1.into())
        };
        let repeats = order.windows(2).filter(|pair| same(pair[0], pair[1]));
        repeats.map(|pair| pair[1].1).min().map(NodeIndex::from)
    }
}

/// FNV-1a. Only the order in a look-up depends on it, and ids with one hash are told apart by their text.
fn hash(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl<S: AsRef<str>> FromIterator<S> for Ids {
    fn from_iter<I: IntoIterator<Item = S>>(iter: I) -> Self {
        let mut ids = Self::default();
        for id in iter {
            ids.push(id.as_ref());
        }
        ids
    }
}

/// Ids in the order of their hashes, for looking them up by name.
#[derive(Clone, Debug)]
pub struct IdLookup<'a> {
    ids: &'a Ids,
    order: Vec<(u64, u32)>,
}

impl IdLookup<'_> {
    /// The node with this id; the first one if an id is there twice.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<NodeIndex> {
        let sought = (hash(id), id);
        let text = |node: u32| self.ids.get(node.into());
        let at = self.order.partition_point(|&(hash, node)| (hash, text(node)) < sought);
        let node = self.order.get(at)?.1;
        (text(node) == id).then_some(node.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kept_byte_for_byte_and_found_again() {
        let ids: Ids = ["7", "007", "", "NA", "ñ"].into_iter().collect();
        assert_eq!(ids.iter().collect::<Vec<_>>(), ["7", "007", "", "NA", "ñ"]);
        let lookup = ids.lookup();
        for (i, id) in ids.iter().enumerate() {
            assert_eq!(lookup.get(id), Some(NodeIndex::new(i)));
        }
        assert_eq!(lookup.get("8"), None);
    }
}
