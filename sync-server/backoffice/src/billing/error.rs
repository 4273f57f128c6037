//! Why billing was refused. The codes are explained in [`crate::codes`].

use jiff::civil::Date;
use shared::billing::{Claim, TariffFault};
use shared::ids::AssessmentId;

use super::golden_rows::GoldenCheck;

/// Why something was refused.
#[derive(Debug, thiserror::Error)]
pub enum BillingError {
    /// Another version of the claim's tariff holds on some of the days.
    #[error("the tariff {existing} holds from {from} on some of the same days")]
    TariffOverlap {
        /// Name of the version that is stored.
        existing: String,
        /// First day of its validity.
        from: Date,
    },
    /// The file cannot be read as a tariff.
    #[error("the text is no tariff: {}", first_fault(.0))]
    TariffFile(Vec<TariffFault>),
    /// No version of the tariff holds on a day that is to be billed.
    #[error("no tariff of {} holds on {on}", claim.key())]
    NoTariff {
        /// The claim.
        claim: Claim,
        /// The day of the reading.
        on: Date,
    },
    /// No such tariff.
    #[error("no such tariff")]
    NoSuchTariff,
    /// A tariff that was billed by cannot end before the day it was last billed by.
    #[error("the tariff was billed by after {before}")]
    TariffInUse {
        /// The day on which it was to end.
        before: Date,
    },
    /// No such version, draft or golden row.
    #[error("no such version of a tariff")]
    NoSuchVersion,
    /// The version is no draft any more.
    #[error("the version is no draft")]
    NotADraft,
    /// Somebody changed the draft since it was opened.
    #[error("the draft was changed in between")]
    DraftChanged,
    /// Who changed a draft last cannot approve it.
    #[error("a draft is approved by a second person")]
    SamePerson,
    /// Golden rows disagree with the version.
    #[error("{} golden rows disagree", .0.len())]
    GoldenRows(Vec<GoldenCheck>),
    /// An approved version has this code already.
    #[error("the code {0} is taken by an approved version")]
    CodeTaken(String),
    /// A golden row lacks something that it has to say.
    #[error("the golden row is not complete")]
    GoldenRowIncomplete,
    /// The round is still being read.
    #[error("the round is open")]
    RoundOpen,
    /// No such round.
    #[error("no such round")]
    NoSuchRound,
    /// The bills would be due before they are made.
    #[error("the due date lies before the assessment")]
    DueTooEarly,
    /// The office asked to stop; nothing was kept.
    #[error("the run was cancelled")]
    Cancelled,
    /// What was written does not add up; nothing was kept.
    #[error("the run does not add up: {0}")]
    DoesNotAddUp(String),
    /// The stored amounts do not come out of the stored tariff and input again.
    #[error("assessment {0} is not what its tariff and input lead to")]
    NotReproduced(AssessmentId),
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

fn first_fault(faults: &[TariffFault]) -> String {
    faults.first().map(ToString::to_string).unwrap_or_default()
}

impl BillingError {
    /// The stable code, explained in [`crate::codes`].
    pub fn code(&self) -> &'static str {
        match self {
            BillingError::TariffOverlap { .. } => "B01",
            BillingError::TariffFile(_) => "B02",
            BillingError::NoTariff { .. } => "B03",
            BillingError::NoSuchTariff => "B04",
            BillingError::TariffInUse { .. } => "B05",
            BillingError::RoundOpen => "B10",
            BillingError::NoSuchRound => "B11",
            BillingError::DueTooEarly => "B12",
            BillingError::Cancelled => "B13",
            BillingError::DoesNotAddUp(_) => "B14",
            BillingError::NotReproduced(_) => "B15",
            BillingError::NoSuchVersion => "B30",
            BillingError::NotADraft => "B31",
            BillingError::DraftChanged => "B32",
            BillingError::SamePerson => "B33",
            BillingError::GoldenRows(_) => "B34",
            BillingError::CodeTaken(_) => "B35",
            BillingError::GoldenRowIncomplete => "B36",
            BillingError::Database(_) => "X90",
        }
    }

    /// What the code's text cannot say, in Japanese: which tariff, which day.
    pub fn details_ja(&self) -> Option<String> {
        match self {
            BillingError::TariffOverlap { existing, from } => {
                Some(format!("登録済みの料金表: {existing}（{from}から）"))
            }
            BillingError::TariffFile(faults) => {
                let lines: Vec<String> = faults.iter().map(TariffFault::japanese).collect();
                Some(lines.join("\n"))
            }
            BillingError::NoTariff { claim, on } => {
                Some(format!("{}の料金表がない検針日: {on}", claim.japanese()))
            }
            BillingError::TariffInUse { before } => Some(format!("終了日: {before}")),
            BillingError::GoldenRows(checks) => {
                let lines: Vec<String> = checks.iter().map(GoldenCheck::japanese).collect();
                Some(lines.join("\n"))
            }
            BillingError::CodeTaken(code) => Some(format!("記号: {code}")),
            BillingError::NotReproduced(id) => Some(format!("調定番号: {id}")),
            _ => None,
        }
    }
}
