//! One binary for all whole-system tests: linking once is cheaper than linking often.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod journeys;
mod rate;
mod story;
mod tariff_differential;
mod terms_on_site;
mod tidy;
mod whole_day;
