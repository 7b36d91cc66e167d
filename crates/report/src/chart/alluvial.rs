//! Groups of firms from period to period, and who went from which to which.

use super::input::{Options, in_periods, periods, rows_of, trades_in, words};
use super::rank_flow::draw_periods;
use super::stage_linkages::plural;
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Words};
use crate::geometry::Rect;
use crate::number::{count, counted, percent};
use crate::style::{Colour, Sheet, colour_of_many};
use crate::svg::{Anchor, Element, Outline};
use crate::text::{Weight, fit, label, width};
use crate::{ReportError, Style};
use palenque_graph::table::{Kind, Values};
use palenque_graph::{Table, TableId};
use std::collections::BTreeMap;

/// Groups over periods.
#[derive(Debug)]
pub(super) struct Alluvial;

static SPEC: ChartSpec = ChartSpec {
    name: "alluvial",
    summary: "Groups of firms from period to period, and which firms went from one to another.",
    reading: "A block is a group in a period, as high as it has members; a ribbon is made of the firms that are in both groups. Numbers of communities mean \
              nothing from period to period: those with most members in common are one, and have one colour. Firms without any trade in a \
              period are left out of it: where a block is wider than its ribbons, firms came or went.",
    needs: &[TableId::NodeMetrics],
    needs_network: false,
    options: &[
        ("column", "community", "the column of groups: words, whole numbers, or yes and no"),
        ("groups", "7", "how many groups of a period to show one by one, the largest, 2 to 12"),
        ("period", "", "the last period that is drawn; all if not given"),
        ("title", "", "another title"),
    ],
};

/// What the smaller groups are called together.
const OTHER: &str = "other";

/// A group in a period.
#[derive(Clone, Debug, PartialEq)]
struct Group {
    name: String,
    n: usize,
    /// Which colour it has; none for the smaller groups together.
    kin: Option<usize>,
}

/// The plotted data.
#[derive(Debug)]
struct Points {
    periods: Vec<String>,
    /// By period, from top to bottom.
    stacks: Vec<Vec<Group>>,
    /// By period but the last: how many go from which group to which of the next.
    flows: Vec<BTreeMap<(usize, usize), usize>>,
    /// By period: groups, the smaller ones counted one by one.
    n_groups: Vec<usize>,
    /// By period: groups that are shown one by one.
    n_alone: Vec<usize>,
    /// Whether groups are numbers, which mean something in their period only.
    is_numbered: bool,
    column: String,
    title: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::NodeMetrics)?;
    let column = options.text("column").unwrap_or_default();
    let Some(known) = table.column(column) else {
        let what = format!("a column `{column}` in `{}`", table.id());
        return Err(ReportError::InputMissing { what });
    };
    if known.spec.kind == Kind::F64 {
        let what = format!(
            "`{column}` is no column of groups: it has words, whole numbers, or yes and no"
        );
        return Err(ReportError::Option(what));
    }
    let most = options.number("groups", 2, 12)?;
    let periods = periods(table, options)?;
    if periods.len() < 2 {
        let why = "groups flow from period to period, and there is one at most".to_owned();
        return Err(ReportError::Empty { why });
    }
    let members: Vec<BTreeMap<&str, String>> =
        periods.iter().map(|period| members(table, column, period, input)).collect();
    if members.iter().all(BTreeMap::is_empty) {
        return Err(ReportError::Empty { why: format!("every value of `{column}` is empty") });
    }
    let is_numbered = known.spec.kind == Kind::I64;
    let all_periods = sizes(members.iter().flat_map(BTreeMap::values));
    let stack = |members: &BTreeMap<&str, String>| {
        let sizes = sizes(members.values());
        // Groups that have names are the same in all periods, so the same are shown in all.
        let rank_by = if is_numbered { &sizes } else { &all_periods };
        Stack::of(&sizes, rank_by, most)
    };
    let stacks: Vec<Stack> = members.iter().map(stack).collect();
    let mut flows = Vec::new();
    for (pair, stacks) in members.windows(2).zip(stacks.windows(2)) {
        let mut flow = BTreeMap::new();
        for (id, from) in &pair[0] {
            if let Some(to) = pair[1].get(id) {
                *flow.entry((stacks[0].place(from), stacks[1].place(to))).or_default() += 1;
            }
        }
        flows.push(flow);
    }
    let n_groups = stacks.iter().map(|stack| stack.n_groups).collect();
    let n_alone = stacks.iter().map(|stack| stack.n_alone).collect();
    let title = format!("{} of firms{}", words(&plural(column)), in_periods(&periods));
    let mut points = Points {
        stacks: stacks.into_iter().map(|stack| stack.groups).collect(),
        periods,
        flows,
        n_groups,
        n_alone,
        is_numbered,
        column: column.to_owned(),
        title: options.title(title),
    };
    points.find_kin();
    points.arrange();
    Ok(points)
}

