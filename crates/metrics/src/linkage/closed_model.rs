//! The model closed for households: they work for income and spend it.

use crate::kernel::coefficients::Economy;
use crate::kernel::signed_solve::SignedSolve;
use crate::{MetricError, ParamSpec};
use palenque_graph::table::Status;
use palenque_graph::{FinalDemand, Progress, SupplyGraph};

/// Who households are, and what they earn.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HouseholdConfig {
    /// The category of final demand that is household consumption; empty = by its usual names.
    pub households: String,
    /// The satellite row or node column of household income; empty = by its usual names.
    pub income: String,
    /// Income of households in all, where it is more than producers pay; 0 = the sum of the income row.
    pub household_income: f64,
}

pub(super) const HOUSEHOLDS: ParamSpec = ParamSpec {
    name: "households",
    default: "",
    meaning: "The category of final demand that households buy; empty = `households`, `household`, `consumption`, \
              `household_consumption` or `private_consumption`, of each region where there are several.",
};
pub(super) const INCOME: ParamSpec = ParamSpec {
    name: "income",
    default: "",
    meaning: "The satellite row or node column of household income; empty = `income`, `compensation`, \
              `compensation_of_employees`, `wages` or `labour`.",
};
pub(super) const HOUSEHOLD_INCOME: ParamSpec = ParamSpec {
    name: "household_income",
    default: "0",
    meaning: "Income of households from all sources, pensions and transfers too, in the unit of the flows; 0 = the sum of \
              the income row.",
};

const HOUSEHOLD_NAMES: [&str; 5] =
    ["households", "household", "consumption", "household_consumption", "private_consumption"];
const INCOME_NAMES: [&str; 5] =
    ["income", "compensation", "compensation_of_employees", "wages", "labour"];

/// A row beside the flows: an amount a node, and what households use or earn of it themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Amounts, in node order.
    pub amounts: Vec<f64>,
    /// What households add to it themselves, such as emissions of their cars or pay of their servants.
    pub of_households: f64,
    /// What all final users add to it.
    pub of_final_users: f64,
}

impl Row {
    /// The satellite row or node column of a name, or of the first usual name that there is.
    ///
    /// A node column with gaps is none.
    ///
    /// # Errors
    /// [`MetricError::InputMissing`] if a name is asked for that there is not.
    pub fn find(
        graph: &SupplyGraph,
        asked: &str,
        usual: &[&str],
        households: &[usize],
    ) -> Result<Option<Self>, MetricError> {
        if asked.is_empty() {
            return Ok(usual.iter().find_map(|name| Self::named(graph, name, households)));
        }
        let what = || format!("satellite row or complete node column `{asked}`");
        let row = Self::named(graph, asked, households);
        row.map(Some).ok_or_else(|| MetricError::InputMissing { what: what() })
    }

    fn named(graph: &SupplyGraph, name: &str, households: &[usize]) -> Option<Self> {
        let known = graph.satellites().iter().find(|row| canonical(row.name()) == canonical(name));
        if let Some(row) = known {
            return Some(Self::of(row, households));
        }
        let amounts = graph.nodes().number(name)?.iter().collect::<Option<_>>()?;
        Some(Self { amounts, of_households: 0.0, of_final_users: 0.0 })
    }

    /// A satellite row.
    #[must_use]
    pub fn of(row: &palenque_graph::Satellite, households: &[usize]) -> Self {
        let users = row.by_final_users().unwrap_or_default();
        Self {
            amounts: row.amounts().to_vec(),
            of_households: households.iter().filter_map(|&k| users.get(k)).sum(),
            of_final_users: users.iter().sum(),
        }
    }
}

/// The model closed for households, on top of the open one.
///
/// # Formula
/// `Ā = [[A, c], [h, h₀]]` with `c_i` what households buy of `i` and `h₀` what they pay each other, both by unit of their
/// income, and `h_j` what `j` pays them by unit of output. With `u = L c`, `w = h L` and `s = 1 / (1 − h₀ − h L c)`,
/// `L̄ = [[L + s u w, s u], [s w, s]]`: two solves, no inverse.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedModel {
    /// `u = L c`: output for a unit of household income spent, before what is earned by it is spent in turn.
    pub spending: Vec<f64>,
    /// `w = h L`: income by unit of final demand for each node, before it is spent.
    pub earning: Vec<f64>,
    /// `s`: income in all by unit of income given to households.
    pub feedback: f64,
    /// Income of households in all.
    pub income: f64,
}

