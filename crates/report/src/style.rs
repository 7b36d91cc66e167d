//! The only place that knows colours, fonts and sizes.
//!
//! # Classes
//! A figure carries its colours in presentation attributes, so it is complete as a file. Elements whose colour
//! belongs to the ground and not to the data also carry a class, by which the stylesheet of a page that inlines
//! the figure can recolour them, for instance in the dark (a stylesheet wins over presentation attributes):
//!
//! | class | on | recolour |
//! |---|---|---|
//! | `figure` | the `<svg>` itself, beside `figure-NAME` of its chart | nothing |
//! | `ground` | rectangle behind everything, frames of marks | `fill` |
//! | `ink` | titles, axis titles, labels | `fill` |
//! | `muted` | subtitles, tick labels, caption | `fill` |
//! | `halo` | labels on top of marks, beside `ink` or `muted` | `stroke`, to the ground |
//! | `axis` | axis lines, ticks, leader lines, guides | `stroke` |
//! | `grid` | grid lines | `stroke` |
//! | `edge` | thin rims that part marks from each other | `stroke`, to the ground |
//! | `neutral` | marks without a group: totals, rests, weak sectors | `fill` and `stroke` where set |
//!
//! Marks of groups have no class: their colours reach 3:1 on white and on near-black.

mod palette;
mod sheet;

pub(crate) use palette::{
    Colour, Diverging, MAX_GROUPS, Neutrals, Shape, VEGA_GROUND, VEGA_NEUTRAL, cividis,
    colour_of_many, dash, diverging_ends, group_colour, group_colours,
};
pub(crate) use sheet::{FONT_FAMILY, Sheet};

/// What a figure is for: decides its size and the size of its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// 960 × 600 pixels, for a page on a screen.
    #[default]
    Screen,
    /// 85 mm wide, 8 pt text: one column of a journal.
    Paper1Col,
    /// 180 mm wide, 8 pt text: two columns of a journal.
    Paper2Col,
    /// 1920 × 1080 pixels, 24 pt text.
    Slide,
}

/// Light or dark ground.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark marks on white.
    #[default]
    Light,
    /// Light marks on near-black.
    Dark,
}

/// How a figure looks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Style {
    /// Size and text size.
    pub preset: Preset,
    /// Ground.
    pub theme: Theme,
    /// Source line at the foot, such as `edges.csv, 9f2c1c0a`; `None` leaves it out.
    pub caption: Option<String>,
}
