//! How the work is divided among firms.

use super::tasks::{Efforts, TASKS};
use crate::kernel::contingency::null_information;
use crate::kernel::ratio::ratio_or_status;
use crate::long::Rows;
use crate::resilience::attack_curve::interval;
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params,
    SideSpec, network_summary,
};
use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Unit, Values};
use palenque_graph::{NodeIndex, Progress, SupplyGraph, Table, TableId};

/// What a firm does, compared with what all do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirmTasks {
    /// `Σ q²` over the shares of its effort by task.
    pub hhi: f64,
    /// `−Σ q ln q`.
    pub shannon: f64,
    /// `Σ q ln(q/p)` with the shares `p` of all effort.
    pub divergence: f64,
    /// `Σ |q − p|`.
    pub krugman: f64,
    /// Tasks that it does.
    pub n_tasks: usize,
}

/// How the work is divided.
#[derive(Clone, Debug, PartialEq)]
pub struct DivisionOfLabour {
    /// What is known about the task from the firm, in nats.
    pub mutual_information: Result<f64, Status>,
    /// By the entropy of tasks: 1 if every firm does one task.
    pub specialization: Result<f64, Status>,
    /// By the entropy of firms: 1 if every task is done by one firm.
    pub exclusivity: Result<f64, Status>,
    /// By the geometric mean of both entropies.
    pub symmetric: Result<f64, Status>,
    /// Every node that does anything; `None` for the others.
    pub firms: Vec<Option<FirmTasks>>,
    /// Tasks that anybody does.
    pub n_tasks: usize,
}

/// How the work is divided among firms: how much is known about the task from the firm.
///
/// # Formula
/// With `p_ft` the share of firm `f` and task `t` in all effort: `I = Σ p_ft ln(p_ft/(p_f p_t))`; specialization `I/H(task)`,
/// exclusivity `I/H(firm)`, symmetric `I/√(H(firm) H(task))`. For a firm, `q_t = p_ft/p_f`: `Σ q²`, `−Σ q ln q`,
/// `Σ q ln(q/p_t)`, `Σ |q − p_t|`.
/// # Source
/// Gorelick, Bertram, Killeen and Fewell (2004); Gorelick and Bertram (2007). Krugman (1991) for `Σ |q − p|`.
/// # Input and result
/// Effort in any unit. `I` is the mean over firms of `divergence`, by their effort. An entropy of zero (one firm, or one task)
/// leaves its ratio undefined.
/// # Cost
/// `O(cells)` time.
/// # Example
/// Two firms do one task each, as specialized as can be.
/// ```
/// # use palenque_metrics::fragmentation::division_of_labour::division_of_labour;
/// # use palenque_metrics::fragmentation::tasks::Efforts;
/// let divided = division_of_labour(2, &Efforts::of([(0, "milling", 5.0), (1, "bottling", 5.0)]));
/// assert_eq!((divided.specialization, divided.exclusivity), (Ok(1.0), Ok(1.0)));
/// let shared = division_of_labour(2, &Efforts::of([
///     (0, "milling", 1.0), (0, "bottling", 1.0), (1, "milling", 1.0), (1, "bottling", 1.0),
/// ]));
/// assert_eq!(shared.specialization, Ok(0.0));
/// ```
#[must_use]
pub fn division_of_labour(n_nodes: usize, efforts: &Efforts) -> DivisionOfLabour {
    let (of_firm, of_task) = margins(n_nodes, efforts);
    let all: f64 = of_firm.iter().sum();
    let entropy = |sums: &[f64]| -> f64 {
        let shares = sums.iter().map(|sum| sum / all).filter(|p| *p > 0.0);
        // No negative zero where one has it all.
        shares.map(|p| -p * p.ln()).sum::<f64>().max(0.0)
    };
    let term = |&(f, t, effort): &(u32, u32, f64)| {
        effort / all * (effort * all / (of_firm[f as usize] * of_task[t as usize])).ln()
    };
    let information = efforts.cells().iter().map(term).sum::<f64>().max(0.0);
    let of = |whole: f64| {
        if all > 0.0 { ratio_or_status(information, whole) } else { Err(Status::InsufficientN) }
    };
    let (h_firm, h_task) = (entropy(&of_firm), entropy(&of_task));
    let mut firms = vec![None; n_nodes];
    for cells in efforts.cells().chunk_by(|a, b| a.0 == b.0) {
        let own = of_firm[cells[0].0 as usize];
        let shares =
            || cells.iter().map(|&(_, t, effort)| (effort / own, of_task[t as usize] / all));
        let done: f64 = shares().map(|(_, p)| p).sum();
        firms[cells[0].0 as usize] = Some(FirmTasks {
            hhi: shares().map(|(q, _)| q * q).sum(),
            shannon: shares().map(|(q, _)| -q * q.ln()).sum::<f64>().max(0.0),
            divergence: shares().map(|(q, p)| q * (q / p).ln()).sum::<f64>().max(0.0),
            krugman: shares().map(|(q, p)| (q - p).abs()).sum::<f64>() + (1.0 - done).max(0.0),
            n_tasks: cells.len(),
        });
    }
    DivisionOfLabour {
        mutual_information: if all > 0.0 { Ok(information) } else { Err(Status::InsufficientN) },
        specialization: of(h_task),
        exclusivity: of(h_firm),
        symmetric: of((h_firm * h_task).sqrt()),
        firms,
        n_tasks: of_task.iter().filter(|sum| **sum > 0.0).count(),
    }
}

