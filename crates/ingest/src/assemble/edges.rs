//! Supply records: which are used, and what flows they make.

use super::finding::{Count, Place, cells};
use super::nodes::Map;
use super::{Context, File};
use crate::policy::{
    DuplicateRule, MissingWeightRule, NegativeRule, Policy, UnknownNodeRule, ZeroRule,
};
use crate::records::{MISSING, Records, Values};
use palenque_graph::diagnostic::shown;
use palenque_graph::{
    BuildError, Diagnostic, Diagnostics, Duplicates, Ids, Location, NumberColumn, SupplyGraph,
    SupplyGraphBuilder, TextColumn,
};
use std::ops::Range;

/// Largest flow over smallest flow above which sums lose the smallest.
const WIDE: f64 = 1e15;
/// A flow from which on its inverse is finite for certain.
const TINY: f64 = 1e-300;

/// How many records are looked at together.
const STRETCH: usize = 1024;

/// The records that are used: seller, buyer and flow by node number.
pub(super) struct UsedRecords {
    sellers: Vec<u32>,
    buyers: Vec<u32>,
    flows: Vec<f64>,
    origin: Origin,
}

/// Which records of the file they are.
enum Origin {
    /// All but these, ascending.
    AllBut(Vec<usize>),
    /// These.
    Those(Vec<usize>),
}

impl UsedRecords {
    /// The record of the file that a used one is.
    fn record(&self, used: usize) -> usize {
        self.origin.record(used)
    }

    /// The used records of every period, by the codes of the period column.
    pub(super) fn by_period(self, codes: &[u32], n_periods: usize) -> Vec<Self> {
        let empty = || Self {
            sellers: Vec::new(),
            buyers: Vec::new(),
            flows: Vec::new(),
            origin: Origin::Those(Vec::new()),
        };
        let mut periods: Vec<Self> = (0..n_periods).map(|_| empty()).collect();
        for used in 0..self.sellers.len() {
            let record = self.record(used);
            let Some(period) = periods.get_mut(codes[record] as usize) else { continue };
            period.sellers.push(self.sellers[used]);
            period.buyers.push(self.buyers[used]);
            period.flows.push(self.flows[used]);
            if let Origin::Those(records) = &mut period.origin {
                records.push(record);
            }
        }
        periods
    }
}

impl Origin {
    fn record(&self, used: usize) -> usize {
        match self {
            Self::Those(records) => records[used],
            Self::AllBut(left_out) => {
                // The k-th record left out has left_out[k] - k used ones before it.
                let (mut low, mut high) = (0, left_out.len());
                while low < high {
                    let middle = usize::midpoint(low, high);
                    if left_out[middle] - middle <= used {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                used + low
            }
        }
    }
}

/// What was seen among the records.
#[derive(Default)]
struct Seen {
    missing: Count,
    negative: Count,
    zero: Count,
    unknown: Count,
    loops: Count,
    tiny: Count,
    smallest: f64,
    largest: f64,
    total: f64,
}

/// The rules as they are applied to one record after the other.
struct Judge<'a> {
    place: Place<'a>,
    map: &'a Map,
    policy: &'a Policy,
    /// Records whose weight is no number, ascending.
    bad: Vec<usize>,
    seen: Seen,
    found: &'a mut Diagnostics,
}

impl Judge<'_> {
    /// Whether all of some records can be used as they stand, which needs no closer look; if so, they are counted.
    fn are_sound(
        &mut self,
        records: Range<usize>,
        sellers: &[u32],
        buyers: &[u32],
        flows: &[f64],
    ) -> bool {
        // Counted to the end instead of left at the first: such loops go many records at a time.
        let gaps = |codes: &[u32]| codes.iter().filter(|&&code| code == MISSING).count();
        let usual = flows.iter().filter(|&&flow| flow >= TINY).count();
        let is_sound = matches!(self.map, Map::Same)
            && gaps(sellers) + gaps(buyers) == 0
            && usual == flows.len();
        if is_sound {
            let pairs = || sellers.iter().zip(buyers);
            if pairs().filter(|(seller, buyer)| seller == buyer).count() > 0 {
                let loops = records.zip(pairs()).filter(|(_, (seller, buyer))| seller == buyer);
                loops.for_each(|(record, _)| self.seen.loops.add(record));
            }
            for &flow in flows {
                self.size(flow);
            }
        }
        is_sound
    }

