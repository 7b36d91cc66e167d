//! Economic systemic risk index.

use super::esri_cost::{affordable, every};
use super::essentiality::{ESSENTIAL, Essentiality, Inputs, filled_column};
use crate::fragmentation::concentration::Concentration;
use crate::kernel::adjacency::Adjacency;
use crate::kernel::cascade::{Cascade, Losses, Markets, Stop, WipedOut};
use crate::kernel::cascade_bound::upper_bounds;
use crate::kernel::input_groups::{InputClass, InputGroups};
use crate::kernel::productivity::closed_block;
use crate::kernel::ratio::ratio;
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params,
    SideSpec, network_summary,
};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Unit, Values};
use palenque_graph::{Diagnostic, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// Firms that are simulated before the bounds are looked at again.
const ROUND: usize = 256;

/// Whether firms that sell the same step in for each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Substitution {
    /// The less is left of a market, the less a firm of it is replaced.
    #[default]
    Market,
    /// Nobody is replaced.
    None,
}

/// How many firms are simulated at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// What ends in half an hour or so.
    #[default]
    Auto,
    /// All, however long it takes.
    Exact,
}

/// How failures spread.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default)]
pub struct EsriConfig {
    /// The node column that says what firms make; empty for the first of `sector`, `role`, `stage`.
    pub by: String,
    /// What an input is to a buyer.
    pub inputs: Inputs,
    /// Whether firms replace each other.
    pub substitution: Substitution,
    /// What happens when a whole market is gone.
    pub wiped_out: WipedOut,
    /// What a lost order is compared with: `output`, `out_strength` or a node column.
    pub revenue: String,
    /// What a lost input is compared with: `in_strength` or a node column; at least purchases.
    pub costs: String,
    /// What the loss of a firm counts: `output`, `out_strength` or a node column.
    pub weight: String,
    /// A cascade ends when no loss grew by more.
    pub epsilon: f64,
    /// It ends after this many steps in any case.
    pub max_steps: u32,
    /// Only the largest so many are found; 0 for all.
    pub top: usize,
    /// Whether a computation of hours is begun.
    pub method: Effort,
    /// Up to this many nodes, both extremes of `inputs` are computed too, unless only the `top` are asked for.
    pub bounds: usize,
}

impl Default for EsriConfig {
    fn default() -> Self {
        Self {
            by: String::new(),
            inputs: Inputs::Auto,
            substitution: Substitution::Market,
            wiped_out: WipedOut::Irreplaceable,
            revenue: "output".into(),
            costs: "in_strength".into(),
            weight: "output".into(),
            epsilon: 1e-6,
            max_steps: 100_000,
            top: 0,
            method: Effort::Auto,
            bounds: 20_000,
        }
    }
}

/// What the failure of one firm costs the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Risk {
    /// The share of all weight that is lost.
    pub esri: f64,
    /// The same for want of inputs alone.
    pub esri_down: f64,
    /// The same for want of orders alone.
    pub esri_up: f64,
    /// `esri` less the firm's own share.
    pub esri_indirect: f64,
    /// Steps until losses stopped growing.
    pub iterations: u32,
    /// Whether they still grew when the steps ran out.
    pub is_cut: bool,
}

