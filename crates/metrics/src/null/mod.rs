//! More than chance? What an index comes to in random networks that share something with the observed one.
//!
//! [`null_models`] takes any metrics and a [`NullModel`], computes the metrics of many random networks, and sets what was observed
//! beside what chance alone gives.

mod bootstrap;
mod groups;
mod model;
mod run;
mod statistics;

pub use bootstrap::{
    BOOTSTRAP_COLUMNS, BootstrapConfig, Bounds, Resampled, bootstrap, bootstrap_table,
};
pub use groups::{CHANCE_COLUMNS, with_chance};
pub use model::NullModel;
pub use run::{Against, Chance, NULL_COLUMNS, NullConfig, null_models, null_table};
pub use statistics::benjamini_hochberg;
