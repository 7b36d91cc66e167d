//! Firms where they are.

use super::input::{Options, in_period, snapshot, words};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::geometry::{Point, Rect};
use crate::number::{count, counted, grouped, short};
use crate::scale::{Range, Scale};
use crate::style::{MAX_GROUPS, Shape, Sheet, group_colour};
use crate::svg::{Anchor, Element, Outline};
use crate::text::{Weight, label, width};
use crate::{ReportError, Style, vega};
use palenque_graph::{NodeIndex, SupplyGraph};
use std::collections::BTreeMap;

/// The map.
#[derive(Debug)]
pub(super) struct Map;

static SPEC: ChartSpec = ChartSpec {
    name: "map",
    summary: "Firms where they are, by kind and size, with their links as faint lines.",
    reading: "Close together marks are a cluster on the ground; whether it trades within itself the lines tell. Needs the node columns \
              `lat` and `lon` in degrees. Firms at one and the same place are spread a little around it. The scale bar holds at the \
              middle of the map.",
    needs: &[],
    needs_network: true,
    options: &[
        (
            "by",
            "",
            "node column of text that colours the firms; `role`, `sector` or `stage` if not given",
        ),
        (
            "size",
            "out_strength",
            "what the area of a mark shows: `out_strength`, `in_strength` or a node column of numbers",
        ),
        ("links", "auto", "`yes` or `no`; `auto`: up to 2000 of them"),
        ("labels", "6", "how many of the largest are named, 0 to 50"),
        ("nodes", "2000", "how many firms to show at most, the largest, 1 to 20000"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// With `auto`, more links than this are not drawn.
const MANY_LINKS: usize = 2000;
/// More links than this are never drawn: the largest are.
const MOST_LINKS: usize = 20_000;
/// Kilometres in a degree of latitude.
const DEGREE: f64 = 111.195;

#[derive(Debug)]
struct Firm {
    id: String,
    name: String,
    /// Place among the groups; past the last one for the rest.
    group: usize,
    kind: String,
    lat: f64,
    lon: f64,
    size: f64,
    /// How many firms before this one are at the same place.
    n_before: usize,
}

/// The plotted data, the largest first.
#[derive(Debug)]
struct Points {
    firms: Vec<Firm>,
    /// The largest groups with how many firms they have.
    groups: Vec<(String, usize)>,
    /// Firms of no such group.
    n_other: usize,
    links: Vec<(usize, usize)>,
    n_known: usize,
    n_without_place: usize,
    n_idle: usize,
    n_labels: usize,
    /// The column of the groups.
    by: String,
    size: String,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let (period, graph) = snapshot(input, options)?;
    let column = |name: &str| {
        let missing =
            || ReportError::InputMissing { what: format!("a node column `{name}` of numbers") };
        graph.nodes().number(name).ok_or_else(missing)
    };
    let (lat, lon) = (column("lat")?, column("lon")?);
    let size = options.text("size").unwrap_or("out_strength");
    let sizes: Vec<Option<f64>> = if size == "out_strength" {
        graph.out_strengths().into_iter().map(Some).collect()
    } else if size == "in_strength" {
        graph.in_strengths().into_iter().map(Some).collect()
    } else {
        column(size)?.iter().collect()
    };
    let most = options.number("nodes", 1, 20_000)?;
    let by = kind_column(graph, options)?;
    let kinds = by.and_then(|by| graph.nodes().text(by));
    let (mut firms, mut n_without_place, mut n_idle) = (Vec::new(), 0, 0);
    for node in graph.node_indices() {
        let i = node.index();
        if graph.out_strength(node) <= 0.0 && graph.in_strength(node) <= 0.0 {
            n_idle += 1;
            continue;
        }
        let on_earth = |lat: f64, lon: f64| lat.abs() <= 90.0 && lon.abs() <= 180.0;
        match lat.get(i).zip(lon.get(i)).filter(|(lat, lon)| on_earth(*lat, *lon)) {
            Some((lat, lon)) => firms.push((node, lat, lon, sizes[i].unwrap_or(0.0).max(0.0))),
            None => n_without_place += 1,
        }
    }
    if firms.is_empty() {
        let why = "no firm that trades has a place in `lat` and `lon`".to_owned();
        return Err(ReportError::Empty { why });
    }
    firms.sort_by(|a, b| b.3.total_cmp(&a.3)); // stable: ties in node order
    let n_known = firms.len();
    firms.truncate(most);
    let kind_of =
        |node: NodeIndex| kinds.and_then(|kinds| kinds.get(node.index())).unwrap_or("(none)");
    let groups = match kinds {
        Some(_) => groups(firms.iter().map(|firm| kind_of(firm.0))),
        None => Vec::new(),
    };
    let mut there: BTreeMap<(u64, u64), usize> = BTreeMap::new();
    let mut place_of = vec![None; graph.n_nodes()];
    let drawn = firms.iter().enumerate().map(|(place, &(node, lat, lon, size))| {
        place_of[node.index()] = Some(place);
        let at_place = there.entry((lat.to_bits(), lon.to_bits())).or_default();
        *at_place += 1;
        let kind = if kinds.is_some() { kind_of(node) } else { "" };
        Firm {
            id: graph.node_id(node).to_owned(),
            name: label(graph.node_label(node)),
            group: groups.iter().position(|(name, _)| name == kind).unwrap_or(MAX_GROUPS),
            kind: kind.to_owned(),
            lat,
            lon,
            size,
            n_before: *at_place - 1,
        }
    });
    let firms: Vec<Firm> = drawn.collect();
    let grouped: usize = groups.iter().map(|(_, n)| n).sum();
    let title = format!("Map of {}{}", counted(firms.len(), "firm", "firms"), in_period(&period));
    Ok(Points {
        n_other: if kinds.is_some() { firms.len() - grouped } else { 0 },
        links: links(graph, &place_of, options)?,
        firms,
        groups,
        n_known,
        n_without_place,
        n_idle,
        n_labels: options.number("labels", 0, 50)?,
        by: by.unwrap_or_default().to_owned(),
        size: match size {
            "out_strength" => "sales to other firms".to_owned(),
            "in_strength" => "purchases from other firms".to_owned(),
            other => label(&words(other)).to_lowercase(),
        },
        title: options.title(title),
        period,
    })
}

/// The column that colours the firms.
pub(super) fn kind_column<'a>(
    graph: &SupplyGraph,
    options: &Options<'a>,
) -> Result<Option<&'a str>, ReportError> {
    let is_there = |by: &&str| graph.nodes().text(by).is_some();
    match options.text("by") {
        Some(by) if is_there(&by) => Ok(Some(by)),
        Some(by) => {
            Err(ReportError::InputMissing { what: format!("a node column `{by}` of text") })
        }
        None => Ok(["role", "sector", "stage"].into_iter().find(is_there)),
    }
}

/// The groups of most firms, largest first.
pub(super) fn groups<'a>(kinds: impl Iterator<Item = &'a str>) -> Vec<(String, usize)> {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for kind in kinds {
        *sizes.entry(kind).or_default() += 1;
    }
    let mut groups: Vec<(String, usize)> =
        sizes.into_iter().map(|(kind, n)| (kind.to_owned(), n)).collect();
    groups.sort_by_key(|(_, n)| std::cmp::Reverse(*n)); // stable: ties by name
    groups.truncate(MAX_GROUPS);
    groups
}

