//! Draws the figures of linkages and value chains from a made-up economy, to look at them:
//!
//! ```console
//! $ cargo run -p palenque-report --example linkage_figures -- FOLDER [CHART]
//! ```
//!
//! Each figure is drawn light, dark and for one column of a journal, as SVG and PNG.

use palenque_graph::table::{Column, ColumnSpec, Unit, Values};
use palenque_graph::{Table, TableId};
use palenque_report::{ChartInput, ChartOptions, Preset, Style, Theme, all, png};
use std::path::Path;

const SECTORS: [&str; 34] = [
    "Agriculture",
    "Mining",
    "Food and beverages",
    "Textiles",
    "Leather and footwear",
    "Wood",
    "Paper and printing",
    "Refined petroleum",
    "Chemicals",
    "Rubber and plastics",
    "Other non-metallic minerals",
    "Basic and fabricated metals",
    "Machinery",
    "Electrical and optical equipment",
    "Transport equipment",
    "Other manufacturing and recycling",
    "Electricity, gas and water",
    "Construction",
    "Trade and repair of motor vehicles",
    "Wholesale trade",
    "Retail trade",
    "Hotels and restaurants",
    "Inland transport",
    "Water transport",
    "Air transport",
    "Auxiliary transport",
    "Post and telecommunications",
    "Finance",
    "Real estate",
    "Renting and business services",
    "Public administration",
    "Education",
    "Health and social work",
    "Other services",
];
const COUNTRIES: [&str; 14] = [
    "Australia",
    "Brazil",
    "Canada",
    "China",
    "Germany",
    "France",
    "India",
    "Japan",
    "Korea",
    "Mexico",
    "Netherlands",
    "Türkiye",
    "United States",
    "Rest of the world",
];
const PERIODS: [&str; 4] = ["1995", "2000", "2005", "2011"];

#[expect(clippy::disallowed_methods, reason = "pictures to look at: a torn one is drawn again")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "figures".to_owned());
    let only = arguments.next();
    std::fs::create_dir_all(&folder)?;
    let small = Economy::new(SECTORS.map(str::to_owned).to_vec());
    let names = (0..120).map(|i| format!("{} {}", SECTORS[i % 34], i / 34 + 1)).collect();
    let large = Economy::new(names);
    for (size, economy) in [("", &small), ("large-", &large)] {
        let tables = economy.tables();
        let input = ChartInput { tables: &tables, panel: None };
        for (name, chart, options) in VARIANTS {
            if only.as_deref().is_some_and(|only| only != chart) {
                continue;
            }
            let chart = all().find(|known| known.spec().name == chart).ok_or(chart)?;
            let options: ChartOptions =
                options.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            for (look, style) in looks() {
                let drawing = chart.draw(&input, &options, &style)?;
                let dpi = if look == "paper" { 300.0 } else { 96.0 };
                let stem = Path::new(&folder).join(format!("{size}{name}-{look}"));
                std::fs::write(stem.with_extension("svg"), &drawing.svg)?;
                std::fs::write(stem.with_extension("png"), png(&drawing.svg, dpi)?)?;
            }
        }
    }
    Ok(())
}

/// File name, chart, options.
type Variant = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const VARIANTS: [Variant; 17] = [
    ("key-paths", "key_sectors", &[("view", "paths")]),
    ("key-panels", "key_sectors", &[("view", "panels")]),
    ("chain", "apl_chain", &[]),
    ("chain-few", "apl_chain", &[("nodes", "10"), ("links", "14"), ("place", "apl")]),
    ("chain-strong", "apl_chain", &[("threshold", "0.08"), ("nodes", "40")]),
    ("extraction", "extraction", &[]),
    ("field", "field_of_influence", &[]),
    ("landscape", "field_of_influence", &[("matrix", "MPM")]),
    ("inputs", "io_heatmap", &[]),
    ("flows-alike", "io_heatmap", &[("matrix", "Z"), ("order", "alike")]),
    ("gvc", "gvc_participation", &[]),
    ("gvc-terms", "gvc_participation", &[("view", "terms")]),
    ("sankey", "flows_sankey", &[]),
    ("sankey-few", "flows_sankey", &[("rest", "hide"), ("top", "8")]),
    ("key-sectors", "key_sectors", &[]),
    ("leontief", "io_heatmap", &[("matrix", "L"), ("order", "total")]),
    ("extraction-own", "extraction", &[("relative", "own"), ("sort", "forward")]),
];

