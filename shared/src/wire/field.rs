//! Events of the work besides reading (現地作業): exchange, start, stop, cash, notes, photos, the day's end.
//!
//! `u8` codes are those of `metering::field_work` unless said otherwise.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Circumstances of a visit that every kind of it may have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitV1 {
    /// Codes of the remarks (検針備考).
    pub remarks: Vec<u8>,
    /// Where the terminal was, if it knew.
    pub position: Option<PositionV1>,
    /// What the meter sent over its port, byte by byte; the evidence of a reading that was not typed.
    pub meter_frame: Option<Vec<u8>>,
    /// The first value that was typed and then cleared, before anything was confirmed.
    pub taken_back: Option<u32>,
}

/// A place on earth (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionV1 {
    /// Degrees north × 1,000,000.
    pub latitude_e6: i32,
    /// Degrees east × 1,000,000.
    pub longitude_e6: i32,
    /// How far off it may be, in m.
    pub accuracy_m: u16,
}

/// A meter was exchanged (メーター交換).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterExchangeV1 {
    /// Minted on the terminal.
    pub id: Uuid,
    /// The package it belongs to.
    pub package: Uuid,
    /// Key of the connection.
    pub connection: i64,
    /// The order that asked for it; `None` when the reader found it done.
    pub order: Option<i64>,
    /// Number on the meter that was taken out.
    pub removed_number: String,
    /// Its last dials.
    pub removed_value: u32,
    /// Number on the new meter.
    pub installed_number: String,
    /// Its size in mm.
    pub installed_size_mm: u16,
    /// Its digits.
    pub installed_digits: u8,
    /// Its first dials.
    pub installed_value: u32,
    /// Code of the reason.
    pub reason: u8,
    /// Number of the seal; may be empty.
    pub seal: String,
    /// Day.
    pub exchanged_on_unix_days: i32,
    /// Circumstances.
    pub visit: VisitV1,
    /// Login name of the reader.
    pub reader: String,
}

/// A new user's water was turned on (開栓).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceStartV1 {
    /// Minted on the terminal.
    pub id: Uuid,
    /// The package it belongs to.
    pub package: Uuid,
    /// Key of the connection.
    pub connection: i64,
    /// The order that asked for it.
    pub order: Option<i64>,
    /// Number on the meter as seen.
    pub meter_number: String,
    /// The dials.
    pub register_value: u32,
    /// Whether the tap was closed and was opened now.
    pub was_opened: bool,
    /// Day.
    pub started_on_unix_days: i32,
    /// Circumstances.
    pub visit: VisitV1,
    /// Login name of the reader.
    pub reader: String,
}

/// A user has left: the last reading and what is owed for the broken period (中止精算).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceStopV1 {
    /// Minted on the terminal.
    pub id: Uuid,
    /// The package it belongs to.
    pub package: Uuid,
    /// Key of the connection.
    pub connection: i64,
    /// The order that asked for it.
    pub order: Option<i64>,
    /// The dials.
    pub register_value: u32,
    /// Volume in m³ as computed on the terminal.
    pub usage_m3: u32,
    /// Codes of the findings.
    pub findings: Vec<u8>,
    /// Last day of supply.
    pub stopped_on_unix_days: i32,
    /// Water charge shown, tax included; `None` when it could not be computed on the spot.
    pub water_yen: Option<i64>,
    /// Sewerage charge shown.
    pub sewerage_yen: Option<i64>,
    /// Code of the payment.
    pub payment: u8,
    /// Whether the stop tap was closed.
    pub was_closed: bool,
    /// Circumstances.
    pub visit: VisitV1,
    /// Login name of the reader.
    pub reader: String,
}

