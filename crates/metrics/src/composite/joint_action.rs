//! What firms do together: cooperation by kind, and how much of what there could be there is.

use crate::kernel::ratio::ratio;
use crate::linkage::groups::{Groups, stage_column};
use crate::summary::exact_figures;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Unit, Values};
use palenque_graph::{NodeIndex, Progress, Relation, SupplyGraph, Table, TableId};
use std::collections::BTreeSet;

/// Joint action of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct JointAction {
    /// Bilateral ties between firms of one group, by the pairs of these.
    pub horizontal: Option<f64>,
    /// Bilateral ties between firms that trade, by the pairs of these.
    pub vertical: Option<f64>,
    /// The share of firms that are in an association.
    pub multilateral: Option<f64>,
    /// By node: partners with whom it cooperates, whatever the kind.
    pub n_ties: Vec<usize>,
    /// By node: suppliers with whom it cooperates bilaterally.
    pub n_backward: Vec<usize>,
    /// By node: customers with whom it cooperates bilaterally.
    pub n_forward: Vec<usize>,
}

impl JointAction {
    /// Mean of the kinds for which there are data.
    #[must_use]
    pub fn index(&self) -> Option<f64> {
        let known = [self.horizontal, self.vertical, self.multilateral];
        let known: Vec<f64> = known.into_iter().flatten().collect();
        ratio(known.iter().sum(), known.len() as f64)
    }
}

/// How much firms do together: ties of the relation `cooperation`, of all that there could be.
///
/// # Formula
/// `JA_T = ties of kind T/pairs of kind T`: horizontal between firms of one group, vertical between firms that trade with each other;
/// multilateral the share of firms in an association. The index is the mean of the kinds for which there are data.
/// # Source
/// Schmitz (1995, 1999), Rabellotti (1999) and Nadvi (1999) for the kinds; toolkit definition.
/// # Input and result
/// Ties without a `kind`, or of another than `multilateral`, are bilateral; a tie counts once whatever its direction. Firms are those that
/// trade or cooperate. A tie between two of one group that trade counts in both kinds. Multilateral is unknown where no tie has a `kind`.
/// # Cost
/// `O(n + m + c log c)` time for `c` ties.
/// # Errors
/// [`MetricError::InputMissing`] without the relation or the column; an empty name takes the first of `stage`, `role`, `sector`.
/// # Example
/// Two growers who cooperate sell to one still; one of them cooperates with it.
/// ```
/// # use palenque_graph::{Columns, Relation, SupplyGraph};
/// # use palenque_metrics::composite::joint_action::joint_action;
/// let ties = Relation::new("cooperation", false, vec![(0, 1), (0, 2)], Columns::default());
/// let graph = SupplyGraph::from_flows(["ana", "beto", "still"], [(0, 2, 4.0), (1, 2, 4.0)])?
///     .with_text("stage", ["growing", "growing", "distilling"].map(Some))
///     .with_relation(ties);
/// let found = joint_action(&graph, "")?;
/// assert_eq!((found.horizontal, found.vertical, found.multilateral), (Some(1.0), Some(0.5), None));
/// assert_eq!(found.index(), Some(0.75));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn joint_action(graph: &SupplyGraph, by: &str) -> Result<JointAction, MetricError> {
    let missing = || MetricError::InputMissing { what: "relation `cooperation`".into() };
    let relation = graph.relation("cooperation").ok_or_else(missing)?;
    let groups = Groups::by(graph, stage_column(graph, by))?;
    let n = graph.n_nodes();
    let (bilateral, multilateral) = ties(relation);
    let partners = |sets: &BTreeSet<(u32, u32)>| {
        let mut n_partners = vec![0_usize; n];
        for &(a, b) in sets {
            n_partners[a as usize] += 1;
            n_partners[b as usize] += 1;
        }
        n_partners
    };
    let all: BTreeSet<(u32, u32)> = bilateral.union(&multilateral).copied().collect();
    let n_ties = partners(&all);
    let trades = |u: usize| {
        let node = NodeIndex::new(u);
        let other = |(v, _): &(NodeIndex, f64)| *v != node;
        graph.customers(node).any(|of| other(&of)) || graph.suppliers(node).any(|of| other(&of))
    };
    let is_firm: Vec<bool> = (0..n).map(|u| n_ties[u] > 0 || trades(u)).collect();
    let mut members = vec![0.0_f64; groups.names.len()];
    for u in (0..n).filter(|&u| is_firm[u]) {
        if let Some(group) = groups.of_node[u] {
            members[group] += 1.0;
        }
    }
    let pairs: f64 = members.iter().map(|size| size * (size - 1.0) / 2.0).sum();
    let group = |u: u32| groups.of_node[u as usize];
    let is_within = |&&(a, b): &&(u32, u32)| group(a).is_some() && group(a) == group(b);
    let horizontal = ratio(bilateral.iter().filter(is_within).count() as f64, pairs);
    let sells =
        |a: u32, b: u32| graph.edge_between(NodeIndex::from(a), NodeIndex::from(b)).is_some();
    let (mut n_backward, mut n_forward) = (vec![0; n], vec![0; n]);
    let mut n_vertical = 0_usize;
    for &(a, b) in &bilateral {
        let (there, back) = (sells(a, b), sells(b, a));
        n_vertical += usize::from(there || back);
        for (seller, buyer) in
            [(a, b)].into_iter().filter(|_| there).chain([(b, a)].into_iter().filter(|_| back))
        {
            n_forward[seller as usize] += 1;
            n_backward[buyer as usize] += 1;
        }
    }
    let mut trading = 0_usize;
    for u in graph.node_indices() {
        for (v, _) in graph.customers(u).filter(|(v, _)| *v != u) {
            // Of two that sell to each other, one.
            let is_second = v < u && graph.edge_between(v, u).is_some();
            trading += usize::from(!is_second);
        }
    }
    let vertical = ratio(n_vertical as f64, trading as f64);
    let in_one = partners(&multilateral).iter().filter(|n| **n > 0).count() as f64;
    let firms = is_firm.iter().filter(|is| **is).count() as f64;
    let knows_kinds = relation.columns().text("kind").is_some();
    let multilateral = ratio(in_one, firms).filter(|_| knows_kinds);
    Ok(JointAction { horizontal, vertical, multilateral, n_ties, n_backward, n_forward })
}

