//! Whether neighbouring regions are alike, sector by sector.

use super::areas::{AREA_NEEDS, AreaConfig, Areas, BY, PLACE, SIZE};
use super::location_quotient::location_quotients;
use super::places::{Located, Places, X, Y};
use super::simulation::{METHOD, REPLICATES, SEED, Simulation};
use super::spatial_autocorrelation::{
    FIGURES, FORMULA, NODES, SOURCE, affordable, autocorrelation, global_values,
};
use super::spatial_weights::{K, Neighbours, RADIUS, SpatialWeights, WEIGHTS, WeightConfig};
use crate::linkage::groups::Groups;
use crate::long::{Cell, Rows, STATUS};
use crate::resilience::esri::Effort;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params};
use palenque_graph::table::{ColumnSpec, Status};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// What of a sector in a region is compared with its neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum RegionalValue {
    /// Its size.
    #[default]
    Size,
    /// Its location quotient.
    Quotient,
}

/// [`autocorrelation`] of regions behind the registry.
pub struct RegionalAutocorrelation;

static SECTORS: [ColumnSpec; 9] = [
    ColumnSpec::text("sector", "The sector; empty for all together."),
    FIGURES[0],
    FIGURES[1],
    FIGURES[2],
    FIGURES[3],
    FIGURES[4],
    FIGURES[5],
    FIGURES[6],
    STATUS,
];

static REGIONS: [ColumnSpec; 6] = [
    ColumnSpec::text("region", "The region, as its column calls it."),
    ColumnSpec::text("sector", "The sector; empty for rows about all sectors of a region."),
    NODES[0],
    NODES[1],
    NODES[2],
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "regional_autocorrelation",
    family: Family::Space,
    summary: "Whether sectors are large in regions that are near to each other.",
    formula: FORMULA,
    source: SOURCE,
    reading: "As spatial_autocorrelation, of the sizes of a sector by region, or of its location quotients (`value=quotient`). A region is \
              where its firms are on average. Where regions are few, even strong patterns have no small p. With weights `network`, \
              neighbours are regions that trade. Regions without a place are left out.",
    cost: "O(S R (n + w)) for S sectors, w neighbours in all and R permutations",
    needs: &AREA_NEEDS,
    params: &[PLACE, BY, SIZE, VALUE, WEIGHTS, K, RADIUS, X, Y, REPLICATES, SEED, METHOD],
    outputs: &[
        Output { table: TableId::SpatialSector, columns: &SECTORS },
        Output { table: TableId::SpatialAreal, columns: &REGIONS },
    ],
    core: false,
};

const VALUE: ParamSpec = ParamSpec::new(
    "value",
    "size",
    "What is compared: the `size` of a sector in a region, or its location `quotient`.",
);

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    place: String,
    by: String,
    size: String,
    value: RegionalValue,
    weights: Neighbours,
    k: usize,
    radius: f64,
    x: String,
    y: String,
    replicates: usize,
    seed: u64,
    method: Effort,
}

impl Default for Config {
    fn default() -> Self {
        let AreaConfig { place, by, size } = AreaConfig::default();
        let Simulation { replicates, seed, .. } = Simulation::default();
        let (x, y) = (String::new(), String::new());
        let (value, method) = (RegionalValue::Size, Effort::Auto);
        let (weights, k, radius) = (Neighbours::Nearest, 5, 0.0);
        Self { place, by, size, value, weights, k, radius, x, y, replicates, seed, method }
    }
}

/// Regions that have a place, and who is whose neighbour.
struct Map {
    regions: Vec<usize>,
    weights: SpatialWeights,
}

impl Map {
    fn of(
        graph: &SupplyGraph,
        config: &Config,
        progress: &dyn Progress,
    ) -> Result<Self, MetricError> {
        let groups = Groups::by(graph, &config.place)?;
        let Config { weights, k, radius, .. } = *config;
        let choice = WeightConfig { weights, k, radius };
        choice.check()?;
        if weights == Neighbours::Network {
            let weights = SpatialWeights::trade(graph, &groups.of_node, groups.len());
            return Ok(Self { regions: (0..groups.len()).collect(), weights });
        }
        let located = Located::of(graph, &config.x, &config.y)?;
        let mut sums = vec![[0.0; 3]; groups.len()];
        for (node, [a, b]) in located.nodes.iter().zip(&located.coordinates) {
            if let Some(region) = groups.of_node[node.index()] {
                let sum = &mut sums[region];
                *sum = [sum[0] + a, sum[1] + b, sum[2] + 1.0];
            }
        }
        let regions: Vec<usize> = (0..groups.len()).filter(|r| sums[*r][2] > 0.0).collect();
        let mean = |r: &usize| [sums[*r][0] / sums[*r][2], sums[*r][1] / sums[*r][2]];
        let means: Vec<[f64; 2]> = regions.iter().map(mean).collect();
        let places =
            if located.is_earth() { Places::on_earth(&means) } else { Places::on_plane(&means) };
        Ok(Self { weights: choice.of_places(&places, progress)?, regions })
    }
}

impl Metric for RegionalAutocorrelation {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: Config = params.decode()?;
        let map = Map::of(graph, &config, progress)?;
        let Config { place, by, size, value, replicates, seed, method, .. } = config;
        let areas = Areas::of(graph, &AreaConfig { place, by, size })?;
        let simulation = Simulation { replicates, seed, ..Simulation::default() };
        affordable(&map.weights, simulation, 1 + areas.sectors.len(), method)?;
        let quotients = match value {
            RegionalValue::Size => None,
            RegionalValue::Quotient => Some(location_quotients(&areas.table)),
        };
        // All sectors together, then one by one.
        let whole = quotients.is_none().then_some(None);
        let sectors = whole.into_iter().chain((0..areas.sectors.len()).map(Some));
        let mut of_sectors = Rows::new(&SECTORS);
        let mut of_regions = Rows::new(&REGIONS);
        for sector in sectors {
            let value = |r: &usize| match (sector, &quotients) {
                (None, _) => areas.table.of_region(*r),
                (Some(s), None) => areas.table.at(*r, s),
                // An empty region has as much of a sector as of all: nothing.
                (Some(s), Some(lq)) => lq[r * areas.sectors.len() + s].quotient.unwrap_or(0.0),
            };
            let x: Vec<f64> = map.regions.iter().map(value).collect();
            let found = autocorrelation(&x, &map.weights, simulation, progress)?;
            let name = || Cell::from(sector.map(|s| &*areas.sectors[s]));
            let [a, b, c, d, e, f, g] = global_values(&found).map(Cell::from);
            of_sectors.push([name(), a, b, c, d, e, f, g]);
            let mut places =
                map.regions.iter().enumerate().map(|(place, r)| (*r, place)).peekable();
            for (r, region) in areas.regions.iter().enumerate() {
                let place = places.next_if(|(known, _)| *known == r).map(|(_, place)| place);
                let of = |values: &[Result<f64, Status>]| {
                    Cell::from(place.map_or(Err(Status::InputMissing), |place| values[place]))
                };
                of_regions.push([
                    (**region).into(),
                    name(),
                    of(&found.local_moran),
                    of(&found.local_moran_p),
                    of(&found.gi_star),
                ]);
            }
        }
        Ok(vec![of_sectors.table(TableId::SpatialSector), of_regions.table(TableId::SpatialAreal)])
    }
}
