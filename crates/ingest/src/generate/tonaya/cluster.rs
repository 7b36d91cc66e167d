//! Which firms there are, when they begin, and what does not change about them.

use super::parameters::{
    DISTILLERS_PER_FAMILY, EPITHETS, FEWEST_FIRMS, FIRMS, IN_FAMILIES, OUTSOURCED, REGIONS,
    RENEWED, SIZE_EXPONENT, SMALLEST_DISTILLER, SOLD_IN_BULK, YEARS,
};
use super::trades::{Gender, TRADES, Trade};
use crate::generate::GenerateOptions;
use crate::generate::chance::{About, Chance, whole};
use std::f64::consts::GOLDEN_RATIO;
use std::fmt;
use std::io;
use std::ops::Range;

/// All firms of all periods. Firms of a trade are numbered by size and age: the first is the largest and oldest. Firms
/// come and do not go.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) chance: Chance,
    pub(super) n_periods: usize,
    starts: [usize; TRADES.len() + 1],
    widths: [usize; TRADES.len()],
}

/// A firm's id, written without a detour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Id {
    prefix: &'static str,
    number: usize,
    width: usize,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{:0width$}", self.prefix, self.number, width = self.width)
    }
}

impl Cluster {
    pub(super) fn new(options: &GenerateOptions) -> io::Result<Self> {
        let refuse = |what: String| Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        if options.firms < FEWEST_FIRMS {
            let what = format!("{} firms are too few for every trade", options.firms);
            return refuse(format!("{what}: ask for {FEWEST_FIRMS} or more"));
        }
        if u32::try_from(options.firms).is_err() {
            return refuse(format!("{} firms are more than {}", options.firms, u32::MAX));
        }
        if !(1..=100).contains(&options.periods) {
            return refuse(format!("{} periods: ask for 1 to 100", options.periods));
        }
        let counts = TRADES.map(|t| (options.firms * t.firms / FIRMS).max(1));
        let others: usize = counts[1..].iter().sum();
        let mut starts = [0; TRADES.len() + 1];
        starts[1] = options.firms - others; // growers make up for rounding
        for i in 1..TRADES.len() {
            starts[i + 1] = starts[i] + counts[i];
        }
        let widths = std::array::from_fn(|i| (starts[i + 1] - starts[i]).to_string().len().max(2));
        Ok(Self { chance: Chance::new(options.seed), n_periods: options.periods, starts, widths })
    }

    pub(super) fn n_firms(&self) -> usize {
        self.starts[TRADES.len()]
    }

    /// The numbers of a trade's firms, of all periods.
    pub(super) fn firms(&self, trade: Trade) -> Range<usize> {
        self.starts[trade as usize]..self.starts[trade as usize + 1]
    }

    /// How many firms of a trade there ever are.
    pub(super) fn count(&self, trade: Trade) -> usize {
        self.firms(trade).len()
    }

    /// A figure that moves evenly from the first period to the last.
    pub(super) fn between(&self, [first, last]: [f64; 2], period: usize) -> f64 {
        let steps = self.n_periods - 1;
        let progress = if steps == 0 { 1.0 } else { period as f64 / steps as f64 };
        first + (last - first) * progress
    }

    /// How many firms of a trade are there in a period: the first so many.
    pub(super) fn active(&self, trade: Trade, period: usize) -> usize {
        let part = self.between([trade.spec().first, 1.0], period);
        let count = self.count(trade);
        (whole((part * count as f64).ceil()) as usize).clamp(1, count)
    }

    /// The period in which a firm begins.
    pub(super) fn entry(&self, trade: Trade, index: usize) -> usize {
        (0..self.n_periods).find(|&t| index < self.active(trade, t)).unwrap_or(self.n_periods - 1)
    }

    /// The period in which a buyer last chose the supplier in one of its slots.
    pub(super) fn chosen_in(
        &self,
        firm: usize,
        entry: usize,
        of: Trade,
        slot: usize,
        now: usize,
    ) -> usize {
        let renewed = |t: usize| {
            let key = [firm * TRADES.len() + of as usize, slot, t];
            self.chance.unit(About::Renewal, key) < RENEWED
        };
        (entry + 1..=now).rev().find(|&t| renewed(t)).unwrap_or(entry)
    }

    /// Whether a distiller leaves a task to others in a period. What is once left to others stays there; the first
    /// distiller leaves everything to others, so that there is somebody to live on.
    pub(super) fn outsources(&self, distiller: usize, task: Trade, period: usize) -> bool {
        let range = if task == Trade::Bottler { SOLD_IN_BULK } else { OUTSOURCED };
        // Multiples of the golden ratio: among any few neighbours, large or small, about as many leave the task as
        // among all.
        let start = self.chance.unit(About::Outsourcing, [task as usize, 0, 0]);
        let reluctance = (start + GOLDEN_RATIO * distiller as f64).fract();
        distiller == 0 || reluctance < self.between(range, period)
    }

