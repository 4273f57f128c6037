//! The handheld terminal (ハンディ端末): everything the meter reader touches.

pub mod slip;
