//! Notes from the field (連絡事項), and the mark that somebody has dealt with them (処理済み).

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::ids::StaffId;
use shared::metering::NoteKind;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::FieldRefusal;
use crate::Backoffice;

/// The most that one list shows.
const SHOWN_MAX: i64 = 200;

/// A note from the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldNote {
    /// Key.
    pub id: Uuid,
    /// 水栓番号; empty for a place that has none.
    pub connection_number: String,
    /// Number of the route.
    pub route_number: String,
    /// What about.
    pub kind: Option<NoteKind>,
    /// In the reader's words.
    pub text: String,
    /// Day.
    pub noted_on: Date,
    /// Login name of the reader.
    pub reader: String,
}

/// Notes that nobody has dealt with, the oldest first.
pub async fn field_notes(office: &Backoffice) -> sqlx::Result<Vec<FieldNote>> {
    sqlx::query(
        "select n.note_id, coalesce(c.connection_number, '') as connection_number,
                ro.number, n.kind, n.text, n.noted_on, n.reader_login
         from metering.note n
         join metering.reading_route ro using (utility_id, route_id)
         left join connection.service_connection c
             on c.utility_id = n.utility_id and c.connection_id = n.connection_id
         where n.utility_id = $1
           and not exists (select from metering.field_settled f
                           where f.utility_id = n.utility_id and f.subject_id = n.note_id)
         order by n.noted_on, n.note_id
         limit $2",
    )
    .bind(office.utility.0)
    .bind(SHOWN_MAX)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(note_of_row)
    .collect()
}

fn note_of_row(row: &PgRow) -> sqlx::Result<FieldNote> {
    let kind: i16 = row.try_get("kind")?;
    Ok(FieldNote {
        id: row.try_get("note_id")?,
        connection_number: row.try_get("connection_number")?,
        route_number: row.try_get("number")?,
        kind: u8::try_from(kind).ok().and_then(NoteKind::from_code),
        text: row.try_get("text")?,
        noted_on: row.try_get::<jiff_sqlx::Date, _>("noted_on")?.to_jiff(),
        reader: row.try_get("reader_login")?,
    })
}

/// Marks a note, a start, a stop or the remarks of a visit as dealt with, once.
pub async fn settle(
    office: &Backoffice,
    subject: Uuid,
    remark: &str,
    by: StaffId,
    at: Timestamp,
) -> Result<(), FieldRefusal> {
    let is_known: bool = sqlx::query_scalar(
        "select exists (select from metering.note where utility_id = $1 and note_id = $2)
             or exists (select from metering.service_start where utility_id = $1 and start_id = $2)
             or exists (select from metering.service_stop where utility_id = $1 and stop_id = $2)
             or exists (select from metering.visit where utility_id = $1 and visit_id = $2)",
    )
    .bind(office.utility.0)
    .bind(subject)
    .fetch_one(&office.pool)
    .await?;
    if !is_known {
        return Err(FieldRefusal::NotFound);
    }
    let stored = sqlx::query(
        "insert into metering.field_settled (utility_id, subject_id, remark, settled_by, settled_at)
         values ($1, $2, $3, $4, $5)
         on conflict do nothing",
    )
    .bind(office.utility.0)
    .bind(subject)
    .bind(remark.trim())
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&office.pool)
    .await?;
    if stored.rows_affected() == 1 { Ok(()) } else { Err(FieldRefusal::Settled) }
}
