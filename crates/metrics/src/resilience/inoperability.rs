//! Inoperability input-output models: how a loss of demand, or of ability to produce, passes through in shares of output.

use super::scenario::{Defaults, LOSS, NODE, SCENARIOS, scenarios};
use super::shock_path::{PATH, SUMMARY};
use crate::kernel::coefficients::Economy;
use crate::kernel::ratio::ratio_or_status;
use crate::kernel::signed_solve::SignedSolve;
use crate::long::{Cell, Rows};
use crate::resilience::essentiality::filled_column;
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, SideSpec,
};
use palenque_graph::{NodeIndex, Progress, SupplyGraph, Table, TableId};

/// The share of every node's output that is lost in the end when final users demand less.
///
/// # Formula
/// `q = (I − A*)⁻¹ c*`, `A* = x̂⁻¹ A x̂`, `c*_i` the lost final demand by output.
/// # Source
/// Haimes and Jiang (2001); Santos and Haimes (2004). `x ∘ q = L Δf`: nothing that the demand-driven model does not say
/// (Dietzenbacher and Miller 2015).
/// # Input and result
/// `lost_demand` in the unit of the flows, one a node; 0 for nodes without output.
/// # Cost
/// One solve.
/// # Errors
/// Those of the solve.
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::kernel::coefficients::Economy;
/// # use palenque_metrics::resilience::inoperability::inoperability;
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(3.0), Some(9.0)]);
/// let q = inoperability(&Economy::of(&graph)?, &[0.0, 3.0], &NoProgress)?;
/// assert!((q[0] - 1.0 / 3.0).abs() < 1e-12 && (q[1] - 1.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn inoperability(
    economy: &Economy<'_>,
    lost_demand: &[f64],
    progress: &dyn Progress,
) -> Result<Vec<f64>, MetricError> {
    let x = &economy.accounts().output;
    let active = |i: usize, value: f64| if economy.is_active(i) { value } else { 0.0 };
    let c: Vec<f64> = (0..x.len()).map(|i| active(i, lost_demand[i])).collect();
    let change = SignedSolve::of(economy, economy.requirements(), progress)?.solve(&c, progress)?;
    Ok((0..x.len()).map(|i| active(i, change[i] / x[i])).collect())
}

/// The share of every node's output that is lost, period by period, as it recovers from a first loss.
///
/// # Formula
/// `q(t + 1) = q(t) + K (A* q(t) + c* − q(t))`, within 0 and 1.
/// # Source
/// Lian and Haimes (2006).
/// # Input and result
/// `first` is `q(0)`, `speed` the diagonal of `K`, each in `0..=1`, one a node; `lost_demand` is `c*`, by output. `steps + 1` periods,
/// the first included.
/// # Cost
/// `O(n + m)` time a period.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::kernel::coefficients::Economy;
/// # use palenque_metrics::resilience::inoperability::recovery;
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(6.0), Some(9.0)]);
/// let path = recovery(&Economy::of(&graph)?, &[0.0, 0.4], &[0.5, 0.5], &[0.0, 0.0], 1);
/// assert_eq!(path[1], [0.5 * (3.0 / 6.0 * 0.4), 0.2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn recovery(
    economy: &Economy<'_>,
    first: &[f64],
    speed: &[f64],
    lost_demand: &[f64],
    steps: usize,
) -> Vec<Vec<f64>> {
    let shares = economy.allocations();
    let mut path = vec![first.to_vec()];
    for t in 0..steps {
        let q = &path[t];
        let next = |i: usize| {
            let pull = shares.row_times(i, q) + lost_demand[i] - q[i];
            (q[i] + speed[i] * pull).clamp(0.0, 1.0)
        };
        path.push((0..q.len()).map(next).collect());
    }
    path
}

/// Production that is lost along a path: the sum of periods, and the area under straight lines between them.
///
/// # Example
/// ```
/// # use palenque_metrics::resilience::inoperability::cumulative_loss;
/// assert_eq!(cumulative_loss(&[vec![0.5], vec![0.0]], &[10.0]), (5.0, 2.5));
/// ```
#[must_use]
pub fn cumulative_loss(path: &[Vec<f64>], output: &[f64]) -> (f64, f64) {
    let lost: Vec<f64> =
        path.iter().map(|q| q.iter().zip(output).map(|(q, x)| q * x).sum()).collect();
    let trapezoid = lost.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])).sum();
    let left = lost.iter().take(lost.len().saturating_sub(1)).sum();
    (left, trapezoid)
}

/// [`recovery`] and [`inoperability()`] behind the registry.
pub struct Inoperability;

