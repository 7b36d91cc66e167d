//! The edges of a graph that is one file: its two ends are known, and its attributes are what an edge list's columns
//! are.

use super::edge_list::beside_ends;
use super::{Layout, Refused, Titles};
use crate::records::Planned;

/// An edge, whose ends stand in the first two columns.
pub struct GraphEdges;

impl Layout for GraphEdges {
    fn name(&self) -> &'static str {
        "graph_edges"
    }

    fn plan(&self, titles: &Titles<'_>) -> Result<Vec<Planned>, Refused> {
        titles.require(&["weight", "period"])?;
        Ok(beside_ends(titles, (0, 1)))
    }

    fn default_titles(&self) -> &'static [&'static str] {
        &["source", "target", "weight"]
    }
}
