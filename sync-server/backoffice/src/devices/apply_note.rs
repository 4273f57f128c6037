//! Applying notes and photos (連絡事項・写真の反映).

use jiff_sqlx::ToSqlx;
use shared::metering::NoteKind;
use shared::wire::{NoteV1, PhotoV1};
use sqlx::postgres::PgConnection;

use super::apply::{NotApplied, Source, stored_once};
use super::place_of_visit::{exists, handed_over};

/// The longest photo: what the office's rules for attachments allow.
const PHOTO_BYTES_MAX: i32 = 5 * 1024 * 1024;

/// Writes down what a reader tells the office.
pub(super) async fn apply_note(
    db: &mut PgConnection,
    source: &Source<'_>,
    note: NoteV1,
) -> Result<(), NotApplied> {
    let place = handed_over(db, source, note.package).await?;
    let on = place.day_of_visit(note.noted_on_unix_days, source.today)?;
    let kind = NoteKind::from_code(note.kind).ok_or(NotApplied::Quarantine("S45"))?;
    if let Some(connection) = note.connection
        && !exists(db, source, connection).await?
    {
        return Err(NotApplied::Quarantine("S22"));
    }
    let stored = sqlx::query(
        "insert into metering.note
             (utility_id, note_id, route_id, connection_id, kind, text, noted_on, latitude_e6,
              longitude_e6, reader_login, device_id, device_sequence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (utility_id, note_id) do nothing",
    )
    .bind(source.office.utility.0)
    .bind(note.id)
    .bind(place.route.0)
    .bind(note.connection)
    .bind(i16::from(kind.code()))
    .bind(note.text)
    .bind(on.to_sqlx())
    .bind(note.position.map(|position| position.latitude_e6))
    .bind(note.position.map(|position| position.longitude_e6))
    .bind(note.reader)
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .execute(db)
    .await?;
    stored_once(&stored)
}

/// Writes down that a photo was taken; its bytes come after the log.
pub(super) async fn apply_photo(
    db: &mut PgConnection,
    source: &Source<'_>,
    photo: PhotoV1,
) -> Result<(), NotApplied> {
    let place = handed_over(db, source, photo.package).await?;
    let on = place.day_of_visit(photo.taken_on_unix_days, source.today)?;
    if !exists(db, source, photo.connection).await? {
        return Err(NotApplied::Quarantine("S22"));
    }
    let byte_count = i32::try_from(photo.byte_count)
        .ok()
        .filter(|count| (1..=PHOTO_BYTES_MAX).contains(count))
        .ok_or(NotApplied::Quarantine("S54"))?;
    let stored = sqlx::query(
        "insert into metering.photo
             (utility_id, photo_id, connection_id, sha256, byte_count, taken_on, reader_login,
              device_id, device_sequence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (utility_id, photo_id) do nothing",
    )
    .bind(source.office.utility.0)
    .bind(photo.id)
    .bind(photo.connection)
    .bind(photo.sha256.as_slice())
    .bind(byte_count)
    .bind(on.to_sqlx())
    .bind(photo.reader)
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .execute(db)
    .await?;
    stored_once(&stored)
}
