//! Whether the cascades of many firms can be simulated in the time that nobody has to ask for.

use super::esri::{Effort, EsriConfig, network};
use super::essentiality::Essentiality;
use crate::MetricError;
use crate::kernel::cascade::Cascade;
use palenque_graph::{Progress, SupplyGraph};

/// Edges that losses may pass along in all before a computation has to be asked for by name: about half an hour.
const BUDGET: f64 = 5e11;
/// Firms whose cascades tell how long all will take.
const PROBES: usize = 16;
/// Steps of a probe at first, at most.
const FEW_STEPS: u32 = 256;
/// Steps that few cascades take.
const MANY_STEPS: f64 = 1000.0;

/// Refuses a computation of hours that nobody asked for by name.
///
/// # Errors
/// [`MetricError::TooLong`]; [`MetricError::Cancelled`].
pub(super) fn affordable(
    cascade: &mut Cascade<'_>,
    firms: &[u32],
    config: &EsriConfig,
    progress: &dyn Progress,
) -> Result<(), MetricError> {
    affordable_within(cascade, firms, config, BUDGET, progress)
}

/// Refuses to simulate all firms of a network if that takes more than a part of the time that nobody has to ask for.
///
/// # Errors
/// [`MetricError::TooLong`] with what to do `instead`; those of [`esri`](super::esri::esri).
pub(super) fn all_affordable(
    graph: &SupplyGraph,
    inputs: &Essentiality,
    config: &EsriConfig,
    (part, instead): (f64, &'static str),
    progress: &dyn Progress,
) -> Result<(), MetricError> {
    let mut cascade = network(graph, inputs, config)?;
    let within = affordable_within(&mut cascade, &every(graph), config, part * BUDGET, progress);
    within.map_err(|error| match error {
        MetricError::TooLong { what, n, .. } => MetricError::TooLong { what, n, instead },
        other => other,
    })
}

/// The numbers of all firms.
pub(super) fn every(graph: &SupplyGraph) -> Vec<u32> {
    (0..graph.n_nodes() as u32).collect()
}

fn affordable_within(
    cascade: &mut Cascade<'_>,
    firms: &[u32],
    config: &EsriConfig,
    budget: f64,
    progress: &dyn Progress,
) -> Result<(), MetricError> {
    let n = firms.len();
    // What one step of a cascade costs at most: every tie in both directions, and every firm as a competitor.
    let step = (2 * cascade.graph.n_edges() + cascade.graph.n_nodes()) as f64;
    if config.method == Effort::Exact || n as f64 * MANY_STEPS * step <= budget {
        return Ok(());
    }
    let count = (n / 4).clamp(1, PROBES);
    let probes: Vec<u32> = (0..count).map(|k| firms[k * n / count]).collect();
    let stop = cascade.stop;
    // Along a chain even one cascade may take as many steps as there are firms, and where all trade with all one step takes
    // long: some steps of each first.
    let few = |steps: &u32| f64::from(*steps) * count as f64 * step <= budget / 100.0;
    let mut steps = (1..=FEW_STEPS.min(stop.max_steps)).take_while(few).last().unwrap_or(1);
    loop {
        cascade.stop.max_steps = steps;
        let losses = cascade.of_each(&probes, progress);
        cascade.stop = stop;
        let losses = losses?;
        let pushes: u64 = losses.iter().map(|l| l.pushes).sum();
        if pushes as f64 / count as f64 * n as f64 > budget {
            let (what, n) = ("the cascades from all", cascade.graph.n_nodes());
            let instead = "ask for the largest, as with `--set systemic_risk.top=100`";
            return Err(MetricError::TooLong { what, n, instead });
        }
        if steps >= stop.max_steps || !losses.iter().any(|l| l.is_cut) {
            return Ok(());
        }
        steps = (4 * steps).min(stop.max_steps);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::input_groups::InputClass;
    use palenque_graph::NoProgress;

    #[test]
    fn a_chain_is_refused_before_one_cascade_has_run_along_it() {
        let n = 3_000_u32;
        let ids: Vec<String> = (0..n).map(|i| i.to_string()).collect();
        let graph = SupplyGraph::from_flows(&ids, (1..n).map(|v| (v - 1, v, 1.0)))
            .expect("a good graph")
            .with_text("sector", (0..n).map(|i| Some(["a", "b"][i as usize % 2])));
        let config = EsriConfig::default();
        let inputs = Essentiality::uniform(&graph, "", InputClass::Essential).expect("sectors");
        let mut cascade = network(&graph, &inputs, &config).expect("a network");
        let mut within =
            |budget| affordable_within(&mut cascade, &every(&graph), &config, budget, &NoProgress);
        // 256 steps are sure to be taken from most firms, each past half as many competitors.
        assert!(matches!(within(5e6), Err(MetricError::TooLong { n: 3_000, .. })));
        assert_eq!(within(2e10), Ok(()));
        assert_eq!(cascade.stop.max_steps, config.max_steps);
        // A part of the time, with advice of its own.
        let refused = all_affordable(&graph, &inputs, &config, (1e-5, "have less"), &NoProgress);
        assert!(matches!(refused, Err(MetricError::TooLong { instead: "have less", .. })));
        assert_eq!(all_affordable(&graph, &inputs, &config, (0.04, ""), &NoProgress), Ok(()));
    }
}