/// The links between drawn firms, the largest first; none where they are not to be drawn.
fn links(
    graph: &SupplyGraph,
    place_of: &[Option<usize>],
    options: &Options<'_>,
) -> Result<Vec<(usize, usize)>, ReportError> {
    let choice = options.choice("links", &["auto", "yes", "no"])?;
    if choice == "no" || (choice == "auto" && graph.n_edges() > MANY_LINKS) {
        return Ok(Vec::new());
    }
    let mut links: Vec<(usize, usize, f64)> = graph
        .node_indices()
        .flat_map(|seller| graph.customers(seller).map(move |(buyer, flow)| (seller, buyer, flow)))
        .filter_map(|(seller, buyer, flow)| {
            Some((place_of[seller.index()]?, place_of[buyer.index()]?, flow))
        })
        .filter(|(seller, buyer, flow)| seller != buyer && *flow > 0.0)
        .collect();
    links.sort_by(|a, b| b.2.total_cmp(&a.2)); // stable: ties in node order
    links.truncate(MOST_LINKS);
    Ok(links.into_iter().map(|(seller, buyer, _)| (seller, buyer)).collect())
}

impl Points {
    fn csv(&self) -> Csv {
        let header = ["period", "node_id", "label", "group", "kind", "lat", "lon", "size"];
        let mut csv = Csv::with_header(&header);
        for firm in &self.firms {
            csv.text(&self.period).text(&firm.id).text(&firm.name).text(self.group_of(firm));
            csv.text(&firm.kind).number(firm.lat).number(firm.lon).number(firm.size).end_row();
        }
        csv
    }

