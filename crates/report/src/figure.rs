//! The frame of every figure: title, subtitle, legend, source line, and the words for those who cannot see it.

use crate::csv::Csv;
use crate::geometry::{Point, Rect};
use crate::place::{Obstacles, Wish, place};
use crate::style::{Colour, FONT_FAMILY, Shape, Sheet, dash, group_colour};
use crate::svg::{Anchor, Element, Outline};
use crate::text::{Weight, fit, width, wrap};
use crate::{Drawing, Style, vega};
use serde_json::Value;

/// What a chart decides before anything is drawn.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    /// The chart's name, by which its elements are told from those of other figures on a page.
    pub(crate) chart: &'static str,
    pub(crate) title: String,
    pub(crate) subtitle: String,
    /// The picture in words, made from the data.
    pub(crate) alt: String,
    /// The plotted data.
    pub(crate) csv: Csv,
    /// The picture as a Vega-Lite view of the plotted data, where there is one.
    pub(crate) view: Option<Value>,
}

/// A figure that is being drawn: what is left of its area, and what is on it.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) sheet: Sheet,
    words: Words,
    id: String,
    height: f64,
    /// What is left to draw in.
    area: Rect,
    definitions: Vec<Element>,
    body: Vec<Element>,
}

/// How a legend shows a group.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sample {
    /// A point; `true` marks the neutral group.
    Point(Shape, Colour, bool),
    /// An open point.
    Ring(Colour),
    /// A line with the dashes of this group.
    Line(Colour, usize),
    /// A filled box.
    Box(Colour),
}

impl Figure {
    /// A figure with its heading and foot. It is as high as the style says, or higher where the chart needs more
    /// than that leaves.
    pub(crate) fn new(words: Words, style: &Style, needed_height: f64) -> Self {
        let mut sheet = Sheet::of(style);
        let id = format!("{}-{:08x}", words.chart, fingerprint(&words, style));
        let inner = sheet.width - 2.0 * sheet.margin;
        let mut body = Vec::new();
        let mut y = sheet.margin;
        for line in at_most(2, &words.title, sheet.title, Weight::Bold, inner) {
            y += Sheet::line_height(sheet.title);
            let baseline = (sheet.margin, y - 0.3 * sheet.title);
            let text = Element::text(baseline, &line, sheet.title).weight(Weight::Bold);
            body.push(text.fill(sheet.ink.ink).class("ink"));
        }
        for line in at_most(3, &words.subtitle, sheet.subtitle, Weight::Regular, inner) {
            y += Sheet::line_height(sheet.subtitle);
            let text =
                Element::text((sheet.margin, y - 0.3 * sheet.subtitle), &line, sheet.subtitle);
            body.push(text.fill(sheet.ink.muted).class("muted"));
        }
        let top = y + sheet.gap();
        let foot = match style.caption {
            Some(_) => Sheet::line_height(sheet.caption) + sheet.gap() * 0.7,
            None => 0.0,
        };
        sheet.height = sheet.height.max(top + needed_height + foot + sheet.margin);
        if let Some(caption) = &style.caption {
            let line = fit(caption, sheet.caption, Weight::Regular, inner);
            let baseline = sheet.height - sheet.margin - 0.2 * sheet.caption;
            let text = Element::text((sheet.margin, baseline), &line, sheet.caption);
            body.push(text.fill(sheet.ink.muted).class("muted"));
        }
        let bottom = sheet.height - sheet.margin - foot;
        let area = Rect::between(sheet.margin, top, sheet.width - sheet.margin, bottom);
        let height = sheet.height;
        Self { sheet, words, id, height, area, definitions: Vec::new(), body }
    }

    /// What is left to draw in.
    pub(crate) fn area(&self) -> Rect {
        self.area
    }

    pub(crate) fn push(&mut self, element: Element) {
        self.body.push(element);
    }

    /// Adds a gradient or pattern; returns the reference to it.
    pub(crate) fn define(&mut self, element: Element) -> String {
        let id = format!("{}-{}", self.id, self.definitions.len());
        let reference = format!("url(#{id})");
        self.definitions.push(element.set("id", id));
        reference
    }

