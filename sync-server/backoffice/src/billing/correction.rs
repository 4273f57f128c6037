//! Corrections of bills (更正): proposed with before and after, and posted by a second person.
//!
//! Posting takes every assessment of the bill back, puts new ones beside them and a new bill that
//! names the one it replaces; nothing is ever updated. `docs/correction.md` is the manual.

mod anew;
mod compute;
mod decide;
mod facts;
mod list;
mod post;
mod propose;
mod received;
mod related;
mod sums;

use jiff::Timestamp;
use jiff::civil::Date;
use shared::billing::correction::{
    Correction, CorrectionError, CorrectionReason, EarlierReduction, Paper,
};
use shared::connection::{MeterSize, UsageClass};
use shared::ids::{
    BillId, ConnectionId, ConnectionNumber, CorrectionId, LeakAdjustmentId, ReadingId, RoundId,
    StaffId,
};
use shared::quantity::{CubicMeters, Yen};

use super::error::BillingError;
use super::run::UnbilledReason;
use super::run::anew::AnewError;

pub use compute::{CorrectionTrial, try_correction};
pub use decide::{CorrectionDecisionOrder, decide_correction};
pub use facts::{BillToCorrect, CorrectedReading, bill_to_correct};
pub use list::{
    CorrectedClaim, CorrectionFilter, CorrectionState, Replacement, bill_replacements, correction,
    correction_charges, corrections, corrections_of_connection,
};
pub use propose::propose_correction;
pub use received::{PaidOnSite, ReceivedForBill};
pub use related::{DriftedBill, RelatedBill, drifted_bills};
pub use sums::{CorrectedTotal, RoundSums, round_sums};

pub(super) use compute::leak_change;
pub(super) use decide::post_leak_adjustment;
pub(super) use facts::{StoredBill, stored_bill};

/// What was wrong, as it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorrectedFacts {
    /// What the dials really showed (正しい指針).
    Register(u32),
    /// What the charge depends on besides the volume.
    Terms {
        /// 口径.
        size: MeterSize,
        /// 用途.
        use_class: UsageClass,
        /// 算定戸数.
        dwellings: u16,
    },
    /// A settlement says that more was estimated than used: this bill is lowered by so much.
    Settled {
        /// The real reading that settled.
        reading: ReadingId,
        /// By how much.
        lower_by: CubicMeters,
    },
    /// An approved leak adjustment.
    Leak(LeakAdjustmentId),
    /// Nothing but what is registered now: reliefs, other water, meters, classes.
    Registered,
}

impl CorrectedFacts {
    /// Its word.
    pub fn reason(&self) -> CorrectionReason {
        match self {
            CorrectedFacts::Register(_) => CorrectionReason::Misreading,
            CorrectedFacts::Terms { .. } => CorrectionReason::WrongFacts,
            CorrectedFacts::Settled { .. } => CorrectionReason::EstimateSettled,
            CorrectedFacts::Leak(_) => CorrectionReason::LeakAdjustment,
            CorrectedFacts::Registered => CorrectionReason::Registered,
        }
    }
}

/// A correction that is to be proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCorrection {
    /// The bill that holds.
    pub bill: BillId,
    /// What was wrong.
    pub facts: CorrectedFacts,
    /// What becomes of an earlier leak adjustment, where the bill has one.
    pub earlier_reduction: Option<EarlierReduction>,
    /// What the customer gets.
    pub paper: Paper,
    /// Why, in the proposer's words.
    pub grounds: String,
}

