//! The trade of a water utility in pure Rust: no I/O, no clock, no randomness, no global state.
//!
//! One module per area (`connection`, `metering`, `billing`), the same word as in the database
//! schema, the server's folders and the office's addresses. `wire` and `panel` are the two
//! languages that the handheld speaks; nothing else is shared between it and the server.

#![warn(missing_docs)]
#![deny(clippy::float_arithmetic)]

pub mod billing;
pub mod calendar;
pub mod connection;
pub mod font;
pub mod ids;
pub mod ledger;
pub mod metering;
pub mod panel;
pub mod paper;
pub mod quantity;
pub mod search;
pub mod wire;
