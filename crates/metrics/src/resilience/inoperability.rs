//! Inoperability input-output models: how a loss of demand, or of ability to produce, passes through in shares of output.

use super::attack_order::descending;
use super::scenario::{Defaults, LOSS, NODE, SCENARIOS, scenarios};
use super::shock_path::{PATH, SUMMARY, lost_share};
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

/// The speed at which a node recovers that has a share `left` of its first loss after `time` periods by itself.
///
/// # Formula
/// `k_i = ln(1/left)/(T_i (1 − a*_ii))`, at most 1.
/// # Source
/// Lian and Haimes (2006).
/// # Input and result
/// `time` positive, one a node; `left` between 0 and 1.
/// # Cost
/// `O(n + m)` time.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::kernel::coefficients::Economy;
/// # use palenque_metrics::resilience::inoperability::speeds;
/// let graph = SupplyGraph::from_flows(["still"], [(0, 0, 1.0)])?.with_number("output", [Some(10.0)]);
/// let k = speeds(&Economy::of(&graph)?, &[12.0], 0.01);
/// assert!((k[0] - 0.426_404_646_850_749_2).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn speeds(economy: &Economy<'_>, time: &[f64], left: f64) -> Vec<f64> {
    let shares = economy.allocations();
    let own =
        |i: usize| shares.row(i).filter(|&(k, _)| k == i).map(|(_, share)| share).sum::<f64>();
    let speed = |(i, time): (usize, &f64)| ((1.0 / left).ln() / (time * (1.0 - own(i)))).min(1.0);
    time.iter().enumerate().map(speed).collect()
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

static SPEC: MetricSpec = MetricSpec {
    name: "inoperability",
    family: Family::Resilience,
    summary: "How a loss of ability to produce passes through and is made up for, in shares of output.",
    formula: "q(t+1) = q(t) + K (A* q(t) + c* − q(t)), A* = x̂^-1 A x̂; in the end q = (I − A*)^-1 c*",
    source: "Haimes and Jiang (2001); Santos and Haimes (2004); Lian and Haimes (2006)",
    reading: "q is the share of output that is lost: the first loss recovers at the speed of `speed`, and passes on as orders that are not \
              placed. As a static model it says what the demand-driven input-output model says (Dietzenbacher and Miller 2015); no \
              inputs run out. loss_total is the area under straight lines between periods, loss_direct what the nodes that were \
              struck lose themselves. Rows of the model `iim`, where final users demand less, are the end of it, without a step: \
              production lost in one period by the demand that is. Self-loops are used.",
    cost: "O(n + m) time a period",
    needs: &[],
    params: &[
        NODE,
        LOSS,
        ParamSpec::new("steps", "50", "Periods to simulate."),
        ParamSpec::new(
            "speed",
            "0.2",
            "Share of the gap that is closed in a period, where no column gives it.",
        ),
        ParamSpec::new("column", "\"\"", "Node column of speeds; empty for one `speed`."),
        ParamSpec::new(
            "times",
            "\"\"",
            "Node column of periods after which `left` of a loss is left; gives the speeds instead.",
        ),
        ParamSpec::new("left", "0.01", "The share of a loss that is left after `times`."),
        ParamSpec::new(
            "lost_demand",
            "\"\"",
            "Node column of the final demand that is lost for good, in the unit of the flows; empty for none.",
        ),
        ParamSpec::new("paths", "50", "Nodes whose paths are written, those that lose most first."),
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
    times: String,
    left: f64,
    lost_demand: String,
    paths: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            node: String::new(),
            loss: 1.0,
            steps: 50,
            speed: 0.2,
            column: String::new(),
            times: String::new(),
            left: 0.01,
            lost_demand: String::new(),
            paths: 50,
        }
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
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: Config = params.decode()?;
        let n = graph.n_nodes();
        let economy = Economy::of(graph)?;
        let speed = config.speeds(&economy)?;
        let demand = match config.lost_demand.as_str() {
            "" => None,
            name => Some(filled_column(graph, name)?),
        };
        let defaults =
            Defaults { node: &config.node, loss: config.loss, duration: 1.0, recovery: 0.0 };
        let list = match scenarios(graph, params, &defaults) {
            // Without a node that is struck, demand is what is lost.
            Err(MetricError::InputMissing { .. }) if demand.is_some() => Vec::new(),
            list => list?,
        };
        let x = &economy.accounts().output;
        let share = |(lost, x): (&f64, &f64)| if *x > 0.0 { lost / x } else { 0.0 };
        let zero = vec![0.0; n];
        let c: Vec<f64> = demand.as_ref().unwrap_or(&zero).iter().zip(x).map(share).collect();
        if let Some(wrong) = c.iter().position(|c| *c > 1.0) {
            let id = graph.node_id(NodeIndex::new(wrong));
            let what = format!("`{}` of `{id}` is more than its output", config.lost_demand);
            return Err(ParamError::Value(what).into());
        }
        let mut found = Found { graph, x, paths: config.paths, path: Rows::new(&PATH) };
        let mut summary = Rows::new(&SUMMARY);
        if let Some(demand) = &demand {
            let q = inoperability(&economy, demand, progress)?;
            let direct: f64 = demand.iter().sum();
            let total: f64 = q.iter().zip(x).map(|(q, x)| q * x).sum();
            found.write("iim", &config.lost_demand, std::slice::from_ref(&q));
            summary.push([
                "iim".into(),
                config.lost_demand.as_str().into(),
                total.into(),
                direct.into(),
                ratio_or_status(total, direct).into(),
                Cell::Flag(None),
                Cell::Count(None),
                Cell::Text(None),
            ]);
        }
        progress.begin("scenarios", list.len() as u64);
        for scenario in &list {
            if progress.cancelled() {
                return Err(MetricError::Cancelled);
            }
            let first = scenario.at_once(n);
            let path = recovery(&economy, &first, &speed, &c, config.steps);
            found.write("diim", &scenario.name, &path);
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
                config.said_of_speeds().as_str().into(),
            ]);
            progress.advance(1);
        }
        Ok(vec![found.path.table(TableId::ShockPath), summary.table(TableId::ShockSummary)])
    }
}

