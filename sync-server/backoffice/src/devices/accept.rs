//! Taking in a terminal's request (送受信の受付): store first, apply, and say what is safe.
//!
//! The terminal forgets nothing until it is told so, and may send the same bytes any number of
//! times. One bad reading does not hold back the others: it is stored like them and shown to the
//! office. Only entries that do not continue the log are refused, with everything behind them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff_sqlx::ToSqlx;
use shared::wire::sync::ENTRIES_PER_UPLOAD_MAX;
use shared::wire::{QuarantinedV1, ReceiptV1, SyncRequestV1, SyncResponseV1, WorkPackage};
use sqlx::Row;
use sqlx::postgres::PgConnection;

use super::apply::{Source, apply};
use super::device::Device;
use super::log::{Head, Place, head, is_stored, place};
use super::photo_part::photo_part;
use crate::Backoffice;
use crate::metering::work_package;

/// Quarantined entries told to a terminal that asks how far it got.
const QUARANTINED_TOLD_MAX: i64 = 64;

/// Carries out a request of an authenticated terminal.
///
/// An error means that nothing of the request was kept, and that the same bytes may be sent again.
pub async fn accept(
    office: &Backoffice,
    device: &Device,
    request: SyncRequestV1,
    now: Timestamp,
) -> sqlx::Result<SyncResponseV1> {
    match request {
        SyncRequestV1::Status => {
            let mut db = office.pool.acquire().await?;
            let head = head(&mut db, device.id).await?;
            let from = 0;
            Ok(SyncResponseV1::Receipt(receipt(&mut db, device, head, 0, from).await?))
        }
        SyncRequestV1::FetchPackage => {
            let package = work_package(office, device.id, date_in_japan(now)).await?;
            Ok(package.map_or(SyncResponseV1::NoPackage, |package| {
                SyncResponseV1::Package(Box::new(WorkPackage::V1(package)))
            }))
        }
        SyncRequestV1::Upload { entries } if entries.len() > ENTRIES_PER_UPLOAD_MAX as usize => {
            Ok(SyncResponseV1::Refused { code: "S10".into() })
        }
        SyncRequestV1::Upload { entries } => upload(office, device, &entries, now).await,
        SyncRequestV1::UploadPhoto { id, offset, part } => {
            photo_part(office, device, id, offset, &part).await
        }
    }
}

async fn upload(
    office: &Backoffice,
    device: &Device,
    entries: &[Vec<u8>],
    now: Timestamp,
) -> sqlx::Result<SyncResponseV1> {
    let mut db = office.pool.begin().await?;
    // One upload of a terminal at a time: a repetition that overtakes its original waits here and
    // then finds everything stored.
    sqlx::query("select from devices.device where device_id = $1 for update")
        .bind(device.id.0)
        .execute(&mut *db)
        .await?;
    let before = head(&mut db, device.id).await?;
    let mut head = before;
    let mut refused = None;
    let today = date_in_japan(now);
    for bytes in entries {
        match place(bytes, head) {
            Place::Nowhere(code) => refused = Some(code),
            Place::Before(sequence) => {
                if !is_stored(&mut db, device.id, sequence, bytes).await? {
                    refused = Some("S14");
                }
            }
            Place::Next(event) => {
                let next = head.then(bytes);
                let source = Source { office, device, sequence: next.through, today, now };
                let quarantine = apply(&mut db, &source, event.map(|event| *event)).await?;
                store(&mut db, device, next, bytes, quarantine, now).await?;
                head = next;
            }
        }
        if refused.is_some() {
            break;
        }
    }
    let new = u32::try_from(head.through - before.through).expect("an upload is bounded");
    let from = before.through.min(head.through.saturating_sub(entries.len() as u64));
    let receipt = receipt(&mut db, device, head, new, from).await?;
    db.commit().await?;
    tracing::info!(
        device.code = device.code,
        stored_through = head.through,
        newly_stored = new,
        refused,
        "upload taken in"
    );
    Ok(match refused {
        Some(code) => SyncResponseV1::Refused { code: code.into() },
        None => SyncResponseV1::Receipt(receipt),
    })
}

async fn store(
    db: &mut PgConnection,
    device: &Device,
    head: Head,
    bytes: &[u8],
    quarantine: Option<&'static str>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into devices.log_entry
             (device_id, sequence, bytes, running_hash, received_at, quarantine)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(device.id.0)
    .bind(i64::try_from(head.through).map_err(|error| sqlx::Error::Encode(error.into()))?)
    .bind(bytes)
    .bind(head.hash.0.as_slice())
    .bind(now.to_sqlx())
    .bind(quarantine)
    .execute(db)
    .await?;
    Ok(())
}

/// What is stored, and which entries behind `from` wait for the office.
async fn receipt(
    db: &mut PgConnection,
    device: &Device,
    head: Head,
    newly_stored: u32,
    from: u64,
) -> sqlx::Result<ReceiptV1> {
    let quarantined = sqlx::query(
        "select sequence, quarantine from devices.log_entry
         where device_id = $1 and sequence > $2 and quarantine is not null
         order by sequence desc
         limit $3",
    )
    .bind(device.id.0)
    .bind(i64::try_from(from).unwrap_or(i64::MAX))
    .bind(QUARANTINED_TOLD_MAX)
    .fetch_all(db)
    .await?;
    let mut quarantined = quarantined
        .iter()
        .map(|row| {
            let sequence = row.try_get::<i64, _>("sequence")?.unsigned_abs();
            Ok(QuarantinedV1 { sequence, code: row.try_get("quarantine")? })
        })
        .collect::<sqlx::Result<Vec<_>>>()?;
    quarantined.reverse();
    Ok(ReceiptV1 {
        device: device.id.0,
        stored_through: head.through,
        running_hash: head.hash,
        newly_stored,
        quarantined,
    })
}

/// The business date of a moment: Japan has one time zone, nine hours ahead, and no summer time.
fn date_in_japan(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::fixed(Offset::constant(9))).date()
}