    /// The litres a year that a distiller's size stands for.
    pub(super) fn distiller_size(&self, index: usize) -> f64 {
        let smallest = self.count(Trade::Distiller) as f64;
        SMALLEST_DISTILLER * (smallest / (index + 1) as f64).powf(SIZE_EXPONENT)
    }

    pub(super) fn id(&self, (trade, index): (Trade, usize)) -> Id {
        Id { prefix: trade.spec().prefix, number: index + 1, width: self.widths[trade as usize] }
    }

    /// The family that owns a firm together with others, numbered from 0.
    pub(super) fn family(&self, trade: Trade, index: usize) -> Option<usize> {
        let share = match trade {
            Trade::Distiller => IN_FAMILIES[0],
            Trade::Grower => IN_FAMILIES[1],
            _ => return None,
        };
        let key = [trade as usize, index, 0];
        let families = (self.count(Trade::Distiller) / DISTILLERS_PER_FAMILY).max(1);
        (self.chance.unit(About::Owner, key) < share)
            .then(|| self.chance.pick(About::Owner, [trade as usize, index, 1], families))
    }

    pub(super) fn owner(&self, trade: Trade, index: usize) -> String {
        match self.family(trade, index) {
            Some(family) => format!("Familia Ficticia {}", family + 1),
            None => format!("Dueño de {}", self.id((trade, index))),
        }
    }

    /// Whether a firm depends on machines bought from outside.
    pub(super) fn is_complex(&self, trade: Trade, index: usize) -> bool {
        let key = [trade as usize, index, 0];
        self.chance.unit(About::Technology, key) < trade.spec().complex
    }

    /// Region, latitude and longitude.
    pub(super) fn place(&self, trade: Trade, index: usize) -> (&'static str, f64, f64) {
        let spec = trade.spec();
        let mut left = self.chance.unit(About::Region, [trade as usize, index, 0]);
        let region = spec.regions.iter().position(|share| {
            left -= share;
            left < 0.0
        });
        let (name, lat, lon) = REGIONS[region.unwrap_or(0)];
        let off = |axis: usize| {
            spec.spread
                * self.chance.bell(About::Place, [axis, trade as usize + TRADES.len() * index])
        };
        (name, lat + off(0), lon + off(1))
    }
}

/// A firm's name, which says that there is no such firm.
pub(super) fn name(trade: Trade, index: usize) -> String {
    let (noun, gender) = trade.spec().name;
    let (feminine, masculine) = EPITHETS[index % EPITHETS.len()];
    let epithet = if gender == Gender::Feminine { feminine } else { masculine };
    format!("{noun} {epithet} {}", index + 1)
}

/// How a period is called.
pub(super) fn label(period: usize) -> usize {
    YEARS.0 + YEARS.1 * period
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(firms: usize) -> Cluster {
        Cluster::new(&GenerateOptions { firms, ..GenerateOptions::default() })
            .expect("enough firms")
    }

    #[test]
    fn there_are_as_many_firms_as_asked_for() {
        for firms in [60, 61, 299, 300, 1234] {
            let cluster = cluster(firms);
            assert_eq!(cluster.n_firms(), firms);
            assert!(TRADES.iter().all(|t| cluster.active(t.trade, 0) >= 1));
        }
        assert!(
            Cluster::new(&GenerateOptions { firms: 59, ..GenerateOptions::default() }).is_err()
        );
        assert!(
            Cluster::new(&GenerateOptions { periods: 0, ..GenerateOptions::default() }).is_err()
        );
    }

    #[test]
    fn firms_come_and_stay() {
        let cluster = cluster(300);
        for spec in &TRADES {
            let active: Vec<usize> = (0..4).map(|t| cluster.active(spec.trade, t)).collect();
            assert!(active.is_sorted(), "{} {active:?}", spec.prefix);
            assert_eq!(active[3], cluster.count(spec.trade));
            for i in 0..cluster.count(spec.trade) {
                assert!(i < active[cluster.entry(spec.trade, i)]);
            }
        }
    }

    #[test]
    fn outsourced_once_is_outsourced_for_good() {
        let cluster = cluster(300);
        for d in 0..27 {
            let by_period: Vec<bool> =
                (0..4).map(|t| cluster.outsources(d, Trade::Mill, t)).collect();
            assert!(by_period.is_sorted(), "{by_period:?}");
        }
    }
}