/// Effort by node and by task.
fn margins(n_nodes: usize, efforts: &Efforts) -> (Vec<f64>, Vec<f64>) {
    let (mut of_firm, mut of_task) = (vec![0.0; n_nodes], vec![0.0; efforts.tasks().len()]);
    for &(f, t, effort) in efforts.cells() {
        of_firm[f as usize] += effort;
        of_task[t as usize] += effort;
    }
    (of_firm, of_task)
}

/// The mutual information that firms and tasks would have by chance, if the same efforts were dealt out at random: what the
/// measure shows of a finite number of observations even where nothing is divided.
///
/// # Formula
/// Mean and 2.5 and 97.5 % quantiles of `I` over random tables with the same sums by firm and by task, each `unit` of effort one
/// observation; about `(F − 1)(T − 1)/(2N)`.
/// # Source
/// Patefield (1981) for the tables; Miller (1955) for the bias.
/// # Errors
/// [`ParamError::Value`] for no replicates, a unit that is not positive, or more than 2⁵⁰ observations;
/// [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::NoProgress;
/// # use palenque_metrics::fragmentation::division_of_labour::{NullConfig, chance_information};
/// # use palenque_metrics::fragmentation::tasks::Efforts;
/// let efforts = Efforts::of([(0, "milling", 5.0), (1, "bottling", 5.0)]);
/// let chance = chance_information(2, &efforts, &NullConfig::default(), &NoProgress)?;
/// assert!(chance.expect("some effort").mean < 0.1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn chance_information(
    n_nodes: usize,
    efforts: &Efforts,
    config: &NullConfig,
    progress: &dyn Progress,
) -> Result<Option<Chance>, MetricError> {
    let refuse = |what: &str| Err(ParamError::Value(what.into()).into());
    if config.replicates == 0 {
        return refuse("`replicates` is 0: a table is drawn at least once");
    }
    if config.unit.is_nan() || config.unit <= 0.0 {
        return refuse("`unit` must be above 0: it is the effort of one observation");
    }
    let (mut rows, mut columns) = (vec![0; n_nodes], vec![0; efforts.tasks().len()]);
    let mut all = 0.0;
    for &(f, t, effort) in efforts.cells() {
        let count = (effort / config.unit).round();
        all += count;
        if all > 2.0_f64.powi(50) {
            return refuse("there are more than 2^50 observations: give a larger `unit`");
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 2^50")]
        let count = count as u64;
        rows[f as usize] += count;
        columns[t as usize] += count;
    }
    rows.retain(|count| *count > 0);
    columns.retain(|count| *count > 0);
    if rows.is_empty() {
        return Ok(None);
    }
    let mut found = null_information(&rows, &columns, config.replicates, config.seed, progress)?;
    let mean = found.iter().sum::<f64>() / found.len() as f64;
    Ok(Some(Chance { mean, interval: interval(&mut found) }))
}

/// The mutual information of efforts that are dealt out at random.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    /// The mean over random tables.
    pub mean: f64,
    /// 95 % of random tables are in here.
    pub interval: (f64, f64),
}

