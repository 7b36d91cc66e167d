//! Which firm does which task: the division of labour as a matrix.

use super::heatmap::{Columns, Heatmap, Ramp};
use super::input::{Names, Options, in_period, numeric, period, rows_of};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::Words;
use crate::number::{count, counted, percent};
use crate::{ReportError, Style, vega};
use palenque_graph::TableId;
use std::collections::BTreeMap;

/// The matrix of firms and tasks.
#[derive(Debug)]
pub(super) struct FirmTasks;

static SPEC: ChartSpec = ChartSpec {
    name: "firm_tasks",
    summary: "Which firm does which task: firms in rows, tasks in columns.",
    reading: "A row with one dark cell is a specialist, one with many pale cells a generalist. Firms stand in the order of the task that \
              they do most: where the labour is divided, the dark cells fall in steps.",
    needs: &[TableId::FirmTasks],
    needs_network: false,
    options: &[
        ("value", "share_of_firm", "`share_of_firm` or `share_of_task`"),
        ("firms", "50", "how many firms are drawn, those that do most first, 2 to 150"),
        ("tasks", "30", "how many tasks are drawn, those of which most is done first, 2 to 40"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// The plotted data.
#[derive(Debug)]
struct Points {
    /// Ids and names of the firms, from top to bottom.
    ids: Vec<String>,
    names: Vec<String>,
    tasks: Vec<String>,
    /// Row by row; `None` where a firm does nothing of a task.
    cells: Vec<Option<f64>>,
    value: &'static str,
    n_firms: usize,
    n_tasks: usize,
    /// Firms that do nothing but one task.
    n_specialists: usize,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::FirmTasks)?;
    let value = options.choice("value", &["share_of_firm", "share_of_task"])?;
    numeric(table, value)?;
    let period = period(table, options)?;
    let mut effort_of_firm: BTreeMap<&str, f64> = BTreeMap::new();
    let mut effort_of_task: BTreeMap<&str, f64> = BTreeMap::new();
    let mut cells: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    let mut tasks_of: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows_of(table, &period) {
        let pair = table.text("node_id", row).zip(table.text("task", row));
        let numbers = table.number("effort", row).zip(table.number(value, row));
        let (Some((firm, task)), Some((effort, share))) = (pair, numbers) else { continue };
        *effort_of_firm.entry(firm).or_default() += effort;
        *effort_of_task.entry(task).or_default() += effort;
        *tasks_of.entry(firm).or_default() += 1;
        cells.insert((firm, task), share);
    }
    if cells.is_empty() {
        return Err(ReportError::Empty { why: "no firm does any task".to_owned() });
    }
    let n_specialists = tasks_of.values().filter(|n| **n == 1).count();
    let (n_firms, n_tasks) = (effort_of_firm.len(), effort_of_task.len());
    let mut firms = largest(effort_of_firm, options.number("firms", 2, 150)?);
    let tasks = largest(effort_of_task, options.number("tasks", 2, 40)?);
    let is_done = |task: &&str| firms.iter().any(|firm| cells.contains_key(&(*firm, *task)));
    let tasks: Vec<&str> = tasks.into_iter().filter(is_done).collect();
    let tasks = in_common_order(tasks, &firms, &cells);
    // By the first of the tasks that they do most, and within one, specialists first.
    let cell = |firm: &str, task: &str| cells.get(&(firm, task)).copied();
    let main = |firm: &str| {
        let shares = tasks.iter().map(|task| cell(firm, task).unwrap_or(0.0));
        let most = shares.clone().fold(0.0, f64::max);
        (shares.clone().position(|share| share >= most).unwrap_or(0), most)
    };
    firms.sort_by(|a, b| {
        let ((a_task, a_share), (b_task, b_share)) = (main(a), main(b));
        a_task.cmp(&b_task).then(b_share.total_cmp(&a_share))
    });
    let names = Names::of(input);
    let title = format!(
        "Who does what: {} and {}{}",
        counted(n_firms, "firm", "firms"),
        counted(n_tasks, "task", "tasks"),
        in_period(&period)
    );
    let pairs = firms.iter().flat_map(|firm| tasks.iter().map(move |task| (*firm, *task)));
    Ok(Points {
        cells: pairs.map(|(firm, task)| cell(firm, task)).collect(),
        ids: firms.iter().map(|id| (*id).to_owned()).collect(),
        names: firms.iter().map(|id| names.full(id).to_owned()).collect(),
        tasks: tasks.iter().map(|task| (*task).to_owned()).collect(),
        value,
        n_firms,
        n_tasks,
        n_specialists,
        title: options.title(title),
        period,
    })
}

/// The keys with the largest values, largest first, equal ones by name.
fn largest(of: BTreeMap<&str, f64>, n: usize) -> Vec<&str> {
    let mut sorted: Vec<(&str, f64)> = of.into_iter().collect();
    sorted.sort_by(|a, b| b.1.total_cmp(&a.1));
    sorted.into_iter().take(n).map(|(key, _)| key).collect()
}

/// Tasks so that those which the same firms do stand side by side: from the one of which most is done, always on to the one that
/// has most in common with it.
fn in_common_order<'a>(
    mut rest: Vec<&'a str>,
    firms: &[&str],
    cells: &BTreeMap<(&str, &str), f64>,
) -> Vec<&'a str> {
    let share = |firm: &str, task: &str| cells.get(&(firm, task)).copied().unwrap_or(0.0);
    let common = |a: &str, b: &str| firms.iter().map(|f| share(f, a).min(share(f, b))).sum::<f64>();
    let mut order: Vec<&str> = Vec::new();
    while !rest.is_empty() {
        let next = match order.last() {
            None => 0,
            Some(last) => {
                let shared: Vec<f64> = rest.iter().map(|task| common(last, task)).collect();
                let most = shared.iter().copied().fold(0.0, f64::max);
                shared.iter().position(|x| *x >= most).unwrap_or(0)
            }
        };
        order.push(rest.remove(next));
    }
    order
}

