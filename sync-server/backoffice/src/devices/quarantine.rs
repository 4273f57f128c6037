//! Quarantine (隔離): entries that were stored but not applied, for the office to look at.

use jiff::Timestamp;
use shared::ids::ConnectionNumber;
use shared::wire::{Event, EventV1, LogEntry, NoteV1};
use sqlx::{Row, postgres::PgRow};

use crate::Backoffice;

/// The most that one list shows.
const SHOWN_MAX: i64 = 500;

/// An entry that waits for the office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantinedEntry {
    /// H01.
    pub device_code: String,
    /// Its place in the terminal's log.
    pub sequence: u64,
    /// When it came.
    pub received_at: Timestamp,
    /// The S code that says why; its text is in [`crate::codes`].
    pub code: String,
    /// What it says; `None` where this version cannot read it.
    pub event: Option<EventV1>,
    /// The connection that it is about, where there is one.
    pub connection_number: Option<ConnectionNumber>,
}

impl QuarantinedEntry {
    /// What kind of entry it is, in a word.
    pub fn kind_japanese(&self) -> &'static str {
        match &self.event {
            Some(EventV1::Reading(_)) => "検針",
            Some(EventV1::NoRead(_)) => "検針不能",
            Some(EventV1::SlipPrinted(_) | EventV1::SlipVoided(_)) => "お知らせ票",
            Some(EventV1::MeterExchanged(_)) => "メーター交換",
            Some(EventV1::ServiceStarted(_)) => "開栓",
            Some(EventV1::ServiceStopped(_)) => "中止精算",
            Some(EventV1::CashTaken(_) | EventV1::CashVoided(_)) => "現金領収",
            Some(EventV1::Noted(_)) => "連絡事項",
            Some(EventV1::PhotoTaken(_)) => "写真",
            Some(EventV1::SuspensionStepDone(_)) => "給水停止",
            Some(EventV1::PaperPrinted(_) | EventV1::PaperVoided(_)) => "帳票",
            Some(EventV1::DaySigned(_)) => "日計",
            Some(
                EventV1::PackageReceived { .. }
                | EventV1::LoggedIn { .. }
                | EventV1::LoginRefused { .. },
            ) => "その他",
            None => "不明",
        }
    }
}

/// What waits, the latest first.
pub async fn quarantined(office: &Backoffice) -> sqlx::Result<Vec<QuarantinedEntry>> {
    let rows = sqlx::query(
        "select d.code, l.sequence, l.received_at, l.quarantine, l.bytes
         from devices.log_entry l
         join devices.device d using (device_id)
         where d.utility_id = $1 and l.quarantine is not null
         order by l.received_at desc, d.code, l.sequence desc
         limit $2",
    )
    .bind(office.utility.0)
    .bind(SHOWN_MAX)
    .fetch_all(&office.pool)
    .await?;
    let mut entries = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut entry = entry_of_row(row)?;
        entry.connection_number = connection_number(office, entry.event.as_ref()).await?;
        entries.push(entry);
    }
    Ok(entries)
}

fn entry_of_row(row: &PgRow) -> sqlx::Result<QuarantinedEntry> {
    let event = LogEntry::decode(row.try_get("bytes")?).ok().map(|entry| {
        let Event::V1(event) = entry.event;
        event
    });
    Ok(QuarantinedEntry {
        device_code: row.try_get("code")?,
        sequence: row.try_get::<i64, _>("sequence")?.unsigned_abs(),
        received_at: row.try_get::<jiff_sqlx::Timestamp, _>("received_at")?.to_jiff(),
        code: row.try_get("quarantine")?,
        event,
        connection_number: None,
    })
}

async fn connection_number(
    office: &Backoffice,
    event: Option<&EventV1>,
) -> sqlx::Result<Option<ConnectionNumber>> {
    let connection = match event {
        Some(EventV1::Reading(reading)) => reading.connection,
        Some(EventV1::NoRead(no_read)) => no_read.connection,
        Some(EventV1::MeterExchanged(done)) => done.connection,
        Some(EventV1::ServiceStarted(start)) => start.connection,
        Some(EventV1::ServiceStopped(stop)) => stop.connection,
        Some(EventV1::CashTaken(taken)) => taken.connection,
        Some(EventV1::PhotoTaken(photo)) => photo.connection,
        Some(EventV1::SuspensionStepDone(step)) => step.connection,
        Some(EventV1::Noted(NoteV1 { connection: Some(connection), .. })) => *connection,
        _ => return Ok(None),
    };
    let number: Option<String> = sqlx::query_scalar(
        "select connection_number from connection.service_connection
         where utility_id = $1 and connection_id = $2",
    )
    .bind(office.utility.0)
    .bind(connection)
    .fetch_optional(&office.pool)
    .await?;
    Ok(number.and_then(|number| ConnectionNumber::parse(&number).ok()))
}
