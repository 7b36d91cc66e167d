//! A composite index of indicators that come in a table.

use super::index::{CompositeConfig, Half, Indicator, composite};
use super::normalise::{Normalisation, entropy_weights, normalised};
use super::tables::{COMPONENTS, DIAGNOSTICS, INDEX, SENSITIVITY, tables};
use super::uncertainty::{UncertaintyConfig, uncertainty};
use crate::side::SideReader;
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, SideSpec,
};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The side table of indicators.
pub static INDICATORS: SideSpec = SideSpec {
    name: "indicators",
    columns: "unit,INDICATOR,…",
    meaning: "One row a cluster, region or period, one column an indicator; an empty cell is unknown.",
};

/// The side table of weights.
pub static WEIGHTS: SideSpec = SideSpec {
    name: "weights",
    columns: "indicator[,weight][,polarity][,dimension][,min][,max]",
    meaning: "One row an indicator: its weight (1), 1 where more is better and −1 where less is, `passive` or `active`, and goalposts. \
              Not needed where all weigh the same and more is better.",
};

/// [`composite`] of indicators that come in a table, behind the registry.
pub struct CompositeIndexMetric;

pub(super) const CHOICES: [ParamSpec; 7] = [
    ParamSpec::new("normalisation", "minmax", "The common scale: `minmax`, `z`, `rank`."),
    ParamSpec::new("min_coverage", "1", "Share of weight that must be there, above 0; 1 = all."),
    ParamSpec::new("passive_weight", "0.5", "Weight of the passive half, 0 to 1."),
    ParamSpec::new("draws", "5000", "Combinations of choices for the ranks."),
    ParamSpec::new("concentration", "50", "How near random weights are to the given ones."),
    ParamSpec::new("sobol", "1024", "Combinations for the shares of single choices; 0 = none."),
    ParamSpec::new("seed", "1", "Where the random numbers begin."),
];

static PARAMS: [ParamSpec; 8] = {
    let [a, b, c, d, e, f, g] = CHOICES;
    let weights = ParamSpec::new(
        "weights",
        "given",
        "`given` by the side table, `equal`, or `entropy`: by how much indicators tell units apart.",
    );
    [a, b, c, weights, d, e, f, g]
};

static SPEC: MetricSpec = MetricSpec {
    name: "composite_index",
    family: Family::Composite,
    summary: "A composite index of indicators of your own, with ranks over other choices.",
    formula: "P, A = Σ w y/Σ w of the halves on a common scale; geometric P_g^w A_g^(1−w) of ε + (1 − ε) y, ε = 0.01; arithmetic w P + (1 − w) A",
    source: "OECD and JRC (2008); Saisana, Saltelli and Tarantola (2005); Saltelli et al. (2010); Schmitz (1995) for the halves",
    reading: "1 = best on every indicator among these units, not in the world: give goalposts to compare with others. A rank is worth what its \
              range says: between rank_p05 and rank_p95 over other weights, scales, means and sets of indicators. Negative correlations \
              in composite_diagnostics say that indicators pull apart. The network is not used.",
    cost: "O((draws + 10 sobol) units × indicators) time",
    needs: &[],
    params: &PARAMS,
    outputs: &[
        Output { table: TableId::CompositeIndex, columns: &INDEX },
        Output { table: TableId::CompositeComponents, columns: &COMPONENTS },
        Output { table: TableId::CompositeSensitivity, columns: &SENSITIVITY },
        Output { table: TableId::CompositeDiagnostics, columns: &DIAGNOSTICS },
    ],
    core: false,
};

/// Where weights come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Weighting {
    #[default]
    Given,
    Equal,
    Entropy,
}

/// The parameters of both composite indices.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(default)]
pub(super) struct Choices {
    normalisation: Normalisation,
    min_coverage: f64,
    passive_weight: f64,
    draws: usize,
    concentration: f64,
    sobol: usize,
    seed: u64,
    weights: Weighting,
}

impl Default for Choices {
    fn default() -> Self {
        let CompositeConfig { normalisation, min_coverage, passive_weight } =
            CompositeConfig::default();
        let UncertaintyConfig { draws, concentration, sobol, seed } = UncertaintyConfig::default();
        Self {
            normalisation,
            min_coverage,
            passive_weight,
            draws,
            concentration,
            sobol,
            seed,
            weights: Weighting::Given,
        }
    }
}

