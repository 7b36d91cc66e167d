//! Output, final demand, value added and imports of every node, completed where the input is silent.

use crate::{Diagnostic, SupplyGraph};

/// The accounts of every node, in the unit of the flows.
///
/// # Formula
/// `x_i = Σ_j Z_ij + f_i` and `v_j = x_j − Σ_i Z_ij − imp_j`. What the graph's node columns `output`,
/// `final_demand`, `value_added`, `imports` do not say is completed from these identities; a node about which
/// nothing is known is closed by `x_i = max(Σ_j Z_ij, Σ_i Z_ij)` (`x_imputed`).
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// `imports` plus `value_added`; else the balanced closure `x = max(sales, purchases + imports)`. Final demand and
    /// value added that are given are taken as they are, so they may contradict a given output; the others follow
    /// from the identities. Self-loops are sales and purchases alike.
    ///
    /// # Cost
    /// `O(n + m)`.
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
        Self::with_strengths(graph, &graph.out_strengths(), &graph.in_strengths())
    }

    /// [`Accounts::of`] for a caller who knows what each node sells and buys.
    ///
    /// # Panics
    /// If there is not one strength a node.
    #[must_use]
    pub fn with_strengths(graph: &SupplyGraph, all_sales: &[f64], all_purchases: &[f64]) -> Self {
        let n = graph.n_nodes();
        assert!(all_sales.len() == n && all_purchases.len() == n, "one strength a node");
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

    /// What is worth telling about these accounts.
    ///
    /// A node that sells more than twice its output is refused (E0503): unit or period differ, unless final demand by
    /// category makes up for it, as where imports are booked there below zero. One that sells more than
    /// its output is named (W0503): its final demand is negative, as falling stocks make it in real tables. Where
    /// some nodes have an `output` and others do not, those that were closed are counted (W0508).
    ///
    /// # Example
    /// ```
    /// # use palenque_graph::{SupplyGraph, accounts::Accounts};
    /// let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 3000.0)])?
    ///     .with_number("output", [Some(4.0), Some(9.0)]); // in thousands
    /// let found = Accounts::of(&graph).check(&graph);
    /// assert_eq!(found[0].id(), "E0503");
    /// # Ok::<(), palenque_graph::BuildError>(())
    /// ```
    #[must_use]
    pub fn check(&self, graph: &SupplyGraph) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (node, sales) in graph.node_indices().zip(graph.out_strengths()) {
            let x = self.output[node.index()];
            let id = crate::diagnostic::shown(graph.node_id(node));
            // Where imports are booked as final demand below zero, uses of imports are among the sales.
            let is_balanced = || {
                let demand = graph.final_demand().map(|d| d.row(node.index()).iter().sum::<f64>());
                demand.is_some_and(|f| (sales + f - x).abs() <= 0.01 * sales)
            };
            if sales > 2.0 * x && !is_balanced() {
                let what = format!("`{id}` sells {sales}, more than twice its output {x}");
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
        // A node without trade has an output of 0, and nothing was made up.
        let pairs = self.x_imputed.iter().zip(&self.output);
        let imputed = pairs.filter(|&(&imputed, &x)| imputed && x > 0.0).count();
        if imputed > 0 && graph.nodes().number("output").is_some() {
            let n = self.x_imputed.len();
            let what =
                format!("{imputed} of {n} nodes have no `output`, and nothing that implies it");
            found.push(
                Diagnostic::new("W0508", what)
                    .note("the larger of their sales and purchases was taken")
                    .help("fill the `output` column in, or accept it with `--allow W0508`"),
            );
        }
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

    #[test]
    fn imports_in_final_demand_make_up_for_sales_above_output() {
        let graph = chain().with_number("output", [Some(1.0), Some(10.0), Some(12.0)]);
        let demand = |imports: f64| {
            let values = vec![2.0, imports, 1.0, 0.0, 12.0, 0.0];
            let categories = vec!["households".into(), "imports".into()];
            let graph =
                graph.clone().with_final_demand(crate::FinalDemand::new(categories, values));
            Accounts::of(&graph).check(&graph).iter().map(Diagnostic::id).collect::<Vec<_>>()
        };
        assert_eq!(demand(-5.0), ["W0503"]);
        assert_eq!(demand(-1.0), ["E0503"]);
    }

    #[test]
    fn each_kind_of_evidence_gives_the_output() {
        // b sells 9, buys 4 and imports 1.
        let with = |name| {
            let graph = chain().with_number("imports", [None, Some(1.0), None]);
            let accounts = Accounts::of(&graph.with_number(name, [None, Some(3.0), None]));
            let b = |values: &[f64]| values[1];
            assert_eq!(accounts.imports, [0.0, 1.0, 0.0]);
            (b(&accounts.output), b(&accounts.final_demand), b(&accounts.value_added))
        };
        assert_eq!(with("output"), (3.0, -6.0, -2.0));
        assert_eq!(with("final_demand"), (12.0, 3.0, 7.0));
        assert_eq!(with("value_added"), (8.0, -1.0, 3.0));
        assert_eq!(with("employees"), (9.0, 0.0, 4.0)); // no evidence: max(9, 4 + 1)
    }

    #[test]
    fn imports_count_as_inputs_when_a_node_is_closed() {
        let graph = chain().with_number("imports", [Some(0.0), Some(8.0), None]);
        let accounts = Accounts::of(&graph);
        assert_eq!(accounts.output, [4.0, 12.0, 9.0]);
        assert_eq!(accounts.value_added, [4.0, 0.0, 0.0]);
        assert_eq!(accounts.x_imputed, [true; 3]);
    }

    #[test]
    fn nodes_without_output_or_trade_have_empty_accounts() {
        let graph = SupplyGraph::from_flows(["a"], []).expect("a good graph");
        let given = Accounts::of(&graph.clone().with_number("output", [Some(0.0)]));
        assert_eq!((given.output[0], given.final_demand[0], given.value_added[0]), (0.0, 0.0, 0.0));
        let imputed = Accounts::of(&graph);
        assert_eq!((imputed.output[0], imputed.x_imputed[0]), (0.0, true));
        assert_eq!(given.check(&graph), []);
        assert_eq!(imputed.check(&graph), []);
    }

    #[test]
    fn closed_nodes_are_told_where_others_have_an_output() {
        let graph = chain().with_number("output", [Some(5.0), None, Some(12.0)]);
        let found = Accounts::of(&graph).check(&graph);
        assert_eq!(found.iter().map(Diagnostic::id).collect::<Vec<_>>(), ["W0508"]);
        assert_eq!(found[0].what(), "1 of 3 nodes have no `output`, and nothing that implies it");
    }
}
