//! The figures of the model that belong to no single trade. `docs/tonaya.md` says of each whether it is documented or
//! assumed.

/// The firms that the column `firms` of the table of trades adds up to.
pub(super) const FIRMS: usize = 300;
/// The fewest firms of which a cluster of all trades can be made.
pub(super) const FEWEST_FIRMS: usize = 60;
/// The first year, and the years between periods.
pub(super) const YEARS: (usize, usize) = (1986, 3);
/// Agave for a litre, in kg.
pub(super) const AGAVE: f64 = 56.0;
/// Bottles of 750 ml for a litre.
pub(super) const BOTTLES: f64 = 4.0 / 3.0;
/// Kilograms to be carried for a litre in bottles.
pub(super) const CARRIED: f64 = 2.0;
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
pub(super) const BOTTLED: u64 = 34_000;
/// Mezcal in bulk, in centavos a litre.
pub(super) const BULK: u64 = 24_000;
pub(super) const HAULAGE: u64 = 15;

/// Places: name, latitude, longitude.
pub(super) const REGIONS: [(&str, f64, f64); 4] = [
    ("Tonaya", 19.78, -103.97),
    ("Tuxcacuesco", 19.70, -103.99),
    ("Zapotitlán de Vadillo", 19.55, -103.81),
    ("Guadalajara", 20.67, -103.35),
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
