//! What firms and ties can do at most.

use crate::{MetricError, ParamError, ParamSpec};
use palenque_graph::SupplyGraph;
use palenque_graph::accounts::Accounts;

/// The room where no capacity is given.
pub(super) const GAMMA: ParamSpec =
    ParamSpec::new("gamma", "0.15", "Room by output where no `capacity` is given.");

/// What every node can make at most: its `capacity`; where there is none, `(1 + γ)` times its output.
///
/// # Errors
/// [`ParamError::Value`] for a negative γ; [`MetricError::InputMissing`] for a negative capacity.
///
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::flexibility::capacity::capacities;
/// let graph = SupplyGraph::from_flows(["ana", "still"], [(0, 1, 4.0)])?
///     .with_number("capacity", [None, Some(9.0)]);
/// assert_eq!(capacities(&graph, 0.5)?, [6.0, 9.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn capacities(graph: &SupplyGraph, gamma: f64) -> Result<Vec<f64>, MetricError> {
    check_room("gamma", gamma)?;
    let given = graph.nodes().number("capacity");
    let wrong = given.into_iter().flat_map(|column| column.iter().enumerate());
    if let Some((v, Some(capacity))) = wrong.into_iter().find(|(_, c)| c.is_some_and(|c| c < 0.0)) {
        let id = graph.node_id(palenque_graph::NodeIndex::new(v));
        let what =
            format!("a `capacity` of at least 0 for every node: that of `{id}` is {capacity}");
        return Err(MetricError::InputMissing { what });
    }
    let output = Accounts::of(graph).output;
    let of = |(v, x): (usize, &f64)| {
        given.and_then(|column| column.get(v)).unwrap_or((1.0 + gamma) * x.max(0.0))
    };
    Ok(output.iter().enumerate().map(of).collect())
}

/// Refuses a room that is below 0 or no number.
pub(super) fn check_room(name: &str, room: f64) -> Result<(), ParamError> {
    if room.is_finite() && room >= 0.0 {
        return Ok(());
    }
    Err(ParamError::Value(format!("`{name}` is {room}: capacity is not below what is used")))
}
