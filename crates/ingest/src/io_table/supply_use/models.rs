//! From make and use to one table: the four models of the Eurostat manual.

use super::equations::solve;
use super::{SupplyUse, placeless};
use crate::io_table::{Column, Flows, FlowsBuilder, InputKind, InputRow, IoTable, Label, Sector};
use crate::policy::SutModel;
use crate::source::Refusal;
use palenque_graph::diagnostic::shown;

/// How the row of inputs is called that holds products which nobody makes.
const UNMADE: &str = "imports_of_products_not_made";

impl SupplyUse {
    /// One table of industries or of products.
    ///
    /// # Formula
    /// `V` makes (industries × products), `U` uses (products × industries), `Y` final demand, `W` value added and
    /// the other inputs; `g` and `q` are the row and column sums of `V`.
    ///
    /// | model | transformation | flows | final demand | inputs | output |
    /// |---|---|---|---|---|---|
    /// | A, product technology | `T = (Vᵀ)⁻¹ q̂` | `U T` | `Y` | `W T` | `q` |
    /// | B, industry technology | `T = ĝ⁻¹ V` | `U T` | `Y` | `W T` | `q` |
    /// | C, fixed industry sales | `T = ĝ (Vᵀ)⁻¹` | `T U` | `T Y` | `W` | `g` |
    /// | D, fixed product sales | `T = V q̂⁻¹` | `T U` | `T Y` | `W` | `g` |
    ///
    /// A product that is used and not made (`q = 0`) is no part of the table: its uses are imported inputs, in a row of
    /// their own, so that columns still add up. A and C need as many products as industries and an
    /// inverse of `V`, and may give flows below zero.
    ///
    /// # Source
    /// Eurostat (2008), Eurostat Manual of Supply, Use and Input-Output Tables, ch. 11. D is what the U.S. Bureau of
    /// Economic Analysis calls market shares and publishes as industry-by-industry requirements (Horowitz and
    /// Planting 2009, Concepts and Methods of the Input-Output Accounts, ch. 12).
    ///
    /// # Errors
    /// E0501 or E0512 where the make table is not square or has no inverse and the model needs it.
    pub(super) fn table(self, model: SutModel) -> Result<IoTable, Refusal> {
        let made = self.of_made_products();
        match model {
            SutModel::ProductTechnology => made.product_technology(),
            SutModel::IndustryTechnology => Ok(made.industry_technology()),
            SutModel::FixedIndustrySales => made.fixed_industry_sales(),
            SutModel::FixedProductSales => Ok(made.fixed_product_sales()),
        }
    }

    fn fixed_product_sales(self) -> IoTable {
        let q = self.by_product();
        let demand: Vec<Vec<f64>> = self.demand.iter().map(|c| filled(&c.values)).collect();
        let shares = self.make.clone().map(|_, product, v| v / q[product as usize]);
        let flows = times(&shares, &self.uses, self.industries.len());
        let demand = demand.iter().map(|y| {
            let row = |i| shares.row(i).map(|(product, t)| t * y[product as usize]).sum();
            (0..self.industries.len()).map(row).collect()
        });
        let demand: Vec<Vec<f64>> = demand.collect();
        self.of_industries(flows, demand)
    }

    fn industry_technology(self) -> IoTable {
        let (g, q) = (self.by_industry(), self.by_product());
        let shares = self.make.clone().map(|industry, _, v| v / g[industry]);
        let flows = times(&self.uses, &shares, self.products.len());
        let input = |row: &InputRow| {
            let mut values = vec![0.0; q.len()];
            for (industry, w) in filled(&row.values).into_iter().enumerate() {
                shares.row(industry).for_each(|(product, t)| values[product as usize] += w * t);
            }
            values
        };
        let inputs = self.inputs.iter().map(input).collect();
        self.of_products(flows, inputs, q)
    }

    fn fixed_industry_sales(self) -> Result<IoTable, Refusal> {
        let n = self.square("fixed-industry-sales")?;
        let m = n + self.demand.len();
        let (mut a, mut b) = (vec![0.0; n * n], vec![0.0; n * m]);
        for industry in 0..n {
            self.make.row(industry).for_each(|(p, v)| a[p as usize * n + industry] = v);
        }
        for product in 0..n {
            self.uses.row(product).for_each(|(j, u)| b[product * m + j as usize] = u);
            for (column, at) in self.demand.iter().zip(n..) {
                b[product * m + at] = number(column.values[product]);
            }
        }
        solve(&mut a, &mut b, n).map_err(|at| {
            Self::no_inverse("fixed-industry-sales", &self.industries[at], "industry")
        })?;
        let g = self.by_industry();
        b.chunks_mut(m).zip(&g).for_each(|(row, g)| row.iter_mut().for_each(|x| *x *= g));
        let flows = rows(b.chunks(m).map(|row| &row[..n]));
        let demand = (n..m).map(|at| b.chunks(m).map(|row| row[at]).collect()).collect();
        Ok(self.of_industries(flows, demand))
    }

    fn product_technology(self) -> Result<IoTable, Refusal> {
        let n = self.square("product-technology")?;
        let m = n + self.inputs.len();
        // V Xᵀ = [U; W]ᵀ, a row of the system an industry.
        let (mut a, mut b) = (vec![0.0; n * n], vec![0.0; n * m]);
        for industry in 0..n {
            self.make.row(industry).for_each(|(p, v)| a[industry * n + p as usize] = v);
            for (input, at) in self.inputs.iter().zip(n..) {
                b[industry * m + at] = number(input.values[industry]);
            }
        }
        for product in 0..n {
            self.uses.row(product).for_each(|(j, u)| b[j as usize * m + product] = u);
        }
        solve(&mut a, &mut b, n)
            .map_err(|at| Self::no_inverse("product-technology", &self.products[at], "product"))?;
        let q = self.by_product();
        b.chunks_mut(m).zip(&q).for_each(|(row, q)| row.iter_mut().for_each(|x| *x *= q));
        let column = |at: usize| b.chunks(m).map(|row| row[at]).collect::<Vec<f64>>();
        let columns: Vec<Vec<f64>> = (0..m).map(column).collect();
        let flows = rows(columns[..n].iter().map(Vec::as_slice));
        Ok(self.of_products(flows, columns[n..].to_vec(), q))
    }

