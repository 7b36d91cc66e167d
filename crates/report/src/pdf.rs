//! SVG to PDF.

use crate::ReportError;
use crate::raster::{MAX_PIXELS, tree};
use krilla::Document;
use krilla::geom::Size;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt as _, SvgSettings};

/// Points of a pixel of the `screen` preset, which is 1/96 inch.
const POINTS: f32 = 0.75;

/// An SVG made by this crate as a PDF of one page of the same size, its text as text in the bundled font: the same bytes on every machine.
///
/// # Errors
/// [`ReportError::Render`] when the SVG is not one of this crate's or too large.
///
/// # Example
/// ```
/// let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"96\" height=\"48\"><rect width=\"96\" height=\"48\" fill=\"#0072b2\"/></svg>";
/// let pdf = palenque_report::pdf(svg)?;
/// assert!(pdf.starts_with(b"%PDF"));
/// # Ok::<(), palenque_report::ReportError>(())
/// ```
pub fn pdf(svg: &str) -> Result<Vec<u8>, ReportError> {
    let refused = |why: &str| ReportError::Render(why.to_owned());
    let tree = tree(svg)?;
    let size = tree.size();
    if f64::from(size.width()) * f64::from(size.height()) > MAX_PIXELS {
        return Err(refused("the figure is too large"));
    }
    let (wide, high) = (size.width() * POINTS, size.height() * POINTS);
    let too_small = || refused("the figure has no size");
    let settings = PageSettings::from_wh(wide, high).ok_or_else(too_small)?;
    let size = Size::from_wh(wide, high).ok_or_else(too_small)?;
    let mut document = Document::new();
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    surface.draw_svg(&tree, size, SvgSettings::default());
    surface.finish();
    page.finish();
    document.finish().map_err(|why| ReportError::Render(format!("{why:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_carries_its_font_and_has_the_same_bytes_again() {
        let svg = |inside: &str| {
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"960\" height=\"600\">{inside}</svg>"
            )
        };
        let text = svg(
            "<text x=\"20\" y=\"30\" font-size=\"20\" font-family=\"DejaVu Sans\">Mezcal</text>",
        );
        let (bytes, empty) = (pdf(&text).expect("a page"), pdf(&svg("")).expect("a page"));
        assert!(
            bytes.starts_with(b"%PDF-") && bytes.len() > empty.len() + 2000,
            "the font is in it"
        );
        assert_eq!(bytes, pdf(&text).expect("a page"));
        assert!(pdf("<svg").is_err());
    }
}