impl Points {
    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&["period", "node_id", "label", "task", self.value]);
        for (i, value) in self.cells.iter().enumerate() {
            let (firm, task) = (i / self.tasks.len(), i % self.tasks.len());
            csv.text(&self.period).text(&self.ids[firm]).text(&self.names[firm]);
            csv.text(&self.tasks[task]).number(*value).end_row();
        }
        csv
    }

    fn quantity(&self) -> &'static str {
        match self.value {
            "share_of_task" => "Share of all that is done of the task",
            _ => "Share of all that the firm does",
        }
    }

    fn left_out(&self) -> String {
        let (firms, tasks) = (self.ids.len(), self.tasks.len());
        if (firms, tasks) == (self.n_firms, self.n_tasks) {
            return String::new();
        }
        let (all_firms, all_tasks) = (count(self.n_firms), count(self.n_tasks));
        format!(
            " Drawn: {} of {all_firms} firms, {} of {all_tasks} tasks.",
            count(firms),
            count(tasks)
        )
    }

    fn alt(&self) -> String {
        let most = self.cells.iter().enumerate().filter_map(|(i, value)| Some((i, (*value)?)));
        let most = most.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        let largest = most.map_or_else(String::new, |(i, value)| {
            format!(
                " The largest cell is {} of {} with {}.",
                self.tasks[i % self.tasks.len()],
                self.names[i / self.tasks.len()],
                percent(value)
            )
        });
        format!(
            "Matrix of {} in rows and {} in columns{}. {} of {} do one task only.{}{largest}",
            counted(self.ids.len(), "firm", "firms"),
            counted(self.tasks.len(), "task", "tasks"),
            in_period(&self.period),
            count(self.n_specialists),
            counted(self.n_firms, "firm", "firms"),
            self.left_out(),
        )
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: format!(
            "{}; {} do one task only.{}",
            points.quantity(),
            counted(points.n_specialists, "firm", "firms"),
            points.left_out()
        ),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::task_matrix(
            &points.names,
            &points.tasks,
            points.value,
            points.quantity(),
        )),
    };
    let heatmap = Heatmap {
        names: &points.names,
        columns: Columns::Named(&points.tasks),
        cells: &points.cells,
        framed: &[],
        ramp: Ramp::sequential(&points.cells, false, style.theme),
        number: &percent,
        cell_text: &percent,
        tick_text: &|value, _| percent(value),
    };
    heatmap.draw(words, style)
}

impl Chart for FirmTasks {
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