    /// What every industry makes.
    fn by_industry(&self) -> Vec<f64> {
        (0..self.industries.len()).map(|i| self.make.row(i).map(|(_, v)| v).sum()).collect()
    }

    /// How much of every product is made.
    fn by_product(&self) -> Vec<f64> {
        let mut q = vec![0.0; self.products.len()];
        for industry in 0..self.industries.len() {
            self.make.row(industry).for_each(|(product, v)| q[product as usize] += v);
        }
        q
    }

    /// Without the products that nobody makes: their uses are a row of inputs.
    fn of_made_products(mut self) -> Self {
        let q = self.by_product();
        let (made, unmade): (Vec<usize>, Vec<usize>) =
            (0..q.len()).partition(|&product| q[product] != 0.0);
        let mut values = vec![0.0; self.industries.len()];
        for &product in &unmade {
            self.uses.row(product).for_each(|(industry, u)| values[industry as usize] += u);
        }
        if values.iter().any(|&x| x != 0.0) {
            let of_users = |column: &Column| {
                unmade.iter().map(|&product| number(column.values[product])).sum()
            };
            let by_final_users = self.demand.iter().map(of_users).collect();
            let (name, kind) = (UNMADE.into(), InputKind::Imports);
            self.inputs.push(InputRow { name, kind, unit: None, at: 0, values, by_final_users });
        }
        let mut new = vec![0; q.len()];
        (0..).zip(&made).for_each(|(at, &product)| new[product] = at);
        self.make = self.make.renumbered(&new);
        let rows: Vec<Option<u32>> = made.iter().map(|&product| Some(product as u32)).collect();
        self.uses = self.uses.arranged(&rows);
        self.products = made.iter().map(|&product| self.products[product].clone()).collect();
        for column in &mut self.demand {
            column.values = made.iter().map(|&product| column.values[product]).collect();
        }
        self
    }

    fn square(&self, model: &str) -> Result<usize, Refusal> {
        let (industries, products) = (self.industries.len(), self.products.len());
        if industries == products {
            return Ok(industries);
        }
        let what = format!(
            "`{model}` needs as many products as industries, and there are {products} and {industries}"
        );
        let help = "take a model that needs no inverse: `--sut-model fixed-product-sales` or `industry-technology`";
        Err(Refusal::new("E0501", what, help))
    }

    fn no_inverse(model: &str, at: &Sector, what: &str) -> Refusal {
        let id = shown(&at.id());
        let what = format!(
            "`{model}` needs an inverse of the make table, and it has none: {what} `{id}` makes, or is made, in the \
             proportions of others or not at all"
        );
        let help = "take a model that needs no inverse: `--sut-model fixed-product-sales` or `industry-technology`";
        Refusal::new("E0512", what, help)
    }

    /// The table of the industries.
    fn of_industries(self, flows: Flows, demand: Vec<Vec<f64>>) -> IoTable {
        let output = self.by_industry();
        let demand = self.demand.into_iter().zip(demand);
        let demand = demand.map(|(column, values)| Column { values, ..column }).collect();
        whole(&self.industries, flows, demand, self.inputs, output)
    }

    /// The table of the products.
    fn of_products(mut self, flows: Flows, inputs: Vec<Vec<f64>>, output: Vec<f64>) -> IoTable {
        for (row, values) in self.inputs.iter_mut().zip(inputs) {
            row.values = values;
        }
        whole(&self.products, flows, self.demand, self.inputs, output)
    }
}

fn whole(
    sectors: &[Sector],
    flows: Flows,
    demand: Vec<Column>,
    inputs: Vec<InputRow>,
    output: Vec<f64>,
) -> IoTable {
    let sectors: Vec<Sector> = sectors.iter().map(placeless).collect();
    let output = Some(Column { label: Label::plain("output"), at: 0, values: output });
    IoTable {
        buyers: sectors.clone(),
        sellers: sectors,
        flows,
        demand,
        inputs,
        output,
        ..IoTable::default()
    }
}

/// An empty cell is told by whoever reads it; here it counts nothing.
fn number(x: f64) -> f64 {
    if x.is_nan() { 0.0 } else { x }
}

fn filled(values: &[f64]) -> Vec<f64> {
    values.iter().copied().map(number).collect()
}

/// The product of two matrices, the second of so many columns.
fn times(left: &Flows, right: &Flows, n_columns: usize) -> Flows {
    let mut flows = FlowsBuilder::default();
    let mut sum = vec![0.0; n_columns];
    for row in 0..left.n_rows() {
        for (at, x) in left.row(row) {
            right.row(at as usize).for_each(|(column, y)| sum[column as usize] += x * y);
        }
        for (x, column) in sum.iter_mut().zip(0..) {
            flows.push(column, std::mem::take(x));
        }
        flows.end_row();
    }
    flows.finish()
}

/// Rows of a full matrix, without its zeros.
fn rows<'a>(matrix: impl Iterator<Item = &'a [f64]>) -> Flows {
    let mut flows = FlowsBuilder::default();
    for row in matrix {
        row.iter().zip(0..).for_each(|(&x, column)| flows.push(column, x));
        flows.end_row();
    }
    flows.finish()
}