    /// The nodes that a record joins; none where it cannot be used.
    #[inline]
    fn nodes(&mut self, record: usize, source: u32, target: u32) -> Option<(u32, u32)> {
        let (seller, buyer) = (self.map.node(source), self.map.node(target));
        if seller != MISSING && buyer != MISSING {
            return Some((seller, buyer));
        }
        self.refuse(record, (source, target), seller);
        None
    }

    /// A record that does not join two nodes.
    #[cold]
    fn refuse(&mut self, record: usize, (source, target): (u32, u32), seller: u32) {
        if source == MISSING || target == MISSING {
            return no_id(self.place, record, source, target, self.found);
        }
        match self.policy.unknown_nodes {
            UnknownNodeRule::Error => {
                let unknown =
                    if seller == MISSING { ("source", source) } else { ("target", target) };
                unknown_node(self.place, record, unknown, self.found);
            }
            UnknownNodeRule::Drop | UnknownNodeRule::Add => self.seen.unknown.add(record),
        }
    }

    /// The flow of a record, below zero where the edge is to be turned round; none where it cannot be used.
    #[inline]
    fn flow(&mut self, record: usize, weight: f64) -> Option<f64> {
        if weight >= TINY {
            self.size(weight);
            return Some(weight);
        }
        self.odd_flow(record, weight)
    }

    /// A flow that is missing, negative, zero or next to it.
    #[cold]
    fn odd_flow(&mut self, record: usize, weight: f64) -> Option<f64> {
        let flow = if weight.is_nan() { self.missing(record)? } else { weight };
        if flow < 0.0 {
            return self.negative(record, flow);
        }
        if flow == 0.0 {
            if self.policy.zero == ZeroRule::Drop {
                self.seen.zero.add(record);
                return None;
            }
            // A zero has no sign here.
            return Some(0.0);
        }
        self.tiny(record, flow);
        Some(flow)
    }

    fn missing(&mut self, record: usize) -> Option<f64> {
        if self.bad.binary_search(&record).is_ok() {
            return None;
        }
        self.seen.missing.add(record);
        match self.policy.missing_weight {
            MissingWeightRule::Error | MissingWeightRule::Drop => None,
            MissingWeightRule::Zero => Some(0.0),
            MissingWeightRule::One => Some(1.0),
        }
    }

    fn negative(&mut self, record: usize, flow: f64) -> Option<f64> {
        match self.policy.negative {
            NegativeRule::Error => {
                negative(self.place, record, flow, self.found);
                return None;
            }
            NegativeRule::Drop => {
                self.seen.negative.add(record);
                return None;
            }
            NegativeRule::Abs | NegativeRule::Reverse => self.tiny(record, -flow),
        }
        Some(if self.policy.negative == NegativeRule::Abs { -flow } else { flow })
    }

    fn tiny(&mut self, record: usize, flow: f64) {
        if (1.0 / flow).is_infinite() {
            self.seen.tiny.add(record);
        }
        self.size(flow);
    }

    #[inline]
    fn size(&mut self, flow: f64) {
        self.seen.smallest = self.seen.smallest.min(flow);
        self.seen.largest = self.seen.largest.max(flow);
        self.seen.total += flow;
    }
}