    fn group_of(&self, firm: &Firm) -> &str {
        match self.groups.get(firm.group) {
            Some((name, _)) => name,
            None if self.groups.is_empty() => "",
            None => "other",
        }
    }

    fn range_of(&self, of: fn(&Firm) -> f64) -> Range {
        let values: Vec<f64> = self.firms.iter().map(of).collect();
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Range { low, high }
    }

    fn alt(&self) -> String {
        let (lat, lon) = (self.range_of(|firm| firm.lat), self.range_of(|firm| firm.lon));
        let mut said = vec![format!(
            "Map of {}{}, from {} to {} and from {} to {}.",
            counted(self.firms.len(), "firm", "firms"),
            in_period(&self.period),
            degrees(&grouped(lat.low, 2), lat.low, ["N", "S"]),
            degrees(&grouped(lat.high, 2), lat.high, ["N", "S"]),
            degrees(&grouped(lon.low, 2), lon.low, ["E", "W"]),
            degrees(&grouped(lon.high, 2), lon.high, ["E", "W"]),
        )];
        if !self.groups.is_empty() {
            let mut kinds: Vec<String> = self
                .groups
                .iter()
                .map(|(name, n)| format!("{} {}", count(*n), label(name)))
                .collect();
            if self.n_other > 0 {
                kinds.push(format!("{} other", count(self.n_other)));
            }
            said.push(format!("By {}: {}.", label(&self.by), kinds.join(", ")));
        }
        let first = &self.firms[0];
        said.push(format!(
            "Largest by {} is {} with {}.",
            self.size,
            first.name,
            short(first.size)
        ));
        if !self.links.is_empty() {
            said.push(format!(
                "{} between them are drawn.",
                counted(self.links.len(), "link", "links")
            ));
        }
        said.join(" ")
    }

    fn subtitle(&self) -> String {
        let mut said = vec![format!("Area of a mark: {}.", self.size)];
        if !self.links.is_empty() {
            said.push("Lines: who sells to whom.".to_owned());
        }
        let mut without = Vec::new();
        if self.firms.len() < self.n_known {
            without.push(format!("{} smaller ones", count(self.n_known - self.firms.len())));
        }
        if self.n_without_place > 0 {
            without.push(format!("{} without a place", count(self.n_without_place)));
        }
        if self.n_idle > 0 {
            without.push(format!("{} that do not trade", count(self.n_idle)));
        }
        if !without.is_empty() {
            said.push(format!("Not drawn: {}.", without.join(", ")));
        }
        said.join(" ")
    }
}

/// `19.7° N`, from the number as it is written and its sign.
fn degrees(shown: &str, value: f64, [positive, negative]: [&str; 2]) -> String {
    let side = match value {
        v if v > 0.0 => format!(" {positive}"),
        v if v < 0.0 => format!(" {negative}"),
        _ => String::new(),
    };
    format!("{}°{side}", shown.trim_start_matches('−'))
}

/// From degrees to places: as many units to a kilometre eastwards as northwards, in the middle of the map.
#[derive(Debug)]
struct Projection {
    inside: Rect,
    lat: Range,
    lon: Range,
    units_per_km: f64,
}

impl Projection {
    /// The firms in the middle of the frame, as large as it allows.
    fn new(points: &Points, inside: Rect) -> Self {
        let (lat, lon) = (points.range_of(|firm| firm.lat), points.range_of(|firm| firm.lon));
        let middle = (f64::midpoint(lat.low, lat.high), f64::midpoint(lon.low, lon.high));
        let shrink = middle.0.to_radians().cos().max(0.05);
        // A single place is seen from some hundred metres.
        let north = (lat.high - lat.low).max(0.004) * 1.12;
        let east = (lon.high - lon.low).max(0.004) * shrink * 1.12;
        let units_per_degree = (inside.height / north).min(inside.width / east);
        let half = (
            inside.height / units_per_degree / 2.0,
            inside.width / units_per_degree / shrink / 2.0,
        );
        Self {
            inside,
            lat: Range { low: middle.0 - half.0, high: middle.0 + half.0 },
            lon: Range { low: middle.1 - half.1, high: middle.1 + half.1 },
            units_per_km: units_per_degree / DEGREE,
        }
    }

