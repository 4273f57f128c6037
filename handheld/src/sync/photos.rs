//! Photos after the readings (写真の送信): part by part, from where the server says to go on.

use std::collections::BTreeSet;
use std::sync::Mutex;

use shared::wire::sync::PHOTO_PART_BYTES_MAX;
use shared::wire::{Event, EventV1, SyncRequest, SyncRequestV1, SyncResponse, SyncResponseV1};
use uuid::Uuid;

use super::{SyncError, Transport};
use crate::shell::lock;
use crate::store::Store;

/// How often a photo may be begun anew when the server finds its hash wrong.
const BEGINNINGS_MAX: u32 = 3;

/// Sends every photo whose entry the log holds, and forgets each when the server has it whole. A photo
/// that the server refuses stays and is tried again at the next sync; it holds nothing else back.
pub(super) fn send(transport: &dyn Transport, store: &Mutex<Store>) -> Result<(), SyncError> {
    let waiting = lock(store).photos_waiting();
    if waiting.is_empty() {
        return Ok(());
    }
    let told = told_of(&lock(store))?;
    for id in waiting {
        // The plug was pulled between the bytes and their entry: it was never shown as kept.
        let jpeg = if told.contains(&id) { lock(store).photo(id)? } else { None };
        let Some(jpeg) = jpeg else {
            if told.contains(&id) {
                tracing::error!("a photo is damaged in both copies");
            } else {
                lock(store).forget_photo(id)?;
            }
            continue;
        };
        if is_sent(transport, id, &jpeg)? {
            lock(store).forget_photo(id)?;
        }
    }
    Ok(())
}

fn told_of(store: &Store) -> Result<BTreeSet<Uuid>, SyncError> {
    let events = store.events()?.into_iter();
    Ok(events
        .filter_map(|entry| match entry.event {
            Event::V1(EventV1::PhotoTaken(photo)) => Some(photo.id),
            Event::V1(_) => None,
        })
        .collect())
}

/// Whether the server has all of it now.
fn is_sent(transport: &dyn Transport, id: Uuid, jpeg: &[u8]) -> Result<bool, SyncError> {
    let (mut at, mut beginnings) = (0_usize, 0);
    loop {
        let end = jpeg.len().min(at + PHOTO_PART_BYTES_MAX);
        let offset = u32::try_from(at).unwrap_or(u32::MAX);
        let part = jpeg.get(at..end).unwrap_or_default().to_vec();
        let request = SyncRequest::V1(SyncRequestV1::UploadPhoto { id, offset, part });
        let through = match transport.ask(&request)? {
            SyncResponse::V1(SyncResponseV1::PhotoStored { through, .. }) => through,
            SyncResponse::V1(SyncResponseV1::Refused { code }) if code == "S52" => {
                beginnings += 1;
                if beginnings >= BEGINNINGS_MAX {
                    return Ok(false);
                }
                0
            }
            SyncResponse::V1(SyncResponseV1::Refused { code }) => {
                tracing::warn!(code, "the server does not take a photo");
                return Ok(false);
            }
            SyncResponse::V1(_) => return Err(SyncError::Refused("S92".into())),
        };
        let through = usize::try_from(through).unwrap_or(usize::MAX);
        if through >= jpeg.len() {
            return Ok(true);
        }
        // A server that does not get on must not keep the reader waiting for ever.
        if through <= at && through != 0 {
            return Ok(false);
        }
        if through == 0 && at == 0 && beginnings == 0 {
            return Ok(false);
        }
        at = through;
    }
}
