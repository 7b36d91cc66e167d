//! The network as it lies when those who trade are drawn together.

pub(super) mod picture;

use super::input::{Options, in_period, snapshot};
use super::map::{groups, kind_column};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::force::{Spring, places, places_at};
use crate::geometry::Point;
use crate::number::{count, counted, percent, short};
use crate::style::MAX_GROUPS;
use crate::text::label;
use crate::{ReportError, Style};
use palenque_graph::SupplyGraph;
use std::collections::BTreeMap;

/// The network.
#[derive(Debug)]
pub(super) struct Network;

static SPEC: ChartSpec = ChartSpec {
    name: "network",
    summary: "The network as it lies when those who trade are drawn together.",
    reading: "Marks that lie close trade with each other, or with the same partners; their area is what they trade. Lines bend to the left of the way \
              goods go, and the picture is turned so that most go to the right. Places say no more than that: distances are no \
              measure. Networks of more than `nodes` firms are drawn as groups, where a column says some.",
    needs: &[],
    needs_network: true,
    options: &[
        (
            "by",
            "",
            "node column of text that colours the firms, and groups them where they are too many; `role`, `sector` or `stage` if \
             not given",
        ),
        ("nodes", "400", "how many firms to draw one by one at most, 10 to 2000"),
        ("links", "1500", "how many links to draw, the largest, 10 to 10000"),
        ("labels", "12", "how many of the largest are named, 0 to 50"),
        ("seed", "1", "where the search for places begins, 0 to 1000000"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// Rounds of the search for places.
const ROUNDS: usize = 600;

/// A firm, or all firms of a group.
#[derive(Debug)]
pub(super) struct Mark {
    id: String,
    name: String,
    /// Place among the groups; past the last one for the rest.
    group: usize,
    kind: String,
    /// What it trades with others.
    size: f64,
    /// How many firms it stands for.
    n: usize,
    pub(super) at: Point,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    from: usize,
    to: usize,
    flow: f64,
}

/// The plotted data.
#[derive(Debug)]
pub(super) struct Points {
    /// The largest first.
    marks: Vec<Mark>,
    /// The largest groups with how many firms they have.
    groups: Vec<(String, usize)>,
    n_other: usize,
    /// The largest first.
    links: Vec<Link>,
    /// Share of the flow between marks on links that are not drawn.
    undrawn_share: f64,
    /// By mark, the level at which it stands, where there are levels.
    pub(super) levels: Option<Vec<f64>>,
    /// The name of the chart.
    chart: &'static str,
    /// Whether marks are groups of firms.
    is_summary: bool,
    n_firms: usize,
    n_smaller: usize,
    n_idle: usize,
    n_labels: usize,
    by: String,
    unit: String,
    title: String,
    period: String,
}

/// The level of each firm that has one.
pub(super) type Levels = BTreeMap<String, f64>;

pub(super) fn points(
    input: &ChartInput<'_>,
    options: &Options<'_>,
    levels: Option<&Levels>,
) -> Result<Points, ReportError> {
    let (period, graph) = snapshot(input, options)?;
    let id = |node: usize| graph.node_id(palenque_graph::NodeIndex::new(node));
    let level_of = |node: usize| levels.and_then(|levels| levels.get(id(node)).copied());
    let max_nodes = options.number("nodes", 10, 2000)?;
    let max_links = options.number("links", 10, 10_000)?;
    let seed = options.number("seed", 0, 1_000_000)? as u64;
    let by = kind_column(graph, options)?;
    let kinds = by.and_then(|by| graph.nodes().text(by));
    let traded = traded(graph);
    let mut firms: Vec<usize> = (0..graph.n_nodes()).filter(|&node| traded[node] > 0.0).collect();
    firms.retain(|&node| levels.is_none() || level_of(node).is_some());
    if firms.is_empty() {
        return Err(ReportError::Empty { why: "no firm trades with another one".to_owned() });
    }
    let (n_firms, n_idle) = (firms.len(), graph.n_nodes() - firms.len());
    firms.sort_by(|&a, &b| traded[b].total_cmp(&traded[a])); // stable: ties in node order
    let kind_of = |node: usize| kinds.and_then(|kinds| kinds.get(node)).unwrap_or("(none)");
    let groups = match kinds {
        Some(_) => groups(firms.iter().map(|&node| kind_of(node))),
        None => Vec::new(),
    };
    let grouped: usize = groups.iter().map(|(_, n)| n).sum();
    let group_of =
        |kind: &str| groups.iter().position(|(name, _)| name == kind).unwrap_or(MAX_GROUPS);

    // Who is drawn as what: firms one by one, or all firms of a kind together.
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    if n_firms > max_nodes && kinds.is_some() && levels.is_none() {
        for &node in &firms {
            members.entry(kind_of(node)).or_default().push(node);
        }
    }
    let is_summary = members.len() > 1 && members.len() <= max_nodes;
    let sets: Vec<(String, String, Vec<usize>)> = if is_summary {
        members.into_iter().map(|(kind, nodes)| (kind.to_owned(), kind.to_owned(), nodes)).collect()
    } else {
        firms.truncate(max_nodes);
        let one = |&node: &usize| {
            let kind = if kinds.is_some() { kind_of(node) } else { "" };
            (id(node).to_owned(), kind.to_owned(), vec![node])
        };
        firms.iter().map(one).collect()
    };
    let mut set_of = vec![usize::MAX; graph.n_nodes()];
    for (set, (_, _, nodes)) in sets.iter().enumerate() {
        for &node in nodes {
            set_of[node] = set;
        }
    }
    let links = links(graph, &set_of);
    let mut sizes = vec![0.0; sets.len()];
    for link in &links {
        sizes[link.from] += link.flow;
        sizes[link.to] += link.flow;
    }
    let springs: Vec<Spring> = springs(&links);
    let heights: Option<Vec<f64>> =
        levels.map(|_| sets.iter().filter_map(|(_, _, nodes)| level_of(nodes[0])).collect());
    let at = match &heights {
        Some(heights) => places_at(heights, &springs, ROUNDS, seed),
        None => places(sets.len(), &springs, ROUNDS, seed),
    };
    let (order, rank) = by_size(&sizes);
    let mut marks: Vec<(usize, Mark)> = Vec::with_capacity(sets.len());
    for (set, (id, kind, nodes)) in sets.into_iter().enumerate() {
        let name = if is_summary {
            label(&id)
        } else {
            label(graph.node_label(palenque_graph::NodeIndex::new(nodes[0])))
        };
        let (group, n) = (group_of(&kind), nodes.len());
        marks.push((rank[set], Mark { id, name, group, kind, size: sizes[set], n, at: at[set] }));
    }
    marks.sort_by_key(|(place, _)| *place);
    let total: f64 = links.iter().map(|link| link.flow).sum();
    let ranked = |link: &Link| Link { from: rank[link.from], to: rank[link.to], flow: link.flow };
    let mut links: Vec<Link> = links.iter().map(ranked).collect();
    links.sort_by(|a, b| b.flow.total_cmp(&a.flow));
    links.truncate(max_links);
    let drawn: f64 = links.iter().map(|link| link.flow).sum();
    let things = if is_summary { ("group", "groups") } else { ("firm", "firms") };
    let what = if levels.is_some() { "Trophic levels" } else { "Network" };
    let things = counted(marks.len(), things.0, things.1);
    let title = format!("{what} of {things}{}", in_period(&period));
    Ok(Points {
        n_smaller: if is_summary { 0 } else { n_firms - marks.len() },
        levels: heights.map(|heights| order.iter().map(|&set| heights[set]).collect()),
        chart: if levels.is_some() { "trophic_layout" } else { SPEC.name },
        marks: marks.into_iter().map(|(_, mark)| mark).collect(),
        n_other: if kinds.is_some() { n_firms - grouped } else { 0 },
        groups,
        undrawn_share: if total > 0.0 { (1.0 - drawn / total).max(0.0) } else { 0.0 },
        links,
        is_summary,
        n_firms,
        n_idle,
        n_labels: options.number("labels", 0, 50)?,
        by: by.unwrap_or_default().to_owned(),
        unit: graph.unit().unwrap_or_default().to_owned(),
        title: options.title(title),
        period,
    })
}

/// Who comes when the largest come first, and at which place each comes.
fn by_size(sizes: &[f64]) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| sizes[b].total_cmp(&sizes[a]));
    let mut rank = vec![0; sizes.len()];
    order.iter().enumerate().for_each(|(place, &set)| rank[set] = place);
    (order, rank)
}

/// What each node sells to and buys from others.
fn traded(graph: &SupplyGraph) -> Vec<f64> {
    let mut traded = vec![0.0; graph.n_nodes()];
    for seller in graph.node_indices() {
        for (buyer, flow) in graph.customers(seller).filter(|(buyer, _)| *buyer != seller) {
            traded[seller.index()] += flow;
            traded[buyer.index()] += flow;
        }
    }
    traded
}

/// The flows between sets of nodes, without those inside of one.
fn links(graph: &SupplyGraph, set_of: &[usize]) -> Vec<Link> {
    let mut flows: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for seller in graph.node_indices() {
        for (buyer, flow) in graph.customers(seller) {
            let (from, to) = (set_of[seller.index()], set_of[buyer.index()]);
            if from != to && from != usize::MAX && to != usize::MAX && flow > 0.0 {
                *flows.entry((from, to)).or_default() += flow;
            }
        }
    }
    flows.into_iter().map(|((from, to), flow)| Link { from, to, flow }).collect()
}

/// Links as springs: a hundred times the flow pulls twice as strongly as one, so that small firms are held too.
fn springs(links: &[Link]) -> Vec<Spring> {
    let mut flows: Vec<f64> = links.iter().map(|link| link.flow).collect();
    flows.sort_by(f64::total_cmp);
    let middle = flows.get(flows.len() / 2).copied().unwrap_or(1.0);
    let strength = |flow: f64| (1.0 + 0.5 * (flow / middle).log10()).clamp(0.3, 3.0);
    let spring =
        |link: &Link| Spring { from: link.from, to: link.to, strength: strength(link.flow) };
    links.iter().map(spring).collect()
}

impl Points {
    fn csv(&self, at: &[Point]) -> Csv {
        let header = [
            "period", "element", "id", "label", "group", "kind", "to_id", "value", "n_nodes", "x",
            "y", "to_x", "to_y",
        ];
        let mut csv = Csv::with_header(&header);
        for (mark, at) in self.marks.iter().zip(at) {
            csv.text(&self.period)
                .text("node")
                .text(&mark.id)
                .text(&mark.name)
                .text(self.group_of(mark));
            csv.text(&mark.kind).text("").number(mark.size).count(mark.n).number(at.0).number(at.1);
            csv.text("").text("").end_row();
        }
        for link in &self.links {
            let (from, to) = (&self.marks[link.from], &self.marks[link.to]);
            let ends = [at[link.from], at[link.to]];
            csv.text(&self.period).text("link").text(&from.id).text(&from.name).text("").text("");
            csv.text(&to.id).number(link.flow).text("").number(ends[0].0).number(ends[0].1);
            csv.number(ends[1].0).number(ends[1].1).end_row();
        }
        csv
    }

    fn group_of(&self, mark: &Mark) -> &str {
        match self.groups.get(mark.group) {
            Some((name, _)) => name,
            None if self.groups.is_empty() => "",
            None => "other",
        }
    }

    fn amount(&self, amount: f64) -> String {
        format!("{} {}", short(amount), self.unit).trim_end().to_owned()
    }

    fn alt(&self) -> String {
        let things = if self.is_summary { ("group", "groups") } else { ("firm", "firms") };
        let mut said = vec![format!(
            "{} of {} and {}{}.",
            if self.levels.is_some() { "Trophic levels" } else { "Network" },
            counted(self.marks.len(), things.0, things.1),
            counted(self.links.len(), "link", "links"),
            in_period(&self.period)
        )];
        if !self.groups.is_empty() {
            let kinds =
                self.groups.iter().map(|(name, n)| format!("{} {}", count(*n), label(name)));
            let other = (self.n_other > 0).then(|| format!("{} other", count(self.n_other)));
            let kinds: Vec<String> = kinds.chain(other).collect();
            said.push(format!("Firms by {}: {}.", label(&self.by), kinds.join(", ")));
        }
        let first = &self.marks[0];
        said.push(format!("{} trades most, {}.", first.name, self.amount(first.size)));
        if let Some([up, down]) = self.upward() {
            said.push(format!("{} of the flow climbs, {} falls.", percent(up), percent(down)));
        }
        if let Some(link) = self.links.first() {
            said.push(format!(
                "The largest flow goes from {} to {}: {}.",
                self.marks[link.from].name,
                self.marks[link.to].name,
                self.amount(link.flow)
            ));
        }
        said.join(" ")
    }

    /// The share of the drawn flow that goes to a higher level, and to a lower one.
    pub(super) fn upward(&self) -> Option<[f64; 2]> {
        let levels = self.levels.as_ref()?;
        let sum = |wanted: fn(f64) -> bool| -> f64 {
            let of = self.links.iter().filter(|l| wanted(levels[l.to] - levels[l.from]));
            of.map(|link| link.flow).sum()
        };
        let all = sum(|_| true);
        (all > 0.0).then(|| [sum(|rise| rise > 0.0) / all, sum(|rise| rise < 0.0) / all])
    }

    fn subtitle(&self) -> String {
        let what = if self.levels.is_some() {
            "Height: trophic level; who trades is drawn together sideways.".to_owned()
        } else if self.is_summary {
            format!("{} in groups by {}.", counted(self.n_firms, "firm", "firms"), label(&self.by))
        } else {
            "Who trades is drawn together.".to_owned()
        };
        let area = if self.levels.is_some() {
            "Area: what is traded.".to_owned()
        } else {
            "Area: what is traded; lines bend to the left of the way goods go.".to_owned()
        };
        let mut said = vec![what, area];
        let mut without = Vec::new();
        if self.n_smaller > 0 {
            without.push(format!("{} smaller firms", count(self.n_smaller)));
        }
        if self.n_idle > 0 {
            without.push(format!("{} that do not trade", count(self.n_idle)));
        }
        if self.undrawn_share > 0.0005 {
            without.push(format!("links with {} of the flow", percent(self.undrawn_share)));
        }
        if !without.is_empty() {
            said.push(format!("Not drawn: {}.", without.join(", ")));
        }
        said.join(" ")
    }
}

impl Chart for Network {
    fn spec(&self) -> &'static ChartSpec {
        &SPEC
    }

    fn draw(
        &self,
        input: &ChartInput<'_>,
        options: &ChartOptions,
        style: &Style,
    ) -> Result<Drawing, ReportError> {
        Ok(picture::draw(&points(input, &Options::of(&SPEC, options)?, None)?, style))
    }
}
