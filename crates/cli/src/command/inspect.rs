//! `palenque inspect`: what is in the data?

use super::Done;
use super::identities::identities;
use crate::args::ReadArgs;
use crate::diagnostics::Outcome;
use crate::pipeline::typed::reading;
use crate::pipeline::{Base, read};
use crate::selection::Selection;
use crate::session::Session;
use crate::terminal::{columns, grouped, quantity, width};
use palenque_graph::accounts::Accounts;
use palenque_graph::diagnostic::shown;
use palenque_graph::{NodeIndex, SupplyGraph};
use palenque_metrics::Params;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// How many of the largest sellers and buyers are named.
const TOP: usize = 3;

pub(super) fn run(session: &mut Session, args: &ReadArgs) -> Outcome<Done> {
    let pipeline = reading(&args.input)?;
    let read = read(session, &pipeline, &Base::default())?;
    let periods: Vec<&str> = read.panel.iter().map(|(name, _)| name).collect();
    let graph = read.panel.last();
    let Figures { structure, sellers, buyers, quantiles } = measure(session, graph)?;
    let merged: u64 = read
        .files
        .iter()
        .filter(|f| matches!(&*f.role, "edges" | "table" | "make" | "use"))
        .map(|f| f.merged)
        .sum();

    let mut rows: Vec<Vec<String>> = Vec::new();
    for (what, list) in [("sells most", &sellers), ("buys most", &buyers)] {
        for (i, &(node, flow)) in list.iter().enumerate() {
            let name = graph.nodes().text("name").and_then(|names| names.get(node.index()));
            let mut row = vec![format!("{:<11}", if i == 0 { what } else { "" })];
            row.push(graph.node_id(node).to_owned());
            row.extend(graph.nodes().text("name").map(|_| name.unwrap_or_default().to_owned()));
            row.push(quantity(flow));
            rows.push(row);
        }
    }
    let limit = if args.wide { None } else { width() };
    let n = graph.n_nodes() as u64;
    let unit = graph.unit().map_or_else(String::new, |unit| format!(", flow in {unit}"));
    let who = if pipeline.inputs.is_table() { "sectors" } else { "firms" };
    let mut text = format!("{} edges, {} {who}{unit}", grouped(graph.n_edges() as u64), grouped(n));
    if periods.len() > 1 {
        let last = periods.last().copied().unwrap_or_default();
        let _ = write!(text, ", {} periods (shown: {last})", periods.len());
    }
    text.push('\n');
    text += &columns(&rows, limit);
    let figure = |name: &str| structure.get(name).and_then(Value::as_f64);
    if let (Some(weak), Some(strong)) = (figure("n_components_weak"), figure("giant_scc_share")) {
        let giant = figure("giant_share").unwrap_or(1.0) * n as f64;
        let _ = writeln!(
            text,
            "components   {weak} weak (largest {:.0}), largest strong {:.0} ({:.0} %)",
            giant.round(),
            (strong * n as f64).round(),
            strong * 100.0
        );
    }
    let _ = writeln!(
        text,
        "rows         self-loops {}, merged into others {}",
        grouped(graph.n_self_loops() as u64),
        grouped(merged)
    );
    if let Some([min, median, p90, max]) = quantiles {
        let _ = writeln!(
            text,
            "flow         least {}, median {}, 90 % below {}, largest {}",
            quantity(min),
            quantity(median),
            quantity(p90),
            quantity(max)
        );
    }
    let _ = write!(text, "{}", accounts_line(graph));
    let (identities, identities_json) = identities(graph);
    text += &identities;
    let known = known_columns(graph);
    if !known.is_empty() {
        let _ = writeln!(text, "columns      {}", known.join(", "));
    }
    text += &beside(graph);
    text += if pipeline.inputs.is_table() {
        "direction    rows sell to columns\n"
    } else if pipeline.policy.money_flow {
        "direction    target sells to source (--money-flow)\n"
    } else {
        "direction    source sells to target (flip with --money-flow)\n"
    };
    let named = |list: &[(NodeIndex, f64)]| -> Vec<Value> {
        let one = |&(node, flow): &(NodeIndex, f64)| json!({ "id": graph.node_id(node), "name": graph.node_label(node), "flow": flow });
        list.iter().map(one).collect()
    };
    let result = json!({
        "nodes": n,
        "edges": graph.n_edges(),
        "periods": periods,
        "unit": graph.unit(),
        "sellers": named(&sellers),
        "buyers": named(&buyers),
        "self_loops": graph.n_self_loops(),
        "merged": merged,
        "flow": quantiles.map(|q| json!({ "min": q[0], "median": q[1], "p90": q[2], "max": q[3] })),
        "columns": known,
        "satellites": graph.satellites().iter().map(palenque_graph::Satellite::name).collect::<Vec<_>>(),
        "relations": graph.relations().iter().map(palenque_graph::Relation::name).collect::<Vec<_>>(),
        "structure": structure,
        "identities": identities_json,
        "money_flow": pipeline.policy.money_flow,
    });
    Ok(Done::text(text, result))
}

/// What takes a while to find.
struct Figures {
    structure: Map<String, Value>,
    sellers: Vec<(NodeIndex, f64)>,
    buyers: Vec<(NodeIndex, f64)>,
    quantiles: Option<[f64; 4]>,
}

