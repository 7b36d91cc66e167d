//! The accounts that the linkages are computed from.

use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// [`Accounts::of`] behind the registry: what the linkages take as output, final demand, value added and imports.
///
/// Cells that the input leaves empty are completed from the identities of the accounts, and the status of a row
/// says where an output was imputed.
pub struct AccountsMetric;

static OUTPUT: ColumnSpec =
    ColumnSpec::number("output", Unit::Currency, "Gross output, as given or completed.");
static FINAL_DEMAND: ColumnSpec = ColumnSpec::number(
    "final_demand",
    Unit::Currency,
    "Output that is not sold to nodes of the network; negative only through stocks.",
);
static VALUE_ADDED: ColumnSpec = ColumnSpec::number(
    "value_added",
    Unit::Currency,
    "Output less purchases and imported inputs; negative at a loss.",
);
static IMPORTS: ColumnSpec = ColumnSpec::number(
    "imports",
    Unit::Currency,
    "Inputs bought outside of the network; 0 where not given.",
);
static X_IMPUTED: ColumnSpec = ColumnSpec {
    name: "x_imputed",
    kind: Kind::Bool,
    unit: Unit::None,
    meaning: "Whether the output was imputed as the larger of sales and purchases.",
};

static SPEC: MetricSpec = MetricSpec {
    name: "accounts",
    family: Family::Linkage,
    summary: "Output, final demand, value added and imports of a firm, completed where the input is silent.",
    formula: "x_i = Σ_j Z_ij + f_i; v_j = x_j − Σ_i Z_ij − imp_j; unknown: x_i = max(Σ_j Z_ij, Σ_i Z_ij + imp_i)",
    source: "Miller and Blair (2009), ch. 2",
    reading: "Output is taken as given; else from sales and final demand; else from purchases, imports and value \
              added; else imputed, and marked. Self-loops count in sales and purchases.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[
        Output {
            table: TableId::NodeMetrics,
            columns: &[OUTPUT, FINAL_DEMAND, VALUE_ADDED, IMPORTS, X_IMPUTED],
        },
        Output { table: TableId::Linkages, columns: &[OUTPUT, FINAL_DEMAND, VALUE_ADDED, IMPORTS] },
    ],
    core: true,
};

impl Metric for AccountsMetric {
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
        let accounts = Accounts::of(graph);
        let imputed = |i: &u32| accounts.x_imputed[*i as usize];
        let remarks = (0..graph.n_nodes() as u32).filter(imputed).map(|i| (i, Status::XImputed));
        let remarks: Vec<(u32, Status)> = remarks.collect();
        let money = || {
            let column = |spec, values: &Vec<f64>| Column::new(spec, Values::F64(values.clone()));
            vec![
                Column { status: remarks.clone(), ..column(&OUTPUT, &accounts.output) },
                column(&FINAL_DEMAND, &accounts.final_demand),
                column(&VALUE_ADDED, &accounts.value_added),
                column(&IMPORTS, &accounts.imports),
            ]
        };
        let mut nodes = money();
        let flags = accounts.x_imputed.iter().map(|&flag| Some(flag)).collect();
        nodes.push(Column::new(&X_IMPUTED, Values::Bool(flags)));
        Ok(vec![Table::new(TableId::NodeMetrics, nodes), Table::new(TableId::Linkages, money())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    #[test]
    fn an_imputed_output_is_marked() {
        let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 3.0)])
            .expect("a good graph")
            .with_number("output", [None, Some(7.0)]);
        let tables = AccountsMetric.compute(&graph, &Params::default(), &NoProgress);
        let nodes = &tables.expect("no solve, no error")[0];
        assert_eq!(nodes.number("output", 0), Some(3.0));
        let output = nodes.column("output").expect("a column");
        assert_eq!(output.status, [(0, Status::XImputed)]);
    }
}
