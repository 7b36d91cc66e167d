//! The layered drawing of a supply chain: nodes in stages from left to right, links as wide as their flow.

mod layers;
pub(super) mod order;
pub(super) mod picture;

use super::input::{Options, in_period, snapshot};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::number::{count, counted, percent, short};
use crate::text::label;
use crate::{ReportError, Style};
use palenque_graph::SupplyGraph;
use std::collections::BTreeMap;

/// The layered drawing.
#[derive(Debug)]
pub(super) struct SupplyChain;

static SPEC: ChartSpec = ChartSpec {
    name: "supply_chain",
    summary: "The network in stages from left to right, links as wide as their flow.",
    reading: "A bar is a node and its height the output, or what it buys or sells if that is more. Links leave at \
              the right and arrive at the left; those that loop back go to an earlier stage.",
    needs: &[],
    needs_network: true,
    options: &[
        (
            "by",
            "stage",
            "the node column of stages; `trophic_level` (of node_metrics, rounded) where there is none",
        ),
        (
            "nodes",
            "300",
            "how many nodes to draw, 10 to 2000; smaller ones are drawn together, by stage",
        ),
        ("links", "1000", "how many links to draw, 10 to 10000"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// More nodes than this in one stage are drawn as the largest and one for all others.
const MAX_IN_STAGE: usize = 40;

/// A bar: a node, or the smaller nodes of a stage together.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) stage: usize,
    pub(super) size: f64,
    /// How many nodes it stands for.
    pub(super) n: usize,
    /// What they lost, where a failure is drawn.
    pub(super) loss: Loss,
}

/// What a node, or several, lost in a failure.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Loss {
    /// The share of production.
    pub(super) share: f64,
    /// The step at which it was first felt.
    pub(super) step: Option<f64>,
}

/// A failure to draw on the network.
#[derive(Debug)]
pub(super) struct Overlay {
    /// By node.
    pub(super) losses: Vec<Loss>,
    pub(super) scenario: String,
    /// The last step at which anyone first felt it.
    pub(super) last: f64,
    /// The name of the chart.
    pub(super) chart: &'static str,
}

impl Bar {
    pub(super) fn is_rest(&self) -> bool {
        self.n > 1
    }
}

/// A link between two bars.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) flow: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Forward,
    Within,
    Back,
}

impl Direction {
    const ALL: [Self; 3] = [Self::Forward, Self::Within, Self::Back];

    fn words(self) -> &'static str {
        match self {
            Self::Forward => "to a later stage",
            Self::Within => "within a stage",
            Self::Back => "to an earlier stage",
        }
    }
}

#[derive(Clone, Debug)]
struct Stage {
    name: String,
    n: usize,
    size: f64,
}

/// The plotted data.
#[derive(Debug)]
pub(super) struct Points {
    stages: Vec<Stage>,
    /// Bars by stage and, within it, from top to bottom.
    bars: Vec<Bar>,
    overlay: Option<Overlay>,
    /// The largest links, largest first.
    links: Vec<Link>,
    /// Share of the flow by direction, over all links.
    shares: [f64; 3],
    /// Share of the flow on links that are not drawn.
    undrawn_share: f64,
    n_nodes: usize,
    n_idle: usize,
    unit: String,
    title: String,
    period: String,
}

