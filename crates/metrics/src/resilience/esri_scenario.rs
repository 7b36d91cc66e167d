//! How a failure of the user's own choice spreads, step by step.

use super::esri::{EsriConfig, PARAMS, network};
use super::essentiality::{ESSENTIAL, Essentiality};
use super::scenario::{Defaults, LOSS, NODE, SCENARIOS, scenarios};
use super::shock_path::{PATH, SUMMARY};
use crate::kernel::cascade::Scratch;
use crate::kernel::ratio::ratio_or_status;
use crate::long::{Cell, Rows};
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, SideSpec};
use palenque_graph::accounts::Accounts;
use palenque_graph::{NodeIndex, Progress, SupplyGraph, Table, TableId};

/// How one scenario spread.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// Share of all weight that is lost in the end.
    pub esri: f64,
    /// The same for want of inputs alone.
    pub esri_down: f64,
    /// The same for want of orders alone.
    pub esri_up: f64,
    /// Steps until losses stopped growing.
    pub iterations: u32,
    /// Whether they still grew when the steps ran out.
    pub is_cut: bool,
    /// What every node has left in the end, for want of inputs and of orders.
    pub left: Vec<(f64, f64)>,
    /// The nodes whose loss grew in each step by more than epsilon, and what they have left then.
    pub path: Vec<Vec<(u32, f64, f64)>>,
}

/// How a shock to some nodes spreads to all: [`esri`](super::esri::esri()) for a scenario instead of every node, step by step.
///
/// # Formula
/// As [`esri`](super::esri::esri()), with losses that begin at the `loss` of each node that is struck.
/// # Source
/// Diem, Borsos, Reisch, Kertész and Thurner (2022).
/// # Errors
/// As [`esri`](super::esri::esri()).
/// # Example
/// Half of the grower's harvest is lost, and with it half of the still's mezcal.
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::kernel::input_groups::InputClass;
/// # use palenque_metrics::resilience::essentiality::Essentiality;
/// # use palenque_metrics::resilience::esri_scenario::esri_scenario;
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_text("sector", ["agave", "mezcal"].map(Some));
/// let inputs = Essentiality::uniform(&graph, "", InputClass::Essential)?;
/// let spread = esri_scenario(&graph, &inputs, &[(0, 0.5)], &Default::default())?;
/// assert_eq!(spread.left, [(0.5, 0.5), (0.5, 1.0)]);
/// assert_eq!(spread.path[1], [(1, 0.5, 1.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn esri_scenario(
    graph: &SupplyGraph,
    inputs: &Essentiality,
    shock: &[(u32, f64)],
    config: &EsriConfig,
) -> Result<Spread, MetricError> {
    let cascade = network(graph, inputs, config)?;
    let n = graph.n_nodes();
    let mut seen = vec![(0.0, 0.0); n];
    let mut left = vec![(1.0, 1.0); n];
    let mut path: Vec<Vec<(u32, f64, f64)>> = Vec::new();
    let mut scratch = Scratch::of(&cascade);
    let losses = cascade.run(shock, &mut scratch, |_, state| {
        let mut grown = Vec::new();
        for v in 0..n {
            let (down, up) = state.loss(v);
            let more = (down - seen[v].0).max(up - seen[v].1);
            if more > config.epsilon {
                grown.push((v as u32, 1.0 - down, 1.0 - up));
                seen[v] = (down, up);
            }
            left[v] = (1.0 - down, 1.0 - up);
        }
        path.push(grown);
    });
    Ok(Spread {
        esri: losses.total.min(1.0),
        esri_down: losses.down.min(1.0),
        esri_up: losses.up.min(1.0),
        iterations: losses.steps,
        is_cut: losses.is_cut,
        left,
        path,
    })
}

/// [`esri_scenario()`] behind the registry.
pub struct EsriScenario;

static SCENARIO_PARAMS: [ParamSpec; 10] = {
    let [by, inputs, substitution, wiped_out, revenue, costs, weight, epsilon, ..] = PARAMS;
    [by, inputs, substitution, wiped_out, revenue, costs, weight, epsilon, NODE, LOSS]
};

static SPEC: MetricSpec = MetricSpec {
    name: "systemic_risk_scenario",
    family: Family::Resilience,
    summary: "How the failure of firms of one's own choice spreads through the network, step by step.",
    formula: "as `systemic_risk`, with losses that begin at `loss` for each node that is struck",
    source: "Diem, Borsos, Reisch, Kertész and Thurner (2022)",
    reading: "A row of shock_path is a node whose loss grew in that step by more than epsilon, and what it has left. Steps are \
              rounds of the cascade, not days. loss_direct is the output that the shock itself takes, at the prices and \
              quantities before. Self-loops are used.",
    cost: "O(n) a step, and the edges of all whose loss changed",
    needs: &[],
    params: &SCENARIO_PARAMS,
    outputs: &[
        Output { table: TableId::ShockPath, columns: &PATH },
        Output { table: TableId::ShockSummary, columns: &SUMMARY },
    ],
    core: false,
};

#[derive(Clone, Debug, serde::Deserialize)]
#[serde(default)]
struct Single {
    node: String,
    loss: f64,
}

impl Default for Single {
    fn default() -> Self {
        Self { node: String::new(), loss: 1.0 }
    }
}

impl Metric for EsriScenario {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn sides(&self) -> &'static [SideSpec] {
        static SIDES: [SideSpec; 2] = [ESSENTIAL, SCENARIOS];
        &SIDES
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let single: Single = params.decode()?;
        let config: EsriConfig = params.decode()?;
        let inputs = Essentiality::read(graph, &config.by, config.inputs, params)?;
        let defaults =
            Defaults { node: &single.node, loss: single.loss, duration: 1.0, recovery: 0.0 };
        let list = scenarios(graph, params, &defaults)?;
        let (mut path, mut summary) = (Rows::new(&PATH), Rows::new(&SUMMARY));
        let output = Accounts::of(graph).output;
        for scenario in &list {
            let lost = scenario.at_once(graph.n_nodes());
            let shock: Vec<(u32, f64)> =
                (0_u32..).zip(lost).filter(|(_, lost)| *lost > 0.0).collect();
            let spread = esri_scenario(graph, &inputs, &shock, &config)?;
            for (step, grown) in spread.path.iter().enumerate() {
                for &(v, down, up) in grown {
                    path.push([
                        "esri".into(),
                        scenario.name.as_str().into(),
                        step.into(),
                        graph.node_id(NodeIndex::from(v)).into(),
                        (output[v as usize] * down.min(up)).into(),
                        Cell::Gap,
                        Cell::Gap,
                        Cell::Gap,
                        (1.0 - down.min(up)).into(),
                        down.into(),
                        up.into(),
                    ]);
                }
            }
            let direct: f64 = shock.iter().map(|&(v, loss)| loss * output[v as usize]).sum();
            let left = spread.left.iter().zip(&output);
            let total: f64 = left.map(|((down, up), x)| x * (1.0 - down.min(*up))).sum();
            summary.push([
                "esri".into(),
                scenario.name.as_str().into(),
                total.into(),
                direct.into(),
                ratio_or_status(total, direct).into(),
                Cell::Flag(None),
                (spread.iterations as usize).into(),
                "".into(),
            ]);
        }
        Ok(vec![path.table(TableId::ShockPath), summary.table(TableId::ShockSummary)])
    }
}
