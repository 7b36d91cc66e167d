//! The network that a page lets its reader walk through.

use super::cell;
use crate::force::{Spring, places};
use crate::number::{count, counted};
use crate::style::{Theme, group_colours};
use palenque_graph::{NodeIndex, Panel, SupplyGraph};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// More firms than this are too many to look at, and too much for a page.
const MOST_FIRMS: usize = 2000;
/// The largest links of each period.
const MOST_LINKS: usize = 8000;
/// All links of all periods.
const MOST_LINKS_IN_ALL: usize = 16_000;
/// Columns by which firms can be coloured.
const MOST_COLUMNS: usize = 4;
/// A column with more words than this tells firms apart, not groups.
const MOST_WORDS: usize = 60;
/// Rounds of the search for places.
const ROUNDS: usize = 400;
/// The sheet on which firms lie.
const SHEET: (f64, f64) = (1600.0, 900.0);

/// A network as a page shows it: the firms that trade most, their places, and who sells to whom in each period.
#[derive(Clone, Debug, Serialize)]
pub struct Explorer {
    ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Vec<Option<String>>>,
    x: Vec<u16>,
    y: Vec<u16>,
    width: f64,
    height: f64,
    groups: Vec<Group>,
    periods: Vec<String>,
    links: Vec<Links>,
    unit: String,
    colours: Vec<String>,
    #[serde(skip)]
    n_firms: usize,
    #[serde(skip)]
    are_links_cut: bool,
}

/// The words of a column, by firm.
#[derive(Clone, Debug, Serialize)]
struct Group {
    name: String,
    levels: Vec<String>,
    /// Positions among the levels; past the last one where the column says nothing.
    values: Vec<usize>,
}

/// The links of a period, the largest first.
#[derive(Clone, Debug, Default, Serialize)]
struct Links {
    from: Vec<usize>,
    to: Vec<usize>,
    flow: Vec<f64>,
}

impl Explorer {
    /// The network of a panel; none where nobody trades with anybody else.
    #[must_use]
    pub fn of(panel: &Panel) -> Option<Self> {
        let graph = panel.last();
        let mut traded = vec![0.0; graph.n_nodes()];
        for (_, graph) in panel.iter() {
            for (seller, buyer, flow) in flows(graph) {
                traded[seller] += flow;
                traded[buyer] += flow;
            }
        }
        let mut firms: Vec<usize> = (0..traded.len()).filter(|&node| traded[node] > 0.0).collect();
        let n_firms = firms.len();
        if n_firms == 0 {
            return None;
        }
        firms.sort_by(|&a, &b| traded[b].total_cmp(&traded[a])); // stable: ties in node order
        firms.truncate(MOST_FIRMS);
        let mut place_of = vec![None; traded.len()];
        firms.iter().enumerate().for_each(|(place, &node)| place_of[node] = Some(place));
        let most = MOST_LINKS.min(MOST_LINKS_IN_ALL / panel.n_periods().max(1));
        let mut are_links_cut = false;
        let mut sums: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        let (mut periods, mut links) = (Vec::new(), Vec::new());
        for (name, graph) in panel.iter() {
            let inside =
                flows(graph).filter_map(|(a, b, flow)| Some((place_of[a]?, place_of[b]?, flow)));
            let mut inside: Vec<(usize, usize, f64)> = inside.collect();
            inside.sort_by(|a, b| b.2.total_cmp(&a.2));
            are_links_cut |= inside.len() > most;
            inside.truncate(most);
            let mut of_period = Links::default();
            for (from, to, flow) in inside {
                *sums.entry((from, to)).or_default() += flow;
                of_period.from.push(from);
                of_period.to.push(to);
                of_period.flow.push(cell::rounded(flow));
            }
            periods.push(name.to_owned());
            links.push(of_period);
        }
        let springs: Vec<Spring> =
            sums.keys().map(|&(from, to)| Spring { from, to, strength: 1.0 }).collect();
        let (x, y) = on_sheet(&places(firms.len(), &springs, ROUNDS, 1));
        let index = |&node: &usize| NodeIndex::new(node);
        let label = |node: &usize| {
            let (id, label) = (graph.node_id(index(node)), graph.node_label(index(node)));
            (label != id).then(|| label.to_owned())
        };
        let labels: Vec<Option<String>> = firms.iter().map(label).collect();
        Some(Self {
            ids: firms.iter().map(|node| graph.node_id(index(node)).to_owned()).collect(),
            labels: labels.iter().any(Option::is_some).then_some(labels),
            x,
            y,
            width: SHEET.0,
            height: SHEET.1,
            groups: groups(graph, &firms),
            periods,
            links,
            unit: graph.unit().unwrap_or_default().to_owned(),
            colours: group_colours(Theme::Light).iter().map(ToString::to_string).collect(),
            n_firms,
            are_links_cut,
        })
    }

