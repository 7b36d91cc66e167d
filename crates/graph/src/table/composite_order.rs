//! The order of columns of composite indices, and of indices against chance.

pub(super) static BOOTSTRAP_INTERVALS: &[&str] = &[
    "period",
    "metric",
    "estimate",
    "boot_mean",
    "boot_se",
    "lower",
    "upper",
    "lower_bca",
    "upper_bca",
    "n_samples",
    "seed",
    "status",
];

pub(super) static PROFILE: &[&str] = &[
    "period",
    "index",
    "phrase",
    "value",
    "lower",
    "upper",
    "null_model",
    "null_mean",
    "null_percentile",
    "change",
    "sentence",
    "reason",
    "replicates",
    "seed",
    "status",
];

pub(super) static NULL_MODELS: &[&str] = &[
    "period",
    "metric",
    "model",
    "observed",
    "null_mean",
    "null_sd",
    "null_p025",
    "null_p975",
    "z",
    "p_upper",
    "p_lower",
    "p_two_sided",
    "q_bh",
    "n_samples",
    "seed",
    "acceptance_rate",
    "status",
];

pub(super) static COMPOSITE_INDEX: &[&str] = &[
    "unit",
    "period",
    "passive_subindex",
    "active_subindex",
    "cei_geometric",
    "cei_arithmetic",
    "rank",
    "rank_median",
    "rank_p05",
    "rank_p95",
    "p_rank1",
    "coverage",
    "status",
];

pub(super) static COMPOSITE_COMPONENTS: &[&str] = &[
    "unit",
    "period",
    "component",
    "subindex",
    "raw",
    "normalised",
    "weight",
    "polarity",
    "status",
];
