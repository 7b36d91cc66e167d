//! Concentration of a sector beyond that of its firms: Maurel and Sédillot's index.

use super::areas::{AREA_NEEDS, AREA_PARAMS, AreaConfig, AreaTable, Areas};
use super::ellison_glaeser::{plant_hhi, spread};
use crate::kernel::ratio::ratio_or_status;
use crate::long::{Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The chance that two firms of a sector are in one region, beyond that of two firms of any sector.
///
/// # Formula
/// `G = (Σ s² − Σ x²)/(1 − Σ x²)`, `γ = (G − H)/(1 − H)`; symbols as in
/// [`ellison_glaeser`](super::ellison_glaeser::ellison_glaeser()), which it equals where `Σ s x = Σ x²`.
/// # Source
/// Maurel and Sédillot (1999).
/// # Input and result
/// As there.
/// # Cost
/// `O(R)`.
/// # Example
/// ```
/// # use palenque_metrics::space::areas::AreaTable;
/// # use palenque_metrics::space::maurel_sedillot::maurel_sedillot;
/// let table = AreaTable::new(2, &[vec![10.0, 40.0], vec![0.0, 50.0]]);
/// assert_eq!(maurel_sedillot(&table, 0, Ok(0.5)), Ok(1.0));
/// ```
///
/// # Errors
/// The reason why there is none.
pub fn maurel_sedillot(
    table: &AreaTable,
    sector: usize,
    plant_hhi: Result<f64, Status>,
) -> Result<f64, Status> {
    let shares = table.shares_of_sector(sector).ok_or(Status::ZeroDenominator)?;
    let spread = spread(&table.shares_of_regions())?;
    let g = ratio_or_status(shares.iter().map(|s| s * s).sum::<f64>() - (1.0 - spread), spread)?;
    let h = plant_hhi?;
    ratio_or_status(g - h, 1.0 - h)
}

/// [`maurel_sedillot()`] of every sector behind the registry.
pub struct MaurelSedillot;

static COLUMNS: [ColumnSpec; 3] = [
    ColumnSpec::text("sector", "The sector."),
    ColumnSpec::number(
        "ms_gamma",
        Unit::One,
        "Chance that two firms of the sector are in one region, beyond that of two of any sector.",
    ),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "maurel_sedillot",
    family: Family::Space,
    summary: "Whether two firms of a sector share a region more often than two firms of any sector.",
    formula: "γ = (G − H)/(1 − H), G = (Σ s² − Σ x²)/(1 − Σ x²), H = Σ z_k²",
    source: "Maurel and Sédillot (1999)",
    reading: "Read as eg_gamma. A sector that is where all firms are counts as concentrated here, not there. Empty where nodes are sums \
              of firms. Ties between firms are not used.",
    cost: "O(n + R S)",
    needs: &AREA_NEEDS,
    params: &AREA_PARAMS,
    outputs: &[Output { table: TableId::SpatialSector, columns: &COLUMNS }],
    core: false,
};

impl Metric for MaurelSedillot {
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
        for (s, (hhi, _)) in plant_hhi(&areas, graph).into_iter().enumerate() {
            let gamma = maurel_sedillot(&areas.table, s, hhi);
            rows.push([(*areas.sectors[s]).into(), gamma.into()]);
        }
        Ok(vec![rows.table(TableId::SpatialSector)])
    }
}
