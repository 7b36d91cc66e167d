//! Complexity and relatedness of what firms use, or of what places make.

use super::capabilities::{Advantage, Amounts, Capabilities, capabilities};
use crate::linkage::groups::Groups;
use crate::long::{Cell, Rows, STATUS};
use crate::resilience::essentiality::type_column;
use crate::summary::exact_figures;
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, network_summary,
};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{ColumnSpec, Kind, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Cells of a matrix at most.
const MOST_CELLS: usize = 5_000_000;
/// Of places and activities, at most this many of the fewer.
const MOST_OF_FEWER: usize = 1_000;

/// [`capabilities`] of firms and their inputs, or of places and their output, behind the registry.
pub struct Complexity;

const PART: ColumnSpec = ColumnSpec {
    name: "part",
    kind: Kind::I64,
    unit: Unit::Rank,
    meaning: "The part that has no activity in common with the others, 1 = most places: eci and pci compare within it.",
};

static FIGURES: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "capability_parts",
        Unit::Count,
        "Parts of places without a common activity.",
    ),
    ColumnSpec::number(
        "nestedness_nodf",
        Unit::One,
        "How far what less diverse places have is part of what more diverse ones have: NODF by 100.",
    ),
];

static PLACES: [ColumnSpec; 7] = [
    ColumnSpec::text("place", "The firm, or the value of the column `place`."),
    ColumnSpec::count("diversity", "Activities in which it has an advantage."),
    ColumnSpec::number("eci", Unit::None, "Economic complexity index: mean 0, deviation 1."),
    ColumnSpec::number("fitness", Unit::One, "Fitness, by its mean."),
    ColumnSpec::number(
        "outlook",
        Unit::None,
        "Complexity of near activities that it does not have yet.",
    ),
    PART,
    STATUS,
];

static ACTIVITIES: [ColumnSpec; 7] = [
    ColumnSpec::text("activity", "What is bought, or made."),
    ColumnSpec::count("ubiquity", "Places with an advantage in it."),
    ColumnSpec::number("pci", Unit::None, "Product complexity index: mean 0, deviation 1."),
    ColumnSpec::number(
        "pci_place_scale",
        Unit::None,
        "The same with the mean and deviation of eci.",
    ),
    ColumnSpec::number(
        "complexity",
        Unit::One,
        "Complexity, the other half of fitness, by its mean.",
    ),
    PART,
    STATUS,
];

