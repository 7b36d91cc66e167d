//! Who does which task, and how much of it: the side table `tasks`.

use crate::params::FIRM_TITLES;
use crate::side::SideReader;
use crate::{MetricError, Params, SideSpec};
use palenque_graph::SupplyGraph;
use std::collections::{BTreeMap, BTreeSet};

/// The side table of efforts.
pub static TASKS: SideSpec = SideSpec {
    name: "tasks",
    columns: "firm,task,hours[,period]",
    meaning: "How much each firm does of each task, one row a firm and task. `firm` may be `node_id` or `id`, `hours` may be \
              `effort`, `amount` or `value`. Rows of one firm and task are summed.",
};

/// How much each firm does of each task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Efforts {
    tasks: Vec<String>,
    /// Node, task and effort, all positive, each pair once, in the order of nodes and of tasks.
    cells: Vec<(u32, u32, f64)>,
}

impl Efforts {
    /// From nodes, tasks by name, and efforts; pairs are summed, and nothing is left of those without effort. Tasks are in the
    /// order in which they first appear.
    ///
    /// # Example
    /// ```
    /// # use palenque_metrics::fragmentation::tasks::Efforts;
    /// let efforts = Efforts::of([(0, "milling", 2.0), (0, "milling", 1.0), (1, "bottling", 0.0)]);
    /// assert_eq!(efforts.cells(), [(0, 0, 3.0)]);
    /// assert_eq!(efforts.tasks(), ["milling", "bottling"]);
    /// ```
    #[must_use]
    pub fn of<S: AsRef<str>>(efforts: impl IntoIterator<Item = (u32, S, f64)>) -> Self {
        let mut tasks: Vec<String> = Vec::new();
        let mut number: BTreeMap<String, u32> = BTreeMap::new();
        let mut sums: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        for (firm, task, effort) in efforts {
            let task = *number.entry(task.as_ref().to_owned()).or_insert_with(|| {
                tasks.push(task.as_ref().to_owned());
                tasks.len() as u32 - 1
            });
            *sums.entry((firm, task)).or_insert(0.0) += effort;
        }
        let positive = sums.into_iter().filter(|(_, effort)| *effort > 0.0);
        Self { tasks, cells: positive.map(|((firm, task), effort)| (firm, task, effort)).collect() }
    }

    /// The names of the tasks.
    #[must_use]
    pub fn tasks(&self) -> &[String] {
        &self.tasks
    }

    /// Node, task and effort, in the order of nodes and of tasks.
    #[must_use]
    pub fn cells(&self) -> &[(u32, u32, f64)] {
        &self.cells
    }

    /// The side table of a metric.
    pub(crate) fn read(graph: &SupplyGraph, params: &Params) -> Result<Self, MetricError> {
        let reader = SideReader::needed(graph, params, &TASKS)?;
        let one_of = |titles: &[&str]| titles.iter().find_map(|title| reader.optional(title));
        let firm = one_of(&FIRM_TITLES);
        let firm = firm.map_or_else(|| reader.column("firm"), Ok)?;
        let task = reader.column("task")?;
        let hours = one_of(&["hours", "effort", "amount", "value"]);
        let hours = hours.map_or_else(|| reader.column("hours"), Ok)?;
        if let Some(period) = reader.optional("period") {
            let periods: BTreeSet<&str> =
                reader.rows().map(|row| row.1[period].trim()).filter(|p| !p.is_empty()).collect();
            if periods.len() > 1 {
                let some: Vec<&str> = periods.iter().take(4).copied().collect();
                let what = format!("rows of several periods: {}", some.join(", "));
                let help = "the network has one period without a name: keep the rows of one";
                return Err(reader.refused_whole("E0305", what, help));
            }
        }
        let mut efforts = Vec::new();
        for row in reader.rows() {
            let effort = reader.number(row, hours)?.unwrap_or(0.0);
            if effort < 0.0 {
                let what = format!("an effort of {effort} is below 0");
                return Err(reader.refused("E0305", what, row, hours));
            }
            let name = row.1[task].trim();
            if name.is_empty() {
                return Err(reader.refused("E0303", "a task has no name".into(), row, task));
            }
            efforts.push((reader.node(row, firm)?.index() as u32, name, effort));
        }
        Ok(Self::of(efforts))
    }
}