/// The economic systemic risk index: for every firm, the share of the network's output that is lost in the end when it
/// fails, as customers lack its goods and suppliers its orders. `None` where only the `top` were asked for.
///
/// # Formula
/// Losses `d` (for want of inputs) and `u` (for want of orders) begin at 1 for the failed firm and grow in steps:
/// - `d_j = min(1, max(max_k Σ_{i∈k} Z_ij/Π_jk σ_i d_i, Σ_{i not essential} Z_ij/c_j σ_i d_i))` over the essential types `k` of what `j`
///   buys, `Π_jk` of each, and all that it can substitute; `c_j` are its purchases;
/// - `σ_i = min(1, s_i/Σ_l s_l (1 − d_l))` over the firms `l` that sell the same type: what competitors do not replace;
/// - `u_i = min(1, Σ_j Z_ij/x_i u_j)`;
///
/// until no loss grows by more than `epsilon`. `ESRI_i = Σ_j ω_j max(d_j, u_j)/Σ ω`.
/// # Source
/// Diem, Borsos, Reisch, Kertész and Thurner (2022). Their own variant is `revenue = "out_strength"`, `weight = "out_strength"`,
/// `wiped_out = "unit"`, `epsilon = 0.01`. Both `costs` above purchases and `revenue` above sales let losses leak.
/// # Input and result
/// One [`Risk`] a node, in node order; shares between 0 and 1. Self-loops are inputs and orders like others. A node without a
/// type is replaced by nobody.
/// # Cost
/// For each firm as many steps as it takes, each over the edges of firms whose loss changed: far from `O(m)` for most. With
/// `top`, only firms whose upper bound is among the largest.
/// # Errors
/// [`MetricError::InputMissing`] for a column that is not there; [`ParamError::Value`] for `epsilon` out of `0..1`;
/// [`MetricError::TooLong`] for a computation of hours unless `method` is `exact`; [`MetricError::Cancelled`].
/// # Example
/// The grower sells half of what it makes to the still, which cannot do without agave.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::kernel::input_groups::InputClass;
/// # use palenque_metrics::resilience::essentiality::Essentiality;
/// # use palenque_metrics::resilience::esri::esri;
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(6.0), Some(12.0)])
///     .with_text("sector", ["agave", "mezcal"].map(Some));
/// let inputs = Essentiality::uniform(&graph, "", InputClass::Essential)?;
/// let risk = esri(&graph, &inputs, &Default::default(), &NoProgress)?;
/// assert_eq!(risk[0].expect("all were asked for").esri, 1.0);
/// assert!((risk[1].expect("all were asked for").esri - 15.0 / 18.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn esri(
    graph: &SupplyGraph,
    inputs: &Essentiality,
    config: &EsriConfig,
    progress: &dyn Progress,
) -> Result<Vec<Option<Risk>>, MetricError> {
    let mut cascade = network(graph, inputs, config)?;
    let n = graph.n_nodes();
    let mut found: Vec<Option<Losses>> = vec![None; n];
    if config.top == 0 || config.top >= n {
        let every = every(graph);
        affordable(&mut cascade, &every, config, progress)?;
        found = cascade.of_each(&every, progress)?.into_iter().map(Some).collect();
    } else {
        largest(&mut cascade, config, &mut found, progress)?;
    }
    let risk = |(v, losses): (usize, Option<Losses>)| {
        let Losses { total, down, up, steps, is_cut, .. } = losses?;
        let esri_indirect = (total - cascade.weight[v]).max(0.0);
        let [esri, esri_down, esri_up] = [total, down, up].map(|share| share.min(1.0));
        Some(Risk { esri, esri_down, esri_up, esri_indirect, iterations: steps, is_cut })
    };
    Ok(found.into_iter().enumerate().map(risk).collect())
}

/// Simulates firms by their bounds until none that is left can be among the largest.
fn largest(
    cascade: &mut Cascade<'_>,
    config: &EsriConfig,
    found: &mut [Option<Losses>],
    progress: &dyn Progress,
) -> Result<(), MetricError> {
    let bounds = upper_bounds(cascade);
    let mut order: Vec<u32> = (0..found.len() as u32).collect();
    order.sort_by(|&a, &b| bounds[b as usize].total_cmp(&bounds[a as usize]));
    let mut best: Vec<f64> = Vec::new();
    let mut rest = order.as_slice();
    while let Some(&next) = rest.first() {
        let is_full = best.len() >= config.top;
        if is_full && bounds[next as usize] < best[config.top - 1] {
            break;
        }
        let (round, after) = rest.split_at(ROUND.max(config.top).min(rest.len()));
        if best.is_empty() {
            affordable(cascade, round, config, progress)?;
        }
        for (&v, losses) in round.iter().zip(cascade.of_each(round, progress)?) {
            found[v as usize] = Some(losses);
            best.push(losses.total);
        }
        best.sort_by(|a, b| b.total_cmp(a));
        rest = after;
    }
    if let Some(&least) = best.get(config.top - 1) {
        // Whoever was simulated in vain is left out too, so that what is told does not depend on the rounds.
        found
            .iter_mut()
            .filter(|losses| losses.is_some_and(|l| l.total < least))
            .for_each(|l| *l = None);
    }
    Ok(())
}

