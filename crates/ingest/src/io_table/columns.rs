//! Columns of a Parquet or Arrow file as the rows of a sheet.

use super::{Cell, RowSink};
use crate::source::Refusal;
use palenque_frame::{RawColumn, RawValues};

/// Hands over a row of titles and the rows below it. Titles that are a pair written out, as the data-frame
/// libraries of Python name columns that have two (`('MEX', 'C15')`), become two rows of titles; columns of text
/// come before the others, as they label the rows (or the last ones, where the sink knows how many do).
///
/// # Errors
/// What the sink refuses.
pub(crate) fn rows(columns: &[RawColumn], sink: &mut dyn RowSink) -> Result<(), Refusal> {
    let is_text = |column: &RawColumn| matches!(column.values, RawValues::Text(_));
    let first_label = sink.n_labels().map(|n| columns.len().saturating_sub(n));
    let is_label =
        |at: usize| first_label.map_or_else(|| is_text(&columns[at]), |first| at >= first);
    let (labels, others): (Vec<usize>, Vec<usize>) =
        (0..columns.len()).partition(|&at| is_label(at));
    let ordered: Vec<&RawColumn> = labels.iter().chain(&others).map(|&at| &columns[at]).collect();
    let pairs: Vec<Option<(String, String)>> = ordered.iter().map(|c| pair(&c.name)).collect();
    let n_labels = pairs.iter().take_while(|pair| pair.is_none()).count();
    if n_labels < pairs.len() && pairs[n_labels..].iter().all(Option::is_some) {
        let label = |at: usize, nth: usize| match &pairs[at] {
            Some((first, second)) => {
                if nth == 0 {
                    first.clone()
                } else {
                    second.clone()
                }
            }
            None if at == 0 => ["region", "sector"][nth].into(),
            None => String::new(),
        };
        for nth in 0..2 {
            let titles: Vec<String> = (0..ordered.len()).map(|at| label(at, nth)).collect();
            let cells: Vec<Cell<'_>> = titles.iter().map(|title| Cell::Text(title)).collect();
            sink.row(nth as u64, &cells)?;
        }
    } else {
        let titles: Vec<Cell<'_>> = ordered.iter().map(|c| Cell::Text(&c.name)).collect();
        sink.row(0, &titles)?;
    }
    let n = ordered.first().map_or(0, |column| column.values.len());
    for row in 0..n {
        let cells: Vec<Cell<'_>> = ordered.iter().map(|c| cell(&c.values, row)).collect();
        sink.row(row as u64 + 1, &cells)?;
    }
    Ok(())
}

fn cell(values: &RawValues, row: usize) -> Cell<'_> {
    match values {
        RawValues::Text(texts) => texts[row].as_deref().map_or(Cell::Empty, Cell::Text),
        RawValues::F64(numbers) => numbers[row].map_or(Cell::Empty, Cell::Number),
        RawValues::I64(numbers) => numbers[row].map_or(Cell::Empty, |x| Cell::Number(x as f64)),
        RawValues::Decimal(numbers) => {
            numbers[row].map_or(Cell::Empty, |x| Cell::Number(x.nearest().0))
        }
        RawValues::Bool(values) => {
            let word = |x: bool| Cell::Text(if x { "true" } else { "false" });
            values[row].map_or(Cell::Empty, word)
        }
    }
}

/// The two texts of `('a', 'b')`, in either sort of quotes.
pub(super) fn pair(title: &str) -> Option<(String, String)> {
    let inside = title.strip_prefix('(')?.strip_suffix(')')?;
    let (first, rest) = quoted(inside)?;
    let (second, rest) = quoted(rest.strip_prefix(", ")?)?;
    rest.is_empty().then_some((first, second))
}

/// A text in quotes as Python writes it, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mark = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let (mut out, mut escaped) = (String::new(), false);
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            out.push(c);
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == mark {
            return Some((out, &text[at + 1..]));
        } else {
            out.push(c);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_pairs_are_taken_apart() {
        let both = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(pair("('reg1', 'food')"), both("reg1", "food"));
        assert_eq!(pair(r#"('CI', "Côte d'Ivoire, (all)")"#), both("CI", "Côte d'Ivoire, (all)"));
        assert_eq!(pair(r"('a\'b', 'c')"), both("a'b", "c"));
        for other in ["region", "('a', 'b', 'c')", "(a, b)", "('a')", "('a', 'b'"] {
            assert_eq!(pair(other), None, "{other}");
        }
    }
}
