//! Which tables there are, what a row of each is, and the order of their columns.

use super::{ColumnSpec, Kind, Unit};
use std::fmt;

/// What a row of a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// One row a node, in node order.
    Node,
    /// One row an edge, in edge order.
    Edge,
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
    /// One row a D-core.
    Dcore,
    /// One row a number of partners.
    RichClub,
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
    /// One row a node and shock.
    ShockNodes,
    /// One row a pair of nodes of one group.
    HorizontalPairs,
    /// One row a group of an aggregation.
    AggregationBias,
    /// One row a cell of a table that was adjusted to new totals.
    BalancedTable,
    /// One row a cell of a regional table.
    RegionalCoefficients,
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
        Self::Dcore,
        Self::RichClub,
        Self::IoMatrix,
        Self::SatelliteMultipliers,
        Self::Footprints,
        Self::GvcDecomposition,
        Self::GvcBilateral,
        Self::StructuralPaths,
        Self::GroupExtraction,
        Self::OutputDecomposition,
        Self::ShockNodes,
        Self::HorizontalPairs,
        Self::AggregationBias,
        Self::BalancedTable,
        Self::RegionalCoefficients,
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
            Self::Dcore => "dcore",
            Self::RichClub => "rich_club",
            Self::IoMatrix => "io_matrix",
            Self::SatelliteMultipliers => "satellite_multipliers",
            Self::Footprints => "footprints",
            Self::GvcDecomposition => "gvc_decomposition",
            Self::GvcBilateral => "gvc_bilateral",
            Self::StructuralPaths => "structural_paths",
            Self::GroupExtraction => "group_extraction",
            Self::OutputDecomposition => "output_decomposition",
            Self::ShockNodes => "shock_nodes",
            Self::HorizontalPairs => "horizontal_pairs",
            Self::AggregationBias => "aggregation_bias",
            Self::BalancedTable => "balanced_table",
            Self::RegionalCoefficients => "regional_coefficients",
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
            Self::ShockNodes => "One row a node and shock: what changes, and by how much.",
            Self::HorizontalPairs => "One row a pair of nodes of one group: what they share.",
            Self::AggregationBias => {
                "One row a group: what its multiplier would be with all its members apart."
            }
            Self::BalancedTable => "One row a cell of a table adjusted to new totals.",
            Self::RegionalCoefficients => "One row a cell of a regional table of coefficients.",
            Self::RichClub => "One row a number of partners: ties among those who have more.",
            Self::Diagnostics => "One row a finding about the input, and what was done about it.",
        }
    }

    /// What a row is.
    #[must_use]
    pub fn alignment(self) -> Alignment {
        match self {
            Self::NodeMetrics | Self::Linkages => Alignment::Node,
            Self::EdgeMetrics => Alignment::Edge,
            _ => Alignment::Long,
        }
    }

    /// Names of columns in the order of the file; columns not named here follow in the order of computing.
    #[must_use]
    pub fn column_order(self) -> &'static [&'static str] {
        match self {
            Self::NodeMetrics => NODE_METRICS,
            Self::EdgeMetrics => EDGE_METRICS,
            Self::NetworkSummary => NETWORK_SUMMARY,
            Self::Linkages => LINKAGES,
            Self::StageLinkages => STAGE_LINKAGES,
            Self::RobustnessCurve => ROBUSTNESS_CURVE,
            Self::RobustnessSummary => ROBUSTNESS_SUMMARY,
            Self::Dcore => &["period", "k", "l", "size", "frontier"],
            Self::RichClub => &["period", "k", "n_nodes", "n_ties", "phi", "status"],
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
            Self::ShockNodes => SHOCK_NODES,
            Self::HorizontalPairs => HORIZONTAL_PAIRS,
            Self::AggregationBias => AGGREGATION_BIAS,
            Self::BalancedTable => &["period", "source", "target", "prior", "value"],
            Self::RegionalCoefficients => REGIONAL_COEFFICIENTS,
            Self::Diagnostics => &["check", "value", "severity", "detail"],
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

static NODE_METRICS: &[&str] = &[
    "period",
    "node_id",
    "role",
    "stage",
    "region",
    "sector",
    "owner",
    "output",
    "final_demand",
    "value_added",
    "imports",
    "x_imputed",
    "in_degree",
    "out_degree",
    "in_strength",
    "out_strength",
    "self_loop",
    "closeness_in",
    "closeness_out",
    "harmonic_in",
    "harmonic_out",
    "closeness_error",
    "harmonic_error",
    "closeness_in_reachable",
    "closeness_out_reachable",
    "lin_in",
    "lin_out",
    "betweenness",
    "betweenness_raw",
    "betweenness_approx",
    "betweenness_error",
    "eigenvector_in",
    "eigenvector_out",
    "katz_in",
    "katz_out",
    "bonacich_power",
    "pagerank",
    "pagerank_reverse",
    "pagerank_personalised",
    "hits_hub",
    "hits_authority",
    "information",
    "current_flow_betweenness",
    "core_number",
    "core_in",
    "core_out",
    "is_core",
    "cut_point",
    "pieces_without",
    "dominator_in",
    "n_dominated_in",
    "dominator_out",
    "n_dominated_out",
    "in_min_cut",
    "bow_tie",
    "constraint",
    "effective_size",
    "efficiency",
    "gf_coordinator",
    "gf_itinerant",
    "gf_representative",
    "gf_gatekeeper",
    "gf_liaison",
    "gf_total",
    "influence",
    "supply_centrality",
    "demand_centrality",
    "acemoglu_outdegree",
    "second_order_degree",
    "domar_weight",
    "upstreamness",
    "upstreamness_open_economy",
    "downstreamness",
    "apl_forward",
    "apl_backward",
    "apl_forward_mean",
    "apl_backward_mean",
    "trophic_level",
    "trophic_level_levine",
    "adelman_va_sales",
    "outsourcing_intensity",
    "in_house_share",
    "hhi_suppliers",
    "hhi_buyers",
    "hhi_buyers_incl_final",
    "effective_suppliers",
    "effective_buyers",
    "cr1_suppliers",
    "gini_suppliers",
    "spec_hhi",
    "spec_shannon",
    "kl_vs_cluster",
    "n_tasks",
    "intra_cluster_purchase_share",
    "intra_cluster_sales_share",
    "import_share",
    "horizontal_equivalence",
    "n_horizontal_ties",
    "n_cooperation_ties",
    "multisourcing_index",
    "single_sourced_spend_share",
    "replaceable_share",
    "headroom",
    "clustering",
    "clustering_barrat",
    "clustering_onnela",
    "cc_cycle",
    "cc_middleman",
    "cc_in",
    "cc_out",
    "cc_all",
    "wcc_id",
    "scc_id",
    "community",
    "equivalence_class",
    "n_equivalent",
    "tech_dependence_direct",
    "tech_dependence_total",
    "tech_independence",
];

static EDGE_METRICS: &[&str] = &[
    "period",
    "source",
    "target",
    "weight",
    "n_records",
    "kind",
    "cross_region",
    "source_stage",
    "target_stage",
    "input_coefficient",
    "allocation_coefficient",
    "share_of_seller",
    "share_of_buyer",
    "edge_betweenness",
    "edge_betweenness_raw",
    "reciprocated",
    "scc_internal",
    "bridge",
    "in_min_cut",
    "substitutability",
    "essential",
    "alpha_out",
    "alpha_in",
    "backbone",
    "field_intensity",
    "tolerable_limit",
    "trophic_rise",
];

static NETWORK_SUMMARY: &[&str] =
    &["period", "metric", "value", "unit", "lower", "upper", "method", "params", "status"];

static LINKAGES: &[&str] = &[
    "period",
    "node_id",
    "role",
    "stage",
    "region",
    "sector",
    "owner",
    "output",
    "final_demand",
    "value_added",
    "imports",
    "employment",
    "backward_direct",
    "forward_direct",
    "backward_total",
    "forward_total_ghosh",
    "forward_total_leontief",
    "power_of_dispersion",
    "sensitivity_of_dispersion",
    "sensitivity_ghosh",
    "cv_backward",
    "cv_forward",
    "cv_forward_ghosh",
    "key_class",
    "key_class_strict",
    "laumas_backward",
    "laumas_forward",
    "laumas_weight_backward",
    "laumas_weight_forward",
    "output_multiplier_1",
    "output_multiplier_2_truncated",
    "output_multiplier_2_total",
    "income_simple",
    "income_type1",
    "income_type2_truncated",
    "income_type2_total",
    "employment_simple",
    "employment_type1",
    "employment_type2",
    "va_multiplier",
    "import_multiplier",
    "net_output_multiplier",
    "regional_output_multiplier",
    "hem_total",
    "hem_external",
    "hem_backward",
    "hem_forward",
    "hem_total_rel",
    "hem_backward_keep_own",
    "hem_forward_keep_own",
    "hem_backward_partial",
    "hem_forward_partial",
    "pbl",
    "pfl",
    "ptl",
    "ptl_normalised",
    "elasticity_total",
    "upstreamness",
    "upstreamness_open_economy",
    "downstreamness",
    "vs_share",
    "import_share",
    "rpc",
    "oss_broad",
    "oss_narrow",
];

static STAGE_LINKAGES: &[&str] = &[
    "period",
    "grouping",
    "from_group",
    "to_group",
    "n_from",
    "n_to",
    "n_edges",
    "flow",
    "density",
    "share",
    "affinity",
    "mean_weight",
    "kind",
    "new_edges",
    "dropped_edges",
    "creation_rate",
    "new_flow_share",
    "null_mean",
    "null_sd",
    "z",
    "p_value",
    "status",
];

static GROUP_EXTRACTION: &[&str] = &[
    "period",
    "grouping",
    "group",
    "n_nodes",
    "output",
    "hem_total",
    "hem_external",
    "hem_total_rel",
    "status",
];

static SHOCK_NODES: &[&str] = &[
    "period",
    "shock",
    "node_id",
    "given",
    "before",
    "after",
    "change",
    "change_rel",
    "final_demand",
    "infeasible",
    "status",
];

static SATELLITE_MULTIPLIERS: &[&str] = &[
    "period",
    "node_id",
    "satellite",
    "unit",
    "amount",
    "direct",
    "simple",
    "type1",
    "type2_truncated",
    "type2_total",
    "status",
];

static FOOTPRINTS: &[&str] = &[
    "period",
    "satellite",
    "unit",
    "region",
    "production_based",
    "consumption_based",
    "imported",
    "exported",
    "by_final_users",
    "status",
];

static STRUCTURAL_PATHS: &[&str] =
    &["period", "satellite", "rank", "path", "length", "value", "share", "cumulative_share"];

static AGGREGATION_BIAS: &[&str] = &[
    "period",
    "grouping",
    "group",
    "n_members",
    "final_demand",
    "multiplier_apart",
    "multiplier_together",
    "bias",
    "bias_relative",
    "status",
];

static REGIONAL_COEFFICIENTS: &[&str] = &[
    "period",
    "region",
    "source",
    "target",
    "national_coefficient",
    "quotient",
    "regional_share",
    "regional_coefficient",
    "status",
];

static HORIZONTAL_PAIRS: &[&str] = &[
    "period",
    "node_a",
    "node_b",
    "group",
    "shared_suppliers",
    "shared_buyers",
    "jaccard_suppliers",
    "jaccard_buyers",
    "cosine_suppliers",
    "cosine_buyers",
    "projection_suppliers",
    "projection_buyers",
    "direct_edges",
    "cooperation",
    "status",
];

static ROBUSTNESS_CURVE: &[&str] = &[
    "period",
    "scenario",
    "mode",
    "target",
    "replicate",
    "step",
    "removed_id",
    "fraction_removed",
    "giant_wcc_share",
    "giant_scc_share",
    "surviving_flow_share",
    "served_demand_share",
    "susceptibility",
    "n_components",
    "giant_lower",
    "giant_upper",
];

static ROBUSTNESS_SUMMARY: &[&str] = &[
    "period",
    "scenario",
    "mode",
    "target",
    "r_index",
    "r_index_lower",
    "r_index_upper",
    "f_half",
    "f_5pct",
    "fc_random",
    "n_replicates",
    "seed",
];