/// Judges every record. Columns are taken out of the file's records and reused.
pub(super) fn judge(file: &mut File, map: &Map, context: &mut Context<'_>) -> UsedRecords {
    let policy = context.policy;
    let weight = file.records.position("weight");
    cells(file.place(), |name| name != "weight", &mut context.found);
    let mut sellers = take_ids(&mut file.records, "source");
    let mut buyers = take_ids(&mut file.records, "target");
    let n = sellers.len();
    let mut flows = match weight.map(|at| &mut file.records.columns[at].1) {
        Some(Values::Number(numbers)) => std::mem::take(numbers),
        _ => vec![1.0; n],
    };
    let mut judge = Judge {
        place: file.place(),
        map,
        policy,
        bad: bad_weights(&file.records),
        seen: Seen { smallest: f64::INFINITY, ..Seen::default() },
        found: &mut context.found,
    };
    let (mut left_out, mut used) = (Vec::new(), 0);
    for start in (0..n).step_by(STRETCH) {
        let stretch = start..n.min(start + STRETCH);
        let (from, to) = (&sellers[stretch.clone()], &buyers[stretch.clone()]);
        if judge.are_sound(stretch.clone(), from, to, &flows[stretch.clone()]) {
            if used < start {
                sellers.copy_within(stretch.clone(), used);
                buyers.copy_within(stretch.clone(), used);
                flows.copy_within(stretch.clone(), used);
            }
            used += stretch.len();
            continue;
        }
        for r in stretch {
            let ends = judge.nodes(r, sellers[r], buyers[r]);
            let flow = ends.and_then(|_| judge.flow(r, flows[r]));
            let (Some((seller, buyer)), Some(flow)) = (ends, flow) else {
                left_out.push(r);
                continue;
            };
            if seller == buyer {
                judge.seen.loops.add(r);
            }
            (sellers[used], buyers[used]) =
                if flow < 0.0 { (buyer, seller) } else { (seller, buyer) };
            flows[used] = flow.abs();
            used += 1;
        }
    }
    let seen = judge.seen;
    sellers.truncate(used);
    buyers.truncate(used);
    flows.truncate(used);
    if policy.money_flow {
        (sellers, buyers) = (buyers, sellers);
    }
    let missing = match policy.missing_weight {
        MissingWeightRule::Drop => seen.missing,
        _ => Count::default(),
    };
    for (code, count, why) in [
        ("E0403", seen.unknown, "name a firm that is not a node"),
        ("E0303", missing, "have no weight"),
        ("E0407", seen.negative, "have a negative weight"),
    ] {
        if count.n > 0 {
            let at = file.place().at(count.first);
            context.left_out(code, count.n, at, why);
            file.tally.drop(code, count.n);
        }
    }
    warn(file, &seen, weight.is_some(), n, context);
    UsedRecords { sellers, buyers, flows, origin: Origin::AllBut(left_out) }
}

fn take_ids(records: &mut Records, name: &str) -> Vec<u32> {
    let column = records.position(name).map(|at| &mut records.columns[at].1);
    match column {
        Some(Values::Ids(codes)) => std::mem::take(codes),
        _ => Vec::new(),
    }
}

/// Records whose weight is no number, ascending.
fn bad_weights(records: &Records) -> Vec<usize> {
    let weight = records.position("weight");
    let of_weight = records.bad.iter().filter(|cell| Some(cell.column) == weight);
    let mut bad: Vec<usize> = of_weight.map(|cell| cell.record).collect();
    bad.sort_unstable();
    bad
}

fn no_id(place: Place<'_>, r: usize, source: u32, target: u32, found: &mut Diagnostics) {
    if found.has_enough("E0401") {
        return found.count_more("E0401", 1);
    }
    let (name, side, other) =
        if source == MISSING { ("source", "seller", target) } else { ("target", "buyer", source) };
    let what = format!("{}the {side} has no id", place.row(r));
    let mut finding = Diagnostic::new("E0401", what).at(place.named(r, name));
    let is_total = other != MISSING && is_total(place.records.ids.get(other.into()));
    if is_total {
        let id = shown(place.records.ids.get(other.into()));
        finding = finding.note(format!("the row looks like a total: `{id}`"));
        finding = finding.help("take totals out of the file: they are not supplies");
    } else {
        finding = finding.help("give the row both ids, or take it out");
    }
    found.push(finding);
}

