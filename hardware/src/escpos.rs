//! ESC/POS: the language of the mobile printers met in meter reading (SII, Star, Sanei, Citizen).
//!
//! [`encode`] makes the bytes of a slip, [`reply`] reads what the printer answers, and
//! [`SerialPrinter`] joins them over a serial line, every step with a deadline.

pub mod encode;
pub mod reply;
mod serial_printer;

pub use serial_printer::{SerialPrinter, Timing};
