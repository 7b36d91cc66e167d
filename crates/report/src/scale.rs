//! From values to places: finite ranges, scales, ticks.

use crate::number::{grouped, prefix_of, scientific, short};

/// Values beyond this are drawn at it, so that no difference overflows.
const LIMIT: f64 = 1e300;

/// A range of finite values, `low < high`, whose span is finite and wide enough to tell its ends apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// The range of the finite values; a unit range without any, a wider one where they are all equal.
pub(crate) fn axis_range(values: &[f64]) -> Range {
    let finite = values.iter().filter(|x| x.is_finite()).map(|x| x.clamp(-LIMIT, LIMIT));
    let (low, high) =
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
    if low > high {
        return Range { low: 0.0, high: 1.0 };
    }
    let size = low.abs().max(high.abs());
    if high - low > 1e-9 * size && high - low > f64::MIN_POSITIVE * 1e6 {
        return Range { low, high };
    }
    let half = if size > 1e-290 { 0.1 * size } else { 0.5 };
    Range { low: low - half, high: high + half }
}

impl Range {
    /// The range widened by a share of its span on both sides.
    pub(crate) fn padded(self, share: f64) -> Self {
        let more = (self.high - self.low) * share;
        Self { low: self.low - more, high: self.high + more }
    }

    /// The range from zero to its end, for values that are never negative.
    pub(crate) fn with_zero(self) -> Self {
        if self.low > 0.0 { Self { low: 0.0, ..self } } else { self }
    }

    fn span(self) -> f64 {
        self.high - self.low
    }
}

/// From a range of values to a range of places, linearly or by logarithm.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    values: Range,
    places: (f64, f64),
    log: bool,
}

impl Scale {
    pub(crate) fn linear(values: Range, places: (f64, f64)) -> Self {
        Self { values, places, log: false }
    }

    /// A scale of decades. Needs positive values; what is not positive is drawn at the lower end.
    pub(crate) fn log(values: Range, places: (f64, f64)) -> Self {
        let high = values.high.max(f64::MIN_POSITIVE * 1e10);
        let low = if values.low > 0.0 { values.low } else { high / 1e6 };
        Self {
            values: Range { low: low.min(high / 1.0001).max(f64::MIN_POSITIVE), high },
            places,
            log: true,
        }
    }

    /// Where a value is drawn; outside the range, at the end that is nearer.
    pub(crate) fn place(&self, value: f64) -> f64 {
        self.places.0 + (self.places.1 - self.places.0) * self.share(value)
    }

    /// How far along the range a value is, 0 to 1.
    pub(crate) fn share(&self, value: f64) -> f64 {
        let Range { low, high } = self.values;
        let value = value.clamp(low, high);
        if self.log {
            (value.ln() - low.ln()) / (high.ln() - low.ln())
        } else {
            (value - low) / (high - low)
        }
    }

    /// Round values within the range, about `target` of them, with their labels.
    pub(crate) fn ticks(&self, target: usize) -> Vec<(f64, String)> {
        let ticks = if self.log { self.decades(target) } else { Vec::new() };
        let more = (target..target + 6).map(|target| linear_ticks(self.values, target));
        let enough = |ticks: &Vec<(f64, String)>| ticks.len() >= 2;
        std::iter::once(ticks).chain(more).find(enough).unwrap_or_default()
    }

    fn decades(&self, target: usize) -> Vec<(f64, String)> {
        let Range { low, high } = self.values;
        let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        let inside = |x: &f64| *x >= low * (1.0 - 1e-12) && *x <= high * (1.0 + 1e-12);
        let n_decades = usize::try_from(last - first).unwrap_or(1).max(1);
        let multiples: &[f64] = if n_decades * 3 <= target + 2 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let step = i32::try_from(n_decades.div_ceil(target.max(1))).unwrap_or(1).max(1);
        let decades = (first..=last).filter(|k| k.rem_euclid(step) == 0);
        let values = decades.flat_map(|k| multiples.iter().map(move |m| m * 10_f64.powi(k)));
        let values: Vec<f64> = values.filter(inside).collect();
        // One way of writing for all of them.
        let are_plain = values.iter().all(|x| (1e-3..1e6).contains(x));
        let label = |x: f64| if are_plain { short(x) } else { scientific(x, 1) };
        values.into_iter().map(|x| (x, label(x))).collect()
    }
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear_ticks(range: Range, target: usize) -> Vec<(f64, String)> {
    let rough = range.span() / target.max(1) as f64;
    let power = 10_f64.powi(rough.log10().floor() as i32);
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|multiple| multiple * power)
        .find(|step| *step >= rough * (1.0 - 1e-12))
        .unwrap_or(10.0 * power);
    let slack = step * 1e-9;
    let (first, last) = ((range.low - slack) / step, (range.high + slack) / step);
    let multiples = (0..).map(|i| first.ceil() + f64::from(i)).take_while(|m| *m <= last);
    let values: Vec<f64> = multiples.take(4 * target.max(1)).map(|m| m * step).collect();
    let largest = values.iter().fold(0.0_f64, |a, x| a.max(x.abs()));
    values.iter().map(|&x| (if x == 0.0 { 0.0 } else { x }, tick_label(x, step, largest))).collect()
}

