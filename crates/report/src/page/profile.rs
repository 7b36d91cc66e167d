//! The indices of a profile: a number, a line over the periods, a place among random networks, a sentence.

use super::ProfileCard;
use super::view::visible;
use crate::number::{percent, short};
use serde::Serialize;
use std::fmt::Write as _;

/// The line over the periods: its width and height.
const WIDE: f64 = 120.0;
const HIGH: f64 = 28.0;
/// Room for the marks at its ends.
const RIM: f64 = 4.0;

/// A card as the template shows it.
#[derive(Serialize)]
pub(super) struct CardView {
    phrase: String,
    index: String,
    meaning: String,
    value: Option<String>,
    interval: Option<String>,
    /// The first and the last period with a value.
    span: Option<String>,
    sentence: String,
    /// Points of the line and place of its end, where there are two values or more.
    line: Option<LineView>,
    /// Where it is among random networks, from 0 to 100.
    percentile: Option<PlaceView>,
}

#[derive(Serialize)]
pub(super) struct LineView {
    points: String,
    x: String,
    y: String,
    alt: String,
}

#[derive(Serialize)]
struct PlaceView {
    x: String,
    alt: String,
}

impl CardView {
    pub(super) fn new(card: &ProfileCard) -> Self {
        let value = card.values.last().and_then(|(_, value)| *value);
        let told = |x| if card.is_share { percent(x) } else { short(x) };
        Self {
            phrase: visible(&card.phrase),
            index: visible(&card.index),
            meaning: visible(&card.meaning),
            value: value.map(told),
            interval: card.interval.map(|(low, high)| format!("{} to {}", told(low), told(high))),
            span: span(&card.values),
            sentence: visible(&card.sentence),
            line: line(&card.values),
            percentile: card.percentile.map(|share| PlaceView {
                x: format!("{:.1}", share * 100.0),
                alt: format!("{} of random networks have less", percent(share)),
            }),
        }
    }
}

/// `1986 to 1995`: the periods in which there is a value.
fn span(values: &[(String, Option<f64>)]) -> Option<String> {
    let mut known = values.iter().filter(|(name, value)| value.is_some() && !name.is_empty());
    let first = known.next()?;
    Some(match known.next_back() {
        Some((last, _)) => format!("{} to {}", visible(&first.0), visible(last)),
        None => visible(&first.0),
    })
}

/// The values over the periods, from the least to the largest.
pub(super) fn line(values: &[(String, Option<f64>)]) -> Option<LineView> {
    let known: Vec<(usize, f64)> =
        values.iter().enumerate().filter_map(|(k, (_, value))| Some((k, (*value)?))).collect();
    let [.., last] = known.as_slice() else { return None };
    if known.len() < 2 {
        return None;
    }
    let low = known.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
    let high = known.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
    let place = |&(k, value): &(usize, f64)| {
        let along = k as f64 / (values.len() - 1) as f64;
        let up = if high > low { (value - low) / (high - low) } else { 0.5 };
        (RIM + along * (WIDE - 2.0 * RIM), HIGH - RIM - up * (HIGH - 2.0 * RIM))
    };
    let mut points = String::new();
    for (x, y) in known.iter().map(place) {
        let _ = write!(points, "{x:.1},{y:.1} ");
    }
    let (x, y) = place(last);
    let told =
        known.iter().map(|(k, value)| format!("{} in {}", short(*value), visible(&values[*k].0)));
    Some(LineView {
        points: points.trim_end().to_owned(),
        x: format!("{x:.1}"),
        y: format!("{y:.1}"),
        alt: told.collect::<Vec<_>>().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_needs_two_values_and_leaves_gaps_out() {
        let value = |x: Option<f64>| (String::new(), x);
        assert!(line(&[value(Some(1.0)), value(None)]).is_none());
        let found = line(&[value(Some(1.0)), value(None), value(Some(3.0))]).expect("two values");
        assert_eq!(found.points, "4.0,24.0 116.0,4.0");
        assert_eq!((found.x.as_str(), found.y.as_str()), ("116.0", "4.0"));
    }
}
