//! The neighbours of all places.

use crate::MetricError;
use crate::kernel::chunks::fold_chunks;
use crate::space::places::Places;
use palenque_graph::Progress;

/// Places a task.
const CHUNK: usize = 256;

/// Neighbours in ascending order of their numbers, each with a weight of 1.
type Row = Vec<(u32, f64)>;

/// The `k` nearest places of every place.
pub(crate) fn nearest_of_all(
    places: &Places,
    k: usize,
    progress: &dyn Progress,
) -> Result<Vec<Row>, MetricError> {
    let tree = places.tree();
    let row = |i: usize| {
        let nearest = tree.nearest(places.point(i), k, i as u32);
        ascending(nearest.into_iter().map(|(_, j)| j).collect())
    };
    let mut rows = Vec::with_capacity(places.len());
    let work = |range: std::ops::Range<usize>| Some(range.map(row).collect::<Vec<Row>>());
    fold_chunks(places.len(), CHUNK, progress, work, |some| rows.extend(some))?;
    Ok(rows)
}

/// All places within a distance of every place; nothing if these are more than `most` in all.
pub(crate) fn within_of_all(
    places: &Places,
    distance: f64,
    most: usize,
    progress: &dyn Progress,
) -> Result<Option<Vec<Row>>, MetricError> {
    let tree = places.tree();
    let row = |i: usize| {
        let mut found = Vec::new();
        tree.within(places.point(i), places.straight(distance), |j, square| {
            if j as usize != i && places.along(square) <= distance {
                found.push(j);
            }
        });
        ascending(found)
    };
    let (mut rows, mut n) = (Vec::new(), 0);
    let work = |range: std::ops::Range<usize>| Some(range.map(row).collect::<Vec<Row>>());
    // In stretches, so that there is an end to it when they are too many.
    let stretch = 64 * CHUNK;
    for from in (0..places.len()).step_by(stretch) {
        let shifted = |range: std::ops::Range<usize>| work(from + range.start..from + range.end);
        let length = stretch.min(places.len() - from);
        fold_chunks(length, CHUNK, progress, shifted, |some: Vec<Row>| {
            n += some.iter().map(Vec::len).sum::<usize>();
            rows.extend(some);
        })?;
        if n > most {
            return Ok(None);
        }
    }
    Ok(Some(rows))
}

fn ascending(mut numbers: Vec<u32>) -> Row {
    numbers.sort_unstable();
    numbers.into_iter().map(|j| (j, 1.0)).collect()
}
