//! Signed days (日計): what the reader signed beside what the office took in, and a clerk's approval.
//!
//! The office counts by the terminal's own function, but only the entries that it could apply: what
//! lies in quarantine, or came after the signing, is the difference.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::calendar::to_unix_days;
use shared::ids::{DeviceId, RoundId, StaffId};
use shared::metering::DayTotal;
use shared::wire::{DaySignedV1, Event, EventV1, LogEntry};
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::FieldRefusal;
use crate::Backoffice;

/// A line of a day's total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayLine {
    /// What is counted.
    pub label: &'static str,
    /// What the reader signed.
    pub signed: i64,
    /// What the office took in.
    pub office: i64,
}

/// A day that a reader signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDay {
    /// The terminal.
    pub device: DeviceId,
    /// H01.
    pub device_code: String,
    /// Place of the signing in its log.
    pub sequence: i64,
    /// Number of the route.
    pub route_number: String,
    /// Day.
    pub day: Date,
    /// Login name of the reader.
    pub reader: String,
    /// Line by line.
    pub lines: Vec<DayLine>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// Why it holds although the office counts otherwise.
    pub remark: String,
}

impl FieldDay {
    /// Whether both count the same.
    pub fn agrees(&self) -> bool {
        self.lines.iter().all(|line| line.signed == line.office)
    }
}

const DAYS: &str = "
    select s.device_id, d.code, s.device_sequence, ro.number, s.day, s.reader_login, s.package_id,
           s.route_id, ro.round_id, w.issued_on, l.bytes, f.display_name,
           coalesce(a.remark, '') as remark
    from metering.day_signed s
    join devices.device d using (device_id)
    join metering.reading_route ro on ro.utility_id = s.utility_id and ro.route_id = s.route_id
    join metering.work_package w on w.utility_id = s.utility_id and w.package_id = s.package_id
    join devices.log_entry l on l.device_id = s.device_id and l.sequence = s.device_sequence
    left join metering.day_approved a
        on a.utility_id = s.utility_id and a.device_id = s.device_id
        and a.device_sequence = s.device_sequence
    left join access.staff f on f.utility_id = a.utility_id and f.staff_id = a.approved_by
    where s.utility_id = $1 and ($2::bigint is null or ro.round_id = $2)
      and ($3::uuid is null or (s.device_id = $3 and s.device_sequence = $4))
    order by s.day desc, ro.number, d.code, s.device_sequence desc
    limit 60";

/// The signed days of a round, the newest first.
pub async fn field_days(office: &Backoffice, round: RoundId) -> sqlx::Result<Vec<FieldDay>> {
    days(office, Some(round.0), None).await
}

async fn days(
    office: &Backoffice,
    round: Option<i64>,
    one: Option<(DeviceId, i64)>,
) -> sqlx::Result<Vec<FieldDay>> {
    let rows = sqlx::query(DAYS)
        .bind(office.utility.0)
        .bind(round)
        .bind(one.map(|(device, _)| device.0))
        .bind(one.map(|(_, sequence)| sequence))
        .fetch_all(&office.pool)
        .await?;
    let mut days = Vec::with_capacity(rows.len());
    for row in &rows {
        days.push(day_of_row(office, row).await?);
    }
    Ok(days)
}

