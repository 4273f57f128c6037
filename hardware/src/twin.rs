//! Honest twins (双子): devices that are not there, but answer, run out and fail like real ones.

pub mod loopback;
pub mod pseudo_terminal;
pub mod tray;
pub mod virtual_meter;
pub mod virtual_printer;

pub use loopback::loopback;
pub use virtual_meter::VirtualMeter;
pub use virtual_printer::VirtualPrinter;
