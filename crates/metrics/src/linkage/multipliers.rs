//! Multipliers of output, income, employment, value added and imports.

use super::closed_model::{
    ClosedModel, HOUSEHOLD_INCOME, HOUSEHOLDS, HouseholdConfig, INCOME, Row, coefficients,
    household_categories, income_row,
};
use crate::kernel::coefficients::Economy;
use crate::kernel::ratio::ratio_or_status;
use crate::kernel::signed_solve::SignedSolve;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// A number a node, or why there is none.
pub type Results = Vec<Result<f64, Status>>;

/// Multipliers of one row: what of it a unit of final demand for each node takes.
#[derive(Clone, Debug, PartialEq)]
pub struct RowMultipliers {
    /// `h_j`: what the node itself uses by unit of output.
    pub direct: Results,
    /// `h L`: what all use for a unit of final demand for the node.
    pub simple: Results,
    /// `h L / h_j`: all by what the node itself uses.
    pub type1: Results,
    /// `(h L̄)_j / h_j` over producers only: with what households spend of what they earn.
    pub type2_truncated: Results,
    /// The same with what households themselves use.
    pub type2_total: Results,
}

/// The open model and, where there are households, the closed one: what all multipliers are solved in.
pub struct MultiplierModel<'e, 'g> {
    economy: &'e Economy<'g>,
    recipes: SignedSolve<'e, 'g>,
    closed: Result<ClosedModel, Status>,
}

impl<'e, 'g> MultiplierModel<'e, 'g> {
    /// Solves what all rows have in common.
    ///
    /// # Formula
    /// Simple `h L`, the solution of `y = h + Aᵀ y`; type I `h L / h_j`; type II from the model closed for households, see
    /// [`ClosedModel`]: truncated without, total with the row of households.
    /// # Source
    /// Miller and Blair (2009), ch. 6; Bradley and Gander (1969) for the constant ratio of type II to type I of income.
    /// # Input and result
    /// Household consumption is a category of final demand, household income a satellite row or node column; without them
    /// type II is [`Status::InputMissing`].
    /// # Cost
    /// Six solves, and two more a row: `O(k (n + m))` time each, `O(n)` memory.
    /// # Errors
    /// [`MetricError::InputMissing`] if a name is asked for that there is not; those of the solves.
    /// # Example
    /// Miller and Blair (2009), ch. 6: the table of two sectors, closed for households.
    /// ```
    /// # use palenque_graph::{FinalDemand, NoProgress, Satellite, SupplyGraph};
    /// # use palenque_metrics::kernel::coefficients::Economy;
    /// # use palenque_metrics::linkage::closed_model::{HouseholdConfig, Row};
    /// # use palenque_metrics::linkage::multipliers::MultiplierModel;
    /// let flows = [(0, 0, 150.0), (0, 1, 500.0), (1, 0, 200.0), (1, 1, 100.0)];
    /// let demand = FinalDemand::new(vec!["households".into(), "others".into()], vec![50., 300., 400., 1300.]);
    /// let income = Satellite::new("income", vec![300.0, 500.0]).with_final_users(vec![50.0, 0.0]);
    /// let graph = SupplyGraph::from_flows(["s1", "s2"], flows)?
    ///     .with_final_demand(demand)
    ///     .with_satellite(income.clone());
    /// let economy = Economy::of(&graph)?;
    /// let config = HouseholdConfig { household_income: 1000.0, ..Default::default() };
    /// let model = MultiplierModel::of(&economy, &config, &NoProgress)?;
    /// let income = model.multipliers(&Row::of(&income, &[0]), &NoProgress)?;
    /// let close = |found: Result<f64, _>, published: f64| (found.unwrap_or(0.0) - published).abs() < 1e-4;
    /// assert!(close(income.type1[0], 1.4741) && close(income.type2_total[0], 1.8995));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(
        economy: &'e Economy<'g>,
        config: &HouseholdConfig,
        progress: &dyn Progress,
    ) -> Result<Self, MetricError> {
        let recipes = SignedSolve::of(economy, economy.recipes(), progress)?;
        let closed = ClosedModel::of(economy, &recipes, config, progress)?;
        Ok(Self { economy, recipes, closed })
    }

    /// The multipliers of a row.
    ///
    /// # Errors
    /// Those of the solves.
    pub fn multipliers(
        &self,
        row: &Row,
        progress: &dyn Progress,
    ) -> Result<RowMultipliers, MetricError> {
        let h = coefficients(self.economy, &row.amounts);
        let simple = self.recipes.solve(&h, progress)?;
        let type2 = self.closed.as_ref().map_err(|reason| *reason);
        let type2 = type2.map(|closed| closed.multipliers(&h, &simple, row.of_households));
        let of_active = |j: usize, value: f64| {
            if self.economy.is_active(j) { Ok(value) } else { Err(Status::ZeroDenominator) }
        };
        let all = |value: &dyn Fn(usize) -> Result<f64, Status>| -> Results {
            (0..h.len()).map(|j| of_active(j, 0.0).and_then(|_| value(j))).collect()
        };
        let relative = |j: usize, all: &[f64]| ratio_or_status(all[j], h[j]);
        let second = |j: usize, total: bool| {
            let (truncated, with_households) = type2.as_ref().map_err(|reason| *reason)?;
            relative(j, if total { with_households } else { truncated })
        };
        Ok(RowMultipliers {
            direct: all(&|j| Ok(h[j])),
            simple: all(&|j| Ok(simple[j])),
            type1: all(&|j| relative(j, &simple)),
            type2_truncated: all(&|j| second(j, false)),
            type2_total: all(&|j| second(j, true)),
        })
    }

    /// Output multipliers of type II: all output by unit of final demand, truncated and total.
    #[must_use]
    pub fn output(&self) -> [Results; 2] {
        let m = self.recipes.unit();
        let closed = self.closed.as_ref().map_err(|reason| *reason);
        let type2 = closed.map(|closed| closed.multipliers(&vec![1.0; m.len()], m, closed.income));
        let cell = |j: usize, total: bool| {
            let (truncated, with_households) = type2.as_ref().map_err(|reason| *reason)?;
            let value = if total { with_households[j] } else { truncated[j] };
            if self.economy.is_active(j) { Ok(value) } else { Err(Status::ZeroDenominator) }
        };
        [false, true].map(|total| (0..m.len()).map(|j| cell(j, total)).collect())
    }
}

