//! Whether an economy feeds on itself: groups of nodes that nothing from outside reaches.

use crate::kernel::adjacency::Adjacency;

/// The nodes of a strongly connected component that is not reached from any open node along `forth`, in ascending
/// order; `None` if every node is reached. `back` is the reverse of `forth`, made only where it is needed. `O(n + m)`.
///
/// No edge of `forth` enters the component that is returned: all that its nodes receive comes from its own nodes.
pub(crate) fn closed_block<'a>(
    forth: Adjacency<'a>,
    back: impl FnOnce() -> Adjacency<'a>,
    is_open: impl Fn(usize) -> bool,
) -> Option<Vec<u32>> {
    let n = forth.n_nodes();
    let mut reached = vec![false; n];
    let open: Vec<u32> = (0..n as u32).filter(|&i| is_open(i as usize)).collect();
    let found = sweep(forth, &open, &mut reached);
    if found.len() == n {
        return None;
    }
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
    let mut nodes = sweep(back(), &[last?], &mut block);
    nodes.sort_unstable();
    Some(nodes)
}

/// Marks all that is reached from the roots and was not marked, and returns it.
fn sweep(edges: Adjacency<'_>, roots: &[u32], reached: &mut [bool]) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    let mut visit = |i: u32, found: &mut Vec<u32>| {
        if !std::mem::replace(&mut reached[i as usize], true) {
            found.push(i);
        }
    };
    for &root in roots {
        visit(root, &mut found);
    }
    let mut next = 0;
    while next < found.len() && found.len() < edges.n_nodes() {
        for &k in edges.neighbours(found[next] as usize) {
            visit(k, &mut found);
        }
        next += 1;
    }
    found
}
