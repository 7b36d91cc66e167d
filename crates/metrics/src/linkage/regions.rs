//! The regions of a table of several: those of its producers and those of its final users.

use super::groups::Groups;
use crate::MetricError;
use palenque_graph::{FinalDemand, SupplyGraph};

/// Regions, or other groups of nodes that play countries, with the final demand of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Regions {
    /// Names: first those that have producers, in the order of [`Groups`], then those that only use.
    pub names: Vec<Box<str>>,
    /// The region of every node.
    pub of_node: Vec<usize>,
    /// The region of every category of final demand.
    pub of_category: Vec<usize>,
    /// What the users of every region buy of every node, row after row.
    demand: Vec<f64>,
}

impl Regions {
    /// The regions of a text column of the nodes, usually `region`, and the final users that belong to them.
    ///
    /// Final users are those of the region that the input gives them; else of the region whose name is, or begins, the
    /// name of their category, such as `MEX households` or `MEX.investment`. Where another column than `region` is
    /// asked for, users of a `region` whose nodes are all of one group belong to that group.
    ///
    /// # Errors
    /// [`MetricError::InputMissing`] without the column, for a node without a value in it, without final demand by
    /// category, or for a category whose region is not known.
    /// # Example
    /// ```
    /// # use palenque_graph::{FinalDemand, SupplyGraph};
    /// # use palenque_metrics::linkage::regions::Regions;
    /// let demand = FinalDemand::new(vec!["MEX households".into(), "USA".into()], vec![3.0, 1.0, 0.0, 5.0]);
    /// let table = SupplyGraph::from_flows(["agave", "bars"], [(0, 1, 2.0)])?
    ///     .with_text("region", [Some("MEX"), Some("USA")])
    ///     .with_final_demand(demand);
    /// let regions = Regions::of(&table, "region")?;
    /// assert_eq!((regions.demand(0), regions.demand(1)), (&[3.0, 1.0][..], &[0.0, 5.0][..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(graph: &SupplyGraph, by: &str) -> Result<Self, MetricError> {
        let missing = |what: String| Err(MetricError::InputMissing { what });
        let groups = Groups::by(graph, by)?;
        if let Some(node) = graph.node_indices().find(|i| groups.of_node[i.index()].is_none()) {
            let id = graph.node_id(node);
            return missing(format!(
                "a value in node column `{by}` for every node (`{id}` has none)"
            ));
        }
        let Some(categories) = graph.final_demand() else {
            return missing(
                "final demand by region: a table of final demand with a category a region".into(),
            );
        };
        let of_node: Vec<usize> = groups.of_node.iter().copied().flatten().collect();
        let known = known_names(graph, by, &groups, &of_node);
        let mut names = groups.names.clone();
        let mut of_category = Vec::new();
        for (c, category) in categories.categories().enumerate() {
            let region = match categories.region(c) {
                Some(region) => find(&known, region).unwrap_or_else(|| place(&mut names, region)),
                None => match leading(&known, category) {
                    Some(region) => region,
                    None => {
                        return missing(format!(
                            "the region of the final users `{category}`: begin its name with one, such as `{} {category}`",
                            names.first().map_or("REGION", |name| name)
                        ));
                    }
                },
            };
            of_category.push(region);
        }
        let demand = by_region(categories, &of_category, names.len());
        Ok(Self { names, of_node, of_category, demand })
    }

    /// How many regions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What the users of each region buy of a node.
    #[must_use]
    pub fn demand(&self, node: usize) -> &[f64] {
        &self.demand[node * self.len()..(node + 1) * self.len()]
    }

    /// What the users of a node's own region buy of it.
    #[must_use]
    pub fn demand_at_home(&self, node: usize) -> f64 {
        self.demand(node)[self.of_node[node]]
    }

    /// What users of other regions buy of a node.
    #[must_use]
    pub fn demand_abroad(&self, node: usize) -> f64 {
        let home = self.of_node[node];
        self.demand(node).iter().enumerate().filter(|&(r, _)| r != home).map(|(_, y)| y).sum()
    }

    /// What a node sells to other regions, to producers and to final users.
    #[must_use]
    pub fn exports(&self, graph: &SupplyGraph) -> Vec<f64> {
        let abroad = |node: palenque_graph::NodeIndex| -> f64 {
            let home = self.of_node[node.index()];
            let buyers = graph.customers(node).filter(|(k, _)| self.of_node[k.index()] != home);
            buyers.map(|(_, flow)| flow).sum::<f64>() + self.demand_abroad(node.index())
        };
        graph.node_indices().map(abroad).collect()
    }
}