impl ClosedModel {
    /// The closed model, or why there is none: [`Status::InputMissing`] without household consumption or income,
    /// [`Status::SingularLeontief`] if households earn and spend without end, `ρ(Ā) ≥ 1`.
    ///
    /// # Errors
    /// [`MetricError::InputMissing`] if a name is asked for that there is not; those of the solves.
    pub fn of(
        economy: &Economy<'_>,
        recipes: &SignedSolve<'_, '_>,
        config: &HouseholdConfig,
        progress: &dyn Progress,
    ) -> Result<Result<Self, Status>, MetricError> {
        let graph = economy.graph();
        let households = household_categories(graph, config)?;
        let income = income_row(graph, config, &households)?;
        let (Some(demand), Some(row), false) =
            (graph.final_demand(), income, households.is_empty())
        else {
            return Ok(Err(Status::InputMissing));
        };
        let income = match config.household_income {
            given if given > 0.0 => given,
            _ => row.amounts.iter().sum::<f64>() + row.of_final_users,
        };
        if !(income > 0.0) {
            return Ok(Err(Status::ZeroDenominator));
        }
        let spent = (0..graph.n_nodes()).map(|i| bought(demand, i, &households) / income);
        let requirements = SignedSolve::of(economy, economy.requirements(), progress)?;
        let spending = requirements.solve(&spent.collect::<Vec<_>>(), progress)?;
        let paid = coefficients(economy, &row.amounts);
        let earning = recipes.solve(&paid, progress)?;
        let earned_again: f64 = paid.iter().zip(&spending).map(|(h, u)| h * u).sum();
        let leaks = 1.0 - row.of_households / income - earned_again;
        let closed = Self { spending, earning, feedback: 1.0 / leaks, income };
        Ok(if leaks > 1e-12 { Ok(closed) } else { Err(Status::SingularLeontief) })
    }

    /// `h L̄` without the row of households (truncated) and with it (total), for a row of coefficients `h` with its simple
    /// multipliers `h L`, of which households use `of_households` themselves.
    #[must_use]
    pub fn multipliers(
        &self,
        h: &[f64],
        simple: &[f64],
        of_households: f64,
    ) -> (Vec<f64>, Vec<f64>) {
        let by_income: f64 = h.iter().zip(&self.spending).map(|(h, u)| h * u).sum();
        let with = |rate: f64| -> Vec<f64> {
            let induced = simple.iter().zip(&self.earning);
            induced.map(|(simple, w)| simple + rate * self.feedback * w).collect()
        };
        (with(by_income), with(by_income + of_households / self.income))
    }
}

/// The positions of household consumption among the categories of final demand.
///
/// # Errors
/// [`MetricError::InputMissing`] if a category is asked for that there is not.
pub fn household_categories(
    graph: &SupplyGraph,
    config: &HouseholdConfig,
) -> Result<Vec<usize>, MetricError> {
    let Some(demand) = graph.final_demand() else {
        return match config.households.as_str() {
            "" => Ok(Vec::new()),
            asked => Err(no_category(asked)),
        };
    };
    let usual = |name: &str| match config.households.as_str() {
        "" => HOUSEHOLD_NAMES.contains(&name),
        asked => canonical(asked) == name,
    };
    let is_theirs = |(k, category): (usize, &str)| {
        let name = canonical(category);
        let region = demand.region(k).map(|region| format!("{}_", canonical(region)));
        let local = region.and_then(|region| name.strip_prefix(&region).map(str::to_owned));
        (usual(&name) || local.is_some_and(|name| usual(&name))).then_some(k)
    };
    let found: Vec<usize> = demand.categories().enumerate().filter_map(is_theirs).collect();
    if found.is_empty() && !config.households.is_empty() {
        return Err(no_category(&config.households));
    }
    Ok(found)
}

fn no_category(asked: &str) -> MetricError {
    MetricError::InputMissing { what: format!("final demand category `{asked}`") }
}

/// The row of household income.
///
/// # Errors
/// [`MetricError::InputMissing`] if a row is asked for that there is not.
pub fn income_row(
    graph: &SupplyGraph,
    config: &HouseholdConfig,
    households: &[usize],
) -> Result<Option<Row>, MetricError> {
    Row::find(graph, &config.income, &INCOME_NAMES, households)
}

/// Amounts by unit of output; 0 for nodes without.
#[must_use]
pub fn coefficients(economy: &Economy<'_>, amounts: &[f64]) -> Vec<f64> {
    let x = &economy.accounts().output;
    let by_output =
        |(j, amount): (usize, &f64)| if economy.is_active(j) { amount / x[j] } else { 0.0 };
    amounts.iter().enumerate().map(by_output).collect()
}

fn bought(demand: &FinalDemand, node: usize, categories: &[usize]) -> f64 {
    categories.iter().map(|&k| demand.row(node)[k]).sum()
}

/// Lower case, with `_` for whatever is not a letter or digit.
fn canonical(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
    name.trim().to_lowercase().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn households_are_found_by_their_usual_names_in_every_region() {
        let names = ["MEX Private consumption", "MEX exports", "USA private-consumption"];
        let demand = FinalDemand::new(names.map(Into::into).to_vec(), vec![1.0, 2.0, 3.0])
            .with_regions(["MEX", "MEX", "USA"].map(Into::into).to_vec());
        let graph = SupplyGraph::from_flows(["a"], []).expect("a good graph");
        let found = |graph: &SupplyGraph, households: &str| {
            let config = HouseholdConfig { households: households.into(), ..Default::default() };
            household_categories(graph, &config)
        };
        assert_eq!(found(&graph, ""), Ok(Vec::new()));
        let graph = graph.with_final_demand(demand);
        assert_eq!(found(&graph, ""), Ok(vec![0, 2]));
        assert_eq!(found(&graph, "mex exports"), Ok(vec![1]));
        let missing = found(&graph, "government").expect_err("no such category");
        assert_eq!(
            missing.to_string(),
            "needs final demand category `government`, which the input does not have"
        );
    }
}