/// The network along which losses spread.
pub(super) fn network<'g>(
    graph: &'g SupplyGraph,
    inputs: &Essentiality,
    config: &EsriConfig,
) -> Result<Cascade<'g>, MetricError> {
    if !(config.epsilon > 0.0 && config.epsilon < 1.0) {
        let what = format!("`epsilon` is {}: it must be above 0 and below 1", config.epsilon);
        return Err(ParamError::Value(what).into());
    }
    let n = graph.n_nodes();
    let (sales, purchases) = (graph.out_strengths(), graph.in_strengths());
    let measure = |name: &str| match name {
        "output" => Ok(Accounts::of(graph).output),
        "out_strength" => Ok(sales.clone()),
        "in_strength" => Ok(purchases.clone()),
        _ => filled_column(graph, name),
    };
    let at_least = |name: &str, least: &[f64]| -> Result<Vec<f64>, MetricError> {
        Ok(measure(name)?.iter().zip(least).map(|(x, least)| x.max(*least)).collect())
    };
    let revenue = at_least(&config.revenue, &sales)?;
    let costs = at_least(&config.costs, &purchases)?;
    let mut weight = measure(&config.weight)?;
    let all: f64 = weight.iter().sum();
    if all > 0.0 {
        for w in &mut weight {
            *w /= all;
        }
    }
    let groups = InputGroups::of(graph, inputs.types(), |u, v| inputs.class(u, v));
    let down = |(&group, &edge): (&u32, &u32)| {
        let (group, flow) = (group as usize, graph.flows()[edge as usize]);
        let v = groups.buyer[group] as usize;
        if groups.is_essential[group] {
            flow / groups.total[group] * (purchases[v] / costs[v])
        } else {
            flow / costs[v]
        }
    };
    let down_share = groups.group.iter().zip(&groups.edge).map(down).collect();
    let up = |k: usize| {
        graph.flows()[graph.in_edges()[k] as usize] / revenue[graph.sources()[k] as usize]
    };
    let up_share = (0..graph.n_edges()).map(up).collect();
    let markets = (config.substitution == Substitution::Market)
        .then(|| Markets::new(inputs.types().to_vec(), sales, config.wiped_out));
    let stop = Stop { epsilon: config.epsilon, max_steps: config.max_steps };
    debug_assert_eq!(weight.len(), n);
    Ok(Cascade { graph, groups, down_share, up_share, markets, weight, stop })
}

/// [`esri`] behind the registry.
pub struct Esri;

static COLUMNS: [ColumnSpec; 8] = [
    ColumnSpec::number(
        "esri",
        Unit::One,
        "Share of the network's output lost when the firm fails.",
    ),
    ColumnSpec::number("esri_down", Unit::One, "The same, for want of inputs alone."),
    ColumnSpec::number("esri_up", Unit::One, "The same, for want of orders alone."),
    ColumnSpec::number("esri_indirect", Unit::One, "esri less the firm's own share of output."),
    ColumnSpec {
        name: "iterations",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Steps until losses stopped growing.",
    },
    ColumnSpec {
        name: "esri_rank",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Rank by esri, 1 = largest; equal ones share the first of their ranks.",
    },
    ColumnSpec::number(
        "esri_substitutable",
        Unit::One,
        "esri if every input could be substituted in proportion.",
    ),
    ColumnSpec::number("esri_essential", Unit::One, "esri if every type of input were essential."),
];

static FIGURES: [ColumnSpec; 3] = [
    ColumnSpec::number("esri_max", Unit::One, "Largest systemic risk of a firm."),
    ColumnSpec::number("esri_mean", Unit::One, "Mean systemic risk of firms."),
    ColumnSpec::number("esri_gini", Unit::One, "Inequality of systemic risk between firms."),
];

/// What a cascade is told; the first eight also for scenarios.
pub(super) const PARAMS: [ParamSpec; 12] = [
    ParamSpec {
        name: "by",
        default: "\"\"",
        meaning: "Node column that says what firms make; empty for the first of `sector`, `role`, `stage`.",
    },
    ParamSpec {
        name: "inputs",
        default: "\"auto\"",
        meaning: "`auto`: as the side table says, all essential without it; `substitutable` or `essential`: all.",
    },
    ParamSpec {
        name: "substitution",
        default: "\"market\"",
        meaning: "`market`: competitors step in by their shares; `none`: nobody does.",
    },
    ParamSpec {
        name: "wiped_out",
        default: "\"irreplaceable\"",
        meaning: "A market that is gone: `irreplaceable`, or `unit` as in the authors' program.",
    },
    ParamSpec {
        name: "revenue",
        default: "\"output\"",
        meaning: "What lost orders are compared with: `output`, `out_strength` or a node column.",
    },
    ParamSpec {
        name: "costs",
        default: "\"in_strength\"",
        meaning: "What lost inputs are compared with: `in_strength` or a node column.",
    },
    ParamSpec {
        name: "weight",
        default: "\"output\"",
        meaning: "What a firm's loss counts: `output`, `out_strength` or a node column.",
    },
    ParamSpec {
        name: "epsilon",
        default: "1e-6",
        meaning: "A cascade ends when no loss grew by more in a step.",
    },
    ParamSpec {
        name: "max_steps",
        default: "100000",
        meaning: "It ends after this many steps in any case, and is marked `not_converged`.",
    },
    ParamSpec {
        name: "top",
        default: "0",
        meaning: "Only the largest so many, exactly; 0 for all.",
    },
    ParamSpec {
        name: "method",
        default: "\"auto\"",
        meaning: "`auto` refuses what takes hours; `exact` begins it.",
    },
    ParamSpec {
        name: "bounds",
        default: "20000",
        meaning: "Up to this many nodes, both extremes of `inputs` are computed too.",
    },
];

