//! Tables to figures and one offline page.
//!
//! A [`Chart`] turns tables (and, for drawings, the graph) into a [`Drawing`]: an SVG with title, description
//! and one bundled font, the plotted data as a table, and the text for those who cannot see it. [`png()`] renders an
//! SVG the same on every machine. [`page`] joins everything into one file that needs no network and no script.

mod axis;
mod chart;
mod csv;
mod error;
mod figure;
mod force;
mod geometry;
mod number;
mod page;
mod pdf;
mod place;
mod raster;
mod scale;
mod style;
mod svg;
mod text;
mod vega;

pub use chart::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing, all, find};
pub use error::ReportError;
pub use page::{
    Explorer, FigureOnPage, Finding, HeadFigure, InputNote, MethodNote, Page, ProfileCard,
    TableOnPage, page,
};
pub use pdf::pdf;
pub use raster::png;
pub use style::{Preset, Style, Theme};
