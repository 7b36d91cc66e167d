//! A small SVG scene: typed elements that cannot be written wrongly.
//!
//! Coordinates have at most two decimals, text is escaped, and presentation is in attributes, never in `style`,
//! because a page with a strict content security policy refuses that. What many shapes in a row have in common is written
//! once, in a group around them, and the outline of a path goes on from where it is: a picture of a thousand links is small.

use crate::geometry::{Point, Rect};
use crate::style::Colour;
use crate::text::{Weight, visible};
use std::fmt::{self, Write as _};

/// Where a text's point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A number of a picture: two decimals at most, no exponent, no `-0`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coordinate(pub(crate) f64);

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_assert!(self.0.is_finite(), "a coordinate is {}", self.0);
        let hundredths = (self.0.clamp(-1e9, 1e9) * 100.0).round();
        write!(f, "{}", if hundredths == 0.0 { 0.0 } else { hundredths / 100.0 })
    }
}

/// The outline of a `<path>`: every command but the first goes on from where the one before it ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    commands: String,
    /// Where the pen is, in hundredths: rounding does not add up along the way.
    pen: [i64; 2],
}

impl Outline {
    pub(crate) fn starting_at(point: Point) -> Self {
        Self::default().move_to(point)
    }

    /// Lifts the pen and goes on elsewhere.
    pub(crate) fn move_to(mut self, point: Point) -> Self {
        let place = hundredths(point);
        self.pen = place;
        self.command('M', place)
    }

    pub(crate) fn line_to(mut self, point: Point) -> Self {
        let step = self.step_to(point);
        self.pen = hundredths(point);
        match step {
            [dx, 0] => self.command('h', [dx]),
            [0, dy] => self.command('v', [dy]),
            _ => self.command('l', step),
        }
    }

    pub(crate) fn curve_to(mut self, leave: Point, arrive: Point, point: Point) -> Self {
        let [leave, arrive, end] = [leave, arrive, point].map(|point| self.step_to(point));
        self.pen = hundredths(point);
        self.command('c', [leave[0], leave[1], arrive[0], arrive[1], end[0], end[1]])
    }

    /// A straight line back to where the outline began, which is the last that is drawn of it.
    pub(crate) fn closed(mut self) -> Self {
        self.commands.push('Z');
        self
    }

    /// Straight lines through the points.
    pub(crate) fn through(points: impl IntoIterator<Item = Point>) -> Self {
        let mut points = points.into_iter();
        let start = points.next().map(Self::starting_at).unwrap_or_default();
        points.fold(start, Self::line_to)
    }

    fn step_to(&self, point: Point) -> [i64; 2] {
        let [x, y] = hundredths(point);
        [x - self.pen[0], y - self.pen[1]]
    }

    /// A letter and numbers, with as little between them as they can be told apart with: a minus parts, too.
    fn command<const N: usize>(mut self, letter: char, numbers: [i64; N]) -> Self {
        self.commands.push(letter);
        for (i, &number) in numbers.iter().enumerate() {
            if i > 0 && number >= 0 {
                self.commands.push(' ');
            }
            let _ = write!(self.commands, "{}", Coordinate(number as f64 / 100.0));
        }
        self
    }
}

fn hundredths((x, y): Point) -> [i64; 2] {
    [x, y].map(|x| {
        debug_assert!(x.is_finite(), "a coordinate is {x}");
        (x.clamp(-1e9, 1e9) * 100.0).round() as i64
    })
}

/// What shapes inherit from a group around them. (`opacity` they do not: it would be that of the group as a whole.)
const INHERITED: [&str; 13] = [
    "class",
    "fill",
    "fill-opacity",
    "font-size",
    "font-weight",
    "paint-order",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
];

/// From how many alike in a row they are worth a group.
const ALIKE: usize = 3;

