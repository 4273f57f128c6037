//! The past of a connection (前回検針): the meter that hangs, its last dials and volumes.
//!
//! Work packages and the check of uploads both look through here, so that the terminal and the
//! server start from the same numbers.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::calendar::to_unix_days;
use shared::ids::{ConnectionId, MeterId, ReadingId, RoundId, UtilityId};
use shared::quantity::CubicMeters;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

/// How many past volumes a terminal carries: two years of two-month periods and one more.
const PAST_PERIODS: i64 = 13;

/// What is known of a connection on the day that its meter is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Past {
    pub connection: ConnectionId,
    pub meter: MeterId,
    pub meter_number: String,
    pub size_mm: u16,
    pub dial_digits: u8,
    /// Dials at the last reading, or as installed.
    pub previous_value: u32,
    pub previous_read_on: Date,
    /// Day (since 1970-01-01) and volume, the newest first.
    pub usage: Vec<(i32, CubicMeters)>,
    pub in_service: bool,
    /// Behind a master meter without a user of its own there are users all the same.
    pub is_master: bool,
    /// The reading of this very round that holds so far.
    pub read_in_round: Option<ReadingId>,
}

/// The past of each connection as of `on`, leaving the readings of `round` itself out. A
/// connection without a meter on that day has none.
pub(crate) async fn past_of(
    db: &mut PgConnection,
    utility: UtilityId,
    connections: &[i64],
    round: RoundId,
    on: Date,
) -> sqlx::Result<Vec<Past>> {
    sqlx::query(PAST)
        .bind(utility.0)
        .bind(connections)
        .bind(round.0)
        .bind(on.to_sqlx())
        .bind(PAST_PERIODS)
        .fetch_all(db)
        .await?
        .iter()
        .map(past_of_row)
        .collect()
}

const PAST: &str = "
    select c.connection_id, m.meter_id, m.meter_number, m.size_mm, m.dial_digits,
           coalesce(last.register_value, i.installed_value) as previous_value,
           coalesce(last.read_on, lower(i.period), $4) as previous_read_on,
           coalesce(past.days, '{}') as past_days, coalesce(past.volumes, '{}') as past_volumes,
           exists (select from connection.service_agreement a
                   where a.utility_id = $1 and a.connection_id = c.connection_id
                     and a.period @> $4) as in_service,
           exists (select from connection.service_connection s
                   where s.utility_id = $1
                     and s.parent_connection_id = c.connection_id) as is_master,
           (select r.reading_id from metering.current_reading r
            where r.utility_id = $1 and r.round_id = $3
              and r.connection_id = c.connection_id) as read_in_round
    from unnest($2::bigint[]) c(connection_id)
    join metering.meter_installation i
        on i.utility_id = $1 and i.connection_id = c.connection_id and i.period @> $4
    join metering.meter m on m.utility_id = $1 and m.meter_id = i.meter_id
    left join lateral (
        select r.register_value, r.read_on
        from metering.current_reading r
        where r.utility_id = $1 and r.connection_id = c.connection_id
          and r.meter_id = m.meter_id and r.read_on <= $4 and r.round_id is distinct from $3
          -- Nobody saw the dials of an estimate, and its volume is no measure of the next one.
          and r.kind <> 4
        order by r.read_on desc, r.reading_id desc
        limit 1
    ) last on true
    left join connection.service_agreement g
        on g.utility_id = $1 and g.connection_id = c.connection_id and g.period @> $4
    left join lateral (
        -- Only what the present user used: what the one before used is nobody's business.
        select array_agg(p.read_on order by p.read_on desc, p.reading_id desc) as days,
               array_agg(p.usage_m3 order by p.read_on desc, p.reading_id desc) as volumes
        from (
            select r.reading_id, r.read_on, r.usage_m3
            from metering.current_reading r
            where r.utility_id = $1 and r.connection_id = c.connection_id
              and r.read_on <= $4 and r.round_id is distinct from $3 and r.kind <> 4
              and g.agreement_id is not null
              and r.read_on > coalesce(lower(g.period), '-infinity')
            order by r.read_on desc, r.reading_id desc
            limit $5
        ) p
    ) past on true";

fn past_of_row(row: &PgRow) -> sqlx::Result<Past> {
    let days: Vec<jiff_sqlx::Date> = row.try_get("past_days")?;
    let volumes: Vec<i32> = row.try_get("past_volumes")?;
    let usage = days
        .iter()
        .zip(volumes)
        .map(|(day, volume)| (to_unix_days(day.to_jiff()), CubicMeters(volume.unsigned_abs())));
    let digits: i16 = row.try_get("dial_digits")?;
    Ok(Past {
        connection: ConnectionId(row.try_get("connection_id")?),
        meter: MeterId(row.try_get("meter_id")?),
        meter_number: row.try_get("meter_number")?,
        size_mm: row.try_get::<i16, _>("size_mm")?.unsigned_abs(),
        dial_digits: u8::try_from(digits).map_err(|error| sqlx::Error::Decode(error.into()))?,
        previous_value: row.try_get::<i32, _>("previous_value")?.unsigned_abs(),
        previous_read_on: row.try_get::<jiff_sqlx::Date, _>("previous_read_on")?.to_jiff(),
        usage: usage.collect(),
        in_service: row.try_get("in_service")?,
        is_master: row.try_get("is_master")?,
        read_in_round: row.try_get::<Option<uuid::Uuid>, _>("read_in_round")?.map(ReadingId),
    })
}