/// Looks at the flows beside the network's shape, where two threads may be used.
fn measure(session: &mut Session, graph: &SupplyGraph) -> Outcome<Figures> {
    let of_flows = || {
        let (sellers, buyers) = (largest(&graph.out_strengths()), largest(&graph.in_strengths()));
        (sellers, buyers, quantiles(graph))
    };
    let (structure, (sellers, buyers, quantiles)) = if session.threads > 1 {
        std::thread::scope(|scope| {
            let beside = scope.spawn(of_flows);
            let structure = structure(session, graph);
            (structure, beside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    } else {
        (structure(session, graph), of_flows())
    };
    Ok(Figures { structure: structure?, sellers, buyers, quantiles })
}

/// Figures of the network's shape, of the metrics that compute them.
fn structure(session: &mut Session, graph: &SupplyGraph) -> Outcome<Map<String, Value>> {
    let wanted = ["n_components_weak", "n_components_strong", "giant_share", "giant_scc_share"];
    let mut figures = Map::new();
    for name in wanted {
        let Ok(selection) = Selection::parse(&[name.to_owned()]) else { continue };
        for pick in &selection.picks {
            if figures.contains_key(name) {
                continue;
            }
            let tables = session.part(pick.spec().name, |session| {
                pick.metric.compute(graph, &Params::default(), &session.progress)
            });
            for table in tables.unwrap_or_default() {
                for row in 0..table.n_rows() {
                    if let (Some(metric), Some(value)) =
                        (table.text("metric", row), table.number("value", row))
                    {
                        figures.insert(metric.to_owned(), value.into());
                    }
                }
            }
            session.stopped()?;
        }
    }
    figures.retain(|name, _| wanted.contains(&name.as_str()));
    Ok(figures)
}

/// The nodes of the largest strengths above 0.
fn largest(strengths: &[f64]) -> Vec<(NodeIndex, f64)> {
    let mut top: Vec<(NodeIndex, f64)> = Vec::with_capacity(TOP + 1);
    for (node, &strength) in strengths.iter().enumerate().filter(|(_, s)| **s > 0.0) {
        let at = top.partition_point(|&(_, larger)| larger >= strength);
        if at < TOP {
            top.insert(at, (NodeIndex::new(node), strength));
            top.truncate(TOP);
        }
    }
    top
}

/// Least, median, 90 % and largest of all flows.
fn quantiles(graph: &SupplyGraph) -> Option<[f64; 4]> {
    let mut flows = graph.flows().to_vec();
    let last = flows.len().checked_sub(1)?;
    #[expect(clippy::cast_sign_loss, reason = "a share of a length")]
    let [median, p90] = [0.5, 0.9].map(|share| (share * last as f64).round() as usize);
    // Below the 90 % point is everything that the median needs, so it is looked for there.
    let (below, &mut p90_flow, above) = flows.select_nth_unstable_by(p90, f64::total_cmp);
    let max = above.iter().copied().fold(p90_flow, f64::max);
    let min = below.iter().copied().fold(p90_flow, f64::min);
    let middle = below.len() > median;
    let median_flow =
        if middle { *below.select_nth_unstable_by(median, f64::total_cmp).1 } else { p90_flow };
    Some([min, median_flow, p90_flow, max])
}

/// Totals of the accounts, where the input says anything about them, and nodes that sell more than they make.
fn accounts_line(graph: &SupplyGraph) -> String {
    let names = ["output", "final_demand", "value_added", "imports"];
    if names.iter().all(|name| graph.nodes().number(name).is_none()) {
        return String::new();
    }
    let accounts = Accounts::of(graph);
    let total = |values: &[f64]| quantity(values.iter().sum());
    let mut line = format!(
        "accounts     output {}, final demand {}, value added {}, imports {}\n",
        total(&accounts.output),
        total(&accounts.final_demand),
        total(&accounts.value_added),
        total(&accounts.imports)
    );
    let imputed = accounts.x_imputed.iter().filter(|&&imputed| imputed).count() as u64;
    let found = accounts.check(graph);
    if imputed > 0 || !found.is_empty() {
        let _ = writeln!(
            line,
            "             outputs imputed {}, nodes that sell more than their output {}",
            grouped(imputed),
            grouped(found.len() as u64)
        );
    }
    line
}

/// Relations and satellite rows, a line each where there are some.
fn beside(graph: &SupplyGraph) -> String {
    let relation = |r: &palenque_graph::Relation| {
        format!("{} ({} ties)", r.name(), grouped(r.ties().len() as u64))
    };
    let satellite = |row: &palenque_graph::Satellite| match row.unit() {
        Some(unit) => format!("{} ({})", shown(row.name()), shown(unit)),
        None => shown(row.name()),
    };
    let relations: Vec<String> = graph.relations().iter().map(relation).collect();
    let satellites: Vec<String> = graph.satellites().iter().map(satellite).collect();
    let mut text = String::new();
    for (what, list) in [("relations", relations), ("satellites", satellites)] {
        if !list.is_empty() {
            let _ = writeln!(text, "{what:<12} {}", list.join(", "));
        }
    }
    text
}

fn known_columns(graph: &SupplyGraph) -> Vec<String> {
    let texts = graph.nodes().texts().map(|(name, _)| name.to_owned());
    let numbers = graph.nodes().numbers().map(|(name, _)| name.to_owned());
    texts.chain(numbers).map(|name| palenque_graph::diagnostic::shown(&name)).collect()
}
