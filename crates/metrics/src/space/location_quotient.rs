//! Location quotients.

use super::areas::{AREA_NEEDS, AREA_PARAMS, AreaConfig, AreaTable, Areas};
use crate::kernel::ratio::{ratio, ratio_or_status};
use crate::long::{Cell, Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The location quotient of a sector in a region, and what is made of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocationQuotient {
    /// The quotient, from 0; 1 = the region has as much of the sector as of all sectors.
    pub quotient: Result<f64, Status>,
    /// The same between −1 and 1.
    pub symmetric: Result<f64, Status>,
    /// Deviations from the mean over regions.
    pub z: Result<f64, Status>,
    /// The same for the logarithm of the quotient.
    pub log_z: Result<f64, Status>,
    /// How much more of the sector there is than at a quotient of 1, in the unit of sizes.
    pub surplus: Result<f64, Status>,
}

/// How much more of a sector there is in a region than in all regions, as a quotient of shares.
///
/// # Formula
/// `LQ = (E_rs/E_r)/(E_s/E)`; symmetric `(LQ − 1)/(LQ + 1)`; `z = (LQ − mean)/sd` over the regions of a sector, `sd` with `n − 1`, and
/// the same for `ln LQ`; surplus `E_rs − E_r E_s/E`.
/// # Source
/// Florence (1939); Dalum, Laursen and Villumsen (1998) for the symmetric form; O'Donoghue and Gleave (2004) for the
/// standardised ones; Fingleton, Igliori and Moore (2004) for the surplus.
/// # Input and result
/// One value a region and sector, region after region. Undefined (`zero_denominator`) where a region or a sector is empty; the
/// logarithm also where the region has nothing of the sector (`no_overlap`). A deviation needs two regions
/// (`insufficient_n`) that differ (`zero_denominator`).
/// # Cost
/// `O(R S)` for `R` regions and `S` sectors.
/// # Example
/// Three quarters of the first region's work is in the first sector, in which only 30 % of all work is.
/// ```
/// # use palenque_metrics::space::areas::AreaTable;
/// # use palenque_metrics::space::location_quotient::location_quotients;
/// let table = AreaTable::new(2, &[vec![30.0, 10.0], vec![0.0, 60.0]]);
/// let found = location_quotients(&table);
/// assert_eq!((found[0].quotient, found[0].surplus), (Ok(2.5), Ok(18.0)));
/// ```
#[must_use]
pub fn location_quotients(table: &AreaTable) -> Vec<LocationQuotient> {
    let (n_regions, n_sectors) = (table.n_regions(), table.n_sectors());
    let quotient = |r: usize, s: usize| {
        let of_region = ratio(table.at(r, s), table.of_region(r));
        let of_all = ratio(table.of_sector(s), table.total());
        of_region.zip(of_all).and_then(|(a, b)| ratio(a, b)).ok_or(Status::ZeroDenominator)
    };
    let cells = (0..n_regions).flat_map(|r| (0..n_sectors).map(move |s| (r, s)));
    let mut found: Vec<LocationQuotient> = cells
        .map(|(r, s)| {
            let lq = quotient(r, s);
            let expected = |_| table.of_region(r) * (table.of_sector(s) / table.total());
            LocationQuotient {
                quotient: lq,
                symmetric: lq.and_then(|lq| ratio_or_status(lq - 1.0, lq + 1.0)),
                z: Err(Status::ZeroDenominator),
                log_z: Err(Status::ZeroDenominator),
                surplus: lq.map(expected).map(|expected| table.at(r, s) - expected),
            }
        })
        .collect();
    for s in 0..n_sectors {
        let quotients: Vec<_> = (0..n_regions).map(|r| found[r * n_sectors + s].quotient).collect();
        let log = |lq: f64| if lq > 0.0 { Ok(lq.ln()) } else { Err(Status::NoOverlap) };
        let logs: Vec<_> = quotients.iter().map(|lq| lq.and_then(log)).collect();
        let both = standardised(&quotients).into_iter().zip(standardised(&logs));
        for (r, (z, log_z)) in both.enumerate() {
            let cell = &mut found[r * n_sectors + s];
            (cell.z, cell.log_z) = (z, log_z);
        }
    }
    found
}

/// Less the mean and by the standard deviation of those that are defined.
fn standardised(values: &[Result<f64, Status>]) -> Vec<Result<f64, Status>> {
    let known: Vec<f64> = values.iter().filter_map(|value| value.ok()).collect();
    let n = known.len() as f64;
    let mean = known.iter().sum::<f64>() / n;
    let squares: f64 = known.iter().map(|value| (value - mean) * (value - mean)).sum();
    let sd = (squares / (n - 1.0)).sqrt();
    let largest = known.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let z = |value: f64| match known.len() {
        0 | 1 => Err(Status::InsufficientN),
        // What is left of equal numbers is rounding.
        _ if sd <= 1e-12 * largest => Err(Status::ZeroDenominator),
        _ => ratio_or_status(value - mean, sd),
    };
    values.iter().map(|value| value.and_then(z)).collect()
}

/// [`location_quotients`] behind the registry.
pub struct LocationQuotients;

static COLUMNS: [ColumnSpec; 10] = [
    ColumnSpec::text("region", "The region, as its column calls it."),
    ColumnSpec::text("sector", "The sector; empty for rows about all sectors of a region."),
    ColumnSpec::number(
        "employment",
        Unit::None,
        "Employees of the sector in the region; empty where sizes are something else.",
    ),
    ColumnSpec::number(
        "size",
        Unit::None,
        "Size of the sector in the region: employees or output, or what `size` names.",
    ),
    ColumnSpec::number("lq", Unit::One, "Location quotient; 1 = as much as in all regions."),
    ColumnSpec::number("lq_symmetric", Unit::One, "(lq − 1)/(lq + 1), from −1 to 1."),
    ColumnSpec::number("lq_z", Unit::None, "Deviations of lq from its mean over regions."),
    ColumnSpec::number("lq_log_z", Unit::None, "The same for the logarithm of lq."),
    ColumnSpec::number("lq_surplus", Unit::None, "Size above that at an lq of 1."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "location_quotient",
    family: Family::Space,
    summary: "In which sectors a region is specialised.",
    formula: "LQ = (E_rs/E_r)/(E_s/E); (LQ − 1)/(LQ + 1); z over regions of LQ and of ln LQ; E_rs − E_r E_s/E",
    source: "Florence (1939); Dalum, Laursen and Villumsen (1998); O'Donoghue and Gleave (2004); Fingleton, Igliori and Moore (2004)",
    reading: "Above 1 = the region has more of the sector than all regions together. A small region reaches a high quotient with one \
              firm: lq_surplus says how much that is, in employees or output. lq_z above 1.65 is often taken for a cluster. Ties \
              between firms are not used.",
    cost: "O(n + R S)",
    needs: &AREA_NEEDS,
    params: &AREA_PARAMS,
    outputs: &[Output { table: TableId::SpatialAreal, columns: &COLUMNS }],
    core: false,
};

impl Metric for LocationQuotients {
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
        let found = location_quotients(&areas.table);
        let mut rows = Rows::new(&COLUMNS);
        let cells =
            (0..areas.regions.len()).flat_map(|r| (0..areas.sectors.len()).map(move |s| (r, s)));
        for ((r, s), cell) in cells.zip(found) {
            let size = areas.table.at(r, s);
            rows.push([
                (*areas.regions[r]).into(),
                (*areas.sectors[s]).into(),
                if areas.is_employment { size.into() } else { Cell::Gap },
                size.into(),
                cell.quotient.into(),
                cell.symmetric.into(),
                cell.z.into(),
                cell.log_z.into(),
                cell.surplus.into(),
            ]);
        }
        Ok(vec![rows.table(TableId::SpatialAreal)])
    }
}
