//! The layout of charts with a row for each thing: its name at the left, marks in the middle, columns at the right.

use crate::figure::Figure;
use crate::geometry::Rect;
use crate::scale::Scale;
use crate::style::Sheet;
use crate::svg::{Anchor, Element};
use crate::text::{Weight, fit, width};

/// A column at the right: its head, and a text a row.
#[derive(Debug)]
pub(super) struct Aside {
    pub(super) head: &'static str,
    pub(super) texts: Vec<String>,
}

impl Aside {
    fn room(&self, size: f64) -> f64 {
        let texts = self.texts.iter().map(String::as_str).chain([self.head]);
        texts.map(|text| width(text, size, Weight::Regular)).fold(0.0, f64::max)
    }
}

/// Where rows are.
#[derive(Debug)]
pub(super) struct Rows {
    /// Where marks are drawn.
    pub(super) inside: Rect,
    /// The names, until they are drawn on top of the grid.
    names: Vec<Element>,
    height: f64,
    /// Where in its row a mark is.
    share: f64,
    size: f64,
}

/// How high a chart with rows of these names is at least.
pub(super) fn needed_height(names: &[(&str, String)], sheet: &Sheet) -> f64 {
    let lines = if names_are_above(names, sheet) { 2.0 } else { 1.0 };
    (names.len() as f64 * lines + 1.0) * Sheet::line_height(sheet.label) + below(sheet)
}

/// Whether a narrow sheet has names that are too long to stand beside their rows.
fn names_are_above(names: &[(&str, String)], sheet: &Sheet) -> bool {
    let is_long =
        |(name, _): &(&str, String)| width(name, sheet.label, Weight::Regular) > 0.25 * sheet.width;
    sheet.width < 40.0 * sheet.label && names.iter().any(is_long)
}

/// The height of ticks and the title of the axis.
fn below(sheet: &Sheet) -> f64 {
    Sheet::line_height(sheet.tick) + Sheet::line_height(sheet.label) + sheet.gap()
}

impl Rows {
    /// Draws columns into what is left of the figure, and places the names. A name comes with what is shown when a pointer rests
    /// on it.
    pub(super) fn new(figure: &mut Figure, names: &[(&str, String)], asides: &[Aside]) -> Self {
        let (sheet, area) = (figure.sheet, figure.area());
        let (size, gap) = (sheet.label, sheet.gap());
        // Columns are small where they would take most of the width.
        let room_of = |size: f64| asides.iter().map(|a| a.room(size) + gap * 1.5).sum::<f64>();
        let aside_size = if room_of(size) > area.width * 0.35 { sheet.tick } else { size };
        let left = (area.width - room_of(aside_size)).max(area.width * 0.3);
        let above = names_are_above(names, &sheet);
        let limit = if above { area.width } else { left * 0.5 };
        let names_fit: Vec<String> =
            names.iter().map(|name| fit(name.0, size, Weight::Regular, limit)).collect();
        let wide = |text: &String| width(text, size, Weight::Regular);
        let name_room =
            if above { 0.0 } else { names_fit.iter().map(wide).fold(0.0, f64::max) + gap };
        let has_heads = asides.iter().any(|aside| !aside.head.is_empty());
        let top = area.y + if has_heads { Sheet::line_height(size) } else { 0.0 };
        let inside = Rect::between(
            area.x + name_room + gap * 0.5,
            top,
            area.x + left,
            area.bottom() - below(&sheet),
        );
        let height = inside.height / names.len().max(1) as f64;
        let share = if above { 0.72 } else { 0.5 };
        let mut rows = Self { inside, names: Vec::new(), height, share, size };
        for (row, ((_, tip), name)) in names.iter().zip(&names_fit).enumerate() {
            let middle = rows.middle(row) + size * 0.36;
            let name = if above {
                let at = (area.x, middle - Sheet::line_height(size) * 0.95);
                figure.label_on_marks(at, name, size, Anchor::Start)
            } else {
                figure.label((inside.x - gap, middle), name, Anchor::End)
            };
            rows.names.push(name.tooltip(tip));
        }
        let mut right = area.right();
        for aside in asides.iter().rev() {
            if !aside.head.is_empty() {
                let at = (right, area.y + aside_size);
                figure.push(figure.note_of(aside_size, at, aside.head, Anchor::End));
            }
            for (row, text) in aside.texts.iter().enumerate() {
                let at = (right, rows.middle(row) + aside_size * 0.36);
                let text = Element::text(at, text, aside_size).anchor(Anchor::End);
                figure.push(text.fill(sheet.ink.ink).class("ink"));
            }
            right -= aside.room(aside_size) + gap * 1.5;
        }
        rows
    }

    /// The middle of a row.
    pub(super) fn middle(&self, row: usize) -> f64 {
        self.inside.y + self.height * (row as f64 + self.share)
    }

    /// The radius of marks that keep to their row.
    pub(super) fn radius(&self, sheet: &Sheet) -> f64 {
        sheet.point.min(self.height * (1.0 - self.share) * 0.72)
    }

    /// Draws the grid with the names on it, and the axis below.
    pub(super) fn axis(&mut self, figure: &mut Figure, scale: &Scale, title: &str) {
        let (sheet, area, inside) = (figure.sheet, figure.area(), self.inside);
        let room = (inside.width / (self.size * 5.0)).clamp(2.0, 8.0);
        #[expect(clippy::cast_sign_loss, reason = "clamped to 2..8")]
        for (value, label) in scale.ticks(room as usize) {
            let x = scale.place(value);
            figure.push(figure.grid((x, inside.y), (x, inside.bottom())));
            let baseline = inside.bottom() + sheet.gap() * 0.4 + sheet.tick;
            figure.push(figure.note((x, baseline), &label, Anchor::Middle));
        }
        for name in self.names.drain(..) {
            figure.push(name);
        }
        let title = fit(title, self.size, Weight::Regular, area.width);
        let half = width(&title, self.size, Weight::Regular) / 2.0;
        let most = (area.right() - half).max(area.x + half);
        let centre = inside.centre().0.clamp(area.x + half, most);
        let at = (centre, area.bottom() - self.size * 0.3);
        figure.push(figure.label(at, &title, Anchor::Middle));
    }
}
