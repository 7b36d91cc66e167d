//! The trades, and the figures that belong to one of them. `docs/tonaya.md` says of each whether it is documented or
//! assumed.

use super::recipes::{
    BOTTLE_SUPPLIER, BOTTLER, DISTILLER, EXPORTER, FIREWOOD, GROWER, HARVESTER, Input, OVEN,
    RESTER, SHOP, WHOLESALER,
};

/// What a firm does. The order is that of the node file: along the eleven stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trade {
    Grower,
    Harvester,
    Haulier,
    Firewood,
    Oven,
    Mill,
    Fermenter,
    StillMaker,
    Distiller,
    Cooper,
    Rester,
    Bottles,
    Labels,
    Caps,
    Bottler,
    Wholesaler,
    Shop,
    Exporter,
}

/// A trade.
#[derive(Clone, Copy, Debug)]
pub(super) struct TradeSpec {
    pub(super) trade: Trade,
    /// What ids begin with.
    pub(super) prefix: &'static str,
    /// What names begin with, and the grammatical gender of what follows.
    pub(super) name: (&'static str, Gender),
    pub(super) role: &'static str,
    pub(super) stage: &'static str,
    pub(super) task: &'static str,
    pub(super) unit: &'static str,
    /// Firms in the last period, of `FIRMS`.
    pub(super) firms: usize,
    /// Part of them that is there in the first period.
    pub(super) first: f64,
    /// Hours for a unit of output.
    pub(super) hours: f64,
    /// Inputs from outside the cluster, as a share of sales.
    pub(super) imports: f64,
    /// Part of the firms that depend on machines bought from outside.
    pub(super) complex: f64,
    /// How far from the middle of its region a firm is, in degrees (standard deviation).
    pub(super) spread: f64,
    /// Part of the firms in each of `REGIONS`.
    pub(super) regions: [f64; 4],
    pub(super) inputs: &'static [Input],
}

/// Grammatical gender of a Spanish noun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gender {
    Feminine,
    Masculine,
}

use Gender::{Feminine, Masculine};
use Trade as T;