/// How many random tables are drawn.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NullConfig {
    /// Random tables.
    pub replicates: usize,
    /// Where they begin.
    pub seed: u64,
    /// The effort of one observation.
    pub unit: f64,
}

impl Default for NullConfig {
    fn default() -> Self {
        Self { replicates: 999, seed: 1, unit: 1.0 }
    }
}

/// [`division_of_labour()`] behind the registry.
pub struct DivisionOfLabourMetric;

static FIGURES: [ColumnSpec; 6] = [
    ColumnSpec::number(
        "mutual_information",
        Unit::Nat,
        "What is known about the task of an hour's work from the firm that does it.",
    ),
    ColumnSpec::number(
        "mutual_information_null",
        Unit::Nat,
        "The same by chance, if the same hours were dealt out at random; 95 % of deals are within.",
    ),
    ColumnSpec::number("mutual_information_excess", Unit::Nat, "What is known beyond chance."),
    ColumnSpec::number(
        "dol_specialization",
        Unit::One,
        "Division of labour seen from firms: 1 = every firm does one task.",
    ),
    ColumnSpec::number(
        "dol_exclusivity",
        Unit::One,
        "Division of labour seen from tasks: 1 = every task is done by one firm.",
    ),
    ColumnSpec::number("dol_symmetric", Unit::One, "Division of labour seen from both."),
];

static COLUMNS: [ColumnSpec; 6] = [
    ColumnSpec::number("spec_hhi", Unit::One, "Herfindahl–Hirschman index of effort by task."),
    ColumnSpec::number("spec_shannon", Unit::Nat, "Entropy of effort by task."),
    ColumnSpec::number(
        "spec_evenness",
        Unit::One,
        "Entropy of effort by task, by the most it can be with all tasks of the network.",
    ),
    ColumnSpec::number(
        "kl_vs_cluster",
        Unit::Nat,
        "Divergence of the firm's tasks from those of all (Kullback and Leibler).",
    ),
    ColumnSpec::number(
        "krugman_firm",
        Unit::One,
        "Sum of differences of shares between the firm's tasks and those of all; below 2.",
    ),
    ColumnSpec {
        name: "n_tasks",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Tasks that the firm does.",
    },
];

static CELLS: [ColumnSpec; 5] = [
    ColumnSpec::text("node_id", "The firm's id, as in the input."),
    ColumnSpec::text("task", "The task."),
    ColumnSpec::number("effort", Unit::None, "How much the firm does of it, in the input's unit."),
    ColumnSpec::number("share_of_firm", Unit::One, "The task's share of all that the firm does."),
    ColumnSpec::number("share_of_task", Unit::One, "The firm's share of all that is done of it."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "division_of_labour",
    family: Family::Fragmentation,
    summary: "How the work is divided among firms: whether each firm does one task, and each task has one firm.",
    formula: "I = Σ p_ft ln(p_ft/(p_f p_t)); specialization = I/H(task), exclusivity = I/H(firm), symmetric = I/√(H(firm) H(task)); \
              of a firm, q = p_ft/p_f: Σ q², −Σ q ln q, Σ q ln(q/p_t), Σ |q − p_t|",
    source: "Gorelick, Bertram, Killeen and Fewell (2004); Gorelick and Bertram (2007); Patefield (1981); Krugman (1991)",
    reading: "Rising dol_specialization = firms leave tasks to others. Falling dol_exclusivity at the same time = more firms in \
              every task. I grows with the number of firms and tasks even where nothing is divided: compare \
              mutual_information_null. Generalists have a spec_hhi near one over the number of tasks.",
    cost: "O(cells) time; random tables, replicates × firms × tasks",
    needs: &[],
    params: &[
        ParamSpec { name: "replicates", default: "999", meaning: "Random tables for the null." },
        ParamSpec { name: "seed", default: "1", meaning: "Where the random tables begin." },
        ParamSpec {
            name: "unit",
            default: "1",
            meaning: "Effort of one observation, such as 8 hours; counts are rounded to whole numbers.",
        },
    ],
    outputs: &[
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::FirmTasks, columns: &CELLS },
    ],
    core: false,
};

