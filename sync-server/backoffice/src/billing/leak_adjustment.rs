//! Leak adjustments (漏水減免): computed by a rule and the tariff in force, proposed, and decided by
//! a second person. An approved one is posted as a correction (更正) in the same transaction.

mod assessed;
mod compute;
mod proposals;

use jiff::Timestamp;
use jiff::civil::Date;
use shared::billing::correction::Paper;
use shared::billing::leak_adjustment::{LeakAdjustment, LeakCase, LeakError};
use shared::connection::{MeterSize, UsageClass};
use shared::ids::{ConnectionId, ConnectionNumber, LeakAdjustmentId, StaffId};
use shared::quantity::{CubicMeters, Yen};

pub use compute::{LeakSite, compute_leak_adjustment, leak_site};
pub use proposals::{
    decide_leak_adjustment, leak_adjustment, leak_adjustments, propose_leak_adjustment,
};

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeakQuestion {
    /// Code of the rule.
    pub rule: String,
    /// A.
    pub metered: CubicMeters,
    /// 口径.
    pub size: MeterSize,
    /// 用途.
    pub use_class: UsageClass,
    /// Months of the period.
    pub months: u8,
    /// Whether sewerage is billed too.
    pub has_sewerage: bool,
    /// Everything that the rule looks at.
    pub case: LeakCase,
}

/// What somebody decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeakDecisionOrder {
    /// Approved and posted, or refused.
    pub is_approved: bool,
    /// In the decider's words.
    pub remark: String,
    /// What the customer gets.
    pub paper: Paper,
    /// The day of the posting.
    pub on: Date,
    /// Until when the new bill is to be paid.
    pub due_on: Date,
}

/// A proposal that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeakProposal {
    /// Key.
    pub id: LeakAdjustmentId,
    /// Of which connection.
    pub connection: ConnectionId,
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// Last day of the period.
    pub read_on: Date,
    /// Why, in the proposer's words.
    pub grounds: String,
    /// The whole computation.
    pub result: LeakAdjustment,
    /// The same in words.
    pub explanation: String,
    /// What is taken off, tax included.
    pub difference: Yen,
    /// Who proposed it.
    pub proposed_by: (StaffId, String),
    /// When.
    pub proposed_at: Timestamp,
    /// What became of it.
    pub decision: Option<LeakDecision>,
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeakDecision {
    /// Approved (決裁) or refused (差戻し).
    pub is_approved: bool,
    /// In the decider's words.
    pub remark: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Why something was refused. The codes are explained in [`crate::codes`].
#[derive(Debug, thiserror::Error)]
pub enum LeakRefusal {
    /// The rule and the case do not lead to a result.
    #[error("the rule gives no result")]
    Rule(#[from] LeakError),
    /// No such rule, connection or proposal.
    #[error("no such rule, connection or proposal")]
    NotFound,
    /// No tariff holds on that day.
    #[error("no tariff holds on {0}")]
    NoTariff(Date),
    /// The proposer gave no grounds.
    #[error("a proposal has grounds")]
    NoGrounds,
    /// A proposal is approved by a second person.
    #[error("a proposal is approved by a second person")]
    SamePerson,
    /// It was decided before.
    #[error("the proposal was decided before")]
    Decided,
    /// What is stored cannot be read.
    #[error("the stored computation cannot be read")]
    Unreadable(#[from] serde_json::Error),
    /// Nobody read the meter on that day.
    #[error("there is no reading on {0}")]
    NoReading(Date),
    /// What was typed is not what is stored: each figure with both.
    #[error("what was typed differs from what is stored")]
    Differs(String),
    /// The volume of that day was certified, not metered.
    #[error("the volume of {0} is an estimate")]
    Estimated(Date),
    /// There is no bill to correct yet.
    #[error("the reading of {0} is not assessed yet")]
    NotAssessed(Date),
    /// The charge is for a part of a period, for which no rule says what B is.
    #[error("the charge is for a part of a period")]
    PartialPeriod,
    /// It cannot be posted.
    #[error(transparent)]
    Correction(#[from] super::correction::CorrectionRefusal),
    /// The tariffs cannot be read.
    #[error(transparent)]
    Billing(#[from] super::BillingError),
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

impl LeakRefusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            LeakRefusal::Rule(error) => error.code(),
            LeakRefusal::NotFound => "B51",
            LeakRefusal::NoTariff(_) => "B52",
            LeakRefusal::NoGrounds => "B53",
            LeakRefusal::SamePerson => "B54",
            LeakRefusal::Decided => "B55",
            LeakRefusal::NoReading(_) => "B56",
            LeakRefusal::Differs(_) => "B57",
            LeakRefusal::Estimated(_) => "B58",
            LeakRefusal::NotAssessed(_) => "B59",
            LeakRefusal::PartialPeriod => "B80",
            LeakRefusal::Correction(error) => error.code(),
            LeakRefusal::Unreadable(_) => "X99",
            LeakRefusal::Billing(error) => error.code(),
            LeakRefusal::Database(_) => "X90",
        }
    }

    /// What the code's text cannot say.
    pub fn details_ja(&self) -> Option<String> {
        match self {
            LeakRefusal::Rule(error) => error.details_ja(),
            LeakRefusal::NoTariff(on)
            | LeakRefusal::NoReading(on)
            | LeakRefusal::Estimated(on)
            | LeakRefusal::NotAssessed(on) => Some(format!("検針日: {on}")),
            LeakRefusal::Differs(figures) => Some(figures.clone()),
            LeakRefusal::Correction(error) => error.details_ja(),
            LeakRefusal::Billing(error) => error.details_ja(),
            _ => None,
        }
    }
}
