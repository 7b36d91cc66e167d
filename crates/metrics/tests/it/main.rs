//! Tests of the indices through the registry and through their functions.

mod conformance;
mod golden_linkage;

mod graphs;

mod registry;