    /// A label in the colour of the ink.
    pub(crate) fn label(&self, point: Point, text: &str, anchor: Anchor) -> Element {
        let element = Element::text(point, text, self.sheet.label).anchor(anchor);
        element.fill(self.sheet.ink.ink).class("ink")
    }

    /// A smaller text, for ticks and notes.
    pub(crate) fn note(&self, point: Point, text: &str, anchor: Anchor) -> Element {
        self.note_of(self.sheet.tick, point, text, anchor)
    }

    /// A note of a size.
    pub(crate) fn note_of(&self, size: f64, point: Point, text: &str, anchor: Anchor) -> Element {
        let element = Element::text(point, text, size).anchor(anchor);
        element.fill(self.sheet.ink.muted).class("muted")
    }

    /// Names of marks where there is room for them, with a line to the mark where they lie apart from it.
    pub(crate) fn names_on_marks(
        &mut self,
        names: &[String],
        wishes: &[Wish],
        obstacles: &Obstacles,
        inside: &Rect,
    ) {
        let size = self.sheet.tick;
        for (found, name) in place(wishes, obstacles, inside).into_iter().zip(names) {
            let Some(place) = found else { continue };
            if let Some((from, to)) = place.leader {
                self.push(self.rule(from, to));
            }
            let (x, y) = place.area.centre();
            self.push(self.label_on_marks((x, y + size * 0.35), name, size, Anchor::Middle));
        }
    }