/// Whether an id is a word for a sum.
fn is_total(id: &str) -> bool {
    const WORDS: [&str; 9] =
        ["total", "totals", "sum", "grand total", "subtotal", "all", "suma", "summe", "gesamt"];
    WORDS.contains(&id.trim().to_lowercase().as_str())
}

fn unknown_node(place: Place<'_>, r: usize, (name, code): (&str, u32), found: &mut Diagnostics) {
    if found.has_enough("E0403") {
        return found.count_more("E0403", 1);
    }
    let id = shown(place.records.ids.get(code.into()));
    let what = format!("{}`{id}` is not among the nodes", place.row(r));
    let help = "add it to the node file, or pass `--unknown add` or `--unknown drop`";
    found.push(Diagnostic::new("E0403", what).at(place.named(r, name)).help(help));
}

fn negative(place: Place<'_>, r: usize, flow: f64, found: &mut Diagnostics) {
    if found.has_enough("E0407") {
        return found.count_more("E0407", 1);
    }
    let what = format!("{}the flow is {flow}, and a sale cannot be negative", place.row(r));
    let help = "net flows? export gross ones, or pass `--negative drop`, `abs` or `reverse`";
    found.push(Diagnostic::new("E0407", what).at(place.named(r, "weight")).help(help));
}

/// What is worth knowing about the records that were read.
fn warn(file: &mut File, seen: &Seen, has_weight: bool, n: usize, context: &mut Context<'_>) {
    let policy = context.policy;
    let found = &mut context.found;
    let unkept = file.records.n_bad - file.records.bad.len() as u64;
    let mut push = |id, count: Count, what: String, help: &str| {
        if count.n > 0 {
            let at = file.place().named(count.first, "weight");
            found.push_counted(Diagnostic::new(id, what).at(at).help(help), count.n);
        }
    };
    if policy.missing_weight == MissingWeightRule::Error {
        // Bad cells that were only counted look missing here.
        let n = seen.missing.n.saturating_sub(unkept);
        let weights = if n == 1 { "weight is" } else { "weights are" };
        let what = format!("{n} {weights} missing");
        let help = "fill them in, or pass `--missing-weight 0`, `1` or `drop`";
        push("E0303", Count { n, ..seen.missing }, what, help);
    }
    let what = format!("{} flows of zero were left out", seen.zero.n);
    push("W0409", seen.zero, what, "`--zero keep` keeps them as edges, `--allow W0409` silences");
    let what =
        format!("{} rows are self-loops: in strengths and tables, not in paths", seen.loops.n);
    push("W0407", seen.loops, what, "`--allow W0407` if firms supply themselves");
    let what = format!(
        "{} flows are so small that 1/flow overflows; as distances they are the longest",
        seen.tiny.n
    );
    push("W0410", seen.tiny, what, "use a smaller unit, or pass `--allow W0410`");
    if seen.zero.n > 0 {
        file.tally.drop("W0409", seen.zero.n);
    }
    if seen.largest / seen.smallest > WIDE && seen.largest > 0.0 {
        let range = seen.largest / seen.smallest;
        let what =
            format!("the largest flow is {range:.0e} times the smallest: sums keep 16 digits");
        let help = "check the units, or pass `--allow W0411`";
        let at = Location::file(file.place().name);
        found.push(Diagnostic::new("W0411", what).at(at).help(help));
    }
    if !has_weight && n > 0 {
        let what = "there is no weight column: every row counts 1";
        let help = "name it `weight`, pass `--weight-col NAME`, or `--allow W0306`";
        let at = Location::file(file.place().name);
        found.push(Diagnostic::new("W0306", what).at(at).help(help));
    }
    if seen.total.is_infinite() {
        file.overflows = true;
    }
}

