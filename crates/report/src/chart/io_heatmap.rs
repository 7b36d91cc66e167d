//! The heatmap of an input-output matrix: coefficients, inverses, flows.

use super::heatmap::{Columns, Heatmap, Ramp, spans_much};
use super::input::{Names, Options, in_period, period, rows_of};
use super::matrix::{Matrix, descending};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::Words;
use crate::number::{count, counted, percent, short};
use crate::{ReportError, Style, vega};
use palenque_graph::TableId;

/// The heatmap of an input-output matrix.
#[derive(Debug)]
pub(super) struct IoHeatmap;

static SPEC: ChartSpec = ChartSpec {
    name: "io_heatmap",
    summary: "An input-output matrix as coloured cells: who supplies whom, directly or through all rounds.",
    reading: "A row supplies the columns. A dark row sells widely, a dark column buys widely; cells right and left \
              of the diagonal that mirror each other are mutual trade. Colours step by ratios, so that small cells \
              show beside large ones.",
    needs: &[TableId::IoMatrix],
    needs_network: false,
    options: &[
        (
            "matrix",
            "auto",
            "`A`, `B`, `L`, `G`, `APL`, `ELASTICITY`, `ELASTICITY_OUTPUT` or `TOLERABLE` of `io_matrix`; `Z`, the \
             flows (of `edge_metrics` where `io_matrix` has none); or `auto`, the first of these that is there",
        ),
        (
            "order",
            "given",
            "`given`, `total`: the largest first, or `alike`: those that trade alike side by side",
        ),
        (
            "scale",
            "log",
            "`log`, `linear`, or `auto`: by logarithm where values span more than 100 to 1",
        ),
        (
            "nodes",
            "100",
            "how many nodes to show, 2 to 150; of more, the largest, and in `Z` all others together",
        ),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// The matrices and their names in words.
const MATRICES: [(&str, &str); 9] = [
    ("A", "Input coefficients"),
    ("B", "Output coefficients"),
    ("L", "Leontief inverse"),
    ("G", "Ghosh inverse"),
    ("APL", "Average propagation length"),
    ("ELASTICITY", "Elasticities of output to final demand"),
    ("ELASTICITY_OUTPUT", "Elasticities of output to output"),
    ("TOLERABLE", "Tolerable limits of input coefficients"),
    ("Z", "Flows"),
];

/// The name of what stands for all smaller nodes.
const REST: &str = "all others";

/// The plotted data.
#[derive(Debug)]
struct Points {
    matrix: &'static str,
    ids: Vec<String>,
    names: Vec<String>,
    cells: Vec<Option<f64>>,
    log: bool,
    /// Nodes that the matrix has.
    n_nodes: usize,
    /// Whether the smaller ones are drawn together, not left out.
    with_rest: bool,
    n_negative: usize,
    order: &'static str,
    unit: String,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let matrix = matrix(input, options)?;
    let order = options.choice("order", &["given", "total", "alike"])?;
    let scale = options.choice("scale", &["log", "linear", "auto"])?;
    let most = options.number("nodes", 2, 150)?;
    let (read, period) = match matrix {
        "Z" => {
            let table =
                input.table(TableId::IoMatrix).or_else(|_| input.table(TableId::EdgeMetrics));
            let period = period(table?, options)?;
            (Matrix::flows(input, &period)?, period)
        }
        name => {
            let period = period(input.table(TableId::IoMatrix)?, options)?;
            (Matrix::read(input, name, &period)?, period)
        }
    };
    let (n_nodes, n_negative) = (read.n(), read.n_negative());
    // Sums of flows are flows; sums of coefficients mean nothing.
    let with_rest = matrix == "Z" && n_nodes > most;
    let shown =
        if with_rest { read.with_rest(most, REST) } else { read.of_nodes(&read.largest(most)) };
    let shown = match order {
        "total" => shown.of_nodes(&descending(&shown.totals())),
        "alike" => shown.of_nodes(&shown.alike()),
        _ => shown,
    };
    let cells = shown.dense();
    if !cells.iter().flatten().any(|value| *value > 0.0) {
        return Err(ReportError::Empty { why: format!("no cell of `{matrix}` is positive") });
    }
    let names = Names::of(input);
    let log = match scale {
        "auto" => spans_much(&cells),
        other => other == "log",
    };
    let currency = input.panel.and_then(|panel| panel.last().unit()).unwrap_or_default();
    let title = format!(
        "{} of {}{}",
        in_words(matrix),
        counted(n_nodes, "node", "nodes"),
        in_period(&period)
    );
    Ok(Points {
        matrix,
        names: shown.ids.iter().map(|id| names.full(id).to_owned()).collect(),
        ids: shown.ids,
        cells,
        log,
        n_nodes,
        with_rest,
        n_negative,
        order,
        unit: if matrix == "Z" { currency.to_owned() } else { String::new() },
        title: options.title(title),
        period,
    })
}

/// The matrix asked for, or the first that is there.
fn matrix(input: &ChartInput<'_>, options: &Options<'_>) -> Result<&'static str, ReportError> {
    let names = MATRICES.map(|(name, _)| name);
    if options.text("matrix") != Some("auto") {
        return options.choice("matrix", &names);
    }
    let table = input.table(TableId::IoMatrix)?;
    let period = period(table, options)?;
    let is_there =
        |name: &&&str| rows_of(table, &period).any(|row| table.text("matrix", row) == Some(**name));
    Ok(names.iter().find(is_there).copied().unwrap_or("A"))
}

fn in_words(matrix: &str) -> &'static str {
    MATRICES.iter().find(|(name, _)| *name == matrix).map_or("", |(_, words)| words)
}

