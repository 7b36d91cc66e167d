//! Concentration of a sector beyond that of its firms: Ellison and Glaeser's index.

use super::areas::{AREA_NEEDS, AREA_PARAMS, AreaConfig, AreaTable, Areas};
use crate::fragmentation::concentration::Concentration;
use crate::kernel::ratio::ratio_or_status;
use crate::long::{Cell, Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How far the regions of a sector are from those of all sectors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EllisonGlaeser {
    /// `G = Σ (s_r − x_r)²`.
    pub gini: Result<f64, Status>,
    /// `G/(1 − Σ x²)`, without regard to the sizes of firms.
    pub raw: Result<f64, Status>,
    /// Beyond what as many firms of these sizes would show by chance.
    pub gamma: Result<f64, Status>,
}

/// Whether a sector is more concentrated in space than firms of these sizes that choose regions by chance.
///
/// # Formula
/// `G = Σ_r (s_r − x_r)²` with the region's share `s_r` of the sector and `x_r` of all, `γ = (G − (1 − Σ x²) H)/((1 − Σ x²)(1 − H))` with
/// the Herfindahl–Hirschman index `H` of the sector's firms.
/// # Source
/// Ellison and Glaeser (1997).
/// # Input and result
/// `plant_hhi` is `H`, or why it is not known: then `γ` is not either. Undefined (`zero_denominator`) for a sector of one firm, a
/// sector of none, and where one region has everything.
/// # Cost
/// `O(R)`.
/// # Example
/// Two firms of one size in one of two regions of one size: they could not be nearer to each other.
/// ```
/// # use palenque_metrics::space::areas::AreaTable;
/// # use palenque_metrics::space::ellison_glaeser::ellison_glaeser;
/// let table = AreaTable::new(2, &[vec![10.0, 40.0], vec![0.0, 50.0]]);
/// let found = ellison_glaeser(&table, 0, Ok(0.5));
/// assert_eq!((found.gini, found.raw, found.gamma), (Ok(0.5), Ok(1.0), Ok(1.0)));
/// ```
#[must_use]
pub fn ellison_glaeser(
    table: &AreaTable,
    sector: usize,
    plant_hhi: Result<f64, Status>,
) -> EllisonGlaeser {
    let Some(shares) = table.shares_of_sector(sector) else {
        let none = Err(Status::ZeroDenominator);
        return EllisonGlaeser { gini: none, raw: none, gamma: none };
    };
    let of_all = table.shares_of_regions();
    let g: f64 = shares.iter().zip(&of_all).map(|(s, x)| (s - x) * (s - x)).sum();
    let spread = spread(&of_all);
    let raw = spread.and_then(|spread| ratio_or_status(g, spread));
    let gamma = plant_hhi.and_then(|h| ratio_or_status(raw? - h, 1.0 - h));
    EllisonGlaeser { gini: Ok(g), raw, gamma }
}

/// `1 − Σ x²`, which is nothing where one region has everything.
pub(super) fn spread(shares: &[f64]) -> Result<f64, Status> {
    let spread = 1.0 - shares.iter().map(|x| x * x).sum::<f64>();
    // A single share may miss 1 by rounding.
    if spread > 1e-14 { Ok(spread) } else { Err(Status::ZeroDenominator) }
}

/// By sector: the Herfindahl–Hirschman index of its firms, or why it is not known, and their number.
pub(super) fn plant_hhi(
    areas: &Areas,
    graph: &SupplyGraph,
) -> Vec<(Result<f64, Status>, Option<usize>)> {
    let Some(plants) = areas.plants_by_sector(graph) else {
        return vec![(Err(Status::InputMissing), None); areas.sectors.len()];
    };
    let of_sector = |sizes: Vec<f64>| {
        let n = sizes.len();
        (Concentration::of(sizes).hhi().ok_or(Status::ZeroDenominator), Some(n))
    };
    plants.into_iter().map(of_sector).collect()
}

/// [`ellison_glaeser()`] of every sector behind the registry.
pub struct EllisonGlaeserMetric;

static COLUMNS: [ColumnSpec; 6] = [
    ColumnSpec::text("sector", "The sector."),
    ColumnSpec::number("eg_gamma", Unit::One, "Concentration in space beyond that of chance."),
    ColumnSpec::number(
        "eg_raw",
        Unit::One,
        "Concentration in space without regard to the sizes of firms, G/(1 − Σ x²).",
    ),
    ColumnSpec::number("plant_hhi", Unit::One, "Herfindahl–Hirschman index of the sector's firms."),
    ColumnSpec::count("n_plants", "Firms of the sector that have a region and a size above 0."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "ellison_glaeser",
    family: Family::Space,
    summary: "Whether the firms of a sector are nearer to each other than chance would put them.",
    formula: "G = Σ_r (s_r − x_r)², H = Σ z_k²; γ = (G − (1 − Σ x²) H)/((1 − Σ x²)(1 − H)); raw = G/(1 − Σ x²)",
    source: "Ellison and Glaeser (1997)",
    reading: "0 = as by chance; above 0.05 = high, below 0.02 = low, below 0 = firms keep apart. Chance would put few large firms into \
              few regions, too: H takes that out. Where nodes are not firms but sums of them, as their column `n_members` tells, H is \
              not known and eg_raw is all there is. Depends on how regions are cut. Ties between firms are not used.",
    cost: "O(n + R S)",
    needs: &AREA_NEEDS,
    params: &AREA_PARAMS,
    outputs: &[Output { table: TableId::SpatialSector, columns: &COLUMNS }],
    core: false,
};

impl Metric for EllisonGlaeserMetric {
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
        for (s, (hhi, n)) in plant_hhi(&areas, graph).into_iter().enumerate() {
            let found = ellison_glaeser(&areas.table, s, hhi);
            rows.push([
                (*areas.sectors[s]).into(),
                found.gamma.into(),
                found.raw.into(),
                hhi.into(),
                n.map_or(Cell::Count(None), Cell::from),
            ]);
        }
        Ok(vec![rows.table(TableId::SpatialSector)])
    }
}
