//! Whole matrices of the input-output model, cell by cell.

use super::field_of_influence::Field;
use super::important_coefficients::{ImportanceConfig, tolerable_limits};
use crate::kernel::coefficients::{Economy, RowMatrix};
use crate::kernel::condition;
use crate::kernel::leontief::LeontiefInverse;
use crate::kernel::propagation::fold_rounds;
use crate::kernel::ratio::ratio;
use crate::long::Rows;
use crate::params::did_you_mean;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params};
use palenque_graph::table::{ColumnSpec, Unit};
use palenque_graph::{Diagnostic, EdgeIndex, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// A matrix of the input-output model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Matrix {
    /// Input coefficients.
    A,
    /// Allocation coefficients.
    B,
    /// The Leontief inverse.
    L,
    /// The Ghosh inverse.
    G,
    /// Average propagation lengths.
    Apl,
    /// The field of influence: intensities, or the field of one coefficient.
    Field,
    /// Sums of squares of the fields of influence.
    FieldSquares,
    /// The multiplier product matrix.
    Mpm,
    /// Elasticities of output to final demand.
    Elasticity,
    /// Elasticities of output to output.
    ElasticityOutput,
    /// Tolerable limits of input coefficients.
    Tolerable,
}

impl Matrix {
    /// The name in the column `matrix`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::L => "L",
            Self::G => "G",
            Self::Apl => "APL",
            Self::Field => "FIELD",
            Self::FieldSquares => "FIELD_SQUARES",
            Self::Mpm => "MPM",
            Self::Elasticity => "ELASTICITY",
            Self::ElasticityOutput => "ELASTICITY_OUTPUT",
            Self::Tolerable => "TOLERABLE",
        }
    }

    /// Whether it has cells only where there are flows.
    fn is_sparse(self) -> bool {
        matches!(self, Self::A | Self::B | Self::Tolerable)
    }
}

/// Which matrices are written.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IoMatrixConfig {
    /// The matrices.
    pub matrices: Vec<Matrix>,
    /// The most nodes of which a full matrix is written.
    pub limit: usize,
    /// The seller of the coefficient whose field is asked for; empty = intensities of all.
    pub field_seller: String,
    /// Its buyer.
    pub field_buyer: String,
    /// The change of the coefficient; 0 = the derivative.
    pub field_change: f64,
}

impl Default for IoMatrixConfig {
    fn default() -> Self {
        Self {
            matrices: vec![Matrix::L],
            limit: 2000,
            field_seller: String::new(),
            field_buyer: String::new(),
            field_change: 0.0,
        }
    }
}

