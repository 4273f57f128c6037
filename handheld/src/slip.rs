//! The slip (検針票・使用水量のお知らせ): the usage notice drawn as dots for a mobile printer.
//!
//! Pure: the same notice gives the same dots on every terminal. `docs/slip.md` lists the fields
//! and describes the code for checking.

mod measures;
mod paper;
mod qr;
mod sections;
mod sheet;
mod typeface;
mod wrap;

use hardware::raster::Raster;
use shared::metering::UsageNotice;
use shared::paper::Paper;

use measures::Measures;
use sheet::Sheet;

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
    finish(compose(notice, qr_text, width_dots))
}

/// Draws a paper besides the notice.
pub fn draw_paper(paper: &Paper, width_dots: u32) -> SlipDrawing {
    finish(paper::compose(paper, width_dots))
}

fn finish(sheet: Sheet) -> SlipDrawing {
    let (raster, missing_glyphs, clashes) = sheet.finish();
    if clashes > 0 {
        tracing::warn!(slip.clashing_dots = clashes, "parts of the slip overlap");
    }
    SlipDrawing { raster: raster.safe_on_the_line(), missing_glyphs }
}

fn compose(notice: &UsageNotice, qr_text: &str, width_dots: u32) -> Sheet {
    let measures = Measures::of(width_dots);
    let mut sheet = Sheet::blank(width_dots, measures.margin);
    sections::head(&mut sheet, notice, &measures);
    sections::addressee(&mut sheet, notice, &measures);
    sections::usage(&mut sheet, notice, &measures);
    sections::charges(&mut sheet, notice, &measures);
    sections::messages(&mut sheet, notice, &measures);
    sections::foot(&mut sheet, notice, qr_text, &measures);
    sheet
}

#[cfg(test)]
mod tests;
