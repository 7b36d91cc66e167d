//! The Sankey diagram of the largest flows: sellers at the left, buyers at the right.

mod picture;

use super::input::{Names, Options, in_period, period};
use super::matrix::Matrix;
use super::supply_chain::{Bar, Link, Loss, order};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::number::{count, counted, percent, short};
use crate::text::label;
use crate::{ReportError, Style};
use palenque_graph::TableId;
use std::collections::BTreeMap;

/// The Sankey diagram.
#[derive(Debug)]
pub(super) struct FlowsSankey;

static SPEC: ChartSpec = ChartSpec {
    name: "flows_sankey",
    summary: "The largest flows from sellers at the left to buyers at the right, as wide as they are large.",
    reading: "A bar is as high as what is drawn of a seller's sales or a buyer's purchases; one that sells and buys stands \
              on both sides. Stubs that fade gather each one's smaller flows, so that shares of a bar are true.",
    needs: &[TableId::EdgeMetrics],
    needs_network: false,
    options: &[
        ("by", "node", "`node`, or `stage`: flows between the stages of sellers and buyers"),
        ("top", "30", "how many flows to show one by one, 1 to 60"),
        ("rest", "show", "`show` or `hide` the smaller flows of those that are shown, as stubs"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// The other end of each one's smaller flows.
const SMALLER: &str = "smaller flows";

/// The plotted data.
#[derive(Debug)]
struct Points {
    /// Sellers, then buyers, each from top to bottom; `stage` 0 and 1.
    bars: Vec<Bar>,
    /// The smaller flows of each bar together.
    smaller: Vec<f64>,
    /// The largest first.
    links: Vec<Link>,
    n_flows: usize,
    n_nodes: usize,
    /// Share of all flow in the links.
    share: f64,
    /// Share of all flow that is not drawn, neither alone nor gathered.
    undrawn: f64,
    by_stage: bool,
    unit: String,
    title: String,
    period: String,
}

/// Seller, buyer and flow.
type Flow = (usize, usize, f64);

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let by_stage = options.choice("by", &["node", "stage"])? == "stage";
    let top = options.number("top", 1, 60)?;
    let with_smaller = options.choice("rest", &["show", "hide"])? == "show";
    let table = input.table(TableId::EdgeMetrics)?;
    let period = period(table, options)?;
    let ends = if by_stage { ["source_stage", "target_stage"] } else { ["source", "target"] };
    let matrix = Matrix::flows_by(input, ends, &period)?;
    let mut flows: Vec<Flow> = matrix.positive().collect();
    if flows.is_empty() {
        return Err(ReportError::Empty { why: "no flow is positive".to_owned() });
    }
    flows.sort_by(|a, b| b.2.total_cmp(&a.2)); // stable: ties stay in the order of the nodes
    let (n_flows, n_nodes) = (flows.len(), matrix.n());
    // In units of the largest, so that no sum overflows.
    let largest = flows[0].2;
    let sum = |flows: &[Flow]| flows.iter().map(|flow| flow.2 / largest).sum::<f64>();
    let total = sum(&flows);
    let mut small = flows.split_off(top.min(n_flows));
    let share = sum(&flows) / total;
    let names = Names::of(input);
    let name = |id: &str| if by_stage { label(id) } else { names.shown(id) };
    let mut sides = Sides::of(&flows, |node| {
        let id = &matrix.ids[node];
        (id.clone(), name(id))
    });
    if with_smaller {
        small = sides.gather(small);
    }
    let undrawn = sum(&small) / total;
    let (bars, links) = order::arranged(&sides.bars, sides.links, 2);
    // The bars have changed places; on its side each has its own id.
    let known = sides.bars.iter().zip(&sides.smaller);
    let known: BTreeMap<(usize, &str), f64> =
        known.map(|(bar, smaller)| ((bar.stage, bar.id.as_str()), *smaller)).collect();
    let smaller = bars.iter().map(|bar| known[&(bar.stage, bar.id.as_str())]).collect();
    let currency = input.panel.and_then(|panel| panel.last().unit()).unwrap_or_default();
    let title = format!(
        "The {} between {} {}{}",
        match links.len() {
            1 => "largest flow".to_owned(),
            n => format!("{} largest flows", count(n)),
        },
        count(n_nodes),
        if by_stage { "stages" } else { "nodes" },
        in_period(&period)
    );
    Ok(Points {
        bars,
        smaller,
        links,
        n_flows,
        n_nodes,
        share,
        undrawn,
        by_stage,
        unit: currency.to_owned(),
        title: options.title(title),
        period,
    })
}

/// The bars of both sides as they are found.
#[derive(Debug)]
struct Sides {
    /// The bar of each node, by side.
    places: [BTreeMap<usize, usize>; 2],
    bars: Vec<Bar>,
    smaller: Vec<f64>,
    links: Vec<Link>,
}

impl Sides {
    /// Bars for the ends of these flows; `named` gives id and name of a node.
    fn of(flows: &[Flow], named: impl Fn(usize) -> (String, String)) -> Self {
        let mut sides = Self {
            places: [BTreeMap::new(), BTreeMap::new()],
            bars: Vec::new(),
            smaller: Vec::new(),
            links: Vec::new(),
        };
        for &(seller, buyer, flow) in flows {
            let [from, to] = [(0, seller), (1, buyer)].map(|(stage, node)| {
                let bars = &mut sides.bars;
                let place = *sides.places[stage].entry(node).or_insert_with(|| {
                    let (id, name) = named(node);
                    let loss = Loss::default();
                    bars.push(Bar { id, name, stage, size: 0.0, n: 1, loss });
                    bars.len() - 1
                });
                bars[place].size += flow;
                place
            });
            sides.links.push(Link { from, to, flow });
        }
        sides.smaller = vec![0.0; sides.bars.len()];
        sides
    }

    /// Adds the smaller flows of each bar, in one: a band for each pair would hide the large ones. Returns those that
    /// neither start nor end at one of the bars.
    fn gather(&mut self, small: Vec<Flow>) -> Vec<Flow> {
        let mut left = Vec::new();
        for (seller, buyer, flow) in small {
            let ends = [self.places[0].get(&seller), self.places[1].get(&buyer)];
            for place in ends.into_iter().flatten() {
                self.bars[*place].size += flow;
                self.smaller[*place] += flow;
            }
            if ends == [None, None] {
                left.push((seller, buyer, flow));
            }
        }
        left
    }
}

impl Points {
    fn has_smaller(&self) -> bool {
        self.smaller.iter().any(|flow| *flow > 0.0)
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&[
            "period",
            "source",
            "target",
            "source_label",
            "target_label",
            "flow",
        ]);
        for link in &self.links {
            let (from, to) = (&self.bars[link.from], &self.bars[link.to]);
            csv.text(&self.period).text(&from.id).text(&to.id).text(&from.name).text(&to.name);
            csv.number(link.flow).end_row();
        }
        for (bar, flow) in self.bars.iter().zip(&self.smaller).filter(|(_, flow)| **flow > 0.0) {
            let (own, other) = ((&*bar.id, &*bar.name), ("", SMALLER));
            let (from, to) = if bar.stage == 0 { (own, other) } else { (other, own) };
            csv.text(&self.period).text(from.0).text(to.0).text(from.1).text(to.1);
            csv.number(*flow).end_row();
        }
        csv
    }

    fn alt(&self) -> String {
        let things = if self.by_stage { ("stage", "stages") } else { ("node", "nodes") };
        let mut said = vec![format!(
            "Sankey diagram of {} of {} between {}{}, from sellers at the left to buyers at the right; they are {} of \
             all flow.",
            count(self.links.len()),
            counted(self.n_flows, "flow", "flows"),
            counted(self.n_nodes, things.0, things.1),
            in_period(&self.period),
            percent(self.share)
        )];
        let largest = &self.links[0];
        said.push(format!(
            "The largest is {} to {} with {}.",
            self.bars[largest.from].name,
            self.bars[largest.to].name,
            short(largest.flow)
        ));
        let side = |side| {
            let bars = self.bars.iter().filter(move |bar| bar.stage == side);
            bars.reduce(|a, b| if b.size > a.size { b } else { a })
        };
        if let (Some(seller), Some(buyer)) = (side(0), side(1)) {
            said.push(format!(
                "The largest seller is {}, the largest buyer {}.",
                seller.name, buyer.name
            ));
        }
        said.join(" ")
    }

    fn subtitle(&self) -> String {
        let unit = if self.unit.is_empty() {
            String::new()
        } else {
            format!(" In {}.", label(&self.unit))
        };
        let undrawn = match self.undrawn {
            share if share > 1e-12 => format!(" Not drawn: {} of all.", percent(share)),
            _ => String::new(),
        };
        let grey =
            if self.has_smaller() { " Fading: each one's smaller flows together." } else { "" };
        let single = percent(self.share);
        format!("Flows shown one by one: {single} of all.{unit}{grey}{undrawn}")
    }
}

impl Chart for FlowsSankey {
    fn spec(&self) -> &'static ChartSpec {
        &SPEC
    }

    fn draw(
        &self,
        input: &ChartInput<'_>,
        options: &ChartOptions,
        style: &Style,
    ) -> Result<Drawing, ReportError> {
        Ok(picture::draw(&points(input, &Options::of(&SPEC, options)?)?, style))
    }
}
