//! How far final sales could rise where inputs complement each other.

use super::capacity::{GAMMA, capacities, check_room};
use super::surge_bottleneck::{BOTTLENECKS, Bottlenecks, Limit};
use crate::kernel::coefficients::Economy;
use crate::kernel::input_groups::InputGroups;
use crate::kernel::interior_point::{Optimum, optimum};
use crate::kernel::ratio::ratio_or_status;
use crate::kernel::surge_program::{FinalSale, SurgeProgram, Tie};
use crate::long::Rows;
use crate::resilience::essentiality::{ESSENTIAL, Essentiality, Inputs};
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, SideSpec,
    network_summary,
};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Diagnostic, Progress, SupplyGraph, Table, TableId};

/// What is to rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurgeGoal {
    /// All final sales together, of whatever sells best.
    Total,
    /// Final sales of every firm by the same factor.
    Proportional,
}

/// How large a network may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SurgeMethod {
    /// Refuses what would take hours.
    #[default]
    Auto,
    /// Takes all there is.
    Exact,
}

/// How much room there is.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SurgeLpConfig {
    /// The node column that says what firms make.
    pub by: String,
    /// What inputs are where nothing is said.
    pub inputs: Inputs,
    /// Room by output where a node has no `capacity`.
    pub gamma: f64,
    /// Room by flow where an edge has no `capacity`.
    pub tie_gamma: f64,
    /// How large a network may be.
    pub method: SurgeMethod,
}

impl Default for SurgeLpConfig {
    fn default() -> Self {
        Self {
            by: String::new(),
            inputs: Inputs::default(),
            gamma: 0.15,
            tie_gamma: 0.5,
            method: SurgeMethod::default(),
        }
    }
}

/// How far final sales could rise, and what limits it.
#[derive(Clone, Debug, PartialEq)]
pub struct SurgeLp {
    /// What a plan achieves that breaks no limit.
    pub value: f64,
    /// What no plan can exceed.
    pub bound: f64,
    /// What it is now: final sales, or 1.
    pub baseline: f64,
    /// What every best plan uses fully, and what more of it would be worth.
    pub bottlenecks: Bottlenecks,
}

/// The most that firms could sell to final users with the capacities they have, in all or by one factor, where each keeps its recipe,
/// and firms of one type can stand in for each other.
///
/// # Formula
/// Of deliveries `Z`, outputs `x` and final sales `f`, none below 0, the largest `Σ f`, or the largest `λ` with `f = λ f⁰`, such that
/// `Σ_j Z_ij + f_i = x_i ≤ cap_i`, `Σ_{i in k} Z_ij ≥ a_kj x_j` for every buyer `j` and type `k` of what it buys, and
/// `Z_ij ≤ (1 + γ) Z⁰_ij`, or the edge column `capacity`. The baseline itself is within these limits if no capacity is below what is
/// used.
/// # Source
/// Toolkit definition; a linear activity model after Koopmans (1951); the solution by Mehrotra (1992).
/// # Input and result
/// Total final sales, or the factor, between a value that some plan achieves and a bound that holds for all; they are less than a
/// millionth apart. Firms that sell nothing to final users now do not begin to, and what stocks add now (`f⁰ < 0`) they can
/// add again, in the second case times `λ`. Types are those of [`Essentiality`]: negligible inputs are left out, and all that can be
/// substituted are one type. Self-loops are inputs like others.
/// # Cost
/// `O(n³)` time a step for the `n` firms that can serve final users, some 20 to 60 steps; `O(n² + m)` memory.
/// # Errors
/// Those of [`Economy::of`] and [`capacities`]; [`ParamError::Value`] for a negative γ; [`MetricError::TooLong`] above 4,000 firms
/// unless asked for; [`MetricError::NotConverged`] if value and bound stay apart; [`MetricError::Cancelled`].
///
/// [`ParamError::Value`]: crate::ParamError::Value
/// # Example
/// Agave and wood make mezcal: the field has room for half as much again, the forest for a fifth.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::flexibility::surge_capacity_lp::{SurgeGoal, SurgeLpConfig, surge_capacity_lp};
/// # use palenque_metrics::kernel::input_groups::InputClass;
/// # use palenque_metrics::resilience::essentiality::Essentiality;
/// let graph = SupplyGraph::from_flows(["field", "forest", "still"], [(0, 2, 4.0), (1, 2, 2.0)])?
///     .with_text("sector", ["agave", "wood", "mezcal"].map(Some))
///     .with_number("output", [Some(4.0), Some(2.0), Some(10.0)])
///     .with_number("capacity", [Some(6.0), Some(2.4), Some(15.0)]);
/// let inputs = Essentiality::uniform(&graph, "", InputClass::Essential)?;
/// let surge = surge_capacity_lp(&graph, &inputs, SurgeGoal::Proportional, &SurgeLpConfig::default(), &NoProgress)?;
/// assert!((surge.value - 1.2).abs() < 1e-6);
/// assert_eq!(surge.bottlenecks.nodes[0].0, 1);
/// assert!((surge.bottlenecks.nodes[0].1.price - 0.5).abs() < 1e-6); // twice what it makes now would be 1 more
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn surge_capacity_lp(
    graph: &SupplyGraph,
    inputs: &Essentiality,
    goal: SurgeGoal,
    config: &SurgeLpConfig,
    progress: &dyn Progress,
) -> Result<SurgeLp, MetricError> {
    let model = Model::of(graph, inputs, config)?;
    let sales = model.final_demand.iter();
    let (mut found, baseline) = (
        SurgeLp::nothing(),
        match goal {
            SurgeGoal::Total => sales.sum(),
            SurgeGoal::Proportional => 1.0,
        },
    );
    found.baseline = baseline;
    let serves = model.serving(goal);
    let Some(part) = model.program(&serves, goal) else { return Ok(found) };
    let n = part.nodes.len();
    if n > MOST_NODES && config.method == SurgeMethod::Auto {
        return Err(MetricError::TooLong {
            what: "a linear program",
            n,
            instead: "put firms together first with `--by sector`, or ask for `stage_headroom`",
        });
    }
    let best = optimum(&part.program, progress)?;
    (found.value, found.bound) = best.worth;
    found.bottlenecks = model.bottlenecks(&part, &best);
    Ok(found)
}

