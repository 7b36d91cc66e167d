//! Integration tests of the nouns: properties over random graphs, agreement with petgraph, published values.

mod builder;
mod random;
mod visit;