/// The group of every node that has one in a period and trades in it.
fn members<'a>(
    table: &'a Table,
    column: &str,
    period: &str,
    input: &ChartInput<'_>,
) -> BTreeMap<&'a str, String> {
    let trades = trades_in(input, period);
    let group = |row: usize| match &table.column(column)?.values {
        Values::Bool(flags) => flags[row].map(|is| if is { "yes" } else { "no" }.to_owned()),
        Values::Text(_) => table.text(column, row).map(str::to_owned),
        _ => table.number(column, row).map(|number| number.to_string()),
    };
    let member = |row| Some((table.text("node_id", row)?, group(row)?));
    rows_of(table, period).filter_map(member).filter(|(id, _)| trades(id)).collect()
}

/// How many members each group has.
fn sizes<'a>(groups: impl Iterator<Item = &'a String>) -> BTreeMap<&'a str, usize> {
    let mut sizes = BTreeMap::new();
    for group in groups {
        *sizes.entry(group.as_str()).or_default() += 1;
    }
    sizes
}

/// The groups of a period, the largest first.
struct Stack {
    groups: Vec<Group>,
    places: BTreeMap<String, usize>,
    n_groups: usize,
    n_alone: usize,
}

impl Stack {
    /// The first `most` by `rank_by` one by one, the others together.
    fn of(sizes: &BTreeMap<&str, usize>, rank_by: &BTreeMap<&str, usize>, most: usize) -> Self {
        let mut first: Vec<(&str, usize)> = rank_by.iter().map(|(name, n)| (*name, *n)).collect();
        first.sort_by_key(|(_, n)| std::cmp::Reverse(*n)); // stable: ties by name
        first.truncate(most);
        let n_groups = sizes.len();
        let is_first = |name: &str| first.iter().any(|(known, _)| *known == name);
        let mut order: Vec<(&str, usize)> = sizes.iter().map(|(name, n)| (*name, *n)).collect();
        order.sort_by_key(|(name, n)| (!is_first(name), std::cmp::Reverse(*n))); // stable: ties by name
        let alone = order.iter().filter(|(name, _)| is_first(name)).count();
        // One that is left over has a name, too.
        let alone = if alone + 1 == n_groups { n_groups } else { alone };
        let group = |&(name, n): &(&str, usize)| Group { name: name.to_owned(), n, kin: None };
        let mut groups: Vec<Group> = order[..alone].iter().map(group).collect();
        if alone < n_groups {
            let n = order[alone..].iter().map(|(_, n)| n).sum();
            groups.push(Group { name: String::new(), n, kin: None });
        }
        let places =
            order.iter().enumerate().map(|(i, (name, _))| ((*name).to_owned(), i.min(alone)));
        Self { groups, places: places.collect(), n_groups, n_alone: alone }
    }

    fn place(&self, group: &str) -> usize {
        self.places.get(group).copied().unwrap_or_default()
    }
}

