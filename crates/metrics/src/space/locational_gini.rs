//! The locational Gini coefficient.

use super::areas::{AREA_NEEDS, AREA_PARAMS, AreaConfig, AreaTable, Areas};
use crate::long::{Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How unequally a sector is spread over regions, compared with all sectors.
///
/// # Formula
/// Regions in the order of `s_r/x_r`, the region's share of the sector by its share of all; Gini `= |Σ_r (S_r X_{r−1} − S_{r−1} X_r)|` with
/// cumulated shares `S` and `X`.
/// # Source
/// Krugman (1991), whose own figure, half of this one, cannot pass ½.
/// # Input and result
/// One value a sector, from 0, spread as all sectors are, to below 1; undefined (`zero_denominator`) for an empty sector. Regions
/// with nothing at all do not count.
/// # Cost
/// `O(S R log R)`.
/// # Example
/// ```
/// # use palenque_metrics::space::areas::AreaTable;
/// # use palenque_metrics::space::locational_gini::locational_gini;
/// let table = AreaTable::new(2, &[vec![10.0, 10.0], vec![0.0, 20.0]]);
/// let gini = locational_gini(&table);
/// assert_eq!(gini[0], Ok(0.5)); // all of it in a region of half the size
/// ```
#[must_use]
pub fn locational_gini(table: &AreaTable) -> Vec<Result<f64, Status>> {
    let of_all = table.shares_of_regions();
    let of_sector = |s| {
        let shares = table.shares_of_sector(s).ok_or(Status::ZeroDenominator)?;
        let pairs = shares.into_iter().zip(of_all.iter().copied());
        let mut pairs: Vec<(f64, f64)> = pairs.filter(|(_, x)| *x > 0.0).collect();
        pairs.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
        let (mut gini, mut sum_s, mut sum_x) = (0.0, 0.0, 0.0);
        for (s, x) in pairs {
            gini += (sum_s + s) * sum_x - sum_s * (sum_x + x);
            sum_s += s;
            sum_x += x;
        }
        Ok(gini.abs())
    };
    (0..table.n_sectors()).map(of_sector).collect()
}

/// [`locational_gini()`] behind the registry.
pub struct LocationalGini;

static COLUMNS: [ColumnSpec; 3] = [
    ColumnSpec::text("sector", "The sector."),
    ColumnSpec::number(
        "locational_gini",
        Unit::One,
        "Gini coefficient of the sector over regions, against all sectors; 0 = spread as all.",
    ),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "locational_gini_coefficient",
    family: Family::Space,
    summary: "How unequally a sector is spread over regions, compared with all sectors.",
    formula: "|Σ_r (S_r X_{r−1} − S_{r−1} X_r)|, cumulated shares of the sector and of all, regions in the order of s_r/x_r",
    source: "Krugman (1991)",
    reading: "0 = spread as all sectors are, near 1 = in one small region. Some programs give half of it. A sector of one large firm is \
              concentrated, too: eg_gamma takes that out. Ties between firms are not used.",
    cost: "O(n + S R log R)",
    needs: &AREA_NEEDS,
    params: &AREA_PARAMS,
    outputs: &[Output { table: TableId::SpatialSector, columns: &COLUMNS }],
    core: false,
};

impl Metric for LocationalGini {
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
        let mut rows = Rows::new(&COLUMNS);
        for (name, gini) in areas.sectors.iter().zip(locational_gini(&areas.table)) {
            rows.push([(**name).into(), gini.into()]);
        }
        Ok(vec![rows.table(TableId::SpatialSector)])
    }
}
