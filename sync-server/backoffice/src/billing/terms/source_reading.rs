//! Readings of wells and the like (井戸メーター等の検針の入力): entered in the office, round by round.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::ids::{RoundId, StaffId};
use shared::metering::RegisterReading;
use shared::quantity::CubicMeters;
use sqlx::Row;

use super::TermRefusal;
use crate::Backoffice;

/// Writes down what the meter of a source showed in a round, and tells the volume. A second entry
/// for the same round takes the place of the first, until the round is assessed.
pub async fn enter_source_reading(
    office: &Backoffice,
    source: i64,
    round: RoundId,
    read_on: Date,
    register: u32,
    by: StaffId,
    at: Timestamp,
) -> Result<CubicMeters, TermRefusal> {
    let utility = office.utility.0;
    let mut db = office.pool.begin().await?;
    let row = sqlx::query(SOURCE)
        .bind(utility)
        .bind(source)
        .bind(round.0)
        .bind(read_on.to_sqlx())
        .fetch_optional(&mut *db)
        .await?
        .ok_or(TermRefusal::NotFound)?;
    if row.try_get::<i16, _>("measure")? != 1 {
        return Err(TermRefusal::NotFound);
    }
    if row.try_get("is_assessed")? || row.try_get("has_later")? {
        return Err(TermRefusal::Reading);
    }
    let digits = u8::try_from(row.try_get::<i16, _>("dial_digits")?);
    let digits = digits.map_err(|_| TermRefusal::Incomplete)?;
    let dials = |value: u32| RegisterReading::new(value, digits).map_err(|_| TermRefusal::Reading);
    let first: i32 = row.try_get("first_value")?;
    let previous = row.try_get::<Option<i32>, _>("previous")?.unwrap_or(first);
    let usage = dials(previous.unsigned_abs())?
        .usage_until(dials(register)?)
        .volume()
        .ok_or(TermRefusal::Reading)?;
    let entries: i32 = row.try_get("entries")?;
    let stored = |number: u32| i32::try_from(number).map_err(|_| TermRefusal::Reading);
    sqlx::query(
        "insert into billing.source_reading (utility_id, source_id, round_id, entry_number,
             read_on, register_value, usage_m3, entered_by, entered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(utility)
    .bind(source)
    .bind(round.0)
    .bind(entries + 1)
    .bind(read_on.to_sqlx())
    .bind(stored(register)?)
    .bind(stored(usage.0)?)
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&mut *db)
    .await
    .map_err(TermRefusal::of)?;
    db.commit().await?;
    tracing::info!(sewage_source.id = source, staff.id = by.0, "source reading entered");
    Ok(usage)
}

/// The source, its last reading before this one, and whether the round can still be entered.
const SOURCE: &str = "select s.measure, s.dial_digits, s.first_value,
                (select r.register_value from billing.current_source_reading r
                 where r.utility_id = s.utility_id and r.source_id = s.source_id
                   and r.round_id <> $3 and r.read_on < $4
                 order by r.read_on desc limit 1) as previous,
                exists (select from billing.current_source_reading r
                        where r.utility_id = s.utility_id and r.source_id = s.source_id
                          and r.round_id <> $3 and r.read_on >= $4) as has_later,
                (select coalesce(max(r.entry_number), 0) from billing.source_reading r
                 where r.utility_id = s.utility_id and r.source_id = s.source_id
                   and r.round_id = $3) as entries,
                exists (select from billing.assessment a
                        where a.utility_id = s.utility_id and a.round_id = $3
                          and a.connection_id = s.connection_id) as is_assessed
         from billing.sewage_source s
         where s.utility_id = $1 and s.source_id = $2 and s.starts_on <= $4
           and exists (select from metering.reading_round ro
                       where ro.utility_id = s.utility_id and ro.round_id = $3)
         for update of s";
