//! The chain diagram of average propagation lengths: who is linked with whom, and over how many rounds.

mod layout;
mod picture;

use super::input::{Names, Options, in_period, period, rows_of};
use super::matrix::Matrix;
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::number::{count, counted, short};
use crate::{ReportError, Style};
use palenque_graph::TableId;
use std::collections::BTreeMap;

/// The chain diagram.
#[derive(Debug)]
pub(super) struct AplChain;

static SPEC: ChartSpec = ChartSpec {
    name: "apl_chain",
    summary: "The strongest linkages as arrows along the chain, each with its average propagation length.",
    reading: "An arrow goes from supplier to buyer where their linkage is strong, directly or through others; its \
              number says over how many rounds a push arrives on average: 1 is nearly all direct, 3 mostly through \
              two others (Dietzenbacher and Romero 2007). The further left a node, the further from final use.",
    needs: &[TableId::IoMatrix],
    needs_network: false,
    options: &[
        (
            "threshold",
            "auto",
            "the least linkage to show, a number above 0; `auto`: only `nodes` and `links` decide",
        ),
        ("links", "36", "how many arrows to show at most, the strongest, 1 to 120"),
        ("nodes", "24", "how many nodes to show at most, 2 to 60"),
        (
            "place",
            "auto",
            "`upstreamness` (of `linkages` or `node_metrics`), `apl`, or `auto`: `apl` without the former",
        ),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

#[derive(Debug)]
struct Node {
    id: String,
    name: String,
    position: f64,
}

#[derive(Debug)]
struct Arrow {
    from: usize,
    to: usize,
    strength: f64,
    length: f64,
}

impl Arrow {
    /// The average propagation length, rounded; at least 1.
    fn steps(&self) -> usize {
        #[expect(clippy::cast_sign_loss, reason = "at least 1")]
        let steps = self.length.round().clamp(1.0, 1e6) as usize;
        steps
    }
}

/// What the places of nodes mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Upstreamness,
    Apl,
}

/// The plotted data.
#[derive(Debug)]
struct Points {
    nodes: Vec<Node>,
    /// The strongest first.
    arrows: Vec<Arrow>,
    place: Place,
    /// Whether the Ghosh inverse was there too.
    both_sides: bool,
    n_nodes: usize,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let threshold = threshold(options)?;
    let most_links = options.number("links", 1, 120)?;
    let most_nodes = options.number("nodes", 2, 60)?;
    let place = options.choice("place", &["auto", "upstreamness", "apl"])?;
    let period = period(input.table(TableId::IoMatrix)?, options)?;
    let lengths = Matrix::read(input, "APL", &period)?;
    let leontief = Matrix::read(input, "L", &period)?;
    let ghosh = Matrix::read(input, "G", &period).ok();
    let linkages = strongest(&leontief, ghosh.as_ref());
    let lengths_of = lengths.by_ids();
    let mut ids: Vec<&str> = Vec::new();
    let mut arrows: Vec<Arrow> = Vec::new();
    for ((from, to), strength) in linkages {
        if arrows.len() == most_links || strength < threshold {
            break;
        }
        let Some(length) = lengths_of.get(&(from, to)) else { continue };
        let new = [from, to].into_iter().filter(|id| !ids.contains(id)).count();
        if ids.len() + new > most_nodes {
            continue;
        }
        let mut place = |id| {
            ids.iter().position(|known| *known == id).unwrap_or_else(|| {
                ids.push(id);
                ids.len() - 1
            })
        };
        let (from, to) = (place(from), place(to));
        arrows.push(Arrow { from, to, strength, length: *length });
    }
    if arrows.is_empty() {
        let why = match options.text("threshold") {
            Some("auto") | None => "no two nodes are linked".to_owned(),
            Some(least) => format!("no two nodes have a linkage of {least} or more"),
        };
        return Err(ReportError::Empty { why });
    }
    let upstreamness = match place {
        "apl" => None,
        _ => upstreamness(input, &ids, &period),
    };
    if place == "upstreamness" && upstreamness.is_none() {
        let what = "`upstreamness` of every node drawn, in `linkages` or `node_metrics`".to_owned();
        return Err(ReportError::InputMissing { what });
    }
    let place = if upstreamness.is_some() { Place::Upstreamness } else { Place::Apl };
    let positions = upstreamness.unwrap_or_else(|| layout::by_lengths(ids.len(), &arrows));
    let names = Names::of(input);
    let nodes = ids.iter().zip(positions);
    let nodes =
        nodes.map(|(id, position)| Node { id: (*id).to_owned(), name: names.shown(id), position });
    let title = format!(
        "Chain of {} and {}{}",
        counted(ids.len(), "node", "nodes"),
        counted(arrows.len(), "strong linkage", "strong linkages"),
        in_period(&period)
    );
    Ok(Points {
        nodes: nodes.collect(),
        arrows,
        place,
        both_sides: ghosh.is_some(),
        n_nodes: leontief.n(),
        title: options.title(title),
        period,
    })
}

fn threshold(options: &Options<'_>) -> Result<f64, ReportError> {
    match options.text("threshold").unwrap_or("auto") {
        "auto" => Ok(f64::MIN_POSITIVE),
        text => text.parse().ok().filter(|x| *x > 0.0 && *x < f64::INFINITY).ok_or_else(|| {
            ReportError::Option(format!("`threshold` is `{text}`; it must be `auto` or above 0"))
        }),
    }
}

/// Linkages between two nodes, the strongest first: the mean of `L` and `G`, or `L` alone.
fn strongest<'a>(
    leontief: &'a Matrix,
    ghosh: Option<&'a Matrix>,
) -> Vec<((&'a str, &'a str), f64)> {
    let mut strengths = leontief.by_ids();
    if let Some(ghosh) = ghosh {
        let other: BTreeMap<(&str, &str), f64> = ghosh.by_ids();
        for strength in strengths.values_mut() {
            *strength /= 2.0;
        }
        for (ends, strength) in other {
            *strengths.entry(ends).or_default() += strength / 2.0;
        }
    }
    let pairs = strengths.into_iter().filter(|((from, to), f)| from != to && *f > 0.0);
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_by(|a, b| b.1.total_cmp(&a.1)); // stable: ties by id
    pairs
}

