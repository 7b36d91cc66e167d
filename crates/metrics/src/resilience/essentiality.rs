//! Which inputs a firm cannot do without, by the types of what is bought and of who buys.

use crate::kernel::input_groups::InputClass;
use crate::linkage::groups::first_text;
use crate::side::SideReader;
use crate::{MetricError, ParamError, Params, SideSpec};
use palenque_graph::{Diagnostic, SupplyGraph, TextColumn};
use std::collections::BTreeMap;

/// The side table of essential inputs.
pub static ESSENTIAL: SideSpec = SideSpec {
    name: "essential",
    columns: "`supplier_sector,buyer_sector,class`, or a first column of supplying sectors and one column for each \
              buying sector",
    meaning: "How much buyers of one sector depend on goods of another: 0 negligible, 1 substitutable, 2 essential.",
};

/// The columns by which nodes are told apart, the first that there is.
const COLUMNS: [&str; 3] = ["sector", "role", "stage"];

/// What an input is to a buyer where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inputs {
    /// Essential without a side table `essential`, substitutable where the table is silent.
    #[default]
    Auto,
    /// All can be substituted, whatever a table says.
    Substitutable,
    /// All are essential, whatever a table says.
    Essential,
}

/// What every node sells, and how much buyers depend on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Essentiality {
    type_of: Vec<u32>,
    names: Vec<String>,
    classes: Vec<InputClass>,
    unknown: Vec<String>,
}

impl Essentiality {
    /// Types by a text column of nodes, all pairs of one class. A node without a type is one of its own.
    ///
    /// # Errors
    /// [`MetricError::InputMissing`] without such a column; an empty name takes the first of `sector`, `role`, `stage`.
    ///
    /// # Example
    /// ```
    /// # use palenque_graph::SupplyGraph;
    /// # use palenque_metrics::kernel::input_groups::InputClass;
    /// # use palenque_metrics::resilience::essentiality::Essentiality;
    /// let graph = SupplyGraph::from_flows(["kiln", "still"], [(0, 1, 3.0)])?
    ///     .with_text("sector", [Some("glass"), Some("mezcal")]);
    /// let inputs = Essentiality::uniform(&graph, "", InputClass::Essential)?
    ///     .with_class("glass", "mezcal", InputClass::Substitutable);
    /// assert_eq!(inputs.class(0, 1), InputClass::Substitutable);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn uniform(graph: &SupplyGraph, by: &str, class: InputClass) -> Result<Self, MetricError> {
        let column = graph.nodes().text(type_column(graph, by)?);
        let names: Vec<String> =
            column.into_iter().flat_map(TextColumn::levels).map(Into::into).collect();
        let mut next = names.len() as u32;
        let mut own = || {
            next += 1;
            next - 1
        };
        let code = |v| column.and_then(|column| column.code(v));
        let type_of = (0..graph.n_nodes()).map(|v| code(v).unwrap_or_else(&mut own)).collect();
        // Only named types can differ: all that have none share the last row and column.
        let classes = vec![class; (names.len() + 1) * (names.len() + 1)];
        Ok(Self { type_of, names, classes, unknown: Vec::new() })
    }

    /// The same with another class for one pair of types; nothing happens if no node is of such a type.
    #[must_use]
    pub fn with_class(mut self, seller: &str, buyer: &str, class: InputClass) -> Self {
        let code = |name: &str| self.names.iter().position(|known| known == name);
        if let (Some(seller), Some(buyer)) = (code(seller), code(buyer)) {
            let at = seller * self.width() + buyer;
            self.classes[at] = class;
        }
        self
    }

    /// Named types, and one column for all others.
    fn width(&self) -> usize {
        self.names.len() + 1
    }

    /// From the parameters and side table of a metric.
    pub(crate) fn read(
        graph: &SupplyGraph,
        by: &str,
        inputs: Inputs,
        params: &Params,
    ) -> Result<Self, MetricError> {
        let reader = SideReader::of(graph, params, &ESSENTIAL);
        match (inputs, reader) {
            (Inputs::Substitutable, _) => Self::uniform(graph, by, InputClass::Substitutable),
            (Inputs::Essential, _) | (Inputs::Auto, None) => {
                Self::uniform(graph, by, InputClass::Essential)
            }
            (Inputs::Auto, Some(reader)) => Self::of_table(graph, by, &reader),
        }
    }

    fn of_table(
        graph: &SupplyGraph,
        by: &str,
        reader: &SideReader<'_>,
    ) -> Result<Self, MetricError> {
        let mut found = Self::uniform(graph, by, InputClass::Substitutable)?;
        let names = found.names.clone();
        let code: BTreeMap<&str, usize> =
            names.iter().enumerate().map(|(k, name)| (name.as_str(), k)).collect();
        let long = ["supplier_sector", "buyer_sector", "class"].map(|title| reader.optional(title));
        let mut named = vec![false; names.len()];
        let width = found.width();
        let mut set = |seller: &str, buyer: &str, class: InputClass| {
            if let Some(&k) = code.get(seller) {
                named[k] = true;
                if let Some(&l) = code.get(buyer) {
                    found.classes[k * width + l] = class;
                }
            }
        };
        for row in reader.rows() {
            if let [Some(seller), Some(buyer), Some(class)] = long {
                let class = read_class(reader, row, class)?;
                set(row.1[seller].trim(), row.1[buyer].trim(), class);
            } else {
                for (at, buyer) in reader.titles().iter().enumerate().skip(1) {
                    set(row.1[0].trim(), buyer.trim(), read_class(reader, row, at)?);
                }
            }
        }
        if !named.iter().any(|named| *named) {
            let what = "side table `essential` names no sector of the network".to_owned();
            let help = format!("its columns are {}", ESSENTIAL.columns);
            return Err(reader.refused_whole("E0403", what, &help));
        }
        let mut sells = vec![false; names.len() + 1];
        for v in graph.node_indices() {
            let k = (found.type_of[v.index()] as usize).min(names.len());
            sells[k] |= graph.customers(v).any(|(buyer, _)| buyer != v);
        }
        let unknown = code.iter().filter(|(_, k)| sells[**k] && !named[**k]);
        found.unknown = unknown.map(|(name, _)| (*name).to_owned()).collect();
        Ok(found)
    }

    /// What the buyer's production is without the goods of the seller.
    #[must_use]
    pub fn class(&self, seller: usize, buyer: usize) -> InputClass {
        let row = |v: usize| (self.type_of[v] as usize).min(self.names.len());
        self.classes[row(seller) * self.width() + row(buyer)]
    }

    /// The number of the type of each node.
    #[must_use]
    pub fn types(&self) -> &[u32] {
        &self.type_of
    }

    /// A warning that names the types of the network on which the side table is silent.
    pub(crate) fn remark(&self) -> Option<Diagnostic> {
        let (first, n) = (self.unknown.first()?, self.unknown.len());
        let what = match n {
            1 => format!("side table `essential` does not say who needs what `{first}` sells"),
            _ => format!(
                "side table `essential` does not say who needs what `{first}` and {} more sell",
                n - 1
            ),
        };
        let help = "their goods count as substitutable (1): add their rows to the table";
        Some(Diagnostic::new("W0904", what).help(help))
    }
}

