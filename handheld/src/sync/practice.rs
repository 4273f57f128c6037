//! The way that leads nowhere (練習用): receipts as the server would give them, and nothing leaves
//! the machine.

use std::sync::Mutex;

use shared::wire::{
    LogEntry, ReceiptV1, RunningHash, SyncRequest, SyncRequestV1, SyncResponse, SyncResponseV1,
};
use uuid::Uuid;

use super::{SyncError, Transport};
use crate::shell::lock;

/// A server in memory for one trainee.
#[derive(Debug)]
pub struct Practice {
    device: Uuid,
    log: Mutex<(u64, RunningHash)>,
}

impl Practice {
    /// For this terminal, with an empty log.
    pub fn new(device: Uuid) -> Practice {
        Practice { device, log: Mutex::new((0, RunningHash::START)) }
    }
}

impl Transport for Practice {
    fn ask(&self, request: &SyncRequest) -> Result<SyncResponse, SyncError> {
        let mut log = lock(&self.log);
        let SyncRequest::V1(request) = request;
        let before = log.0;
        match request {
            SyncRequestV1::FetchPackage => {
                return Ok(SyncResponse::V1(SyncResponseV1::NoPackage));
            }
            SyncRequestV1::Status => {}
            SyncRequestV1::UploadPhoto { id, offset, part } => {
                let through = offset + u32::try_from(part.len()).unwrap_or(u32::MAX);
                return Ok(SyncResponse::V1(SyncResponseV1::PhotoStored { id: *id, through }));
            }
            SyncRequestV1::Upload { entries } => {
                for bytes in entries {
                    let entry = LogEntry::decode(bytes)?;
                    if entry.sequence == log.0 + 1 && entry.previous == log.1 {
                        *log = (entry.sequence, log.1.then(bytes));
                    }
                }
            }
        }
        Ok(SyncResponse::V1(SyncResponseV1::Receipt(ReceiptV1 {
            device: self.device,
            stored_through: log.0,
            running_hash: log.1,
            newly_stored: u32::try_from(log.0 - before).unwrap_or(u32::MAX),
            quarantined: Vec::new(),
        })))
    }
}
