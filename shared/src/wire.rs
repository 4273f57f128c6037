//! Messages between terminal and server (同期), frozen by version.
//!
//! Postcard is not self-describing: the order of fields and variants *is* the format. A version
//! is frozen the day a terminal ships with it; a change is a new variant at the end, and the
//! golden bytes in `wire/tests.rs` fail if anybody forgets. Integers, texts and ids only: a type
//! of the trade may change, these may not. Days are counted from 1970-01-01, seconds likewise.

pub mod field;
pub mod log;
pub mod package;
pub mod sync;
mod terms;

pub use field::{
    CashReceiptV1, CashVoidV1, DaySignedV1, MeterExchangeV1, NoteV1, PaperV1, PhotoV1, PositionV1,
    ServiceStartV1, ServiceStopV1, SuspensionStepV1, VisitV1,
};
pub use log::{Event, EventV1, LogEntry, NoReadV1, ReadingV1, RunningHash, SlipV1};
pub use package::{
    DebitV1, EnrolmentV1, IssuerV1, LayoutV1, OnSiteV1, PastUsageV1, PlannedConnectionV1, ReaderV1,
    RemarkV1, RoundV1, RouteV1, RouteWorkV1, ScreeningLimitsV1, TariffV1, UseClassV1, UtilityV1,
    WorkOrderV1, WorkPackage, WorkPackageV1,
};
pub use sync::{
    QuarantinedV1, ReceiptV1, SyncRequest, SyncRequestV1, SyncResponse, SyncResponseV1,
};
pub use terms::{ChargeTermsV1, ReliefV1, SewageSourceV1};

use serde::{Serialize, de::DeserializeOwned};

/// Why bytes are no message.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// Not a message of this kind.
    #[error("the message could not be decoded")]
    Decode(#[from] postcard::Error),
    /// A message with something behind it.
    #[error("{0} bytes follow the message")]
    TrailingBytes(usize),
    /// A message that is longer than any honest one.
    #[error("the message holds {0} entries")]
    TooMany(usize),
}

/// The bytes of a message.
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    postcard::to_allocvec(message).expect("messages hold nothing that postcard cannot encode")
}

/// The message in `bytes`, all of them.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    let (message, rest) = postcard::take_from_bytes(bytes)?;
    if rest.is_empty() { Ok(message) } else { Err(WireError::TrailingBytes(rest.len())) }
}

#[cfg(test)]
mod tests;