impl Points {
    fn n(&self) -> usize {
        self.ids.len()
    }

    fn quantity(&self) -> String {
        let words = in_words(self.matrix);
        match (self.matrix, &*self.unit) {
            ("Z", "") => words.to_owned(),
            ("Z", unit) => format!("{words} ({unit})"),
            ("APL", _) => format!("{words} (stages)"),
            (name, _) if name.len() == 1 => format!("{words} {name}"),
            _ => words.to_owned(),
        }
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&["period", "matrix", "row", "col", "value"]);
        for (i, value) in self.cells.iter().enumerate() {
            csv.text(&self.period).text(self.matrix);
            csv.text(&self.ids[i / self.n()])
                .text(&self.ids[i % self.n()])
                .number(*value)
                .end_row();
        }
        csv
    }

    fn alt(&self) -> String {
        let mut said = vec![format!(
            "Heatmap of {} between {}{}, suppliers in rows and buyers in columns.",
            self.quantity(),
            counted(self.n(), "node", "nodes"),
            in_period(&self.period)
        )];
        let positive = self.cells.iter().enumerate().filter_map(|(i, v)| Some((i, (*v)?)));
        let positive: Vec<(usize, f64)> = positive.filter(|(_, value)| *value > 0.0).collect();
        let largest = positive.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        if let Some((i, value)) = largest {
            let name = |node: usize| crate::text::label(&self.names[node]);
            said.push(format!(
                "The largest cell is {} to {} with {}.",
                name(i / self.n()),
                name(i % self.n()),
                short(*value)
            ));
        }
        said.push(format!(
            "{} of {} cells are filled.",
            percent(positive.len() as f64 / self.cells.len() as f64),
            count(self.cells.len())
        ));
        said.push(self.cut_note());
        said.retain(|sentence| !sentence.is_empty());
        said.join(" ")
    }

    /// What is not drawn on its own.
    fn cut_note(&self) -> String {
        let mut notes = Vec::new();
        let n_hidden = self.n_nodes - self.n() + usize::from(self.with_rest);
        if n_hidden > 0 {
            let how = if self.with_rest { "drawn together as" } else { "not drawn:" };
            let rest = if self.with_rest { REST } else { "the smaller ones" };
            notes.push(format!(
                "{} of {} nodes are {how} {rest}.",
                count(n_hidden),
                count(self.n_nodes)
            ));
        }
        if self.n_negative > 0 {
            notes.push(format!(
                "{} not drawn.",
                counted(self.n_negative, "negative cell is", "negative cells are")
            ));
        }
        notes.join(" ")
    }

    fn subtitle(&self) -> String {
        let order = match self.order {
            "total" => " The largest first.",
            "alike" => " Those that trade alike stand side by side.",
            _ => "",
        };
        let quantity = match &*self.unit {
            "" => String::new(),
            unit => format!(" In {unit}."),
        };
        format!("Rows supply columns.{quantity}{order} {}", self.cut_note()).trim_end().to_owned()
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: points.subtitle(),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::node_matrix(&points.ids, &points.ids, &points.quantity(), points.log)),
    };
    let heatmap = Heatmap {
        names: &points.names,
        columns: Columns::OfRows(&(0..points.n()).collect::<Vec<_>>()),
        cells: &points.cells,
        framed: &[],
        ramp: Ramp::sequential(&points.cells, points.log, style.theme),
        number: &short,
        cell_text: &short,
        tick_text: &|_, label| label,
    };
    heatmap.draw(words, style)
}

impl Chart for IoHeatmap {
    fn spec(&self) -> &'static ChartSpec {
        &SPEC
    }

    fn draw(
        &self,
        input: &ChartInput<'_>,
        options: &ChartOptions,
        style: &Style,
    ) -> Result<Drawing, ReportError> {
        Ok(draw(&points(input, &Options::of(&SPEC, options)?)?, style))
    }
}
