//! Concentration of suppliers, of buyers, and of output.

use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How a total is shared among those that have a part of it.
///
/// # Formula
/// With `N` sizes `y > 0`, shares `s = y / Σ y` and mean `ȳ`: `hhi = Σ s²`, `cr_k` the sum of the `k` largest shares,
/// `gini = Σ_i (2i − N − 1) y_(i) / (N Σ y)` over sizes in ascending order, `theil = (1/N) Σ (y/ȳ) ln(y/ȳ)`.
/// # Source
/// Herfindahl (1950); Hirschman (1964); Gini (1912); Theil (1967).
/// # Cost
/// `O(N log N)` time for sorting, once.
/// # Example
/// ```
/// # use palenque_metrics::fragmentation::concentration::Concentration;
/// let sizes = Concentration::of([40.0, 25.0, 15.0, 10.0, 5.0, 3.0, 2.0]);
/// let close = |value: Option<f64>, expected: f64| (value.unwrap_or(0.0) - expected).abs() < 1e-12;
/// assert!(close(sizes.hhi(), 0.2588));
/// assert!(close(sizes.cr(4), 0.9));
/// assert!(close(sizes.gini(), 0.48));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Concentration {
    /// Sizes in ascending order.
    sizes: Vec<f64>,
    total: f64,
}

impl Concentration {
    /// Of these sizes; those that are not positive are left out. Everything is `None` if none is left.
    #[must_use]
    pub fn of(sizes: impl IntoIterator<Item = f64>) -> Self {
        let mut sizes: Vec<f64> = sizes.into_iter().filter(|&y| y > 0.0).collect();
        sizes.sort_unstable_by(f64::total_cmp);
        let total = sizes.iter().sum();
        Self { sizes, total }
    }

    /// `Σ s²`, from `1/N` to 1.
    #[must_use]
    pub fn hhi(&self) -> Option<f64> {
        self.if_any(self.sizes.iter().map(|y| (y / self.total) * (y / self.total)).sum())
    }

    /// `1 / Σ s²`: how many of equal size would be as concentrated.
    #[must_use]
    pub fn effective_number(&self) -> Option<f64> {
        Some(1.0 / self.hhi()?)
    }

    /// The share of the `k` largest, 1 where there are no more than that.
    #[must_use]
    pub fn cr(&self, k: usize) -> Option<f64> {
        let share = self.sizes.iter().rev().take(k).sum::<f64>() / self.total;
        self.if_any(if self.sizes.len() <= k { 1.0 } else { share })
    }

    /// From 0, all equal, to `1 − 1/N`.
    #[must_use]
    pub fn gini(&self) -> Option<f64> {
        let n = self.sizes.len() as f64;
        let ranked = self.sizes.iter().enumerate();
        let sum: f64 =
            ranked.map(|(i, y)| (2.0 * (i + 1) as f64 - n - 1.0) * (y / self.total)).sum();
        self.if_any(sum / n)
    }

    /// From 0, all equal, to `ln N`; in natural units.
    #[must_use]
    pub fn theil(&self) -> Option<f64> {
        let n = self.sizes.len() as f64;
        let relative = self.sizes.iter().map(|y| y / self.total * n);
        self.if_any(relative.map(|r| r * r.ln()).sum::<f64>() / n)
    }

    /// How many sizes there are.
    #[must_use]
    pub fn n(&self) -> usize {
        self.sizes.len()
    }

    /// `(Σ s² − 1/N)/(1 − 1/N)`, from 0, all equal, to 1; `None` for one.
    #[must_use]
    pub fn hhi_norm(&self) -> Option<f64> {
        let least = 1.0 / self.sizes.len() as f64;
        Some((self.hhi()? - least) / (1.0 - least)).filter(|_| self.sizes.len() > 1)
    }

