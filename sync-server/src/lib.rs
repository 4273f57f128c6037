//! The server program (サーバー): everything that `minamo` can do, put together from `backoffice`
//! and `office-web`.
//!
//! `main.rs` reads clock, randomness and environment once and passes them on as [`outside::Outside`].

pub mod commands;
pub mod office;
pub mod outside;
pub mod practice;
pub mod refusal;
pub mod serve;
pub mod story;
pub mod sync;
pub mod telemetry;
pub mod tls;