/// What [`Multipliers`] reads.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MultipliersConfig {
    /// See [`HouseholdConfig`].
    pub households: String,
    /// See [`HouseholdConfig`].
    pub income: String,
    /// See [`HouseholdConfig`].
    pub household_income: f64,
    /// The satellite row or node column of workers; empty = by its usual names.
    pub employment: String,
}

/// [`MultiplierModel`] behind the registry, for the rows that every table has.
pub struct Multipliers;

static COLUMNS: [ColumnSpec; 12] = [
    ColumnSpec::number("employment", Unit::Count, "Workers of the node."),
    ColumnSpec::number(
        "output_multiplier_2_truncated",
        Unit::One,
        "Output of all producers by unit of final demand, with what households spend of what they earn.",
    ),
    ColumnSpec::number(
        "output_multiplier_2_total",
        Unit::One,
        "The same with the income of households added.",
    ),
    ColumnSpec::number(
        "income_simple",
        Unit::One,
        "Household income in all by unit of final demand for the node.",
    ),
    ColumnSpec::number(
        "income_type1",
        Unit::One,
        "Household income in all by what the node itself pays.",
    ),
    ColumnSpec::number(
        "income_type2_truncated",
        Unit::One,
        "The same with what households spend, as paid by producers.",
    ),
    ColumnSpec::number(
        "income_type2_total",
        Unit::One,
        "The same with what households pay each other.",
    ),
    ColumnSpec::number(
        "employment_simple",
        Unit::None,
        "Workers in all by unit of final demand for the node.",
    ),
    ColumnSpec::number(
        "employment_type1",
        Unit::One,
        "Workers in all by workers of the node itself.",
    ),
    ColumnSpec::number(
        "employment_type2",
        Unit::One,
        "The same with what households spend of what they earn.",
    ),
    ColumnSpec::number(
        "va_multiplier",
        Unit::One,
        "Value added in all by unit of final demand for the node; 1 without imports.",
    ),
    ColumnSpec::number(
        "import_multiplier",
        Unit::One,
        "Imported inputs in all by unit of final demand for the node.",
    ),
];

