//! What producers of a region use, and what is used for its consumers wherever they buy.

use super::regions::Regions;
use crate::kernel::coefficients::Economy;
use crate::kernel::signed_solve::SignedSolve;
use crate::long::{Cell, Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params};
use palenque_graph::table::{ColumnSpec, Unit};
use palenque_graph::{Progress, Satellite, SupplyGraph, Table, TableId};

/// The accounts of a satellite row in one region, in the row's unit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Footprint {
    /// What its producers and its final users use.
    pub production_based: f64,
    /// What is used, anywhere, for what its final users buy, and by themselves.
    pub consumption_based: f64,
    /// What others use for its final users; `None` if trade was not traced.
    pub imported: Option<f64>,
    /// What its producers use for final users of others; `None` if trade was not traced.
    pub exported: Option<f64>,
    /// What its final users use themselves, a part of both accounts.
    pub by_final_users: f64,
}

/// Whether the origin of what consumers cause is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trade {
    /// It is: two solves more a region.
    #[default]
    Trace,
    /// It is not.
    Skip,
}

/// Every satellite row of every region, by who produces and by who consumes.
#[derive(Clone, Debug, PartialEq)]
pub struct Footprints {
    /// The regions.
    pub regions: Vec<Box<str>>,
    /// For every satellite row, in order, the accounts of every region.
    pub accounts: Vec<Vec<Footprint>>,
}

/// Footprints: production-based and consumption-based accounts of every satellite row and region.
///
/// # Formula
/// With `e_j` the amount by unit of output and `y_r` what final users of region `r` buy, `m = e + Aᵀm` is what a unit of
/// each final product takes in all: `consumption_r = m y_r + u_r` and `production_r = Σ_{j∈r} E_j + u_r`, where `u_r` is what
/// final users use themselves. `x_r = y_r + A x_r` is the output that `r` causes; `own_r = Σ_{j∈r} e_j x_rj`,
/// `imported_r = consumption_r − own_r − u_r`, `exported_r = production_r − own_r − u_r`.
/// # Source
/// Miller and Blair (2009), ch. 13; Peters (2008) on the two kinds of accounts.
/// # Input and result
/// Needs satellite rows, a text column of the nodes that tells their region, and final demand by region, as
/// [`Regions`] finds them. Both accounts add up to the same total where sales and final demand add up to output. An
/// amount of a node without output counts in its own region. Self-loops are used.
/// # Cost
/// Two solves a satellite row, and two a region if trade is traced: `O(k (n + m))` time each. No inverse.
/// # Errors
/// [`MetricError::InputMissing`]; those of [`SignedSolve::of`].
/// # Example
/// The south grows for the north: all that its fields emit is the north's footprint.
/// ```
/// # use palenque_graph::{FinalDemand, NoProgress, Satellite, SupplyGraph};
/// # use palenque_metrics::linkage::footprint::{Trade, footprints};
/// let demand = FinalDemand::new(vec!["south".into(), "north".into()], vec![0.0, 0.0, 0.0, 10.0]);
/// let table = SupplyGraph::from_flows(["agave", "mezcal"], [(0, 1, 5.0)])?
///     .with_text("region", [Some("south"), Some("north")])
///     .with_final_demand(demand)
///     .with_satellite(Satellite::new("co2", vec![8.0, 1.0]).with_final_users(vec![0.5, 2.0]));
/// let found = footprints(&table, "region", Trade::Trace, &NoProgress)?;
/// let [south, north] = found.accounts[0][..] else { panic!() };
/// assert_eq!((south.production_based, south.consumption_based, south.exported), (8.5, 0.5, Some(8.0)));
/// assert_eq!((north.production_based, north.consumption_based, north.imported), (3.0, 11.0, Some(8.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn footprints(
    graph: &SupplyGraph,
    by: &str,
    trade: Trade,
    progress: &dyn Progress,
) -> Result<Footprints, MetricError> {
    if graph.satellites().is_empty() {
        let what = "satellite rows, such as employment or emissions of every node".into();
        return Err(MetricError::InputMissing { what });
    }
    let regions = Regions::of(graph, by)?;
    let economy = Economy::of(graph)?.productive()?;
    let solve = SignedSolve::of(&economy, economy.recipes(), progress)?;
    let caused = match trade {
        Trade::Trace => Some(caused_output(&economy, &regions, progress)?),
        Trade::Skip => None,
    };
    let mut accounts = Vec::with_capacity(graph.satellites().len());
    for row in graph.satellites() {
        let e = by_unit_of_output(&economy, row);
        let m = solve.solve(&e, progress)?;
        let mut found = direct_accounts(&economy, &regions, row);
        for (i, m) in m.iter().enumerate() {
            let demand = found.iter_mut().zip(regions.demand(i));
            demand.for_each(|(region, y)| region.consumption_based += m * y);
        }
        if let Some(caused) = &caused {
            for (r, (region, output)) in found.iter_mut().zip(caused).enumerate() {
                let own: f64 = e
                    .iter()
                    .zip(output)
                    .zip(&regions.of_node)
                    .filter(|(_, home)| **home == r)
                    .map(|((e, x), _)| e * x)
                    .sum();
                let apart = region.by_final_users + own;
                region.imported = Some(region.consumption_based - apart);
                region.exported = Some(region.production_based - apart);
            }
        }
        accounts.push(found);
    }
    Ok(Footprints { regions: regions.names, accounts })
}

