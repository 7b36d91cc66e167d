//! The network itself, or its groups: a level at which tables are made.

use crate::diagnostics::{Outcome, Refusal};
use crate::session::Session;
use palenque_graph::{Diagnostic, Panel, Table};
use palenque_metrics::fragmentation::apparent_stage::{APPARENT_STAGE, apparent_stages};
use palenque_metrics::{MetricError, nearest};

/// A network and its finished tables.
#[derive(Debug)]
pub(crate) struct Level {
    /// The node column whose groups are the nodes; `None` for the network itself.
    pub(crate) by: Option<String>,
    /// The network of every period.
    pub(crate) panel: Panel,
    /// Tables that are written.
    pub(crate) tables: Vec<Table>,
    /// Tables that only figures use.
    pub(crate) unwritten: Vec<Table>,
}

impl Level {
    /// All tables; where one is there twice, the written one comes first.
    pub(crate) fn all_tables(&self) -> Vec<Table> {
        self.tables.iter().chain(&self.unwritten).cloned().collect()
    }
}

/// The network with the stages that its flows show as a node column, unless it has a column of that name.
pub(crate) fn with_apparent_stages(session: &mut Session, panel: Panel) -> Outcome<Panel> {
    if panel.last().nodes().text(APPARENT_STAGE).is_some() {
        return Ok(panel);
    }
    let refused = |error: MetricError| -> Refusal {
        Diagnostic::new("E0901", format!("stages cannot be found in the flows: {error}"))
            .help("give stages as a node column")
            .into()
    };
    session.part("apparent stages", |session| {
        let mut periods = Vec::new();
        for (name, graph) in panel.iter() {
            let found = apparent_stages(graph, "", &session.progress).map_err(refused)?;
            periods.push((name.into(), found.into_column(graph)));
        }
        Panel::new(periods).map_err(|error| Diagnostic::new("E0901", error.to_string()).into())
    })
}

/// The network with the groups of a column as nodes.
pub(crate) fn grouped(panel: &Panel, by: &str) -> Outcome<Panel> {
    let known: Vec<&str> = panel.last().nodes().texts().map(|(name, _)| name).collect();
    if !known.contains(&by) {
        let found =
            Diagnostic::new("E0301", format!("nodes have no text column `{by}` to group by"));
        let found = match nearest(by, known.iter().copied()) {
            Some(near) => found.help(format!("did you mean `--by {near}`?")),
            None if known.is_empty() => found.help(format!(
                "give a node file that has the column: `--nodes FILE`, or `--map {by}=COLUMN`"
            )),
            None => found.help(format!("text columns are {}", known.join(", "))),
        };
        return Err(found.into());
    }
    palenque_graph::transform::aggregate_panel(panel, by).map_err(|error| {
        Diagnostic::new("E0408", format!("groups of `{by}` cannot be made: {error}"))
            .help("check the unit of the flows and accounts")
            .into()
    })
}
