//! How much of each sector there is in each region.

use crate::linkage::groups::Groups;
use crate::resilience::essentiality::type_column;
use crate::{MetricError, ParamError, ParamSpec};
use palenque_graph::accounts::Accounts;
use palenque_graph::{NodeIndex, SupplyGraph};

/// Regions times sectors at most.
const MOST_CELLS: usize = 2_000_000;

/// Sizes by region and sector, with their sums.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaTable {
    cells: Vec<f64>,
    of_region: Vec<f64>,
    of_sector: Vec<f64>,
    total: f64,
}

impl AreaTable {
    /// From one row a region, with one number, not below 0, a sector.
    ///
    /// # Panics
    /// If a row has not `n_sectors` numbers.
    ///
    /// # Example
    /// ```
    /// # use palenque_metrics::space::areas::AreaTable;
    /// let table = AreaTable::new(2, &[vec![30.0, 10.0], vec![0.0, 60.0]]);
    /// assert_eq!((table.of_region(0), table.of_sector(1), table.total()), (40.0, 70.0, 100.0));
    /// ```
    #[must_use]
    pub fn new(n_sectors: usize, rows: &[Vec<f64>]) -> Self {
        assert!(rows.iter().all(|row| row.len() == n_sectors), "one number a sector");
        let mut of_sector = vec![0.0; n_sectors];
        for row in rows {
            for (sum, size) in of_sector.iter_mut().zip(row) {
                *sum += size;
            }
        }
        let of_region: Vec<f64> = rows.iter().map(|row| row.iter().sum()).collect();
        Self { cells: rows.concat(), total: of_region.iter().sum(), of_region, of_sector }
    }

    /// How many regions there are.
    #[must_use]
    pub fn n_regions(&self) -> usize {
        self.of_region.len()
    }

    /// How many sectors there are.
    #[must_use]
    pub fn n_sectors(&self) -> usize {
        self.of_sector.len()
    }

    /// The size `E_rs` of a sector in a region.
    #[must_use]
    pub fn at(&self, region: usize, sector: usize) -> f64 {
        self.cells[region * self.n_sectors() + sector]
    }

    /// The size `E_r` of a region.
    #[must_use]
    pub fn of_region(&self, region: usize) -> f64 {
        self.of_region[region]
    }

    /// The size `E_s` of a sector.
    #[must_use]
    pub fn of_sector(&self, sector: usize) -> f64 {
        self.of_sector[sector]
    }

    /// The size `E` of all.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.total
    }

    /// By region: its share `s_r` of a sector; nothing where nobody is in the sector.
    pub(crate) fn shares_of_sector(&self, sector: usize) -> Option<Vec<f64>> {
        let whole = self.of_sector(sector);
        let share = |r| self.at(r, sector) / whole;
        (whole > 0.0).then(|| (0..self.n_regions()).map(share).collect())
    }

    /// By region: its share `x_r` of all.
    pub(crate) fn shares_of_regions(&self) -> Vec<f64> {
        self.of_region.iter().map(|size| size / self.total).collect()
    }
}

/// The columns by which firms are put into regions and sectors, and what their size is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AreaConfig {
    /// The node column of regions.
    pub place: String,
    /// The node column of sectors; empty for the first of `sector`, `role`, `stage`.
    pub by: String,
    /// The node column of sizes; empty for `employees` where it is there, else output.
    pub size: String,
}

impl Default for AreaConfig {
    fn default() -> Self {
        Self { place: "region".into(), by: String::new(), size: String::new() }
    }
}

pub(crate) const PLACE: ParamSpec =
    ParamSpec::new("place", "region", "Node column that says in which region a firm is.");
pub(crate) const BY: ParamSpec = ParamSpec::new(
    "by",
    "\"\"",
    "Node column of sectors; empty for the first of `sector`, `role`, `stage`.",
);
pub(crate) const SIZE: ParamSpec = ParamSpec::new(
    "size",
    "\"\"",
    "Node column of the size of firms, or `output`; empty for `employees` where it is there, else `output`.",
);
pub(crate) static AREA_PARAMS: [ParamSpec; 3] = [PLACE, BY, SIZE];
pub(crate) static AREA_NEEDS: [&str; 2] =
    ["region", "a node column that tells what firms make: `sector`, `role` or `stage`"];

