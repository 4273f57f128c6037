//! Estimates (認定) in the office: proposed by the utility's rule, decided by a second person.
//!
//! An approved estimate becomes a row among the readings of its round, so that the billing run, its
//! papers and lists take it like one. `docs/estimate.md` is the manual.

mod candidate;
mod decide;
mod in_a_row;
mod list;
mod practice;
mod propose;

use jiff::Timestamp;
use jiff::civil::Date;
use shared::ids::{ConnectionId, ConnectionNumber, EstimateId, ReadingId, RoundId, StaffId};
use shared::metering::NoReadReason;
use shared::metering::estimate::{Basis, Estimate, EstimateError, Stretch};
use shared::quantity::CubicMeters;

pub use candidate::{estimate_candidate, estimate_candidates};
pub use decide::{EstimateBatch, approve_estimates, decide_estimate};
pub use in_a_row::{EstimatedInARow, estimated_in_a_row};
pub use list::{estimate, estimates_of_connection, estimates_of_round};
pub use practice::{choose_estimate_rule, estimate_practice};
pub use propose::{ProposedBatch, propose_estimate, propose_estimates};

/// Kind of a reading that nobody took: the volume was certified (認定).
pub(crate) const ESTIMATED: i16 = 4;

/// A connection that could not be read in a round, with all that its volume is found from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EstimateCandidate {
    /// The connection.
    pub connection: ConnectionId,
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// 使用者; `None` where nobody has agreed to pay, and nothing is to be estimated.
    pub customer_name: Option<String>,
    /// 使用場所.
    pub address: String,
    /// Why it was not read; `None` for a code that this version does not know.
    pub reason: Option<NoReadReason>,
    /// The day of the last visit.
    pub visited_on: Date,
    /// What is known of it.
    pub basis: Basis,
    /// Estimates directly before this round (連続認定).
    pub in_a_row: u16,
}

/// What a clerk proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEstimate {
    /// The round.
    pub round: RoundId,
    /// The connection.
    pub connection: ConnectionId,
    /// Key of a reason of the rule.
    pub reason: String,
    /// Another volume than the rule leads to.
    pub usage: Option<CubicMeters>,
    /// Why it is another one.
    pub change_reason: String,
    /// A stretch of days that was measured by itself.
    pub measured: Option<Stretch>,
}

/// A proposal that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEstimate {
    /// Key.
    pub id: EstimateId,
    /// The round.
    pub round: RoundId,
    /// The connection.
    pub connection: ConnectionId,
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// The day of the visit in vain.
    pub read_on: Date,
    /// Code of the rule.
    pub rule: String,
    /// Key of the reason.
    pub reason: String,
    /// What the rule leads to, where it leads anywhere.
    pub by_rule: Option<CubicMeters>,
    /// 認定水量.
    pub usage: CubicMeters,
    /// Why it is another one; empty where it is not.
    pub change_reason: String,
    /// How the rule found it.
    pub result: Option<Estimate>,
    /// The same in words.
    pub explanation: String,
    /// Who proposed it.
    pub proposed_by: (StaffId, String),
    /// When.
    pub proposed_at: Timestamp,
    /// What became of it.
    pub decision: Option<EstimateDecision>,
}

impl StoredEstimate {
    /// The word in lists.
    pub fn state_japanese(&self) -> &'static str {
        match &self.decision {
            None => "決裁待ち",
            Some(decision) if decision.reading.is_some() => "認定済み",
            Some(_) => "取下げ・差戻し",
        }
    }
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EstimateDecision {
    /// The reading that it became; `None` where it was refused.
    pub reading: Option<ReadingId>,
    /// In the decider's words.
    pub remark: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Why something was refused. The codes are explained in [`crate::codes`].
#[derive(Debug, thiserror::Error)]
pub enum EstimateRefusal {
    /// No such round, connection, rule or proposal.
    #[error("no such round, connection, rule or proposal")]
    NotFound,
    /// Readings may still come in.
    #[error("the round is open")]
    RoundOpen,
    /// It was read, or an estimate was approved.
    #[error("the connection has a reading in this round")]
    AlreadyRead,
    /// The rule gives nothing.
    #[error("the rule gives no volume")]
    Rule(#[from] EstimateError),
    /// A volume of one's own needs a reason.
    #[error("a changed volume has a reason")]
    NoChangeReason,
    /// A proposal is approved by a second person.
    #[error("a proposal is approved by a second person")]
    SamePerson,
    /// It was decided before.
    #[error("the proposal was decided before")]
    Decided,
    /// Nobody would pay for it.
    #[error("nobody is supplied at the connection")]
    NoUser,
    /// The utility has not said by which rule it goes.
    #[error("no rule of estimates is chosen")]
    NoPractice,
    /// No meter could show so much.
    #[error("the volume is beyond every dial")]
    VolumeTooLarge,
    /// What is stored cannot be read.
    #[error("the stored computation cannot be read")]
    Unreadable(#[from] serde_json::Error),
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[source] sqlx::Error),
}

impl EstimateRefusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            EstimateRefusal::NotFound => "M20",
            EstimateRefusal::RoundOpen => "M21",
            EstimateRefusal::AlreadyRead => "M22",
            EstimateRefusal::Rule(EstimateError::UnknownReason) => "M23",
            EstimateRefusal::Rule(EstimateError::NothingFits) => "M24",
            EstimateRefusal::NoChangeReason => "M25",
            EstimateRefusal::SamePerson => "M26",
            EstimateRefusal::Decided => "M27",
            EstimateRefusal::NoUser => "M28",
            EstimateRefusal::NoPractice => "M29",
            EstimateRefusal::VolumeTooLarge => "M30",
            EstimateRefusal::Unreadable(_) => "X99",
            EstimateRefusal::Database(_) => "X90",
        }
    }
}

impl From<sqlx::Error> for EstimateRefusal {
    fn from(error: sqlx::Error) -> Self {
        let constraint = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
        match constraint {
            Some("estimate_decision_by_a_second_person") => EstimateRefusal::SamePerson,
            Some("estimate_decision_pkey") => EstimateRefusal::Decided,
            _ => EstimateRefusal::Database(error),
        }
    }
}