fn read_class(
    reader: &SideReader<'_>,
    row: (u64, &[String]),
    column: usize,
) -> Result<InputClass, MetricError> {
    match row.1[column].trim() {
        "0" => Ok(InputClass::Negligible),
        "1" => Ok(InputClass::Substitutable),
        "2" => Ok(InputClass::Essential),
        cell => {
            let what = format!(
                "a class is 0 (negligible), 1 (substitutable) or 2 (essential), not `{cell}`"
            );
            Err(reader.refused("E0305", what, row, column))
        }
    }
}

/// The text column that is asked for, or the first of the usual ones.
pub(crate) fn type_column<'a>(graph: &SupplyGraph, by: &'a str) -> Result<&'a str, MetricError> {
    let missing = |what: String| MetricError::InputMissing { what };
    if by.is_empty() {
        return first_text(graph, &COLUMNS).ok_or_else(|| {
            missing("a node column that tells what firms make: `sector`, `role` or `stage`".into())
        });
    }
    Some(by)
        .filter(|by| graph.nodes().text(by).is_some())
        .ok_or_else(|| missing(format!("node column `{by}`")))
}

/// A number column of nodes by name, every cell filled.
pub(crate) fn filled_column(graph: &SupplyGraph, name: &str) -> Result<Vec<f64>, MetricError> {
    let missing = || MetricError::no_numbers(graph, name);
    let column = graph.nodes().number(name).ok_or_else(missing)?;
    let values = column.iter().enumerate().map(|(v, cell)| match cell {
        Some(value) if value >= 0.0 => Ok(value),
        Some(value) => Err(ParamError::Value(format!(
            "`{name}` of `{}` is {value}, below 0",
            graph.node_id(palenque_graph::NodeIndex::new(v))
        ))
        .into()),
        None => Err(MetricError::InputMissing {
            what: format!("`{name}` of `{}`", graph.node_id(palenque_graph::NodeIndex::new(v))),
        }),
    });
    values.collect()
}
