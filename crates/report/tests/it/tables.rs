//! Small made-up tables of the shapes that palenque writes.

use palenque_graph::table::{Column, ColumnSpec, Kind, Table, Unit, Values};
use palenque_graph::{Panel, SupplyGraph, TableId};

pub(crate) fn spec(name: &'static str, kind: Kind, unit: Unit) -> ColumnSpec {
    ColumnSpec { name, kind, unit, meaning: "What the column means, in one sentence." }
}

pub(crate) fn text<S: AsRef<str>>(name: &'static str, values: &[S]) -> Column {
    let values = values.iter().map(|v| Some(v.as_ref()).filter(|v| !v.is_empty()).map(Into::into));
    Column::new(&spec(name, Kind::Text, Unit::None), Values::Text(values.collect()))
}

pub(crate) fn numbers(name: &'static str, unit: Unit, values: &[f64]) -> Column {
    Column::new(&spec(name, Kind::F64, unit), Values::F64(values.to_vec()))
}

pub(crate) fn counts(name: &'static str, values: impl IntoIterator<Item = usize>) -> Column {
    Column::new(&spec(name, Kind::I64, Unit::Count), values.into_iter().collect())
}

/// Reproducible numbers in [0, 1): a linear congruential sequence.
pub(crate) fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(3_037_000_493);
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Node metrics of these nodes with one column.
pub(crate) fn node_metrics(ids: &[String], column: Column) -> Table {
    let period = text("period", &vec![""; ids.len()]);
    Table::new(TableId::NodeMetrics, vec![period, text("node_id", ids), column])
}

pub(crate) fn names(n: usize) -> Vec<String> {
    const KINDS: [&str; 8] =
        ["Agave", "Leña", "Palenque", "Envasadora", "Vidriera", "Etiquetas", "Mayoreo", "Tienda"];
    const PLACES: [&str; 7] =
        ["del Río", "La Joya", "El Roble", "San Isidro", "Las Cañas", "Tres Cerros", "El Limón"];
    (0..n)
        .map(|i| match i / 56 {
            0 => format!("{} {}", KINDS[i % 8], PLACES[i % 7]),
            more => format!("{} {} {more}", KINDS[i % 8], PLACES[i % 7]),
        })
        .collect()
}

/// Linkages of these nodes.
pub(crate) fn linkages(ids: &[String], forward: &[f64], backward: &[f64], output: &[f64]) -> Table {
    let columns = vec![
        text("period", &vec![""; ids.len()]),
        text("node_id", ids),
        numbers("output", Unit::Currency, output),
        numbers("power_of_dispersion", Unit::One, backward),
        numbers("sensitivity_ghosh", Unit::One, forward),
    ];
    Table::new(TableId::Linkages, columns)
}

/// Linkages between groups, given row by row, with shares and affinities (`methods.md` C15).
pub(crate) fn stage_linkages(groups: &[&str], flow: &[f64]) -> Table {
    let n = groups.len();
    let sum = |cells: &mut dyn Iterator<Item = usize>| cells.map(|i| flow[i]).sum::<f64>();
    let total = sum(&mut (0..n * n));
    let row = |i: usize| sum(&mut (0..n).map(|j| i * n + j));
    let column = |j: usize| sum(&mut (0..n).map(|i| i * n + j));
    let share: Vec<f64> = flow.iter().map(|f| f / total).collect();
    let affinity: Vec<f64> =
        (0..n * n).map(|c| flow[c] * total / (row(c / n) * column(c % n))).collect();
    let from: Vec<&str> = (0..n * n).map(|c| groups[c / n]).collect();
    let to: Vec<&str> = (0..n * n).map(|c| groups[c % n]).collect();
    let columns = vec![
        text("period", &vec![""; n * n]),
        text("grouping", &vec!["stage"; n * n]),
        text("from_group", &from),
        text("to_group", &to),
        numbers("flow", Unit::Currency, flow),
        numbers("share", Unit::One, &share),
        numbers("affinity", Unit::One, &affinity),
    ];
    Table::new(TableId::StageLinkages, columns)
}

/// One curve of an attack: scenario, mode, and what is left after 0, 1, … removals, with bands where given.
pub(crate) struct Attack<'a> {
    pub(crate) scenario: &'a str,
    pub(crate) mode: &'a str,
    pub(crate) left: Vec<f64>,
    pub(crate) half_band: f64,
}