/// Every trade, in the order of [`Trade`].
pub(super) static TRADES: [TradeSpec; 18] = [
    TradeSpec {
        trade: T::Grower,
        prefix: "agave",
        name: ("Agavera", Feminine),
        role: "grower",
        stage: "01 growing",
        task: "growing",
        unit: "kg",
        firms: 84,
        first: 0.45,
        hours: 0.02,
        imports: 0.10,
        complex: 0.02,
        spread: 0.05,
        regions: [0.60, 0.25, 0.15, 0.0],
        inputs: GROWER,
    },
    TradeSpec {
        trade: T::Harvester,
        prefix: "jima",
        name: ("Cuadrilla", Feminine),
        role: "harvester",
        stage: "02 harvest",
        task: "harvest",
        unit: "kg",
        firms: 18,
        first: 0.2,
        hours: 0.004,
        imports: 0.03,
        complex: 0.0,
        spread: 0.03,
        regions: [0.70, 0.20, 0.10, 0.0],
        inputs: HARVESTER,
    },
    TradeSpec {
        trade: T::Haulier,
        prefix: "flete",
        name: ("Fletera", Feminine),
        role: "haulier",
        stage: "03 haulage",
        task: "haulage",
        unit: "kg",
        firms: 18,
        first: 0.2,
        hours: 0.002,
        imports: 0.35,
        complex: 0.3,
        spread: 0.02,
        regions: [0.70, 0.20, 0.10, 0.0],
        inputs: &[],
    },
    TradeSpec {
        trade: T::Firewood,
        prefix: "lena",
        name: ("Leñera", Feminine),
        role: "firewood_supplier",
        stage: "04 cooking",
        task: "firewood_cutting",
        unit: "kg",
        firms: 18,
        first: 0.45,
        hours: 0.008,
        imports: 0.02,
        complex: 0.0,
        spread: 0.05,
        regions: [0.50, 0.30, 0.20, 0.0],
        inputs: FIREWOOD,
    },
    TradeSpec {
        trade: T::Oven,
        prefix: "horno",
        name: ("Horno", Masculine),
        role: "oven",
        stage: "04 cooking",
        task: "cooking",
        unit: "kg",
        firms: 9,
        first: 0.2,
        hours: 0.003,
        imports: 0.0,
        complex: 0.1,
        spread: 0.01,
        regions: [0.80, 0.20, 0.0, 0.0],
        inputs: OVEN,
    },
    TradeSpec {
        trade: T::Mill,
        prefix: "molino",
        name: ("Molino", Masculine),
        role: "mill",
        stage: "05 milling",
        task: "milling",
        unit: "kg",
        firms: 9,
        first: 0.2,
        hours: 0.004,
        imports: 0.10,
        complex: 0.4,
        spread: 0.01,
        regions: [0.80, 0.20, 0.0, 0.0],
        inputs: &[],
    },
    TradeSpec {
        trade: T::Fermenter,
        prefix: "tina",
        name: ("Tina", Feminine),
        role: "fermenter",
        stage: "06 fermentation",
        task: "fermentation",
        unit: "litre",
        firms: 9,
        first: 0.2,
        hours: 0.1,
        imports: 0.05,
        complex: 0.0,
        spread: 0.01,
        regions: [0.80, 0.20, 0.0, 0.0],
        inputs: &[],
    },
    TradeSpec {
        trade: T::StillMaker,
        prefix: "alambique",
        name: ("Taller", Masculine),
        role: "still_maker",
        stage: "07 distillation",
        task: "still_making",
        unit: "day",
        firms: 4,
        first: 0.45,
        hours: 8.0,
        imports: 0.40,
        complex: 0.0,
        spread: 0.01,
        regions: [0.80, 0.20, 0.0, 0.0],
        inputs: &[],
    },
    TradeSpec {
        trade: T::Distiller,
        prefix: "palenque",
        name: ("Palenque", Masculine),
        role: "distiller",
        stage: "07 distillation",
        task: "distillation",
        unit: "litre",
        firms: 27,
        first: 0.4,
        hours: 0.4,
        imports: 0.02,
        complex: 0.1,
        spread: 0.015,
        regions: [0.70, 0.20, 0.10, 0.0],
        inputs: DISTILLER,
    },
    TradeSpec {
        trade: T::Cooper,
        prefix: "barrica",
        name: ("Tonelería", Feminine),
        role: "cooper",
        stage: "08 resting",
        task: "coopering",
        unit: "barrel",
        firms: 4,
        first: 0.45,
        hours: 16.0,
        imports: 0.45,
        complex: 0.0,
        spread: 0.01,
        regions: [0.50, 0.0, 0.0, 0.50],
        inputs: &[],
    },
    TradeSpec {
        trade: T::Rester,
        prefix: "bodega",
        name: ("Bodega", Feminine),
        role: "rester",
        stage: "08 resting",
        task: "resting",
        unit: "litre",
        firms: 6,
        first: 0.2,
        hours: 0.1,
        imports: 0.0,
        complex: 0.0,
        spread: 0.01,
        regions: [0.90, 0.10, 0.0, 0.0],
        inputs: RESTER,
    },
    TradeSpec {
        trade: T::Bottles,
        prefix: "botella",
        name: ("Vidriera", Feminine),
        role: "bottle_supplier",
        stage: "09 bottling",
        task: "bottle_supply",
        unit: "piece",
        firms: 4,
        first: 0.45,
        hours: 0.002,
        imports: 0.70,
        complex: 1.0,
        spread: 0.05,
        regions: [0.10, 0.0, 0.0, 0.90],
        inputs: BOTTLE_SUPPLIER,
    },
    TradeSpec {
        trade: T::Labels,
        prefix: "etiqueta",
        name: ("Imprenta", Feminine),
        role: "label_supplier",
        stage: "09 bottling",
        task: "label_printing",
        unit: "piece",
        firms: 3,
        first: 0.45,
        hours: 0.001,
        imports: 0.40,
        complex: 0.7,
        spread: 0.05,
        regions: [0.30, 0.0, 0.0, 0.70],
        inputs: &[],
    },
    TradeSpec {
        trade: T::Caps,
        prefix: "tapa",
        name: ("Taponera", Feminine),
        role: "cap_supplier",
        stage: "09 bottling",
        task: "cap_supply",
        unit: "piece",
        firms: 3,
        first: 0.45,
        hours: 0.001,
        imports: 0.60,
        complex: 0.7,
        spread: 0.05,
        regions: [0.10, 0.0, 0.0, 0.90],
        inputs: &[],
    },
    TradeSpec {
        trade: T::Bottler,
        prefix: "envasadora",
        name: ("Envasadora", Feminine),
        role: "bottler",
        stage: "09 bottling",
        task: "bottling",
        unit: "litre",
        firms: 12,
        first: 0.2,
        hours: 0.08,
        imports: 0.02,
        complex: 0.5,
        spread: 0.02,
        regions: [0.70, 0.10, 0.0, 0.20],
        inputs: BOTTLER,
    },
    TradeSpec {
        trade: T::Wholesaler,
        prefix: "mayoreo",
        name: ("Distribuidora", Feminine),
        role: "wholesaler",
        stage: "10 wholesale",
        task: "wholesale",
        unit: "litre",
        firms: 12,
        first: 0.45,
        hours: 0.02,
        imports: 0.01,
        complex: 0.1,
        spread: 0.03,
        regions: [0.40, 0.0, 0.0, 0.60],
        inputs: WHOLESALER,
    },
    TradeSpec {
        trade: T::Shop,
        prefix: "tienda",
        name: ("Tienda", Feminine),
        role: "shop",
        stage: "11 retail",
        task: "retail",
        unit: "litre",
        firms: 54,
        first: 0.45,
        hours: 0.05,
        imports: 0.0,
        complex: 0.0,
        spread: 0.04,
        regions: [0.50, 0.15, 0.15, 0.20],
        inputs: SHOP,
    },
    TradeSpec {
        trade: T::Exporter,
        prefix: "exportadora",
        name: ("Exportadora", Feminine),
        role: "exporter",
        stage: "11 retail",
        task: "export",
        unit: "litre",
        firms: 6,
        first: 0.2,
        hours: 0.03,
        imports: 0.05,
        complex: 0.2,
        spread: 0.03,
        regions: [0.10, 0.0, 0.0, 0.90],
        inputs: EXPORTER,
    },
];

