//! Scenarios of a disruption: which nodes lose how much of their capacity, and for how long.

use crate::side::SideReader;
use crate::{MetricError, ParamError, ParamSpec, Params, SideSpec};
use palenque_graph::SupplyGraph;
use std::collections::BTreeMap;

/// The side table of scenarios.
pub static SCENARIOS: SideSpec = SideSpec {
    name: "scenarios",
    columns: "node_id[,scenario][,loss][,start][,duration][,recovery]",
    meaning: "Nodes that lose capacity, one row each; rows of one `scenario` happen together. `loss` is a share, 1 = all. Not \
              needed for a single node by the parameter `node`.",
};

/// What one node loses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strike {
    /// The node.
    pub node: usize,
    /// The share of its capacity.
    pub loss: f64,
    /// The first period of the loss.
    pub start: f64,
    /// Periods in which all of it is lost.
    pub duration: f64,
    /// Periods after that in which it comes back, in equal parts.
    pub recovery: f64,
}

impl Strike {
    /// The share that is lost in a period.
    #[must_use]
    pub fn at(&self, period: usize) -> f64 {
        let since = period as f64 - self.start;
        let over = since - self.duration;
        match () {
            () if since < 0.0 => 0.0,
            () if over < 0.0 => self.loss,
            () if over < self.recovery => self.loss * (1.0 - over / self.recovery),
            () => 0.0,
        }
    }
}

/// Nodes that are struck together.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// What happens.
    pub strikes: Vec<Strike>,
}

impl Scenario {
    /// What happens to each node that is struck, in node order.
    #[must_use]
    pub fn by_node(&self) -> BTreeMap<usize, Vec<Strike>> {
        let mut by_node: BTreeMap<usize, Vec<Strike>> = BTreeMap::new();
        for strike in &self.strikes {
            by_node.entry(strike.node).or_default().push(*strike);
        }
        by_node
    }

    /// The share that each node loses if all happens at once.
    #[must_use]
    pub fn at_once(&self, n: usize) -> Vec<f64> {
        let mut lost = vec![0.0; n];
        for (node, strikes) in self.by_node() {
            lost[node] = together(&strikes, |strike| strike.loss);
        }
        lost
    }
}

/// The share that strikes of one node take together: what one of them leaves, the next takes its share of.
pub(crate) fn together(strikes: &[Strike], share: impl Fn(&Strike) -> f64) -> f64 {
    1.0 - strikes.iter().map(|strike| 1.0 - share(strike)).product::<f64>()
}

/// A single node by parameters, which are also what the side table leaves out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Defaults<'a> {
    pub(crate) node: &'a str,
    pub(crate) loss: f64,
    pub(crate) duration: f64,
    pub(crate) recovery: f64,
}

/// The parameters of a single node.
pub(crate) const NODE: ParamSpec = ParamSpec {
    name: "node",
    default: "\"\"",
    meaning: "The node of a single scenario, beside those of the side table `scenarios`.",
};

/// What share of its capacity is lost.
pub(crate) const LOSS: ParamSpec = ParamSpec {
    name: "loss",
    default: "1",
    meaning: "The share of its capacity that a node loses where no `loss` is given.",
};

/// All scenarios: those of the side table in the order in which they first appear, then the single node.
pub(crate) fn scenarios(
    graph: &SupplyGraph,
    params: &Params,
    defaults: &Defaults<'_>,
) -> Result<Vec<Scenario>, MetricError> {
    let mut list: Vec<Scenario> = Vec::new();
    if let Some(reader) = SideReader::of(graph, params, &SCENARIOS) {
        read(&reader, defaults, &mut list)?;
    }
    if !defaults.node.is_empty() {
        let node = graph.node_named(defaults.node).ok_or_else(|| {
            let hint = crate::params::did_you_mean(defaults.node, graph.ids().iter());
            ParamError::NotThere(format!("`{}` is not a node of the network{hint}", defaults.node))
        })?;
        let strike =
            strike(node.index(), [defaults.loss, 0.0, defaults.duration, defaults.recovery]);
        list.push(Scenario { name: defaults.node.to_owned(), strikes: vec![strike] });
    }
    if list.is_empty() {
        let what = format!("a parameter `node`, or side table `scenarios` ({})", SCENARIOS.columns);
        return Err(MetricError::InputMissing { what });
    }
    let wrong = list.iter().flat_map(|s| &s.strikes).find(|s| !(0.0..=1.0).contains(&s.loss));
    match wrong {
        None => Ok(list),
        Some(strike) => {
            Err(ParamError::Value(format!("`loss` is {}: a share is between 0 and 1", strike.loss))
                .into())
        }
    }
}

fn strike(node: usize, [loss, start, duration, recovery]: [f64; 4]) -> Strike {
    Strike { node, loss, start, duration, recovery }
}

fn read(
    reader: &SideReader<'_>,
    defaults: &Defaults<'_>,
    list: &mut Vec<Scenario>,
) -> Result<(), MetricError> {
    let node = reader.column("node_id")?;
    let scenario = reader.optional("scenario");
    let numbers = [
        (reader.optional("loss"), defaults.loss),
        (reader.optional("start"), 0.0),
        (reader.optional("duration"), defaults.duration),
        (reader.optional("recovery"), defaults.recovery),
    ];
    for row in reader.rows() {
        let mut given = [0.0; 4];
        for (value, (column, default)) in given.iter_mut().zip(numbers) {
            let found = column.map(|at| reader.number(row, at)).transpose()?.flatten();
            *value = found.unwrap_or(default);
            if *value < 0.0 {
                let at = column.unwrap_or(node);
                return Err(reader.refused("E0305", format!("{value} is below 0"), row, at));
            }
        }
        let strike = strike(reader.node(row, node)?.index(), given);
        let name = scenario.map_or("", |at| row.1[at].trim());
        let name = if name.is_empty() { "scenarios" } else { name };
        match list.iter_mut().find(|scenario| scenario.name == name) {
            Some(scenario) => scenario.strikes.push(strike),
            None => list.push(Scenario { name: name.to_owned(), strikes: vec![strike] }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_lasts_and_then_fades() {
        let strike = strike(0, [0.4, 1.0, 2.0, 2.0]);
        let lost: Vec<f64> = (0..6).map(|t| strike.at(t)).collect();
        assert_eq!(lost, [0.0, 0.4, 0.4, 0.4, 0.2, 0.0]);
    }

    #[test]
    fn two_losses_of_one_node_leave_what_both_leave() {
        let strikes = vec![strike(0, [0.5, 0.0, 1.0, 0.0]); 2];
        let scenario = Scenario { name: String::new(), strikes };
        assert_eq!(scenario.at_once(2), [0.75, 0.0]);
    }
}
