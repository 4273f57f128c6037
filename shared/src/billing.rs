//! Billing (調定・請求): tariffs as data and the charges that follow from them.

pub mod charge;
pub mod tariff;
mod tariff_file;

pub use charge::{Charge, ChargeAmounts, ChargeError, ChargeInput, ChargePart, TierLine};
pub use tariff::{Claim, Tariff, TariffError};
