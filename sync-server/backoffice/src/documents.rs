//! Documents (帳票): papers as PDF, set by typst from the templates of this crate.
//!
//! Only [`shared::font`] is used and nothing is read from the machine, so that the same bill gives
//! the same bytes wherever it is printed.

mod bill;
mod bill_notes;
mod correction;
mod error;
mod fit;
mod lab;
#[cfg(test)]
mod tests;
mod world;

pub use bill::bill_pdf;
pub use correction::{CorrectionPaper, correction_pdf};
pub use error::DocumentError;
pub use lab::lab_pdf;
