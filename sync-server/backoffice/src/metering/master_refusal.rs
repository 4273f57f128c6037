//! Why a master of the reader's work was refused (検針の設定・備考コードの誤り), field by field.

/// A mistake in what was entered. The codes are explained in [`crate::codes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MasterMistake {
    /// A number outside its bounds.
    OutOfRange,
    /// A range of receipt numbers that ends before it begins, or a terminal that has two.
    ReceiptRange,
    /// Receipts with higher numbers were given out already.
    ReceiptsGivenOut,
    /// Not T and 13 digits, or without a name.
    RegistrationNumber,
    /// It would begin before today, and slips of the past would no longer explain themselves.
    BeginsInThePast,
    /// The same code twice.
    CodeTwice,
    /// A code that a visit names is gone.
    UsedCodeGone,
    /// A name that is empty or too long for the slip.
    Name,
    /// Flags that contradict each other.
    Flags,
    /// No remark that is right, or none for a meter that cannot be read.
    Incomplete,
}

impl MasterMistake {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            MasterMistake::OutOfRange => "S60",
            MasterMistake::ReceiptRange => "S61",
            MasterMistake::ReceiptsGivenOut => "S62",
            MasterMistake::RegistrationNumber => "S63",
            MasterMistake::BeginsInThePast => "S64",
            MasterMistake::CodeTwice => "S65",
            MasterMistake::UsedCodeGone => "S66",
            MasterMistake::Name => "S67",
            MasterMistake::Flags => "S68",
            MasterMistake::Incomplete => "S69",
        }
    }
}

/// Why a new version was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MasterRefusal {
    /// Each mistake with the field that it is in: `cash_limit`, `code-7`.
    #[error("{} fields are wrong", .0.len())]
    Mistakes(Vec<(String, MasterMistake)>),
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}
