//! What two sorted lists of neighbours have in common.

/// From this ratio of lengths on, the members of the shorter list are looked up in the longer one.
const LOOK_UP: usize = 16;

/// Whether a list is better looked through from end to end than searched for the members of another.
pub(crate) fn is_worth_a_walk(list: usize, other: usize) -> bool {
    list <= LOOK_UP * other
}

/// Calls `found` with the places in `a` and in `b` of every member of both, in ascending order.
///
/// # Cost
/// `O(a + b)` time for lists of like length, `O(a log b)` for a short and a long one.
pub(crate) fn common(a: &[u32], b: &[u32], mut found: impl FnMut(usize, usize)) {
    if !is_worth_a_walk(b.len(), a.len()) {
        look_up(a, b, found);
    } else if !is_worth_a_walk(a.len(), b.len()) {
        look_up(b, a, |j, i| found(i, j));
    } else {
        let (mut i, mut j) = (0, 0);
        while i < a.len() && j < b.len() {
            let (x, y) = (a[i], b[j]);
            if x == y {
                found(i, j);
            }
            i += usize::from(x <= y);
            j += usize::from(y <= x);
        }
    }
}

fn look_up(few: &[u32], many: &[u32], mut found: impl FnMut(usize, usize)) {
    let mut from = 0;
    for (i, x) in few.iter().enumerate() {
        match many[from..].binary_search(x) {
            Ok(place) => {
                found(i, from + place);
                from += place + 1;
            }
            Err(place) => from += place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(a: &[u32], b: &[u32]) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        common(a, b, |i, j| places.push((i, j)));
        places
    }

    #[test]
    fn members_of_both_are_found_whichever_list_is_longer() {
        let all: Vec<u32> = (0..100).map(|x| 3 * x).collect();
        for some in [&[][..], &[3, 4, 6, 297], &[0, 1, 2, 3, 150, 299, 300, 1000]] {
            let expected: Vec<(usize, usize)> = (0..some.len())
                .filter_map(|i| Some((i, all.iter().position(|&x| x == some[i])?)))
                .collect();
            assert_eq!(places(some, &all), expected);
            let turned: Vec<(usize, usize)> = expected.iter().map(|&(i, j)| (j, i)).collect();
            assert_eq!(places(&all, some), turned);
            assert_eq!(places(some, some).len(), some.len());
        }
    }
}