/// Firms above which it takes hours.
const MOST_NODES: usize = 4000;
/// The part of its room that may be left of what is at its limit.
const AT_LIMIT: f64 = 1e-4;

impl SurgeLp {
    fn nothing() -> Self {
        Self { value: 0.0, bound: 0.0, baseline: 0.0, bottlenecks: Bottlenecks::default() }
    }
}

/// What all programs of a network are made of.
struct Model<'g> {
    graph: &'g SupplyGraph,
    output: Vec<f64>,
    final_demand: Vec<f64>,
    capacity: Vec<f64>,
    /// By edge, what it can deliver; 0 for what is no input.
    room: Vec<f64>,
    groups: InputGroups,
}

/// A program of some nodes, and what its parts are in the network.
struct Part {
    program: SurgeProgram,
    nodes: Vec<usize>,
    edges: Vec<usize>,
}

impl<'g> Model<'g> {
    fn of(
        graph: &'g SupplyGraph,
        inputs: &Essentiality,
        config: &SurgeLpConfig,
    ) -> Result<Self, MetricError> {
        check_room("tie_gamma", config.tie_gamma)?;
        let economy = Economy::of(graph)?;
        let accounts = economy.accounts();
        let given = graph.edges().number("capacity");
        let groups = InputGroups::of(graph, inputs.types(), |u, v| inputs.class(u, v));
        let mut room = vec![0.0; graph.n_edges()];
        for &e in &groups.edge {
            let e = e as usize;
            let given = given.and_then(|column| column.get(e));
            room[e] = given.unwrap_or((1.0 + config.tie_gamma) * graph.flows()[e]).max(0.0);
        }
        Ok(Self {
            graph,
            output: accounts.output.clone(),
            final_demand: accounts.final_demand.clone(),
            capacity: capacities(graph, config.gamma)?,
            room,
            groups,
        })
    }

