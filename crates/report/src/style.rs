//! The only place that knows colours, fonts and sizes.

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