/// One format for all ticks of an axis.
fn tick_label(value: f64, step: f64, largest: f64) -> String {
    if !(1e-4..1e15).contains(&largest) {
        return if value == 0.0 { "0".to_owned() } else { scientific(value, 3) };
    }
    let (divisor, prefix) = if step >= 1e4 { prefix_of(largest) } else { (1.0, "") };
    let decimals = (-(step / divisor).log10()).ceil().clamp(0.0, 12.0);
    #[expect(clippy::cast_sign_loss, reason = "clamped to 0..12")]
    let shown = grouped(value / divisor, (decimals - 1e-9).ceil() as usize);
    if prefix.is_empty() || value == 0.0 { shown } else { format!("{shown}\u{2009}{prefix}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(low: f64, high: f64, target: usize) -> Vec<String> {
        let scale = Scale::linear(Range { low, high }, (0.0, 1.0));
        scale.ticks(target).into_iter().map(|(_, label)| label.replace('\u{2009}', "_")).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(labels(0.0, 1.0, 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(0.47, 1.62, 5), ["0.5", "1.0", "1.5"]);
        assert_eq!(labels(0.0, 30_000.0, 3), ["0", "10_000", "20_000", "30_000"]);
        assert_eq!(labels(0.0, 4e6, 4), ["0", "1_M", "2_M", "3_M", "4_M"]);
        assert_eq!(labels(0.0524, 0.0775, 1), ["0.06", "0.07"], "never a lonely tick");
        assert_eq!(labels(-2.0, 2.0, 4), ["−2", "−1", "0", "1", "2"]);
        assert_eq!(labels(0.0, 4e-7, 2), ["0", "2×10⁻⁷", "4×10⁻⁷"]);
    }

    #[test]
    fn log_ticks_are_decades() {
        let ticks = |low, high| {
            let scale = Scale::log(Range { low, high }, (0.0, 1.0));
            scale.ticks(6).into_iter().map(|(_, label)| label).collect::<Vec<_>>()
        };
        assert_eq!(ticks(1.0, 1000.0), ["1", "10", "100", "1000"]);
        assert_eq!(ticks(1.0, 100.0), ["1", "2", "5", "10", "20", "50", "100"]);
        assert_eq!(ticks(1e-8, 1e8).len(), 5);
        assert_eq!(ticks(1e-5, 0.1), ["10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹"], "never mixed");
        assert!(ticks(3.0, 4.0).len() >= 2, "less than a decade is labelled linearly");
    }

    #[test]
    fn equal_and_no_values_have_a_range() {
        assert_eq!(axis_range(&[]), Range { low: 0.0, high: 1.0 });
        assert_eq!(axis_range(&[f64::NAN, f64::INFINITY]), Range { low: 0.0, high: 1.0 });
        assert_eq!(axis_range(&[0.0]), Range { low: -0.5, high: 0.5 });
        assert_eq!(axis_range(&[5.0, 5.0]), Range { low: 4.5, high: 5.5 });
    }

    proptest! {
        #[test]
        fn any_values_give_a_usable_axis(
            values in prop::collection::vec(
                prop_oneof![
                    any::<f64>(),
                    -1e3..1e3_f64,
                    Just(f64::INFINITY),
                    Just(f64::MAX),
                    Just(f64::MIN_POSITIVE),
                    Just(5e-324),
                    Just(0.0)
                ],
                0..6,
            ),
            target in 0_usize..12,
        ) {
            let range = axis_range(&values);
            prop_assert!(range.low < range.high && range.span().is_finite());
            for scale in [Scale::linear(range, (0.0, 500.0)), Scale::log(range, (500.0, 0.0))] {
                let ticks = scale.ticks(target);
                prop_assert!(ticks.len() <= 60, "{} ticks", ticks.len());
                for (value, label) in ticks {
                    let place = scale.place(value);
                    prop_assert!((-1e-6..=500.0 + 1e-6).contains(&place), "{value} at {place}");
                    prop_assert!(!label.is_empty() && label.chars().count() < 20, "{label}");
                }
                for value in values.iter().filter(|x| x.is_finite()) {
                    let place = scale.place(value.clamp(-LIMIT, LIMIT));
                    prop_assert!((-1e-6..=500.0 + 1e-6).contains(&place), "{value} at {place}");
                }
            }
        }
    }
}
