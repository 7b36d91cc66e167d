//! Static shocks: what a change of demand, of supply, of costs or of capacity does in the end.

use super::shock_table::{SHOCKS, Shock, ShockKind, ShocksConfig, shocks};
use crate::kernel::coefficients::Economy;
use crate::kernel::ratio::ratio;
use crate::kernel::signed_solve::SignedSolve;
use crate::long::{Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, SideSpec};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// What a shock did: quantities of output, or prices, before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// Output before, or the price 1.
    pub before: Vec<f64>,
    /// The change; 0 exactly where the shock does not reach.
    pub change: Vec<f64>,
    /// Final demand after.
    pub final_demand: Vec<f64>,
    /// Whether final demand would have to be negative where it was not: the shock is infeasible there.
    pub infeasible: Vec<bool>,
}

/// The response of the whole network to a shock.
///
/// # Formula
/// - demand: `Δx = L Δf`;
/// - supply: `Δx' = Δv' G`, computed as `Δx_j = x_j (Lᵀ(Δv / x))_j`;
/// - price: `Δp = Lᵀ Δv_c`, with `Δv_c` costs by unit of output and all prices 1 before;
/// - output (mixed model): with the outputs `x_C` of the shocked nodes given, `x_N = (I − A_NN)⁻¹ (f_N + A_NC x_C)` for the
///   others, and `f_C = (I − A_CC) x_C − A_CN x_N` is what is left for final users of the shocked.
/// # Source
/// Miller and Blair (2009), ch. 2, 12 and 13; Ghosh (1958), Oosterhaven (1988) and Dietzenbacher (1997) for the supply model.
/// # Input and result
/// `given` is the shock at each node, 0 where there is none, in the unit of the flows, and for prices by unit of output.
/// Accounts as [`Accounts`](palenque_graph::accounts::Accounts) completes them. Nodes without output do not respond.
/// # Cost
/// Three solves: `O(k (n + m))` time, `O(n + m)` memory.
/// # Errors
/// Those of [`Economy::of`] and of the solves.
/// # Example
/// Final users take 3 less of the still's 9; the grower supplies a third of its output.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::kernel::coefficients::Economy;
/// # use palenque_metrics::resilience::shock_table::ShockKind;
/// # use palenque_metrics::resilience::shocks::respond;
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(3.0), Some(9.0)]);
/// let economy = Economy::of(&graph)?;
/// let response = respond(&economy, ShockKind::Demand, &[0.0, -3.0], &NoProgress)?;
/// assert!((response.change[0] + 1.0).abs() < 1e-12 && (response.change[1] + 3.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn respond(
    economy: &Economy<'_>,
    kind: ShockKind,
    given: &[f64],
    progress: &dyn Progress,
) -> Result<Response, MetricError> {
    let (x, f) = (&economy.accounts().output, &economy.accounts().final_demand);
    let active = |j: usize, value: f64| if economy.is_active(j) { value } else { 0.0 };
    let each = |value: &dyn Fn(usize) -> f64| -> Vec<f64> {
        (0..x.len()).map(|j| active(j, value(j))).collect()
    };
    let quantities = |change: Vec<f64>, final_demand: Vec<f64>| {
        let infeasible = final_demand.iter().zip(f).zip(x);
        // What rounding may leave of nothing is not a shortage.
        let infeasible = infeasible.map(|((after, f), x)| *f >= 0.0 && *after < -1e-9 * x.abs());
        Response { before: x.clone(), change, infeasible: infeasible.collect(), final_demand }
    };
    let solve = |matrix, c: &[f64]| SignedSolve::of(economy, matrix, progress)?.solve(c, progress);
    match kind {
        ShockKind::Demand => {
            let shock = each(&|i| given[i]);
            let change = solve(economy.requirements(), &shock)?;
            Ok(quantities(change, f.iter().zip(&shock).map(|(f, shock)| f + shock).collect()))
        }
        ShockKind::Supply => {
            let scaled = solve(economy.recipes(), &each(&|j| given[j] / x[j]))?;
            let change = each(&|j| x[j] * scaled[j]);
            // Sales to nodes and to final users change in one proportion.
            let demand = (0..x.len()).map(|j| f[j] * (1.0 + scaled[j])).collect();
            Ok(quantities(change, demand))
        }
        ShockKind::Price => {
            let change = solve(economy.recipes(), &each(&|j| given[j]))?;
            let unmoved = vec![false; x.len()];
            Ok(Response {
                before: vec![1.0; x.len()],
                change,
                final_demand: f.clone(),
                infeasible: unmoved,
            })
        }
        ShockKind::Output => {
            let fixed = |i: usize| given[i] != 0.0;
            let requirements = economy.requirements();
            let short = |i: usize| -> f64 {
                let shocked = requirements.row(i).filter(|(j, _)| fixed(*j));
                shocked.map(|(j, a)| a * given[j]).sum()
            };
            let pulled = each(&|i| if fixed(i) { 0.0 } else { short(i) });
            let among_others = economy.requirements().keep(|i, j| !fixed(i) && !fixed(j));
            let others = solve(among_others, &pulled)?;
            let change = each(&|i| if fixed(i) { given[i] } else { others[i] });
            let left = |i: usize| f[i] + change[i] - requirements.row_times(i, &change);
            let demand = (0..x.len()).map(|i| if fixed(i) { left(i) } else { f[i] }).collect();
            Ok(quantities(change, demand))
        }
    }
}

