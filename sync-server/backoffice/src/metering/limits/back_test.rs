//! Past readings for a back-test (判定値の試算): a closed round as it lay before its readers.

use shared::calendar::to_unix_days;
use shared::ids::RoundId;
use shared::metering::{History, PastReading, RegisterReading};
use shared::quantity::CubicMeters;
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::Backoffice;

/// As many past periods as a terminal carries.
const PAST_PERIODS: i64 = 13;

/// The readings of a round, ready to be tried by any limits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PastRound {
    /// Each with the dwellings of its connection: a norm counts once for each.
    pub readings: Vec<(PastReading, u32)>,
}

/// Loads the real readings of a round, each with what was known before. A reading counts as one with a
/// leak where its reader saw the indicator turn, or where a leak adjustment was approved for it. Of
/// rounds that nobody's name stands on, a route counts as a reader.
pub async fn past_round(office: &Backoffice, round: RoundId) -> sqlx::Result<PastRound> {
    let rows = sqlx::query(PAST_ROUND)
        .bind(office.utility.0)
        .bind(round.0)
        .bind(PAST_PERIODS)
        .fetch_all(&office.pool)
        .await?;
    let readings = rows.iter().map(past_of_row).collect::<sqlx::Result<_>>()?;
    Ok(PastRound { readings })
}

const PAST_ROUND: &str = "
    select r.usage_m3, r.read_on, r.register_value, m.dial_digits, c.charged_dwellings,
           dense_rank() over (order by coalesce(nullif(r.reader_login, ''), ro.number, '')) as reader,
           a.agreement_id is not null or exists (
               select from connection.service_connection s
               where s.utility_id = $1 and s.parent_connection_id = c.connection_id) as is_used,
           r.low_flow = 2 or exists (
               select from billing.leak_adjustment l
               join billing.leak_decision d using (utility_id, adjustment_id)
               where l.utility_id = $1 and l.connection_id = r.connection_id
                 and l.read_on = r.read_on and d.is_approved) as is_leak,
           coalesce(past.days, '{}') as days, coalesce(past.volumes, '{}') as volumes
    from metering.current_reading r
    join metering.meter m using (utility_id, meter_id)
    join connection.service_connection c using (utility_id, connection_id)
    left join metering.planned_reading p
        on p.utility_id = r.utility_id and p.round_id = r.round_id
        and p.connection_id = r.connection_id
    left join metering.reading_route ro
        on ro.utility_id = p.utility_id and ro.route_id = p.route_id
    left join connection.service_agreement a
        on a.utility_id = r.utility_id and a.connection_id = r.connection_id
        and a.period @> r.read_on
    left join lateral (
        select array_agg(q.read_on order by q.read_on desc) as days,
               array_agg(q.usage_m3 order by q.read_on desc) as volumes
        from (
            select b.read_on, b.usage_m3 from metering.current_reading b
            where b.utility_id = r.utility_id and b.connection_id = r.connection_id
              and b.read_on < r.read_on and b.kind <> 4 and a.agreement_id is not null
              and b.read_on > coalesce(lower(a.period), '-infinity')
            order by b.read_on desc limit $3
        ) q
    ) past on true
    where r.utility_id = $1 and r.round_id = $2 and r.kind <> 4";

fn past_of_row(row: &PgRow) -> sqlx::Result<(PastReading, u32)> {
    let days: Vec<jiff_sqlx::Date> = row.try_get("days")?;
    let volumes: Vec<i32> = row.try_get("volumes")?;
    let past: Vec<(i32, CubicMeters)> = days
        .iter()
        .zip(volumes)
        .map(|(day, volume)| (to_unix_days(day.to_jiff()), CubicMeters(volume.unsigned_abs())))
        .collect();
    let digits = u8::try_from(row.try_get::<i16, _>("dial_digits")?);
    let digits = digits.map_err(|error| sqlx::Error::Decode(error.into()))?;
    // Only the volume is looked at; the dials are there because a history has some.
    let register = row.try_get::<i32, _>("register_value")?.unsigned_abs();
    let register = RegisterReading::new(register, digits)
        .map_err(|error| sqlx::Error::Decode(error.into()))?;
    let read_on = to_unix_days(row.try_get::<jiff_sqlx::Date, _>("read_on")?.to_jiff());
    let reading = PastReading {
        volume: CubicMeters(row.try_get::<i32, _>("usage_m3")?.unsigned_abs()),
        history: History::from_past(register, &past, read_on, row.try_get("is_used")?),
        reader: u32::try_from(row.try_get::<i64, _>("reader")?).unwrap_or(u32::MAX),
        read_on_unix_days: read_on,
        is_known_leak: row.try_get("is_leak")?,
    };
    Ok((reading, row.try_get::<i32, _>("charged_dwellings")?.unsigned_abs().max(1)))
}
