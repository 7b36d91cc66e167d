//! Who cooperates with whom.

use super::cluster::Cluster;
use super::parameters::{FIRM_TIES, GROWER_TIES, MEMBERS};
use super::trades::Trade;
use crate::generate::chance::About;
use std::io;

/// Cooperation between two firms, of which neither comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tie {
    pub(super) a: (Trade, usize),
    pub(super) b: (Trade, usize),
    pub(super) kind: &'static str,
    pub(super) form: &'static str,
}

/// What two firms may do together: whose part does it, with whom, and which part of them.
struct Practice {
    form: &'static str,
    of: Trade,
    with: Trade,
    share: f64,
}

const PRACTICES: [Practice; 4] = [
    Practice {
        form: "labour exchange",
        of: Trade::Grower,
        with: Trade::Grower,
        share: GROWER_TIES[0],
    },
    Practice {
        form: "plants in advance",
        of: Trade::Grower,
        with: Trade::Distiller,
        share: GROWER_TIES[1],
    },
    Practice {
        form: "tool lending",
        of: Trade::Distiller,
        with: Trade::Distiller,
        share: FIRM_TIES[0],
    },
    Practice {
        form: "joint purchase",
        of: Trade::Bottler,
        with: Trade::Bottler,
        share: FIRM_TIES[1],
    },
];

/// All ties of a period. A tie once made lasts. Members of an association are tied to the firm that chairs it, the
/// first of its trade.
pub(super) fn of_period(
    cluster: &Cluster,
    period: usize,
    tell: &mut dyn FnMut(Tie) -> io::Result<()>,
) -> io::Result<()> {
    for (number, practice) in PRACTICES.iter().enumerate() {
        for i in 0..cluster.active(practice.of, period) {
            let key = [number, i, 0];
            if cluster.chance.unit(About::Tie, key) >= practice.share {
                continue;
            }
            // Somebody who was there before: so the tie can begin when the younger firm does.
            let then = cluster.active(practice.with, cluster.entry(practice.of, i));
            let partners = if practice.of == practice.with { i } else { then };
            if partners > 0 {
                let partner = cluster.chance.pick(About::Tie, [number, i, 1], partners);
                let (a, b) = ((practice.of, i), (practice.with, partner));
                tell(Tie { a, b, kind: "bilateral", form: practice.form })?;
            }
        }
    }
    for trade in [Trade::Grower, Trade::Distiller] {
        for i in 1..cluster.active(trade, period) {
            let share = cluster.between(MEMBERS, period);
            if cluster.chance.unit(About::Membership, [trade as usize, i, 0]) < share {
                tell(Tie {
                    a: (trade, i),
                    b: (trade, 0),
                    kind: "multilateral",
                    form: "association",
                })?;
            }
        }
    }
    kin(cluster, period, tell)
}

/// Distillers of one family lend each other a hand: each with the one of its family before it.
fn kin(
    cluster: &Cluster,
    period: usize,
    tell: &mut dyn FnMut(Tie) -> io::Result<()>,
) -> io::Result<()> {
    let mut latest = vec![None; cluster.count(Trade::Distiller)];
    for i in 0..cluster.active(Trade::Distiller, period) {
        let Some(family) = cluster.family(Trade::Distiller, i) else { continue };
        if let Some(elder) = latest[family].replace(i) {
            let (a, b) = ((Trade::Distiller, i), (Trade::Distiller, elder));
            tell(Tie { a, b, kind: "bilateral", form: "kin" })?;
        }
    }
    Ok(())
}
