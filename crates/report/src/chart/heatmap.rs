//! The picture of a matrix: named rows and columns, coloured cells, a colour bar.

use crate::figure::{Figure, Words};
use crate::geometry::Rect;
use crate::scale::{Range, Scale, axis_range};
use crate::style::{Colour, Diverging, Sheet, Theme, cividis, group_colour};
use crate::svg::{Anchor, Element, Outline};
use crate::text::{Weight, fit, label, width};
use crate::{Drawing, Style};

/// More cells than this are drawn together by colour: a rectangle and a tooltip for each would make the file large.
const MAX_SINGLE_CELLS: usize = 2500;
/// So many colours are told apart where cells are drawn together.
const LEVELS: usize = 64;
/// Names of more rows than this are set smaller.
const MANY_ROWS: usize = 60;
/// Between the name of a row and its number: wider than between words, for names that end with a number.
const BEFORE_NUMBER: char = '\u{2003}';

/// From a value to a colour.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ramp {
    /// More is further from the ground: dark on white, light on black.
    Sequential(Scale, Theme),
    /// Around 1, equally far in both directions by logarithm.
    Around(Diverging, Scale),
}

impl Ramp {
    pub(super) fn sequential(cells: &[Option<f64>], log: bool, theme: Theme) -> Self {
        let range = axis_range(&positive(cells).collect::<Vec<_>>());
        let scale = if log {
            Scale::log(range, (0.0, 1.0))
        } else {
            Scale::linear(Range { low: range.low.min(0.0), ..range }, (0.0, 1.0))
        };
        Self::Sequential(scale, theme)
    }

    /// Linear from the least to the largest, for values that are never near zero.
    pub(super) fn between(cells: &[Option<f64>], theme: Theme) -> Self {
        let range = axis_range(&positive(cells).collect::<Vec<_>>());
        Self::Sequential(Scale::linear(range, (0.0, 1.0)), theme)
    }

    pub(super) fn around_one(cells: &[Option<f64>], theme: Theme) -> Self {
        let reach = positive(cells).map(|x| x.log10().abs()).fold(0.3_f64, f64::max).min(2.0);
        let range = Range { low: 10_f64.powf(-reach), high: 10_f64.powf(reach) };
        Self::Around(Diverging::of(theme), Scale::log(range, (0.0, 1.0)))
    }

    fn at_share(&self, share: f64) -> Colour {
        match self {
            Self::Sequential(_, Theme::Light) => cividis(1.0 - 0.88 * share),
            Self::Sequential(_, Theme::Dark) => cividis(0.12 + 0.88 * share),
            Self::Around(colours, _) => colours.at(2.0 * share - 1.0),
        }
    }

    fn scale(&self) -> &Scale {
        match self {
            Self::Sequential(scale, _) | Self::Around(_, scale) => scale,
        }
    }

    fn colour(&self, value: f64) -> Colour {
        self.at_share(self.scale().share(value))
    }
}

fn positive(cells: &[Option<f64>]) -> impl Iterator<Item = f64> {
    cells.iter().flatten().copied().filter(|x| *x > 0.0)
}

/// Whether the positive values span more than 100 to 1.
pub(super) fn spans_much(cells: &[Option<f64>]) -> bool {
    let (low, high) =
        positive(cells).fold((f64::INFINITY, 0.0_f64), |(l, h), x| (l.min(x), h.max(x)));
    high > 100.0 * low
}