    /// The names of the first marks, where there is room; all marks are in the way.
    pub(crate) fn names_of_marks<'n>(
        &mut self,
        names: impl Iterator<Item = &'n str>,
        at: &[Point],
        radii: &[f64],
        inside: &Rect,
    ) {
        let size = self.sheet.tick;
        let names: Vec<String> =
            names.map(|name| fit(name, size, Weight::Regular, inside.width * 0.4)).collect();
        let wish = |(i, name): (usize, &String)| Wish {
            point: at[i],
            radius: radii[i] * 1.1,
            width: width(name, size, Weight::Regular) + size * 0.3,
            height: size * 1.2,
        };
        let wishes: Vec<Wish> = names.iter().enumerate().map(wish).collect();
        let discs = at.iter().copied().zip(radii.iter().map(|radius| radius * 1.1)).collect();
        self.names_on_marks(&names, &wishes, &Obstacles { discs, boxes: Vec::new() }, inside);
    }

    /// The mark of a group; a ring for those of none.
    pub(crate) fn mark_of_group(&self, group: Option<usize>, at: Point, radius: f64) -> Element {
        let sheet = &self.sheet;
        let Some(group) = group else {
            let ring = Element::circle(at, radius).fill(sheet.ink.ground).class("ground");
            return ring.stroke(sheet.ink.neutral, sheet.line * 1.6);
        };
        let mark = Shape::of(group).at(at, radius).fill(group_colour(group, &sheet.ink));
        self.rim(mark).class("edge")
    }

    /// A label on top of marks.
    pub(crate) fn label_on_marks(
        &self,
        point: Point,
        text: &str,
        size: f64,
        anchor: Anchor,
    ) -> Element {
        let element = Element::text(point, text, size).anchor(anchor).fill(self.sheet.ink.ink);
        element.halo(self.sheet.ink.ground, size * 0.28).class("ink halo")
    }

    /// A thin line in the colour of the axes.
    pub(crate) fn rule(&self, from: Point, to: Point) -> Element {
        Element::line(from, to).stroke(self.sheet.ink.axis, self.sheet.line).class("axis")
    }

    /// A grid line.
    pub(crate) fn grid(&self, from: Point, to: Point) -> Element {
        Element::line(from, to).stroke(self.sheet.ink.grid, self.sheet.line).class("grid")
    }

    /// A rim of the colour of the ground around a mark.
    pub(crate) fn rim(&self, mark: Element) -> Element {
        mark.stroke(self.sheet.ink.ground, self.sheet.line)
    }

    /// Draws a legend at the top of what is left, in as many rows as it needs.
    pub(crate) fn legend(&mut self, entries: &[(Sample, String)]) {
        let size = self.sheet.label;
        let space = size * 1.4;
        let row = Sheet::line_height(size) * 1.1;
        let (mut x, mut y) = (self.area.x, self.area.y + row);
        for (sample, text) in entries {
            let key = size * if matches!(sample, Sample::Line(..)) { 3.0 } else { 1.7 };
            let text = fit(text, size, Weight::Regular, self.area.width - key);
            let wide = key + width(&text, size, Weight::Regular);
            if x > self.area.x && x + wide > self.area.right() {
                (x, y) = (self.area.x, y + row);
            }
            let middle = y - size * 0.36;
            let mark = self.sample(*sample, (x + (key - size * 0.4) / 2.0, middle));
            self.push(mark);
            let label = self.label((x + key, y), &text, Anchor::Start);
            self.push(label);
            x += wide + space;
        }
        if !entries.is_empty() {
            let used = y + self.sheet.gap() - self.area.y;
            self.area = Rect::between(
                self.area.x,
                self.area.y + used,
                self.area.right(),
                self.area.bottom(),
            );
        }
    }

    fn sample(&self, sample: Sample, (x, y): Point) -> Element {
        let reach = self.sheet.label * 1.3;
        match sample {
            Sample::Point(shape, colour, neutral) => {
                let mark = shape.at((x, y), self.sheet.label * 0.36).fill(colour);
                if neutral { mark.class("neutral") } else { mark }
            }
            Sample::Ring(colour) => {
                let ring = Element::circle((x, y), self.sheet.label * 0.34);
                ring.no_fill().stroke(colour, self.sheet.line * 1.6)
            }
            Sample::Line(colour, group) => {
                let pattern: Vec<f64> = dash(group).iter().map(|d| d * self.sheet.stroke).collect();
                let line = Outline::through([(x - reach, y), (x + reach, y)]);
                Element::path(line).no_fill().stroke(colour, self.sheet.stroke).dash(&pattern)
            }
            Sample::Box(colour) => {
                Element::rect(&Rect::new(x, y, 0.0, 0.0).inset(-reach * 0.3)).fill(colour)
            }
        }
    }

    /// The finished figure.
    pub(crate) fn finish(self) -> Drawing {
        let Self { sheet, words, id, height, definitions, body, .. } = self;
        let (title_id, description_id) = (format!("{id}-title"), format!("{id}-desc"));
        let whole = Rect::new(0.0, 0.0, sheet.width, height);
        let view = [0.0, 0.0, sheet.width, height].map(|x| crate::svg::Coordinate(x).to_string());
        let mut svg = Element::new("svg")
            .set("xmlns", "http://www.w3.org/2000/svg")
            .set("class", format!("figure figure-{}", words.chart.replace('_', "-")))
            .set("width", sheet.outer(sheet.width))
            .set("height", sheet.outer(height))
            .set("viewBox", view.join(" "))
            .set("role", "img")
            .set("aria-labelledby", format!("{title_id} {description_id}"))
            .set("font-family", FONT_FAMILY)
            .set("text-rendering", "geometricPrecision")
            .child(Element::new("title").set("id", title_id).with_text(&words.title))
            .child(Element::new("desc").set("id", description_id).with_text(&words.alt));
        if !definitions.is_empty() {
            svg = svg.child(Element::new("defs").children(definitions));
        }
        svg = svg.child(Element::rect(&whole).fill(sheet.ink.ground).class("ground"));
        let svg = svg.children(body).to_string();
        let vega_lite = words.view.as_ref().map(|view| vega::document(view, &words));
        Drawing { svg, csv: words.csv.to_csv(), alt: words.alt, title: words.title, vega_lite }
    }
}

/// The text in at most so many lines; what does not fit is cut.
fn at_most(lines: usize, text: &str, size: f64, weight: Weight, limit: f64) -> Vec<String> {
    let text = crate::text::visible(text);
    let mut wrapped = wrap(&text, size, weight, limit);
    if wrapped.len() > lines {
        wrapped.truncate(lines);
        if let Some(last) = wrapped.last_mut() {
            *last = fit(&format!("{last} …"), size, weight, limit);
        }
    }
    wrapped
}

/// A number that differs between figures, so that several can stand on one page (FNV-1a, folded to 32 bits).
fn fingerprint(words: &Words, style: &Style) -> u32 {
    let kind = format!("{:?}{:?}", style.preset, style.theme);
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in [&*kind, &words.title, &words.subtitle, &words.alt, &words.csv.to_csv()] {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    (hash >> 32) as u32 ^ hash as u32
}