/// Hands the cells of a matrix that are neither 0 nor undefined to `cell`, row after row.
///
/// # Formula
/// `A`, `B`, `L = (I − A)⁻¹`, `G = (I − B)⁻¹`; `APL = H / (L − I)`, `H = (L − I) L`; `FIELD_ij = (Σ_k l_ki)(Σ_l l_jl)`, or of
/// one coefficient `F_kl = l_ki l_jl` and for a change `δ` of it `δ F / (1 − δ l_ji)`; `FIELD_SQUARES_ij = Σ_kl F_kl²`; `MPM = L 1 1ᵀL / 1ᵀL 1`;
/// `ELASTICITY_ij = l_ij f_j / x_i`; `ELASTICITY_OUTPUT_ij = l_ij / l_jj · x_j / x_i`; `TOLERABLE` as
/// [`tolerable_limits`] with 1 %.
/// # Source
/// Miller and Blair (2009), ch. 2, 6 and 12; Dietzenbacher, Romero and Bosma (2005); Sonis and Hewings (1989, 1992).
/// # Input and result
/// Outputs as [`Accounts`](palenque_graph::accounts::Accounts) completes them; nodes without output have no cells.
/// # Cost
/// The Leontief inverse and `O(n²)`; `APL` a product more; `A` and `B` `O(n + m)` alone.
/// # Errors
/// [`ParamError::Value`] for too many nodes or a node that is not there; those of [`LeontiefInverse::of`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::io_matrix::{IoMatrixConfig, Matrix, matrix_cells};
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(3.0), Some(12.0)]);
/// let mut cells = Vec::new();
/// matrix_cells(&graph, Matrix::L, &IoMatrixConfig::default(), &NoProgress, &mut |i, j, l| cells.push((i, j, l)))?;
/// assert_eq!(cells, [(0, 0, 1.0), (0, 1, 0.25), (1, 1, 1.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn matrix_cells(
    graph: &SupplyGraph,
    matrix: Matrix,
    config: &IoMatrixConfig,
    progress: &dyn Progress,
    cell: &mut dyn FnMut(usize, usize, f64),
) -> Result<(), MetricError> {
    let n = graph.n_nodes();
    if !matrix.is_sparse() && n > config.limit {
        let (name, limit) = (matrix.name(), config.limit);
        let what = format!(
            "matrix {name} of {n} nodes has {} cells: aggregate first, or raise `limit` above {limit}",
            n * n
        );
        return Err(ParamError::Value(what).into());
    }
    let mut cell = |i, j, value: Option<f64>| {
        if let Some(value) = value.filter(|value| *value != 0.0) {
            cell(i, j, value);
        }
    };
    let inverse = || LeontiefInverse::of(graph, progress);
    match matrix {
        Matrix::A => sparse(&Economy::of(graph)?.requirements(), &mut cell),
        Matrix::B => sparse(&Economy::of(graph)?.allocations(), &mut cell),
        Matrix::Tolerable => {
            let limits = tolerable_limits(graph, &ImportanceConfig::default(), progress)?;
            for (edge, limit) in limits.into_iter().enumerate() {
                let (i, j) = graph.endpoints(EdgeIndex::new(edge));
                cell(i.index(), j.index(), limit);
            }
        }
        Matrix::L => {
            let l = inverse()?;
            dense(&l, &mut cell, |i, j| Some(l.l(i, j)));
        }
        Matrix::G => {
            let l = inverse()?;
            dense(&l, &mut cell, |i, j| Some(l.g(i, j)));
        }
        Matrix::Apl => fold_rounds(&*inverse()?, progress, |i, later, weighted| {
            let lengths = weighted.iter().zip(later).enumerate();
            lengths.for_each(|(j, (h, l))| cell(i, j, ratio(*h, *l)));
        })?,
        Matrix::Field => {
            let l = inverse()?;
            match field(graph, config)? {
                None => dense(&l, &mut cell, |i, j| Some(l.backward()[i] * l.forward()[j])),
                Some(field) => {
                    if field.entry(&l, field.seller, field.buyer).is_none() {
                        let what =
                            "`field_change` is so large that the economy is no longer productive";
                        return Err(ParamError::Value(what.into()).into());
                    }
                    dense(&l, &mut cell, |k, l_| field.entry(&l, k, l_));
                }
            }
        }
        Matrix::FieldSquares => {
            let l = inverse()?;
            let mut columns = vec![0.0; n];
            for row in l.rows() {
                columns.iter_mut().zip(row).for_each(|(sum, l)| *sum += l * l);
            }
            let rows: Vec<f64> = l.rows().map(|row| row.iter().map(|l| l * l).sum()).collect();
            dense(&l, &mut cell, |i, j| Some(columns[i] * rows[j]));
        }
        Matrix::Mpm => {
            let l = inverse()?;
            let active = |sums: &[f64]| -> f64 {
                sums.iter().enumerate().filter(|(i, _)| l.is_active(*i)).map(|(_, sum)| sum).sum()
            };
            let all = active(l.backward());
            dense(&l, &mut cell, |i, j| ratio(l.forward()[i] * l.backward()[j], all));
        }
        Matrix::Elasticity => {
            let l = inverse()?;
            let (x, f) = (&l.accounts().output, &l.accounts().final_demand);
            dense(&l, &mut cell, |i, j| ratio(l.l(i, j) * f[j], x[i]));
        }
        Matrix::ElasticityOutput => {
            let l = inverse()?;
            dense(&l, &mut cell, |i, j| ratio(l.g(i, j), l.l(j, j)));
        }
    }
    Ok(())
}

fn sparse(matrix: &RowMatrix<'_>, cell: &mut dyn FnMut(usize, usize, Option<f64>)) {
    for i in 0..matrix.n_rows() {
        matrix.row(i).for_each(|(j, value)| cell(i, j, Some(value)));
    }
}

fn dense(
    inverse: &LeontiefInverse,
    cell: &mut dyn FnMut(usize, usize, Option<f64>),
    value: impl Fn(usize, usize) -> Option<f64>,
) {
    let active = || (0..inverse.n()).filter(|&i| inverse.is_active(i));
    for i in active() {
        active().for_each(|j| cell(i, j, value(i, j)));
    }
}

