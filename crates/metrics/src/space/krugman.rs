//! Specialisation of regions and concentration of sectors, as sums of differences of shares.

use super::areas::{AREA_NEEDS, AREA_PARAMS, AreaConfig, AreaTable, Areas};
use crate::kernel::ratio::{ratio, ratio_or_status};
use crate::long::{Cell, Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How far the mix of sectors of a region is from that of others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Specialisation {
    /// Against the mix of all regions; below 2.
    pub krugman: Result<f64, Status>,
    /// Against the mix of all other regions.
    pub leave_one_out: Result<f64, Status>,
    /// Hachman's index: 1 = the mix of all regions; nearer to 0, the more it differs.
    pub hachman: Result<f64, Status>,
}

/// How far the mix of sectors of every region is from that of all.
///
/// # Formula
/// `K_r = Σ_s |E_rs/E_r − E_s/E|`; leave-one-out `Σ_s |E_rs/E_r − (E_s − E_rs)/(E − E_r)|`; Hachman `1/Σ_s LQ_rs E_rs/E_r`.
/// # Source
/// Krugman (1991); Hachman as in Dissart (2003).
/// # Input and result
/// One value a region. Undefined (`zero_denominator`) for an empty region; leave-one-out also where nobody is elsewhere.
/// # Cost
/// `O(R S)`.
/// # Example
/// ```
/// # use palenque_metrics::space::areas::AreaTable;
/// # use palenque_metrics::space::krugman::specialisation;
/// let table = AreaTable::new(2, &[vec![40.0, 0.0], vec![0.0, 40.0]]);
/// let found = specialisation(&table)[0];
/// assert_eq!((found.krugman, found.leave_one_out, found.hachman), (Ok(1.0), Ok(2.0), Ok(0.5)));
/// ```
#[must_use]
pub fn specialisation(table: &AreaTable) -> Vec<Specialisation> {
    let sum = |terms: &mut dyn Iterator<Item = Option<f64>>| {
        terms.sum::<Option<f64>>().ok_or(Status::ZeroDenominator)
    };
    let of_region = |r: usize| {
        let own = |s| ratio(table.at(r, s), table.of_region(r));
        let all = |s| ratio(table.of_sector(s), table.total());
        let others =
            |s| ratio(table.of_sector(s) - table.at(r, s), table.total() - table.of_region(r));
        let sectors = || 0..table.n_sectors();
        // Nobody has an empty sector: it is no part of the mix.
        let filled = || sectors().filter(|s| table.of_sector(*s) > 0.0);
        let quotients = sum(&mut filled().map(|s| Some(own(s)? * ratio(own(s)?, all(s)?)?)));
        Specialisation {
            krugman: sum(&mut sectors().map(|s| Some((own(s)? - all(s)?).abs()))),
            leave_one_out: sum(&mut sectors().map(|s| Some((own(s)? - others(s)?).abs()))),
            hachman: quotients.and_then(|sum| ratio_or_status(1.0, sum)),
        }
    };
    (0..table.n_regions()).map(of_region).collect()
}

/// How far the regions of every sector are from those of all sectors.
///
/// # Formula
/// `K_s = Σ_r |E_rs/E_s − E_r/E|`. Half of it is the share of the sector that would have to move: the coefficient of localisation of
/// Hoover and Balassa.
/// # Source
/// Krugman (1991); Hoover (1936).
/// # Input and result
/// One value a sector, below 2; undefined (`zero_denominator`) for an empty one.
/// # Cost
/// `O(R S)`.
/// # Example
/// ```
/// # use palenque_metrics::space::areas::AreaTable;
/// # use palenque_metrics::space::krugman::concentration;
/// let table = AreaTable::new(2, &[vec![40.0, 0.0], vec![0.0, 40.0]]);
/// assert_eq!(concentration(&table), [Ok(1.0), Ok(1.0)]);
/// ```
#[must_use]
pub fn concentration(table: &AreaTable) -> Vec<Result<f64, Status>> {
    let of_all = table.shares_of_regions();
    let of_sector = |s| {
        let shares = table.shares_of_sector(s).ok_or(Status::ZeroDenominator)?;
        Ok(shares.iter().zip(&of_all).map(|(s, x)| (s - x).abs()).sum())
    };
    (0..table.n_sectors()).map(of_sector).collect()
}

/// [`specialisation`] and [`concentration`] behind the registry.
pub struct Krugman;

static REGIONS: [ColumnSpec; 6] = [
    ColumnSpec::text("region", "The region, as its column calls it."),
    ColumnSpec::text("sector", "The sector; empty for rows about all sectors of a region."),
    ColumnSpec::number(
        "krugman",
        Unit::One,
        "Specialisation of the region: differences of its shares of sectors from those of all.",
    ),
    ColumnSpec::number("krugman_leave_one_out", Unit::One, "The same against all other regions."),
    ColumnSpec::number(
        "hachman",
        Unit::One,
        "Hachman's index of diversity: 1 = the mix of all regions.",
    ),
    STATUS,
];

static SECTORS: [ColumnSpec; 4] = [
    ColumnSpec::text("sector", "The sector."),
    ColumnSpec::number(
        "krugman_concentration",
        Unit::One,
        "Concentration of the sector: differences of its shares of regions from those of all.",
    ),
    ColumnSpec::number(
        "hoover_balassa",
        Unit::One,
        "Half of krugman_concentration: what would have to move for the sector to be where all are.",
    ),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "krugman_index",
    family: Family::Space,
    summary: "How specialised regions are, and how concentrated sectors.",
    formula: "region: Σ_s |E_rs/E_r − E_s/E|, or with all other regions for E_s/E; 1/Σ_s LQ E_rs/E_r; sector: Σ_r |E_rs/E_s − E_r/E|, \
              and half of it",
    source: "Krugman (1991); Hoover (1936); Dissart (2003) for Hachman's index",
    reading: "0 = as all, near 2 = nothing in common. A large region makes up much of all and so differs less from it: \
              krugman_leave_one_out compares with the others alone. Depends on how finely sectors and regions are cut. Ties \
              between firms are not used.",
    cost: "O(n + R S)",
    needs: &AREA_NEEDS,
    params: &AREA_PARAMS,
    outputs: &[
        Output { table: TableId::SpatialAreal, columns: &REGIONS },
        Output { table: TableId::SpatialSector, columns: &SECTORS },
    ],
    core: false,
};

impl Metric for Krugman {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: AreaConfig = params.decode()?;
        let areas = Areas::of(graph, &config)?;
        let mut regions = Rows::new(&REGIONS);
        for (name, found) in areas.regions.iter().zip(specialisation(&areas.table)) {
            regions.push([
                (**name).into(),
                Cell::Text(None),
                found.krugman.into(),
                found.leave_one_out.into(),
                found.hachman.into(),
            ]);
        }
        let mut sectors = Rows::new(&SECTORS);
        for (name, found) in areas.sectors.iter().zip(concentration(&areas.table)) {
            sectors.push([(**name).into(), found.into(), found.map(|sum| sum / 2.0).into()]);
        }
        Ok(vec![regions.table(TableId::SpatialAreal), sectors.table(TableId::SpatialSector)])
    }
}
