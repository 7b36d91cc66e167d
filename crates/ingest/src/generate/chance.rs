//! Chance that can be asked in any order.
//!
//! A number drawn here belongs to what it decides (a firm, a slot, a period), not to when it is asked for. So a
//! relation lasts from one period to the next, and one more firm changes nothing for the firms before it, without
//! anything being kept.

/// The seed, as everything random sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance(u64);

/// What a number decides. The discriminants are part of the bytes that come out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum About {
    Anchor = 1,
    Slot = 2,
    Renewal = 3,
    Weight = 4,
    Outsourcing = 5,
    Subcontract = 6,
    ByProduct = 7,
    Place = 8,
    Region = 9,
    Owner = 10,
    Technology = 11,
    Reserve = 12,
    Tie = 13,
    Membership = 14,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// A number in `[0, 1)`, evenly spread, that belongs to `key`.
    pub(crate) fn unit(self, about: About, key: [usize; 3]) -> f64 {
        let words = key.iter().map(|&k| k as u64);
        let bits = words.fold(mix(self.0 ^ about as u64), |hash, word| mix(hash ^ mix(word)));
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number with mean 0 and standard deviation 1, bell-shaped: the sum of twelve even ones (Irwin and Hall).
    pub(crate) fn bell(self, about: About, key: [usize; 2]) -> f64 {
        (0..12).map(|i| self.unit(about, [key[0], key[1], i])).sum::<f64>() - 6.0
    }

    /// One of `n`, where the first are likelier: number `i` with a chance that falls as `1/√i`.
    pub(crate) fn pick(self, about: About, key: [usize; 3], n: usize) -> usize {
        let u = self.unit(about, key);
        (whole((u * u * n as f64).floor()) as usize).min(n.saturating_sub(1))
    }
}

/// The nearest whole number of something that cannot be negative.
#[expect(clippy::cast_sign_loss, reason = "a quantity; below 0 it would become 0")]
pub(crate) fn whole(x: f64) -> u64 {
    x.round() as u64
}

/// The finaliser of `SplitMix64` (Steele, Lea and Flood, 2014).
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_finaliser_is_the_published_one() {
        // First outputs of SplitMix64 from state 0 (Steele, Lea and Flood's generator as in java.util).
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mix(0x9e37_79b9_7f4a_7c15), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn numbers_are_spread_evenly_and_bells_are_standard() {
        let chance = Chance::new(1);
        let n = 20_000;
        let mean = (0..n).map(|i| chance.unit(About::Slot, [i, 0, 0])).sum::<f64>() / n as f64;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
        let bells: Vec<f64> = (0..n).map(|i| chance.bell(About::Place, [i, 0])).collect();
        let square = bells.iter().map(|x| x * x).sum::<f64>() / n as f64;
        assert!((square - 1.0).abs() < 0.05, "{square}");
    }

    #[test]
    fn picks_stay_inside_and_prefer_the_first() {
        let chance = Chance::new(1);
        let picks: Vec<usize> =
            (0..1000).map(|i| chance.pick(About::Slot, [i, 0, 0], 10)).collect();
        assert!(picks.iter().all(|&p| p < 10));
        let count = |i| picks.iter().filter(|&&p| p == i).count();
        assert!(count(0) > 2 * count(9));
        assert_eq!(chance.pick(About::Slot, [0, 0, 0], 1), 0);
    }
}