pub(super) fn points(
    input: &ChartInput<'_>,
    options: &Options<'_>,
    overlay: Option<Overlay>,
) -> Result<Points, ReportError> {
    let (period, graph) = snapshot(input, options)?;
    let max_nodes = options.number("nodes", 10, 2000)?;
    let max_links = options.number("links", 10, 10_000)?;
    let sizes = sizes(graph);
    let is_active = |node: usize| sizes[node] > 0.0;
    let n_nodes = (0..sizes.len()).filter(|node| is_active(*node)).count();
    if n_nodes == 0 {
        return Err(ReportError::Empty { why: "no node buys or sells anything".to_owned() });
    }
    let by = options.text("by").unwrap_or("stage");
    let layers = layers::assign(graph, input, &period, by, &is_active)?;
    let n_stages = layers.names.len();
    let mut stages: Vec<Stage> =
        layers.names.into_iter().map(|name| Stage { name, n: 0, size: 0.0 }).collect();
    for (node, stage) in layers.of_node.iter().enumerate() {
        if let Some(stage) = stage {
            stages[*stage].n += 1;
            stages[*stage].size += sizes[node];
        }
    }
    let (mut bars, bar_of) = bars(graph, &sizes, &layers.of_node, n_stages, max_nodes);
    if let Some(overlay) = &overlay {
        spread(&mut bars, &bar_of, &sizes, &overlay.losses);
    }
    let mut flows: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let mut shares = [0.0; 3];
    for node in graph.node_indices() {
        for (customer, flow) in graph.customers(node) {
            let ends = bar_of[node.index()].zip(bar_of[customer.index()]);
            if let (Some((from, to)), true) = (ends, node != customer && flow > 0.0) {
                shares[direction(&bars, from, to) as usize] += flow;
                *flows.entry((from, to)).or_default() += flow;
            }
        }
    }
    let total: f64 = shares.iter().sum();
    let mut links: Vec<Link> =
        flows.into_iter().map(|((from, to), flow)| Link { from, to, flow }).collect();
    links.sort_by(|a, b| b.flow.total_cmp(&a.flow));
    let undrawn: f64 = links.iter().skip(max_links).map(|link| link.flow).sum();
    links.truncate(max_links);
    let (bars, links) = order::arranged(&bars, links, n_stages);
    let title = match &overlay {
        Some(overlay) => {
            let felt = overlay.losses.iter().filter(|loss| loss.step.is_some()).count();
            let (scenario, n) = (&overlay.scenario, count(n_nodes));
            format!(
                "“{scenario}” fails: {} of {n} nodes feel it{}",
                count(felt),
                in_period(&period)
            )
        }
        None => format!(
            "Supply chain: {} in {}{}",
            counted(n_nodes, "node", "nodes"),
            counted(n_stages, "stage", "stages"),
            in_period(&period)
        ),
    };
    Ok(Points {
        stages,
        bars,
        overlay,
        links,
        shares: shares.map(|flow| if total > 0.0 { flow / total } else { 0.0 }),
        undrawn_share: if total > 0.0 { undrawn / total } else { 0.0 },
        n_nodes,
        n_idle: graph.n_nodes() - n_nodes,
        unit: graph.unit().unwrap_or_default().to_owned(),
        title: options.title(title),
        period,
    })
}

/// The larger of purchases, sales and, where it is known, output; 0 for a node that neither buys nor sells.
fn sizes(graph: &SupplyGraph) -> Vec<f64> {
    let mut bought = vec![0.0; graph.n_nodes()];
    let mut sold = vec![0.0; graph.n_nodes()];
    for node in graph.node_indices() {
        for (customer, flow) in graph.customers(node).filter(|(customer, _)| *customer != node) {
            sold[node.index()] += flow;
            bought[customer.index()] += flow;
        }
    }
    let output = graph.nodes().number("output");
    let size = |node: usize| {
        let traded = f64::max(bought[node], sold[node]);
        let output = output.and_then(|column| column.get(node)).unwrap_or(0.0);
        if traded > 0.0 { traded.max(output) } else { 0.0 }
    };
    (0..graph.n_nodes()).map(size).collect()
}

/// Bars for nodes: the largest on their own, the rest of each stage together. Also the bar of each node.
fn bars(
    graph: &SupplyGraph,
    sizes: &[f64],
    stage_of: &[Option<usize>],
    n_stages: usize,
    max_nodes: usize,
) -> (Vec<Bar>, Vec<Option<usize>>) {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); n_stages];
    for (node, stage) in stage_of.iter().enumerate() {
        if let Some(stage) = stage {
            members[*stage].push(node);
        }
    }
    let total = |cap: usize| members.iter().map(|nodes| nodes.len().min(cap)).sum::<usize>();
    let cap = (2..=MAX_IN_STAGE).rev().find(|cap| total(*cap) <= max_nodes).unwrap_or(2);
    let mut bars = Vec::new();
    let mut bar_of = vec![None; sizes.len()];
    for (stage, mut nodes) in members.into_iter().enumerate() {
        nodes.sort_by(|a, b| sizes[*b].total_cmp(&sizes[*a])); // stable: ties in node order
        let alone = if nodes.len() > cap { cap - 1 } else { nodes.len() };
        let rest = nodes.split_off(alone);
        for node in nodes {
            bar_of[node] = Some(bars.len());
            let index = palenque_graph::NodeIndex::new(node);
            let (id, name) = (graph.node_id(index).to_owned(), label(graph.node_label(index)));
            let (size, loss) = (sizes[node], Loss::default());
            bars.push(Bar { id, name, stage, size, n: 1, loss });
        }
        if !rest.is_empty() {
            for node in &rest {
                bar_of[*node] = Some(bars.len());
            }
            let size = rest.iter().map(|node| sizes[*node]).sum();
            let name = format!("+ {} others", count(rest.len()));
            let (n, loss) = (rest.len(), Loss::default());
            bars.push(Bar { id: String::new(), name, stage, size, n, loss });
        }
    }
    (bars, bar_of)
}

