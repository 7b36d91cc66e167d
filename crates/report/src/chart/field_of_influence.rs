//! The field of influence of each coefficient, and the multiplier product matrix, as heatmaps.

use super::heatmap::{Columns, Heatmap, Ramp, spans_much};
use super::input::{Names, Options, in_period, period};
use super::matrix::{Matrix, descending};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::Words;
use crate::number::{count, counted, percent, short};
use crate::text::label;
use crate::{ReportError, Style, vega};
use palenque_graph::TableId;

/// The heatmap of coefficients that matter.
#[derive(Debug)]
pub(super) struct FieldOfInfluence;

static SPEC: ChartSpec = ChartSpec {
    name: "field_of_influence",
    summary: "Which input coefficients move the whole economy most, as a matrix with the strongest cells framed.",
    reading: "A cell says how much all entries of the Leontief inverse together rise for one more unit of what the \
              column buys from the row. It rests on linkages alone (Sonis and Hewings 1989; a critique: ten Raa 2020, \
              doi:10.1186/s40008-020-00210-8). With `matrix=MPM` the landscape of the multiplier product matrix: \
              forward linkage of the row times backward linkage of the column.",
    needs: &[TableId::IoMatrix],
    needs_network: false,
    options: &[
        (
            "matrix",
            "FIELD",
            "`FIELD`, intensities of the fields of influence, or `MPM`, the multiplier product matrix",
        ),
        (
            "order",
            "auto",
            "`given`, `linkages`: the largest sums of rows and columns first, or `auto`: by linkages for `MPM`",
        ),
        ("frame", "5", "how many per cent of the cells to frame, the strongest, 0 to 50"),
        (
            "scale",
            "auto",
            "`linear`, `log`, or `auto`: by logarithm where values span more than 100 to 1",
        ),
        ("nodes", "60", "how many nodes to show, 2 to 150; of more, those with the largest sums"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// The plotted data.
#[derive(Debug)]
struct Points {
    is_field: bool,
    ids: Vec<String>,
    names: Vec<String>,
    /// The node of each column, as a place among the rows.
    columns: Vec<usize>,
    /// Row by row, columns in their own order.
    cells: Vec<Option<f64>>,
    framed: Vec<bool>,
    log: bool,
    by_linkages: bool,
    n_nodes: usize,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let matrix = options.choice("matrix", &["FIELD", "MPM"])?;
    let is_field = matrix == "FIELD";
    let by_linkages = match options.choice("order", &["auto", "given", "linkages"])? {
        "auto" => !is_field,
        order => order == "linkages",
    };
    let share = options.number("frame", 0, 50)? as f64 / 100.0;
    let scale = options.choice("scale", &["auto", "linear", "log"])?;
    let most = options.number("nodes", 2, 150)?;
    let period = period(input.table(TableId::IoMatrix)?, options)?;
    let read = Matrix::read(input, matrix, &period)?;
    let n_nodes = read.n();
    let mut shown = read.of_nodes(&read.largest(most));
    let mut columns: Vec<usize> = (0..shown.n()).collect();
    if by_linkages {
        shown = shown.of_nodes(&descending(&shown.row_sums()));
        columns = descending(&shown.column_sums());
    }
    let n = shown.n();
    let given = shown.dense();
    let cells: Vec<Option<f64>> = (0..n * n).map(|i| given[i / n * n + columns[i % n]]).collect();
    if !cells.iter().flatten().any(|value| *value > 0.0) {
        return Err(ReportError::Empty { why: format!("no cell of `{matrix}` is positive") });
    }
    let names = Names::of(input);
    let what = if is_field { "Field of influence" } else { "Multiplier product matrix" };
    let title = format!("{what} of {}{}", counted(n_nodes, "node", "nodes"), in_period(&period));
    Ok(Points {
        is_field,
        names: shown.ids.iter().map(|id| names.full(id).to_owned()).collect(),
        ids: shown.ids,
        columns,
        framed: strongest(&cells, share),
        log: match scale {
            "auto" => spans_much(&cells),
            other => other == "log",
        },
        cells,
        by_linkages,
        n_nodes,
        title: options.title(title),
        period,
    })
}

/// The strongest share of the cells. Where equal ones lie on both sides of the line, none of them.
fn strongest(cells: &[Option<f64>], share: f64) -> Vec<bool> {
    let mut values: Vec<f64> = cells.iter().flatten().copied().collect();
    values.sort_by(|a, b| b.total_cmp(a));
    #[expect(clippy::cast_sign_loss, reason = "a share of a count")]
    let n = (values.len() as f64 * share).ceil() as usize;
    let (last, next) = (n.checked_sub(1).map(|i| values[i]), values.get(n));
    let is_framed = |value: f64| match (last, next) {
        (None, _) => false,
        (Some(last), Some(next)) if *next >= last * (1.0 - 1e-12) => value > last * (1.0 + 1e-12),
        (Some(last), _) => value >= last,
    };
    cells.iter().map(|cell| cell.is_some_and(is_framed)).collect()
}

impl Points {
    fn n(&self) -> usize {
        self.ids.len()
    }

    fn matrix(&self) -> &'static str {
        if self.is_field { "FIELD" } else { "MPM" }
    }

    fn quantity(&self) -> &'static str {
        if self.is_field { "Intensity of the field of influence" } else { "Multiplier product" }
    }

    /// Row, column and value, as places among the rows.
    fn cells(&self) -> impl Iterator<Item = (usize, usize, Option<f64>, bool)> {
        let n = self.n();
        let framed = self.framed.iter();
        let cells = self.cells.iter().zip(framed).enumerate();
        cells.map(move |(i, (value, framed))| (i / n, self.columns[i % n], *value, *framed))
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&["period", "matrix", "row", "col", "value", "framed"]);
        for (row, column, value, framed) in self.cells() {
            csv.text(&self.period).text(self.matrix()).text(&self.ids[row]).text(&self.ids[column]);
            csv.number(value).text(if framed { "true" } else { "false" }).end_row();
        }
        csv
    }

    fn alt(&self) -> String {
        let mut said = vec![format!(
            "Heatmap of the {} between {}{}, suppliers in rows and buyers in columns.",
            self.quantity().to_lowercase(),
            counted(self.n(), "node", "nodes"),
            in_period(&self.period)
        )];
        let defined = self.cells().filter_map(|(row, column, v, _)| Some((row, column, v?)));
        if let Some((row, column, value)) = defined.max_by(|a, b| a.2.total_cmp(&b.2)) {
            said.push(format!(
                "The largest cell is {} to {} with {}.",
                label(&self.names[row]),
                label(&self.names[column]),
                short(value)
            ));
        }
        let sum = |only_framed: bool| {
            let cells = self.cells().filter(|(_, _, _, framed)| *framed || !only_framed);
            cells.filter_map(|(_, _, value, _)| value).sum::<f64>()
        };
        let n_framed = self.framed.iter().filter(|framed| **framed).count();
        if n_framed > 0 {
            said.push(format!(
                "The {} framed, of {}, hold {} of the sum.",
                counted(n_framed, "cell", "cells"),
                count(self.cells.len()),
                percent(sum(true) / sum(false))
            ));
        }
        said.join(" ")
    }

    fn subtitle(&self) -> String {
        let what = if self.is_field {
            "Rise of all multipliers together for one more unit bought by the column from the row."
        } else {
            "Forward linkage of the row times backward linkage of the column, over the sum of all multipliers."
        };
        let order = if self.by_linkages { " The strongest first." } else { "" };
        let n_framed = self.framed.iter().filter(|framed| **framed).count();
        let framed = match n_framed {
            0 => String::new(),
            n => format!(
                " Framed: the strongest {} of cells.",
                percent(n as f64 / self.cells.len() as f64)
            ),
        };
        let hidden = match self.n_nodes - self.n() {
            0 => String::new(),
            n => format!(" Not drawn: {} with smaller sums.", counted(n, "node", "nodes")),
        };
        format!("{what}{order}{framed}{hidden}")
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let columns: Vec<String> = points.columns.iter().map(|i| points.ids[*i].clone()).collect();
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: points.subtitle(),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::node_matrix(&points.ids, &columns, points.quantity(), points.log)),
    };
    let ramp = if points.log {
        Ramp::sequential(&points.cells, points.log, style.theme)
    } else {
        Ramp::between(&points.cells, style.theme)
    };
    let heatmap = Heatmap {
        names: &points.names,
        columns: Columns::OfRows(&points.columns),
        cells: &points.cells,
        framed: &points.framed,
        ramp,
        number: &short,
        cell_text: &short,
        tick_text: &|_, label| label,
    };
    heatmap.draw(words, style)
}

impl Chart for FieldOfInfluence {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_cells_are_framed_together_or_not_at_all() {
        let framed = |cells: &[f64], share| {
            let cells: Vec<Option<f64>> = cells.iter().map(|x| Some(*x)).collect();
            strongest(&cells, share).iter().filter(|framed| **framed).count()
        };
        assert_eq!(framed(&[1.0, 2.0, 3.0, 4.0], 0.5), 2);
        assert_eq!(framed(&[4.0, 2.0, 2.0, 1.0], 0.5), 1, "one of the twos would be arbitrary");
        assert_eq!(framed(&[7.0; 9], 0.05), 0);
        assert_eq!(framed(&[1.0, 2.0], 0.0), 0);
        assert_eq!(strongest(&[None, Some(1.0)], 0.5), [false, true]);
    }
}