/// The order in which orders go up the chain: every trade after all that buy from it.
pub(super) const ORDER: [Trade; 18] = [
    T::Exporter,
    T::Shop,
    T::Wholesaler,
    T::Bottler,
    T::Distiller,
    T::Rester,
    T::Fermenter,
    T::Mill,
    T::Oven,
    T::Cooper,
    T::StillMaker,
    T::Caps,
    T::Labels,
    T::Bottles,
    T::Firewood,
    T::Grower,
    T::Harvester,
    T::Haulier,
];

impl Trade {
    pub(super) fn spec(self) -> &'static TradeSpec {
        &TRADES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::super::parameters::FIRMS;
    use super::*;

    #[test]
    fn the_tables_agree_with_each_other() {
        assert_eq!(TRADES.iter().map(|t| t.firms).sum::<usize>(), FIRMS);
        let mut stages: Vec<&str> = TRADES.iter().map(|t| t.stage).collect();
        stages.dedup();
        assert_eq!(stages.len(), 11, "{stages:?}");
        let rank =
            |trade: Trade| ORDER.iter().position(|&t| t == trade).expect("every trade has a rank");
        for (i, spec) in TRADES.iter().enumerate() {
            assert_eq!(spec.trade as usize, i);
            assert!((spec.regions.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{}", spec.prefix);
            assert!(
                spec.inputs.iter().all(|input| rank(input.of) > rank(spec.trade)),
                "{}",
                spec.prefix
            );
        }
    }

    #[test]
    fn every_supplier_lives_on_somebody() {
        let anchored =
            |trade| TRADES.iter().flat_map(|t| t.inputs).any(|i| i.of == trade && i.anchored);
        let last = [Trade::Shop, Trade::Exporter];
        let without: Vec<Trade> =
            ORDER.into_iter().filter(|t| !last.contains(t) && !anchored(*t)).collect();
        assert_eq!(without, []);
    }
}
