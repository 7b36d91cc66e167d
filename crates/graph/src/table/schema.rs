//! Which tables there are, what a row of each is, and the order of their columns.

use super::column_order::{
    AGGREGATION_BIAS, BROKERAGE_ROLES, CONCENTRATION, CONSOLIDATION, DISRUPTION_NODES,
    DISRUPTION_WEIGHTS, EDGE_METRICS, FOOTPRINTS, GROUP_BETWEENNESS, GROUP_EXTRACTION,
    HORIZONTAL_PAIRS, LINKAGES, NETWORK_SUMMARY, NODE_METRICS, REGIONAL_COEFFICIENTS, RICH_CLUB,
    ROBUSTNESS_CURVE, ROBUSTNESS_SUMMARY, SATELLITE_MULTIPLIERS, SHOCK_NODES, SHOCK_PATH,
    SHOCK_SUMMARY, SPATIAL_AREAL, SPATIAL_CURVE, SPATIAL_SECTOR, STAGE_HEADROOM, STAGE_LINKAGES,
    STRUCTURAL_PATHS, SURGE_BOTTLENECKS,
};
use super::composite_order::{
    BOOTSTRAP_INTERVALS, COMPOSITE_COMPONENTS, COMPOSITE_INDEX, NULL_MODELS, PROFILE,
};
use super::temporal_order::{
    LINK_SURVIVAL, LINKAGE_CREATION, TEMPORAL_EDGE, TEMPORAL_NETWORK, TEMPORAL_NODE,
    VOLUME_FLEXIBILITY,
};
use super::{ColumnSpec, Kind, Unit};
use std::fmt;

/// What a row of a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// One row a node, in node order.
    Node,
    /// One row an edge, in edge order.
    Edge,
    /// One row a pair of consecutive periods.
    Pair,
    /// One row a node and pair of consecutive periods, in node order within a pair.
    PairNode,
    /// Rows of the table's own.
    Long,
}

/// The tables that palenque writes (`methods.md` section 3). Each is one file; metrics that share one are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TableId {
    /// One row a node: centrality, fragmentation, clustering, flexibility.
    NodeMetrics,
    /// One row an edge.
    EdgeMetrics,
    /// One row an index of the whole network.
    NetworkSummary,
    /// One row a node: input-output linkages.
    Linkages,
    /// One row an ordered pair of groups.
    StageLinkages,
    /// One row a step of an attack.
    RobustnessCurve,
    /// One row an attack.
    RobustnessSummary,
    /// One row a probability that firms or ties work.
    PercolationCurve,
    /// One row a degree to which firms are merged.
    Consolidation,
    /// One row a node: what its failure does.
    DisruptionNodes,
    /// One row a node and weight: what its failure costs by that weight.
    DisruptionWeights,
    /// One row a group of firms.
    Concentration,
    /// One row a stage: how far it could raise what it makes.
    StageHeadroom,
    /// One row a node or tie that limits how far output can rise.
    SurgeBottlenecks,
    /// One row a firm and task.
    FirmTasks,
    /// One row a member of a set of key players.
    KeyPlayers,
    /// One row an index against chance.
    NullModels,
    /// One row an index of the profile of a cluster.
    Profile,
    /// One row an index: the interval in which it lies if firms are drawn anew.
    BootstrapIntervals,
    /// One row a pair of nodes: what their flow would be if only totals were known.
    Reconstruction,
    /// One row a unit of a composite index.
    CompositeIndex,
    /// One row a unit and indicator.
    CompositeComponents,
    /// One row a choice.
    CompositeSensitivity,
    /// One row a check.
    CompositeDiagnostics,
    /// One row a D-core.
    Dcore,
    /// One row a number of partners.
    RichClub,
    /// One row a group of nodes.
    GroupBetweenness,
    /// One row a node and kind of brokerage.
    BrokerageRoles,
    /// One row a cell of a matrix.
    IoMatrix,
    /// One row a node and satellite row.
    SatelliteMultipliers,
    /// One row a satellite row and region.
    Footprints,
    /// One row a country and term of its exports.
    GvcDecomposition,
    /// One row an exporting sector, a destination and a term.
    GvcBilateral,
    /// One row a path.
    StructuralPaths,
    /// One row a group that is taken out of the network.
    GroupExtraction,
    /// One row a node of two periods.
    OutputDecomposition,
    /// One row a pair of periods.
    TemporalNetwork,
    /// One row a node and pair of periods.
    TemporalNode,
    /// One row a link of any period.
    TemporalEdge,
    /// One row a survival curve and age of links.
    LinkSurvival,
    /// One row an ordered pair of groups and pair of periods.
    LinkageCreation,
    /// One row a node of all periods.
    VolumeFlexibility,
    /// One row a node and shock.
    ShockNodes,
    /// One row a node and step of a simulated shock.
    ShockPath,
    /// One row a simulated shock.
    ShockSummary,
    /// One row a pair of nodes of one group.
    HorizontalPairs,
    /// One row a group of an aggregation.
    AggregationBias,
    /// One row a cell of a table that was adjusted to new totals.
    BalancedTable,
    /// One row a cell of a regional table.
    RegionalCoefficients,
    /// One row a place: how complex what it has is.
    PlaceComplexity,
    /// One row an activity: how complex it is.
    ActivityComplexity,
    /// One row a place and activity.
    Relatedness,
    /// One row a region and sector, and one a region.
    SpatialAreal,
    /// One row a sector: how its firms are spread over space.
    SpatialSector,
    /// One row a sector, function and distance.
    SpatialCurve,
    /// One row a finding about the input.
    Diagnostics,
}

