//! What whole-system tests share: finding the built programs, starting a server, driving a browser.

pub mod browser;
pub mod programs;
pub mod server;
pub mod tariff_reference;
