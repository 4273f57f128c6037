//! The QR code (照合コード) of a slip: whole-dot modules with their quiet zone.

use qrcodegen::{QrCode, QrCodeEcc};

use super::sheet::Sheet;

/// White around the code that every reader may count on (JIS X 0510).
const QUIET_MODULES: i32 = 4;

/// Modules below 3 dots (0.375 mm) smear on thermal paper.
const MODULE_DOTS_MIN: i32 = 3;

/// The place that a code takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CodePlace {
    /// From the left edge to the end of the quiet zone.
    pub width: i32,
    /// White above and below.
    pub quiet: i32,
}

/// Draws the code at the left edge; the margin of the paper is part of its quiet zone. A text
/// that fits no code of the sheet's width draws nothing.
pub fn draw(sheet: &mut Sheet, text: &str, module_dots: i32) -> CodePlace {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else {
        return CodePlace::default();
    };
    let modules = code.size() + 2 * QUIET_MODULES;
    let module_dots = module_dots.min(sheet.width() / modules);
    if module_dots < MODULE_DOTS_MIN {
        return CodePlace::default();
    }
    let quiet = QUIET_MODULES * module_dots;
    let inset = (quiet - sheet.left()).max(0);
    let (left, top) = (sheet.left() + inset, sheet.y() + quiet);
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            sheet.fill(left + x * module_dots, top + y * module_dots, module_dots, module_dots);
        }
    }
    sheet.gap(modules * module_dots);
    CodePlace { width: inset + code.size() * module_dots + quiet, quiet }
}
