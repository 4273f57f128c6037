//! A slow, second opinion on charges (料金の検算): written from the words of the tariff manual alone.
//!
//! It shares no code with the engine: it reads the TOML itself, prices each cubic meter by its
//! place in the table period, and keeps exact fractions until a rounding is named. What it says
//! and what `shared::billing` says must agree to the yen, over any tariff that
//! [`generate`] can write and over every tariff of the project.

pub mod calendar;
pub mod claim;
pub mod fraction;
pub mod generate;
pub mod part;
pub mod rated;
pub mod run;
pub mod schedule;

pub use claim::{Amounts, Asked, Refusal, amounts, bill};
pub use run::{Case, Difference, compare};
pub use schedule::{Schedule, read};
