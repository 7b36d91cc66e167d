//! The measures of a figure, by what it is for.

use super::{Neutrals, Preset, Style};

/// The bundled font, one of the same widths that most systems have, and whatever there is.
pub(crate) const FONT_FAMILY: &str = "'DejaVu Sans', Verdana, sans-serif";

/// Sizes in units of the picture: pixels for `screen` and `slide`, points for paper.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sheet {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// Units of the picture in one millimetre, where it is to be printed.
    units_per_mm: Option<f64>,
    /// White around everything.
    pub(crate) margin: f64,
    pub(crate) title: f64,
    pub(crate) subtitle: f64,
    pub(crate) label: f64,
    pub(crate) tick: f64,
    pub(crate) caption: f64,
    /// Width of axes and thin lines.
    pub(crate) line: f64,
    /// Width of data lines.
    pub(crate) stroke: f64,
    /// Radius of a point.
    pub(crate) point: f64,
    pub(crate) ink: Neutrals,
}

impl Sheet {
    pub(crate) fn of(style: &Style) -> Self {
        let ink = Neutrals::of(style.theme);
        let point = 72.0 / 25.4; // units a millimetre
        let paper = Self {
            width: 85.0 * point,
            height: 70.0 * point,
            units_per_mm: Some(point),
            margin: 4.0,
            title: 9.5,
            subtitle: 7.5,
            label: 8.0,
            tick: 7.0,
            caption: 6.0,
            line: 0.5,
            stroke: 1.2,
            point: 2.6,
            ink,
        };
        match style.preset {
            Preset::Screen => Self {
                width: 960.0,
                height: 600.0,
                units_per_mm: None,
                margin: 24.0,
                title: 20.0,
                subtitle: 13.5,
                label: 13.0,
                tick: 12.0,
                caption: 11.0,
                line: 1.0,
                stroke: 2.2,
                point: 5.0,
                ink,
            },
            Preset::Paper1Col => paper,
            Preset::Paper2Col => Self { width: 180.0 * point, height: 110.0 * point, ..paper },
            Preset::Slide => Self {
                width: 1920.0,
                height: 1080.0,
                units_per_mm: None,
                margin: 64.0,
                title: 48.0,
                subtitle: 32.0,
                label: 32.0,
                tick: 28.0,
                caption: 22.0,
                line: 2.0,
                stroke: 5.0,
                point: 11.0,
                ink,
            },
        }
    }

    /// A space of the size of half a line of text.
    pub(crate) fn gap(&self) -> f64 {
        self.label * 0.6
    }

    /// The height of a line of text of a size.
    pub(crate) fn line_height(size: f64) -> f64 {
        size * 1.3
    }

    /// A length of the picture as the `width` or `height` of the file.
    pub(crate) fn outer(&self, length: f64) -> String {
        match self.units_per_mm {
            Some(units) => format!("{}mm", ((length / units) * 100.0).round() / 100.0),
            None => format!("{}", (length * 100.0).round() / 100.0),
        }
    }
}
