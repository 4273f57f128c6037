//! Why a trial gave no result. The codes are explained in [`crate::codes`].

use crate::billing::BillingError;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// Nothing was assessed in the year.
    #[error("nothing was assessed in the year")]
    NothingBilled,
    /// The office asked to stop.
    #[error("the trial was cancelled")]
    Cancelled,
    /// An assessment names no tariff that is stored, or its input cannot be read.
    #[error("what an assessment was computed from cannot be read")]
    Unreadable,
    /// A stored tariff cannot be read.
    #[error("a stored tariff cannot be read")]
    Stored(#[from] BillingError),
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

impl LabError {
    /// The stable code, explained in [`crate::codes`].
    pub fn code(&self) -> &'static str {
        match self {
            LabError::NothingBilled => "L01",
            LabError::Cancelled => "L02",
            LabError::Unreadable => "L03",
            LabError::Stored(error) => error.code(),
            LabError::Database(_) => "X90",
        }
    }
}
