//! Key sectors whose linkages are also spread.

use super::dispersion::dispersion;
use super::key_sector::{KeyClass, key_classes};
use super::total::{Forward, TotalConfig};
use super::variation::variation;
use crate::kernel::condition;
use crate::kernel::leontief::LeontiefInverse;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Values};
use palenque_graph::{Diagnostic, Progress, SupplyGraph, Table, TableId};

/// The class of every node by its linkages, where one that rests on few partners does not count.
///
/// # Formula
/// A linkage counts if its index of dispersion is above 1, as in [`key_classes`], and its coefficient of variation is
/// below the mean of all: `key` if both count, `backward` or `forward` if only that one does, else `weak`.
/// # Source
/// Rasmussen (1956), who asks for a high index and a low variation; Hazari (1970).
/// # Input and result
/// One class per node, in node order; `None` for a node without output, and everywhere if there are not two with.
/// # Cost
/// `O(n²)` time beside the inverse.
/// # Errors
/// None: the inverse is there.
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::kernel::leontief::LeontiefInverse;
/// # use palenque_metrics::linkage::key_sector::KeyClass;
/// # use palenque_metrics::linkage::strict_key_sector::strict_key_classes;
/// # use palenque_metrics::linkage::total::Forward;
/// let flows = [(0, 0, 150.0), (0, 1, 500.0), (1, 0, 200.0), (1, 1, 100.0)];
/// let economy = SupplyGraph::from_flows(["s1", "s2"], flows)?
///     .with_number("output", [Some(1000.0), Some(2000.0)]);
/// let inverse = LeontiefInverse::of(&economy, &NoProgress)?;
/// // s1 pulls more than s2, but less evenly; its push is both stronger and more even.
/// assert_eq!(strict_key_classes(&inverse, Forward::Ghosh), [Some(KeyClass::Forward), Some(KeyClass::Weak)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn strict_key_classes(inverse: &LeontiefInverse, forward: Forward) -> Vec<Option<KeyClass>> {
    let active = |values: &[f64]| -> Vec<Option<f64>> {
        (0..inverse.n()).map(|i| inverse.is_active(i).then_some(values[i])).collect()
    };
    let spread = variation(inverse);
    let (push, push_spread) = match forward {
        Forward::Ghosh => (inverse.ghosh(), &spread.forward_ghosh),
        Forward::Leontief => (inverse.forward(), &spread.forward),
    };
    let pull = even_only(&dispersion(&active(inverse.backward())), &spread.backward);
    let push = even_only(&dispersion(&active(push)), push_spread);
    key_classes(&pull, &push)
}

/// Indices of dispersion, 0 where the variation is not below its mean.
fn even_only(index: &[Option<f64>], variation: &[Option<f64>]) -> Vec<Option<f64>> {
    let relative = dispersion(variation);
    let even = |(index, relative): (&Option<f64>, &Option<f64>)| {
        Some(if (*relative)? < 1.0 - 1e-12 { (*index)? } else { 0.0 })
    };
    index.iter().zip(&relative).map(even).collect()
}

/// [`strict_key_classes`] behind the registry.
pub struct StrictKeySectors;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::text(
    "key_class_strict",
    "`key`, `backward`, `forward` or `weak`: which linkages are above their mean and spread more evenly than the mean.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "strict_key_sectors",
    family: Family::Linkage,
    summary: "Which sectors pull and push more than the mean, and do so all over the network.",
    formula: "as key_class of `total_linkages`, where a linkage counts only if cv_backward (cv_forward_ghosh) of \
              `linkage_variation` is below its mean",
    source: "Rasmussen (1956); Hazari (1970)",
    reading: "`key` = a rise in demand for the sector, or in what it can deliver, is felt strongly and all over. A \
              sector that is key by `total_linkages` but not here leans on few partners, often on itself. Variation \
              and index fall and rise together in part, since both contain the unit on the diagonal of L: the filter is \
              stricter than it looks. Self-loops are used.",
    cost: "the Leontief inverse, O(n³) time and n² numbers, shared by all that need it; then O(n²)",
    needs: &[],
    params: &[ParamSpec {
        name: "forward",
        default: "ghosh",
        meaning: "Which forward linkage makes a key sector: `ghosh` or `leontief`.",
    }],
    outputs: &[Output { table: TableId::Linkages, columns: &COLUMNS }],
    core: false,
};

impl Metric for StrictKeySectors {
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
        let config: TotalConfig = params.decode()?;
        let inverse = LeontiefInverse::of(graph, progress)?;
        let classes = strict_key_classes(&inverse, config.forward);
        let reason = |i: usize| {
            if inverse.is_active(i) { Status::InsufficientN } else { Status::ZeroDenominator }
        };
        let gaps = classes.iter().enumerate().filter(|(_, class)| class.is_none());
        let status = gaps.map(|(i, _)| (i as u32, reason(i))).collect();
        let names = classes.iter().map(|class| Some((*class)?.to_string().into()));
        let column = Column::new(&COLUMNS[0], Values::Text(names.collect()));
        Ok(vec![Table::new(TableId::Linkages, vec![Column { status, ..column }])])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}
