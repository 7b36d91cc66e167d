//! Every parameter of the model. `docs/tonaya.md` says of each whether it is documented or assumed.

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
    /// What shops fetch at the still: of what distillers bottle themselves, [`FETCHED`].
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
    /// Firms in the last period, of [`FIRMS`].
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
    /// Part of the firms in each of [`REGIONS`].
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

/// The firms that the column `firms` of [`TRADES`] adds up to.
pub(super) const FIRMS: usize = 300;
/// The fewest firms of which a cluster of all trades can be made.
pub(super) const FEWEST_FIRMS: usize = 60;
/// The first year, and the years between periods.
pub(super) const YEARS: (usize, usize) = (1986, 3);
/// Agave for a litre, in kg.
const AGAVE: f64 = 56.0;
/// Bottles of 750 ml for a litre.
const BOTTLES: f64 = 4.0 / 3.0;
/// Kilograms to be carried for a litre in bottles.
const CARRIED: f64 = 2.0;
/// Litres a year of the smallest distiller of the last period: 200 a month.
pub(super) const SMALLEST_DISTILLER: f64 = 2400.0;
/// How steeply sizes fall from the first distiller to the last: litres ∝ 1/rank^this.
pub(super) const SIZE_EXPONENT: f64 = 0.7;
/// How steeply final sales fall from the first shop, wholesaler or exporter to the last.
pub(super) const SALES_EXPONENT: f64 = 0.4;
/// How steeply a supplier's part of an order falls from the first of its trade to the last.
pub(super) const LOYALTY_EXPONENT: f64 = 0.25;
/// Part of the litres that is exported, in the first and the last period.
pub(super) const EXPORTED: [f64; 2] = [0.02, 0.10];
/// Part of the litres that wholesalers sell to shops outside the cluster.
pub(super) const SOLD_OUTSIDE: f64 = 0.45;
/// Part of what distillers bottle themselves that shops fetch at the still.
pub(super) const FETCHED: f64 = 0.25;
/// Chance that a distiller leaves a task to others, in the first and the last period.
pub(super) const OUTSOURCED: [f64; 2] = [0.15, 0.75];
/// Chance that a distiller leaves bottling to others, in the first and the last period.
pub(super) const SOLD_IN_BULK: [f64; 2] = [0.30, 0.75];
/// Chance that a relation is taken up anew with another supplier, in each period.
pub(super) const RENEWED: f64 = 0.3;
/// Part of the distillers that have some of their mezcal made by another, and the part of the litres.
pub(super) const SUBCONTRACTED: (f64, f64) = (0.3, 0.1);
/// Part of the growers that buy bagasse, kilograms of it for each of agave, and centavos a kilogram.
pub(super) const BAGASSE: (f64, f64, u64) = (0.3, 0.1, 10);
/// What capacity leaves above the largest output, at least and at most.
pub(super) const RESERVE: [f64; 2] = [0.05, 0.60];
/// Hours that one person works in a year.
pub(super) const HOURS_A_YEAR: f64 = 2000.0;
/// Distillers for each family that owns some.
pub(super) const DISTILLERS_PER_FAMILY: usize = 4;
/// Part of the distillers, and of the growers, that belong to one of these families.
pub(super) const IN_FAMILIES: [f64; 2] = [0.6, 0.1];
/// Part of the growers that exchange labour with another; that get plants and money in advance from a distiller.
pub(super) const GROWER_TIES: [f64; 2] = [0.3, 0.15];
/// Part of the distillers that lend tools to another; of the bottlers that buy bottles together with another.
pub(super) const FIRM_TIES: [f64; 2] = [0.4, 0.3];
/// Part of growers and distillers in their association, in the first and the last period.
pub(super) const MEMBERS: [f64; 2] = [0.1, 0.4];
/// Prices of final sales by shops, wholesalers and exporters, in centavos a litre.
pub(super) const RETAIL: u64 = 52_300;
pub(super) const WHOLESALE: u64 = 40_000;
pub(super) const EXPORT: u64 = 60_000;
const BOTTLED: u64 = 34_000;
/// Mezcal in bulk, in centavos a litre.
pub(super) const BULK: u64 = 24_000;
const HAULAGE: u64 = 15;

/// Places: name, latitude, longitude.
pub(super) const REGIONS: [(&str, f64, f64); 4] = [
    ("Tonaya", 19.78, -103.97),
    ("Tuxcacuesco", 19.70, -103.99),
    ("Zapotitlán de Vadillo", 19.55, -103.81),
    ("Guadalajara", 20.67, -103.35),
];

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

    /// What firms of this trade live on, which a distiller buys when it leaves their task to them.
    const fn service(of: Trade, product: &'static str, per_unit: f64, centavos: u64) -> Self {
        input(of, product, per_unit, centavos, 3).anchored().when(When::Bought(of))
    }
}

const DISTILLER: &[Input] = &[
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

const BOTTLER: &[Input] = &[
    input(T::Distiller, "bulk mezcal", 1.0, BULK, 5).anchored(),
    input(T::Bottles, "bottles", BOTTLES, 1_200, 2).anchored(),
    input(T::Labels, "labels", BOTTLES, 200, 2).anchored(),
    input(T::Caps, "caps", BOTTLES, 200, 2).anchored(),
    input(T::Haulier, "haulage", CARRIED, HAULAGE, 2),
];

const WHOLESALER: &[Input] = &[
    input(T::Bottler, "bottled mezcal", 1.0, BOTTLED, 4).anchored().part(Part::Bulk),
    input(T::Distiller, "bottled mezcal", 1.0, BOTTLED, 3).anchored().part(Part::OwnBottled),
    input(T::Haulier, "haulage", CARRIED, HAULAGE, 2),
];

const SHOP: &[Input] = &[
    input(T::Wholesaler, "bottled mezcal", 1.0, WHOLESALE, 2)
        .anchored()
        .part(Part::ThroughWholesale),
    input(T::Distiller, "bottled mezcal", 1.0, WHOLESALE, 1).part(Part::Fetched),
];

const EXPORTER: &[Input] = &[
    input(T::Bottler, "bottled mezcal", 1.0, BOTTLED, 4),
    input(T::Haulier, "haulage", CARRIED, HAULAGE, 2),
];

const GROWER: &[Input] = &[input(T::Haulier, "haulage", 0.5, HAULAGE, 1)];
const HARVESTER: &[Input] = &[input(T::Haulier, "haulage", 0.1, HAULAGE, 1)];
const FIREWOOD: &[Input] = &[input(T::Haulier, "haulage", 0.3, HAULAGE, 1)];
const OVEN: &[Input] = &[input(T::Firewood, "firewood", 20.0 / AGAVE, 30, 4).anchored()];
const RESTER: &[Input] = &[input(T::Cooper, "barrels", 0.003, 200_000, 2).anchored()];
const BOTTLE_SUPPLIER: &[Input] = &[input(T::Haulier, "haulage", 0.5, HAULAGE, 2)];

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

/// Words that say in every name that the firm is invented: feminine and masculine.
pub(super) const EPITHETS: [(&str, &str); 8] = [
    ("Imaginaria", "Imaginario"),
    ("de Muestra", "de Muestra"),
    ("Ficticia", "Ficticio"),
    ("de Ensayo", "de Ensayo"),
    ("Inventada", "Inventado"),
    ("de Papel", "de Papel"),
    ("Supuesta", "Supuesto"),
    ("de Ejemplo", "de Ejemplo"),
];

impl Trade {
    pub(super) fn spec(self) -> &'static TradeSpec {
        &TRADES[self as usize]
    }
}

#[cfg(test)]
mod tests {
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