    fn scales(&self) -> (Scale, Scale) {
        let Rect { x, y, .. } = self.inside;
        (
            Scale::linear(self.lon, (x, self.inside.right())),
            Scale::linear(self.lat, (self.inside.bottom(), y)),
        )
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: points.subtitle(),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::map(
            &points.groups.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            &points.size,
        )),
    };
    let mut figure = Figure::new(words, style, Sheet::of(style).label * 26.0);
    let sheet = figure.sheet;
    figure.legend(&legend(&points.groups, points.n_other, &sheet));
    let map = graticule(points, &mut figure);
    let at = places(points, &map, &sheet);
    let radii = radii(points, &sheet);
    draw_links(points, &at, &mut figure);
    for ((firm, at), radius) in points.firms.iter().zip(&at).zip(&radii) {
        let tip = match firm.kind.as_str() {
            "" => format!("{}: {}", firm.name, short(firm.size)),
            kind => format!("{}, {}: {}", firm.name, label(kind), short(firm.size)),
        };
        let group = group_of_mark(&points.groups, firm.group);
        figure.push(figure.mark_of_group(group, *at, *radius).tooltip(&tip));
    }
    let names = points.firms.iter().take(points.n_labels).map(|firm| firm.name.as_str());
    figure.names_of_marks(names, &at, &radii, &map.inside);
    figure.finish()
}

/// Groups with their marks and how many firms they have, and those of none.
pub(super) fn legend(
    groups: &[(String, usize)],
    n_other: usize,
    sheet: &Sheet,
) -> Vec<(Sample, String)> {
    let entry = |(group, (name, n)): (usize, &(String, usize))| {
        let sample = Sample::Point(Shape::of(group), group_colour(group, &sheet.ink), false);
        (sample, format!("{} ({})", label(name), count(*n)))
    };
    let other = (n_other > 0)
        .then(|| (Sample::Ring(sheet.ink.neutral), format!("other ({})", count(n_other))));
    groups.iter().enumerate().map(entry).chain(other).collect()
}

/// The group by which a mark is drawn: the first for all where there are none.
pub(super) fn group_of_mark(groups: &[(String, usize)], group: usize) -> Option<usize> {
    if groups.is_empty() { Some(0) } else { Some(group).filter(|group| *group < MAX_GROUPS) }
}

/// The radius of each mark, by which its area shows the size.
fn radii(points: &Points, sheet: &Sheet) -> Vec<f64> {
    let largest = points.firms[0].size;
    let many = points.firms.len() > 400;
    let most = sheet.point * if many { 1.6 } else { 2.2 };
    let least = sheet.point * if many { 0.4 } else { 0.6 };
    let share = |firm: &Firm| if largest > 0.0 { firm.size / largest } else { 0.0 };
    points.firms.iter().map(|firm| (most * share(firm).sqrt()).max(least)).collect()
}

/// Where firms are drawn. Those at one place are on a spiral around it, the largest in the middle.
fn places(points: &Points, map: &Projection, sheet: &Sheet) -> Vec<Point> {
    const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653;
    let (x, y) = map.scales();
    let inside = map.inside.inset(sheet.point);
    let place = |firm: &Firm| {
        let turn = GOLDEN_ANGLE * firm.n_before as f64;
        let away = sheet.point * 1.1 * (firm.n_before as f64).sqrt();
        let at = (x.place(firm.lon) + away * turn.cos(), y.place(firm.lat) + away * turn.sin());
        (at.0.clamp(inside.x, inside.right()), at.1.clamp(inside.y, inside.bottom()))
    };
    points.firms.iter().map(place).collect()
}

fn draw_links(points: &Points, at: &[Point], figure: &mut Figure) {
    let sheet = figure.sheet;
    let n = points.links.len();
    if n > MANY_LINKS {
        let lines = points.links.iter().fold(Outline::default(), |outline, (seller, buyer)| {
            outline.move_to(at[*seller]).line_to(at[*buyer])
        });
        let lines = Element::path(lines).no_fill().stroke(sheet.ink.neutral, sheet.line * 0.6);
        figure.push(lines.opacity(0.15));
        return;
    }
    // Each on its own, so that many over each other are darker.
    let opacity = (45.0 / n as f64).clamp(0.08, 0.5);
    let lines = points
        .links
        .iter()
        .map(|(seller, buyer)| Element::path(Outline::through([at[*seller], at[*buyer]])));
    let together = Element::new("g").no_fill().stroke(sheet.ink.neutral, sheet.line);
    figure.push(together.opacity(opacity).children(lines));
}

