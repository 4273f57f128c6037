//! What an estimate is found from (認定の資料): the unread connections of a round with their history.

use jiff::civil::Date;
use shared::calendar::to_unix_days;
use shared::ids::{ConnectionId, ConnectionNumber, RoundId};
use shared::metering::NoReadReason;
use shared::metering::estimate::{Basis, PastPeriod};
use shared::quantity::CubicMeters;
use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, Row};

use super::{EstimateCandidate, EstimateRefusal};
use crate::Backoffice;
use crate::connection::joined_address;

/// Two years of two-month periods and one more, as a terminal carries.
const PAST_PERIODS: i64 = 13;

/// One unread connection of a round; `None` where there is no such one, or it was read.
pub async fn estimate_candidate(
    office: &Backoffice,
    round: RoundId,
    connection: ConnectionId,
) -> Result<Option<EstimateCandidate>, EstimateRefusal> {
    Ok(candidates(&office.pool, office.utility.0, round, Some(connection)).await?.pop())
}

/// All unread connections of a round, in the order of walking.
pub async fn estimate_candidates(
    office: &Backoffice,
    round: RoundId,
) -> Result<Vec<EstimateCandidate>, EstimateRefusal> {
    Ok(candidates(&office.pool, office.utility.0, round, None).await?)
}

/// All unread connections of a round, or one of them, in the order of walking.
pub(super) async fn candidates(
    db: impl PgExecutor<'_>,
    utility: i64,
    round: RoundId,
    connection: Option<ConnectionId>,
) -> sqlx::Result<Vec<EstimateCandidate>> {
    let rows = sqlx::query(CANDIDATES)
        .bind(utility)
        .bind(round.0)
        .bind(connection.map(|connection| connection.0))
        .bind(PAST_PERIODS)
        .fetch_all(db)
        .await?;
    rows.iter().map(candidate_of_row).collect()
}

/// Of the history only what was really read, and only what the present user used: the volume of
/// the one before is nobody's business. Days run from the reading before, whoever used it.
const CANDIDATES: &str = "
    select p.connection_id, c.connection_number, cu.name as customer_name, t.name as town, c.block,
           c.building, c.room, n.reason, n.visited_on, ro.months,
           lower(g.period) as starts_on, last.read_on as last_on,
           coalesce(past.read_days, '{}') as read_days, coalesce(past.lengths, '{}') as lengths,
           coalesce(past.volumes, '{}') as volumes,
           (select count(*) from metering.current_reading e
            where e.utility_id = $1 and e.connection_id = p.connection_id and e.kind = 4
              and e.round_id is distinct from p.round_id and e.read_on <= n.visited_on
              and e.read_on > coalesce(
                  (select max(r.read_on) from metering.current_reading r
                   where r.utility_id = $1 and r.connection_id = p.connection_id
                     and r.kind <> 4 and r.read_on <= n.visited_on), '-infinity')) as in_a_row
    from metering.planned_state p
    join metering.reading_round ro on ro.utility_id = p.utility_id and ro.round_id = p.round_id
    join connection.service_connection c
        on c.utility_id = p.utility_id and c.connection_id = p.connection_id
    join connection.town t on t.utility_id = c.utility_id and t.town_id = c.town_id
    join lateral (
        select v.reason, v.visited_on from metering.no_read v
        where v.utility_id = p.utility_id and v.round_id = p.round_id
          and v.connection_id = p.connection_id
        order by v.visited_on desc, v.device_sequence desc limit 1
    ) n on true
    left join connection.service_agreement g
        on g.utility_id = p.utility_id and g.connection_id = p.connection_id
        and g.period @> n.visited_on
    left join connection.customer cu
        on cu.utility_id = g.utility_id and cu.customer_id = g.customer_id
    left join lateral (
        select max(r.read_on) as read_on from metering.current_reading r
        where r.utility_id = p.utility_id and r.connection_id = p.connection_id
          and r.read_on <= n.visited_on and r.round_id is distinct from p.round_id
    ) last on true
    left join lateral (
        select array_agg(q.read_on order by q.read_on desc) as read_days,
               array_agg(q.length order by q.read_on desc) as lengths,
               array_agg(q.usage_m3 order by q.read_on desc) as volumes
        from (
            select r.read_on, r.usage_m3,
                   r.read_on - lag(r.read_on) over (order by r.read_on) as length
            from metering.current_reading r
            where r.utility_id = p.utility_id and r.connection_id = p.connection_id
              and r.kind <> 4 and r.read_on <= n.visited_on
              and r.round_id is distinct from p.round_id
            order by r.read_on desc limit $4
        ) q
        where q.length > 0 and g.agreement_id is not null
          and q.read_on > coalesce(lower(g.period), '-infinity')
    ) past on true
    where p.utility_id = $1 and p.round_id = $2 and p.state = 'no_read'
      and ($3::bigint is null or p.connection_id = $3)
    order by p.route_id, p.walk_order";