impl Choices {
    /// The tables of these indicators.
    ///
    /// # Errors
    /// [`ParamError::Value`] for a parameter out of its range; [`MetricError::Cancelled`].
    pub(super) fn tables(
        &self,
        units: &[String],
        mut indicators: Vec<Indicator>,
        progress: &dyn Progress,
    ) -> Result<(Vec<Table>, super::index::Composite), MetricError> {
        let within = |name: &str, x: f64, is: bool| {
            if is {
                Ok(())
            } else {
                Err(ParamError::Value(format!("`{name}` is {x}, out of range")))
            }
        };
        let Self { min_coverage, passive_weight, concentration, .. } = *self;
        within("min_coverage", min_coverage, min_coverage > 0.0 && min_coverage <= 1.0)?;
        within("passive_weight", passive_weight, (0.0..=1.0).contains(&passive_weight))?;
        within("concentration", concentration, concentration > 0.0 && concentration < 1e9)?;
        match self.weights {
            Weighting::Given => {}
            Weighting::Equal => {
                for of in &mut indicators {
                    of.weight = 1.0;
                }
            }
            Weighting::Entropy => {
                let columns: Vec<Vec<Option<f64>>> = indicators
                    .iter()
                    .map(|of| {
                        normalised(&of.values, of.is_good, Normalisation::Minmax, of.goalposts)
                    })
                    .collect();
                for (of, weight) in indicators.iter_mut().zip(entropy_weights(&columns)) {
                    of.weight = weight;
                }
            }
        }
        let config =
            CompositeConfig { normalisation: self.normalisation, min_coverage, passive_weight };
        let how = UncertaintyConfig {
            draws: self.draws,
            concentration,
            sobol: self.sobol,
            seed: self.seed,
        };
        let found = composite(&indicators, &config);
        let doubt = uncertainty(&indicators, &config, &how, progress)?;
        Ok((tables(units, &indicators, &config, &found, &doubt), found))
    }
}

impl Metric for CompositeIndexMetric {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn sides(&self) -> &'static [SideSpec] {
        static SIDES: [SideSpec; 2] = [INDICATORS, WEIGHTS];
        &SIDES
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let choices: Choices = params.decode()?;
        let (units, indicators) = read(graph, params)?;
        Ok(choices.tables(&units, indicators, progress)?.0)
    }
}

/// Units and indicators of the side tables.
fn read(
    graph: &SupplyGraph,
    params: &Params,
) -> Result<(Vec<String>, Vec<Indicator>), MetricError> {
    let reader = SideReader::needed(graph, params, &INDICATORS)?;
    let unit = ["unit", "cluster", "period"].iter().find_map(|title| reader.optional(title));
    let unit = unit.map_or_else(|| reader.column("unit"), Ok)?;
    let units = reader.rows().map(|row| row.1[unit].trim().to_owned()).collect();
    let mut indicators = Vec::new();
    for (column, title) in reader.titles().iter().enumerate().filter(|(c, _)| *c != unit) {
        let values = reader.rows().map(|row| reader.number(row, column));
        indicators.push(Indicator {
            name: title.clone(),
            half: Half::Passive,
            is_good: true,
            weight: 1.0,
            goalposts: None,
            values: values.collect::<Result<_, _>>()?,
        });
    }
    if let Some(reader) = SideReader::of(graph, params, &WEIGHTS) {
        let name = reader.column("indicator")?;
        let columns =
            ["weight", "polarity", "dimension", "min", "max"].map(|title| reader.optional(title));
        let [weight, polarity, dimension, min, max] = columns;
        let mut kept = Vec::new();
        for row in reader.rows() {
            let asked = row.1[name].trim();
            let Some(place) = indicators.iter().position(|of| of.name == asked) else {
                let what = format!("`{asked}` is not a column of the side table `indicators`");
                return Err(reader.refused("E0403", what, row, name));
            };
            let mut of = indicators.swap_remove(place);
            let number = |column: Option<usize>| match column {
                Some(column) => reader.number(row, column),
                None => Ok(None),
            };
            if let Some(w) = number(weight)? {
                if w < 0.0 {
                    let at = weight.unwrap_or(name);
                    return Err(reader.refused(
                        "E0305",
                        format!("a weight of {w} is below 0"),
                        row,
                        at,
                    ));
                }
                of.weight = w;
            }
            of.is_good = number(polarity)?.is_none_or(|polarity| polarity >= 0.0);
            of.goalposts = number(min)?.zip(number(max)?);
            if let Some(column) = dimension {
                of.half = match row.1[column].trim() {
                    "passive" | "" => Half::Passive,
                    "active" => Half::Active,
                    other => {
                        let what = format!("dimension is `{other}`, not `passive` or `active`");
                        return Err(reader.refused("E0303", what, row, column));
                    }
                };
            }
            kept.push(of);
        }
        indicators = kept;
    }
    if indicators.is_empty() {
        return Err(reader.refused_whole("E0301", "no indicator is given".into(), "add a column"));
    }
    Ok((units, indicators))
}
