//! Colours that everyone can tell apart, and the shapes and dashes that double them.

use super::Theme;
use crate::geometry::Point;
use crate::svg::{Element, Outline};
use std::f64::consts::TAU;
use std::fmt;

/// A colour as red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) u8, pub(crate) u8, pub(crate) u8);

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl Colour {
    /// The colour a share of the way to another one.
    pub(crate) fn towards(self, other: Self, share: f64) -> Self {
        let mix = |a: u8, b: u8| {
            let mixed = f64::from(a) + (f64::from(b) - f64::from(a)) * share.clamp(0.0, 1.0);
            #[expect(clippy::cast_sign_loss, reason = "between two values of u8")]
            let channel = mixed.round() as u8;
            channel
        };
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast ratio, 1 to 21 (WCAG 2.2).
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Black or white, whichever reads better on this colour.
    pub(crate) fn readable_on(self) -> Self {
        let (black, white) = (Self(0, 0, 0), Self(255, 255, 255));
        if self.contrast(black) >= self.contrast(white) { black } else { white }
    }
}

/// The colours that belong to the ground and not to the data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neutrals {
    pub(crate) ground: Colour,
    pub(crate) ink: Colour,
    pub(crate) muted: Colour,
    pub(crate) axis: Colour,
    pub(crate) grid: Colour,
    /// Marks without a group.
    pub(crate) neutral: Colour,
    /// Opacity of marks that lie over each other: light fades on black sooner than dark on white.
    pub(crate) veil: f64,
}

impl Neutrals {
    pub(crate) fn of(theme: Theme) -> Self {
        match theme {
            Theme::Light => Self {
                ground: Colour(0xff, 0xff, 0xff),
                ink: Colour(0x1a, 0x1a, 0x1a),
                muted: Colour(0x59, 0x59, 0x59),
                axis: Colour(0x80, 0x80, 0x80),
                grid: Colour(0xe4, 0xe4, 0xe4),
                neutral: Colour(0x80, 0x80, 0x80),
                veil: 0.45,
            },
            Theme::Dark => Self {
                ground: Colour(0x16, 0x16, 0x16),
                ink: Colour(0xf2, 0xf2, 0xf2),
                muted: Colour(0xb3, 0xb3, 0xb3),
                axis: Colour(0x8c, 0x8c, 0x8c),
                grid: Colour(0x36, 0x36, 0x36),
                neutral: Colour(0x8c, 0x8c, 0x8c),
                veil: 0.65,
            },
        }
    }
}

/// More groups than this are drawn as the largest six and the rest.
pub(crate) const MAX_GROUPS: usize = 6;

/// Okabe and Ito (2008), in the order of their contrast on white.
const OKABE_ITO: [Colour; MAX_GROUPS] = [
    Colour(0x00, 0x72, 0xb2), // blue
    Colour(0xd5, 0x5e, 0x00), // vermillion
    Colour(0x00, 0x9e, 0x73), // bluish green
    Colour(0xcc, 0x79, 0xa7), // reddish purple
    Colour(0xe6, 0x9f, 0x00), // orange, with a rim on white
    Colour(0x56, 0xb4, 0xe9), // sky blue, with a rim on white
];

/// The colour of a group; groups past [`MAX_GROUPS`] share the neutral one.
pub(crate) fn group_colour(group: usize, ink: &Neutrals) -> Colour {
    OKABE_ITO.get(group).copied().unwrap_or(ink.neutral)
}

/// The colour of one of many groups that are named where they stand: past [`MAX_GROUPS`] those of the first again, paler, and past
/// twice as many the neutral one.
pub(crate) fn colour_of_many(group: usize, ink: &Neutrals) -> Colour {
    let own = group_colour(group % MAX_GROUPS, ink);
    match group / MAX_GROUPS {
        0 => own,
        1 => own.towards(ink.neutral, 0.5),
        _ => ink.neutral,
    }
}

/// The ground of Vega-Lite documents, which other programs draw: always light.
pub(crate) const VEGA_GROUND: &str = "#ffffff";
/// Marks and guides without a group in Vega-Lite documents.
pub(crate) const VEGA_NEUTRAL: &str = "#808080";

/// The colours of all groups, in order.
pub(crate) fn group_colours(theme: Theme) -> [Colour; MAX_GROUPS] {
    let ink = Neutrals::of(theme);
    std::array::from_fn(|group| group_colour(group, &ink))
}

/// The dashes of a group's line, in units of the line's width.
pub(crate) fn dash(group: usize) -> &'static [f64] {
    const DASHES: [&[f64]; MAX_GROUPS] =
        [&[], &[5.0, 2.0], &[1.5, 1.5], &[7.0, 2.0, 1.5, 2.0], &[3.0, 3.0], &[9.0, 3.0, 3.0, 3.0]];
    DASHES.get(group).copied().unwrap_or(&[1.0, 3.0])
}

/// The shape of a group's marks, all of about one area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Circle,
    TriangleUp,
    Square,
    Diamond,
    TriangleDown,
    Plus,
}

impl Shape {
    pub(crate) const ALL: [Self; MAX_GROUPS] = [
        Self::Circle,
        Self::TriangleUp,
        Self::Square,
        Self::Diamond,
        Self::TriangleDown,
        Self::Plus,
    ];

    /// The shape of a group.
    pub(crate) fn of(group: usize) -> Self {
        Self::ALL.get(group).copied().unwrap_or(Self::Circle)
    }

