//! Products with `Aᵀ`, `B` and `A` together, in one walk along the rows of `Z`.

use crate::kernel::coefficients::Economy;
use palenque_graph::SupplyGraph;
use rayon::prelude::*;

/// Parts of the rows, one after the other: part of the last digits of the results, so never changed.
const PARTS: usize = 32;
/// Running sums of a row that are added up at its end, so that they do not wait for one another.
const LANES: usize = 8;

/// The rows of `Z` and the outputs by which its coefficients are shares.
pub(crate) struct Rows<'g> {
    graph: &'g SupplyGraph,
    /// `1 / x_i`, 0 where there is no output.
    by_output: Vec<f64>,
}

impl<'g> Rows<'g> {
    pub(crate) fn of(economy: &Economy<'g>) -> Self {
        let reciprocal = |&x: &f64| if x > 0.0 { 1.0 / x } else { 0.0 };
        let by_output = economy.accounts().output.iter().map(reciprocal).collect();
        Self { graph: economy.graph(), by_output }
    }

    /// `Aᵀ b`, `B g` and `A l`.
    ///
    /// # Cost
    /// One pass over the flows, and over the buyers of those rows that do not fill a whole row; `O(n)` memory a part.
    pub(crate) fn images(&self, [b, g, l]: [&[f64]; 3]) -> [Vec<f64>; 3] {
        let n = self.graph.n_nodes();
        let by_buyer: Vec<f64> = l.iter().zip(&self.by_output).map(|(l, r)| l * r).collect();
        let height = n.div_ceil(PARTS).max(1);
        let parts = (0..n).step_by(height).collect::<Vec<_>>();
        let of_part = |&first: &usize| {
            let rows = first..(first + height).min(n);
            let mut part = Part {
                down: vec![0.0; n],
                ghosh: Vec::with_capacity(rows.len()),
                leontief: Vec::with_capacity(rows.len()),
            };
            for i in rows {
                let flows = &self.graph.flows()[self.graph.out_range(i)];
                let (sold, needed) = if flows.len() == n {
                    whole_row(flows, b[i], g, &by_buyer, &mut part.down)
                } else {
                    let buyers = &self.graph.targets()[self.graph.out_range(i)];
                    some_cells(flows, buyers, b[i], [g, &by_buyer], &mut part.down)
                };
                part.ghosh.push(sold * self.by_output[i]);
                part.leontief.push(needed);
            }
            part
        };
        let parts: Vec<Part> = parts.par_iter().map(of_part).collect();
        let mut down = vec![0.0; n];
        let (mut ghosh, mut leontief) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for part in parts {
            down.iter_mut().zip(part.down).for_each(|(sum, d)| *sum += d);
            ghosh.extend(part.ghosh);
            leontief.extend(part.leontief);
        }
        down.iter_mut().zip(&self.by_output).for_each(|(sum, r)| *sum *= r);
        [down, ghosh, leontief]
    }
}

/// What some rows give.
struct Part {
    /// `Σ_i b_i Z_ij` over the rows.
    down: Vec<f64>,
    /// `B g`, row by row.
    ghosh: Vec<f64>,
    /// `A l`, row by row.
    leontief: Vec<f64>,
}

/// `Σ_j z_j g_j` and `Σ_j z_j l_j` of a row that fills all columns; adds `b z` to the sums of the columns.
fn whole_row(z: &[f64], b: f64, g: &[f64], l: &[f64], down: &mut [f64]) -> (f64, f64) {
    let (mut sold, mut needed) = ([0.0; LANES], [0.0; LANES]);
    let ends = z.len() - z.len() % LANES;
    let lanes = z[..ends].chunks_exact(LANES).zip(g.chunks_exact(LANES));
    let lanes = lanes.zip(l.chunks_exact(LANES)).zip(down.chunks_exact_mut(LANES));
    for (((z, g), l), down) in lanes {
        for k in 0..LANES {
            sold[k] += z[k] * g[k];
            needed[k] += z[k] * l[k];
            down[k] += b * z[k];
        }
    }
    for k in ends..z.len() {
        sold[0] += z[k] * g[k];
        needed[0] += z[k] * l[k];
        down[k] += b * z[k];
    }
    (sold.iter().sum(), needed.iter().sum())
}

/// [`whole_row`] of a row with gaps.
fn some_cells(
    z: &[f64],
    buyers: &[u32],
    b: f64,
    [g, l]: [&[f64]; 2],
    down: &mut [f64],
) -> (f64, f64) {
    let (mut sold, mut needed) = (0.0, 0.0);
    for (&z, &j) in z.iter().zip(buyers) {
        let j = j as usize;
        sold += z * g[j];
        needed += z * l[j];
        down[j] += b * z;
    }
    (sold, needed)
}
