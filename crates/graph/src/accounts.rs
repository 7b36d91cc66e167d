//! Output, final demand, value added and imports of every node, completed where the input is silent.

use crate::{Diagnostic, Severity, SupplyGraph};

/// The accounts of every node, in the unit of the flows.
///
/// # Formula
/// `x_i = Σ_j Z_ij + f_i` and `v_j = x_j − Σ_i Z_ij − imp_j`. What the graph's node columns `output`,
/// `final_demand`, `value_added`, `imports` do not say is completed from these identities; a node about which
/// nothing is known is closed by `x_i = max(Σ_j Z_ij, Σ_i Z_ij)` (`x_imputed`).
#[derive(Clone, Debug, PartialEq)]
pub struct Accounts {
    /// Gross output `x`.
    pub output: Vec<f64>,
    /// Final demand `f`; negative only through stocks.
    pub final_demand: Vec<f64>,
    /// Value added `v`.
    pub value_added: Vec<f64>,
    /// Imported intermediate inputs `imp`, 0 where the graph does not say.
    pub imports: Vec<f64>,
    /// Whether the output was imputed by the balanced closure.
    pub x_imputed: Vec<bool>,
}

impl Accounts {
    /// Completes the accounts of a graph: one pass over the edges.
    ///
    /// Order of evidence for a node's output: its `output`; else sales plus `final_demand`; else purchases plus
    /// `imports` plus `value_added`; else the balanced closure.
    ///
    /// # Example
    /// ```
    /// # use palenque_graph::{SupplyGraph, accounts::Accounts};
    /// let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 3.0)])?;
    /// let accounts = Accounts::of(&graph);
    /// assert_eq!(accounts.output, [3.0, 3.0]);
    /// assert_eq!(accounts.final_demand, [0.0, 3.0]);
    /// assert_eq!(accounts.value_added, [3.0, 0.0]);
    /// # Ok::<(), palenque_graph::BuildError>(())
    /// ```
    #[must_use]
    pub fn of(graph: &SupplyGraph) -> Self {
        let n = graph.n_nodes();
        let column = |name: &str| graph.nodes().number(name);
        let (x, f) = (column("output"), column("final_demand"));
        let (v, imports) = (column("value_added"), column("imports"));
        let mut accounts = Self {
            output: Vec::with_capacity(n),
            final_demand: Vec::with_capacity(n),
            value_added: Vec::with_capacity(n),
            imports: Vec::with_capacity(n),
            x_imputed: Vec::with_capacity(n),
        };
        let (all_sales, all_purchases) = (graph.out_strengths(), graph.in_strengths());
        for i in 0..n {
            let given = |column: Option<&crate::NumberColumn>| column.and_then(|c| c.get(i));
            let (sales, purchases) = (all_sales[i], all_purchases[i]);
            let imp = given(imports).unwrap_or(0.0);
            let known = given(x)
                .or_else(|| given(f).map(|f| sales + f))
                .or_else(|| given(v).map(|v| purchases + imp + v));
            let output = known.unwrap_or_else(|| sales.max(purchases + imp));
            accounts.output.push(output);
            accounts.final_demand.push(given(f).unwrap_or(output - sales));
            accounts.value_added.push(given(v).unwrap_or(output - purchases - imp));
            accounts.imports.push(imp);
            accounts.x_imputed.push(known.is_none());
        }
        accounts
    }

    /// What is worth telling about these accounts: outputs far below sales are refused (E0505 is not it: the
    /// units differ, E0503), sales somewhat above output are named (W0503), as real tables have them through stocks.
    #[must_use]
    pub fn check(&self, graph: &SupplyGraph) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for node in graph.node_indices() {
            let i = node.index();
            let (x, sales) = (self.output[i], graph.out_strength(node));
            let id = crate::diagnostic::shown(graph.node_id(node));
            if sales > 2.0 * x {
                let what =
                    format!("`{id}` sells {sales} to others, more than twice its output {x}");
                let help = "check that `output` and the flows have the same unit and period";
                found.push(Diagnostic::new("E0503", what).help(help));
            } else if sales - x > 1e-9 * x.abs() {
                let what = format!(
                    "`{id}` sells {sales}, more than its output {x}: final demand is negative"
                );
                let help = "stock changes do this in real tables; else check the `output` column";
                found.push(Diagnostic::new("W0503", what).help(help));
            }
        }
        debug_assert!(found.iter().all(|d| d.severity() != Severity::Info));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> SupplyGraph {
        SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 4.0), (1, 2, 9.0)]).expect("a good graph")
    }

    #[test]
    fn output_alone_fixes_demand_and_value_added() {
        let graph = chain().with_number("output", [Some(5.0), Some(10.0), Some(12.0)]);
        let accounts = Accounts::of(&graph);
        assert_eq!(accounts.final_demand, [1.0, 1.0, 12.0]);
        assert_eq!(accounts.value_added, [5.0, 6.0, 3.0]);
        assert_eq!(accounts.x_imputed, [false; 3]);
    }

    #[test]
    fn a_gap_is_closed_for_that_node_only() {
        let graph = chain().with_number("output", [Some(5.0), None, Some(12.0)]);
        let accounts = Accounts::of(&graph);
        assert_eq!(accounts.output, [5.0, 9.0, 12.0]);
        assert_eq!(accounts.x_imputed, [false, true, false]);
    }

    #[test]
    fn sales_above_output_are_named_and_above_twice_refused() {
        let outputs = |x| chain().with_number("output", [Some(x), Some(10.0), Some(12.0)]);
        let codes = |x| {
            let graph = outputs(x);
            Accounts::of(&graph).check(&graph).iter().map(Diagnostic::id).collect::<Vec<_>>()
        };
        assert_eq!(codes(4.0), [""; 0]);
        assert_eq!(codes(3.9), ["W0503"]);
        assert_eq!(codes(1.9), ["E0503"]);
    }
}
