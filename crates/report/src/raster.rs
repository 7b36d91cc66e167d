//! SVG to PNG.

use crate::ReportError;
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use std::sync::{Arc, LazyLock};

/// The largest picture, in pixels: 16 384 × 16 384.
pub(crate) const MAX_PIXELS: f64 = 16_384.0 * 16_384.0;

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    fonts.set_serif_family("DejaVu Sans");
    Arc::new(fonts)
});

/// Renders an SVG made by this crate at a resolution in dots per inch, with the bundled font only: the same
/// bytes on every machine. A pixel of the `screen` preset is 1/96 inch, so 96 gives 960 pixels.
///
/// # Errors
/// [`ReportError::Render`] when the SVG is not one of this crate's or too large.
pub fn png(svg: &str, dpi: f64) -> Result<Vec<u8>, ReportError> {
    if !(dpi.is_finite() && dpi > 0.0) {
        return Err(ReportError::Render(format!("{dpi} dots per inch; it must be positive")));
    }
    let tree = tree(svg)?;
    let scale = dpi / 96.0;
    let (width, height) =
        (f64::from(tree.size().width()) * scale, f64::from(tree.size().height()) * scale);
    if width * height > MAX_PIXELS {
        let why = format!("{width:.0} × {height:.0} pixels are too many; ask for fewer dpi");
        return Err(ReportError::Render(why));
    }
    #[expect(clippy::cast_sign_loss, reason = "sizes are positive")]
    let (columns, rows) = (width.round().max(1.0) as u32, height.round().max(1.0) as u32);
    let mut pixels = Pixmap::new(columns, rows)
        .ok_or_else(|| ReportError::Render(format!("{columns} × {rows} pixels")))?;
    let fit = Transform::from_scale(
        columns as f32 / tree.size().width(),
        rows as f32 / tree.size().height(),
    );
    resvg::render(&tree, fit, &mut pixels.as_mut());
    encode(&pixels, dpi).map_err(|why| ReportError::Render(why.to_string()))
}

/// The SVG as it is drawn, with the bundled font only.
pub(crate) fn tree(svg: &str) -> Result<Tree, ReportError> {
    let options = Options { dpi: 96.0, fontdb: Arc::clone(&FONTS), ..Options::default() };
    Tree::from_str(svg, &options).map_err(|why| ReportError::Render(why.to_string()))
}

/// Every figure has an opaque ground, so the alpha channel says nothing and is left out.
fn encode(pixels: &Pixmap, dpi: f64) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    #[expect(clippy::cast_sign_loss, reason = "dots per inch are positive")]
    let dots_per_metre = (dpi / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: dots_per_metre,
        yppu: dots_per_metre,
        unit: png::Unit::Meter,
    }));
    let colours: Vec<u8> = pixels
        .pixels()
        .iter()
        .map(PremultipliedColorU8::demultiply)
        .flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()])
        .collect();
    encoder.write_header()?.write_image_data(&colours)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIGURE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"48\" height=\"24\">\
        <rect width=\"48\" height=\"24\" fill=\"#ffffff\"/>\
        <text x=\"2\" y=\"16\" font-size=\"12\" font-family=\"Nowhere, sans-serif\">Ab</text></svg>";

    fn decode(bytes: &[u8]) -> (png::OutputInfo, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
        let info = reader.next_frame(&mut pixels).expect("a frame");
        (info, pixels)
    }

    #[test]
    fn resolution_decides_the_number_of_pixels_and_text_is_drawn() {
        let bytes = png(FIGURE, 192.0).expect("a picture");
        let (info, pixels) = decode(&bytes);
        assert_eq!((info.width, info.height), (96, 48));
        assert!(pixels.iter().any(|channel| *channel < 50), "the bundled font drew something");
        assert_eq!(bytes, png(FIGURE, 192.0).expect("a picture"), "same bytes");
    }

    #[test]
    fn what_cannot_be_rendered_says_why() {
        assert!(png("<svg", 96.0).is_err());
        assert!(png(FIGURE, 0.0).is_err());
        assert!(png(FIGURE, 1e9).is_err());
    }
}