    /// The ties of a seller that can deliver inputs: group, buyer, edge.
    fn ties(&self, seller: usize) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
        let of = |k: usize| {
            let group = self.groups.group[k] as usize;
            (group, self.groups.buyer[group] as usize, self.groups.edge[k] as usize)
        };
        self.groups.sales(seller).map(of).filter(|&(.., edge)| self.room[edge] > 0.0)
    }

    /// The nodes that can make something, and whose goods can become final sales; none if a factor for all would be 0.
    fn serving(&self, goal: SurgeGoal) -> Vec<bool> {
        let n = self.output.len();
        let mut suppliers = vec![0_u32; self.groups.buyer.len()];
        for u in 0..n {
            self.ties(u).for_each(|(group, ..)| suppliers[group] += 1);
        }
        let mut works = vec![true; n];
        let mut stopped: Vec<usize> = (0..n).filter(|&v| self.capacity[v] <= 0.0).collect();
        let without = suppliers.iter().zip(&self.groups.buyer).filter(|(count, _)| **count == 0);
        stopped.extend(without.map(|(_, &buyer)| buyer as usize));
        while let Some(u) = stopped.pop() {
            if !std::mem::take(&mut works[u]) {
                continue;
            }
            for (group, buyer, _) in self.ties(u) {
                suppliers[group] -= 1;
                if suppliers[group] == 0 {
                    stopped.push(buyer);
                }
            }
        }
        let sells = |v: &usize| self.final_demand[*v] > 0.0;
        if goal == SurgeGoal::Proportional && (0..n).any(|v| sells(&v) && !works[v]) {
            return vec![false; n];
        }
        let mut serves = vec![false; n];
        let mut reached: Vec<usize> = (0..n).filter(|v| works[*v] && sells(v)).collect();
        for &v in &reached {
            serves[v] = true;
        }
        while let Some(v) = reached.pop() {
            for k in self.graph.in_range(v) {
                let u = self.graph.sources()[k] as usize;
                let delivers = self.room[self.graph.in_edges()[k] as usize] > 0.0;
                if works[u] && delivers && !serves[u] {
                    serves[u] = true;
                    reached.push(u);
                }
            }
        }
        serves
    }

    /// The program of these nodes; nothing without any.
    fn program(&self, serves: &[bool], goal: SurgeGoal) -> Option<Part> {
        let nodes: Vec<usize> = (0..serves.len()).filter(|&v| serves[v]).collect();
        let mut place = vec![u32::MAX; serves.len()];
        for (at, &v) in nodes.iter().enumerate() {
            place[v] = at as u32;
        }
        let (mut need, mut of_group) = (Vec::new(), vec![u32::MAX; self.groups.buyer.len()]);
        let mut begins = vec![0_u32; nodes.len() + 1];
        for (g, (&buyer, total)) in self.groups.buyer.iter().zip(&self.groups.total).enumerate() {
            let buyer = buyer as usize;
            if serves[buyer] {
                of_group[g] = need.len() as u32;
                need.push(total / self.output[buyer]);
                begins[place[buyer] as usize + 1] = need.len() as u32;
            }
        }
        for at in 1..begins.len() {
            begins[at] = begins[at].max(begins[at - 1]);
        }
        let (mut ties, mut edges) = (Vec::new(), Vec::new());
        for &u in &nodes {
            for (group, _, edge) in self.ties(u).filter(|&(_, buyer, _)| serves[buyer]) {
                ties.push(Tie { seller: place[u], group: of_group[group], room: self.room[edge] });
                edges.push(edge);
            }
        }
        let capacity: Vec<f64> = nodes.iter().map(|&v| self.capacity[v]).collect();
        let demand = nodes.iter().map(|&v| self.final_demand[v]);
        let sales: Vec<(u32, f64)> =
            (0..).zip(demand).filter(|(_, demand)| *demand != 0.0).collect();
        // A factor or a sale never comes near its room, which only says where to look.
        let finals = match goal {
            SurgeGoal::Total => sales
                .iter()
                .map(|&(j, demand)| FinalSale {
                    sellers: vec![(j, demand.signum())],
                    room: if demand > 0.0 { 2.0 * capacity[j as usize] } else { -demand },
                    gain: demand.signum(),
                })
                .collect(),
            SurgeGoal::Proportional => {
                let positive = sales.iter().filter(|(_, demand)| *demand > 0.0);
                let most = positive.map(|&(j, demand)| capacity[j as usize] / demand);
                let room = 2.0 * most.reduce(f64::min)?;
                vec![FinalSale { sellers: sales, room, gain: 1.0 }]
            }
        };
        let program = SurgeProgram::new(ties, capacity, need, begins, finals);
        (!nodes.is_empty()).then_some(Part { program, nodes, edges })
    }

    /// What is used up in all best plans: what limits it is worth more than what is left of it is large.
    fn bottlenecks(&self, part: &Part, best: &Optimum) -> Bottlenecks {
        let rooms = part.program.rooms();
        let limit = |k: usize, baseline: f64| {
            let (left, price) = (best.left[k] / rooms[k], best.price[k]);
            let is_used_up = left < AT_LIMIT && price * rooms[k] / best.worth.1 > left;
            is_used_up.then_some(Limit { baseline, capacity: rooms[k], price })
        };
        let ties = part.edges.iter().enumerate();
        let mut edges: Vec<(usize, Limit)> =
            ties.filter_map(|(k, &e)| Some((e, limit(k, self.graph.flows()[e])?))).collect();
        edges.sort_by_key(|(edge, _)| *edge);
        let first = part.edges.len();
        let nodes = part.nodes.iter().enumerate();
        let nodes =
            nodes.filter_map(|(at, &v)| Some((v, limit(first + at, self.output[v])?))).collect();
        Bottlenecks { nodes, edges }
    }
}

