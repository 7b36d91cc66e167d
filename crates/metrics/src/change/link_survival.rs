//! For how long links last.

use super::links::{Sighting, follow};
use crate::kernel::ratio::ratio;
use crate::long::{Cell, Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, Scope};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Panel, Progress, Table, TableId};

/// The spells of all links of a panel: periods without a gap in which a link is there, by the first and the last of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spells {
    n_periods: usize,
    /// How many spells there are, by first period and then by last.
    count: Vec<usize>,
}

/// How many links are left at an age.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurvivalStep {
    /// Periods since the link was first counted.
    pub age: usize,
    /// Links that were there at the age before and are seen at this one; at age 0, all.
    pub at_risk: usize,
    /// Those of them that are gone at this age.
    pub ended: usize,
    /// Those that are still there, in the last period of the panel.
    pub censored: usize,
    /// The estimated share of links that reach this age.
    pub survival: f64,
    /// Its standard error.
    pub std_error: Result<f64, Status>,
}

impl Spells {
    /// The spells of a panel. A link that comes back begins another one; self-loops are no links.
    #[must_use]
    pub fn of(panel: &Panel) -> Self {
        let n_periods = panel.n_periods();
        let mut count = vec![0; n_periods * n_periods];
        follow(panel, |_, seen: &[Sighting]| {
            for spell in seen.chunk_by(|a, b| a.period + 1 == b.period) {
                count[spell[0].period * n_periods + spell[spell.len() - 1].period] += 1;
            }
        });
        Self { n_periods, count }
    }

    /// The same without the spells that are there in the first period: nobody knows when they began.
    #[must_use]
    pub fn seen_to_begin(mut self) -> Self {
        self.count.iter_mut().take(self.n_periods).for_each(|count| *count = 0);
        self
    }

    /// The survival of links by age, over all spells.
    ///
    /// # Formula
    /// Kaplan and Meier: `S(a) = Π_{k≤a} (1 − ended_k / at_risk_k)`; Greenwood: `Var S = S² Σ ended / (at_risk (at_risk − ended))`.
    /// Age `a` is reached by a link that is there `a` periods after the one in which it began. Spells that last to the end of the panel
    /// are censored there: they are at risk only where the next period is seen.
    /// # Source
    /// Kaplan and Meier (1958); Greenwood (1926).
    /// # Example
    /// ```
    /// # use palenque_graph::{Panel, SupplyGraph};
    /// # use palenque_metrics::change::link_survival::Spells;
    /// let period = |year: &str, flows: &[(u32, u32, f64)]| {
    ///     let graph = SupplyGraph::from_flows(["ana", "beto", "still"], flows.iter().copied())?;
    ///     Ok::<_, palenque_graph::BuildError>((year.to_owned(), graph))
    /// };
    /// let both = [(0, 2, 1.0), (1, 2, 1.0)];
    /// let panel = Panel::new([period("2020", &both)?, period("2021", &both[..1])?])?;
    /// let curve = Spells::of(&panel).kaplan_meier();
    /// assert_eq!((curve[1].at_risk, curve[1].ended, curve[1].survival), (2, 1, 0.5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn kaplan_meier(&self) -> Vec<SurvivalStep> {
        let t = self.n_periods;
        let [mut ended, mut censored] = std::array::from_fn(|_| vec![0; t + 1]);
        for (first, row) in self.count.chunks(t).enumerate() {
            for (last, &n) in row.iter().enumerate().skip(first) {
                let age = last - first;
                if last + 1 < t {
                    ended[age + 1] += n;
                } else {
                    censored[age] += n;
                }
            }
        }
        steps(&ended, &censored)
    }

    /// The survival of the links of one period: the share of them that is there without a gap ever since.
    ///
    /// # Panics
    /// If there is no such period.
    #[must_use]
    pub fn cohort(&self, period: usize) -> Vec<SurvivalStep> {
        let t = self.n_periods;
        let [mut ended, mut censored] = std::array::from_fn(|_| vec![0; t + 1]);
        for row in self.count.chunks(t).take(period + 1) {
            for (last, &n) in row.iter().enumerate().skip(period) {
                if last + 1 < t {
                    ended[last - period + 1] += n;
                } else {
                    censored[last - period] += n;
                }
            }
        }
        steps(&ended, &censored)
    }
}

/// A survival curve from how many end and how many are lost from sight at each age; empty without any.
fn steps(ended: &[usize], censored: &[usize]) -> Vec<SurvivalStep> {
    let mut at_risk: usize = ended.iter().chain(censored).sum();
    let (mut survival, mut variance) = (1.0, Some(0.0));
    let mut steps = Vec::new();
    for (age, (&ended, &censored)) in ended.iter().zip(censored).enumerate() {
        if at_risk == 0 {
            break;
        }
        let (risk, gone) = (at_risk as f64, ended as f64);
        survival *= (risk - gone) / risk;
        let term = ratio(gone, risk * (risk - gone));
        variance = variance.zip(term).map(|(sum, term)| sum + term);
        // With nobody left, Greenwood's formula multiplies 0 by infinity.
        let error = variance.map(|sum: f64| survival * sum.sqrt()).ok_or(Status::ZeroDenominator);
        steps.push(SurvivalStep { age, at_risk, ended, censored, survival, std_error: error });
        at_risk -= ended + censored;
    }
    steps
}