/// What the nodes of each bar lost: the share of all that they make, and the first step at which one of them felt it.
fn spread(bars: &mut [Bar], bar_of: &[Option<usize>], sizes: &[f64], losses: &[Loss]) {
    for (node, loss) in losses.iter().enumerate() {
        let Some(bar) = bar_of[node].map(|bar| &mut bars[bar]) else { continue };
        bar.loss.share += (loss.share * sizes[node] / bar.size).min(1.0);
        bar.loss.step = [bar.loss.step, loss.step].into_iter().flatten().reduce(f64::min);
    }
    for bar in bars {
        bar.loss.share = bar.loss.share.min(1.0);
    }
}

fn direction(bars: &[Bar], from: usize, to: usize) -> Direction {
    match bars[from].stage.cmp(&bars[to].stage) {
        std::cmp::Ordering::Less => Direction::Forward,
        std::cmp::Ordering::Equal => Direction::Within,
        std::cmp::Ordering::Greater => Direction::Back,
    }
}

impl Points {
    fn direction(&self, link: &Link) -> Direction {
        direction(&self.bars, link.from, link.to)
    }

    fn csv(&self) -> Csv {
        let mut header = vec![
            "period", "element", "stage", "id", "label", "to_stage", "to_id", "value", "n_nodes",
        ];
        if self.overlay.is_some() {
            header.extend(["lost_share", "felt_at_step"]);
        }
        let mut csv = Csv::with_header(&header);
        let stage = |bar: &Bar| &*self.stages[bar.stage].name;
        for bar in &self.bars {
            csv.text(&self.period).text("node").text(stage(bar)).text(&bar.id).text(&bar.name);
            csv.text("").text("").number(bar.size).count(bar.n);
            if self.overlay.is_some() {
                csv.number(bar.loss.share).number(bar.loss.step);
            }
            csv.end_row();
        }
        for link in &self.links {
            let (from, to) = (&self.bars[link.from], &self.bars[link.to]);
            csv.text(&self.period).text("link").text(stage(from)).text(&from.id).text(&from.name);
            csv.text(stage(to)).text(&to.id).number(link.flow).text("");
            if self.overlay.is_some() {
                csv.text("").text("");
            }
            csv.end_row();
        }
        csv
    }

    /// The cascade in words.
    fn told(&self, overlay: &Overlay) -> String {
        let felt = |loss: &&Loss| loss.step.is_some();
        let n = overlay.losses.iter().filter(felt).count();
        let mut said = vec![format!(
            "How the failure “{}” spread through {} in {}{}: {} felt it, the last at step {}.",
            overlay.scenario,
            counted(self.n_nodes, "node", "nodes"),
            counted(self.stages.len(), "stage", "stages"),
            in_period(&self.period),
            counted(n, "node", "nodes"),
            overlay.last
        )];
        for (stage, Stage { name, size, .. }) in self.stages.iter().enumerate() {
            let bars = self.bars.iter().filter(|bar| bar.stage == stage);
            let lost: f64 = bars.map(|bar| bar.loss.share * bar.size).sum();
            if lost > 0.0 {
                said.push(format!("{} loses {}.", label(name), percent(lost / size)));
            }
        }
        said.join(" ")
    }

    fn alt(&self) -> String {
        if let Some(overlay) = &self.overlay {
            return self.told(overlay);
        }
        let names: Vec<String> = self
            .stages
            .iter()
            .map(|stage| format!("{} ({})", label(&stage.name), count(stage.n)))
            .collect();
        let mut said = vec![format!(
            "Supply chain of {} in {}{} from left to right: {}.",
            counted(self.n_nodes, "node", "nodes"),
            counted(self.stages.len(), "stage", "stages"),
            in_period(&self.period),
            names.join(", ")
        )];
        let [forward, within, back] = self.shares.map(percent);
        said.push(format!(
            "{forward} of the flow goes to a later stage, {within} stays within one, {back} goes back."
        ));
        if let Some(largest) = self.links.first() {
            said.push(format!(
                "The largest link drawn is {} to {} with {}.",
                self.bars[largest.from].name,
                self.bars[largest.to].name,
                short(largest.flow)
            ));
        }
        said.join(" ")
    }

    fn notes(&self) -> String {
        let unit =
            if self.unit.is_empty() { String::new() } else { format!(" ({})", label(&self.unit)) };
        let mut notes = vec![match &self.overlay {
            Some(_) => format!(
                "Height of a bar: output{unit}; what is filled is lost. Coloured links carried the loss on."
            ),
            None => format!("Height of a bar: output{unit}. Width of a link: flow."),
        }];
        if self.undrawn_share > 0.0 {
            let share = percent(self.undrawn_share);
            notes.push(format!("Small links, {share} of the flow, are not drawn."));
        }
        if self.n_idle > 0 {
            notes.push(format!(
                "Not drawn: {} without flow.",
                counted(self.n_idle, "node", "nodes")
            ));
        }
        notes.join(" ")
    }
}

impl Chart for SupplyChain {
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
