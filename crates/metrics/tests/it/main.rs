//! Tests of the indices through the registry and through their functions.

mod conformance;
mod golden;
mod golden_adjustment;
mod golden_communities;
mod golden_esri;
mod golden_flexibility;
mod golden_gvc;
mod golden_labour;
mod golden_leontief;
mod golden_linkage;
mod golden_network;
mod golden_null;
mod golden_resilience;
mod golden_structure;
mod graphs;
mod group_paths;
mod peer;
mod peer_brokerage;
mod peer_structure;
mod productivity;
mod property;
mod property_esri;
mod property_gvc;
mod property_leontief;
mod property_linkage;
mod registry;
