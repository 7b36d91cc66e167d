//! The cells of a table that are not as they should be.

use super::super::Context;
use super::fill;
use crate::io_table::{IoTable, OddCell, OddCells, Oddity, Places};
use crate::policy::{EmptyCellRule, NegativeRule};
use crate::text::number::fault;
use palenque_graph::Diagnostic;
use palenque_graph::diagnostic::shown;

/// Judges all odd cells, and fills the empty ones where that was asked for.
pub(super) fn judge(table: &mut IoTable, context: &mut Context<'_>) {
    let all = std::iter::once((&table.places, &table.odd));
    let beside = table.beside.iter().map(|(places, odd)| (places, odd));
    for (places, odd) in all.chain(beside) {
        one_file(places, odd, context);
    }
    let rule = context.policy.empty_cell;
    for column in &mut table.demand {
        fill(&mut column.values, rule);
    }
    for row in &mut table.inputs {
        fill(&mut row.values, rule);
    }
}

fn one_file(places: &Places, odd: &OddCells, context: &mut Context<'_>) {
    let (policy, found) = (context.policy, &mut context.found);
    for OddCell { line, column, what } in &odd.kept {
        let at = places.cell(*line, *column);
        let row = places.row(*line);
        match what {
            Oddity::Empty if policy.empty_cell == EmptyCellRule::Zero => {}
            Oddity::Empty => {
                let what = format!("{row}the cell is empty");
                let help = "write 0 where nothing is delivered, or pass `--empty-cell zero`";
                found.push(Diagnostic::new("E0508", what).at(at).help(help));
            }
            Oddity::Bad(raw) => found.push(bad(raw, &row).at(at)),
            Oddity::Negative(_) if policy.negative != NegativeRule::Error => {}
            Oddity::Negative(z) => {
                let what = format!("{row}the flow is {z}, and a delivery cannot be below zero");
                let note =
                    "final demand and value added may be negative, flows between sectors not";
                let help = "move subsidies and by-products to value added or final demand, or pass \
                            `--negative drop`, `abs` or `reverse`";
                found.push(Diagnostic::new("E0505", what).at(at).note(note).help(help));
            }
            Oddity::Rounded => {
                let what = format!(
                    "{row}a whole number above 2^53 is not exact as a double and was rounded"
                );
                let help = "use a larger unit, or pass `--allow W0412`";
                found.push(Diagnostic::new("W0412", what).at(at).help(help));
            }
        }
    }
    let ids = ["E0508", "E0303", "E0505", "W0412"];
    let judged = [
        policy.empty_cell == EmptyCellRule::Error,
        true,
        policy.negative == NegativeRule::Error,
        true,
    ];
    for (sort, (id, is_judged)) in ids.into_iter().zip(judged).enumerate() {
        let more = odd.n_not_kept(sort);
        if is_judged && more > 0 {
            found.count_more(id, more);
        }
    }
}

/// What is wrong with a cell that holds no number.
fn bad(raw: &str, row: &str) -> Diagnostic {
    let fault = fault(raw);
    let text = shown(raw.trim());
    let (id, what) = match fault.id {
        "E0406" => ("E0508", format!("{row}`{text}` is not a finite number")),
        "E0408" => ("E0408", format!("{row}`{text}` does not fit a double")),
        other => (other, format!("{row}`{text}` is not a number")),
    };
    let help = if fault.help.contains("--missing-weight") {
        "write the number, or 0 where nothing is delivered"
    } else {
        fault.help
    };
    let finding = Diagnostic::new(id, what).help(help);
    match fault.note {
        Some(note) => finding.note(note),
        None => finding,
    }
}
