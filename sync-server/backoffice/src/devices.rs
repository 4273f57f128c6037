//! Devices (ハンディ端末・同期): terminals, the logs they send, and what could not be applied.

mod accept;
mod apply;
mod apply_cash;
mod apply_exchange;
mod apply_note;
mod apply_paper;
mod apply_service;
mod apply_suspension;
mod apply_visit;
mod device;
mod enrol;
mod log;
mod photo_part;
mod place_of_visit;
mod quarantine;
mod seen;
#[cfg(test)]
mod tests;
mod visit;

pub use accept::accept;
pub use device::{Device, DeviceSummary, authenticate_device, devices, revoke_device};
pub use enrol::{EnrolError, NewDevice, enrol};
pub use quarantine::{QuarantinedEntry, quarantined};