type Ties = BTreeSet<(u32, u32)>;

/// Bilateral and multilateral ties between two different nodes, each once.
fn ties(relation: &Relation) -> (Ties, Ties) {
    let kinds = relation.columns().text("kind");
    let (mut bilateral, mut multilateral) = (Ties::new(), Ties::new());
    for (row, &(a, b)) in relation.ties().iter().enumerate() {
        let pair = (a.min(b), a.max(b));
        if a == b {
            continue;
        }
        if kinds.and_then(|kinds| kinds.get(row)) == Some("multilateral") {
            multilateral.insert(pair);
        } else {
            bilateral.insert(pair);
        }
    }
    (bilateral, multilateral)
}

/// [`joint_action()`] behind the registry.
pub struct JointActionMetric;

const fn whole(name: &'static str, meaning: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind: Kind::I64, unit: Unit::Count, meaning }
}

static COLUMNS: [ColumnSpec; 3] = [
    whole("n_cooperation_ties", "Firms with whom it cooperates."),
    whole("n_backward_cooperation", "Suppliers with whom it cooperates bilaterally."),
    whole("n_forward_cooperation", "Customers with whom it cooperates bilaterally."),
];

static FIGURES: [ColumnSpec; 4] = [
    ColumnSpec::number(
        "joint_action_index",
        Unit::One,
        "Mean of the kinds that there are data for.",
    ),
    ColumnSpec::number(
        "joint_action_horizontal",
        Unit::One,
        "Bilateral ties within groups by all pairs within groups.",
    ),
    ColumnSpec::number(
        "joint_action_vertical",
        Unit::One,
        "Bilateral ties between firms that trade by all pairs that trade.",
    ),
    ColumnSpec::number(
        "joint_action_multilateral",
        Unit::One,
        "Share of firms that are in an association.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "joint_action",
    family: Family::Composite,
    summary: "What firms do together: cooperation within a stage, along the chain and in associations.",
    formula: "JA_T = ties of kind T/pairs of kind T; joint_action_index = mean of the kinds for which there are data",
    source: "Schmitz (1995, 1999); Rabellotti (1999); Nadvi (1999); toolkit definition",
    reading: "1 = all who could cooperate do. The index is a mean of unlike things: read the kinds. Ties are those of the relation \
              `cooperation`; `kind` = `multilateral` marks associations. Trade itself is no cooperation, and direction does not matter.",
    cost: "O(n + m + c log c) time for c ties",
    needs: &[],
    params: &[ParamSpec::new(
        "by",
        "\"\"",
        "Node column of the groups; empty for the first of `stage`, `role`, `sector`.",
    )],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    by: String,
}

impl Metric for JointActionMetric {
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
        let config: Config = params.decode()?;
        let found = joint_action(graph, &config.by)?;
        let counts =
            |counts: &[usize]| Values::I64(counts.iter().map(|n| i64::try_from(*n).ok()).collect());
        let columns = vec![
            Column::new(&COLUMNS[0], counts(&found.n_ties)),
            Column::new(&COLUMNS[1], counts(&found.n_backward)),
            Column::new(&COLUMNS[2], counts(&found.n_forward)),
        ];
        let of = |value: Option<f64>| value.ok_or(Status::InputMissing);
        let figures = exact_figures(
            &FIGURES,
            [found.index(), found.horizontal, found.vertical, found.multilateral].map(of),
        );
        Ok(vec![Table::new(TableId::NodeMetrics, columns), network_summary(&figures)])
    }
}
