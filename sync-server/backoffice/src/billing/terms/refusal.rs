//! Why a term was refused (料金の条件を受け付けない理由). The codes are explained in [`crate::codes`].

use jiff::civil::Date;
use sqlx::error::DatabaseError;

/// Why a term was refused.
#[derive(Debug, thiserror::Error)]
pub enum TermRefusal {
    /// No such connection, term, source or round.
    #[error("no such connection, term or round")]
    NotFound,
    /// Something is missing or out of bounds.
    #[error("the term is not complete")]
    Incomplete,
    /// Another term of the same kind holds on some of the days.
    #[error("the term overlaps another")]
    Overlap,
    /// The term was ended or withdrawn before, or ends after its own end.
    #[error("the term cannot be ended so")]
    NotEndable,
    /// Some of the days were assessed, and nobody confirmed that those are not changed.
    #[error("the days up to {0} are assessed")]
    Assessed(Date),
    /// The tariff of the first day does not have such a relief.
    #[error("the tariff has no such relief")]
    NoRelief,
    /// Nobody has agreed to pay on the first day.
    #[error("there is no agreement on the first day")]
    NoAgreement,
    /// The class is the same, or the tariff has no price for it.
    #[error("the use class cannot be changed so")]
    UseClass,
    /// The dials do not fit, or the round is assessed.
    #[error("the reading of the source does not fit")]
    Reading,
    /// Only the last change of a class can be withdrawn.
    #[error("only the last change can be withdrawn")]
    NotTheLast,
    /// The tariffs cannot be read.
    #[error(transparent)]
    Billing(#[from] crate::billing::BillingError),
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

impl TermRefusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            TermRefusal::NotFound => "B70",
            TermRefusal::Incomplete => "B71",
            TermRefusal::Overlap => "B72",
            TermRefusal::NotEndable => "B73",
            TermRefusal::Assessed(_) => "B74",
            TermRefusal::NoRelief => "B75",
            TermRefusal::NoAgreement => "B76",
            TermRefusal::UseClass => "B77",
            TermRefusal::Reading => "B78",
            TermRefusal::NotTheLast => "B79",
            TermRefusal::Billing(error) => error.code(),
            TermRefusal::Database(_) => "X90",
        }
    }

    /// What the code's text cannot say.
    pub fn details_ja(&self) -> Option<String> {
        match self {
            TermRefusal::Assessed(until) => Some(format!("調定済みの検針日: {until}まで")),
            TermRefusal::Billing(error) => error.details_ja(),
            _ => None,
        }
    }

    /// What a constraint that was broken means for the clerk.
    pub(super) fn of(error: sqlx::Error) -> Self {
        let broken = error.as_database_error();
        let constraint = broken.and_then(|error| error.constraint()).unwrap_or_default();
        let is_ending = broken.and_then(DatabaseError::code).as_deref() == Some("23001");
        match constraint {
            "relief_grant_once_a_day"
            | "sewage_source_once_a_day"
            | "sewage_source_one_household_a_day"
            | "master_term_once_a_day"
            | "use_class_change_once_a_day" => TermRefusal::Overlap,
            "source_reading_pkey" => TermRefusal::Reading,
            _ if is_ending => TermRefusal::NotEndable,
            _ if broken.is_some_and(DatabaseError::is_check_violation) => TermRefusal::Incomplete,
            _ => TermRefusal::Database(error),
        }
    }
}
