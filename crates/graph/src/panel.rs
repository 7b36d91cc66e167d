//! Several periods of one network.

use crate::SupplyGraph;

/// One graph per period, all over the same nodes in the same order, so that a node number means one firm throughout.
///
/// A firm that is not active in a period is an isolate of that period's graph.
#[derive(Clone, Debug)]
pub struct Panel {
    periods: Vec<(Box<str>, SupplyGraph)>,
}

/// A period of a panel and the one after it.
///
/// # Example
/// ```
/// use palenque_graph::{PeriodPair, SupplyGraph};
///
/// let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 9.0)])?;
/// let pair = |to_name| PeriodPair { from_name: "1994", from: &graph, to_name, to: &graph };
/// assert_eq!(pair("1999").years(), 5.0);
/// assert_eq!(pair("later").years(), 1.0);
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PeriodPair<'p> {
    /// The name of the earlier period.
    pub from_name: &'p str,
    /// The earlier period.
    pub from: &'p SupplyGraph,
    /// The name of the later period.
    pub to_name: &'p str,
    /// The later period, over the same nodes.
    pub to: &'p SupplyGraph,
}

impl PeriodPair<'_> {
    /// The years from one period to the other where both are named after years of four digits; else 1.
    #[must_use]
    pub fn years(&self) -> f64 {
        let year = |name: &str| {
            let digits = name.len() == 4 && name.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| name.parse::<f64>().ok()).flatten()
        };
        let years = year(self.to_name).zip(year(self.from_name)).map(|(to, from)| to - from);
        years.filter(|&years| years > 0.0).unwrap_or(1.0)
    }
}

/// Why graphs do not make a panel.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PanelError {
    /// There is no period.
    #[error("a panel needs at least one period")]
    Empty,
    /// Two periods have one name.
    #[error("period `{0}` is there twice")]
    Repeated(String),
    /// A period's nodes differ from the first period's.
    #[error("the nodes of period `{0}` are not those of the first period")]
    OtherNodes(String),
}

impl Panel {
    /// A panel of named periods, in the order given. A single snapshot has one period with an empty name.
    ///
    /// # Errors
    /// [`PanelError`] when there is no period, a name repeats, or the nodes differ.
    pub fn new(
        periods: impl IntoIterator<Item = (String, SupplyGraph)>,
    ) -> Result<Self, PanelError> {
        let periods: Vec<(Box<str>, SupplyGraph)> =
            periods.into_iter().map(|(name, graph)| (name.into(), graph)).collect();
        let Some((_, first)) = periods.first() else {
            return Err(PanelError::Empty);
        };
        for (i, (name, graph)) in periods.iter().enumerate() {
            if periods[..i].iter().any(|(earlier, _)| earlier == name) {
                return Err(PanelError::Repeated(name.to_string()));
            }
            if graph.ids() != first.ids() {
                return Err(PanelError::OtherNodes(name.to_string()));
            }
        }
        Ok(Self { periods })
    }

    /// A panel of one unnamed period.
    #[must_use]
    pub fn snapshot(graph: SupplyGraph) -> Self {
        Self { periods: vec![(Box::default(), graph)] }
    }

    /// The periods with their graphs, in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &SupplyGraph)> + '_ {
        self.periods.iter().map(|(name, graph)| (&**name, graph))
    }

    /// Every period with the one after it, in order.
    #[must_use]
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = PeriodPair<'_>> + '_ {
        self.periods.windows(2).map(|two| {
            let [(from_name, from), (to_name, to)] = two else { unreachable!("two periods") };
            PeriodPair { from_name, from, to_name, to }
        })
    }

    /// How many periods there are, at least one.
    #[must_use]
    pub fn n_periods(&self) -> usize {
        self.periods.len()
    }

    /// The last period's graph.
    ///
    /// # Panics
    /// Never: a panel has at least one period.
    #[must_use]
    pub fn last(&self) -> &SupplyGraph {
        &self.periods.last().expect("at least one period").1
    }

    /// The graph of a period.
    #[must_use]
    pub fn period(&self, name: &str) -> Option<&SupplyGraph> {
        self.periods.iter().find(|(n, _)| &**n == name).map(|(_, graph)| graph)
    }

    /// The panel with every graph put through a transform that treats all periods alike.
    ///
    /// # Errors
    /// [`PanelError::OtherNodes`] when the results differ in their nodes.
    pub fn map(self, transform: impl Fn(&SupplyGraph) -> SupplyGraph) -> Result<Self, PanelError> {
        Self::new(self.periods.into_iter().map(|(name, graph)| (name.into(), transform(&graph))))
    }

    /// The panel with every graph put through a transform that may refuse it.
    ///
    /// # Errors
    /// What the transform says, or [`PanelError::OtherNodes`] when the results differ in their nodes.
    ///
    /// # Example
    /// ```
    /// use palenque_graph::{Panel, SupplyGraph, transform::{TransformError, backbone}};
    ///
    /// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 9.0), (0, 2, 1.0)])?;
    /// let panel = Panel::snapshot(graph).try_map(|graph| backbone(graph, 0.2))?;
    /// assert_eq!(panel.last().n_edges(), 1);
    /// # Ok::<(), TransformError>(())
    /// ```
    pub fn try_map<E: From<PanelError>>(
        self,
        transform: impl Fn(&SupplyGraph) -> Result<SupplyGraph, E>,
    ) -> Result<Self, E> {
        let mut periods = Vec::with_capacity(self.periods.len());
        for (name, graph) in self.periods {
            periods.push((name.into(), transform(&graph)?));
        }
        Ok(Self::new(periods)?)
    }
}
