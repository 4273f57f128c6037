//! Held readings (検針の保留): dials that stand lower than before wait for a clerk to find the volume.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::ids::{RoundId, StaffId};
use shared::metering::BackwardsReason;
use shared::quantity::CubicMeters;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::FieldRefusal;
use crate::Backoffice;

/// Kind of a reading that the office entered.
const ENTERED_IN_THE_OFFICE: i16 = 3;

/// Beyond what any meter of the trade passes between two readings.
const USAGE_M3_MAX: u32 = 9_999_999;

/// A reading that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldReading {
    /// Key.
    pub id: Uuid,
    /// The round that bills it.
    pub round: RoundId,
    /// 水栓番号.
    pub connection_number: String,
    /// Day.
    pub read_on: Date,
    /// The dials before; `None` where nobody had read that meter.
    pub previous_value: Option<u32>,
    /// The dials as the reader saw them.
    pub register_value: u32,
    /// What the reader gave as the reason.
    pub reason: Option<BackwardsReason>,
    /// Login name of the reader.
    pub reader: String,
    /// The volumes of the periods before, the newest first: what to hold a decision against.
    pub past: Vec<(Date, CubicMeters)>,
}

/// What a clerk found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldDecision {
    /// The held reading.
    pub reading: Uuid,
    /// The volume since the last real reading.
    pub usage: CubicMeters,
    /// Why it is this one, at most 200 characters.
    pub note: String,
}

/// What waits, the oldest first.
pub async fn held_readings(office: &Backoffice) -> sqlx::Result<Vec<HeldReading>> {
    sqlx::query(
        "select r.reading_id, r.round_id, c.connection_number, r.read_on, r.register_value,
                r.reader_login, h.reason, past.days, past.volumes, past.registers
         from metering.reading_hold h
         join metering.current_reading r using (utility_id, reading_id)
         join connection.service_connection c using (utility_id, connection_id)
         left join lateral (
             select array_agg(p.read_on order by p.read_on desc) as days,
                    array_agg(p.usage_m3 order by p.read_on desc) as volumes,
                    array_agg(case when p.meter_id = r.meter_id then p.register_value end
                              order by p.read_on desc) as registers
             from (
                 select p.read_on, p.usage_m3, p.register_value, p.meter_id
                 from metering.current_reading p
                 where p.utility_id = r.utility_id and p.connection_id = r.connection_id
                   and p.read_on <= r.read_on and p.kind <> 4
                   and p.round_id is distinct from r.round_id
                 order by p.read_on desc limit 7
             ) p
         ) past on true
         where h.utility_id = $1 and r.round_id is not null
         order by r.read_on, c.connection_number
         limit 500",
    )
    .bind(office.utility.0)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(held_of_row)
    .collect()
}

fn held_of_row(row: &PgRow) -> sqlx::Result<HeldReading> {
    let days: Option<Vec<jiff_sqlx::Date>> = row.try_get("days")?;
    let volumes: Option<Vec<i32>> = row.try_get("volumes")?;
    let registers: Option<Vec<Option<i32>>> = row.try_get("registers")?;
    let past = days.unwrap_or_default().into_iter().zip(volumes.unwrap_or_default());
    let before = registers.unwrap_or_default().into_iter().next().flatten();
    let reason: i16 = row.try_get("reason")?;
    Ok(HeldReading {
        id: row.try_get("reading_id")?,
        round: RoundId(row.try_get("round_id")?),
        connection_number: row.try_get("connection_number")?,
        read_on: row.try_get::<jiff_sqlx::Date, _>("read_on")?.to_jiff(),
        previous_value: before.map(i32::unsigned_abs),
        register_value: row.try_get::<i32, _>("register_value")?.unsigned_abs(),
        reason: u8::try_from(reason).ok().and_then(BackwardsReason::from_code),
        reader: row.try_get("reader_login")?,
        past: past
            .map(|(day, volume)| (day.to_jiff(), CubicMeters(volume.unsigned_abs())))
            .collect(),
    })
}

/// Puts a reading with the volume that was found in the place of the held one. The dials stay as
/// they were seen: the next period is measured from them.
pub async fn decide_held(
    office: &Backoffice,
    decision: &HoldDecision,
    replacement: Uuid,
    by: StaffId,
    at: Timestamp,
) -> Result<(), FieldRefusal> {
    let note = decision.note.trim();
    let is_too_long = note.chars().count() > 200;
    let usage = i32::try_from(decision.usage.0.min(USAGE_M3_MAX)).unwrap_or(i32::MAX);
    if note.is_empty() || is_too_long || decision.usage.0 > USAGE_M3_MAX {
        return Err(FieldRefusal::Incomplete);
    }
    let mut db = office.pool.begin().await?;
    // Two clerks at once: the index that lets a reading be replaced only once decides.
    let replaced = sqlx::query(
        "insert into metering.reading
             (utility_id, reading_id, connection_id, meter_id, round_id, read_on, register_value,
              usage_m3, kind, findings, low_flow, replaces)
         select r.utility_id, $3, r.connection_id, r.meter_id, r.round_id, r.read_on,
                r.register_value, $4, $5, r.findings, r.low_flow, r.reading_id
         from metering.reading_hold h
         join metering.current_reading r using (utility_id, reading_id)
         where h.utility_id = $1 and h.reading_id = $2
         on conflict do nothing",
    )
    .bind(office.utility.0)
    .bind(decision.reading)
    .bind(replacement)
    .bind(usage)
    .bind(ENTERED_IN_THE_OFFICE)
    .execute(&mut *db)
    .await?;
    if replaced.rows_affected() != 1 {
        return Err(FieldRefusal::Settled);
    }
    sqlx::query(
        "insert into metering.hold_decision
             (utility_id, reading_id, replacement, note, decided_by, decided_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(office.utility.0)
    .bind(decision.reading)
    .bind(replacement)
    .bind(note)
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&mut *db)
    .await?;
    Ok(db.commit().await?)
}
