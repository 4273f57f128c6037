//! The terminal's event log (端末の記録): one writer, one order, each entry bound to the one before.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::field::{
    CashReceiptV1, CashVoidV1, DaySignedV1, MeterExchangeV1, NoteV1, PaperV1, PhotoV1,
    ServiceStartV1, ServiceStopV1, SuspensionStepV1, VisitV1,
};
use super::{WireError, decode, encode};

/// The hash of everything up to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunningHash(pub [u8; 32]);

impl RunningHash {
    /// Before the first entry.
    pub const START: RunningHash = RunningHash([0; 32]);

    /// After the entry with these bytes.
    #[must_use]
    pub fn then(self, entry_bytes: &[u8]) -> RunningHash {
        RunningHash(Sha256::new().chain_update(self.0).chain_update(entry_bytes).finalize().into())
    }
}

/// One entry. Its bytes are what is stored, hashed and sent; they are never made anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// 1, 2, 3, … without a hole.
    pub sequence: u64,
    /// Of the entry before; [`RunningHash::START`] for the first.
    pub previous: RunningHash,
    /// The terminal's clock. Orders nothing; shows when it was wrong.
    pub recorded_at_unix_seconds: i64,
    /// What happened.
    pub event: Event,
}

impl LogEntry {
    /// The bytes to store and send.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads an entry.
    pub fn decode(bytes: &[u8]) -> Result<LogEntry, WireError> {
        decode(bytes)
    }
}

/// What a terminal writes down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// As first shipped.
    V1(EventV1),
}

/// Events of version 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventV1 {
    /// A work package was taken on board.
    PackageReceived {
        /// Which.
        package: Uuid,
    },
    /// A reader logged in (`reader` is the login name).
    LoggedIn {
        /// Login name.
        reader: String,
    },
    /// A meter was read.
    Reading(ReadingV1),
    /// A meter could not be read.
    NoRead(NoReadV1),
    /// The printer said that a slip came out whole.
    SlipPrinted(SlipV1),
    /// A slip was begun and did not come out whole.
    SlipVoided(SlipV1),
    /// A meter was exchanged.
    MeterExchanged(MeterExchangeV1),
    /// A new user's water was turned on.
    ServiceStarted(ServiceStartV1),
    /// A user has left.
    ServiceStopped(ServiceStopV1),
    /// Cash was taken.
    CashTaken(CashReceiptV1),
    /// A receipt counts for nothing.
    CashVoided(CashVoidV1),
    /// Something to tell the office.
    Noted(NoteV1),
    /// A photo was taken.
    PhotoTaken(PhotoV1),
    /// A step of a suspension was done.
    SuspensionStepDone(SuspensionStepV1),
    /// The printer said that a paper came out whole.
    PaperPrinted(PaperV1),
    /// A paper was begun and did not come out whole.
    PaperVoided(PaperV1),
    /// The reader says that the day is done.
    DaySigned(DaySignedV1),
    /// Wrong PINs in a row (`reader` is the number as typed).
    LoginRefused {
        /// Login name.
        reader: String,
        /// How many in a row.
        failures: u16,
    },
}

/// A reading. A later one of the same connection and round replaces the earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingV1 {
    /// Minted on the terminal when the reader confirms.
    pub id: Uuid,
    /// The package it belongs to.
    pub package: Uuid,
    /// Key of the connection.
    pub connection: i64,
    /// The dials.
    pub register_value: u32,
    /// Digits of the register.
    pub register_digits: u8,
    /// The number as first typed, when a check made the reader type again.
    pub first_typed_value: Option<u32>,
    /// Volume in m³ as computed on the terminal.
    pub usage_m3: u32,
    /// Codes of the findings.
    pub findings: Vec<u8>,
    /// 0 not checked, 1 still, 2 turning with the taps shut.
    pub low_flow: u8,
    /// Day of the reading.
    pub read_on_unix_days: i32,
    /// Water charge shown, tax included.
    pub water_yen: Option<i64>,
    /// Sewerage charge shown, tax included; `None` where there is no sewerage.
    pub sewerage_yen: Option<i64>,
    /// Login name of the reader.
    pub reader: String,
    /// Circumstances.
    pub visit: VisitV1,
}

/// A meter that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoReadV1 {
    /// Minted on the terminal.
    pub id: Uuid,
    /// The package it belongs to.
    pub package: Uuid,
    /// Key of the connection.
    pub connection: i64,
    /// Code of the reason.
    pub reason: u8,
    /// Day of the visit.
    pub visited_on_unix_days: i32,
    /// Login name of the reader.
    pub reader: String,
    /// The reader comes again on this round (再訪問).
    pub comes_again: bool,
    /// The volume that the terminal proposes to certify (認定).
    pub estimate_m3: Option<u32>,
    /// Circumstances.
    pub visit: VisitV1,
}

/// A slip that was sent to the printer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipV1 {
    /// `H01-000017`.
    pub slip_number: String,
    /// The reading that it tells of.
    pub reading: Uuid,
    /// The slip that it repeats.
    pub reissue_of: Option<String>,
    /// The total printed.
    pub amount_yen: i64,
}