    /// The shape around a point, with the area of a circle of this radius.
    pub(crate) fn at(self, (x, y): Point, radius: f64) -> Element {
        let polygon = |corners: usize, reach: f64, turn: f64| {
            let corner = move |i: usize| {
                let angle = turn + TAU * i as f64 / corners as f64;
                (x + reach * angle.cos(), y + reach * angle.sin())
            };
            Element::path(Outline::through((0..corners).map(corner)).closed())
        };
        match self {
            Self::Circle => Element::circle((x, y), radius),
            Self::TriangleUp => polygon(3, radius * 1.45, -TAU / 4.0),
            Self::TriangleDown => polygon(3, radius * 1.45, TAU / 4.0),
            Self::Square => polygon(4, radius * 1.25, TAU / 8.0),
            Self::Diamond => polygon(4, radius * 1.3, 0.0),
            Self::Plus => {
                let (arm, half) = (radius * 1.2, radius * 0.42);
                let quarter = [(half, -half), (half, -arm), (-half, -arm)];
                let turned = (0..4).flat_map(|turns| {
                    quarter.map(|(dx, dy)| match turns {
                        0 => (x + dx, y + dy),
                        1 => (x + dy, y - dx),
                        2 => (x - dx, y - dy),
                        _ => (x - dy, y + dx),
                    })
                });
                Element::path(Outline::through(turned).closed())
            }
        }
    }
}

/// Cividis at the positions where straight lines between them stay within 3 of 255 of the published table
/// (Nuñez, Anderton and Renslow 2018, PLOS ONE 13(7), e0199239).
const CIVIDIS: [(f64, Colour); 12] = [
    (0.0, Colour(0, 34, 78)),
    (22.0, Colour(0, 49, 113)),
    (28.0, Colour(18, 53, 112)),
    (35.0, Colour(32, 58, 111)),
    (53.0, Colour(56, 71, 108)),
    (86.0, Colour(88, 94, 109)),
    (125.0, Colour(122, 122, 120)),
    (152.0, Colour(147, 142, 120)),
    (203.0, Colour(199, 183, 103)),
    (234.0, Colour(233, 211, 78)),
    (251.0, Colour(253, 227, 52)),
    (255.0, Colour(254, 232, 56)),
];

/// The sequential scale: dark blue at 0, yellow at 1.
pub(crate) fn cividis(share: f64) -> Colour {
    let at = share.clamp(0.0, 1.0) * 255.0;
    let next = CIVIDIS.iter().position(|(position, _)| *position >= at).unwrap_or(0).max(1);
    let ((from, low), (to, high)) = (CIVIDIS[next - 1], CIVIDIS[next]);
    low.towards(high, (at - from) / (to - from))
}

/// The diverging scale: blue below, grey at and orange above the value that means something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Diverging {
    middle: Colour,
}

impl Diverging {
    pub(crate) fn of(theme: Theme) -> Self {
        match theme {
            Theme::Light => Self { middle: Colour(0xe8, 0xe8, 0xe8) },
            Theme::Dark => Self { middle: Colour(0x40, 0x40, 0x40) },
        }
    }

    /// The colour of a position from -1 (far below) over 0 (the middle) to 1 (far above).
    pub(crate) fn at(self, position: f64) -> Colour {
        let end = if position < 0.0 { OKABE_ITO[0] } else { OKABE_ITO[1] };
        self.middle.towards(end, position.abs())
    }
}

/// Blue, grey and orange: what the diverging scale runs through.
pub(crate) fn diverging_ends(theme: Theme) -> [Colour; 3] {
    let scale = Diverging::of(theme);
    [-1.0, 0.0, 1.0].map(|position| scale.at(position))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reaches_seven_and_marks_three_to_one() {
        for theme in [Theme::Light, Theme::Dark] {
            let ink = Neutrals::of(theme);
            assert!(ink.ink.contrast(ink.ground) > 15.0);
            assert!(ink.muted.contrast(ink.ground) >= 7.0);
            assert!(ink.axis.contrast(ink.ground) >= 3.0);
            for group in 0..4 {
                assert!(group_colour(group, &ink).contrast(ink.ground) >= 3.0, "{group}");
            }
        }
    }

    #[test]
    fn contrast_is_as_measured_for_the_guide() {
        let white = Colour(255, 255, 255);
        for (group, expected) in [5.19, 3.87, 3.42, 3.06, 2.25, 2.31].into_iter().enumerate() {
            assert!((OKABE_ITO[group].contrast(white) - expected).abs() < 0.005, "{group}");
        }
    }

    #[test]
    fn cividis_goes_from_dark_to_light_without_a_step() {
        assert_eq!(cividis(0.0), Colour(0, 34, 78));
        assert_eq!(cividis(1.0), Colour(254, 232, 56));
        let Colour(red, green, blue) = cividis(0.5); // (124, 123, 120) in the published table
        assert!(red.abs_diff(124) <= 3 && green.abs_diff(123) <= 3 && blue.abs_diff(120) <= 3);
        let mut last = 0.0;
        for step in 0..=255 {
            let luminance = cividis(f64::from(step) / 255.0).luminance();
            assert!(luminance > last, "step {step}");
            last = luminance;
        }
    }

    #[test]
    fn text_on_every_cell_reads() {
        for step in 0..=100 {
            let share = f64::from(step) / 100.0;
            for cell in [cividis(share), Diverging::of(Theme::Dark).at(share * 2.0 - 1.0)] {
                assert!(cell.contrast(cell.readable_on()) >= 4.5, "{cell}");
            }
        }
    }
}