impl Points {
    /// Gives groups their colours: those of the same name, or, of numbers, those with most members in common.
    fn find_kin(&mut self) {
        let mut n_kin = 0;
        let mut named: BTreeMap<String, usize> = BTreeMap::new();
        for period in 0..self.periods.len() {
            let alone = self.n_alone[period];
            if self.is_numbered && period > 0 {
                let before = self.n_alone[period - 1];
                let flows = self.flows[period - 1].iter();
                let mut common: Vec<(usize, usize, usize)> = flows
                    .filter(|((from, to), _)| *from < before && *to < alone)
                    .map(|((from, to), n)| (*n, *from, *to))
                    .collect();
                common.sort_by_key(|(n, from, to)| (std::cmp::Reverse(*n), *from, *to));
                let mut is_taken = vec![false; before];
                for (_, from, to) in common {
                    if !is_taken[from] && self.stacks[period][to].kin.is_none() {
                        is_taken[from] = true;
                        self.stacks[period][to].kin = self.stacks[period - 1][from].kin;
                    }
                }
            }
            for group in self.stacks[period][..alone].iter_mut().filter(|g| g.kin.is_none()) {
                let known = named.get(&group.name).filter(|_| !self.is_numbered).copied();
                group.kin = known.or_else(|| {
                    named.insert(group.name.clone(), n_kin);
                    n_kin += 1;
                    Some(n_kin - 1)
                });
            }
        }
    }

    /// Puts groups of one colour at about the same height in all periods.
    fn arrange(&mut self) {
        let mut orders = Vec::new();
        for stack in &mut self.stacks {
            let mut order: Vec<usize> = (0..stack.len()).collect();
            order.sort_by_key(|&i| stack[i].kin.unwrap_or(usize::MAX));
            *stack = order.iter().map(|&i| stack[i].clone()).collect();
            let mut places = vec![0; order.len()];
            for (place, &i) in order.iter().enumerate() {
                places[i] = place;
            }
            orders.push(places);
        }
        for (flows, places) in self.flows.iter_mut().zip(orders.windows(2)) {
            let moved = |((from, to), n): (&(usize, usize), &usize)| {
                ((places[0][*from], places[1][*to]), *n)
            };
            *flows = flows.iter().map(moved).collect();
        }
    }

    fn n(&self, period: usize) -> usize {
        self.stacks[period].iter().map(|group| group.n).sum()
    }

    fn name(&self, group: &Group) -> String {
        match group {
            Group { kin: None, .. } => OTHER.to_owned(),
            group if group.name.is_empty() => "(none)".to_owned(),
            group if self.is_numbered => group.name.clone(),
            group => label(&group.name),
        }
    }

    fn csv(&self) -> Csv {
        let header = ["period", "group", "to_period", "to_group", "n_nodes", "colour", "to_colour"];
        let mut csv = Csv::with_header(&header);
        let colour = |group: &Group| group.kin.map_or_else(String::new, |kin| kin.to_string());
        for (period, flows) in self.flows.iter().enumerate() {
            let (before, after) = (&self.stacks[period], &self.stacks[period + 1]);
            let end = |csv: &mut Csv, period: &str, group: Option<&Group>| {
                csv.text(period).text(&group.map(|group| self.name(group)).unwrap_or_default());
            };
            let mut row = |from: Option<&Group>, to: Option<&Group>, n: usize| {
                if n == 0 {
                    return;
                }
                end(&mut csv, &self.periods[period], from);
                end(&mut csv, &self.periods[period + 1], to);
                let [from, to] = [from, to].map(|group| group.map(colour).unwrap_or_default());
                csv.count(n).text(&from).text(&to).end_row();
            };
            for (&(from, to), &n) in flows {
                row(Some(&before[from]), Some(&after[to]), n);
            }
            for (i, group) in before.iter().enumerate() {
                let kept: usize =
                    flows.iter().filter(|((from, _), _)| *from == i).map(|f| f.1).sum();
                row(Some(group), None, group.n - kept);
            }
            for (i, group) in after.iter().enumerate() {
                let kept: usize = flows.iter().filter(|((_, to), _)| *to == i).map(|f| f.1).sum();
                row(None, Some(group), group.n - kept);
            }
        }
        csv
    }

    /// Of the firms that trade in two periods running, and are in a group that is shown in one of them, the share that stays in its
    /// group.
    fn staying(&self) -> Option<f64> {
        let (mut staying, mut all) = (0, 0);
        for (period, flows) in self.flows.iter().enumerate() {
            for (&(from, to), n) in flows {
                let kin = [self.stacks[period][from].kin, self.stacks[period + 1][to].kin];
                if kin == [None, None] {
                    continue;
                }
                staying += if kin[0] == kin[1] { *n } else { 0 };
                all += n;
            }
        }
        (all > 0).then(|| staying as f64 / all as f64)
    }