/// [`surge_capacity_lp()`] behind the registry.
pub struct SurgeCapacityLp;

static FIGURES: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "surge_lambda",
        Unit::One,
        "The factor by which all final sales could be made at once.",
    ),
    ColumnSpec::number(
        "surge_final_sales",
        Unit::Currency,
        "The most that could be sold to final users, in any mixture.",
    ),
    ColumnSpec::number(
        "surge_final_ratio",
        Unit::One,
        "The most that could be sold to final users by what is sold now.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "surge_capacity_lp",
    family: Family::Flexibility,
    summary: "How far final sales could rise with the capacities there are, where each firm keeps its recipe.",
    formula: "max Σ f, and max λ with f = λ f0: Σ_j Z_ij + f_i = x_i ≤ cap_i; Σ_{i in k} Z_ij ≥ a_kj x_j for each buyer and type; \
              Z_ij ≤ (1 + γ) Z0_ij",
    source: "Toolkit definition, after Koopmans (1951); Mehrotra (1992) for the solution",
    reading: "surge_lambda = 1.2: a fifth more of everything. surge_final_sales lets firms choose what to make more of, so \
              surge_final_ratio is not below surge_lambda unless stocks add to sales. lower = a plan achieves it, upper = proved that none does better. \
              surge_bottlenecks lists what every best plan uses up; price = what one unit more would add, as long as nothing else \
              becomes scarce. No time, no stocks, no new partners. Without a side table `essential` every type is essential. \
              Self-loops are used.",
    cost: "O(n³) a step, some 20 to 60 steps",
    needs: &[],
    params: &[
        ParamSpec::new(
            "by",
            "\"\"",
            "Node column that says what firms make; empty for the first of `sector`, `role`, `stage`.",
        ),
        ParamSpec::new(
            "inputs",
            "\"auto\"",
            "`auto`: as the side table says, all essential without it; `substitutable` or `essential`: all.",
        ),
        GAMMA,
        ParamSpec::new("tie_gamma", "0.5", "Room by flow where an edge has no `capacity`."),
        ParamSpec::new(
            "method",
            "\"auto\"",
            "`auto`: refuses above 4,000 firms; `exact`: takes all.",
        ),
    ],
    outputs: &[
        Output { table: TableId::SurgeBottlenecks, columns: &BOTTLENECKS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for SurgeCapacityLp {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn sides(&self) -> &'static [SideSpec] {
        std::slice::from_ref(&ESSENTIAL)
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: SurgeLpConfig = params.decode()?;
        let inputs = Essentiality::read(graph, &config.by, config.inputs, params)?;
        let solve = |goal| surge_capacity_lp(graph, &inputs, goal, &config, progress);
        progress.begin("linear programs", 2);
        let total = solve(SurgeGoal::Total)?;
        progress.advance(1);
        let factor = solve(SurgeGoal::Proportional)?;
        progress.advance(1);
        let mut rows = Rows::new(&BOTTLENECKS);
        total.bottlenecks.write(graph, "lp_total", &mut rows);
        factor.bottlenecks.write(graph, "lp_proportional", &mut rows);
        let has_sales = total.baseline > 0.0;
        let figure = |i: usize, lower: f64, upper: f64, by: f64| {
            let value =
                if has_sales { ratio_or_status(lower, by) } else { Err(Status::ZeroDenominator) };
            let interval = value.is_ok().then_some((lower / by, upper / by));
            Figure { interval, method: "bounds", ..Figure::new(&FIGURES[i], value) }
        };
        let figures = [
            figure(0, factor.value, factor.bound, 1.0),
            figure(1, total.value, total.bound, 1.0),
            figure(2, total.value, total.bound, total.baseline),
        ];
        Ok(vec![rows.table(TableId::SurgeBottlenecks), network_summary(&figures)])
    }

    fn remarks(&self, graph: &SupplyGraph, params: &Params) -> Vec<Diagnostic> {
        let Ok(config) = params.decode::<SurgeLpConfig>() else { return Vec::new() };
        let inputs = Essentiality::read(graph, &config.by, config.inputs, params).ok();
        inputs.and_then(|inputs| inputs.remark()).into_iter().collect()
    }
}
