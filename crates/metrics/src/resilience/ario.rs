//! A disruption with inventories and rationing, period by period.

use super::attack_order::descending;
use super::scenario::{Defaults, LOSS, NODE, SCENARIOS, Scenario, scenarios, together};
use super::shock_path::{PATH, SUMMARY, lost_share};
pub use crate::kernel::ario::ArioPeriod;
use crate::kernel::ario::{Answers, simulate};
use crate::kernel::coefficients::Economy;
use crate::kernel::ratio::ratio_or_status;
use crate::long::{Cell, Rows};
use crate::summary::exact_figures;
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, SideSpec,
    network_summary,
};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{NodeIndex, Progress, SupplyGraph, Table, TableId};

/// How firms answer a shortage, and what is varied.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ArioConfig {
    /// Periods that full inventories last.
    pub cover: f64,
    /// The share of full inventories below which a firm makes less.
    pub psi: f64,
    /// Periods in which a gap of inventories is to be filled.
    pub tau_inv: f64,
    /// The most that capacity can be raised to, by what it was.
    pub alpha_max: f64,
    /// Periods in which it is raised.
    pub tau_alpha: f64,
    /// Periods to simulate.
    pub steps: usize,
    /// Other values of `cover` that are tried.
    pub covers: Vec<f64>,
    /// Other values of `psi`.
    pub psis: Vec<f64>,
    /// Other values of `tau_inv`.
    pub tau_invs: Vec<f64>,
    /// The node of a single scenario.
    pub node: String,
    /// The share of its capacity that is lost.
    pub loss: f64,
    /// Periods in which all of it is lost.
    pub duration: f64,
    /// Periods after that in which it comes back.
    pub recovery: f64,
    /// The nodes whose paths are written, those that lose most first.
    pub paths: usize,
}

impl Default for ArioConfig {
    fn default() -> Self {
        Self {
            cover: 8.0,
            psi: 0.8,
            tau_inv: 6.0,
            alpha_max: 1.25,
            tau_alpha: 20.0,
            steps: 200,
            covers: vec![2.0, 4.0, 8.0, 16.0],
            psis: vec![0.5, 0.8, 1.0],
            tau_invs: vec![3.0, 6.0, 12.0],
            node: String::new(),
            loss: 1.0,
            duration: 10.0,
            recovery: 10.0,
            paths: 50,
        }
    }
}

/// What a scenario comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArioLoss {
    /// Production that is lost in all periods.
    pub loss_total: f64,
    /// Of it, what the shock itself takes: capacity lost times production before.
    pub loss_direct: f64,
    /// What final users did not get in all periods.
    pub unmet_final: f64,
    /// Whether every node makes at least 99 % of what it did in the last period.
    pub recovered: bool,
}

/// Production with inventories after a loss of capacity: firms use what they hold, order what they lack, ration what they have
/// in proportion to orders, and raise their capacity while they cannot serve them.
///
/// # Formula
/// In every period, with `Z` the flows before, `a` by unit of output and inventories `S = cover · Z` at first:
/// 1. `wanted = min(orders + f, α (1 − lost) x⁰)`;
/// 2. `made = wanted · min(1, min_i S_ij/(ψ · cover · a_ij · wanted_j))`;
/// 3. every order and final users get the share `made/(orders + f)` of what they asked;
/// 4. `S` grows by what comes and falls by what is used; next orders are what was used, and `1/τ_inv` of the gap to
///    `cover · a_ij · wanted_j`;
/// 5. `α` moves to `α_max` by the share of demand that is not met over `τ_α`, back to 1 when all is.
/// # Source
/// Hallegatte (2008, 2014). The order of steps is written down because variants differ in it.
/// # Input and result
/// The periods one by one to `visit`, and sums. Final users keep asking for what output left after all sales, so that nothing
/// moves without a shock. A node that buys nothing has no inventories and
/// makes what its capacity allows.
/// # Cost
/// `O(n + m)` time a period; `O(n + m)` memory.
/// # Errors
/// Those of [`Economy::of`]; [`ParamError::Value`] unless `psi · cover ≥ 1`, so that full inventories allow full production;
/// [`MetricError::Cancelled`].
/// # Example
/// The grower makes nothing for two periods; the still lives on what it holds.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::resilience::ario::{ArioConfig, ario};
/// # use palenque_metrics::resilience::scenario::{Scenario, Strike};
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(3.0), Some(9.0)]);
/// let strike = Strike { node: 0, loss: 1.0, start: 0.0, duration: 2.0, recovery: 0.0 };
/// let scenario = Scenario { name: "drought".into(), strikes: vec![strike] };
/// let mut made = Vec::new();
/// let config = ArioConfig { steps: 3, ..Default::default() };
/// let loss = ario(&graph, &scenario, &config, &NoProgress, |_, period| made.push(period.production.to_vec()))?;
/// assert_eq!(made[..2], [[0.0, 9.0], [0.0, 9.0]]);
/// assert_eq!(loss.loss_direct, 6.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn ario(
    graph: &SupplyGraph,
    scenario: &Scenario,
    config: &ArioConfig,
    progress: &dyn Progress,
    mut visit: impl FnMut(usize, &ArioPeriod<'_>),
) -> Result<ArioLoss, MetricError> {
    config.check()?;
    let economy = Economy::of(graph)?;
    let x0 = &economy.accounts().output;
    let struck = scenario.by_node();
    let is_struck: Vec<bool> = (0..x0.len()).map(|i| struck.contains_key(&i)).collect();
    let lost = |t: usize, i: usize| {
        struck.get(&i).map_or(0.0, |strikes| together(strikes, |strike| strike.at(t)))
    };
    let of_period = |t: usize| struck.keys().map(|&i| lost(t, i) * x0[i]).sum::<f64>();
    let direct = (0..config.steps).map(of_period).sum();
    let mut loss =
        ArioLoss { loss_total: 0.0, loss_direct: direct, unmet_final: 0.0, recovered: true };
    simulate(
        &economy,
        config.answers(),
        config.steps,
        |t, i| if is_struck[i] { lost(t, i) } else { 0.0 },
        progress,
        |t, period| {
            loss.loss_total +=
                x0.iter().zip(period.production).map(|(x, made)| x - made).sum::<f64>();
            loss.unmet_final += period.unmet_final.iter().sum::<f64>();
            loss.recovered = x0.iter().zip(period.production).all(|(x, made)| *made >= 0.99 * x);
            visit(t, period);
        },
    )?;
    Ok(loss)
}

