//! Curves by distance, as rows of `spatial_curve`.

use super::simulation::{Envelope, Simulation};
use crate::linkage::groups::Groups;
use crate::long::{Cell, Rows, STATUS};
use crate::resilience::essentiality::type_column;
use crate::{MetricError, ParamError, ParamSpec};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{NodeIndex, SupplyGraph};

pub(super) static CURVES: [ColumnSpec; 14] = [
    ColumnSpec::text("sector", "The sector; empty for all firms together."),
    ColumnSpec::text("neighbour", "The sector of the neighbours; empty where it is the same."),
    ColumnSpec::text("function", "The function: `K`, `L`, `Kd`, `M` or `M_inter`."),
    ColumnSpec::number("r", Unit::None, "The distance, in metres or in the unit of `x` and `y`."),
    ColumnSpec::number("value", Unit::None, "The function's value; of `L`, L(r) − r."),
    ColumnSpec::number(
        "theo",
        Unit::None,
        "What it is where chance rules: π r² for K, 0 for L, 1 for M; for Kd the mean of simulations.",
    ),
    ColumnSpec::number(
        "local_lo",
        Unit::None,
        "Lower local band: a share `level` of simulations is below it at this distance.",
    ),
    ColumnSpec::number("local_hi", Unit::None, "Upper local band: as many are above it."),
    ColumnSpec::number(
        "global_lo",
        Unit::None,
        "Lower global band: a share `level` of simulations reaches it at some distance.",
    ),
    ColumnSpec::number(
        "global_hi",
        Unit::None,
        "Upper global band: as many reach it; of K and L, this band or the lower one.",
    ),
    ColumnSpec::count("n_sim", "Simulations."),
    ColumnSpec::number(
        "gamma",
        Unit::None,
        "Localisation: Kd above the upper global band; empty for other functions.",
    ),
    ColumnSpec::number(
        "psi",
        Unit::None,
        "Dispersion: Kd below the lower global band, of sectors localised at no distance.",
    ),
    STATUS,
];

/// A curve and its bands.
pub(super) struct Curve<'a> {
    pub(super) sector: Option<&'a str>,
    pub(super) neighbour: Option<&'a str>,
    pub(super) function: &'static str,
    pub(super) distances: &'a [f64],
    /// By distance: the value.
    pub(super) values: Vec<Result<f64, Status>>,
    /// By distance: what it is where chance rules.
    pub(super) theory: Vec<Option<f64>>,
    pub(super) envelope: Envelope,
    /// By distance: `gamma` and `psi`, where the function has them.
    pub(super) indices: Option<Vec<[f64; 2]>>,
}

impl Curve<'_> {
    pub(super) fn push(self, rows: &mut Rows, simulation: Simulation) {
        let gap = |value: Option<f64>| value.map_or(Cell::Gap, Cell::from);
        for (at, (r, value)) in self.distances.iter().zip(self.values).enumerate() {
            let (local, global) = (self.envelope.local[at], self.envelope.global[at]);
            let index = self.indices.as_ref().map(|indices| indices[at]);
            rows.push([
                self.sector.into(),
                self.neighbour.into(),
                self.function.into(),
                (*r).into(),
                value.into(),
                gap(self.theory[at]),
                gap(local.map(|band| band.0)),
                gap(local.map(|band| band.1)),
                gap(global.map(|band| band.0)),
                gap(global.map(|band| band.1)),
                simulation.replicates.into(),
                gap(index.map(|index| index[0])),
                gap(index.map(|index| index[1])),
            ]);
        }
    }
}

pub(super) const SECTOR: ParamSpec = ParamSpec::new(
    "sector",
    "\"\"",
    "The only sector that is looked at; empty for one curve a sector.",
);

/// The sectors of some nodes.
pub(super) struct Sectors {
    pub(super) names: Vec<Box<str>>,
    /// By node that was asked about.
    pub(super) of: Vec<Option<usize>>,
    /// Those that curves are wanted for.
    pub(super) wanted: Vec<usize>,
}

impl Sectors {
    /// Those of a column; empty for the first of `sector`, `role`, `stage`. Only one of them is wanted if it is named.
    pub(super) fn of(
        graph: &SupplyGraph,
        nodes: &[NodeIndex],
        by: &str,
        only: &str,
    ) -> Result<Self, MetricError> {
        let groups = Groups::by(graph, type_column(graph, by)?)?;
        let wanted = match only {
            "" => (0..groups.len()).collect(),
            name => vec![position(&groups.names, name)?],
        };
        let of = nodes.iter().map(|node| groups.of_node[node.index()]).collect();
        Ok(Self { names: groups.names, of, wanted })
    }

    /// The positions of a sector's nodes among those that were asked about.
    pub(super) fn members(&self, sector: usize) -> Vec<u32> {
        let is_in = |(_, of): &(usize, &Option<usize>)| **of == Some(sector);
        self.of.iter().enumerate().filter(is_in).map(|(place, _)| place as u32).collect()
    }
}

/// The sector of this name.
pub(super) fn position(names: &[Box<str>], name: &str) -> Result<usize, MetricError> {
    let found = names.iter().position(|known| **known == *name);
    found.ok_or_else(|| {
        let near = crate::params::did_you_mean(name, names.iter().map(|known| &**known));
        ParamError::NotThere(format!("there is no sector `{name}`{near}")).into()
    })
}