async fn day_of_row(office: &Backoffice, row: &PgRow) -> sqlx::Result<FieldDay> {
    let day = row.try_get::<jiff_sqlx::Date, _>("day")?.to_jiff();
    let reader: String = row.try_get("reader_login")?;
    let package: Uuid = row.try_get("package_id")?;
    let planned: Vec<i64> = sqlx::query_scalar(
        "select connection_id from metering.planned_reading
         where utility_id = $1 and route_id = $2
           -- Where water was turned on, the reader was there.
           and (withdrawn is null or exists (
               select from metering.service_start s
               where s.utility_id = $1 and s.round_id = planned_reading.round_id
                 and s.connection_id = planned_reading.connection_id))
         order by walk_order",
    )
    .bind(office.utility.0)
    .bind(row.try_get::<i64, _>("route_id")?)
    .fetch_all(&office.pool)
    .await?;
    let log = applied_log(office, row).await?;
    let total = DayTotal::of(&log, package, &planned, to_unix_days(day));
    let counted = total.signed(package, to_unix_days(day), &reader);
    let event = LogEntry::decode(row.try_get("bytes")?).map(|entry| entry.event);
    let Ok(Event::V1(EventV1::DaySigned(signed))) = event else {
        return Err(sqlx::Error::Decode("the entry of a signed day is none".into()));
    };
    Ok(FieldDay {
        device: DeviceId(row.try_get("device_id")?),
        device_code: row.try_get("code")?,
        sequence: row.try_get("device_sequence")?,
        route_number: row.try_get("number")?,
        day,
        reader,
        lines: lines(&signed, &counted),
        approved_by: row.try_get("display_name")?,
        remark: row.try_get("remark")?,
    })
}

/// What was applied of the terminal's log from the day of the package to the signing.
async fn applied_log(office: &Backoffice, row: &PgRow) -> sqlx::Result<Vec<LogEntry>> {
    let bytes: Vec<Vec<u8>> = sqlx::query_scalar(
        "select bytes from devices.log_entry
         where device_id = $1 and sequence < $2 and quarantine is null
           and received_at >= $3::date - 1
         order by sequence",
    )
    .bind(row.try_get::<Uuid, _>("device_id")?)
    .bind(row.try_get::<i64, _>("device_sequence")?)
    .bind(row.try_get::<jiff_sqlx::Date, _>("issued_on")?)
    .fetch_all(&office.pool)
    .await?;
    Ok(bytes.iter().filter_map(|bytes| LogEntry::decode(bytes).ok()).collect())
}

fn lines(signed: &DaySignedV1, counted: &DaySignedV1) -> Vec<DayLine> {
    let labels = [
        "予定",
        "検針済み",
        "検針不能",
        "残り",
        "水量（m³）",
        "金額（円）",
        "発行した票",
        "無効の票",
        "メーター交換",
        "開栓",
        "中止精算",
        "給水停止",
        "連絡",
        "写真",
        "領収書",
        "取消した領収書",
        "現金（円）",
    ];
    let signed = numbers(signed).into_iter().zip(numbers(counted));
    let line = |(label, (signed, office))| DayLine { label, signed, office };
    labels.into_iter().zip(signed).map(line).collect()
}

fn numbers(day: &DaySignedV1) -> Vec<i64> {
    let counts = day.counts.iter().copied().map(i64::from);
    let sums = [i64::try_from(day.usage_m3).unwrap_or(i64::MAX), day.amount_yen];
    let rest = day.papers.iter().chain(&day.works).chain(&day.receipts).copied().map(i64::from);
    counts.chain(sums).chain(rest).chain([day.cash_yen]).collect()
}

/// A clerk agrees with a signed day; with a difference only for a reason.
pub async fn approve_day(
    office: &Backoffice,
    device: DeviceId,
    sequence: i64,
    remark: &str,
    by: StaffId,
    at: Timestamp,
) -> Result<(), FieldRefusal> {
    let day = days(office, None, Some((device, sequence))).await?.pop();
    let day = day.ok_or(FieldRefusal::NotFound)?;
    if !day.agrees() && remark.trim().is_empty() {
        return Err(FieldRefusal::NeedsRemark);
    }
    let stored = sqlx::query(
        "insert into metering.day_approved
             (utility_id, device_id, device_sequence, remark, approved_by, approved_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
    )
    .bind(office.utility.0)
    .bind(device.0)
    .bind(sequence)
    .bind(remark.trim())
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&office.pool)
    .await?;
    if stored.rows_affected() == 1 { Ok(()) } else { Err(FieldRefusal::Settled) }
}
