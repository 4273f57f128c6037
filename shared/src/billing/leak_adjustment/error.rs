//! Why a leak adjustment cannot be given (減免できない理由). Nothing is guessed.

use crate::billing::ChargeError;

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeakError {
    /// The rule does not know the reason.
    #[error("the rule does not know this reason on that day")]
    UnknownReason,
    /// A cause for which the rule refuses.
    #[error("refused by the rule: {0}")]
    Refused(String),
    /// Something has to be handed in first.
    #[error("evidence is missing: {0}")]
    EvidenceMissing(String),
    /// More periods than the rule gives.
    #[error("the rule gives {0} periods")]
    TooManyPeriods(u8),
    /// The last relief is not long enough ago.
    #[error("the last relief has to be {0} months ago")]
    TooSoon(u16),
    /// For this reason a user gets it once.
    #[error("the user had a relief before")]
    OncePerUser,
    /// No way to find B.
    #[error("the standard volume cannot be found")]
    NoStandard,
    /// A does not lie above B.
    #[error("the metered volume does not exceed the standard")]
    NothingLeaked,
    /// More water is said to have entered the sewer than leaked.
    #[error("more entered the sewer than leaked")]
    SewerAboveLeak,
    /// The rule has no formula for the reason and size.
    #[error("the rule has no formula for this case")]
    NoFormula,
    /// The rule leaves the share to the office.
    #[error("the office has to say the share it grants")]
    ShareMissing,
    /// The charge cannot be computed.
    #[error("the charge cannot be computed")]
    Charge(#[from] ChargeError),
}

impl LeakError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            LeakError::UnknownReason => "B40",
            LeakError::Refused(_) => "B41",
            LeakError::EvidenceMissing(_) => "B42",
            LeakError::TooManyPeriods(_) => "B43",
            LeakError::TooSoon(_) => "B44",
            LeakError::OncePerUser => "B45",
            LeakError::NoStandard => "B46",
            LeakError::NothingLeaked => "B47",
            LeakError::SewerAboveLeak => "B48",
            LeakError::NoFormula => "B49",
            LeakError::ShareMissing => "B50",
            LeakError::Charge(error) => error.code(),
        }
    }

    /// What it is about, where the code's text cannot say it.
    pub fn details_ja(&self) -> Option<String> {
        match self {
            LeakError::Refused(words) => Some(words.clone()),
            LeakError::EvidenceMissing(name) => Some(format!("足りない書類: {name}")),
            LeakError::TooManyPeriods(most) => Some(format!("この規程では{most}期までです。")),
            LeakError::TooSoon(months) => {
                Some(format!("前回の減免から{months}か月たっている必要があります。"))
            }
            LeakError::Charge(error) => Some(error.japanese()),
            _ => None,
        }
    }
}