fn looks() -> [(&'static str, Style); 3] {
    let style =
        |preset, theme| Style { preset, theme, caption: Some("economy.csv, 9f2c1c0a".into()) };
    [
        ("light", style(Preset::Screen, Theme::Light)),
        ("dark", style(Preset::Screen, Theme::Dark)),
        ("paper", style(Preset::Paper1Col, Theme::Light)),
    ]
}

/// The `i`-th of a fixed sequence of numbers between 0 and 1.
fn chance(i: usize) -> f64 {
    let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed ^ (mixed >> 32)) >> 11) as f64 / (1_u64 << 53) as f64
}

type Dense = Vec<Vec<f64>>;

struct Economy {
    names: Vec<String>,
    coefficients: Dense,
    inverse: Dense,
    ghosh: Dense,
    output: Vec<f64>,
}

impl Economy {
    fn new(names: Vec<String>) -> Self {
        let n = names.len();
        let final_demand: Vec<f64> = (0..n).map(|i| 40.0 / (0.02 + chance(i + 77))).collect();
        let cell = |i: usize, j: usize| {
            let near = 1.0 / (1.0 + (i as f64 - j as f64).abs() / 3.0);
            let own = if i == j { 0.08 } else { 0.0 };
            let sells = chance(i * 3 + 1).powi(3);
            own + near * chance(i * n + j).powi(7) * 0.5
                + sells * 0.12 * chance(i * n + j + 9).powi(4)
        };
        let mut coefficients: Dense =
            (0..n).map(|i| (0..n).map(|j| cell(i, j)).collect()).collect();
        for j in 0..n {
            let sum: f64 = (0..n).map(|i| coefficients[i][j]).sum();
            let wanted = 0.25 + 0.45 * chance(j + 500);
            for row in &mut coefficients {
                row[j] *= wanted / sum;
                if row[j] < 4e-4 {
                    row[j] = 0.0;
                }
            }
        }
        let inverse = leontief(&coefficients);
        let output: Vec<f64> = inverse
            .iter()
            .map(|row| row.iter().zip(&final_demand).map(|(l, f)| l * f).sum())
            .collect();
        let ghosh = (0..n)
            .map(|i| (0..n).map(|j| inverse[i][j] * output[j] / output[i]).collect())
            .collect();
        Self { names, coefficients, inverse, ghosh, output }
    }

    fn n(&self) -> usize {
        self.names.len()
    }

    fn backward(&self) -> Vec<f64> {
        (0..self.n()).map(|j| self.inverse.iter().map(|row| row[j]).sum()).collect()
    }

    fn tables(&self) -> Vec<Table> {
        vec![self.linkages(), self.matrices(), self.edges(), gvc()]
    }

    fn linkages(&self) -> Table {
        let n = self.n();
        let (backward, forward) = (self.backward(), row_sums(&self.ghosh));
        let total: f64 = self.output.iter().sum();
        let own = |j: usize| self.output[j] / self.inverse[j][j];
        let mean = |x: &[f64]| x.iter().sum::<f64>() / n as f64;
        let (mean_b, mean_f) = (mean(&backward), mean(&forward));
        let drift = |i: usize, period: usize, seed: usize| {
            1.0 + (chance(i * 7 + seed) - 0.5) * 0.25 * (3 - period) as f64 / 3.0
                + (chance(i * 5 + period * 3 + seed) - 0.5) * 0.04
        };
        let rows = || (0..PERIODS.len()).flat_map(|p| (0..n).map(move |i| (p, i)));
        let column = |name, unit, value: &dyn Fn(usize, usize) -> f64| {
            number(name, unit, rows().map(|(p, i)| value(p, i)))
        };
        let columns = vec![
            text("period", rows().map(|(p, _)| PERIODS[p].to_owned())),
            text("node_id", rows().map(|(_, i)| self.names[i].clone())),
            column("output", Unit::Currency, &|_, i| self.output[i]),
            column("power_of_dispersion", Unit::One, &|p, i| backward[i] / mean_b * drift(i, p, 1)),
            column("sensitivity_ghosh", Unit::One, &|p, i| forward[i] / mean_f * drift(i, p, 2)),
            column("hem_total", Unit::Currency, &|_, i| backward[i] * own(i)),
            column("hem_backward", Unit::Currency, &|_, i| (backward[i] - 1.0) * own(i)),
            column("hem_forward", Unit::Currency, &|_, i| (forward[i] - 1.0) * own(i)),
            column("hem_total_rel", Unit::One, &|_, i| backward[i] * own(i) / total),
            column("upstreamness", Unit::Stage, &|_, i| forward[i]),
        ];
        Table::new(TableId::Linkages, columns)
    }