impl ArioConfig {
    fn answers(&self) -> Answers {
        let Self { cover, psi, tau_inv, alpha_max, tau_alpha, .. } = *self;
        Answers { cover, psi, tau_inv, alpha_max, tau_alpha }
    }

    fn check(&self) -> Result<(), ParamError> {
        let refuse = |what: String| Err(ParamError::Value(what));
        let Self { cover, psi, tau_inv, alpha_max, tau_alpha, .. } = *self;
        if !(cover > 0.0 && psi > 0.0 && cover.is_finite() && psi <= 1.0) {
            return refuse(format!(
                "`cover` is {cover} and `psi` is {psi}: both are positive, and `psi` is at most 1"
            ));
        }
        if psi * cover < 1.0 {
            return refuse(format!(
                "`psi` times `cover` is {}: below 1, full inventories would not allow full production",
                psi * cover
            ));
        }
        let at_least_one = |value: f64| value >= 1.0 && value.is_finite();
        if ![tau_inv, tau_alpha, alpha_max].into_iter().all(at_least_one) {
            return refuse("`tau_inv`, `tau_alpha` and `alpha_max` are at least 1".into());
        }
        if self.steps == 0 {
            return refuse("`steps` is 0: one period is simulated at least".into());
        }
        Ok(())
    }

    /// This and all its variations that can be, each once, itself first.
    fn variations(&self) -> Vec<Self> {
        let mut all = vec![self.clone()];
        for &cover in &self.covers {
            for &psi in &self.psis {
                for &tau_inv in &self.tau_invs {
                    let other = Self { cover, psi, tau_inv, ..self.clone() };
                    if other.check().is_ok() && !all.contains(&other) {
                        all.push(other);
                    }
                }
            }
        }
        all
    }
}

/// [`ario()`] behind the registry.
pub struct ArioInventory;