    /// `(1/N) Σ ln(ȳ/y)`, the mean logarithmic deviation.
    #[must_use]
    pub fn theil_l(&self) -> Option<f64> {
        let n = self.sizes.len() as f64;
        self.if_any(-self.sizes.iter().map(|y| (y / self.total * n).ln()).sum::<f64>() / n)
    }

    /// `−Σ s ln s`.
    #[must_use]
    pub fn shannon(&self) -> Option<f64> {
        let shares = self.sizes.iter().map(|y| y / self.total);
        self.if_any(shares.map(|s| -s * s.ln()).sum())
    }

    fn if_any(&self, value: f64) -> Option<f64> {
        (!self.sizes.is_empty()).then_some(value)
    }
}

/// Concentration of every node's suppliers and buyers; `None` where there are none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TradeConcentration {
    /// Herfindahl–Hirschman index of purchases by supplier.
    pub hhi_suppliers: Vec<Option<f64>>,
    /// The same of sales by buyer.
    pub hhi_buyers: Vec<Option<f64>>,
    /// The same with final demand, where positive, as one more buyer.
    pub hhi_buyers_incl_final: Vec<Option<f64>>,
    /// One over `hhi_suppliers`.
    pub effective_suppliers: Vec<Option<f64>>,
    /// One over `hhi_buyers`.
    pub effective_buyers: Vec<Option<f64>>,
    /// The share of the largest supplier.
    pub cr1_suppliers: Vec<Option<f64>>,
    /// Gini index of purchases by supplier.
    pub gini_suppliers: Vec<Option<f64>>,
}

/// On how few suppliers and buyers every node depends.
///
/// # Formula
/// [`Concentration`] of column `j` of `Z` (suppliers), of row `i` (buyers), and of row `i` with `f_i`.
/// # Source
/// Hirschman (1964), ch. 6, for trade; as for [`Concentration`].
/// # Input and result
/// Final demand as [`Accounts`] completes it. One value each per node, in node order. A self-loop is a supplier, and a
/// buyer, like others.
/// # Cost
/// `O(m log m)` time, `O(n)` memory.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::fragmentation::concentration::trade_concentration;
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 2, 3.0), (1, 2, 1.0)])?;
/// let c = trade_concentration(&graph);
/// assert_eq!(c.hhi_suppliers, [None, None, Some(0.625)]); // (3/4)² + (1/4)²
/// assert_eq!(c.effective_suppliers[2], Some(1.6));
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn trade_concentration(graph: &SupplyGraph) -> TradeConcentration {
    let final_demand = Accounts::of(graph).final_demand;
    let mut c = TradeConcentration::default();
    for u in graph.node_indices() {
        let suppliers = Concentration::of(graph.suppliers(u).map(|(_, flow)| flow));
        c.hhi_suppliers.push(suppliers.hhi());
        c.effective_suppliers.push(suppliers.effective_number());
        c.cr1_suppliers.push(suppliers.cr(1));
        c.gini_suppliers.push(suppliers.gini());
        let sales = || graph.customers(u).map(|(_, flow)| flow);
        let buyers = Concentration::of(sales());
        c.hhi_buyers.push(buyers.hhi());
        c.effective_buyers.push(buyers.effective_number());
        let with_final = Concentration::of(sales().chain([final_demand[u.index()]]));
        c.hhi_buyers_incl_final.push(with_final.hhi());
    }
    c
}

/// [`trade_concentration`] and [`Concentration`] of output behind the registry.
pub struct ConcentrationMetric;

static COLUMNS: [ColumnSpec; 7] = [
    ColumnSpec::number(
        "hhi_suppliers",
        Unit::One,
        "Herfindahl–Hirschman index of purchases by supplier; 1 = a single one.",
    ),
    ColumnSpec::number(
        "hhi_buyers",
        Unit::One,
        "Herfindahl–Hirschman index of sales by buyer inside the network.",
    ),
    ColumnSpec::number(
        "hhi_buyers_incl_final",
        Unit::One,
        "The same with final demand as one more buyer.",
    ),
    ColumnSpec::number(
        "effective_suppliers",
        Unit::One,
        "Suppliers of equal size that would be as concentrated.",
    ),
    ColumnSpec::number(
        "effective_buyers",
        Unit::One,
        "Buyers of equal size that would be as concentrated.",
    ),
    ColumnSpec::number("cr1_suppliers", Unit::One, "Share of the largest supplier."),
    ColumnSpec::number(
        "gini_suppliers",
        Unit::One,
        "Gini index of purchases by supplier; 0 = all equal.",
    ),
];

