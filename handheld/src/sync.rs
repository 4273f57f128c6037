//! Send and receive (送受信): the log goes up in chunks, a work package comes down.
//!
//! Only a receipt counts: it names how far the log is on the server's disk and the hash up to
//! there, which must be our own. A broken line loses nothing; the next sync goes on from there.

mod https;
mod photos;
mod practice;

use std::sync::Mutex;

use shared::wire::{
    ReceiptV1, RunningHash, SyncRequest, SyncRequestV1, SyncResponse, SyncResponseV1, WireError,
    WorkPackage,
};

use crate::shell::lock;
use crate::store::{Store, StoreError};

pub use https::Https;
pub use practice::Practice;

/// The way to the server: a request in, an answer out.
pub trait Transport: Send + Sync {
    /// Sends a request and waits for the answer, within a bound.
    fn ask(&self, request: &SyncRequest) -> Result<SyncResponse, SyncError>;
}

/// Why a sync ended early.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// No connection, or it broke.
    #[error("the server could not be reached")]
    Line(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server said no, with its stable code.
    #[error("the server refused with {0}")]
    Refused(String),
    /// The answer makes no sense.
    #[error("the answer could not be read")]
    Answer(#[from] WireError),
    /// The server holds another history under this terminal's name.
    #[error("the server's log differs from ours at entry {0}")]
    Fork(u64),
    /// The terminal's memory failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl SyncError {
    /// Shown to the reader.
    pub fn code(&self) -> &str {
        match self {
            SyncError::Line(_) => "S91",
            SyncError::Refused(code) => code,
            SyncError::Answer(_) => "S92",
            SyncError::Fork(_) => "S12",
            SyncError::Store(error) => error.code(),
        }
    }

    /// What the reader is told.
    pub fn japanese(&self) -> String {
        match self {
            SyncError::Line(_) => {
                "サーバーにつながりません。置き台とケーブルを確認してください。記録は端末に残っています。".into()
            }
            SyncError::Refused(code) => match code.as_str() {
                "S02" => "この端末は登録されていないか、使用停止です。事務所に連絡してください。".into(),
                "S90" => "サーバーが混み合っています。少し待って、もう一度送受信してください。".into(),
                _ => "サーバーが受け付けませんでした。記録は端末に残っています。事務所に連絡してください。".into(),
            },
            SyncError::Answer(_) => "サーバーの返事を読み取れません。事務所に連絡してください。".into(),
            SyncError::Fork(_) => {
                "サーバーの記録と端末の記録が合いません。事務所に連絡してください。".into()
            }
            SyncError::Store(error) => error.japanese().into(),
        }
    }
}

/// What a sync brought.
#[derive(Debug)]
pub struct Synced {
    /// The route that is assigned to this terminal.
    pub package: Option<WorkPackage>,
    /// Entries that the server keeps, but that the office must look at.
    pub set_aside: usize,
}

/// Sends everything that no receipt covers, then asks for the package. `tell` hears how far the
/// receipts reach, of how many entries.
pub fn run(
    transport: &dyn Transport,
    store: &Mutex<Store>,
    tell: &dyn Fn(u64, u64),
) -> Result<Synced, SyncError> {
    let mut set_aside = 0;
    let mut receipt = receipt(transport.ask(&SyncRequest::V1(SyncRequestV1::Status))?)?;
    loop {
        believe(store, &receipt)?;
        let head = lock(store).head().sequence;
        tell(receipt.stored_through, head);
        if receipt.stored_through == head {
            break;
        }
        let entries = lock(store)
            .entries_after(receipt.stored_through, shared::wire::sync::ENTRIES_PER_UPLOAD_MAX)?;
        let before = receipt.stored_through;
        receipt =
            self::receipt(transport.ask(&SyncRequest::V1(SyncRequestV1::Upload { entries }))?)?;
        set_aside += receipt.quarantined.len();
        if receipt.stored_through <= before {
            return Err(SyncError::Refused("S90".into()));
        }
    }
    photos::send(transport, store)?;
    let package = match transport.ask(&SyncRequest::V1(SyncRequestV1::FetchPackage))? {
        SyncResponse::V1(SyncResponseV1::Package(package)) => Some(*package),
        SyncResponse::V1(SyncResponseV1::Refused { code }) => return Err(SyncError::Refused(code)),
        SyncResponse::V1(_) => None,
    };
    Ok(Synced { package, set_aside })
}

fn receipt(answer: SyncResponse) -> Result<ReceiptV1, SyncError> {
    match answer {
        SyncResponse::V1(SyncResponseV1::Receipt(receipt)) => Ok(receipt),
        SyncResponse::V1(SyncResponseV1::Refused { code }) => Err(SyncError::Refused(code)),
        SyncResponse::V1(_) => Err(SyncError::Refused("S92".into())),
    }
}

/// A receipt is believed when its hash is that of our own log.
fn believe(store: &Mutex<Store>, receipt: &ReceiptV1) -> Result<(), SyncError> {
    let mut store = lock(store);
    let ours: Option<RunningHash> = store.hash_at(receipt.stored_through)?;
    if ours != Some(receipt.running_hash) {
        return Err(SyncError::Fork(receipt.stored_through));
    }
    Ok(store.note_receipt(receipt.stored_through)?)
}

#[cfg(test)]
mod tests;