/// Names by which users may be known, each with its region.
fn known_names<'g>(
    graph: &'g SupplyGraph,
    by: &str,
    groups: &'g Groups,
    of_node: &[usize],
) -> Vec<(&'g str, usize)> {
    let mut known: Vec<(&str, usize)> =
        groups.names.iter().enumerate().map(|(r, name)| (&**name, r)).collect();
    if let Some(column) = graph.nodes().text("region").filter(|_| by != "region") {
        let mut of_level: Vec<Option<usize>> = vec![None; column.levels().len()];
        let mut split = vec![false; of_level.len()];
        for (node, &group) in of_node.iter().enumerate() {
            let Some(code) = column.code(node) else { continue };
            let code = code as usize;
            split[code] |= of_level[code].is_some_and(|other| other != group);
            of_level[code] = Some(group);
        }
        let whole = column.levels().zip(of_level).zip(split).filter(|(_, split)| !split);
        known.extend(whole.filter_map(|((name, group), _)| Some((name, group?))));
    }
    known
}

fn find(known: &[(&str, usize)], name: &str) -> Option<usize> {
    known.iter().find(|(known, _)| *known == name).map(|&(_, region)| region)
}

/// The region with the longest name that begins the category's, followed by nothing or by a separator.
fn leading(known: &[(&str, usize)], category: &str) -> Option<usize> {
    let begins = |name: &str| {
        let rest = category.strip_prefix(name);
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    let fitting = known.iter().filter(|(name, _)| begins(name));
    fitting.rev().max_by_key(|(name, _)| name.len()).map(|&(_, region)| region)
}

/// The region of this name among those that only use.
fn place(names: &mut Vec<Box<str>>, name: &str) -> usize {
    names.iter().position(|known| **known == *name).unwrap_or_else(|| {
        names.push(name.into());
        names.len() - 1
    })
}

fn by_region(categories: &FinalDemand, of_category: &[usize], n_regions: usize) -> Vec<f64> {
    let mut demand = vec![0.0; categories.n_rows() * n_regions];
    for (i, row) in demand.chunks_mut(n_regions.max(1)).enumerate() {
        categories.row(i).iter().zip(of_category).for_each(|(y, &region)| row[region] += y);
    }
    demand
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(categories: &[&str], regions: Option<&[&str]>) -> SupplyGraph {
        let boxed = |names: &[&str]| names.iter().map(|&name| name.into()).collect::<Vec<_>>();
        let values = vec![1.0; 3 * categories.len()];
        let demand = FinalDemand::new(boxed(categories), values);
        let demand = match regions {
            Some(regions) => demand.with_regions(boxed(regions)),
            None => demand,
        };
        SupplyGraph::from_flows(["a", "b", "c"], [])
            .expect("a good graph")
            .with_text("region", ["MEX", "MEX North", "USA"].map(Some))
            .with_text("bloc", ["M", "M", "U"].map(Some))
            .with_final_demand(demand)
    }

    #[test]
    fn users_are_found_by_the_longest_name_that_begins_theirs() {
        let graph = table(&["USA", "MEX North households", "MEX.stocks"], None);
        assert_eq!(Regions::of(&graph, "region").expect("regions").of_category, [2, 1, 0]);
        let graph = table(&["MEXICO"], None);
        let error = Regions::of(&graph, "region").expect_err("no region MEXICO").to_string();
        assert!(error.contains("the final users `MEXICO`"), "{error}");
    }

    #[test]
    fn users_of_a_region_belong_to_the_group_of_its_nodes() {
        let graph = table(&["x", "y"], Some(&["MEX North", "USA"]));
        let blocs = Regions::of(&graph, "bloc").expect("blocs");
        assert_eq!((blocs.of_node, blocs.of_category), (vec![0, 0, 1], vec![0, 1]));
    }

    #[test]
    fn a_region_without_producers_comes_last() {
        let graph = table(&["x", "y", "z"], Some(&["World", "USA", "World"]));
        let regions = Regions::of(&graph, "region").expect("regions");
        assert_eq!(regions.names.last().map(|name| &**name), Some("World"));
        assert_eq!(regions.demand(0), [0.0, 0.0, 1.0, 2.0]);
        assert_eq!((regions.demand_at_home(2), regions.demand_abroad(2)), (1.0, 2.0));
    }
}