const EMPLOYMENT_NAMES: [&str; 4] = ["employment", "employees", "workers", "jobs"];

static SPEC: MetricSpec = MetricSpec {
    name: "multipliers",
    family: Family::Linkage,
    summary: "How much income, work, value added and imports one more unit of final demand for a firm brings in all.",
    formula: "simple = h L, h_j = amount_j / x_j; type I = (h L)_j / h_j; closed model Ā = [[A, c], [h, h0]], c = household \
              purchases and h0 = payments between households by unit of household income; type II truncated = \
              (Σ_i≤n h_i l̄_ij) / h_j, type II total = l̄_(n+1)j / h_j; output type II = Σ_i l̄_ij without and with i = n+1",
    source: "Miller and Blair (2009), ch. 6; Bradley and Gander (1969)",
    reading: "High simple = demand for the firm brings much income (work, value added) to the whole network. High type I = \
              most of it not in the firm itself: a firm that pays little has a high type I, so rank by simple, compare \
              structure by type. Type II adds what is spent of what is earned, with average for marginal spending: an \
              upper bound. Truncated and total must not be mixed. va_multiplier + import_multiplier = 1 when accounts \
              balance. Without household consumption or income type II is empty (`input_missing`); if households earn and \
              spend without end, it is `singular_leontief`: then set `household_income`. Self-loops are used.",
    cost: "14 solves at most, O(k (n + m)) time for k sweeps each; no inverse",
    needs: &[],
    params: &[
        ParamSpec {
            name: "employment",
            default: "",
            meaning: "The satellite row or node column of workers; empty = `employment`, `employees`, `workers` or `jobs`.",
        },
        HOUSEHOLD_INCOME,
        HOUSEHOLDS,
        INCOME,
    ],
    outputs: &[Output { table: TableId::Linkages, columns: &COLUMNS }],
    core: false,
};

impl Metric for Multipliers {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let MultipliersConfig { households, income, household_income, employment } =
            params.decode()?;
        let config = HouseholdConfig { households, income, household_income };
        let economy = Economy::of(graph)?.productive()?;
        let model = MultiplierModel::of(&economy, &config, progress)?;
        let categories = household_categories(graph, &config)?;
        let missing = || vec![Err(Status::InputMissing); graph.n_nodes()];
        let none = || RowMultipliers {
            direct: missing(),
            simple: missing(),
            type1: missing(),
            type2_truncated: missing(),
            type2_total: missing(),
        };
        let of = |row: Option<&Row>| {
            row.map_or_else(|| Ok(none()), |row| model.multipliers(row, progress))
        };
        let employment = Row::find(graph, &employment, &EMPLOYMENT_NAMES, &categories)?;
        let income = of(income_row(graph, &config, &categories)?.as_ref())?;
        let work = of(employment.as_ref())?;
        let simple = |amounts: &[f64]| {
            let row = Row { amounts: amounts.to_vec(), of_households: 0.0, of_final_users: 0.0 };
            Ok::<_, MetricError>(model.multipliers(&row, progress)?.simple)
        };
        let workers =
            employment.map_or_else(missing, |row| row.amounts.into_iter().map(Ok).collect());
        let [truncated, total] = model.output();
        let values = [
            workers,
            truncated,
            total,
            income.simple,
            income.type1,
            income.type2_truncated,
            income.type2_total,
            work.simple,
            work.type1,
            work.type2_truncated,
            simple(&economy.accounts().value_added)?,
            simple(&economy.accounts().imports)?,
        ];
        let columns = COLUMNS.iter().zip(values);
        let columns = columns.map(|(spec, values)| Column::from_results(spec, values)).collect();
        Ok(vec![Table::new(TableId::Linkages, columns)])
    }
}