static SPEC: MetricSpec = MetricSpec {
    name: "systemic_risk",
    family: Family::Resilience,
    summary: "How much of the network's output is lost in the end when a firm fails, downstream and upstream.",
    formula: "d_j = min(1, max(max_k Σ_{i∈k} Z_ij/Π_jk σ_i d_i, Σ_{i not essential} Z_ij/s_in_j σ_i d_i)), σ_i = min(1, \
              s_out_i/Σ_l s_out_l (1 − d_l)) over firms l of one type; u_i = min(1, Σ_j Z_ij/x_i u_j); \
              ESRI = Σ_j ω_j max(d_j, u_j)/Σ ω",
    source: "Diem, Borsos, Reisch, Kertész and Thurner (2022)",
    reading: "1 = everything stops. The ranked profile often has a plateau of firms that bring each other down. It depends \
              on what is essential: esri_substitutable and esri_essential are the extremes to read it by; without a \
              side table `essential` every type is. esri_up on a network that sells nothing to final users creeps to 1: give \
              output. A larger epsilon stops early. The authors' variant: revenue and weight out_strength, wiped_out \
              unit, epsilon 0.01. Prices, stocks and time are not in it. Self-loops are used.",
    cost: "for each firm the edges of all whose loss changed, in every step; with `top`, for few firms",
    needs: &[],
    params: &PARAMS,
    outputs: &[
        Output { table: TableId::DisruptionNodes, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for Esri {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn sides(&self) -> &'static [SideSpec] {
        std::slice::from_ref(&ESSENTIAL)
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: EsriConfig = params.decode()?;
        let inputs = Essentiality::read(graph, &config.by, config.inputs, params)?;
        let risk = esri(graph, &inputs, &config, progress)?;
        let wants_extremes = config.top == 0 && graph.n_nodes() <= config.bounds;
        let [substitutable, essential] =
            [InputClass::Substitutable, InputClass::Essential].map(|class| {
                if !wants_extremes {
                    return Ok(None);
                }
                let all = Essentiality::uniform(graph, &config.by, class)?;
                if all == inputs {
                    return Ok(Some(risk.clone()));
                }
                esri(graph, &all, &config, progress).map(Some)
            });
        let extremes = [substitutable?, essential?];
        Ok(vec![table(&risk, &extremes), network_summary(&figures(&risk, config.top))])
    }

    fn remarks(&self, graph: &SupplyGraph, params: &Params) -> Vec<Diagnostic> {
        let Ok(config) = params.decode::<EsriConfig>() else { return Vec::new() };
        let inputs = Essentiality::read(graph, &config.by, config.inputs, params).ok();
        let silent = inputs.as_ref().and_then(Essentiality::remark);
        let cascade = inputs.as_ref().and_then(|inputs| network(graph, inputs, &config).ok());
        silent.into_iter().chain(cascade.and_then(|cascade| leakless(&cascade))).collect()
    }

    fn method(&self, _graph: &SupplyGraph, params: &Params) -> Option<String> {
        let config: EsriConfig = params.decode().ok()?;
        let which = match config.top {
            0 => "every firm simulated".to_owned(),
            top => format!("the {top} largest, exactly; others ruled out by upper bounds"),
        };
        Some(format!("{which}; losses exact to steps of {:e}", config.epsilon))
    }
}

/// A warning if some firms sell only to each other, so that losses of orders among them never fade.
fn leakless(cascade: &Cascade<'_>) -> Option<Diagnostic> {
    let graph = cascade.graph;
    let mut sold = vec![0.0; graph.n_nodes()];
    for (&u, share) in graph.sources().iter().zip(&cascade.up_share) {
        sold[u as usize] += share;
    }
    let leaks = |i: usize| sold[i] < 1.0 - 1e-12;
    let (forth, back) = (Adjacency::suppliers(graph), || Adjacency::customers(graph));
    let block = closed_block(forth, back, leaks)?;
    let name = |v: &u32| graph.node_id(NodeIndex::from(*v)).to_owned();
    let some: Vec<String> = block.iter().take(5).map(name).collect();
    let what = format!(
        "{} firm{} sell{} only among themselves, so `epsilon` decides how far a loss of orders goes: {}{}",
        block.len(),
        if block.len() == 1 { "" } else { "s" },
        if block.len() == 1 { "s" } else { "" },
        some.join(", "),
        if block.len() > some.len() { ", …" } else { "" },
    );
    let help = "give `output` or `final_demand`, and `--set systemic_risk.revenue=output`";
    Some(Diagnostic::new("W0905", what).help(help))
}

fn table(risk: &[Option<Risk>], extremes: &[Option<Vec<Option<Risk>>>; 2]) -> Table {
    let value = |of: &dyn Fn(&Risk) -> f64| {
        let cell = |risk: &Option<Risk>| match risk {
            None => Err(Status::BelowTop),
            Some(risk) if risk.is_cut => Err(Status::NotConverged),
            Some(risk) => Ok(of(risk)),
        };
        risk.iter().map(cell).collect::<Vec<Result<f64, Status>>>()
    };
    let number = |spec: &'static ColumnSpec, of: &dyn Fn(&Risk) -> f64| {
        Column::from_results(spec, value(of))
    };
    let whole =
        |spec: &'static ColumnSpec, cells: Vec<Option<i64>>| Column::new(spec, Values::I64(cells));
    let iterations = risk.iter().map(|r| r.map(|r| i64::from(r.iterations))).collect();
    let mut columns = vec![
        number(&COLUMNS[0], &|r| r.esri),
        number(&COLUMNS[1], &|r| r.esri_down),
        number(&COLUMNS[2], &|r| r.esri_up),
        number(&COLUMNS[3], &|r| r.esri_indirect),
        whole(&COLUMNS[4], iterations),
        whole(&COLUMNS[5], ranks(risk)),
    ];
    for (spec, extreme) in COLUMNS[6..].iter().zip(extremes) {
        if let Some(risk) = extreme {
            let cells = risk.iter().map(|r| r.map_or(f64::NAN, |r| r.esri)).collect();
            columns.push(Column::new(spec, Values::F64(cells)));
        }
    }
    Table::new(TableId::DisruptionNodes, columns)
}

/// Ranks from 1, the largest first; equal ones share the first of their ranks.
pub(super) fn ranks(risk: &[Option<Risk>]) -> Vec<Option<i64>> {
    let mut sorted: Vec<f64> = risk.iter().flatten().map(|r| r.esri).collect();
    sorted.sort_by(f64::total_cmp);
    let above = |esri: f64| sorted.len() - sorted.partition_point(|&other| other <= esri);
    let rank = |r: Risk| i64::try_from(above(r.esri) + 1).ok();
    risk.iter().map(|r| r.and_then(rank)).collect()
}

/// From 0, all equal, to `1 − 1/n`; zeros count.
fn gini(values: &[f64]) -> Option<f64> {
    let zeros = values.iter().filter(|value| **value <= 0.0).count() as f64;
    let positive = values.len() as f64 - zeros;
    let among = Concentration::of(values.iter().copied()).gini()?;
    // Zeros hold nothing: they are below all others.
    Some((positive * among + zeros) / values.len() as f64)
}

fn figures(risk: &[Option<Risk>], top: usize) -> Vec<Figure> {
    let defined = risk.iter().flatten().filter(|risk| !risk.is_cut);
    let values: Vec<f64> = defined.map(|risk| risk.esri).collect();
    let largest = values.iter().copied().reduce(f64::max).ok_or(Status::InsufficientN);
    let of_all = |value: Result<f64, Status>| if top == 0 { value } else { Err(Status::BelowTop) };
    let n = values.len() as f64;
    let mean = ratio(values.iter().sum(), n).ok_or(Status::InsufficientN);
    // Firms whose failure costs nothing are equal in that, and count.
    let gini = gini(&values).ok_or(Status::ZeroDenominator);
    let values = [largest, of_all(mean), of_all(gini)];
    FIGURES.iter().zip(values).map(|(spec, value)| Figure::new(spec, value)).collect()
}
