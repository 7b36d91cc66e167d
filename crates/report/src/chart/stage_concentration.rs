//! How concentrated each stage is, from period to period.

use super::heatmap::{Columns, Heatmap, Ramp};
use super::input::{self, Options, in_periods, numeric, periods, words};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::Words;
use crate::number::{counted, short};
use crate::{ReportError, Style, vega};
use palenque_graph::TableId;

/// Stages in rows, periods in columns.
#[derive(Debug)]
pub(super) struct StageConcentration;

static SPEC: ChartSpec = ChartSpec {
    name: "stage_concentration",
    summary: "How concentrated each stage is, from period to period: stages in rows, periods in columns.",
    reading: "Of effective_number, more is less concentrated: so many firms of equal size would be as concentrated. Of hhi, cr1, cr4 and gini, \
              more is more. An empty cell is a stage in which nobody made anything, or a value of zero.",
    needs: &[TableId::Concentration],
    needs_network: false,
    options: &[
        (
            "value",
            "effective_number",
            "`effective_number`, `n_firms`, `hhi`, `cr1`, `cr4` or `gini`",
        ),
        ("groups", "40", "how many groups are drawn, the first, 1 to 100"),
        ("period", "", "the last period that is drawn; all if not given"),
        ("title", "", "another title"),
    ],
};

/// The plotted data.
#[derive(Debug)]
struct Points {
    groups: Vec<String>,
    periods: Vec<String>,
    /// Row by row.
    cells: Vec<Option<f64>>,
    value: &'static str,
    n_more: usize,
    title: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::Concentration)?;
    let values = ["effective_number", "n_firms", "hhi", "cr1", "cr4", "gini"];
    let value = options.choice("value", &values)?;
    numeric(table, value)?;
    input::period(table, options)?;
    let periods = periods(table, options)?;
    let mut groups: Vec<String> = Vec::new();
    let mut found: Vec<(usize, usize, Option<f64>)> = Vec::new();
    for row in 0..table.n_rows() {
        let period = table.text("period", row).unwrap_or_default();
        let place = periods.iter().position(|known| known == period);
        let (Some(period), Some(group)) = (place, table.text("group", row)) else { continue };
        let place = groups.iter().position(|known| known == group).unwrap_or_else(|| {
            groups.push(group.to_owned());
            groups.len() - 1
        });
        found.push((place, period, table.number(value, row)));
    }
    if found.iter().all(|(_, _, value)| value.is_none()) {
        return Err(ReportError::Empty { why: format!("no group has a value of `{value}`") });
    }
    let most = options.number("groups", 1, 100)?;
    let n_more = groups.len().saturating_sub(most);
    groups.truncate(most);
    let mut cells = vec![None; groups.len() * periods.len()];
    for (group, period, value) in found.into_iter().filter(|(group, _, _)| *group < most) {
        cells[group * periods.len() + period] = value;
    }
    let span = in_periods(&periods);
    let title = match value {
        "effective_number" => "Firms of equal size, by stage",
        "n_firms" => "Firms, by stage",
        _ => "Concentration, by stage",
    };
    Ok(Points {
        groups,
        periods,
        cells,
        value,
        n_more,
        title: options.title(title.to_owned() + &span),
    })
}

impl Points {
    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&["period", "group", self.value]);
        for (i, value) in self.cells.iter().enumerate() {
            let (group, period) = (i / self.periods.len(), i % self.periods.len());
            let value = value.unwrap_or(f64::NAN);
            csv.text(&self.periods[period]).text(&self.groups[group]).number(value).end_row();
        }
        csv
    }

    fn quantity(&self) -> String {
        match self.value {
            "effective_number" => "Firms of equal size that would be as concentrated".to_owned(),
            "n_firms" => "Firms with output".to_owned(),
            "hhi" => "Herfindahl–Hirschman index of output".to_owned(),
            "cr1" => "Share of the largest firm".to_owned(),
            "cr4" => "Share of the four largest firms".to_owned(),
            other => format!("{} of output", words(other)),
        }
    }

    fn is_count(&self) -> bool {
        matches!(self.value, "effective_number" | "n_firms")
    }

    fn left_out(&self) -> String {
        match self.n_more {
            0 => String::new(),
            n => format!(" {} not drawn.", counted(n, "more group", "more groups")),
        }
    }

    fn alt(&self) -> String {
        let told = self.cells.chunks(self.periods.len().max(1)).zip(&self.groups);
        let told = told.filter_map(|(cells, group)| {
            let mut known = cells.iter().flatten();
            let first = known.next()?;
            let last = known.next_back().unwrap_or(first);
            Some(format!("{group} from {} to {}", short(*first), short(*last)))
        });
        format!(
            "{} of {} over {}: {}.{}",
            self.quantity(),
            counted(self.groups.len(), "group", "groups"),
            counted(self.periods.len(), "period", "periods"),
            told.collect::<Vec<_>>().join("; "),
            self.left_out()
        )
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let quantity = points.quantity();
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: format!("{quantity}.{}", points.left_out()),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::group_matrix(&points.groups, &points.periods, points.value, &quantity)),
    };
    let heatmap = Heatmap {
        names: &points.groups,
        columns: Columns::Named(&points.periods),
        cells: &points.cells,
        framed: &[],
        // Of counts, from one firm to two is as much as from ten to twenty.
        ramp: Ramp::sequential(&points.cells, points.is_count(), style.theme),
        number: &short,
        cell_text: &short,
        tick_text: &|value, _| short(value),
    };
    heatmap.draw(words, style)
}

impl Chart for StageConcentration {
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