impl TableId {
    /// Every table, in the order in which they are listed.
    pub const ALL: &[Self] = &[
        Self::NodeMetrics,
        Self::EdgeMetrics,
        Self::NetworkSummary,
        Self::Linkages,
        Self::StageLinkages,
        Self::RobustnessCurve,
        Self::RobustnessSummary,
        Self::PercolationCurve,
        Self::Consolidation,
        Self::DisruptionNodes,
        Self::DisruptionWeights,
        Self::Concentration,
        Self::StageHeadroom,
        Self::SurgeBottlenecks,
        Self::FirmTasks,
        Self::KeyPlayers,
        Self::NullModels,
        Self::Profile,
        Self::BootstrapIntervals,
        Self::Reconstruction,
        Self::CompositeIndex,
        Self::CompositeComponents,
        Self::CompositeSensitivity,
        Self::CompositeDiagnostics,
        Self::Dcore,
        Self::RichClub,
        Self::GroupBetweenness,
        Self::BrokerageRoles,
        Self::IoMatrix,
        Self::SatelliteMultipliers,
        Self::Footprints,
        Self::GvcDecomposition,
        Self::GvcBilateral,
        Self::StructuralPaths,
        Self::GroupExtraction,
        Self::OutputDecomposition,
        Self::TemporalNetwork,
        Self::TemporalNode,
        Self::TemporalEdge,
        Self::LinkSurvival,
        Self::LinkageCreation,
        Self::VolumeFlexibility,
        Self::ShockNodes,
        Self::ShockPath,
        Self::ShockSummary,
        Self::HorizontalPairs,
        Self::AggregationBias,
        Self::BalancedTable,
        Self::RegionalCoefficients,
        Self::PlaceComplexity,
        Self::ActivityComplexity,
        Self::Relatedness,
        Self::SpatialAreal,
        Self::SpatialSector,
        Self::SpatialCurve,
        Self::Diagnostics,
    ];