/// E0408 where what a node sells or buys is more than a number can hold.
pub(super) fn overflow(file: &File, used: &UsedRecords, ids: &Ids, found: &mut Diagnostics) {
    let mut sums = vec![(0.0_f64, 0.0_f64); ids.len()];
    for ((&seller, &buyer), &flow) in used.sellers.iter().zip(&used.buyers).zip(&used.flows) {
        sums[seller as usize].0 += flow;
        sums[buyer as usize].1 += flow;
    }
    let help = "write the flows in a larger unit, such as millions";
    let at = || Location::file(file.place().name);
    let first =
        ids.iter().zip(&sums).find(|(_, (out, in_))| out.is_infinite() || in_.is_infinite());
    let what = match first {
        Some((id, (out, _))) => {
            let side = if out.is_infinite() { "sells" } else { "buys" };
            format!("what node `{}` {side} adds up to more than a double can hold", shown(id))
        }
        None => "all flows together are more than a double can hold".into(),
    };
    found.push(Diagnostic::new("E0408", what).at(at()).help(help));
}

/// The graph of one period, with the columns beside its edges, and the first record that was merged.
pub(super) fn build(
    file: &File,
    used: UsedRecords,
    ids: Ids,
    policy: &Policy,
) -> Result<(SupplyGraph, usize, Option<usize>), BuildError> {
    let extra = extra_columns(&file.records);
    let duplicates = match policy.duplicates {
        DuplicateRule::Sum | DuplicateRule::Error => Duplicates::Sum,
        DuplicateRule::First => Duplicates::First,
        DuplicateRule::Max => Duplicates::Max,
    };
    let UsedRecords { sellers, buyers, flows, origin } = used;
    let built = SupplyGraphBuilder::from_columns(ids, sellers, buyers, flows)?
        .duplicates(duplicates)
        .keep_edge_of_record(!extra.is_empty())
        .ids_are_distinct()
        .threads(policy.threads)
        .build()?;
    let first = built.first_merged.map(|used| origin.record(used));
    if extra.is_empty() {
        return Ok((built.graph, built.n_merged, first));
    }
    let (edges, graph) = (&built.edge_of_record, built.graph);
    let mut columns = graph.edges().clone();
    for at in extra {
        let (planned, values) = &file.records.columns[at];
        match values {
            Values::Number(numbers) => {
                let sums = sums(numbers, &origin, edges, graph.n_edges());
                columns.set_number(&planned.name, NumberColumn::from_options(sums));
            }
            Values::Text(texts, codes) => {
                let agreed = agreed(codes, &origin, edges, graph.n_edges());
                let levels = texts.iter().map(Into::into).collect();
                columns.set_text(&planned.name, TextColumn::from_codes(levels, agreed));
            }
            Values::Ids(_) => {}
        }
    }
    Ok((graph.with_edges(columns), built.n_merged, first))
}

/// Columns that are kept beside the edges.
fn extra_columns(records: &Records) -> Vec<usize> {
    let is_extra = |name: &str| !matches!(name, "source" | "target" | "weight" | "period");
    let columns = records.columns.iter().enumerate();
    columns.filter(|(_, (planned, _))| is_extra(&planned.name)).map(|(at, _)| at).collect()
}

/// The sum over the records of every edge; a gap where none has a number.
fn sums(numbers: &[f64], origin: &Origin, edges: &[u32], n: usize) -> Vec<Option<f64>> {
    let mut sums = vec![None; n];
    for (used, &edge) in edges.iter().enumerate() {
        let x = numbers[origin.record(used)];
        if !x.is_nan() {
            let sum: &mut Option<f64> = &mut sums[edge as usize];
            *sum = Some(sum.unwrap_or(0.0) + x).filter(|sum| sum.is_finite());
        }
    }
    sums
}

/// The text on which all records of every edge agree; a gap where they do not.
fn agreed(codes: &[u32], origin: &Origin, edges: &[u32], n: usize) -> Vec<Option<u32>> {
    let mut agreed: Vec<Option<u32>> = vec![None; n];
    let mut seen = vec![false; n];
    for (used, &edge) in edges.iter().enumerate() {
        let (code, edge) = (codes[origin.record(used)], edge as usize);
        let known = Some(code).filter(|&c| c != MISSING);
        if !seen[edge] {
            (seen[edge], agreed[edge]) = (true, known);
        } else if agreed[edge] != known {
            agreed[edge] = None;
        }
    }
    agreed
}
