//! One binary for all whole-system tests: linking once is cheaper than linking often.

mod journeys;
mod story;
mod tidy;