    fn alt(&self) -> String {
        let last = self.periods.len() - 1;
        let mut said = vec![format!(
            "Groups of firms by {} in {}, as blocks joined by ribbons.",
            label(&words(&self.column)).to_lowercase(),
            counted(self.periods.len(), "period", "periods")
        )];
        for period in [0, last] {
            let largest = self.stacks[period].iter().filter(|group| group.kin.is_some());
            let Some(largest) = largest.max_by_key(|group| group.n) else { continue };
            said.push(format!(
                "In {} there are {} of {}; the largest, {}, has {}.",
                label(&self.periods[period]),
                counted(self.n_groups[period], "group", "groups"),
                counted(self.n(period), "firm", "firms"),
                self.name(largest),
                count(largest.n)
            ));
        }
        said.extend(self.staying().map(|share| format!("{}.", staying_words(share))));
        said.join(" ")
    }

    fn subtitle(&self) -> String {
        let mut said = vec!["Height: members that trade in the period.".to_owned()];
        said.extend(self.staying().map(|share| format!("{}.", staying_words(share))));
        said.join(" ")
    }

    fn colour(group: &Group, sheet: &Sheet) -> Colour {
        group.kin.map_or(sheet.ink.neutral, |kin| colour_of_many(kin, &sheet.ink))
    }
}

fn staying_words(share: f64) -> String {
    format!("From period to period {} stay in their group", percent(share))
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: points.subtitle(),
        alt: points.alt(),
        csv: points.csv(),
        view: None, // Vega-Lite has no ribbons
    };
    let mut figure = Figure::new(words, style, Sheet::of(style).label * 26.0);
    let (sheet, area) = (figure.sheet, figure.area());
    let (size, tick, gap) = (sheet.label, sheet.tick, sheet.gap());
    let last = points.periods.len() - 1;
    let limit = area.width * 0.2;
    let fitted = |group: &Group| fit(&points.name(group), size, Weight::Regular, limit);
    let widest = |period: usize| {
        let names = points.stacks[period].iter().map(fitted);
        names.map(|name| width(&name, size, Weight::Regular)).fold(0.0, f64::max)
    };
    let block = size * 1.1;
    let inside = Rect::between(
        area.x + widest(0) + gap + block / 2.0,
        area.y,
        area.right() - widest(last) - gap - block / 2.0,
        area.bottom() - Sheet::line_height(tick) - gap * 0.4,
    );
    let x = |period: usize| inside.x + inside.width * period as f64 / last as f64;
    let most = points.stacks.iter().map(Vec::len).max().unwrap_or(1);
    let between = (inside.height * 0.25 / most as f64).min(size * 0.8);
    let highest = (0..=last).map(|period| points.n(period)).max().unwrap_or(1).max(1);
    let unit = (inside.height - between * (most - 1) as f64) / highest as f64;
    let tops: Vec<Vec<f64>> = points
        .stacks
        .iter()
        .map(|stack| {
            let mut y = inside.y;
            let top = |group: &Group| {
                let top = y;
                y += group.n as f64 * unit + between;
                top
            };
            stack.iter().map(top).collect()
        })
        .collect();
    draw_periods(&points.periods, &inside, &mut figure);
    for (period, flows) in points.flows.iter().enumerate() {
        let (mut left, mut right) = (tops[period].clone(), tops[period + 1].clone());
        let (from_x, to_x) = (x(period) + block / 2.0, x(period + 1) - block / 2.0);
        let middle = f64::midpoint(from_x, to_x);
        for (&(from, to), &n) in flows {
            let (high, a, b) = (n as f64 * unit, left[from], right[to]);
            left[from] += high;
            right[to] += high;
            let outline = Outline::starting_at((from_x, a))
                .curve_to((middle, a), (middle, b), (to_x, b))
                .line_to((to_x, b + high))
                .curve_to((middle, b + high), (middle, a + high), (from_x, a + high));
            let (before, after) = (&points.stacks[period][from], &points.stacks[period + 1][to]);
            let tip = format!(
                "{}, {} → {}, {}: {}",
                points.name(before),
                label(&points.periods[period]),
                points.name(after),
                label(&points.periods[period + 1]),
                counted(n, "firm", "firms")
            );
            let ribbon = Element::path(outline.closed()).fill(Points::colour(before, &sheet));
            let opacity = if before.kin == after.kin { 0.45 } else { 0.65 };
            figure.push(ribbon.opacity(opacity).tooltip(&tip));
        }
    }
    for (period, stack) in points.stacks.iter().enumerate() {
        let mut free = f64::NEG_INFINITY;
        for (group, &top) in stack.iter().zip(&tops[period]) {
            let high = group.n as f64 * unit;
            let rect = Rect::new(x(period) - block / 2.0, top, block, high.max(sheet.line));
            let tip = format!(
                "{}, {}: {}",
                points.name(group),
                label(&points.periods[period]),
                counted(group.n, "firm", "firms")
            );
            figure.push(Element::rect(&rect).fill(Points::colour(group, &sheet)).tooltip(&tip));
            let baseline = top + high / 2.0 + size * 0.36;
            if baseline - size < free || (period > 0 && period < last) {
                continue;
            }
            free = baseline;
            let (at, anchor) = if period == 0 {
                (rect.x - gap * 0.6, Anchor::End)
            } else {
                (rect.right() + gap * 0.6, Anchor::Start)
            };
            figure.push(figure.label((at, baseline), &fitted(group), anchor).tooltip(&tip));
        }
    }
    figure.finish()
}