    /// The name, which is also the file's stem.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NodeMetrics => "node_metrics",
            Self::EdgeMetrics => "edge_metrics",
            Self::NetworkSummary => "network_summary",
            Self::Linkages => "linkages",
            Self::StageLinkages => "stage_linkages",
            Self::RobustnessCurve => "robustness_curve",
            Self::RobustnessSummary => "robustness_summary",
            Self::PercolationCurve => "percolation_curve",
            Self::Consolidation => "consolidation",
            Self::DisruptionNodes => "disruption_nodes",
            Self::DisruptionWeights => "disruption_weights",
            Self::Concentration => "concentration",
            Self::StageHeadroom => "stage_headroom",
            Self::SurgeBottlenecks => "surge_bottlenecks",
            Self::FirmTasks => "firm_tasks",
            Self::KeyPlayers => "key_players",
            Self::NullModels => "null_models",
            Self::Profile => "profile",
            Self::BootstrapIntervals => "bootstrap_intervals",
            Self::Reconstruction => "reconstruction",
            Self::CompositeIndex => "composite_index",
            Self::CompositeComponents => "composite_components",
            Self::CompositeSensitivity => "composite_sensitivity",
            Self::CompositeDiagnostics => "composite_diagnostics",
            Self::Dcore => "dcore",
            Self::RichClub => "rich_club",
            Self::GroupBetweenness => "group_betweenness",
            Self::BrokerageRoles => "brokerage_roles",
            Self::IoMatrix => "io_matrix",
            Self::SatelliteMultipliers => "satellite_multipliers",
            Self::Footprints => "footprints",
            Self::GvcDecomposition => "gvc_decomposition",
            Self::GvcBilateral => "gvc_bilateral",
            Self::StructuralPaths => "structural_paths",
            Self::GroupExtraction => "group_extraction",
            Self::OutputDecomposition => "output_decomposition",
            Self::TemporalNetwork => "temporal_network",
            Self::TemporalNode => "temporal_node",
            Self::TemporalEdge => "temporal_edge",
            Self::LinkSurvival => "link_survival",
            Self::LinkageCreation => "linkage_creation",
            Self::VolumeFlexibility => "volume_flexibility",
            Self::ShockNodes => "shock_nodes",
            Self::ShockPath => "shock_path",
            Self::ShockSummary => "shock_summary",
            Self::HorizontalPairs => "horizontal_pairs",
            Self::AggregationBias => "aggregation_bias",
            Self::BalancedTable => "balanced_table",
            Self::RegionalCoefficients => "regional_coefficients",
            Self::PlaceComplexity => "place_complexity",
            Self::ActivityComplexity => "activity_complexity",
            Self::Relatedness => "relatedness",
            Self::SpatialAreal => "spatial_areal",
            Self::SpatialSector => "spatial_sector",
            Self::SpatialCurve => "spatial_curve",
            Self::Diagnostics => "diagnostics",
        }
    }

    /// The table of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.name() == name)
    }

    /// What a row is, in one sentence.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "one entry a table")]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::NodeMetrics => "One row a node: indices of firms, stages or sectors.",
            Self::EdgeMetrics => "One row an edge: seller, buyer and indices of their tie.",
            Self::NetworkSummary => "One row an index of the whole network.",
            Self::Linkages => "One row a node: backward and forward linkages.",
            Self::StageLinkages => {
                "One row an ordered pair of groups: flows and ties between them."
            }
            Self::RobustnessCurve => "One row a step of an attack: what is left of the network.",
            Self::RobustnessSummary => "One row an attack: how robust the network is to it.",
            Self::PercolationCurve => {
                "One row a probability that firms or ties work: the largest component."
            }
            Self::Consolidation => {
                "One row a degree to which firms of a stage are merged: the risk."
            }
            Self::DisruptionNodes => "One row a node: what its failure does to the others.",
            Self::DisruptionWeights => {
                "One row a node and weight: what its failure costs, counted by that weight."
            }
            Self::Concentration => "One row a group of firms: how concentrated their output is.",
            Self::StageHeadroom => "One row a stage: how far it could raise what it makes.",
            Self::SurgeBottlenecks => "One row a node or tie that limits how far output can rise.",
            Self::FirmTasks => "One row a firm and task: how much it does of it.",
            Self::KeyPlayers => "One row a member of a set of key players: what the set scores.",
            Self::NullModels => {
                "One row an index: what it is beside what it is in random networks."
            }
            Self::Profile => "One row an index of the profile of a cluster, with what it says.",
            Self::BootstrapIntervals => {
                "One row an index: the interval in which it lies if firms are drawn anew."
            }
            Self::Reconstruction => {
                "One row a pair of nodes: what their flow would be if only totals were known."
            }
            Self::CompositeIndex => {
                "One row a unit: its composite index and the range of its rank."
            }
            Self::CompositeComponents => "One row a unit and indicator: what the index is made of.",
            Self::CompositeSensitivity => "One row a choice: how far the ranks depend on it.",
            Self::CompositeDiagnostics => "One row a check: whether the indicators hang together.",
            Self::Dcore => {
                "One row a D-core: suppliers and customers that its members have inside."
            }
            Self::IoMatrix => "One row a cell of a matrix: coefficients, inverses, influence.",
            Self::SatelliteMultipliers => {
                "One row a node and satellite row: multipliers of work, income or emissions."
            }
            Self::Footprints => {
                "One row a satellite row and region: what its producers and its consumers cause."
            }
            Self::GvcDecomposition => "One row a country and term: whose value is in its exports.",
            Self::GvcBilateral => {
                "One row an exporting sector, destination and term: whose value is in those exports."
            }
            Self::StructuralPaths => "One row a path from a producer to a final product.",
            Self::GroupExtraction => "One row a group: what the network would lose without it.",
            Self::OutputDecomposition => {
                "One row a node: how its output changed between two periods, and why."
            }
            Self::TemporalNetwork => {
                "One row a period and the next: how firms and links changed in between."
            }
            Self::TemporalNode => {
                "One row a node, a period and the next: growth, entry, exit, change of partners."
            }
            Self::TemporalEdge => "One row a link of any period: when it was there.",
            Self::LinkSurvival => {
                "One row a group of links and age: how many of them are still there."
            }
            Self::LinkageCreation => {
                "One row an ordered pair of groups, a period and the next: links made and dropped."
            }
            Self::VolumeFlexibility => {
                "One row a node over all periods: how its output follows demand."
            }
            Self::ShockNodes => "One row a node and shock: what changes, and by how much.",
            Self::ShockPath => {
                "One row a node and step of a simulated shock: what it makes and lacks."
            }
            Self::ShockSummary => {
                "One row a simulated shock: what is lost, and whether it recovers."
            }
            Self::HorizontalPairs => "One row a pair of nodes of one group: what they share.",
            Self::AggregationBias => {
                "One row a group: what its multiplier would be with all its members apart."
            }
            Self::BalancedTable => "One row a cell of a table adjusted to new totals.",
            Self::RegionalCoefficients => "One row a cell of a regional table of coefficients.",
            Self::PlaceComplexity => "One row a firm or place: how complex what it has is.",
            Self::ActivityComplexity => "One row an input or product: how complex it is.",
            Self::Relatedness => "One row a place and activity: how near it is to what is there.",
            Self::SpatialAreal => {
                "One row a region and sector, one a region without a sector: what is where."
            }
            Self::SpatialSector => "One row a sector: how its firms are spread over space.",
            Self::SpatialCurve => {
                "One row a sector, function and distance: how near to each other firms are."
            }
            Self::RichClub => "One row a number of partners: ties among those who have more.",
            Self::GroupBetweenness => "One row a group: how many ways between others pass it.",
            Self::BrokerageRoles => {
                "One row a node and kind of pairs that it joins, and what chance would give."
            }
            Self::Diagnostics => "One row a finding about the input, and what was done about it.",
        }
    }

    /// What a row is.
    #[must_use]
    pub fn alignment(self) -> Alignment {
        match self {
            Self::NodeMetrics | Self::Linkages | Self::DisruptionNodes => Alignment::Node,
            Self::EdgeMetrics => Alignment::Edge,
            Self::TemporalNetwork => Alignment::Pair,
            Self::TemporalNode => Alignment::PairNode,
            _ => Alignment::Long,
        }
    }

    /// Names of columns in the order of the file; columns not named here follow in the order of computing.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "one entry a table")]
    pub fn column_order(self) -> &'static [&'static str] {
        match self {
            Self::NodeMetrics => NODE_METRICS,
            Self::EdgeMetrics => EDGE_METRICS,
            Self::NetworkSummary => NETWORK_SUMMARY,
            Self::Linkages => LINKAGES,
            Self::StageLinkages => STAGE_LINKAGES,
            Self::RobustnessCurve => ROBUSTNESS_CURVE,
            Self::RobustnessSummary => ROBUSTNESS_SUMMARY,
            Self::PercolationCurve => {
                &["period", "units", "probability", "giant", "giant_share", "giant_share_sd"]
            }
            Self::Consolidation => CONSOLIDATION,
            Self::DisruptionNodes => DISRUPTION_NODES,
            Self::DisruptionWeights => DISRUPTION_WEIGHTS,
            Self::Concentration => CONCENTRATION,
            Self::NullModels => NULL_MODELS,
            Self::Profile => PROFILE,
            Self::BootstrapIntervals => BOOTSTRAP_INTERVALS,
            Self::Reconstruction => &[
                "period",
                "source",
                "target",
                "flow",
                "maxent",
                "gravity",
                "dcgm_probability",
                "dcgm_flow",
            ],
            Self::CompositeIndex => COMPOSITE_INDEX,
            Self::CompositeComponents => COMPOSITE_COMPONENTS,
            Self::CompositeSensitivity => {
                &["period", "factor", "first_order", "total_order", "mean_rank_shift", "status"]
            }
            Self::CompositeDiagnostics => &["period", "measure", "value", "status"],
            Self::StageHeadroom => STAGE_HEADROOM,
            Self::SurgeBottlenecks => SURGE_BOTTLENECKS,
            Self::KeyPlayers => &[
                "period",
                "criterion",
                "size",
                "member",
                "node_id",
                "set_value",
                "random_mean",
                "random_max",
                "method",
                "status",
            ],
            Self::FirmTasks => {
                &["period", "node_id", "task", "effort", "share_of_firm", "share_of_task"]
            }
            Self::Dcore => &["period", "k", "l", "size", "frontier"],
            Self::RichClub => RICH_CLUB,
            Self::GroupBetweenness => GROUP_BETWEENNESS,
            Self::BrokerageRoles => BROKERAGE_ROLES,
            Self::IoMatrix => &["period", "matrix", "row", "col", "value"],
            Self::SatelliteMultipliers => SATELLITE_MULTIPLIERS,
            Self::Footprints => FOOTPRINTS,
            Self::GvcDecomposition => &["period", "country", "term", "value", "share", "status"],
            Self::GvcBilateral => {
                &["period", "country", "sector", "destination", "term", "value", "share", "status"]
            }
            Self::StructuralPaths => STRUCTURAL_PATHS,
            Self::GroupExtraction => GROUP_EXTRACTION,
            Self::OutputDecomposition => {
                &["period_from", "period_to", "node_id", "change", "technology", "demand"]
            }
            Self::TemporalNetwork => TEMPORAL_NETWORK,
            Self::TemporalNode => TEMPORAL_NODE,
            Self::TemporalEdge => TEMPORAL_EDGE,
            Self::LinkSurvival => LINK_SURVIVAL,
            Self::LinkageCreation => LINKAGE_CREATION,
            Self::VolumeFlexibility => VOLUME_FLEXIBILITY,
            Self::ShockNodes => SHOCK_NODES,
            Self::ShockPath => SHOCK_PATH,
            Self::ShockSummary => SHOCK_SUMMARY,
            Self::HorizontalPairs => HORIZONTAL_PAIRS,
            Self::AggregationBias => AGGREGATION_BIAS,
            Self::BalancedTable => &["period", "source", "target", "prior", "value"],
            Self::RegionalCoefficients => REGIONAL_COEFFICIENTS,
            Self::PlaceComplexity => {
                &["period", "place", "diversity", "eci", "fitness", "outlook", "part", "status"]
            }
            Self::ActivityComplexity => &[
                "period",
                "activity",
                "ubiquity",
                "pci",
                "pci_place_scale",
                "complexity",
                "part",
                "status",
            ],
            Self::Relatedness => {
                &["period", "place", "activity", "amount", "rca", "relatedness", "status"]
            }
            Self::SpatialAreal => SPATIAL_AREAL,
            Self::SpatialSector => SPATIAL_SECTOR,
            Self::SpatialCurve => SPATIAL_CURVE,
            Self::Diagnostics => &["check", "value", "severity", "detail"],
        }
    }

    /// The text columns that tell apart the rows of a long table to which several metrics bring columns; empty for tables
    /// whose rows belong to one metric.
    #[must_use]
    pub fn row_keys(self) -> &'static [&'static str] {
        match self {
            Self::SpatialAreal => &["region", "sector"],
            Self::SpatialSector => &["sector"],
            _ => &[],
        }
    }
}