/// Upstreamness of all of these nodes, from whichever table has it.
fn upstreamness(input: &ChartInput<'_>, ids: &[&str], period: &str) -> Option<Vec<f64>> {
    [TableId::Linkages, TableId::NodeMetrics].into_iter().find_map(|id| {
        let table = input.table(id).ok()?;
        table.column("upstreamness")?;
        let row = |row| Some((table.text("node_id", row)?, table.number("upstreamness", row)?));
        let known: BTreeMap<&str, f64> = rows_of(table, period).filter_map(row).collect();
        ids.iter().map(|id| known.get(id).copied()).collect()
    })
}

impl Points {
    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&[
            "period", "element", "id", "label", "position", "to_id", "linkage", "apl", "steps",
        ]);
        for node in &self.nodes {
            csv.text(&self.period).text("node").text(&node.id).text(&node.name);
            csv.number(node.position).text("").text("").text("").text("").end_row();
        }
        for arrow in &self.arrows {
            let (from, to) = (&self.nodes[arrow.from], &self.nodes[arrow.to]);
            csv.text(&self.period).text("link").text(&from.id).text(&from.name).text("");
            csv.text(&to.id).number(arrow.strength).number(arrow.length).count(arrow.steps());
            csv.end_row();
        }
        csv
    }

    /// The node furthest from final use and the one nearest to it.
    fn ends(&self) -> Option<(&Node, &Node)> {
        let by = |a: &&Node, b: &&Node| a.position.total_cmp(&b.position);
        let (low, high) = (self.nodes.iter().min_by(by)?, self.nodes.iter().max_by(by)?);
        Some(match self.place {
            Place::Upstreamness => (high, low),
            Place::Apl => (low, high),
        })
    }

    fn alt(&self) -> String {
        let mut said = vec![format!(
            "Chain diagram of {} and {}{}, suppliers at the left.",
            counted(self.nodes.len(), "node", "nodes"),
            counted(self.arrows.len(), "arrow", "arrows"),
            in_period(&self.period)
        )];
        if let Some((first, last)) = self.ends() {
            said.push(format!(
                "{} is furthest from final use, {} nearest to it.",
                first.name, last.name
            ));
        }
        let strongest = &self.arrows[0];
        said.push(format!(
            "The strongest linkage is {} to {}, {} with an average propagation length of {}.",
            self.nodes[strongest.from].name,
            self.nodes[strongest.to].name,
            short(strongest.strength),
            short(strongest.length)
        ));
        let with = |steps: usize| self.arrows.iter().filter(|a| a.steps() == steps).count();
        let farther = self.arrows.len() - with(1) - with(2);
        said.push(format!(
            "Rounded lengths: 1 on {}, 2 on {}, more on {}.",
            counted(with(1), "arrow", "arrows"),
            count(with(2)),
            count(farther)
        ));
        said.join(" ")
    }

    fn subtitle(&self) -> String {
        let least = self.arrows.last().map_or(0.0, |arrow| arrow.strength);
        let what =
            if self.both_sides { "mean of Leontief and Ghosh inverse" } else { "Leontief inverse" };
        let hidden = match self.n_nodes - self.nodes.len() {
            0 => String::new(),
            n => format!(" Not drawn: {}.", counted(n, "other node", "other nodes")),
        };
        format!(
            "Arrows: strong linkages ({what}), down to {}. Numbers: average propagation length, rounded.{hidden}",
            short(least)
        )
    }
}

impl Chart for AplChain {
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
