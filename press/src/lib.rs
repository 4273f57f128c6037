//! The press (帳票の組版): papers drawn as dots by their layouts, for terminals and for the office's preview.
//!
//! Pure: the same layout and the same values give the same dots everywhere. `docs/slip.md` describes
//! the layouts and the fields.

mod layout;
mod measures;
mod qr;
mod sheet;
mod typeface;
mod wrap;

use hardware::raster::Raster;
use shared::metering::UsageNotice;
use shared::paper::{Paper, PaperKind, Record, Template};

use sheet::Sheet;

/// A drawn paper.
#[derive(Debug, Clone)]
pub struct SlipDrawing {
    /// The picture, as wide as the print head.
    pub raster: Raster,
    /// Characters that the typeface lacks, each once. They are drawn as marked boxes.
    pub missing_glyphs: Vec<char>,
}

/// Draws the notice by the built-in layout for a print head of `width_dots` dots (384 or 576).
///
/// `qr_text` is what [`UsageNotice::seal`] gave for this very notice.
pub fn draw(notice: &UsageNotice, qr_text: &str, width_dots: u32) -> SlipDrawing {
    let template = Template::built_in(PaperKind::UsageNotice);
    draw_by(&template, &Record::of_notice(notice, qr_text), width_dots)
}

/// Draws a paper besides the notice by the built-in layout.
pub fn draw_paper(paper: &Paper, width_dots: u32) -> SlipDrawing {
    draw_by(&Template::built_in(paper.kind), &Record::of_paper(paper), width_dots)
}

/// Draws by a layout.
pub fn draw_by(template: &Template, record: &Record, width_dots: u32) -> SlipDrawing {
    let (raster, missing_glyphs, clashes) = compose(template, record, width_dots).finish();
    if clashes > 0 {
        tracing::warn!(paper.clashing_dots = clashes, "parts of the paper overlap");
    }
    SlipDrawing { raster: raster.safe_on_the_line(), missing_glyphs }
}

fn compose(template: &Template, record: &Record, width_dots: u32) -> Sheet {
    layout::compose(template, record, width_dots)
}

#[cfg(test)]
mod tests;