/// The firms of a network by region and sector. Firms without a region or a sector are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Areas {
    /// Names of regions.
    pub regions: Vec<Box<str>>,
    /// Names of sectors.
    pub sectors: Vec<Box<str>>,
    /// Firms that have a region, a sector and a size above 0: region, sector, size.
    pub plants: Vec<(usize, usize, f64)>,
    /// Their sums.
    pub table: AreaTable,
    /// Whether sizes are numbers of employees.
    pub is_employment: bool,
}

impl Areas {
    /// The regions and sectors of a graph.
    ///
    /// # Errors
    /// [`MetricError::InputMissing`] without one of the columns, or without the size of a firm in it;
    /// [`ParamError::Value`] for a size below 0, or too many regions and sectors.
    pub fn of(graph: &SupplyGraph, config: &AreaConfig) -> Result<Self, MetricError> {
        let regions = Groups::by(graph, &config.place)?;
        let sectors = Groups::by(graph, type_column(graph, &config.by)?)?;
        if regions.len() * sectors.len() > MOST_CELLS {
            let what = format!(
                "{} regions and {} sectors are too many: name coarser columns with `place` or `by`",
                regions.len(),
                sectors.len()
            );
            return Err(ParamError::Value(what).into());
        }
        let sizes = Sizes::of(graph, &config.size)?;
        let mut plants = Vec::new();
        let mut rows = vec![vec![0.0; sectors.len()]; regions.len()];
        for node in graph.node_indices() {
            let place = (regions.of_node[node.index()], sectors.of_node[node.index()]);
            let (Some(region), Some(sector)) = place else { continue };
            let size = sizes.at(graph, node)?;
            rows[region][sector] += size;
            if size > 0.0 {
                plants.push((region, sector, size));
            }
        }
        Ok(Self {
            table: AreaTable::new(sectors.len(), &rows),
            regions: regions.names,
            sectors: sectors.names,
            plants,
            is_employment: sizes.is_employment,
        })
    }

    /// By sector: the sizes of its firms. Nothing where nodes are aggregates of firms, as their column `n_members` says.
    #[must_use]
    pub fn plants_by_sector(&self, graph: &SupplyGraph) -> Option<Vec<Vec<f64>>> {
        let members = graph.nodes().number("n_members");
        if members.is_some_and(|members| members.iter().flatten().any(|n| n > 1.0)) {
            return None;
        }
        let mut plants = vec![Vec::new(); self.sectors.len()];
        for &(_, sector, size) in &self.plants {
            plants[sector].push(size);
        }
        Some(plants)
    }
}

/// The sizes of firms.
pub(crate) struct Sizes {
    values: Vec<Option<f64>>,
    name: String,
    is_employment: bool,
}

impl Sizes {
    /// Those of a node column, or output; `none` for 1 each.
    pub(crate) fn of(graph: &SupplyGraph, column: &str) -> Result<Self, MetricError> {
        let has_employees = graph.nodes().number("employees").is_some();
        let name = match column {
            "" if has_employees => "employees",
            "" => "output",
            column => column,
        };
        let values = match (name, graph.nodes().number(name)) {
            ("output", _) => Accounts::of(graph).output.into_iter().map(Some).collect(),
            (_, Some(column)) => column.iter().collect(),
            ("none", None) => vec![Some(1.0); graph.n_nodes()],
            (_, None) => return Err(MetricError::no_numbers(graph, name)),
        };
        Ok(Self { values, name: name.into(), is_employment: name == "employees" })
    }

    /// The column's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The value of a firm, whatever it is.
    pub(crate) fn get(&self, node: NodeIndex) -> Option<f64> {
        self.values[node.index()]
    }

    /// The size of a firm.
    pub(crate) fn at(&self, graph: &SupplyGraph, node: NodeIndex) -> Result<f64, MetricError> {
        let (name, id) = (&self.name, graph.node_id(node));
        match self.values[node.index()] {
            Some(size) if size >= 0.0 => Ok(size),
            Some(size) => {
                Err(ParamError::Value(format!("`{name}` of `{id}` is {size}, below 0")).into())
            }
            None => Err(MetricError::InputMissing { what: format!("`{name}` of `{id}`") }),
        }
    }
}