/// The output of every node that the final users of each region cause.
fn caused_output(
    economy: &Economy<'_>,
    regions: &Regions,
    progress: &dyn Progress,
) -> Result<Vec<Vec<f64>>, MetricError> {
    let solve = SignedSolve::of(economy, economy.requirements(), progress)?;
    let of_region = |r: usize| {
        let demand: Vec<f64> = (0..regions.of_node.len()).map(|i| regions.demand(i)[r]).collect();
        solve.solve(&demand, progress)
    };
    (0..regions.len()).map(of_region).collect()
}

/// Amounts by unit of output; 0 for a node without output.
fn by_unit_of_output(economy: &Economy<'_>, row: &Satellite) -> Vec<f64> {
    let pairs = row.amounts().iter().zip(&economy.accounts().output);
    pairs.map(|(amount, &x)| if x > 0.0 { amount / x } else { 0.0 }).collect()
}

/// What can be said without solving: production, final users, and nodes without output on both sides.
fn direct_accounts(economy: &Economy<'_>, regions: &Regions, row: &Satellite) -> Vec<Footprint> {
    let mut found = vec![Footprint::default(); regions.len()];
    for (i, amount) in row.amounts().iter().enumerate() {
        let region = &mut found[regions.of_node[i]];
        region.production_based += amount;
        if !economy.is_active(i) {
            region.consumption_based += amount;
        }
    }
    for (amount, &r) in row.by_final_users().unwrap_or(&[]).iter().zip(&regions.of_category) {
        found[r].by_final_users += amount;
    }
    for region in &mut found {
        region.production_based += region.by_final_users;
        region.consumption_based += region.by_final_users;
    }
    found
}

/// How [`FootprintsMetric`] groups and what it traces.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FootprintConfig {
    by: String,
    trade: Trade,
}

impl Default for FootprintConfig {
    fn default() -> Self {
        Self { by: "region".into(), trade: Trade::Trace }
    }
}

/// [`footprints`] behind the registry.
pub struct FootprintsMetric;

static COLUMNS: [ColumnSpec; 9] = [
    ColumnSpec::text("satellite", "The satellite row."),
    ColumnSpec::text("unit", "The unit of the amounts, where it is known."),
    ColumnSpec::text("region", "The region."),
    ColumnSpec::number("production_based", Unit::None, "What its producers and final users use."),
    ColumnSpec::number(
        "consumption_based",
        Unit::None,
        "What is used anywhere for what its final users buy, and by themselves.",
    ),
    ColumnSpec::number("imported", Unit::None, "What others use for its final users."),
    ColumnSpec::number("exported", Unit::None, "What its producers use for final users of others."),
    ColumnSpec::number("by_final_users", Unit::None, "What its final users use themselves."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "footprints",
    family: Family::Linkage,
    summary: "How much of each satellite row a region's producers use, and how much is used anywhere for its consumers.",
    formula: "m = e + A'm, e_j = E_j / x_j; consumption_based_r = m y_r + u_r; production_based_r = Σ_{j∈r} E_j + u_r; \
              x_r = y_r + A x_r, own_r = Σ_{j∈r} e_j x_rj; imported_r = consumption_based_r − own_r − u_r; \
              exported_r = production_based_r − own_r − u_r",
    source: "Miller and Blair (2009), ch. 13; Peters (2008)",
    reading: "consumption_based above production_based = lets others work, or emit, for its consumers; imported − exported \
              is the same difference. Over all regions both accounts have one sum. `by_final_users` is in both. An amount \
              of a node without output counts in its own region. Self-loops are used.",
    cost: "two solves a satellite row and, with `trade = trace`, two a region, O(k (n + m)) time each; no inverse",
    needs: &["region"],
    params: &[
        ParamSpec {
            name: "by",
            default: "region",
            meaning: "The text column of the nodes whose values are the regions.",
        },
        ParamSpec {
            name: "trade",
            default: "trace",
            meaning: "`trace` fills `imported` and `exported`; `skip` leaves them empty and saves two solves a region.",
        },
    ],
    outputs: &[Output { table: TableId::Footprints, columns: &COLUMNS }],
    core: false,
};

impl Metric for FootprintsMetric {
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
        let config: FootprintConfig = params.decode()?;
        let found = footprints(graph, &config.by, config.trade, progress)?;
        let mut rows = Rows::new(&COLUMNS);
        for (row, accounts) in graph.satellites().iter().zip(&found.accounts) {
            for (region, account) in found.regions.iter().zip(accounts) {
                rows.push([
                    row.name().into(),
                    row.unit().into(),
                    (&**region).into(),
                    account.production_based.into(),
                    account.consumption_based.into(),
                    account.imported.map_or(Cell::Gap, Into::into),
                    account.exported.map_or(Cell::Gap, Into::into),
                    account.by_final_users.into(),
                ]);
            }
        }
        Ok(vec![rows.table(TableId::Footprints)])
    }
}
