//! What a billing run is told and what it tells (調定処理の指示と結果).

use jiff::civil::Date;
use shared::billing::{ChargeError, Claim, TermsError};
use shared::ids::{ConnectionId, RoundId};
use shared::quantity::Yen;

use crate::billing::ClaimTotal;
pub use crate::jobs::CancelFlag;

/// Connections named in a summary; more are only counted.
pub(super) const NAMED_MAX: usize = 100;

/// Which round, and the dates of its papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BillingOrder {
    /// A closed round.
    pub round: RoundId,
    /// 調定日, also the day of issue.
    pub assessed_on: Date,
    /// 納期限.
    pub due_on: Date,
}

/// What a run needs to know of its round.
#[derive(Debug, Clone, Copy)]
pub(super) struct Round {
    pub(super) id: RoundId,
    pub(super) months: u8,
    /// Connections that were to be read: what progress is measured against.
    pub(super) planned: u64,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunProgress {
    /// Bills that are written.
    pub bills: u64,
    /// Connections that were to be read in the round; some of them get no bill.
    pub planned: u64,
}

/// A slip that showed another amount than was assessed (お知らせ票との差).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub connection: ConnectionId,
    /// Which claim.
    pub claim: Claim,
    /// What the slip said.
    pub slip: Yen,
    /// What was assessed.
    pub assessed: Yen,
}

/// Why a read connection got no bill. Nothing is guessed: it is left over for a later run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnbilledReason {
    /// The tariff or its terms lead to no charge.
    Terms(TermsError),
    /// Its meter has a size that the trade does not know.
    UnknownCode,
    /// Estimates are to be settled, and the user or the meter is another one by now.
    SettlementAcross,
    /// Its dials stand lower than before, and nobody has found its volume yet.
    Held,
}

impl UnbilledReason {
    pub(super) fn of(error: ChargeError) -> Self {
        UnbilledReason::Terms(TermsError::Charge(error))
    }

    /// The stable code, explained in [`crate::codes`].
    pub fn code(self) -> &'static str {
        match self {
            UnbilledReason::Terms(TermsError::Charge(ChargeError::NoRate { .. })) => "B20",
            UnbilledReason::Terms(TermsError::Charge(ChargeError::Period { .. })) => "B21",
            UnbilledReason::Terms(TermsError::Charge(ChargeError::Unbalanced)) => "B22",
            UnbilledReason::Terms(error) => error.code(),
            UnbilledReason::UnknownCode => "B23",
            UnbilledReason::SettlementAcross => "B24",
            UnbilledReason::Held => "B25",
        }
    }
}

/// A read connection without a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unbilled {
    /// Which one.
    pub connection: ConnectionId,
    /// Why.
    pub reason: UnbilledReason,
}

/// What a run made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunSummary {
    /// Bills made.
    pub bills: u64,
    /// Sum of the bills.
    pub amount: Yen,
    /// Assessments by claim.
    pub claims: Vec<ClaimTotal>,
    /// Ledger transfers made.
    pub transfers: u64,
    /// Read, but nobody has agreed to pay: master meters, stopped service.
    pub without_agreement: u64,
    /// Slips whose amount was compared, claim by claim.
    pub slips_compared: u64,
    /// Slips that showed another amount.
    pub slips_different: u64,
    /// The first of them.
    pub differences: Vec<Difference>,
    /// Read connections that could not be billed.
    pub unbilled_count: u64,
    /// The first of them.
    pub unbilled: Vec<Unbilled>,
}
