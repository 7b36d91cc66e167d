//! Chains of nodes with two ties each: what they are to the rest of a net, and what the rest is to them.

use palenque_graph::CompensatedSum;

/// A tie of a net: what it weighs, and the rise along it that is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Spring {
    pub(crate) weight: f64,
    pub(crate) rise: f64,
}

/// Nodes with two ties each between two that have more, or other, ties.
#[derive(Debug, PartialEq)]
pub(crate) struct Chain {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// In between, from one end to the other.
    nodes: Vec<usize>,
    /// One more than there are nodes.
    springs: Vec<Spring>,
}

impl Chain {
    /// The tie that does the same to both ends: `1/w = Σ 1/w_e`, and the rises add up.
    pub(crate) fn spring(&self) -> Spring {
        let give: CompensatedSum = self.springs.iter().map(|spring| 1.0 / spring.weight).collect();
        let rise: CompensatedSum = self.springs.iter().map(|spring| spring.rise).collect();
        Spring { weight: 1.0 / give.value(), rise: rise.value() }
    }

    /// The potentials in between, for those of the ends: the same strain is on every tie.
    pub(crate) fn fill(&self, values: &mut [f64]) {
        let Spring { weight, rise } = self.spring();
        let strain = weight * (values[self.to] - values[self.from] - rise);
        let mut value = CompensatedSum::default();
        value.add(values[self.from]);
        for (&node, spring) in self.nodes.iter().zip(&self.springs) {
            value.add(spring.rise);
            value.add(strain / spring.weight);
            values[node] = value.value();
        }
    }
}

/// All chains, and by node whether it stays: those with other than two ties, and one of every circle.
///
/// `n_ties` is by node; `ties` are the neighbours of a node, none twice, and the springs that lead there.
pub(crate) fn chains<I: Iterator<Item = (usize, Spring)>>(
    n_ties: &[usize],
    ties: impl Fn(usize) -> I,
) -> (Vec<Chain>, Vec<bool>) {
    let mut stays: Vec<bool> = n_ties.iter().map(|&count| count != 2).collect();
    let mut is_done = stays.clone();
    let mut found = Vec::new();
    let walk = |from: usize, first: (usize, Spring), is_done: &mut [bool], stays: &[bool]| {
        let mut chain = Chain { from, to: from, nodes: Vec::new(), springs: Vec::new() };
        let (mut before, (mut at, mut spring)) = (from, first);
        loop {
            chain.springs.push(spring);
            if stays[at] {
                chain.to = at;
                return chain;
            }
            is_done[at] = true;
            chain.nodes.push(at);
            let Some(next) = ties(at).find(|(next, _)| *next != before) else { return chain };
            (before, (at, spring)) = (at, next);
        }
    };
    for u in (0..n_ties.len()).filter(|&u| n_ties[u] > 2) {
        for first in ties(u) {
            if !is_done[first.0] {
                found.push(walk(u, first, &mut is_done, &stays));
            }
        }
    }
    // What is left are circles.
    for u in 0..n_ties.len() {
        if !std::mem::replace(&mut is_done[u], true)
            && let Some(first) = ties(u).next()
        {
            stays[u] = true;
            found.push(walk(u, first, &mut is_done, &stays));
        }
    }
    (found, stays)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_a_loop_and_a_circle() {
        // 0 and 1 with three ties each, joined by 2 and by 3, 4; 5 and 6 hang on 0 as a loop; 7, 8, 9 are a circle.
        let pairs =
            [(0, 2), (2, 1), (0, 3), (3, 4), (4, 1), (0, 5), (5, 6), (6, 0), (1, 10), (1, 11)];
        let pairs = [&pairs[..], &[(7, 8), (8, 9), (9, 7), (10, 11)]].concat();
        let ties = |u: usize| {
            let mut ties: Vec<(usize, Spring)> = Vec::new();
            for &(a, b) in &pairs {
                let spring = |rise| Spring { weight: 2.0, rise };
                if a == u {
                    ties.push((b, spring(1.0)));
                } else if b == u {
                    ties.push((a, spring(-1.0)));
                }
            }
            ties.sort_by_key(|(v, _)| *v);
            ties.into_iter()
        };
        let n_ties: Vec<usize> = (0..12).map(|u| ties(u).count()).collect();
        let (found, stays) = chains(&n_ties, ties);
        let between: Vec<(usize, &[usize], usize)> =
            found.iter().map(|chain| (chain.from, &chain.nodes[..], chain.to)).collect();
        let expected: [(usize, &[usize], usize); 5] =
            [(0, &[2], 1), (0, &[3, 4], 1), (0, &[5, 6], 0), (1, &[10, 11], 1), (7, &[8, 9], 7)];
        assert_eq!(between, expected);
        let staying: Vec<usize> = (0..12).filter(|&u| stays[u]).collect();
        assert_eq!(staying, [0, 1, 7]);
        assert_eq!(found[1].spring(), Spring { weight: 2.0 / 3.0, rise: 3.0 });
        let mut values = [0.0; 12];
        values[1] = 6.0;
        found[1].fill(&mut values);
        assert_eq!((values[3], values[4]), (2.0, 4.0));
    }
}
