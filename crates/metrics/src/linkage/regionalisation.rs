//! A regional table made of a national one and of what the region produces.

use crate::kernel::coefficients::Economy;
use crate::kernel::condition;
use crate::kernel::ratio::ratio;
use crate::long::{Rows, STATUS};
use crate::side::SideReader;
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, SideSpec,
};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Diagnostic, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// Which quotient tells how much of its inputs a region buys at home.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quotient {
    /// Simple location quotient of the supplier.
    Slq,
    /// Cross-industry quotient: supplier's by buyer's.
    Cilq,
    /// Flegg's: cross-industry, times a factor that rises with the size of the region.
    #[default]
    Flq,
    /// Flegg's augmented: times a factor for buyers in which the region is specialised.
    Aflq,
}

/// How a table is regionalised.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegionalisationConfig {
    /// The quotient.
    pub method: Quotient,
    /// The exponent `δ` of Flegg's factor, from 0 up to, but not including, 1.
    pub delta: f64,
    /// What the region is called in the table.
    pub region: String,
}

impl Default for RegionalisationConfig {
    fn default() -> Self {
        Self { method: Quotient::Flq, delta: 0.3, region: "region".into() }
    }
}

/// What every sector makes, or how many work there, in the region and in the nation.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// In the region.
    pub regional: Vec<f64>,
    /// In the nation, the region included.
    pub national: Vec<f64>,
}

/// Location quotients of a region.
#[derive(Clone, Debug, PartialEq)]
pub struct Quotients {
    method: Quotient,
    slq: Vec<Option<f64>>,
    factor: f64,
}

impl Quotients {
    /// The quotients of a method.
    ///
    /// # Formula
    /// `SLQ_i = (RE_i / RE) / (NE_i / NE)`, `CILQ_ij = SLQ_i / SLQ_j`, `λ* = log₂(1 + RE / NE)^δ`, `FLQ_ij = λ* CILQ_ij`, and on
    /// the diagonal `SLQ_i` in place of `CILQ_ii`; `AFLQ_ij = FLQ_ij log₂(1 + SLQ_j)` where `SLQ_j > 1`.
    /// # Source
    /// Flegg, Webber and Elliott (1995); Flegg and Webber (1997, 2000); Miller and Blair (2009), section 8.3.
    /// # Example
    /// ```
    /// # use palenque_metrics::linkage::regionalisation::{Quotient, Quotients, Weights};
    /// let weights = Weights { regional: vec![120.0, 30.0, 50.0], national: vec![175.0, 175.0, 550.0] };
    /// let quotients = Quotients::of(&weights, Quotient::Cilq, 0.3);
    /// assert!((quotients.at(0, 1).unwrap_or(0.0) - 4.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn of(weights: &Weights, method: Quotient, delta: f64) -> Self {
        let [region, nation] =
            [&weights.regional, &weights.national].map(|w| w.iter().sum::<f64>());
        let pairs = weights.regional.iter().zip(&weights.national);
        let slq = pairs.map(|(r, n)| ratio(ratio(*r, region)?, ratio(*n, nation)?));
        let factor = ratio(region, nation).map_or(0.0, |size| (1.0 + size).log2().powf(delta));
        Self { method, slq: slq.collect(), factor }
    }

    /// Flegg's factor `λ*`.
    #[must_use]
    pub fn size_factor(&self) -> f64 {
        self.factor
    }

    /// The quotient of a supplier and a buyer; `None` where one of them is not in the nation, or the buyer not in the
    /// region.
    #[must_use]
    pub fn at(&self, supplier: usize, buyer: usize) -> Option<f64> {
        let (own, of_buyer) = (self.slq[supplier]?, self.slq[buyer]?);
        if self.method == Quotient::Slq {
            return Some(own);
        }
        let cross = if supplier == buyer { own } else { ratio(own, of_buyer)? };
        Some(match self.method {
            Quotient::Slq | Quotient::Cilq => cross,
            Quotient::Aflq if of_buyer > 1.0 => self.factor * cross * (1.0 + of_buyer).log2(),
            Quotient::Flq | Quotient::Aflq => self.factor * cross,
        })
    }

    /// What share of an input a buyer finds in the region: the quotient, and never more than 1.
    #[must_use]
    pub fn share(&self, supplier: usize, buyer: usize) -> Option<f64> {
        self.at(supplier, buyer).map(|quotient| quotient.min(1.0))
    }
}