static FIGURES: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "ario_amplification",
        Unit::One,
        "Production lost by what the shock takes, in the scenario that loses most.",
    ),
    ColumnSpec::number(
        "ario_recovered_share",
        Unit::One,
        "Share of all scenarios and parameters tried in which production recovers.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "ario",
    family: Family::Resilience,
    summary: "What a loss of capacity does over time, with inventories, rationing and capacity that can be raised.",
    formula: "wanted = min(orders + f, α (1 − lost) x0); made = wanted · min(1, min_i S_ij/(ψ · cover · a_ij · wanted_j)); \
              orders are what is used and 1/τ_inv of the gap to full inventories; α moves to α_max over τ_α while demand is not met",
    source: "Hallegatte (2008, 2014)",
    reading: "There are two regimes: the same shock is absorbed with enough inventories and ends in collapse with a little less, \
              since firms that refill their stores ration others. So never one number: shock_summary has a row for every \
              combination of covers, psis and tau_invs, and ario_recovered_share says how many recover. amplification = all \
              that is lost by what the shock takes. Periods are those of the flows; divide yearly flows first. Self-loops are \
              used.",
    cost: "O(n + m) a period and combination",
    needs: &[],
    params: &[
        NODE,
        LOSS,
        ParamSpec::new(
            "duration",
            "10",
            "Periods in which all of it is lost, where no `duration` is given.",
        ),
        ParamSpec::new(
            "recovery",
            "10",
            "Periods after that in which it comes back, in equal parts.",
        ),
        ParamSpec::new("steps", "200", "Periods to simulate."),
        ParamSpec::new("cover", "8", "Periods that full inventories last."),
        ParamSpec::new("psi", "0.8", "Share of full inventories below which a firm makes less."),
        ParamSpec::new("tau_inv", "6", "Periods in which a gap of inventories is to be filled."),
        ParamSpec::new("alpha_max", "1.25", "The most that capacity can be raised to."),
        ParamSpec::new("tau_alpha", "20", "Periods in which it is raised."),
        ParamSpec::new("covers", "[2, 4, 8, 16]", "Values of `cover` that are tried besides."),
        ParamSpec::new("psis", "[0.5, 0.8, 1]", "Values of `psi` that are tried besides."),
        ParamSpec::new("tau_invs", "[3, 6, 12]", "Values of `tau_inv` that are tried besides."),
        ParamSpec::new("paths", "50", "Nodes whose paths are written, those that lose most first."),
    ],
    outputs: &[
        Output { table: TableId::ShockPath, columns: &PATH },
        Output { table: TableId::ShockSummary, columns: &SUMMARY },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for ArioInventory {
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
        let config: ArioConfig = params.decode()?;
        config.check()?;
        let defaults = Defaults {
            node: &config.node,
            loss: config.loss,
            duration: config.duration,
            recovery: config.recovery,
        };
        let list = scenarios(graph, params, &defaults)?;
        let variations = config.variations();
        progress.begin("scenarios", (list.len() * variations.len()) as u64);
        let (mut path, mut summary) = (Rows::new(&PATH), Rows::new(&SUMMARY));
        let mut worst: Result<f64, Status> = Err(Status::ZeroDenominator);
        let (mut recovered, mut tried) = (0.0, 0.0);
        for scenario in &list {
            write_path(graph, scenario, &config, progress, &mut path)?;
            for tried_config in &variations {
                let loss = ario(graph, scenario, tried_config, progress, |_, _| ())?;
                let amplification = ratio_or_status(loss.loss_total, loss.loss_direct);
                if *tried_config == config {
                    worst = worst.map_or(amplification, |w| amplification.map(|a| a.max(w)));
                }
                tried += 1.0;
                recovered += f64::from(u8::from(loss.recovered));
                let ArioConfig { cover, psi, tau_inv, .. } = tried_config;
                let varied = format!("cover={cover};psi={psi};tau_inv={tau_inv}");
                summary.push([
                    "ario".into(),
                    scenario.name.as_str().into(),
                    loss.loss_total.into(),
                    loss.loss_direct.into(),
                    amplification.into(),
                    loss.recovered.into(),
                    config.steps.into(),
                    varied.as_str().into(),
                ]);
                progress.advance(1);
            }
        }
        let figures = exact_figures(&FIGURES, [worst, ratio_or_status(recovered, tried)]);
        let (path, summary) =
            (path.table(TableId::ShockPath), summary.table(TableId::ShockSummary));
        Ok(vec![path, summary, network_summary(&figures)])
    }
}

/// The path of the whole network, and of the nodes that lose most.
fn write_path(
    graph: &SupplyGraph,
    scenario: &Scenario,
    config: &ArioConfig,
    progress: &dyn Progress,
    path: &mut Rows,
) -> Result<(), MetricError> {
    let economy = Economy::of(graph)?;
    let x0 = &economy.accounts().output;
    let mut lost = vec![0.0; x0.len()];
    ario(graph, scenario, config, progress, |_, period| {
        lost.iter_mut().zip(x0).zip(period.production).for_each(|((l, x), made)| *l += x - made);
    })?;
    let mut order = descending(&lost);
    order.truncate(config.paths);
    let all: f64 = x0.iter().sum();
    ario(graph, scenario, config, progress, |t, period| {
        let made: f64 = period.production.iter().sum();
        let asked: f64 = period.demand.iter().sum();
        let unmet: f64 = period.unmet_final.iter().sum();
        let name = || scenario.name.as_str().into();
        path.push([
            "ario".into(),
            name(),
            t.into(),
            Cell::Text(None),
            made.into(),
            asked.into(),
            Cell::Gap,
            unmet.into(),
            lost_share(made, all),
            Cell::Gap,
            Cell::Gap,
        ]);
        for i in order.iter().map(|&i| i as usize) {
            let cover = period.inventory_cover[i];
            path.push([
                "ario".into(),
                name(),
                t.into(),
                graph.node_id(NodeIndex::new(i)).into(),
                period.production[i].into(),
                period.demand[i].into(),
                if cover.is_finite() { cover.into() } else { Cell::Gap },
                period.unmet_final[i].into(),
                lost_share(period.production[i], x0[i]),
                Cell::Gap,
                Cell::Gap,
            ]);
        }
    })?;
    Ok(())
}