fn candidate_of_row(row: &PgRow) -> sqlx::Result<EstimateCandidate> {
    let date = |column: &str| -> sqlx::Result<Option<Date>> {
        Ok(row.try_get::<Option<jiff_sqlx::Date>, _>(column)?.map(jiff_sqlx::Date::to_jiff))
    };
    let text = |column: &str| row.try_get::<String, _>(column);
    let decode = |error: Box<dyn std::error::Error + Send + Sync>| sqlx::Error::Decode(error);
    let visited_on = row.try_get::<jiff_sqlx::Date, _>("visited_on")?.to_jiff();
    let starts_on = date("starts_on")?;
    let from = starts_on.max(date("last_on")?);
    let months = u8::try_from(row.try_get::<i16, _>("months")?);
    let months = months.map_err(|error| decode(error.into()))?;
    let whole = u16::from(months) * 61 / 2;
    let days = from.map_or(whole, |from| days_between(from, visited_on));
    let mut basis = Basis::new(visited_on, days, months);
    basis.months_in_use = starts_on.map(|from| days_between(from, visited_on) / 30);
    basis.history = history_of_row(row)?;
    let number = ConnectionNumber::parse(&text("connection_number")?);
    let reason = row.try_get::<i16, _>("reason")?;
    Ok(EstimateCandidate {
        connection: ConnectionId(row.try_get("connection_id")?),
        number: number.map_err(|error| decode(error.into()))?,
        customer_name: row.try_get("customer_name")?,
        address: joined_address(
            &text("town")?,
            &text("block")?,
            &text("building")?,
            &text("room")?,
        ),
        reason: u8::try_from(reason).ok().and_then(NoReadReason::from_code),
        visited_on,
        basis,
        in_a_row: u16::try_from(row.try_get::<i64, _>("in_a_row")?).unwrap_or(u16::MAX),
    })
}

fn history_of_row(row: &PgRow) -> sqlx::Result<Vec<PastPeriod>> {
    let read_days: Vec<jiff_sqlx::Date> = row.try_get("read_days")?;
    let lengths: Vec<i32> = row.try_get("lengths")?;
    let volumes: Vec<i32> = row.try_get("volumes")?;
    let periods = read_days.iter().zip(lengths).zip(volumes);
    Ok(periods
        .map(|((read_on, length), volume)| PastPeriod {
            read_on: read_on.to_jiff(),
            days: u16::try_from(length).unwrap_or(0),
            months: months_of(length),
            usage: CubicMeters(volume.unsigned_abs()),
        })
        .collect())
}

/// Whole months that come nearest: 31 days are one, 61 are two, and 122 after an estimate are four.
fn months_of(days: i32) -> u8 {
    u8::try_from((days * 2 + 30) / 61).unwrap_or(u8::MAX).max(1)
}

fn days_between(from: Date, to: Date) -> u16 {
    u16::try_from(to_unix_days(to) - to_unix_days(from)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::months_of;

    #[test]
    fn days_come_to_the_nearest_months() {
        let months = [28, 31, 45, 46, 61, 92, 122].map(months_of);
        assert_eq!(months, [1, 1, 1, 2, 2, 3, 4]);
    }
}