/// Output multipliers of a region whose sectors have the nation's recipes and buy at home what their quotients say;
/// `None` for a sector that is not in the region.
///
/// # Errors
/// Those of [`Economy::solve`].
pub fn regional_multipliers(
    economy: &Economy<'_>,
    quotients: &Quotients,
    progress: &dyn Progress,
) -> Result<Vec<Option<f64>>, MetricError> {
    let at_home = |buyer, supplier, a| a * quotients.share(supplier, buyer).unwrap_or(0.0);
    let recipes = economy.recipes().map(at_home);
    let multipliers = economy.solve(&recipes, &vec![1.0; recipes.n_rows()], progress)?;
    let present =
        |j: &usize| quotients.slq[*j].is_some_and(|slq| slq > 0.0) && economy.is_active(*j);
    Ok((0..multipliers.len()).map(|j| present(&j).then_some(multipliers[j])).collect())
}

/// Regional coefficients and multipliers by location quotients, behind the registry.
///
/// # Formula
/// `a^R_ij = min(1, q_ij) a_ij` with the quotients of [`Quotients::of`]; multipliers are column sums of `(I − A^R)⁻¹`.
/// # Source
/// Flegg, Webber and Elliott (1995); Flegg and Webber (1997, 2000).
/// # Input and result
/// The network is the national table. The side table `regional` gives what each sector makes in the region, or how many
/// work there, and, in column `national`, in the nation; without that column `output` of the nation is taken. Sectors
/// that it leaves out are not in the region. One row an edge. Self-loops are used.
/// # Cost
/// One solve: `O(k (n + m))` time.
/// # Errors
/// [`MetricError::InputMissing`] without `regional`; [`MetricError::Side`] for an amount below 0 or above that of the nation;
/// [`ParamError::Value`] for `delta`; those of [`Economy::solve`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SideTable, SupplyGraph};
/// # use palenque_metrics::{Metric, Params, linkage::regionalisation::Regionalisation};
/// let nation = SupplyGraph::from_flows(["agave", "mezcal"], [(0, 1, 50.0)])?
///     .with_number("output", [Some(100.0), Some(100.0)]);
/// let titles = ["node_id", "regional"].map(str::to_owned).to_vec();
/// let row = |line, cells: [&str; 2]| (line, cells.map(str::to_owned).to_vec());
/// let side = SideTable::new("r.csv", titles, vec![row(2, ["agave", "10"]), row(3, ["mezcal", "30"])]);
/// let params = Params::default().with("method", "cilq".into()).with_side("regional", side.into());
/// let tables = Regionalisation.compute(&nation, &params, &NoProgress)?;
/// // A third of the agave that the region's stills need grows there.
/// let coefficient = tables[0].number("regional_coefficient", 0).unwrap_or(0.0);
/// assert!((coefficient - 0.5 / 3.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Regionalisation;

static REGIONAL: SideSpec = SideSpec {
    name: "regional",
    columns: "node_id,regional[,national]",
    meaning: "What each sector makes in the region, or how many work there, and the same in the nation; without `national`, \
              the sector's output is taken. Sectors that are missing are not in the region.",
};

static SIDES: [SideSpec; 1] = [REGIONAL];

static COLUMNS: [ColumnSpec; 8] = [
    ColumnSpec::text("region", "The region, as the parameter `region` calls it."),
    ColumnSpec::text("source", "The supplying sector's id."),
    ColumnSpec::text("target", "The buying sector's id."),
    ColumnSpec::number("national_coefficient", Unit::One, "Input by unit of output in the nation."),
    ColumnSpec::number("quotient", Unit::One, "The location quotient of the pair."),
    ColumnSpec::number(
        "regional_share",
        Unit::One,
        "Share of the input that comes from the region.",
    ),
    ColumnSpec::number("regional_coefficient", Unit::One, "Regional input by unit of output."),
    STATUS,
];

static MULTIPLIER: ColumnSpec = ColumnSpec::number(
    "regional_output_multiplier",
    Unit::One,
    "Output of the region by unit of final demand for its sector.",
);

