//! The handheld terminal (ハンディ端末): everything the meter reader touches.
//!
//! `screens` decide (pure), `shell` carries out, `ui` shows, `store` remembers, `sync` sends.

pub mod bench;
pub mod codes;
pub mod display;
pub mod headless;
pub mod kept;
pub mod notice;
pub mod papers;
pub mod route;
pub mod screens;
pub mod shell;
pub mod store;
pub mod sync;
pub mod ui;
pub mod watchdog;
