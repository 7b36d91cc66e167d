//! Attack curves and what they come to, behind the registry.

use super::attack_curve::{AttackCurve, CurvePoint, RobustnessConfig, robustness_curves};
use super::attack_order::{AttackOrder, REMOVALS, Removals, Target};
use super::essentiality::{ESSENTIAL, Essentiality, Inputs};
use super::fc_random::fc_random;
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, SideSpec,
    network_summary,
};
use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Unit, Values};
use palenque_graph::{EdgeIndex, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// [`robustness_curves`] and [`fc_random`] behind the registry.
pub struct RobustnessCurve;

const fn whole(name: &'static str, unit: Unit, meaning: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind: Kind::I64, unit, meaning }
}

static SCENARIO: ColumnSpec = ColumnSpec::text("scenario", "The order of removal.");
static MODE: ColumnSpec = ColumnSpec::text(
    "mode",
    "`static`: by the scores of the intact network; `adaptive`: of what is left.",
);
static TARGET: ColumnSpec =
    ColumnSpec::text("target", "What is removed: `node`, or `edge` for links.");

static CURVE: [ColumnSpec; 15] = [
    SCENARIO,
    MODE,
    TARGET,
    whole("replicate", Unit::Id, "0; −1 for the mean over random orders."),
    whole("step", Unit::Count, "Nodes, or links, removed."),
    ColumnSpec::text(
        "removed_id",
        "The node removed last, or the link as `seller → buyer`; empty in means.",
    ),
    ColumnSpec::number("fraction_removed", Unit::One, "The share of all that is removed."),
    ColumnSpec::number(
        "giant_wcc_share",
        Unit::One,
        "Nodes of the largest weak component by all nodes of the intact network.",
    ),
    ColumnSpec::number(
        "giant_scc_share",
        Unit::One,
        "Nodes of the largest strong component by all nodes; empty where it was not looked for.",
    ),
    ColumnSpec::number(
        "surviving_flow_share",
        Unit::One,
        "Flow between nodes that are left by flow between all; self-loops left out.",
    ),
    ColumnSpec::number(
        "served_demand_share",
        Unit::One,
        "Final demand for nodes that are left by that for all; empty where links are removed.",
    ),
    ColumnSpec::number(
        "susceptibility",
        Unit::Count,
        "Mean size of the component of a node outside of the largest; empty if there is none.",
    ),
    whole("n_components", Unit::Count, "Weak components; empty in means."),
    ColumnSpec::number(
        "giant_lower",
        Unit::One,
        "2.5 % quantile of giant_wcc_share over random orders.",
    ),
    ColumnSpec::number(
        "giant_upper",
        Unit::One,
        "97.5 % quantile of giant_wcc_share over random orders.",
    ),
];

static SUMMARY: [ColumnSpec; 11] = [
    SCENARIO,
    MODE,
    TARGET,
    ColumnSpec::number(
        "r_index",
        Unit::One,
        "Mean of giant_wcc_share over all removals; for nodes at most about 1/2.",
    ),
    ColumnSpec::number("r_index_lower", Unit::One, "2.5 % quantile over random orders."),
    ColumnSpec::number("r_index_upper", Unit::One, "97.5 % quantile over random orders."),
    ColumnSpec::number(
        "f_half",
        Unit::One,
        "Fraction removed at which giant_wcc_share first is below 1/2.",
    ),
    ColumnSpec::number(
        "f_5pct",
        Unit::One,
        "Fraction removed at which giant_wcc_share first is below 1/20.",
    ),
    ColumnSpec::number(
        "fc_random",
        Unit::One,
        "Fraction expected from the degrees alone; empty unless removal is random.",
    ),
    whole("n_replicates", Unit::Count, "Random orders; 1 for any other."),
    whole("seed", Unit::Id, "Where the random orders begin; empty unless removal is random."),
];

static FIGURES: [ColumnSpec; 5] = [
    ColumnSpec::number("r_index_random", Unit::One, "Robustness to random removal."),
    ColumnSpec::number(
        "r_index_degree_static",
        Unit::One,
        "Robustness to removal of the nodes with most partners.",
    ),
    ColumnSpec::number(
        "r_index_degree_adaptive",
        Unit::One,
        "Robustness to removal of the nodes with most partners among those that are left.",
    ),
    ColumnSpec::number(
        "r_index_betweenness_adaptive",
        Unit::One,
        "Robustness to removal of the nodes that are most between those that are left.",
    ),
    ColumnSpec::number(
        "fc_random",
        Unit::One,
        "Fraction at whose random removal a network of these degrees falls apart.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "robustness_curve",
    family: Family::Resilience,
    summary: "What is left of the network as firms, or links, fall out, at random or the important ones first.",
    formula: "s(q) = largest weak component after q removals / n; r_index = (1/N) Σ_{q=1..N} s(q) over N firms or links; \
              fc_random = 1 − 1/(κ − 1), κ = <k²>/<k>",
    source: "Albert, Jeong and Barabási (2000); Holme et al. (2002) for links; Schneider et al. (2011), eq. 1; Zeng and Liu (2012) \
             for links; Newman and Ziff (2001); Molloy and Reed (1995); Cohen et al. (2000)",
    reading: "High r_index = robust: (n − 1)/n² for a star under attack, (n − 1)/(2n) if all are tied to all. Compare \
              an attack with random removal of the same network. Structure only: nobody stops for want of inputs. \
              Direction matters for strong components only; self-loops are left out.",
    cost: "O((n + m) α(n)) time for each order and replicate; for betweenness, what that costs",
    needs: &[],
    params: &[
        ParamSpec {
            name: "orders",
            default: r#"["random", "degree", "strength", "pagerank_reverse", "output"]"#,
            meaning: "Orders of removal of firms: `random`, `degree`, `strength`, `betweenness`, `pagerank_reverse`, `output`, `esri`, \
                      and `file` for the side table `removals`.",
        },
        ParamSpec {
            name: "adaptive",
            default: r#"["degree"]"#,
            meaning: "Orders whose scores are computed anew after every removal: `degree`, `strength`, `betweenness`.",
        },
        ParamSpec {
            name: "link_orders",
            default: r#"["random", "degree", "strength"]"#,
            meaning: "Orders of removal of links: `random`, `degree` (the product of both ends'), `strength` (the flow), \
                      `betweenness`, `file`.",
        },
        ParamSpec {
            name: "link_adaptive",
            default: "[]",
            meaning: "The same with scores computed anew after every removal: `betweenness`.",
        },
        ParamSpec {
            name: "by",
            default: "\"\"",
            meaning: "For `esri`: node column that says what firms make; empty for the first of `sector`, `role`, `stage`.",
        },
        ParamSpec {
            name: "inputs",
            default: "\"auto\"",
            meaning: "For `esri`: `auto`: as the side table says, all essential without it; `substitutable` or `essential`: all.",
        },
        ParamSpec {
            name: "points",
            default: "201",
            meaning: "Points of a curve at most, 2 or more.",
        },
        ParamSpec { name: "replicates", default: "100", meaning: "Random orders to average over." },
        ParamSpec { name: "seed", default: "1", meaning: "Where the random orders begin." },
    ],
    outputs: &[
        Output { table: TableId::RobustnessCurve, columns: &CURVE },
        Output { table: TableId::RobustnessSummary, columns: &SUMMARY },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

static SIDES: [SideSpec; 2] = [ESSENTIAL, REMOVALS];

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Asked {
    by: String,
    inputs: Inputs,
    #[serde(flatten)]
    curves: RobustnessConfig,
}

impl Metric for RobustnessCurve {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
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
        let Asked { by, inputs, mut curves } = params.decode()?;
        curves.given = Removals::read(graph, params)?;
        if curves.orders.contains(&AttackOrder::Esri) {
            curves.given.inputs = Some(Essentiality::read(graph, &by, inputs, params)?);
        }
        let config = curves;
        let curves = robustness_curves(graph, &config, progress)?;
        let fc = fc_random(graph);
        Ok(vec![
            curve_table(graph, &curves),
            summary_table(&curves, fc, config.seed),
            network_summary(&figures(&curves, fc, &config)),
        ])
    }
}

/// A column with a cell for each row.
fn texts<T>(rows: &[T], cell: impl Fn(&T) -> Option<&str>) -> Values {
    Values::Text(rows.iter().map(|row| cell(row).map(Into::into)).collect())
}

fn numbers<T>(rows: &[T], cell: impl Fn(&T) -> Option<f64>) -> Values {
    Values::F64(rows.iter().map(|row| cell(row).unwrap_or(f64::NAN)).collect())
}

fn wholes<T>(rows: &[T], cell: impl Fn(&T) -> Option<u64>) -> Values {
    let whole = |row| cell(row).and_then(|n| i64::try_from(n).ok());
    Values::I64(rows.iter().map(whole).collect())
}

fn columns(specs: &[ColumnSpec], values: impl IntoIterator<Item = Values>) -> Vec<Column> {
    specs.iter().zip(values).map(|(spec, values)| Column::new(spec, values)).collect()
}

fn mode(curve: &AttackCurve) -> &'static str {
    if curve.is_adaptive { "adaptive" } else { "static" }
}

fn curve_table(graph: &SupplyGraph, curves: &[AttackCurve]) -> Table {
    let rows: Vec<(&AttackCurve, &CurvePoint)> =
        curves.iter().flat_map(|c| c.points.iter().map(move |point| (c, point))).collect();
    let replicate = |(curve, _): &(&AttackCurve, &CurvePoint)| match curve.order {
        AttackOrder::Random => Some(-1),
        _ => Some(0),
    };
    let id = |row: &(&AttackCurve, &CurvePoint)| {
        let removed = row.1.removed?;
        let name = |node: NodeIndex| graph.node_id(node);
        Some(match row.0.target {
            Target::Node => name(NodeIndex::from(removed)).to_owned(),
            Target::Edge => {
                let (seller, buyer) = graph.endpoints(EdgeIndex::from(removed));
                format!("{} → {}", name(seller), name(buyer))
            }
        })
    };
    let ids: Vec<Option<Box<str>>> =
        rows.iter().map(|row| id(row).map(String::into_boxed_str)).collect();
    let fraction =
        |row: &(&AttackCurve, &CurvePoint)| Some(row.1.step as f64 / row.0.n_units as f64);
    let values = [
        texts(&rows, |row| Some(row.0.order.name())),
        texts(&rows, |row| Some(mode(row.0))),
        texts(&rows, |row| Some(row.0.target.name())),
        Values::I64(rows.iter().map(replicate).collect()),
        wholes(&rows, |row| Some(row.1.step as u64)),
        Values::Text(ids),
        numbers(&rows, fraction),
        numbers(&rows, |row| Some(row.1.giant_wcc_share)),
        numbers(&rows, |row| row.1.giant_scc_share),
        numbers(&rows, |row| row.1.surviving_flow_share),
        numbers(&rows, |row| row.1.served_demand_share),
        numbers(&rows, |row| row.1.susceptibility),
        wholes(&rows, |row| row.1.n_components.map(u64::from)),
        numbers(&rows, |row| row.1.giant_interval.map(|interval| interval.0)),
        numbers(&rows, |row| row.1.giant_interval.map(|interval| interval.1)),
    ];
    Table::new(TableId::RobustnessCurve, columns(&CURVE, values))
}

fn summary_table(curves: &[AttackCurve], fc: Option<f64>, seed: u64) -> Table {
    let is_random = |curve: &AttackCurve| curve.order == AttackOrder::Random;
    let values = [
        texts(curves, |curve| Some(curve.order.name())),
        texts(curves, |curve| Some(mode(curve))),
        texts(curves, |curve| Some(curve.target.name())),
        numbers(curves, |curve| curve.r_index),
        numbers(curves, |curve| Some(curve.r_interval?.0)),
        numbers(curves, |curve| Some(curve.r_interval?.1)),
        numbers(curves, |curve| curve.f_half),
        numbers(curves, |curve| curve.f_5pct),
        numbers(curves, |curve| fc.filter(|_| is_random(curve) && curve.target == Target::Node)),
        wholes(curves, |curve| Some(curve.n_replicates as u64)),
        wholes(curves, |curve| is_random(curve).then_some(seed)),
    ];
    Table::new(TableId::RobustnessSummary, columns(&SUMMARY, values))
}

fn figures(curves: &[AttackCurve], fc: Option<f64>, config: &RobustnessConfig) -> Vec<Figure> {
    let r_index = |spec, order, is_adaptive| {
        let is_asked = |curve: &&AttackCurve| {
            (curve.order, curve.is_adaptive, curve.target) == (order, is_adaptive, Target::Node)
        };
        let Some(curve) = curves.iter().find(is_asked) else {
            return Figure::new(spec, Err(Status::InputMissing));
        };
        let figure = Figure::new(spec, curve.r_index.ok_or(Status::InsufficientN));
        if order != AttackOrder::Random {
            return figure;
        }
        let RobustnessConfig { replicates, seed, .. } = config;
        let params = format!("replicates={replicates};seed={seed}");
        let method = if curve.is_sampled { "sampled" } else { "exact" };
        Figure { interval: curve.r_interval, method, params, ..figure }
    };
    let [random, degree, degree_adaptive, betweenness_adaptive, fc_spec] = &FIGURES;
    vec![
        r_index(random, AttackOrder::Random, false),
        r_index(degree, AttackOrder::Degree, false),
        r_index(degree_adaptive, AttackOrder::Degree, true),
        r_index(betweenness_adaptive, AttackOrder::Betweenness, true),
        Figure::new(fc_spec, fc.ok_or(Status::ZeroDenominator)),
    ]
}