/// Draws meridians and parallels with their degrees, the frame, and the scale bar below.
fn graticule(points: &Points, figure: &mut Figure) -> Projection {
    let (sheet, area) = (figure.sheet, figure.area());
    let (tick, gap) = (sheet.tick, sheet.gap());
    let wide = |text: &str| width(text, tick, Weight::Regular);
    let bottom = area.bottom() - 2.0 * Sheet::line_height(tick) - gap;
    // The room for degrees of latitude depends on the map, whose width depends on that room.
    let mut left = area.x;
    for _ in 0..2 {
        let map = Projection::new(points, Rect::between(left, area.y, area.right(), bottom));
        let room = parallels(&map, tick).iter().map(|(_, text)| wide(text)).fold(0.0, f64::max);
        left = area.x + room + gap * 0.7;
    }
    let map = Projection::new(points, Rect::between(left, area.y, area.right(), bottom));
    let (inside, (x, y)) = (map.inside, map.scales());
    for (lat, text) in parallels(&map, tick) {
        let place = y.place(lat);
        figure.push(figure.grid((inside.x, place), (inside.right(), place)));
        let baseline = (place + tick * 0.36).clamp(area.y + tick, bottom);
        figure.push(figure.note((inside.x - gap * 0.5, baseline), &text, Anchor::End));
    }
    let mut free = f64::NEG_INFINITY;
    for (lon, text) in meridians(&map, tick) {
        let place = x.place(lon);
        figure.push(figure.grid((place, inside.y), (place, inside.bottom())));
        let half = wide(&text) / 2.0;
        if place - half > free && place + half <= area.right() && place - half >= area.x {
            let at = (place, bottom + gap * 0.4 + tick);
            figure.push(figure.note(at, &text, Anchor::Middle));
            free = place + half + tick * 0.5;
        }
    }
    let frame = Element::rect(&inside).no_fill().stroke(sheet.ink.axis, sheet.line);
    figure.push(frame.class("axis"));
    scale_bar(&map, figure);
    map
}

fn parallels(map: &Projection, tick: f64) -> Vec<(f64, String)> {
    let Rect { height, .. } = map.inside;
    round_degrees(map.lat, height / (tick * 5.0), 90.0, ["N", "S"])
}

fn meridians(map: &Projection, tick: f64) -> Vec<(f64, String)> {
    let Rect { width, .. } = map.inside;
    round_degrees(map.lon, width / (tick * 9.0), 180.0, ["E", "W"])
}

fn round_degrees(range: Range, room: f64, most: f64, sides: [&str; 2]) -> Vec<(f64, String)> {
    #[expect(clippy::cast_sign_loss, reason = "clamped to 2..8")]
    let ticks = Scale::linear(range, (0.0, 1.0)).ticks(room.clamp(2.0, 8.0) as usize);
    let on_earth = ticks.into_iter().filter(|(value, _)| value.abs() <= most);
    on_earth.map(|(value, text)| (value, degrees(&text, value, sides))).collect()
}

/// A bar of 1, 2 or 5 times a power of ten kilometres, about a fifth of the map wide.
fn scale_bar(map: &Projection, figure: &mut Figure) {
    let (sheet, inside) = (figure.sheet, map.inside);
    let most = inside.width * 0.25 / map.units_per_km;
    let power = 10_f64.powf(most.log10().floor());
    let km = [5.0, 2.0, 1.0].into_iter().map(|m| m * power).find(|km| *km <= most).unwrap_or(power);
    let text =
        if km < 1.0 { format!("{} m", short(km * 1000.0)) } else { format!("{} km", short(km)) };
    let y = figure.area().bottom() - sheet.tick * 0.6;
    let (right, end) = (inside.right(), sheet.tick * 0.3);
    let left = right - km * map.units_per_km;
    let bar = Outline::through([(left, y - end), (left, y), (right, y), (right, y - end)]);
    let bar = Element::path(bar).no_fill().stroke(sheet.ink.muted, sheet.line * 1.5);
    figure.push(bar.class("axis"));
    let at = (left - sheet.gap() * 0.6, y + sheet.tick * 0.1);
    figure.push(figure.note(at, &text, Anchor::End));
}

impl Chart for Map {
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
