//! What a metric says about itself.

use crate::ParamSpec;
use palenque_graph::TableId;
use palenque_graph::table::ColumnSpec;
use std::fmt;

/// The family an index belongs to, as `--metrics @family` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Who matters.
    Centrality,
    /// How the network and the labour process are split.
    Fragmentation,
    /// What firms pull from suppliers and push to buyers.
    Linkage,
    /// Who is close to whom.
    Clustering,
    /// How far firms can switch and scale.
    Flexibility,
    /// How firms, links and output change from period to period.
    Change,
    /// What is left after a disruption.
    Resilience,
    /// How far production depends on bought technology.
    Technology,
    /// How firms are spread over space.
    Space,
    /// Several indices in one.
    Composite,
}

impl Family {
    /// Every family.
    pub const ALL: &[Self] = &[
        Self::Centrality,
        Self::Fragmentation,
        Self::Linkage,
        Self::Clustering,
        Self::Flexibility,
        Self::Change,
        Self::Resilience,
        Self::Technology,
        Self::Space,
        Self::Composite,
    ];

    /// The name after the `@`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Centrality => "centrality",
            Self::Fragmentation => "fragmentation",
            Self::Linkage => "linkage",
            Self::Clustering => "clustering",
            Self::Flexibility => "flexibility",
            Self::Change => "change",
            Self::Resilience => "resilience",
            Self::Technology => "technology",
            Self::Space => "space",
            Self::Composite => "composite",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a metric looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The network of one period.
    Period,
    /// Two consecutive periods: what became of the one in the other.
    Pair,
    /// All periods together.
    Panel,
}

/// What a metric writes to one table.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// The table.
    pub table: TableId,
    /// Its columns there; for `network_summary`, one entry per figure, named as in the column `metric`.
    pub columns: &'static [ColumnSpec],
}

/// What a metric says about itself: `palenque list`, `explain`, `docs/metrics.md` and the conformance tests are
/// rendered from it.
#[derive(Clone, Copy, Debug)]
pub struct MetricSpec {
    /// The name, in the field's standard term, `snake_case`.
    pub name: &'static str,
    /// The family.
    pub family: Family,
    /// What it answers, in one sentence.
    pub summary: &'static str,
    /// The formula, in plain text with the symbols of `docs/terminology.md`.
    pub formula: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// What a high value means, and how direction and self-loops are treated.
    pub reading: &'static str,
    /// Time and memory.
    pub cost: &'static str,
    /// Node columns without which it cannot be computed.
    pub needs: &'static [&'static str],
    /// Its parameters.
    pub params: &'static [ParamSpec],
    /// What it fills.
    pub outputs: &'static [Output],
    /// Whether it is part of the default set, linear-time or one solve.
    pub core: bool,
}

impl MetricSpec {
    /// Names of all columns and summary figures that the metric fills, with their tables.
    pub fn columns(&self) -> impl Iterator<Item = (TableId, &'static ColumnSpec)> + '_ {
        self.outputs.iter().flat_map(|o| o.columns.iter().map(move |c| (o.table, c)))
    }
}
