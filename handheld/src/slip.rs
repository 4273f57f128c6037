//! The slip (検針票・使用水量のお知らせ): the usage notice drawn as dots for a mobile printer.

use hardware::raster::Raster;
use shared::metering::UsageNotice;

/// A drawn slip.
#[derive(Debug, Clone)]
pub struct SlipDrawing {
    /// The picture, as wide as the print head.
    pub raster: Raster,
    /// Characters that the typeface lacks, each once. They are drawn as marked boxes.
    pub missing_glyphs: Vec<char>,
}

/// Draws the notice for a print head of `width_dots` dots (384 or 576).
///
/// `qr_text` is what [`UsageNotice::seal`] gave for this very notice.
pub fn draw(notice: &UsageNotice, qr_text: &str, width_dots: u32) -> SlipDrawing {
    let _ = (notice, qr_text);
    SlipDrawing { raster: Raster::white(width_dots, 8), missing_glyphs: Vec::new() }
}
