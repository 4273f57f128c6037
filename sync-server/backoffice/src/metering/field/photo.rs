//! Photos from the field (写真), whole ones only.

use jiff::civil::Date;
use shared::ids::ConnectionId;
use sqlx::Row;
use uuid::Uuid;

use crate::Backoffice;

/// A photo of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPhoto {
    /// Key.
    pub id: Uuid,
    /// Day.
    pub taken_on: Date,
    /// Login name of the reader.
    pub reader: String,
    /// Whether all of it has arrived.
    pub is_whole: bool,
}

/// The photos of a connection, the newest first.
pub async fn photos_of_connection(
    office: &Backoffice,
    connection: ConnectionId,
) -> sqlx::Result<Vec<StoredPhoto>> {
    sqlx::query(
        "select p.photo_id, p.taken_on, p.reader_login,
                coalesce((select sum(length(bytes)) from metering.photo_part a
                          where a.utility_id = p.utility_id and a.photo_id = p.photo_id), 0)
                    = p.byte_count as is_whole
         from metering.photo p
         where p.utility_id = $1 and p.connection_id = $2
         order by p.taken_on desc, p.device_sequence desc
         limit 50",
    )
    .bind(office.utility.0)
    .bind(connection.0)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(|row| {
        Ok(StoredPhoto {
            id: row.try_get("photo_id")?,
            taken_on: row.try_get::<jiff_sqlx::Date, _>("taken_on")?.to_jiff(),
            reader: row.try_get("reader_login")?,
            is_whole: row.try_get("is_whole")?,
        })
    })
    .collect()
}

/// The JPEG, once all of it is here.
pub async fn photo_bytes(office: &Backoffice, photo: Uuid) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar(
        "select string_agg(a.bytes, ''::bytea order by a.begins_at)
         from metering.photo p
         join metering.photo_part a using (utility_id, photo_id)
         where p.utility_id = $1 and p.photo_id = $2
         group by p.photo_id, p.byte_count
         having sum(length(a.bytes)) = p.byte_count",
    )
    .bind(office.utility.0)
    .bind(photo)
    .fetch_optional(&office.pool)
    .await
}
