//! The typeface of slips, screens and bills (BIZ UDゴシック, SIL Open Font License, `fonts/OFL.txt`).
//!
//! It travels inside the programs, so that a kanji looks the same on every terminal, printer and
//! PDF, whatever the machine has installed.

/// BIZ UDGothic Regular, a TrueType file.
pub static REGULAR: &[u8] = include_bytes!("../fonts/BIZUDGothic-Regular.ttf");

/// BIZ UDGothic Bold, a TrueType file.
pub static BOLD: &[u8] = include_bytes!("../fonts/BIZUDGothic-Bold.ttf");
