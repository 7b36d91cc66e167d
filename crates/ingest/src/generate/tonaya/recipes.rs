//! What each trade buys for a unit of its output. `docs/tonaya.md` says of each figure whether it is documented or
//! assumed.

use super::parameters::{AGAVE, BOTTLED, BOTTLES, BULK, CARRIED, HAULAGE, WHOLESALE};
use super::trades::Trade;
use Trade as T;

/// When a firm buys an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Always,
    /// When it leaves the task of this trade to others.
    Bought(Trade),
    /// When it does the task of this trade itself.
    Made(Trade),
}

/// Which part of a need this input covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Part {
    All,
    /// What distillers sell in bulk, to be bottled by others.
    Bulk,
    /// What distillers bottle themselves.
    OwnBottled,
    /// What shops buy from wholesalers: all but what they fetch at the still.
    ThroughWholesale,
    /// What shops fetch at the still: of what distillers bottle themselves, [`super::parameters::FETCHED`].
    Fetched,
}

/// Something bought for each unit of output.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input {
    pub(super) of: Trade,
    pub(super) product: &'static str,
    /// Units of the supplier's for each unit of the buyer's.
    pub(super) per_unit: f64,
    /// What one of the supplier's units costs here, in centavos.
    pub(super) centavos: u64,
    /// Suppliers that a buyer looks for.
    pub(super) slots: usize,
    /// Whether this is what the supplier lives on: then each supplier has at least one such buyer.
    pub(super) anchored: bool,
    pub(super) when: When,
    pub(super) part: Part,
}

/// The tasks that a distiller may leave to others, by the trade that lives on them.
pub(super) const SPLIT_OFF: [Trade; 7] =
    [T::Harvester, T::Haulier, T::Oven, T::Mill, T::Fermenter, T::Rester, T::Bottler];

const fn input(
    of: Trade,
    product: &'static str,
    per_unit: f64,
    centavos: u64,
    slots: usize,
) -> Input {
    let (when, part) = (When::Always, Part::All);
    Input { of, product, per_unit, centavos, slots, anchored: false, when, part }
}

impl Input {
    const fn anchored(self) -> Self {
        Self { anchored: true, ..self }
    }

    const fn when(self, when: When) -> Self {
        Self { when, ..self }
    }

    const fn part(self, part: Part) -> Self {
        Self { part, ..self }
    }

    /// Whether a buyer makes nothing without it: goods that go into every unit, not services and not what lasts.
    pub(super) fn is_essential(&self) -> bool {
        const GOODS: [&str; 7] =
            ["agave", "bulk mezcal", "bottled mezcal", "firewood", "bottles", "labels", "caps"];
        GOODS.contains(&self.product)
    }

    /// What firms of this trade live on, which a distiller buys when it leaves their task to them.
    const fn service(of: Trade, product: &'static str, per_unit: f64, centavos: u64) -> Self {
        input(of, product, per_unit, centavos, 3).anchored().when(When::Bought(of))
    }
}

pub(super) const DISTILLER: &[Input] = &[
    input(T::Grower, "agave", AGAVE, 250, 4).anchored(),
    Input::service(T::Harvester, "harvest", AGAVE, 25),
    Input::service(T::Haulier, "haulage", AGAVE, HAULAGE),
    input(T::Firewood, "firewood", 20.0, 30, 3).when(When::Made(T::Oven)),
    Input::service(T::Oven, "cooking", AGAVE, 25),
    Input::service(T::Mill, "milling", AGAVE, 10),
    Input::service(T::Fermenter, "fermentation", 1.0, 800),
    input(T::StillMaker, "still repair", 0.01, 30_000, 1).anchored(),
    input(T::Cooper, "barrels", 0.001, 200_000, 1).when(When::Made(T::Rester)),
    Input::service(T::Rester, "resting", 0.3, 2_000),
    input(T::Bottles, "bottles", BOTTLES, 1_200, 2).when(When::Made(T::Bottler)),
    input(T::Labels, "labels", BOTTLES, 200, 1).when(When::Made(T::Bottler)),
    input(T::Caps, "caps", BOTTLES, 200, 1).when(When::Made(T::Bottler)),
];

pub(super) const BOTTLER: &[Input] = &[
    input(T::Distiller, "bulk mezcal", 1.0, BULK, 5).anchored(),
    input(T::Bottles, "bottles", BOTTLES, 1_200, 2).anchored(),
    input(T::Labels, "labels", BOTTLES, 200, 2).anchored(),
    input(T::Caps, "caps", BOTTLES, 200, 2).anchored(),
    input(T::Haulier, "haulage", CARRIED, HAULAGE, 2),
];

pub(super) const WHOLESALER: &[Input] = &[
    input(T::Bottler, "bottled mezcal", 1.0, BOTTLED, 4).anchored().part(Part::Bulk),
    input(T::Distiller, "bottled mezcal", 1.0, BOTTLED, 3).anchored().part(Part::OwnBottled),
    input(T::Haulier, "haulage", CARRIED, HAULAGE, 2),
];

pub(super) const SHOP: &[Input] = &[
    input(T::Wholesaler, "bottled mezcal", 1.0, WHOLESALE, 2)
        .anchored()
        .part(Part::ThroughWholesale),
    input(T::Distiller, "bottled mezcal", 1.0, WHOLESALE, 1).part(Part::Fetched),
];

pub(super) const EXPORTER: &[Input] = &[
    input(T::Bottler, "bottled mezcal", 1.0, BOTTLED, 4),
    input(T::Haulier, "haulage", CARRIED, HAULAGE, 2),
];

pub(super) const GROWER: &[Input] = &[input(T::Haulier, "haulage", 0.5, HAULAGE, 1)];
pub(super) const HARVESTER: &[Input] = &[input(T::Haulier, "haulage", 0.1, HAULAGE, 1)];
pub(super) const FIREWOOD: &[Input] = &[input(T::Haulier, "haulage", 0.3, HAULAGE, 1)];
pub(super) const OVEN: &[Input] = &[input(T::Firewood, "firewood", 20.0 / AGAVE, 30, 4).anchored()];
pub(super) const RESTER: &[Input] = &[input(T::Cooper, "barrels", 0.003, 200_000, 2).anchored()];
pub(super) const BOTTLE_SUPPLIER: &[Input] = &[input(T::Haulier, "haulage", 0.5, HAULAGE, 2)];
