//! The ledger (仕訳): its numbers, its balances, and its lines as a file.

mod balances;
mod export;
mod numbers;

pub use balances::{Balance, LedgerSums, balances, check_balanced};
pub use export::{LEDGER_HEADER, LedgerRow, export_postings};

pub(crate) use numbers::{TRANSACTION_NUMBER, reserve_numbers};

/// Kind of a transfer that posts an assessment.
pub(crate) const KIND_ASSESSMENT: i16 = 1;
/// Kind of a transfer that takes an assessment back.
pub(crate) const KIND_REVERSAL: i16 = 2;