impl Metric for DivisionOfLabourMetric {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn sides(&self) -> &'static [SideSpec] {
        std::slice::from_ref(&TASKS)
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: NullConfig = params.decode()?;
        let efforts = Efforts::read(graph, params)?;
        let divided = division_of_labour(graph.n_nodes(), &efforts);
        let chance = chance_information(graph.n_nodes(), &efforts, &config, progress)?;
        let null = chance.map(|chance| chance.mean).ok_or(Status::InsufficientN);
        let excess = divided.mutual_information.and_then(|i| null.map(|null| i - null));
        let values = [
            divided.mutual_information,
            null,
            excess,
            divided.specialization,
            divided.exclusivity,
            divided.symmetric,
        ];
        let mut figures: Vec<Figure> =
            FIGURES.iter().zip(values).map(|(spec, value)| Figure::new(spec, value)).collect();
        for figure in &mut figures[1..3] {
            figure.method = "sampled";
            let NullConfig { replicates, seed, unit } = config;
            figure.params = format!("replicates={replicates};seed={seed};unit={unit}");
        }
        figures[1].interval = chance.map(|chance| chance.interval);
        Ok(vec![network_summary(&figures), node_table(&divided), cell_table(graph, &efforts)])
    }
}

fn node_table(divided: &DivisionOfLabour) -> Table {
    let most = (divided.n_tasks as f64).ln();
    let number = |spec: &'static ColumnSpec, of: &dyn Fn(&FirmTasks) -> Result<f64, Status>| {
        let cell = |firm: &Option<FirmTasks>| firm.as_ref().map_or(Err(Status::InputMissing), of);
        Column::from_results(spec, divided.firms.iter().map(cell))
    };
    let n_tasks = divided.firms.iter().map(|firm| i64::try_from(firm.as_ref()?.n_tasks).ok());
    let columns = vec![
        number(&COLUMNS[0], &|firm| Ok(firm.hhi)),
        number(&COLUMNS[1], &|firm| Ok(firm.shannon)),
        number(&COLUMNS[2], &|firm| ratio_or_status(firm.shannon, most)),
        number(&COLUMNS[3], &|firm| Ok(firm.divergence)),
        number(&COLUMNS[4], &|firm| Ok(firm.krugman)),
        Column::new(&COLUMNS[5], Values::I64(n_tasks.collect())),
    ];
    Table::new(TableId::NodeMetrics, columns)
}

fn cell_table(graph: &SupplyGraph, efforts: &Efforts) -> Table {
    let (of_firm, of_task) = margins(graph.n_nodes(), efforts);
    let mut rows = Rows::new(&CELLS);
    for &(f, t, effort) in efforts.cells() {
        let (f_index, t) = (f as usize, t as usize);
        rows.push([
            graph.node_id(NodeIndex::from(f)).into(),
            efforts.tasks()[t].as_str().into(),
            effort.into(),
            (effort / of_firm[f_index]).into(),
            (effort / of_task[t]).into(),
        ]);
    }
    rows.table(TableId::FirmTasks)
}
