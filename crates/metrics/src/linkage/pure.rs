//! Pure linkages: what a node and the rest of the network do for each other, without what each does for itself.

use crate::kernel::condition;
use crate::kernel::leontief::LeontiefInverse;
use crate::kernel::ratio::ratio;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Diagnostic, Progress, SupplyGraph, Table, TableId};

/// Pure linkages of every node, in the unit of the flows; `None` for a node without output.
#[derive(Clone, Debug, PartialEq)]
pub struct PureLinkages {
    /// Output of the others for the node's own final demand.
    pub backward: Vec<Option<f64>>,
    /// Output of the node for the others' final demand.
    pub forward: Vec<Option<f64>>,
}

/// What a node's final demand makes the others produce, and theirs the node.
///
/// # Formula
/// With node `j` on one side and all others, `r`, on the other, and `Δ_k = (I − A_kk)⁻¹`: backward `1ᵀΔ_r A_rj Δ_j f_j`,
/// forward `Δ_j A_jr Δ_r f_r`. By the inverse of blocks `Δ_r A_rj = L_rj / l_jj` and `A_jr Δ_r = L_jr / l_jj`, so that no
/// block is inverted: backward `Σ_{i≠j} l_ij / l_jj · f_j / (1 − a_jj)`, forward `(x_j − l_jj f_j) / (l_jj (1 − a_jj))` with
/// `x = L f`.
/// # Source
/// Sonis, Guilhoto, Hewings and Martins (1995); Guilhoto, Sonis and Hewings (2005).
/// # Input and result
/// Accounts as [`Accounts`](palenque_graph::accounts::Accounts) completes them. In the unit of the flows, in node order;
/// negative only where final demand is. A self-loop stays with its node: it is in `Δ_j`.
/// # Cost
/// `O(n²)` time beside the inverse.
/// # Errors
/// None: the inverse is there.
/// # Example
/// The still's final demand of 9 takes 3 from the grower, who has no final demand.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::kernel::leontief::LeontiefInverse;
/// # use palenque_metrics::linkage::pure::pure_linkages;
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(3.0), Some(9.0)]);
/// let inverse = LeontiefInverse::of(&graph, &NoProgress)?;
/// let pure = pure_linkages(&inverse);
/// assert_eq!(pure.backward, [Some(0.0), Some(3.0)]);
/// assert_eq!(pure.forward, [Some(3.0), Some(0.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn pure_linkages(inverse: &LeontiefInverse) -> PureLinkages {
    let f = &inverse.accounts().final_demand;
    let of_active = |value: &dyn Fn(usize) -> f64| {
        (0..inverse.n()).map(|j| inverse.is_active(j).then(|| value(j))).collect()
    };
    // 1 / (l_jj (1 − a_jj)), where 1 − a_jj is what `j` keeps of a unit that it makes.
    let scale = |j: usize| 1.0 / (inverse.l(j, j) * (1.0 - inverse.own_coefficient(j)));
    let from_others = |j: usize| {
        let row = inverse.row(j).iter().zip(f).enumerate();
        row.filter(|(k, _)| *k != j).map(|(_, (l, f))| l * f).sum::<f64>()
    };
    PureLinkages {
        backward: of_active(&|j| {
            (inverse.backward_rounds()[j] - inverse.own_rounds(j)) * f[j] * scale(j)
        }),
        forward: of_active(&|j| from_others(j) * scale(j)),
    }
}

/// [`pure_linkages`] behind the registry.
pub struct Pure;

static COLUMNS: [ColumnSpec; 4] = [
    ColumnSpec::number(
        "pbl",
        Unit::Currency,
        "Pure backward linkage: output of the others for the node's final demand.",
    ),
    ColumnSpec::number(
        "pfl",
        Unit::Currency,
        "Pure forward linkage: output of the node for the others' final demand.",
    ),
    ColumnSpec::number("ptl", Unit::Currency, "Pure total linkage: the sum of both."),
    ColumnSpec::number(
        "ptl_normalised",
        Unit::One,
        "Pure total linkage relative to its mean over the nodes with output.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "pure_linkages",
    family: Family::Linkage,
    summary: "How much a firm and the rest of the network produce for each other's final demand.",
    formula: "pbl_j = 1'Δ_r A_rj Δ_j f_j; pfl_j = Δ_j A_jr Δ_r f_r; ptl = pbl + pfl; Δ_k = (I − A_kk)^-1; by the inverse: \
              pbl_j = (m_j − l_jj) / l_jj · f_j / (1 − a_jj), pfl_j = Σ_k≠j l_jk f_k / (l_jj (1 − a_jj))",
    source: "Sonis, Guilhoto, Hewings and Martins (1995); Guilhoto, Sonis and Hewings (2005)",
    reading: "In the unit of the flows, so large firms have large ones: which is the point, as a strong multiplier of a tiny \
              firm moves little. High pbl = its customers' demand feeds the others; high pfl = it lives on the others' \
              demand. What the two sides feed back to each other is left out. ptl_normalised > 1 = above the mean. A \
              self-loop stays with its firm.",
    cost: "the Leontief inverse, O(n³) time and n² numbers, shared by all that need it; then O(n²)",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::Linkages, columns: &COLUMNS }],
    core: false,
};

impl Metric for Pure {
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
        let inverse = LeontiefInverse::of(graph, progress)?;
        let PureLinkages { backward, forward } = pure_linkages(&inverse);
        let total: Vec<Option<f64>> =
            backward.iter().zip(&forward).map(|(b, f)| Some((*b)? + (*f)?)).collect();
        let mean = total.iter().flatten().sum::<f64>() / inverse.n_active() as f64;
        let normalised = total.iter().map(|total| ratio((*total)?, mean)).collect();
        let columns = COLUMNS.iter().zip([backward, forward, total, normalised]);
        let column = |(spec, values): (_, Vec<Option<f64>>)| {
            Column::from_options(spec, &values, Status::ZeroDenominator)
        };
        Ok(vec![Table::new(TableId::Linkages, columns.map(column).collect())])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}
