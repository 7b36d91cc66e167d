//! Whether an economy feeds on itself: groups of nodes that nothing from outside reaches.

use crate::kernel::adjacency::Adjacency;
use std::collections::VecDeque;

/// The nodes of a strongly connected component that is not reached from any open node along `forth`, in ascending
/// order; `None` if every node is reached. `back` is the reverse of `forth`. `O(n + m)`.
///
/// No edge of `forth` enters the component that is returned: all that its nodes receive comes from its own nodes.
pub(crate) fn closed_block(
    forth: Adjacency<'_>,
    back: Adjacency<'_>,
    is_open: impl Fn(usize) -> bool,
) -> Option<Vec<u32>> {
    let n = forth.n_nodes();
    let mut reached = vec![false; n];
    let open: Vec<u32> = (0..n as u32).filter(|&i| is_open(i as usize)).collect();
    sweep(forth, &open, &mut reached);
    // The last node from which a sweep of the rest begins is reached by no earlier one, so that whatever leads to
    // it is in its own sweep: all that leads to it is its component, and nothing enters that.
    let mut last = None;
    let mut rest = reached.clone();
    for i in 0..n {
        if !rest[i] {
            sweep(forth, &[i as u32], &mut rest);
            last = Some(i as u32);
        }
    }
    let mut block = reached;
    let mut nodes = sweep(back, &[last?], &mut block);
    nodes.sort_unstable();
    Some(nodes)
}

/// Marks all that is reached from the roots and was not marked, and returns it.
fn sweep(edges: Adjacency<'_>, roots: &[u32], reached: &mut [bool]) -> Vec<u32> {
    let mut queue: VecDeque<u32> = VecDeque::new();
    let mut found = Vec::new();
    let mut visit = |i: u32, queue: &mut VecDeque<u32>| {
        if !std::mem::replace(&mut reached[i as usize], true) {
            found.push(i);
            queue.push_back(i);
        }
    };
    for &root in roots {
        visit(root, &mut queue);
    }
    while let Some(i) = queue.pop_front() {
        for &k in edges.neighbours(i as usize) {
            visit(k, &mut queue);
        }
    }
    found
}
