//! Work before it has an id and a place in the log (現地作業の下書き).

use shared::metering::{
    CutMethod, ExchangeReason, Finding, NoteKind, ReceiptVoidReason, RegisterReading,
    SettlementPayment, SuspensionStep,
};
use shared::quantity::CubicMeters;
use uuid::Uuid;

use crate::route::Amounts;

/// What the shell is to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkDraft {
    /// メーター交換.
    Exchange(ExchangeDraft),
    /// 開栓.
    Start(StartDraft),
    /// 中止精算, and the cash for it where it is paid at once.
    Stop(StopDraft, Option<CashDraft>),
    /// 現金領収 for a stop that is stored.
    Cash(CashDraft),
    /// 領収書の取消.
    VoidReceipt {
        /// The receipt.
        receipt: Uuid,
        /// Its number.
        number: String,
        /// Why.
        reason: ReceiptVoidReason,
    },
    /// 連絡事項.
    Note(NoteDraft),
    /// 給水停止.
    Suspension(SuspensionDraft),
}

/// A meter was exchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeDraft {
    /// The order that asked for it.
    pub order: Option<i64>,
    /// Number of the old one.
    pub removed_number: String,
    /// Its last dials.
    pub removed: RegisterReading,
    /// Number of the new one.
    pub installed_number: String,
    /// Its size in mm.
    pub installed_size_mm: u16,
    /// Its first dials.
    pub installed: RegisterReading,
    /// Why.
    pub reason: ExchangeReason,
    /// May be empty.
    pub seal: String,
    /// Codes of the remarks.
    pub remarks: Vec<u8>,
}

/// Water was turned on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartDraft {
    /// The order that asked for it.
    pub order: Option<i64>,
    /// As seen.
    pub meter_number: String,
    /// The dials.
    pub register: RegisterReading,
    /// The tap was closed and was opened now.
    pub was_opened: bool,
    /// Codes of the remarks.
    pub remarks: Vec<u8>,
}

/// A user has left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopDraft {
    /// The order that asked for it.
    pub order: Option<i64>,
    /// The last dials.
    pub register: RegisterReading,
    /// What is charged.
    pub usage: CubicMeters,
    /// What is odd.
    pub findings: Vec<Finding>,
    /// As shown.
    pub amounts: Amounts,
    /// How it is paid.
    pub payment: SettlementPayment,
    /// The tap was closed.
    pub was_closed: bool,
    /// Codes of the remarks.
    pub remarks: Vec<u8>,
}

/// Cash was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CashDraft {
    /// What was due.
    pub amount_yen: i64,
    /// What was handed over.
    pub handed_over_yen: i64,
}

/// Something to tell the office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteDraft {
    /// Of what kind.
    pub kind: NoteKind,
    /// In words.
    pub text: String,
}

/// A step of a suspension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspensionDraft {
    /// The order.
    pub order: i64,
    /// What was done.
    pub step: SuspensionStep,
    /// How it was cut.
    pub method: Option<CutMethod>,
    /// The dials.
    pub register: Option<RegisterReading>,
    /// Number of the cap; may be empty.
    pub seal: String,
    /// Why it was not cut; may be empty.
    pub text: String,
}