    /// What is shown, in a sentence or two.
    pub(super) fn note(&self) -> String {
        let shown = if self.ids.len() < self.n_firms {
            format!(
                "The {} firms that trade most, of {}.",
                count(self.ids.len()),
                count(self.n_firms)
            )
        } else {
            format!("All {} that trade with others.", counted(self.n_firms, "firm", "firms"))
        };
        let cut = if self.are_links_cut { " Of their links, the largest." } else { "" };
        format!(
            "{shown}{cut} Who trades is drawn together, the area of a mark is what a firm trades, and lines bend to the left of the way goods go."
        )
    }

    /// What the drawing is called for those who do not see it.
    pub(super) fn label(&self) -> String {
        let links = self.links.last().map_or(0, |links| links.flow.len());
        format!(
            "Network of {} and {}",
            counted(self.ids.len(), "firm", "firms"),
            counted(links, "link", "links")
        )
    }
}

/// Flows between different nodes.
fn flows(graph: &SupplyGraph) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
    graph.node_indices().flat_map(move |seller| {
        let customers =
            graph.customers(seller).filter(move |(buyer, flow)| *buyer != seller && *flow > 0.0);
        customers.map(move |(buyer, flow)| (seller.index(), buyer.index(), flow))
    })
}

/// Places in whole units of the sheet, with a margin.
fn on_sheet(at: &[(f64, f64)]) -> (Vec<u16>, Vec<u16>) {
    const MARGIN: f64 = 40.0;
    let scaled = |of: fn(&(f64, f64)) -> f64, room: f64| -> Vec<u16> {
        let low = at.iter().map(of).fold(f64::INFINITY, f64::min);
        let high = at.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        let span = (high - low).max(1e-9);
        let share = |p| if at.len() == 1 { 0.5 } else { (of(p) - low) / span };
        #[expect(clippy::cast_sign_loss, reason = "inside the sheet")]
        let place = |p| (MARGIN + share(p) * (room - 2.0 * MARGIN)).round() as u16;
        at.iter().map(place).collect()
    };
    (scaled(|p| p.0, SHEET.0), scaled(|p| p.1, SHEET.1))
}

/// Columns of words that firms share: those of the network's own vocabulary first.
fn groups(graph: &SupplyGraph, firms: &[usize]) -> Vec<Group> {
    const FIRST: [&str; 4] = ["stage", "role", "sector", "region"];
    let known = FIRST.into_iter().filter_map(|name| Some((name, graph.nodes().text(name)?)));
    let others = graph.nodes().texts().filter(|(name, _)| !FIRST.contains(name) && *name != "name");
    let of_column = |(name, column): (&str, &palenque_graph::TextColumn)| {
        let levels: BTreeSet<&str> = firms.iter().filter_map(|&node| column.get(node)).collect();
        if levels.len() < 2 || levels.len() > MOST_WORDS.min(firms.len() / 2) {
            return None;
        }
        let place: BTreeMap<&str, usize> = levels.iter().copied().zip(0..).collect();
        let value = |&node: &usize| column.get(node).map_or(levels.len(), |word| place[word]);
        Some(Group {
            name: name.to_owned(),
            values: firms.iter().map(value).collect(),
            levels: levels.iter().map(|&word| word.to_owned()).collect(),
        })
    };
    known.chain(others).filter_map(of_column).take(MOST_COLUMNS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_becomes_places_links_and_groups() {
        let ids = ["agave", "still", "shop", "idle"];
        let graph = |flow| {
            let graph = SupplyGraph::from_flows(ids, [(0, 1, flow), (1, 2, 9.0), (1, 1, 99.0)]);
            let graph = graph.expect("good");
            graph.with_text("stage", [Some("1"), Some("2"), Some("2"), None])
        };
        let panel = Panel::new(vec![("1990".into(), graph(3.0)), ("1995".into(), graph(5.0))]);
        let found = Explorer::of(&panel.expect("one index")).expect("trade");
        assert_eq!(found.ids, ["still", "shop", "agave"], "by what they trade with others");
        assert_eq!((found.x.len(), found.periods.len()), (3, 2));
        assert_eq!((&found.links[1].from[..], &found.links[1].to[..]), (&[0, 2][..], &[1, 0][..]));
        assert_eq!(found.links[0].flow, [9.0, 3.0]);
        assert!(found.groups.is_empty(), "two words for three firms tell little");
        assert_eq!(found.label(), "Network of 3 firms and 2 links");
        let nobody = SupplyGraph::from_flows(["a"], [(0, 0, 1.0)]).expect("good");
        assert!(Explorer::of(&Panel::snapshot(nobody)).is_none());
    }
}