    fn matrices(&self) -> Table {
        let n = self.n();
        let (backward, forward) = (self.backward(), row_sums(&self.inverse));
        let total: f64 = forward.iter().sum();
        let table = |of: &dyn Fn(usize, usize) -> f64| -> Dense {
            (0..n).map(|i| (0..n).map(|j| of(i, j)).collect()).collect()
        };
        let l = &self.inverse;
        let propagation = |i: usize, j: usize| {
            let beyond = |k: usize, j: usize| l[k][j] - f64::from(u8::from(k == j));
            let through: f64 = (0..n).map(|k| l[i][k] * beyond(k, j)).sum();
            through / beyond(i, j)
        };
        let all = [
            ("A", self.coefficients.clone()),
            ("L", l.clone()),
            ("G", self.ghosh.clone()),
            ("APL", table(&propagation)),
            ("FIELD", table(&|i, j| backward[i] * forward[j])),
            ("MPM", table(&|i, j| forward[i] * backward[j] / total)),
        ];
        let cells: Vec<(&str, usize, usize, f64)> = all
            .iter()
            .flat_map(|(name, m)| (0..n * n).map(move |c| (*name, c / n, c % n, m[c / n][c % n])))
            .filter(|(.., value)| *value != 0.0)
            .collect();
        let columns = vec![
            text("period", cells.iter().map(|_| "2011".to_owned())),
            text("matrix", cells.iter().map(|c| c.0.to_owned())),
            text("row", cells.iter().map(|c| self.names[c.1].clone())),
            text("col", cells.iter().map(|c| self.names[c.2].clone())),
            number("value", Unit::One, cells.iter().map(|c| c.3)),
        ];
        Table::new(TableId::IoMatrix, columns)
    }

    fn edges(&self) -> Table {
        let n = self.n();
        let flow = |c: usize| self.coefficients[c / n][c % n] * self.output[c % n];
        let cells: Vec<usize> = (0..n * n).filter(|c| flow(*c) > 0.0).collect();
        let columns = vec![
            text("period", cells.iter().map(|_| "2011".to_owned())),
            text("source", cells.iter().map(|c| self.names[c / n].clone())),
            text("target", cells.iter().map(|c| self.names[c % n].clone())),
            number("weight", Unit::Currency, cells.iter().map(|c| flow(*c))),
        ];
        Table::new(TableId::EdgeMetrics, columns)
    }
}

fn row_sums(matrix: &Dense) -> Vec<f64> {
    matrix.iter().map(|row| row.iter().sum()).collect()
}

/// `(I − A)⁻¹` by Gauss and Jordan.
fn leontief(a: &Dense) -> Dense {
    let n = a.len();
    let unit = |i: usize, j: usize| f64::from(u8::from(i == j));
    let mut left: Dense = (0..n).map(|i| (0..n).map(|j| unit(i, j) - a[i][j]).collect()).collect();
    let mut right: Dense = (0..n).map(|i| (0..n).map(|j| unit(i, j)).collect()).collect();
    for k in 0..n {
        let pivot = left[k][k];
        for m in [&mut left, &mut right] {
            m[k].iter_mut().for_each(|x| *x /= pivot);
        }
        let (pivot_left, pivot_right) = (left[k].clone(), right[k].clone());
        for i in (0..n).filter(|i| *i != k) {
            let factor = left[i][k];
            for j in 0..n {
                left[i][j] -= factor * pivot_left[j];
                right[i][j] -= factor * pivot_right[j];
            }
        }
    }
    right
}

fn gvc() -> Table {
    let terms = [
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
    let weights = [0.40, 0.30, 0.06, 0.004, 0.003, 0.001, 0.1, 0.09, 0.04, 0.18];
    let rows: Vec<(usize, usize)> =
        (0..COUNTRIES.len()).flat_map(|c| (0..terms.len()).map(move |t| (c, t))).collect();
    let raw = |c: usize, t: usize| weights[t] * (0.3 + 1.4 * chance(c * 31 + t)) * 900.0;
    let exports = |c: usize| (0..9).map(|t| raw(c, t)).sum::<f64>();
    let columns = vec![
        text("period", rows.iter().map(|_| "2011".to_owned())),
        text("country", rows.iter().map(|(c, _)| COUNTRIES[*c].to_owned())),
        text("term", rows.iter().map(|(_, t)| terms[*t].to_owned())),
        number("value", Unit::Currency, rows.iter().map(|(c, t)| raw(*c, *t))),
        number("share", Unit::One, rows.iter().map(|(c, t)| raw(*c, *t) / exports(*c))),
    ];
    Table::new(TableId::GvcDecomposition, columns)
}

fn text(name: &'static str, values: impl Iterator<Item = String>) -> Column {
    let values = values.map(|v| Some(v.into())).collect();
    Column::new(&ColumnSpec::text(name, "Text."), Values::Text(values))
}

fn number(name: &'static str, unit: Unit, values: impl Iterator<Item = f64>) -> Column {
    Column::new(&ColumnSpec::number(name, unit, "A number."), Values::F64(values.collect()))
}