/// An element with its attributes, text and children.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    tag: &'static str,
    attributes: Vec<(&'static str, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    pub(crate) fn new(tag: &'static str) -> Self {
        Self { tag, attributes: Vec::new(), text: String::new(), children: Vec::new() }
    }

    pub(crate) fn rect(r: &Rect) -> Self {
        Self::new("rect")
            .at(("x", "y"), (r.x, r.y))
            .number("width", r.width.max(0.0))
            .number("height", r.height.max(0.0))
    }

    pub(crate) fn circle(centre: Point, radius: f64) -> Self {
        Self::new("circle").at(("cx", "cy"), centre).number("r", radius)
    }

    pub(crate) fn line(from: Point, to: Point) -> Self {
        Self::new("line").at(("x1", "y1"), from).at(("x2", "y2"), to)
    }

    pub(crate) fn path(outline: Outline) -> Self {
        Self::new("path").set("d", outline.commands)
    }

    /// A line of text with its baseline at the point.
    pub(crate) fn text(point: Point, text: &str, size: f64) -> Self {
        let mut element = Self::new("text").at(("x", "y"), point).number("font-size", size);
        element.text = visible(text);
        element
    }

    pub(crate) fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        debug_assert_ne!(name, "style", "the page's security policy refuses `style`");
        self.attributes.push((name, value.into()));
        self
    }

    pub(crate) fn number(self, name: &'static str, value: f64) -> Self {
        self.set(name, Coordinate(value).to_string())
    }

    fn at(self, (x, y): (&'static str, &'static str), point: Point) -> Self {
        self.number(x, point.0).number(y, point.1)
    }

    /// Names by which a page's stylesheet finds the element: see [`crate::style`].
    pub(crate) fn class(self, class: &'static str) -> Self {
        self.set("class", class)
    }

    pub(crate) fn fill(self, colour: Colour) -> Self {
        self.set("fill", colour.to_string())
    }

    pub(crate) fn no_fill(self) -> Self {
        self.set("fill", "none")
    }

    pub(crate) fn stroke(self, colour: Colour, width: f64) -> Self {
        self.set("stroke", colour.to_string()).number("stroke-width", width)
    }

    /// Opacity of the fill, or of the stroke of what is not filled; of both together where there are both. The first two are
    /// drawn where they are, while the last takes a layer of its own, and a thousand of them seconds.
    pub(crate) fn opacity(self, opacity: f64) -> Self {
        let has = |name: &str| self.attributes.iter().any(|(known, _)| *known == name);
        let is_filled =
            !self.attributes.iter().any(|(name, value)| *name == "fill" && value == "none");
        let name = match (is_filled, has("stroke")) {
            (false, _) => "stroke-opacity",
            (true, false) => "fill-opacity",
            (true, true) => "opacity",
        };
        self.number(name, opacity)
    }

    pub(crate) fn dash(self, pattern: &[f64]) -> Self {
        if pattern.is_empty() {
            return self;
        }
        let lengths: Vec<String> = pattern.iter().map(|x| Coordinate(*x).to_string()).collect();
        self.set("stroke-dasharray", lengths.join(" "))
    }

    pub(crate) fn anchor(self, anchor: Anchor) -> Self {
        match anchor {
            Anchor::Start => self,
            Anchor::Middle => self.set("text-anchor", "middle"),
            Anchor::End => self.set("text-anchor", "end"),
        }
    }

    pub(crate) fn weight(self, weight: Weight) -> Self {
        match weight {
            Weight::Regular => self,
            Weight::Bold => self.set("font-weight", "bold"),
        }
    }

    /// A rim in the colour of the ground, behind the letters, so that text reads on top of lines.
    pub(crate) fn halo(self, ground: Colour, width: f64) -> Self {
        self.stroke(ground, width).set("stroke-linejoin", "round").set("paint-order", "stroke")
    }

    pub(crate) fn rotated(self, degrees: f64, (x, y): Point) -> Self {
        let (degrees, x, y) = (Coordinate(degrees), Coordinate(x), Coordinate(y));
        self.set("transform", format!("rotate({degrees} {x} {y})"))
    }

    /// What is shown when a pointer rests on it.
    pub(crate) fn tooltip(self, text: &str) -> Self {
        let mut title = Self::new("title");
        title.text = visible(text);
        self.child(title)
    }

    pub(crate) fn child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    pub(crate) fn children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    pub(crate) fn with_text(mut self, text: &str) -> Self {
        self.text = visible(text);
        self
    }

    /// What it could leave to a group around it.
    fn inherited(&self) -> impl Iterator<Item = &(&'static str, String)> {
        let is_shape = matches!(self.tag, "circle" | "line" | "path" | "rect" | "text");
        self.attributes.iter().filter(move |(name, _)| is_shape && INHERITED.contains(name))
    }

    fn write(&self, depth: usize, out: &mut String) {
        self.write_with(self.attributes.iter(), depth, out);
    }

    /// With these of its attributes.
    fn write_with<'a>(
        &'a self,
        attributes: impl Iterator<Item = &'a (&'static str, String)>,
        depth: usize,
        out: &mut String,
    ) {
        let indent = "  ".repeat(depth);
        open(self.tag, attributes, &indent, out);
        if self.text.is_empty() && self.children.is_empty() {
            out.push_str("/>\n");
        } else if self.children.is_empty() {
            let _ = writeln!(out, ">{}</{}>", escape(&self.text), self.tag);
        } else if self.text.is_empty() {
            out.push_str(">\n");
            self.write_children(depth + 1, out);
            let _ = writeln!(out, "{indent}</{}>", self.tag);
        } else {
            // White space inside a text would be drawn: text and children stay on one line.
            let mut inner = String::new();
            for child in &self.children {
                child.write(0, &mut inner);
            }
            let inner = inner.replace('\n', "");
            let _ = writeln!(out, ">{}{inner}</{}>", escape(&self.text), self.tag);
        }
    }

    fn write_children(&self, depth: usize, out: &mut String) {
        let is_alike =
            |a: &Self, b: &Self| a.inherited().next().is_some() && a.inherited().eq(b.inherited());
        for alike in self.children.chunk_by(is_alike) {
            if alike.len() < ALIKE {
                for child in alike {
                    child.write(depth, out);
                }
                continue;
            }
            let indent = "  ".repeat(depth);
            open("g", alike[0].inherited(), &indent, out);
            out.push_str(">\n");
            for child in alike {
                let own = child.attributes.iter().filter(|(name, _)| !INHERITED.contains(name));
                child.write_with(own, depth + 1, out);
            }
            let _ = writeln!(out, "{indent}</g>");
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.write(0, &mut out);
        f.write_str(&out)
    }
}