static FIGURES: [ColumnSpec; 4] = [
    ColumnSpec::number("hhi_output", Unit::One, "Herfindahl–Hirschman index of output by node."),
    ColumnSpec::number("gini_output", Unit::One, "Gini index of output by node."),
    ColumnSpec::number("cr4_output", Unit::One, "Share of output of the four largest nodes."),
    ColumnSpec::number("theil_output", Unit::Nat, "Theil's T of output by node."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "concentration",
    family: Family::Fragmentation,
    summary: "On how few suppliers and buyers a firm depends, and in how few firms output is concentrated.",
    formula: "hhi = Σ s²; effective = 1 / hhi; cr_k = sum of the k largest shares; gini = Σ (2i − N − 1) y_(i) / \
              (N Σ y); theil = (1/N) Σ (y/ȳ) ln(y/ȳ)",
    source: "Herfindahl (1950); Hirschman (1964); Gini (1912); Theil (1967)",
    reading: "High = few large ones. With final demand as a buyer, a firm that sells to final users is one buyer \
              less dependent. A self-loop is a supplier and a buyer. Output: nodes with positive output only.",
    cost: "O(m log m) time",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: true,
};

impl Metric for ConcentrationMetric {
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
        let c = trade_concentration(graph);
        let column = Column::from_options;
        let [hhi_s, hhi_b, hhi_f, effective_s, effective_b, cr1, gini] = &COLUMNS;
        let columns = vec![
            column(hhi_s, &c.hhi_suppliers, Status::NoIn),
            column(hhi_b, &c.hhi_buyers, Status::NoOut),
            column(hhi_f, &c.hhi_buyers_incl_final, Status::NoOut),
            column(effective_s, &c.effective_suppliers, Status::NoIn),
            column(effective_b, &c.effective_buyers, Status::NoOut),
            column(cr1, &c.cr1_suppliers, Status::NoIn),
            column(gini, &c.gini_suppliers, Status::NoIn),
        ];
        let output = Concentration::of(Accounts::of(graph).output);
        let values = [output.hhi(), output.gini(), output.cr(4), output.theil()];
        let figures = FIGURES.iter().zip(values);
        let figures = figures.map(|(spec, v)| Figure::new(spec, v.ok_or(Status::InsufficientN)));
        Ok(vec![
            Table::new(TableId::NodeMetrics, columns),
            network_summary(&figures.collect::<Vec<_>>()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: Option<f64>, expected: f64) -> bool {
        value.is_some_and(|v| (v - expected).abs() <= 1e-11 * expected.abs().max(1e-3))
    }

    #[test]
    fn seven_sizes_are_as_computed_by_hand() {
        let c = Concentration::of([3.0, 40.0, 25.0, 2.0, 15.0, 10.0, 5.0]);
        assert!(close(c.hhi(), 0.2588) && close(c.effective_number(), 1.0 / 0.2588));
        assert!(close(c.cr(1), 0.4) && close(c.cr(4), 0.9) && close(c.cr(8), 1.0));
        assert!(close(c.gini(), 0.48) && close(c.theil(), 0.384_769_948_288));
    }

    #[test]
    fn one_alone_is_concentrated_but_not_unequal() {
        let c = Concentration::of([7.0, 0.0, -1.0]);
        assert_eq!((c.hhi(), c.gini(), c.theil()), (Some(1.0), Some(0.0), Some(0.0)));
        assert_eq!(Concentration::of([]).hhi(), None);
    }
}