/// [`respond`] behind the registry.
pub struct StaticShocks;

static COLUMNS: [ColumnSpec; 10] = [
    ColumnSpec::text("shock", "The kind of shock: `demand`, `supply`, `price` or `output`."),
    ColumnSpec::text("node_id", "The node's id, as in the input."),
    ColumnSpec::number("given", Unit::None, "The shock at the node, as given; 0 for the others."),
    ColumnSpec::number("before", Unit::None, "Output before; for `price`, the price 1."),
    ColumnSpec::number("after", Unit::None, "Output after; for `price`, the price."),
    ColumnSpec::number("change", Unit::None, "After less before."),
    ColumnSpec::number("change_rel", Unit::One, "Change by what was before."),
    ColumnSpec::number("final_demand", Unit::Currency, "Final demand after the shock."),
    ColumnSpec::flag("infeasible", "Whether final demand would have to become negative."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "static_shocks",
    family: Family::Resilience,
    summary: "What the whole network makes, or charges, once a shock to demand, supply, costs or capacity has worked through.",
    formula: "demand: Δx = L Δf; supply: Δx' = Δv' G; price: Δp = L' Δv_c; output (mixed model): x_N = (I − A_NN)^-1 \
              (f_N + A_NC x_C), f_C = (I − A_CC) x_C − A_CN x_N",
    source: "Leontief (1936); Ghosh (1958); Oosterhaven (1988); Dietzenbacher (1997); Miller and Blair (2009), ch. 2, 12 and 13",
    reading: "demand: final users buy more or less; all that is needed is made. output: some nodes can make only so much; \
              the others keep serving final users, and what is left of the scarce goods goes to theirs: `infeasible` where \
              not even inputs suffice, so that the loss is larger than shown. supply: primary inputs of a node change and \
              buyers use what they get in fixed proportions to nothing else; implausible as a model of quantities, since \
              goods are made without their other inputs (Oosterhaven 1988): read change_rel as the change of prices that a \
              cost shock in value added passes on (Dietzenbacher 1997), or as an indication of who is downstream. price: \
              costs passed on in full, `given` by unit of output. All are linear, without stocks, substitutes or time: for \
              a first week's disruption use models with inventories. Self-loops are used.",
    cost: "three solves a kind of shock, O(k (n + m)) time for k sweeps; no inverse",
    needs: &[],
    params: &[
        ParamSpec {
            name: "node",
            default: "",
            meaning: "The node of a single shock, beside those of the side table `shocks`.",
        },
        ParamSpec {
            name: "change",
            default: "-0.1",
            meaning: "The change at that node, in `measure`.",
        },
        ParamSpec {
            name: "kind",
            default: "demand",
            meaning: "What changes where a row of `shocks` does not say: `demand`, `supply`, `price` or `output`.",
        },
        ParamSpec {
            name: "measure",
            default: "share",
            meaning: "How changes are given: `share` of the node's final demand (`demand`), value added (`supply`), value \
                      added by unit of output (`price`) or output (`output`); or `amount`, in the unit of the flows and for \
                      `price` by unit of output.",
        },
    ],
    outputs: &[Output { table: TableId::ShockNodes, columns: &COLUMNS }],
    core: false,
};

static SIDES: [SideSpec; 1] = [SHOCKS];

impl Metric for StaticShocks {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn sides(&self) -> &'static [SideSpec] {
        &SIDES
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: ShocksConfig = params.decode()?;
        let list = shocks(graph, &config, params.side(SHOCKS.name))?;
        let economy = Economy::of(graph)?.productive()?;
        let mut rows = Rows::new(&COLUMNS);
        for kind in ShockKind::ALL {
            let of_kind: Vec<&Shock> = list.iter().filter(|shock| shock.kind == kind).collect();
            if of_kind.is_empty() {
                continue;
            }
            let mut given = vec![0.0; graph.n_nodes()];
            for shock in of_kind {
                given[shock.node] += config.measure.amount(&economy, shock)?;
            }
            let response = respond(&economy, kind, &given, progress)?;
            for (i, id) in graph.ids().iter().enumerate() {
                let (before, change) = (response.before[i], response.change[i]);
                rows.push([
                    kind.name().into(),
                    id.into(),
                    given[i].into(),
                    before.into(),
                    (before + change).into(),
                    change.into(),
                    ratio(change, before).ok_or(Status::ZeroDenominator).into(),
                    response.final_demand[i].into(),
                    response.infeasible[i].into(),
                ]);
            }
        }
        Ok(vec![rows.table(TableId::ShockNodes)])
    }
}