/// Cash was taken on site and a receipt was given (現金領収).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashReceiptV1 {
    /// Minted on the terminal.
    pub id: Uuid,
    /// The package it belongs to.
    pub package: Uuid,
    /// Key of the connection.
    pub connection: i64,
    /// The stop that it settles.
    pub settles: Uuid,
    /// `H01-R000003`: without a hole on each terminal.
    pub receipt_number: String,
    /// What was due and taken.
    pub amount_yen: i64,
    /// What the customer handed over.
    pub handed_over_yen: i64,
    /// Day.
    pub taken_on_unix_days: i32,
    /// Login name of the reader.
    pub reader: String,
}

/// A receipt counts for nothing (領収書の取消).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashVoidV1 {
    /// The receipt's id.
    pub receipt: Uuid,
    /// Its number.
    pub receipt_number: String,
    /// Code of the reason.
    pub reason: u8,
    /// Login name of the reader.
    pub reader: String,
}

/// Something to tell the office (連絡事項).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteV1 {
    /// Minted on the terminal.
    pub id: Uuid,
    /// The package it belongs to.
    pub package: Uuid,
    /// Key of the connection; `None` for a place that has none.
    pub connection: Option<i64>,
    /// Code of the kind.
    pub kind: u8,
    /// In the reader's words, at most 200 characters.
    pub text: String,
    /// Day.
    pub noted_on_unix_days: i32,
    /// Where.
    pub position: Option<PositionV1>,
    /// Login name of the reader.
    pub reader: String,
}

/// A photo was taken (写真). Its bytes follow after the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoV1 {
    /// Minted on the terminal.
    pub id: Uuid,
    /// The package it belongs to.
    pub package: Uuid,
    /// Key of the connection.
    pub connection: i64,
    /// SHA-256 of the JPEG.
    pub sha256: [u8; 32],
    /// Its length.
    pub byte_count: u32,
    /// Day.
    pub taken_on_unix_days: i32,
    /// Login name of the reader.
    pub reader: String,
}

/// A step of a suspension was done (給水停止).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspensionStepV1 {
    /// Minted on the terminal.
    pub id: Uuid,
    /// The package it belongs to.
    pub package: Uuid,
    /// Key of the connection.
    pub connection: i64,
    /// The order.
    pub order: i64,
    /// Code of the step.
    pub step: u8,
    /// Code of the method of a cut; 0 where nothing was cut.
    pub method: u8,
    /// The dials, where they were read.
    pub register_value: Option<u32>,
    /// Number of the cap or seal; may be empty.
    pub seal: String,
    /// Why it was not cut, or what else happened; may be empty.
    pub text: String,
    /// Time of the terminal.
    pub done_at_unix_seconds: i64,
    /// Circumstances.
    pub visit: VisitV1,
    /// Login name of the reader.
    pub reader: String,
}

/// A paper other than the usage notice was sent to the printer (帳票).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperV1 {
    /// `H01-000018`: one row of numbers with the slips; receipts have their own.
    pub paper_number: String,
    /// Code of the kind (`shared::paper::PaperKind`).
    pub kind: u8,
    /// Key of the connection; 0 for papers about no connection.
    pub connection: i64,
    /// The event that it tells of.
    pub subject: Option<Uuid>,
    /// The paper that it repeats.
    pub reissue_of: Option<String>,
    /// The total printed; 0 where there is none.
    pub amount_yen: i64,
}

/// The reader says that the day is done (日計の確認).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySignedV1 {
    /// The package.
    pub package: Uuid,
    /// Day.
    pub day_unix_days: i32,
    /// Planned, read, not read, open.
    pub counts: [u32; 4],
    /// Sum of the volumes in m³.
    pub usage_m3: u64,
    /// Sum of the amounts shown.
    pub amount_yen: i64,
    /// Slips and papers printed, and voided.
    pub papers: [u32; 2],
    /// Exchanges, starts, stops, suspension steps, notes, photos.
    pub works: [u32; 6],
    /// Receipts that count, and voided ones.
    pub receipts: [u32; 2],
    /// Cash that has to be in the bag.
    pub cash_yen: i64,
    /// Login name of the reader.
    pub reader: String,
}