/// The columns of a matrix.
#[derive(Clone, Copy, Debug)]
pub(super) enum Columns<'a> {
    /// The names of the rows, each as a place among them.
    OfRows(&'a [usize]),
    /// Names of their own, in full.
    Named(&'a [String]),
}

impl<'a> Columns<'a> {
    fn n(self) -> usize {
        match self {
            Self::OfRows(places) => places.len(),
            Self::Named(names) => names.len(),
        }
    }

    fn name(self, column: usize, rows: &'a [String]) -> &'a str {
        match self {
            Self::OfRows(places) => &rows[places[column]],
            Self::Named(names) => &names[column],
        }
    }
}

/// A matrix, and how its numbers are written.
pub(super) struct Heatmap<'a> {
    /// Names in full, in the order of the rows.
    pub(super) names: &'a [String],
    pub(super) columns: Columns<'a>,
    /// Row by row; what is undefined or not positive is drawn empty.
    pub(super) cells: &'a [Option<f64>],
    /// Cells with a frame around them, row by row; none where empty.
    pub(super) framed: &'a [bool],
    pub(super) ramp: Ramp,
    /// A value with its unit, for tooltips.
    pub(super) number: &'a dyn Fn(f64) -> String,
    /// A value as short as it may stand in a cell, where the unit is clear.
    pub(super) cell_text: &'a dyn Fn(f64) -> String,
    /// The label of a tick of the colour bar, from its value and its plain label.
    pub(super) tick_text: &'a dyn Fn(f64, String) -> String,
}

/// Where the cells are.
#[derive(Clone, Copy, Debug)]
struct Grid {
    inside: Rect,
    rows: usize,
    columns: usize,
}

impl Grid {
    fn wide(&self) -> f64 {
        self.inside.width / self.columns as f64
    }

    fn high(&self) -> f64 {
        self.inside.height / self.rows as f64
    }

    fn cell(&self, row: usize, column: usize) -> Rect {
        let (wide, high) = (self.wide(), self.high());
        let (x, y) = (self.inside.x + column as f64 * wide, self.inside.y + row as f64 * high);
        Rect::new(x, y, wide, high)
    }
}

impl Heatmap<'_> {
    fn n(&self) -> usize {
        self.names.len()
    }

    /// The matrix as a figure.
    pub(super) fn draw(&self, words: Words, style: &Style) -> Drawing {
        let sheet = Sheet::of(style);
        let (n, n_columns) = (self.n(), self.columns.n());
        let size = if n > MANY_ROWS { sheet.caption } else { sheet.tick };
        let gap = sheet.gap();
        let wide = |text: &str| width(text, size, Weight::Regular);
        let inner = sheet.width - 2.0 * sheet.margin;
        // Where columns are narrower than a line of text, they carry the numbers of the rows.
        let is_square = matches!(self.columns, Columns::OfRows(_));
        let numbered = is_square && inner * 0.58 / (n as f64) < size * 1.1;
        let mut names: Vec<String> = self.names.iter().map(|name| shown(name)).collect();
        let heads: Vec<String> =
            (0..n_columns).map(|k| shown(self.columns.name(k, self.names))).collect();
        if numbered {
            names =
                (1..).zip(&names).map(|(i, name)| format!("{name}{BEFORE_NUMBER}{i}")).collect();
        }
        let longest_of = |texts: &[String]| texts.iter().map(|t| wide(t)).fold(0.0, f64::max);
        let row_room = longest_of(&names).min(inner * 0.3);
        let longest = longest_of(&heads);
        let head_room = longest.min(inner * 0.3);
        let pitch = if n > MANY_ROWS { 1.02 } else { 1.15 };
        let names_above = if numbered { size * 2.0 } else { head_room };
        let needed = n as f64 * size * pitch + names_above + 3.0 * gap;
        let mut figure = Figure::new(words, style, needed);
        let area = figure.area();

        let bar_room = self.draw_bar(&mut figure, &area);
        let left = area.x + row_room + gap;
        let right = area.right() - bar_room - gap * 1.5;
        let upright = longest > (right - left) / n_columns as f64 * 0.94;
        let head = match (numbered, upright) {
            (true, _) => wide(if n < 100 { "00" } else { "000" }) * 1.1,
            (_, true) => head_room,
            (_, false) => size * 1.1,
        };
        let top = area.y + head + gap * 0.8;
        let inside = Rect::between(left, top, right, area.bottom());
        let grid = Grid { inside, rows: n, columns: n_columns };
        let short_name = |i: usize| {
            if !numbered {
                return fit(&names[i], size, Weight::Regular, row_room);
            }
            let number = format!("{BEFORE_NUMBER}{}", i + 1);
            let room = row_room - wide(&number);
            fit(names[i].trim_end_matches(&number), size, Weight::Regular, room) + &number
        };
        for row in 0..n {
            let at = (left - gap * 0.7, grid.cell(row, 0).centre().1 + size * 0.36);
            let name = figure.note_of(size, at, &short_name(row), Anchor::End);
            figure.push(name.tooltip(&self.names[row]));
        }
        for (column, head) in heads.iter().enumerate() {
            let (x, foot) = (grid.cell(0, column).centre().0, top - gap * 0.6);
            let name = if upright {
                let at = (x + size * 0.36, foot);
                if numbered && column % every(size, grid.wide()) != 0 {
                    continue;
                }
                let text = match self.columns {
                    Columns::OfRows(rows) if numbered => (rows[column] + 1).to_string(),
                    _ => fit(head, size, Weight::Regular, head_room),
                };
                figure.note_of(size, at, &text, Anchor::Start).rotated(-90.0, at)
            } else {
                figure.note_of(size, (x, foot), head, Anchor::Middle)
            };
            figure.push(name.tooltip(self.columns.name(column, self.names)));
        }
        if self.cells.len() > MAX_SINGLE_CELLS {
            self.draw_cells_by_colour(&grid, &mut figure);
        } else {
            self.draw_cells(&grid, &mut figure);
        }
        self.draw_frames(&grid, &mut figure);
        figure.finish()
    }

    fn draw_cells(&self, grid: &Grid, figure: &mut Figure) {
        let sheet = figure.sheet;
        let text_size = self.text_size(&sheet, grid.wide(), grid.high());
        let inset = (grid.wide().min(grid.high()) * 0.03).max(sheet.line * 0.5);
        // Frames of narrow empty cells would be darker than what is in them.
        let is_narrow = grid.wide().min(grid.high()) < sheet.tick;
        if is_narrow {
            figure.push(frame_of(grid, &sheet));
        }
        for (i, value) in self.cells.iter().enumerate() {
            let (row, column) = (i / grid.columns, i % grid.columns);
            let inside = grid.cell(row, column).inset(inset);
            let Some(value) = value.filter(|value| *value > 0.0) else {
                if !is_narrow {
                    let empty = Element::rect(&inside).no_fill();
                    figure.push(empty.stroke(sheet.ink.grid, sheet.line).class("grid"));
                }
                continue;
            };
            let colour = self.ramp.colour(value);
            let (from, to) = (&self.names[row], self.columns.name(column, self.names));
            let tip = format!("{from} → {to}: {}", (self.number)(value));
            figure.push(Element::rect(&inside).fill(colour).tooltip(&tip));
            if let Some(text_size) = text_size {
                let (x, y) = inside.centre();
                let text = (self.cell_text)(value);
                let number = Element::text((x, y + text_size * 0.36), &text, text_size);
                figure.push(number.anchor(Anchor::Middle).fill(colour.readable_on()));
            }
        }
    }

    /// One path for each colour; neighbours of one colour in one stroke.
    fn draw_cells_by_colour(&self, grid: &Grid, figure: &mut Figure) {
        figure.push(frame_of(grid, &figure.sheet));
        let level = |value: &Option<f64>| {
            let value = value.filter(|value| *value > 0.0)?;
            #[expect(clippy::cast_sign_loss, reason = "a share of the scale")]
            let level = (self.ramp.scale().share(value) * (LEVELS - 1) as f64).round() as usize;
            Some(level)
        };
        let mut strokes: Vec<Option<Outline>> = vec![None; LEVELS];
        for (row, cells) in self.cells.chunks(grid.columns).enumerate() {
            let levels: Vec<Option<usize>> = cells.iter().map(level).collect();
            let mut column = 0;
            for run in levels.chunk_by(|a, b| a == b) {
                let (first, last) =
                    (grid.cell(row, column), grid.cell(row, column + run.len() - 1));
                column += run.len();
                let Some(level) = run[0] else { continue };
                let y = first.centre().1;
                let outline = strokes[level].take().unwrap_or_default();
                strokes[level] = Some(outline.move_to((first.x, y)).line_to((last.right(), y)));
            }
        }
        for (level, outline) in strokes.into_iter().enumerate() {
            let Some(outline) = outline else { continue };
            let colour = self.ramp.at_share(level as f64 / (LEVELS - 1) as f64);
            let cells = Element::path(outline).no_fill().stroke(colour, grid.high());
            // Soft edges would show as seams between cells.
            figure.push(cells.set("shape-rendering", "crispEdges"));
        }
    }

    /// A line around what is framed: between two framed cells there is none.
    fn draw_frames(&self, grid: &Grid, figure: &mut Figure) {
        let framed = |row: Option<usize>, column: Option<usize>| {
            let row = row.filter(|row| *row < grid.rows);
            let place = row.zip(column.filter(|column| *column < grid.columns));
            place.is_some_and(|(row, column)| {
                self.framed.get(row * grid.columns + column).copied().unwrap_or(false)
            })
        };
        let mut outline = Outline::default();
        for (i, _) in self.framed.iter().enumerate().filter(|(_, framed)| **framed) {
            let (row, column) = (i / grid.columns, i % grid.columns);
            let cell = grid.cell(row, column);
            let corners = [
                (cell.x, cell.y),
                (cell.right(), cell.y),
                (cell.right(), cell.bottom()),
                (cell.x, cell.bottom()),
            ];
            let beyond = [
                (row.checked_sub(1), Some(column)),
                (Some(row), Some(column + 1)),
                (Some(row + 1), Some(column)),
                (Some(row), column.checked_sub(1)),
            ];
            for (side, (row, column)) in beyond.into_iter().enumerate() {
                if !framed(row, column) {
                    outline = outline.move_to(corners[side]).line_to(corners[(side + 1) % 4]);
                }
            }
        }
        if self.framed.contains(&true) {
            let colour = group_colour(1, &figure.sheet.ink);
            let line = figure.sheet.line * 1.8;
            let frames = Element::path(outline).no_fill().stroke(colour, line);
            figure.push(frames.set("stroke-linecap", "square"));
        }
    }

    /// The size at which every number fits into its cell, if there is one that can be read.
    fn text_size(&self, sheet: &Sheet, wide: f64, high: f64) -> Option<f64> {
        let texts = positive(self.cells).map(|x| (self.cell_text)(x));
        let widest = texts.map(|text| width(&text, 1.0, Weight::Regular)).fold(0.0, f64::max);
        let fitting = (wide * 0.88 / widest.max(1e-9)).min(high * 0.72).min(sheet.label);
        (fitting >= sheet.caption * 0.98).then_some(fitting)
    }

    /// Draws the colour bar at the right; returns its width with its labels.
    fn draw_bar(&self, figure: &mut Figure, area: &Rect) -> f64 {
        let sheet = figure.sheet;
        let scale = self.ramp.scale();
        let text = |(value, label)| (value, (self.tick_text)(value, label));
        let ticks: Vec<(f64, String)> = scale.ticks(5).into_iter().map(text).collect();
        let wide = |label: &str| width(label, sheet.tick, Weight::Regular);
        let labels = ticks.iter().map(|(_, label)| wide(label)).fold(0.0, f64::max);
        let thick = sheet.label * 0.9;
        let used = thick + sheet.gap() * 0.6 + labels;
        let height = area.height.min(sheet.label * 16.0);
        let bar = Rect::new(area.right() - used, area.y + (area.height - height), thick, height);
        let bar =
            Rect { y: bar.y + sheet.tick * 0.5, height: bar.height - sheet.tick * 0.5, ..bar };
        let mut gradient = Element::new("linearGradient")
            .number("x1", 0.0)
            .number("y1", 1.0)
            .number("x2", 0.0)
            .number("y2", 0.0);
        for step in 0..=20 {
            let share = f64::from(step) / 20.0;
            let stop = Element::new("stop").number("offset", share);
            gradient =
                gradient.child(stop.set("stop-color", self.ramp.at_share(share).to_string()));
        }
        let reference = figure.define(gradient);
        figure.push(Element::rect(&bar).set("fill", reference));
        for (value, label) in ticks {
            let y = bar.bottom() - bar.height * scale.share(value);
            figure.push(figure.rule((bar.right(), y), (bar.right() + sheet.gap() * 0.3, y)));
            let at = (bar.right() + sheet.gap() * 0.6, y + sheet.tick * 0.36);
            figure.push(figure.note(at, &label, Anchor::Start));
        }
        used
    }
}

fn frame_of(grid: &Grid, sheet: &Sheet) -> Element {
    Element::rect(&grid.inside).no_fill().stroke(sheet.ink.grid, sheet.line).class("grid")
}

/// Each how manieth column can be numbered.
fn every(size: f64, column_width: f64) -> usize {
    (1..100).find(|k| *k as f64 * column_width >= size * 1.1).unwrap_or(100)
}

fn shown(name: &str) -> String {
    if name.is_empty() { "(none)".to_owned() } else { label(name) }
}