/// The coefficient whose field is asked for.
fn field(graph: &SupplyGraph, config: &IoMatrixConfig) -> Result<Option<Field>, MetricError> {
    let node = |id: &str| {
        let found = graph.node_named(id).map(NodeIndex::index);
        found.ok_or_else(|| {
            let hint = did_you_mean(id, graph.ids().iter());
            ParamError::NotThere(format!("there is no node `{id}`{hint}"))
        })
    };
    match (config.field_seller.as_str(), config.field_buyer.as_str()) {
        ("", "") => Ok(None),
        ("", _) | (_, "") => {
            let what = "give both `field_seller` and `field_buyer`, or neither";
            Err(ParamError::Value(what.into()).into())
        }
        (seller, buyer) => {
            let change = Some(config.field_change).filter(|change| *change != 0.0);
            Ok(Some(Field { seller: node(seller)?, buyer: node(buyer)?, change }))
        }
    }
}

/// [`matrix_cells`] behind the registry.
pub struct IoMatrix;

static COLUMNS: [ColumnSpec; 4] = [
    ColumnSpec::text("matrix", "The matrix."),
    ColumnSpec::text("row", "The node of the row: the seller of A and B."),
    ColumnSpec::text("col", "The node of the column: the buyer of A and B."),
    ColumnSpec::number("value", Unit::None, "The cell."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "io_matrix",
    family: Family::Linkage,
    summary: "Whole matrices cell by cell: coefficients, inverses, propagation lengths, fields of influence, elasticities.",
    formula: "A_ij = Z_ij / x_j; B_ij = Z_ij / x_i; L = (I − A)^-1; G = (I − B)^-1; APL = H / (L − I), H = (L − I) L; FIELD_ij = \
              (Σ_k l_ki) (Σ_l l_jl), of one coefficient F_kl = l_ki l_jl, after a change δ of it ΔL = δ F / (1 − δ l_ji); FIELD_SQUARES_ij = Σ_kl F_kl²; \
              MPM = L 1 1'L / 1'L1; ELASTICITY_ij = l_ij f_j / x_i; ELASTICITY_OUTPUT_ij = l_ij x_j / (l_jj x_i); TOLERABLE: see \
              `important_coefficients`",
    source: "Miller and Blair (2009), ch. 2, 6 and 12; Dietzenbacher, Romero and Bosma (2005); Sonis and Hewings (1989, 1992); \
             Sonis, Hewings and Guo (2000) for the MPM",
    reading: "Cells that are 0 or undefined are left out: a pair that is not there has no way from one to the other. L_ij: \
              output of i for a unit of final demand for j. G_ij: output of j that a unit of primary inputs of i makes \
              possible. APL_ij: steps from i to j. MPM is the rank-one matrix with the sums of L, the economic landscape that \
              a table is compared with. FIELD: see `field_of_influence` for what it is not; some authors rank coefficients by FIELD_SQUARES. Self-loops are used.",
    cost: "the Leontief inverse, O(n³) time and n² numbers; APL one product more; A and B alone O(n + m); the table n² rows a \
           matrix",
    needs: &[],
    params: &[
        ParamSpec {
            name: "matrices",
            default: r#"["L"]"#,
            meaning: "Any of `A`, `B`, `L`, `G`, `APL`, `FIELD`, `FIELD_SQUARES`, `MPM`, `ELASTICITY`, `ELASTICITY_OUTPUT`, `TOLERABLE`.",
        },
        ParamSpec {
            name: "field_seller",
            default: "",
            meaning: "The seller of the coefficient whose field FIELD is; empty = the intensities of all.",
        },
        ParamSpec { name: "field_buyer", default: "", meaning: "The buyer of that coefficient." },
        ParamSpec {
            name: "field_change",
            default: "0",
            meaning: "The change of that coefficient, for which FIELD is the exact change of L; 0 = the derivative.",
        },
        ParamSpec {
            name: "limit",
            default: "2000",
            meaning: "The most nodes of which a full matrix is written.",
        },
    ],
    outputs: &[Output { table: TableId::IoMatrix, columns: &COLUMNS }],
    core: false,
};

impl Metric for IoMatrix {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: IoMatrixConfig = params.decode()?;
        let mut rows = Rows::new(&COLUMNS);
        let ids = graph.ids();
        for &matrix in &config.matrices {
            matrix_cells(graph, matrix, &config, progress, &mut |i, j, value| {
                let id = |node: usize| ids.get(NodeIndex::new(node));
                rows.push([matrix.name().into(), id(i).into(), id(j).into(), value.into()]);
            })?;
        }
        Ok(vec![rows.table(TableId::IoMatrix)])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}
