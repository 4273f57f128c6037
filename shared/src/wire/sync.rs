//! Requests and answers of the sync (送受信): `POST /sync`, body and answer in postcard.
//!
//! The terminal proves itself with the headers `x-minamo-device` (UUID) and
//! `authorization: Bearer` (token in lower-case hex). The server answers any number of repetitions
//! of a request with the same effect.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::log::RunningHash;
use super::package::WorkPackage;

/// How many entries one upload may hold.
pub const ENTRIES_PER_UPLOAD_MAX: u32 = 64;

/// The longest part of a photo in one request.
pub const PHOTO_PART_BYTES_MAX: usize = 32 * 1024;

/// A request of any version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyncRequest {
    /// As first shipped.
    V1(SyncRequestV1),
}

/// Requests of version 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyncRequestV1 {
    /// How far has the server stored this terminal's log?
    Status,
    /// Give me the work package that is assigned to me.
    FetchPackage,
    /// Store these entries, which follow each other.
    Upload {
        /// The bytes of [`super::LogEntry`] each, at most [`ENTRIES_PER_UPLOAD_MAX`].
        entries: Vec<Vec<u8>>,
    },
    /// Store this part of a photo, whose event is already in the log.
    UploadPhoto {
        /// The photo's id.
        id: Uuid,
        /// Where the part begins; the server answers with where to go on.
        offset: u32,
        /// At most [`PHOTO_PART_BYTES_MAX`].
        part: Vec<u8>,
    },
}

/// An answer of any version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyncResponse {
    /// As first shipped.
    V1(SyncResponseV1),
}

/// Answers of version 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyncResponseV1 {
    /// To `Status` and `Upload`.
    Receipt(ReceiptV1),
    /// To `FetchPackage`.
    Package(Box<WorkPackage>),
    /// To `FetchPackage`: no route is assigned.
    NoPackage,
    /// The request was not carried out; `code` is one of the stable S codes.
    Refused {
        /// `S02` and the like.
        code: String,
    },
    /// To `UploadPhoto`: so many bytes of it are on the server's disk.
    PhotoStored {
        /// The photo's id.
        id: Uuid,
        /// From where to go on; the whole length once it is complete and its hash agrees.
        through: u32,
    },
}

/// What the server has safely stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptV1 {
    /// Whose log.
    pub device: Uuid,
    /// Everything up to this sequence is on the server's disk. 0: nothing.
    pub stored_through: u64,
    /// The running hash up to there.
    pub running_hash: RunningHash,
    /// How many entries this upload added; 0 for a repetition.
    pub newly_stored: u32,
    /// Entries that are stored but could not be applied, with the reason.
    pub quarantined: Vec<QuarantinedV1>,
}

/// An entry that the office must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantinedV1 {
    /// Which.
    pub sequence: u64,
    /// A stable S code.
    pub code: String,
}