/// A proposal that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCorrection {
    /// Key.
    pub id: CorrectionId,
    /// The bill that it replaces.
    pub bill: BillId,
    /// The round of the bill.
    pub round: RoundId,
    /// The connection.
    pub connection: ConnectionId,
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// Who pays.
    pub customer_name: String,
    /// Why.
    pub reason: CorrectionReason,
    /// What the customer gets.
    pub paper: Paper,
    /// Why, in the proposer's words.
    pub grounds: String,
    /// 正しい指針, where a reading is corrected.
    pub register_value: Option<u32>,
    /// The leak adjustment that is posted.
    pub adjustment: Option<LeakAdjustmentId>,
    /// The reading whose settlement lowers this bill.
    pub settlement: Option<ReadingId>,
    /// By how much that lowers its water.
    pub lowered: Option<CubicMeters>,
    /// What becomes of an earlier leak adjustment.
    pub earlier_reduction: Option<EarlierReduction>,
    /// Before and after.
    pub result: Correction,
    /// The same in words.
    pub explanation: String,
    /// After less before.
    pub difference: Yen,
    /// Who proposed it.
    pub proposed_by: (StaffId, String),
    /// When.
    pub proposed_at: Timestamp,
    /// What became of it.
    pub decision: Option<CorrectionDecision>,
    /// The bill that took the other one's place.
    pub new_bill: Option<BillId>,
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionDecision {
    /// Approved and posted, or refused.
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
pub enum CorrectionRefusal {
    /// No such bill or proposal.
    #[error("no such bill or proposal")]
    NotFound,
    /// Nothing would change, or the rules lead nowhere.
    #[error("the correction leads to nothing")]
    Rule(#[from] CorrectionError),
    /// The bill was replaced by another one.
    #[error("the bill was replaced by bill {0}")]
    Replaced(BillId),
    /// The charge was made by terms that a leak adjustment cannot be held against.
    #[error("the charge has terms that a leak adjustment cannot compute")]
    Terms,
    /// The agreement of the bill does not hold on the day of its reading any more.
    #[error("the agreement of the bill does not hold on the day of its reading any more")]
    OtherAgreement,
    /// The billing run would leave it out.
    #[error("the run would leave it out: {0:?}")]
    LeftOut(UnbilledReason),
    /// The dials cannot show that, or lie below the reading before.
    #[error("the corrected dials do not fit: before {before}")]
    Dials {
        /// The dials before.
        before: u32,
    },
    /// The estimates that the reading settled come to more than it now measures.
    #[error("the settlement would become negative")]
    SettlementBelow,
    /// More is taken off than the settlement leaves.
    #[error("the settlement leaves {left} m³")]
    AboveSettlement {
        /// What is left to correct.
        left: u32,
    },
    /// The books say that the customer gets another paper.
    #[error("by what was received the paper is {0:?}")]
    OtherPaper(Paper),
    /// Nobody said why.
    #[error("a proposal has grounds")]
    NoGrounds,
    /// A proposal is approved by a second person.
    #[error("a proposal is approved by a second person")]
    SamePerson,
    /// It was decided before.
    #[error("the proposal was decided before")]
    Decided,
    /// Bill, reading or tariff changed after it was proposed.
    #[error("what was proposed does not follow any more")]
    Changed,
    /// What was written does not add up.
    #[error("the correction does not add up: {0}")]
    DoesNotAddUp(String),
    /// What is stored cannot be read.
    #[error("the stored computation cannot be read")]
    Unreadable(#[from] serde_json::Error),
    /// Tariffs or assessments cannot be read.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[source] sqlx::Error),
}

impl CorrectionRefusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            CorrectionRefusal::NotFound => "B60",
            CorrectionRefusal::Rule(CorrectionError::NothingChanges) => "B61",
            CorrectionRefusal::Rule(CorrectionError::ReducedBefore) => "B62",
            CorrectionRefusal::Rule(CorrectionError::Charge(error)) => error.code(),
            CorrectionRefusal::Replaced(_) => "B63",
            CorrectionRefusal::Terms => "B64",
            CorrectionRefusal::OtherAgreement => "B84",
            CorrectionRefusal::LeftOut(reason) => reason.code(),
            CorrectionRefusal::Dials { .. } => "B65",
            CorrectionRefusal::SettlementBelow => "B66",
            CorrectionRefusal::AboveSettlement { .. } => "B67",
            CorrectionRefusal::OtherPaper(_) => "B85",
            CorrectionRefusal::NoGrounds => "B53",
            CorrectionRefusal::SamePerson => "B54",
            CorrectionRefusal::Decided => "B55",
            CorrectionRefusal::Changed => "B68",
            CorrectionRefusal::DoesNotAddUp(_) => "B69",
            CorrectionRefusal::Unreadable(_) => "X99",
            CorrectionRefusal::Billing(error) => error.code(),
            CorrectionRefusal::Database(_) => "X90",
        }
    }

    /// What the code's text cannot say.
    pub fn details_ja(&self) -> Option<String> {
        match self {
            CorrectionRefusal::Replaced(bill) => Some(format!("差し替えた請求: {bill}")),
            CorrectionRefusal::Dials { before } => Some(format!("前回の指針: {before}")),
            CorrectionRefusal::AboveSettlement { left } => {
                Some(format!("減額できる残り: {left}m³"))
            }
            CorrectionRefusal::OtherPaper(paper) => Some(format!("選ぶ書類: {}", paper.japanese())),
            CorrectionRefusal::Rule(CorrectionError::Charge(error)) => Some(error.japanese()),
            CorrectionRefusal::LeftOut(UnbilledReason::Terms(error)) => Some(error.japanese()),
            CorrectionRefusal::Billing(error) => error.details_ja(),
            _ => None,
        }
    }
}

impl From<AnewError> for CorrectionRefusal {
    fn from(error: AnewError) -> Self {
        match error {
            AnewError::OtherAgreement => CorrectionRefusal::OtherAgreement,
            AnewError::LeftOut(reason) => CorrectionRefusal::LeftOut(reason),
            AnewError::Billing(error) => CorrectionRefusal::Billing(error),
        }
    }
}

impl From<sqlx::Error> for CorrectionRefusal {
    fn from(error: sqlx::Error) -> Self {
        let constraint = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
        match constraint {
            Some("correction_decision_by_a_second_person") => CorrectionRefusal::SamePerson,
            Some("correction_decision_pkey") => CorrectionRefusal::Decided,
            Some("reading_replaced_once" | "bill_replaced_once" | "assessment_once_a_round") => {
                CorrectionRefusal::Changed
            }
            _ => CorrectionRefusal::Database(error),
        }
    }
}

/// A later period whose volume counts from a reading that is corrected (次期の始まり).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterPeriod {
    /// 検針日.
    pub read_on: Date,
    /// 指針.
    pub register: u32,
    /// What was billed or is to be billed.
    pub usage: CubicMeters,
    /// What it comes to from the corrected dials; `None` where the dials would run backwards.
    pub becomes: Option<CubicMeters>,
    /// Its bill, which has to be corrected as well.
    pub bill: Option<BillId>,
}