impl Config {
    fn speeds(&self, economy: &Economy<'_>) -> Result<Vec<f64>, MetricError> {
        let graph = economy.graph();
        let refuse = |what: String| Err(ParamError::Value(what).into());
        if !self.times.is_empty() {
            let times = filled_column(graph, &self.times)?;
            if !(self.left > 0.0 && self.left < 1.0) {
                return refuse(format!("`left` is {}: a share between 0 and 1", self.left));
            }
            if times.contains(&0.0) {
                return refuse(format!("`{}` is 0 somewhere: recovery takes time", self.times));
            }
            return Ok(speeds(economy, &times, self.left));
        }
        let speed = match self.column.as_str() {
            "" => vec![self.speed; graph.n_nodes()],
            name => filled_column(graph, name)?,
        };
        match speed.iter().find(|k| !(0.0..=1.0).contains(*k)) {
            Some(wrong) => refuse(format!("a `speed` is {wrong}: it is a share between 0 and 1")),
            None => Ok(speed),
        }
    }

    fn said_of_speeds(&self) -> String {
        match (self.times.as_str(), self.column.as_str()) {
            ("", "") => format!("speed={}", self.speed),
            ("", column) => format!("column={column}"),
            (times, _) => format!("times={times};left={}", self.left),
        }
    }
}

/// The rows of paths.
struct Found<'a> {
    graph: &'a SupplyGraph,
    x: &'a [f64],
    paths: usize,
    path: Rows,
}

impl Found<'_> {
    /// The whole network, then the nodes that lose most, period by period; a path of one period has no step.
    fn write(&mut self, model: &str, scenario: &str, path: &[Vec<f64>]) {
        let n = self.x.len();
        let mut lost = vec![0.0; n];
        for q in path {
            lost.iter_mut().zip(q.iter().zip(self.x)).for_each(|(lost, (q, x))| *lost += q * x);
        }
        let mut order = descending(&lost);
        order.truncate(self.paths);
        let all: f64 = self.x.iter().sum();
        for (t, q) in path.iter().enumerate() {
            let step = if path.len() == 1 { Cell::Count(None) } else { t.into() };
            let made: f64 = q.iter().zip(self.x).map(|(q, x)| x * (1.0 - q)).sum();
            self.push([model, scenario], step.clone(), None, made, lost_share(made, all));
            for i in order.iter().map(|&i| i as usize) {
                let id = self.graph.node_id(NodeIndex::new(i));
                let made = self.x[i] * (1.0 - q[i]);
                self.push([model, scenario], step.clone(), Some(id), made, q[i].into());
            }
        }
    }

    fn push(
        &mut self,
        [model, scenario]: [&str; 2],
        step: Cell,
        id: Option<&str>,
        made: f64,
        q: Cell,
    ) {
        let gap = Cell::Gap;
        self.path.push([
            model.into(),
            scenario.into(),
            step,
            id.into(),
            made.into(),
            gap.clone(),
            gap.clone(),
            gap.clone(),
            q,
            gap.clone(),
            gap,
        ]);
    }
}