impl fmt::Display for TableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

const fn text(name: &'static str, meaning: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind: Kind::Text, unit: Unit::None, meaning }
}

pub(super) static PERIOD: ColumnSpec = text("period", "The period; empty for a single snapshot.");
pub(super) static PERIOD_FROM: ColumnSpec = text("period_from", "The earlier of two periods.");
pub(super) static PERIOD_TO: ColumnSpec = text("period_to", "The later of two periods.");
pub(super) static DT_YEARS: ColumnSpec = ColumnSpec::number(
    "dt_years",
    Unit::Year,
    "Years between them where both are named after years, else 1.",
);
pub(super) static NODE_ID: ColumnSpec = text("node_id", "The node's id, as in the input.");
pub(super) static SOURCE: ColumnSpec = text("source", "The seller's id.");
pub(super) static TARGET: ColumnSpec = text("target", "The buyer's id.");
pub(super) static STATUS: ColumnSpec =
    text("status", "Why cells of this row are empty: `column=reason`, joined by `;`.");

/// Node attributes that are repeated in node tables, where the graph has them.
pub(super) static ATTRIBUTES: &[ColumnSpec] = &[
    text("role", "What the firm does."),
    text("stage", "The stage of the chain the firm works in."),
    text("region", "Where the firm is."),
    text("sector", "The sector the firm belongs to."),
    text("owner", "Who owns the firm."),
];