/// The beginning of a tag, to be ended by `>` or `/>`.
fn open<'a>(
    tag: &str,
    attributes: impl Iterator<Item = &'a (&'static str, String)>,
    indent: &str,
    out: &mut String,
) {
    let _ = write!(out, "{indent}<{tag}");
    for (name, value) in attributes {
        let _ = write!(out, " {name}=\"{}\"", escape(value));
    }
}

/// Text as it may stand in XML content and in double-quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use resvg::usvg::roxmltree::{Document, Node};

    #[test]
    fn coordinates_are_short() {
        let shown = [1.0, 1.005, -0.001, 2.0 / 3.0, 1e300].map(|x| Coordinate(x).to_string());
        assert_eq!(shown, ["1", "1", "0", "0.67", "1000000000"]);
    }

    #[test]
    fn an_element_is_written_in_one_line() {
        let circle = Element::circle((1.0, 2.5), 3.0).class("mark").tooltip("a < b");
        assert_eq!(
            circle.to_string(),
            "<circle cx=\"1\" cy=\"2.5\" r=\"3\" class=\"mark\">\n  <title>a &lt; b</title>\n</circle>\n"
        );
        let outline = Outline::starting_at((0.0, 0.0)).curve_to((1.0, 0.0), (1.0, 2.0), (2.0, 2.0));
        assert_eq!(Element::path(outline).to_string(), "<path d=\"M0 0c1 0 1 2 2 2\"/>\n");
    }

    #[test]
    fn an_outline_goes_on_from_where_it_is() {
        let third = |k: usize| (k as f64 / 3.0, 1.0);
        let steps = Outline::through((0..4).map(third)).line_to((1.0, 0.5)).line_to((0.5, 0.25));
        assert_eq!(steps.commands, "M0 1h0.33h0.34h0.33v-0.5l-0.5-0.25", "thirds end at one");
    }

    #[test]
    fn what_shapes_in_a_row_have_in_common_is_written_once() {
        let dot = |x: f64| Element::circle((x, 0.0), 1.0).set("fill", "red").class("edge");
        let row = Element::new("g")
            .children((0..3).map(|k| dot(f64::from(k))))
            .child(dot(3.0).opacity(0.5));
        assert_eq!(
            row.to_string().replace('\n', "").replace("  ", ""),
            "<g><g fill=\"red\" class=\"edge\"><circle cx=\"0\" cy=\"0\" r=\"1\"/><circle cx=\"1\" cy=\"0\" r=\"1\"/>\
             <circle cx=\"2\" cy=\"0\" r=\"1\"/></g><circle cx=\"3\" cy=\"0\" r=\"1\" fill=\"red\" class=\"edge\" \
             fill-opacity=\"0.5\"/></g>"
        );
    }

    proptest! {
        #[test]
        fn any_text_gives_well_formed_xml(text in any::<String>()) {
            let svg = Element::new("svg")
                .child(Element::text((0.0, 0.0), &text, 8.0).tooltip(&text))
                .to_string();
            let parsed = Document::parse(&svg).expect("well-formed");
            prop_assert_eq!(parsed.descendants().filter(Node::is_element).count(), 3);
        }
    }
}
