//! Integration tests of the nouns: properties over random graphs, agreement with petgraph, published values.

#![expect(clippy::float_cmp, reason = "flows are multiples of an eighth, whose sums are exact")]

mod builder;
mod golden;
mod random;
mod table;
mod transform;
mod visit;
