//! A small SVG scene: typed elements that cannot be written wrongly.
//!
//! Coordinates have at most two decimals, text is escaped, and presentation is in attributes, never in `style`,
//! because a page with a strict content security policy refuses that.

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

/// The outline of a `<path>`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline(String);

impl Outline {
    pub(crate) fn starting_at(point: Point) -> Self {
        Self::default().command('M', &[point])
    }

    /// Lifts the pen and goes on elsewhere.
    pub(crate) fn move_to(self, point: Point) -> Self {
        self.command('M', &[point])
    }

    pub(crate) fn line_to(self, point: Point) -> Self {
        self.command('L', &[point])
    }

    pub(crate) fn curve_to(self, leave: Point, arrive: Point, point: Point) -> Self {
        self.command('C', &[leave, arrive, point])
    }

    pub(crate) fn closed(mut self) -> Self {
        self.0.push('Z');
        self
    }

    /// Straight lines through the points.
    pub(crate) fn through(points: impl IntoIterator<Item = Point>) -> Self {
        let mut points = points.into_iter();
        let start = points.next().map(Self::starting_at).unwrap_or_default();
        points.fold(start, Self::line_to)
    }

    fn command(mut self, letter: char, points: &[Point]) -> Self {
        self.0.push(letter);
        for (i, &(x, y)) in points.iter().enumerate() {
            let space = if i == 0 { "" } else { " " };
            let _ = write!(self.0, "{space}{},{}", Coordinate(x), Coordinate(y));
        }
        self
    }
}

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
        Self::new("path").set("d", outline.0)
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

    fn write(&self, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        let _ = write!(out, "{indent}<{}", self.tag);
        for (name, value) in &self.attributes {
            let _ = write!(out, " {name}=\"{}\"", escape(value));
        }
        if self.text.is_empty() && self.children.is_empty() {
            out.push_str("/>\n");
        } else if self.children.is_empty() {
            let _ = writeln!(out, ">{}</{}>", escape(&self.text), self.tag);
        } else if self.text.is_empty() {
            out.push_str(">\n");
            for child in &self.children {
                child.write(depth + 1, out);
            }
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
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.write(0, &mut out);
        f.write_str(&out)
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
        assert_eq!(Element::path(outline).to_string(), "<path d=\"M0,0C1,0 1,2 2,2\"/>\n");
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
