//! Devices (ハンディ端末・同期): terminals, the logs they send, and what could not be applied.

mod accept;
mod apply;
mod apply_visit;
mod device;
mod enrol;
mod log;
mod quarantine;
#[cfg(test)]
mod tests;

pub use accept::accept;
pub use device::{Device, DeviceSummary, authenticate_device, devices, revoke_device};
pub use enrol::{EnrolError, NewDevice, enrol};
pub use quarantine::{QuarantinedEntry, quarantined};