impl Chart for Alluvial {
    fn spec(&self) -> &'static ChartSpec {
        &SPEC
    }

    fn draw(
        &self,
        input: &ChartInput<'_>,
        options: &ChartOptions,
        style: &Style,
    ) -> Result<Drawing, ReportError> {
        Ok(draw(&points(input, &Options::of(&SPEC, options)?)?, style))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(sizes: &[(&str, usize)]) -> Vec<Group> {
        let group = |&(name, n): &(&str, usize)| Group { name: name.to_owned(), n, kin: None };
        sizes.iter().map(group).collect()
    }

    fn three_periods(is_numbered: bool) -> Points {
        let mut points = Points {
            periods: vec!["1".into(), "2".into(), "3".into()],
            stacks: vec![
                stack(&[("0", 6), ("1", 4)]),
                stack(&[("0", 5), ("1", 4), ("2", 1)]),
                stack(&[("1", 9)]),
            ],
            // All but one of the first group are called 1 in the second period.
            flows: vec![
                BTreeMap::from([((0, 0), 1), ((0, 1), 4), ((1, 0), 4)]),
                BTreeMap::from([((0, 0), 5), ((1, 0), 3)]),
            ],
            n_groups: vec![2, 3, 1],
            n_alone: vec![2, 3, 1],
            is_numbered,
            column: "community".into(),
            title: String::new(),
        };
        points.find_kin();
        points
    }

    #[test]
    fn numbered_groups_follow_their_members_and_named_ones_their_names() {
        let kin = |points: &Points| -> Vec<Vec<Option<usize>>> {
            let of_stack = |stack: &Vec<Group>| stack.iter().map(|group| group.kin).collect();
            points.stacks.iter().map(of_stack).collect()
        };
        let numbered = kin(&three_periods(true));
        assert_eq!(numbered[1], [Some(1), Some(0), Some(2)]);
        assert_eq!(numbered[2], [Some(1)], "five of nine come from there");
        let named = kin(&three_periods(false));
        assert_eq!(named, [vec![Some(0), Some(1)], vec![Some(0), Some(1), Some(2)], vec![Some(1)]]);
    }

    #[test]
    fn groups_of_one_colour_keep_their_place_and_flows_go_with_them() {
        let mut points = three_periods(true);
        let staying = points.staying();
        points.arrange();
        assert_eq!(points.stacks[1][0].n, 4, "the first colour is on top");
        assert_eq!(points.flows[0][&(0, 0)], 4);
        assert_eq!(points.flows[1][&(1, 0)], 5);
        assert_eq!(staying, Some(13.0 / 17.0));
        assert_eq!(points.staying(), staying, "where they stand says nothing");
    }
}