const fn param(name: &'static str, default: &'static str, meaning: &'static str) -> ParamSpec {
    ParamSpec { name, default, meaning }
}

static SPEC: MetricSpec = MetricSpec {
    name: "inoperability",
    family: Family::Resilience,
    summary: "How a loss of ability to produce passes through and is made up for, in shares of output.",
    formula: "q(t+1) = q(t) + K (A* q(t) + c* − q(t)), A* = x̂^-1 A x̂; in the end q = (I − A*)^-1 c*",
    source: "Haimes and Jiang (2001); Santos and Haimes (2004); Lian and Haimes (2006)",
    reading: "q is the share of output that is lost: the first loss recovers at the speed of `speed`, and passes on as orders that are not \
              placed. As a static model it says what the demand-driven input-output model says (Dietzenbacher and Miller 2015); no \
              inputs run out. loss_total is the area under straight lines between periods, loss_direct what the nodes that were \
              struck lose themselves. Self-loops are used.",
    cost: "O(n + m) time a period",
    needs: &[],
    params: &[
        NODE,
        LOSS,
        param("steps", "50", "Periods to simulate."),
        param(
            "speed",
            "0.2",
            "Share of the gap that is closed in a period, where no column gives it.",
        ),
        param("column", "\"\"", "Node column of speeds; empty for one `speed`."),
        param("paths", "50", "Nodes whose paths are written, those that lose most first."),
    ],
    outputs: &[
        Output { table: TableId::ShockPath, columns: &PATH },
        Output { table: TableId::ShockSummary, columns: &SUMMARY },
    ],
    core: false,
};

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    node: String,
    loss: f64,
    steps: usize,
    speed: f64,
    column: String,
    paths: usize,
}

impl Default for Config {
    fn default() -> Self {
        let (node, column) = (String::new(), String::new());
        Self { node, loss: 1.0, steps: 50, speed: 0.2, column, paths: 50 }
    }
}

impl Metric for Inoperability {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn sides(&self) -> &'static [SideSpec] {
        std::slice::from_ref(&SCENARIOS)
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: Config = params.decode()?;
        let n = graph.n_nodes();
        let speed = match config.column.as_str() {
            "" => vec![config.speed; n],
            name => filled_column(graph, name)?,
        };
        if let Some(wrong) = speed.iter().find(|k| !(0.0..=1.0).contains(*k)) {
            let what = format!("a `speed` is {wrong}: it is a share between 0 and 1");
            return Err(ParamError::Value(what).into());
        }
        let defaults =
            Defaults { node: &config.node, loss: config.loss, duration: 1.0, recovery: 0.0 };
        let list = scenarios(graph, params, &defaults)?;
        let economy = Economy::of(graph)?;
        let x = &economy.accounts().output;
        let (mut path_rows, mut summary) = (Rows::new(&PATH), Rows::new(&SUMMARY));
        for scenario in &list {
            let first = scenario.at_once(n);
            let path = recovery(&economy, &first, &speed, &vec![0.0; n], config.steps);
            let mut lost: Vec<f64> = vec![0.0; n];
            for q in &path {
                lost.iter_mut().zip(q.iter().zip(x)).for_each(|(lost, (q, x))| *lost += q * x);
            }
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by(|&a, &b| lost[b].total_cmp(&lost[a]));
            order.truncate(config.paths);
            for (t, q) in path.iter().enumerate() {
                for &i in &order {
                    path_rows.push([
                        "diim".into(),
                        scenario.name.as_str().into(),
                        t.into(),
                        graph.node_id(NodeIndex::new(i)).into(),
                        (x[i] * (1.0 - q[i])).into(),
                        Cell::Gap,
                        Cell::Gap,
                        Cell::Gap,
                        q[i].into(),
                        Cell::Gap,
                        Cell::Gap,
                    ]);
                }
            }
            let (_, total) = cumulative_loss(&path, x);
            let own = |q: &Vec<f64>| -> Vec<f64> {
                q.iter().zip(&first).map(|(q, first)| if *first > 0.0 { *q } else { 0.0 }).collect()
            };
            let (_, direct) = cumulative_loss(&path.iter().map(own).collect::<Vec<_>>(), x);
            let recovered = path.last().is_some_and(|q| q.iter().all(|q| *q <= 0.01));
            summary.push([
                "diim".into(),
                scenario.name.as_str().into(),
                total.into(),
                direct.into(),
                ratio_or_status(total, direct).into(),
                recovered.into(),
                config.steps.into(),
                format!("speed={}", config.speed).as_str().into(),
            ]);
        }
        Ok(vec![path_rows.table(TableId::ShockPath), summary.table(TableId::ShockSummary)])
    }
}
