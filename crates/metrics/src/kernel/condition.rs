//! How far errors of the data grow on their way into multipliers, and how many digits remain.

use crate::MetricError;
use crate::kernel::coefficients::Economy;
use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, NoProgress, NodeIndex, Progress, SupplyGraph};

/// Digits of a double-precision number.
const DIGITS: f64 = 15.9;
/// Fewer certain digits than these are worth a warning.
const FEW: f64 = 6.0;

/// How certain what is computed with the Leontief inverse of an economy can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certainty {
    condition: f64,
    /// The node with the largest multiplier, and that.
    largest: Option<(usize, f64)>,
}

impl Certainty {
    /// # Formula
    /// `κ₁ = ‖I − A‖₁ ‖L‖₁`. For `A ≥ 0` with `ρ(A) < 1` the inverse `L` is nonnegative, so its largest column sum is the
    /// largest output multiplier: the number is exact, and costs one pass.
    /// # Source
    /// Higham (2002), ch. 6 and 15.
    /// # Errors
    /// As [`Economy::backward`], where the multipliers were not solved for before.
    pub fn of(economy: &Economy<'_>, progress: &dyn Progress) -> Result<Self, MetricError> {
        Ok(Self::new(economy, &economy.backward(progress)?.values))
    }

    /// Of an economy with these output multipliers.
    pub(crate) fn new(economy: &Economy<'_>, multipliers: &[f64]) -> Self {
        let (graph, x) = (economy.graph(), &economy.accounts().output);
        let column = |j: usize| {
            let edges = graph.out_range(j);
            let own = graph.targets()[edges.clone()].binary_search(&(j as u32));
            let own = own.map_or(0.0, |at| graph.flows()[edges.start + at]);
            let others = economy.purchases()[j] - own;
            let by_output = |flow: f64| if flow > 0.0 { flow / x[j] } else { 0.0 };
            (1.0 - by_output(own)).abs() + by_output(others)
        };
        let norm = (0..x.len()).map(column).fold(0.0, f64::max);
        let values = multipliers.iter().copied().enumerate();
        let largest = values.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        Self { condition: norm * largest.map_or(0.0, |(_, value)| value), largest }
    }

    /// The condition number of `I − A` in the 1-norm; 0 without nodes.
    #[must_use]
    pub fn condition_number(&self) -> f64 {
        self.condition
    }

    /// Digits of a solution that rounding leaves certain, at least 0: those of a double less those of the condition
    /// number.
    #[must_use]
    pub fn certain_digits(&self) -> f64 {
        (DIGITS - self.condition.max(1.0).log10()).max(0.0)
    }
}

/// W0507 where fewer than six digits of what was solved for are certain: for
/// [`Metric::remarks`](crate::Metric::remarks) of an index that solves with `I − A` or is made of its inverse.
#[must_use]
pub fn remarks(graph: &SupplyGraph) -> Vec<Diagnostic> {
    let economy = Economy::of(graph).and_then(Economy::productive);
    let Ok(certainty) = economy.and_then(|economy| Certainty::of(&economy, &NoProgress)) else {
        return Vec::new();
    };
    let digits = certainty.certain_digits();
    if digits >= FEW {
        return Vec::new();
    }
    let what = format!(
        "the economy is nearly closed: condition number {:.0e}, so at most {:.0} digits of its multipliers are certain",
        certainty.condition, digits
    );
    let note = certainty.largest.map_or_else(String::new, |(i, value)| {
        let id = shown(graph.node_id(NodeIndex::new(i)));
        format!("the largest multiplier is that of `{id}`, {value:.2e}")
    });
    let help = "check its value added and `output`, or accept it with `--allow W0507`";
    vec![Diagnostic::new("W0507", what).note(note).help(help)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(own: f64) -> SupplyGraph {
        let flows = [(0, 0, own), (1, 0, 10.0), (0, 1, 10.0)];
        SupplyGraph::from_flows(["a", "b"], flows)
            .expect("a good graph")
            .with_number("output", [Some(100.0), Some(100.0)])
    }

    fn certainty(graph: &SupplyGraph) -> Certainty {
        let economy = Economy::of(graph).and_then(Economy::productive).expect("productive");
        Certainty::of(&economy, &NoProgress).expect("solved")
    }

    #[test]
    fn the_condition_number_is_that_of_the_dense_matrix() {
        // I − A = [[0.5, −0.1], [−0.1, 1]], det = 0.49, ‖·‖₁ = 1.1; L = [[1, 0.1], [0.1, 0.5]] / 0.49, ‖L‖₁ = 1.1 / 0.49.
        let condition = certainty(&pair(50.0)).condition_number();
        assert!((condition - 1.1 * 1.1 / 0.49).abs() < 1e-12, "{condition}");
        assert_eq!(remarks(&pair(50.0)), []);
    }

    #[test]
    fn a_nearly_closed_economy_says_how_few_digits_it_has() {
        let graph =
            SupplyGraph::from_flows(["agri", "manu"], [(0, 0, 99.999_999_999_9), (1, 1, 50.0)])
                .expect("a good graph")
                .with_number("output", [Some(100.0), Some(200.0)]);
        let found = remarks(&graph);
        assert_eq!(found.iter().map(Diagnostic::id).collect::<Vec<_>>(), ["W0507"]);
        assert!(found[0].what().contains("at most 4 digits"), "{}", found[0].what());
        assert!(found[0].notes()[0].contains("`agri`"));
        assert!(certainty(&graph).certain_digits() < 4.1);
    }
}
