//! The terminal's body: what the program touches of the machine, behind traits with honest twins.
//!
//! # Layout
//! - [`printer`]: what any slip printer can do and how it can fail; [`raster`]: the picture it gets.
//! - [`escpos`]: the driver, bytes in and bytes out; [`line`](mod@line): the serial line below it.
//! - [`clock`]: the only place that reads the time; [`console`]: the text screen behind the display.
//! - [`meter`]: a water meter read over its own port; [`camera`]: photos of the dials.
//! - [`battery`]: how long the terminal will last; [`position`]: where it is, if the utility wants that.
//! - [`twin`]: devices that are not there, for tests, training and the programs `virtual-printer`,
//!   `virtual-meter`.
//!
//! `terminal/` beside the sources holds what a real terminal needs from its operating system.

#![warn(missing_docs)]

pub mod battery;
pub mod camera;
pub mod clock;
pub mod console;
pub mod escpos;
pub mod line;
pub mod meter;
pub mod position;
pub mod printer;
pub mod raster;
pub mod twin;