static CELLS: [ColumnSpec; 6] = [
    ColumnSpec::text("place", "The firm, or the value of the column `place`."),
    ColumnSpec::text("activity", "What is bought, or made."),
    ColumnSpec::number("amount", Unit::Currency, "How much of it."),
    ColumnSpec::number("rca", Unit::One, "Its share in the place by its share in all."),
    ColumnSpec::number(
        "relatedness",
        Unit::One,
        "Share of what is near to the activity that the place has an advantage in.",
    ),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "economic_complexity",
    family: Family::Technology,
    summary: "How complex the mix of inputs of firms, or of products of places, is, and what is within their reach.",
    formula: "M = 1[RCA ≥ 1]; eci = 2nd eigenvector of D_c^-1 M D_p^-1 M'; F_c = Σ M Q_p, Q_p = 1/Σ M/F_c; φ_pq = Σ M M/max(k_p, k_q)",
    source: "Balassa (1965); Hidalgo et al. (2007); Hidalgo and Hausmann (2009); Tacchella et al. (2012); Almeida-Neto et al. (2008)",
    reading: "A place has an advantage where its share is above that of all. eci is high where it has what few others have, and these \
              are places like it; fitness adds up rather than averages. relatedness = how much of what goes with an activity is \
              there already. Ranks of few and coarse activities say little. Of firms, the activities are types of inputs; with \
              `place`, they are the output of a place. Self-loops are used.",
    cost: "O(c p) an iteration, O(min(c, p)³) for eci",
    needs: &["a node column that tells what firms make: `sector`, `role` or `stage`"],
    params: &[
        ParamSpec {
            name: "place",
            default: "\"\"",
            meaning: "Node column of places, such as `region`, whose output is compared; empty for firms and what they buy.",
        },
        ParamSpec {
            name: "by",
            default: "\"\"",
            meaning: "Node column that says what firms make; empty for the first of `sector`, `role`, `stage`; `id`: each seller by itself.",
        },
        ParamSpec {
            name: "advantage",
            default: "\"rca\"",
            meaning: "`rca`: M is 1 where the share is at least that in all; `presence`: wherever there is anything.",
        },
        ParamSpec { name: "iterations", default: "200", meaning: "Iterations of fitness." },
    ],
    outputs: &[
        Output { table: TableId::PlaceComplexity, columns: &PLACES },
        Output { table: TableId::ActivityComplexity, columns: &ACTIVITIES },
        Output { table: TableId::Relatedness, columns: &CELLS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    place: String,
    by: String,
    advantage: Advantage,
    iterations: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { place: String::new(), by: String::new(), advantage: Advantage::Rca, iterations: 200 }
    }
}

/// Rows and columns by name, and what is in the cells.
struct Named {
    places: Vec<String>,
    activities: Vec<String>,
    amounts: Amounts,
}

impl Named {
    fn of(graph: &SupplyGraph, config: &Config) -> Result<Self, MetricError> {
        let activities = match config.by.as_str() {
            "id" => sellers(graph),
            by => Groups::by(graph, type_column(graph, by)?)?,
        };
        let groups = match config.place.as_str() {
            "" => None,
            column => Some(Groups::by(graph, column)?),
        };
        let places: Vec<String> = match &groups {
            Some(groups) => groups.names.iter().map(ToString::to_string).collect(),
            None => graph.ids().iter().map(ToString::to_string).collect(),
        };
        let n_activities = activities.len();
        let (n, fewer) = (places.len() * n_activities, places.len().min(n_activities));
        if n > MOST_CELLS || fewer > MOST_OF_FEWER {
            let what = format!(
                "{} places and {n_activities} activities are too many: name a coarser column with `place` or `by`",
                places.len()
            );
            return Err(ParamError::Value(what).into());
        }
        let mut cells = vec![vec![0.0; n_activities]; places.len()];
        if let Some(groups) = &groups {
            let output = Accounts::of(graph).output;
            for (u, x) in output.iter().enumerate() {
                if let (Some(place), Some(activity)) = (groups.of_node[u], activities.of_node[u]) {
                    cells[place][activity] += x;
                }
            }
        } else {
            for (buyer, row) in graph.node_indices().zip(&mut cells) {
                for (seller, flow) in graph.suppliers(buyer) {
                    if let Some(activity) = activities.of_node[seller.index()] {
                        row[activity] += flow;
                    }
                }
            }
        }
        let names = activities.names.iter().map(ToString::to_string).collect();
        Ok(Self { places, activities: names, amounts: Amounts { cells, n_activities } })
    }
}

/// Every node that sells to another is an activity of its own.
fn sellers(graph: &SupplyGraph) -> Groups {
    let mut groups =
        Groups { names: Vec::new(), n_nodes: Vec::new(), numbers: None, of_node: Vec::new() };
    for node in graph.node_indices() {
        let sells = graph.customers(node).any(|(buyer, _)| buyer != node);
        groups.of_node.push(sells.then_some(groups.names.len()));
        if sells {
            groups.names.push(graph.node_id(node).into());
            groups.n_nodes.push(1);
        }
    }
    groups
}

impl Metric for Complexity {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: Config = params.decode()?;
        let Named { places, activities, amounts } = Named::of(graph, &config)?;
        let found: Capabilities = capabilities(&amounts, config.advantage, config.iterations);
        let mut of_places = Rows::new(&PLACES);
        for (i, place) in places.iter().enumerate() {
            of_places.push([
                place.as_str().into(),
                found.diversity[i].into(),
                found.eci[i].into(),
                found.fitness[i].into(),
                found.outlook[i].into(),
                Cell::Count(found.part[0][i].and_then(|part| i64::try_from(part).ok())),
            ]);
        }
        let mut of_activities = Rows::new(&ACTIVITIES);
        for (a, activity) in activities.iter().enumerate() {
            of_activities.push([
                activity.as_str().into(),
                found.ubiquity[a].into(),
                found.pci[a].into(),
                found.pci_place_scale[a].into(),
                found.complexity[a].into(),
                Cell::Count(found.part[1][a].and_then(|part| i64::try_from(part).ok())),
            ]);
        }
        let mut cells = Rows::new(&CELLS);
        for (i, place) in places.iter().enumerate() {
            for (a, activity) in activities.iter().enumerate() {
                let Some(rca) = found.advantage[i][a] else { continue };
                cells.push([
                    place.as_str().into(),
                    activity.as_str().into(),
                    Cell::from(amounts.cells[i][a]),
                    rca.into(),
                    found.density[i][a].into(),
                ]);
            }
        }
        let n_parts = found.part[0].iter().flatten().max().map(|n| *n as f64);
        let figures = [n_parts.ok_or(Status::InsufficientN), found.nestedness];
        Ok(vec![
            of_places.table(TableId::PlaceComplexity),
            of_activities.table(TableId::ActivityComplexity),
            cells.table(TableId::Relatedness),
            network_summary(&exact_figures(&FIGURES, figures)),
        ])
    }
}