static SPEC: MetricSpec = MetricSpec {
    name: "regionalisation",
    family: Family::Linkage,
    summary: "The input coefficients and multipliers of a region, from a national table and what the region produces.",
    formula: "a^R_ij = min(1, q_ij) a_ij; slq: q_ij = SLQ_i = (RE_i / RE) / (NE_i / NE); cilq: q_ij = SLQ_i / SLQ_j; flq: q_ij = λ* \
              SLQ_i / SLQ_j, λ* = log2(1 + RE / NE)^delta; aflq: flq · log2(1 + SLQ_j) where SLQ_j > 1; SLQ_i on the \
              diagonal; multipliers 1'(I − A^R)^-1",
    source: "Flegg, Webber and Elliott (1995); Flegg and Webber (1997, 2000); Miller and Blair (2009), section 8.3",
    reading: "A sector that is large in the region supplies all that the region needs of it, others a part; the rest is \
              imported. flq lets small regions import more, which slq and cilq do not; delta near 0.3 suits many regions, \
              and no method replaces a survey. No share is above 1. Empty for buyers that are not in the region. \
              Self-loops are used.",
    cost: "one solve, O(k (n + m)) time for k sweeps",
    needs: &[],
    params: &[
        ParamSpec {
            name: "method",
            default: "flq",
            meaning: "The quotient: `slq`, `cilq`, `flq` or `aflq`.",
        },
        ParamSpec {
            name: "delta",
            default: "0.3",
            meaning: "The exponent of Flegg's factor, at least 0 and below 1.",
        },
        ParamSpec {
            name: "region",
            default: "region",
            meaning: "What the region is called in the table.",
        },
    ],
    outputs: &[
        Output { table: TableId::RegionalCoefficients, columns: &COLUMNS },
        Output { table: TableId::Linkages, columns: &[MULTIPLIER] },
    ],
    core: false,
};

impl Metric for Regionalisation {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn sides(&self) -> &'static [SideSpec] {
        &SIDES
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: RegionalisationConfig = params.decode()?;
        if !(0.0..1.0).contains(&config.delta) {
            let what = format!("`delta` is {}, not at least 0 and below 1", config.delta);
            return Err(ParamError::Value(what).into());
        }
        let reader = SideReader::needed(graph, params, &REGIONAL)?;
        let economy = Economy::of(graph)?.productive()?;
        let weights = weights(&economy, &reader)?;
        let quotients = Quotients::of(&weights, config.method, config.delta);
        let multipliers = regional_multipliers(&economy, &quotients, progress)?;
        let table = coefficients(&economy, &quotients, &config.region);
        let multipliers = multipliers.into_iter().map(|m| m.ok_or(Status::ZeroDenominator));
        let column = Column::from_results(&MULTIPLIER, multipliers);
        Ok(vec![table, Table::new(TableId::Linkages, vec![column])])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}

fn coefficients(economy: &Economy<'_>, quotients: &Quotients, region: &str) -> Table {
    let (graph, requirements) = (economy.graph(), economy.requirements());
    let id = |i: usize| graph.node_id(NodeIndex::new(i));
    let mut rows = Rows::new(&COLUMNS);
    for i in 0..graph.n_nodes() {
        for (j, a) in requirements.row(i) {
            let or_status = |value: Option<f64>| value.ok_or(Status::ZeroDenominator).into();
            let share = quotients.share(i, j);
            rows.push([
                region.into(),
                id(i).into(),
                id(j).into(),
                a.into(),
                or_status(quotients.at(i, j)),
                or_status(share),
                or_status(share.map(|share| share * a)),
            ]);
        }
    }
    rows.table(TableId::RegionalCoefficients)
}

fn weights(economy: &Economy<'_>, reader: &SideReader<'_>) -> Result<Weights, MetricError> {
    let output = &economy.accounts().output;
    let (node, regional) = (reader.column("node_id")?, reader.column("regional")?);
    let national = reader.optional("national");
    let in_nation = if national.is_some() { vec![0.0; output.len()] } else { output.clone() };
    let mut weights = Weights { regional: vec![0.0; output.len()], national: in_nation };
    for row in reader.rows() {
        let i = reader.node(row, node)?.index();
        let here = reader.number(row, regional)?.unwrap_or(0.0);
        if let Some(column) = national {
            weights.national[i] = reader.number(row, column)?.unwrap_or(0.0);
        }
        if !(0.0..=weights.national[i]).contains(&here) {
            let what = format!("the region has {here}, the nation {}", weights.national[i]);
            return Err(reader.refused("E0305", what, row, regional));
        }
        weights.regional[i] = here;
    }
    Ok(weights)
}