pub(crate) fn robustness_curve(attacks: &[Attack<'_>]) -> Table {
    let rows: Vec<(&Attack<'_>, usize)> =
        attacks.iter().flat_map(|a| (0..a.left.len()).map(move |step| (a, step))).collect();
    let share = |(a, step): &(&Attack<'_>, usize)| *step as f64 / (a.left.len() - 1) as f64;
    let value = |shift: f64| -> Vec<f64> {
        let banded = |(a, step): &(&Attack<'_>, usize)| match a.half_band {
            0.0 if shift != 0.0 => f64::NAN,
            band => (a.left[*step] + shift * band * (1.0 - a.left[*step]).min(1.0)).clamp(0.0, 1.0),
        };
        rows.iter().map(banded).collect()
    };
    let columns = vec![
        text("period", &vec![""; rows.len()]),
        text("scenario", &rows.iter().map(|r| r.0.scenario).collect::<Vec<_>>()),
        text("mode", &rows.iter().map(|r| r.0.mode).collect::<Vec<_>>()),
        text("target", &vec!["node"; rows.len()]),
        numbers("replicate", Unit::Id, &vec![-1.0; rows.len()]),
        counts("step", rows.iter().map(|r| r.1)),
        numbers("fraction_removed", Unit::One, &rows.iter().map(share).collect::<Vec<_>>()),
        numbers("giant_wcc_share", Unit::One, &value(0.0)),
        numbers("giant_lower", Unit::One, &value(-1.0)),
        numbers("giant_upper", Unit::One, &value(1.0)),
    ];
    Table::new(TableId::RobustnessCurve, columns)
}

/// A made-up chain: stages with so many nodes each; most flows go one stage on, some further, a few back.
pub(crate) fn chain(stages: &[(&str, usize)], seed: u64) -> Panel {
    let mut next = noise(seed);
    #[expect(clippy::cast_sign_loss, reason = "numbers in [0, 1)")]
    let mut pick = move |n: usize| ((next() * next().sqrt() * n as f64) as usize).min(n - 1);
    let firsts: Vec<usize> = stages
        .iter()
        .scan(0, |first, (_, n)| {
            *first += n;
            Some(*first - n)
        })
        .collect();
    let n: usize = stages.iter().map(|(_, n)| n).sum();
    let mut flows = Vec::new();
    for (s, (_, in_stage)) in stages.iter().enumerate() {
        for i in 0..*in_stage {
            for _ in 0..=pick(4) {
                let to = match pick(40) {
                    k if k < 34 => s + 1,
                    k if k < 37 => s + 2,
                    k if k < 38 => s,
                    _ => s.saturating_sub(1),
                };
                if to >= stages.len() {
                    continue;
                }
                let target = firsts[to] + pick(stages[to].1);
                let size = (pick(1000) as f64 / 180.0).exp() * (s + 1) as f64 / *in_stage as f64;
                flows.push(((firsts[s] + i) as u32, target as u32, size));
            }
        }
    }
    let stage_of = stages.iter().flat_map(|(name, n)| vec![Some(*name); *n]);
    let graph = SupplyGraph::from_flows(names(n), flows).expect("nodes are known");
    Panel::snapshot(graph.with_text("stage", stage_of).with_unit("MXN thousand"))
}

/// Linkages over periods: `of(period, node)` is forward, backward.
pub(crate) fn linkages_over(
    ids: &[String],
    periods: &[&str],
    of: impl Fn(usize, usize) -> (f64, f64),
) -> Table {
    let n = ids.len();
    let rows = || 0..n * periods.len();
    let place = |row: usize| of(row / n, row % n);
    let columns = vec![
        text("period", &rows().map(|row| periods[row / n]).collect::<Vec<_>>()),
        text("node_id", &rows().map(|row| ids[row % n].as_str()).collect::<Vec<_>>()),
        numbers("power_of_dispersion", Unit::One, &rows().map(|r| place(r).1).collect::<Vec<_>>()),
        numbers("sensitivity_ghosh", Unit::One, &rows().map(|r| place(r).0).collect::<Vec<_>>()),
    ];
    Table::new(TableId::Linkages, columns)
}

/// What is lost by hypothetical extraction: output, whole, backward, forward.
pub(crate) fn extraction(ids: &[String], losses: &[[f64; 4]]) -> Table {
    let column = |name, k: usize| {
        numbers(name, Unit::Currency, &losses.iter().map(|row| row[k]).collect::<Vec<_>>())
    };
    let columns = vec![
        text("period", &vec![""; ids.len()]),
        text("node_id", ids),
        column("output", 0),
        column("hem_total", 1),
        column("hem_backward", 2),
        column("hem_forward", 3),
    ];
    Table::new(TableId::Linkages, columns)
}

/// Square matrices, each row by row; cells of zero are not in the table.
pub(crate) fn io_matrix(ids: &[String], matrices: &[(&str, Vec<f64>)]) -> Table {
    let n = ids.len();
    let cells: Vec<(&str, usize, f64)> = matrices
        .iter()
        .flat_map(|(name, cells)| cells.iter().enumerate().map(|(i, x)| (*name, i, *x)))
        .filter(|(.., value)| *value != 0.0)
        .collect();
    let columns = vec![
        text("period", &vec![""; cells.len()]),
        text("matrix", &cells.iter().map(|c| c.0).collect::<Vec<_>>()),
        text("row", &cells.iter().map(|c| ids[c.1 / n].as_str()).collect::<Vec<_>>()),
        text("col", &cells.iter().map(|c| ids[c.1 % n].as_str()).collect::<Vec<_>>()),
        numbers("value", Unit::One, &cells.iter().map(|c| c.2).collect::<Vec<_>>()),
    ];
    Table::new(TableId::IoMatrix, columns)
}

/// Flows between nodes.
pub(crate) fn edge_metrics(ids: &[String], flows: &[(usize, usize, f64)]) -> Table {
    let columns = vec![
        text("period", &vec![""; flows.len()]),
        text("source", &flows.iter().map(|f| ids[f.0].as_str()).collect::<Vec<_>>()),
        text("target", &flows.iter().map(|f| ids[f.1].as_str()).collect::<Vec<_>>()),
        numbers("weight", Unit::Currency, &flows.iter().map(|f| f.2).collect::<Vec<_>>()),
    ];
    Table::new(TableId::EdgeMetrics, columns)
}

/// The nine terms of gross exports and `vs1`, by country.
pub(crate) const GVC_TERMS: [&str; 10] = [
    "dva_fin",
    "dva_int",
    "dva_intrex",
    "rdv_fin",
    "rdv_int",
    "ddc",
    "fva_fin",
    "fva_int",
    "fdc",
    "vs1",
];

pub(crate) fn gvc_decomposition(countries: &[(&str, [f64; 10])]) -> Table {
    let rows: Vec<(&str, &str, f64, f64)> = countries
        .iter()
        .flat_map(|(country, values)| {
            let exports: f64 = values[..9].iter().sum();
            let row = move |(term, value): (&&'static str, &f64)| {
                (*country, *term, *value, *value / exports)
            };
            GVC_TERMS.iter().zip(values).map(row)
        })
        .collect();
    let columns = vec![
        text("period", &vec![""; rows.len()]),
        text("country", &rows.iter().map(|r| r.0).collect::<Vec<_>>()),
        text("term", &rows.iter().map(|r| r.1).collect::<Vec<_>>()),
        numbers("value", Unit::Currency, &rows.iter().map(|r| r.2).collect::<Vec<_>>()),
        numbers("share", Unit::One, &rows.iter().map(|r| r.3).collect::<Vec<_>>()),
    ];
    Table::new(TableId::GvcDecomposition, columns)
}

/// Firms that fall one after the other and come back, and the whole.
pub(crate) fn shock_path(ids: &[String]) -> Table {
    let firms: Vec<&str> = std::iter::once("")
        .filter(|_| !ids.is_empty())
        .chain(ids.iter().map(String::as_str))
        .collect();
    let rows: Vec<(usize, f64)> =
        (0..firms.len()).flat_map(|i| (0..6).map(move |step| (i, f64::from(step)))).collect();
    let n = rows.len();
    let lost = rows.iter().map(|(i, step)| (0.9 / (1.0 + *i as f64)) * (1.0 - step / 5.0));
    Table::new(
        TableId::ShockPath,
        vec![
            text("period", &vec![""; n]),
            text("model", &vec!["ario"; n]),
            text("scenario", &vec!["drought"; n]),
            numbers("step", Unit::Count, &rows.iter().map(|row| row.1).collect::<Vec<_>>()),
            text("node_id", &rows.iter().map(|row| firms[row.0]).collect::<Vec<_>>()),
            numbers("inoperability", Unit::One, &lost.collect::<Vec<_>>()),
        ],
    )
}

/// The first of these nodes fails, and ever less of it reaches each after it, a step later.
pub(crate) fn spread(ids: &[String]) -> Table {
    let n = ids.len();
    let each = |of: &dyn Fn(f64) -> f64| (0..n).map(|i| of(i as f64)).collect::<Vec<f64>>();
    Table::new(
        TableId::ShockPath,
        vec![
            text("period", &vec![""; n]),
            text("model", &vec!["esri"; n]),
            text("scenario", &vec!["frost"; n]),
            numbers("step", Unit::Count, &each(&|i| i)),
            text("node_id", &ids.iter().map(String::as_str).collect::<Vec<_>>()),
            numbers("inoperability", Unit::One, &each(&|i| 0.8_f64.powf(i))),
        ],
    )
}

/// Firms of which each does one task, and every third a little of the next.
pub(crate) fn firm_tasks(ids: &[String]) -> Table {
    let n = ids.len();
    let task = |i: usize| format!("task {}", i % 6);
    let rows: Vec<(usize, String, f64)> = (0..n)
        .flat_map(|i| {
            let more = (i % 3 == 0).then(|| (i, task(i + 1), 0.25));
            std::iter::once((i, task(i), if i % 3 == 0 { 0.75 } else { 1.0 })).chain(more)
        })
        .collect();
    let numbers_of =
        |of: &dyn Fn(f64) -> f64| rows.iter().map(|row| of(row.2)).collect::<Vec<f64>>();
    Table::new(
        TableId::FirmTasks,
        vec![
            text("period", &vec![""; rows.len()]),
            text("node_id", &rows.iter().map(|row| &*ids[row.0]).collect::<Vec<_>>()),
            text("task", &rows.iter().map(|row| &*row.1).collect::<Vec<_>>()),
            numbers("effort", Unit::None, &numbers_of(&|share| share * 40.0)),
            numbers("share_of_firm", Unit::One, &numbers_of(&|share| share)),
            numbers("share_of_task", Unit::One, &numbers_of(&|share| share / 2.0)),
        ],
    )
}

/// Three periods of groups, one of which comes later.
pub(crate) fn concentration(ids: &[String]) -> Table {
    let n = ids.len();
    let rows: Vec<(&str, usize)> =
        ["1995", "", "2011"].iter().flat_map(|p| (0..n).map(|i| (*p, i))).skip(1).collect();
    let firms: Vec<f64> = rows.iter().map(|(_, i)| 1.0 + *i as f64).collect();
    let hhi: Vec<f64> = firms.iter().map(|firms| 1.0 / firms).collect();
    Table::new(
        TableId::Concentration,
        vec![
            text("period", &rows.iter().map(|(p, _)| *p).collect::<Vec<_>>()),
            text("group", &rows.iter().map(|(_, i)| &*ids[*i]).collect::<Vec<_>>()),
            numbers("hhi", Unit::One, &hhi),
            numbers("effective_number", Unit::Count, &firms),
        ],
    )
}

/// Some figures of the network in some periods, one of them with an interval and one with a gap.
pub(crate) fn network_summary(periods: &[&str]) -> Table {
    let names = ["dol_specialization", "esri_max", "gabaix_h"];
    let n = periods.len() * names.len();
    let each = |of: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
        (0..n).map(|row| of(row / names.len(), row % names.len())).collect()
    };
    let value = |period: usize, name: usize| match (period, name) {
        (1, 2) => f64::NAN,
        _ => (1.0 + name as f64) / (2.0 + period as f64),
    };
    let bound = |by: f64| {
        move |period: usize, name: usize| {
            if name == 1 { value(period, name) * by } else { f64::NAN }
        }
    };
    let of_row = |row: usize| periods[row / names.len()];
    Table::new(
        TableId::NetworkSummary,
        vec![
            text("period", &(0..n).map(of_row).collect::<Vec<_>>()),
            text("metric", &(0..n).map(|row| names[row % names.len()]).collect::<Vec<_>>()),
            numbers("value", Unit::None, &each(&value)),
            text("unit", &vec!["1"; n]),
            numbers("lower", Unit::None, &each(&bound(0.9))),
            numbers("upper", Unit::None, &each(&bound(1.1))),
        ],
    )
}

/// Systemic risk of firms, each next costing less, the last nothing.
pub(crate) fn disruption_nodes(ids: &[String]) -> Table {
    let n = ids.len();
    let risk =
        |i: usize, part: f64| if n > 1 && i + 1 == n { 0.0 } else { part / (1.0 + i as f64) };
    let parts = |part: f64| (0..n).map(|i| risk(i, part)).collect::<Vec<f64>>();
    Table::new(
        TableId::DisruptionNodes,
        vec![
            text("period", &vec![""; n]),
            text("node_id", ids),
            numbers("esri", Unit::One, &parts(0.8)),
            numbers("esri_down", Unit::One, &parts(0.5)),
            numbers("esri_up", Unit::One, &parts(0.1)),
        ],
    )
}

/// Node metrics of firms of whom most are around a core of every third.
pub(crate) fn bow_tie(ids: &[String]) -> Table {
    const PARTS: [&str; 9] =
        ["core", "in", "out", "core", "in", "tube", "core", "tendril", "disconnected"];
    let parts: Vec<&str> = (0..ids.len()).map(|i| PARTS[i % PARTS.len()]).collect();
    let strengths: Vec<f64> = (0..ids.len()).map(|i| 10.0 / (1.0 + i as f64)).collect();
    Table::new(
        TableId::NodeMetrics,
        vec![
            text("period", &vec![""; ids.len()]),
            text("node_id", ids),
            numbers("in_strength", Unit::Currency, &strengths),
            numbers("out_strength", Unit::Currency, &strengths),
            text("bow_tie", &parts),
        ],
    )
}