/// Which spells make Kaplan and Meier's curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpellChoice {
    /// All; the first period counts as the beginning of those that are there in it.
    #[default]
    All,
    /// Those that begin after the first period.
    SeenToBegin,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    spells: SpellChoice,
}

/// [`Spells`] behind the registry.
pub struct LinkSurvival;

static COLUMNS: [ColumnSpec; 10] = [
    ColumnSpec::text(
        "curve",
        "`kaplan_meier`: by age, over all links; `cohort`: of the links of one period.",
    ),
    ColumnSpec::text("cohort", "The period whose links these are; empty for all."),
    ColumnSpec::count("age", "Periods since the link was first counted."),
    ColumnSpec::text("last_period", "For a cohort, the period in which it has this age."),
    ColumnSpec::count(
        "at_risk",
        "Links that were there at the age before and are seen at this one; at age 0, all.",
    ),
    ColumnSpec::count("ended", "Those of them that are gone."),
    ColumnSpec::count("censored", "Those that are still there when the panel ends."),
    ColumnSpec::number("survival", Unit::One, "Estimated share of links that reach this age."),
    ColumnSpec::number("std_error", Unit::One, "Greenwood's standard error of survival."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "link_survival",
    family: Family::Change,
    summary: "For how long links last, with those that are still there taken into account.",
    formula: "S(a) = Π_{k≤a} (1 − ended_k/at_risk_k); Var S = S² Σ ended/(at_risk (at_risk − ended)); cohort of t: share of E_t there without \
              a gap up to t + a",
    source: "Kaplan and Meier (1958); Greenwood (1926)",
    reading: "A curve that falls early and then flattens = links are tried out, and those that prove good last. Ages are in periods, however \
              far these are apart. Links of the first period began earlier than anybody saw, so `all` reads their age too low; \
              `seen_to_begin` leaves them out. The error takes links as independent. A link that comes back is another spell. Self-loops \
              are no links.",
    cost: "O(M log d + T³) time for M links of all T periods",
    needs: &[],
    params: &[ParamSpec {
        name: "spells",
        default: "\"all\"",
        meaning: "Which spells the curve over all links is of: `all`, or those `seen_to_begin`, after the first period.",
    }],
    outputs: &[Output { table: TableId::LinkSurvival, columns: &COLUMNS }],
    core: false,
};

impl Metric for LinkSurvival {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn scope(&self) -> Scope {
        Scope::Panel
    }

    fn over(
        &self,
        panel: &Panel,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: Config = params.decode()?;
        let names: Vec<&str> = panel.iter().map(|(name, _)| name).collect();
        let spells = Spells::of(panel);
        let mut rows = Rows::new(&COLUMNS);
        let mut add = |cohort: Option<usize>, steps: Vec<SurvivalStep>| {
            let curve = if cohort.is_some() { "cohort" } else { "kaplan_meier" };
            for step in steps {
                let period = cohort.and_then(|first| names.get(first + step.age).copied());
                rows.push([
                    curve.into(),
                    cohort.map(|first| names[first]).into(),
                    step.age.into(),
                    Cell::from(period),
                    step.at_risk.into(),
                    step.ended.into(),
                    step.censored.into(),
                    step.survival.into(),
                    step.std_error.into(),
                ]);
            }
        };
        for cohort in 0..names.len() {
            add(Some(cohort), spells.cohort(cohort));
        }
        let all = match config.spells {
            SpellChoice::All => spells,
            SpellChoice::SeenToBegin => spells.seen_to_begin(),
        };
        add(None, all.kaplan_meier());
        Ok(vec![rows.table(TableId::LinkSurvival)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three periods; spells by their first and last.
    fn spells(of: &[(usize, usize, usize)]) -> Spells {
        let mut count = vec![0; 9];
        for &(first, last, n) in of {
            count[first * 3 + last] = n;
        }
        Spells { n_periods: 3, count }
    }

    #[test]
    fn a_link_of_the_last_period_is_never_at_risk() {
        let curve = spells(&[(0, 0, 1), (0, 2, 1), (2, 2, 5)]).kaplan_meier();
        let found: Vec<_> = curve.iter().map(|s| (s.at_risk, s.ended, s.censored)).collect();
        assert_eq!(found, [(7, 0, 5), (2, 1, 0), (1, 0, 1)]);
        assert!((curve[2].survival - 0.5).abs() < 1e-15);
        let error = curve[2].std_error.expect("somebody is left");
        assert!((error - 0.125_f64.sqrt()).abs() < 1e-15, "{error}: √(½ · ½ / 2)");
    }

    #[test]
    fn where_none_is_left_the_error_is_not_known() {
        let curve = spells(&[(0, 0, 2)]).kaplan_meier();
        assert_eq!((curve.len(), curve[1].survival), (2, 0.0));
        assert_eq!(curve[1].std_error, Err(Status::ZeroDenominator));
        assert!(spells(&[(0, 0, 2)]).seen_to_begin().kaplan_meier().is_empty());
    }

    #[test]
    fn a_cohort_has_all_links_of_its_period() {
        let curve = spells(&[(0, 1, 3), (1, 1, 2), (1, 2, 5), (2, 2, 9)]).cohort(1);
        let found: Vec<_> = curve.iter().map(|s| (s.at_risk, s.ended, s.censored)).collect();
        assert_eq!(found, [(10, 0, 0), (10, 5, 5)]);
    }
}
