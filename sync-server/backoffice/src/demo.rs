//! The demo town (実演用の町): invented people in real streets, with two years of believable history.
//!
//! [`Town::invent`] is pure: the same options give the same town, byte for byte. [`load`] writes it
//! to the database, [`Town::present`] tells what the dials show when the next round is walked.
//! Town names, postcodes and positions are Kofu's (`data/README.md`); nobody else is real.

mod connection;
mod dice;
mod history;
mod load;
mod names;
mod numbers;
mod occupancy;
mod people;
mod premises;
mod present;
mod quarter;
mod reading_days;
mod streets;
mod town;

pub use connection::{InventedAgreement, InventedConnection, InventedMeter, InventedReading};
pub use load::{
    DEMO_CLERK, DEMO_FIRST_READER, DEMO_OPERATOR, DEMO_PASSWORD, DEMO_PIN, DemoError, LoadOptions,
    Loaded, Progress, load,
};
pub use people::InventedCustomer;
pub use premises::Premises;
pub use present::{Seen, Sight, Twist};
pub use quarter::Quarter;
pub use town::{InventedRoute, PERIODS, Town, TownOptions};

#[cfg(test)]
mod tests;
