//! Planned connections (検針予定の水栓): each with what became of it, for the lists of the office.

use jiff::civil::Date;
use shared::ids::{ConnectionId, ConnectionNumber, RoundId, RouteId};
use shared::metering::{Finding, NoReadReason};
use shared::quantity::CubicMeters;
use sqlx::{Row, postgres::PgRow};

use crate::Backoffice;
use crate::connection::joined_address;

/// What became of a planned connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedState {
    /// 未検針.
    Remaining,
    /// 検針済み.
    Read {
        /// 検針日.
        read_on: Date,
        /// 指針.
        register_value: u32,
        /// 使用水量.
        usage: CubicMeters,
        /// Codes of [`Finding`].
        findings: Vec<u8>,
    },
    /// 検針不能.
    NoRead {
        /// The reason; `None` for a code this version does not know.
        reason: Option<NoReadReason>,
        /// The day of the visit.
        visited_on: Date,
    },
    /// 取下げ.
    Withdrawn {
        /// Why, in the office's words.
        reason: String,
    },
}

impl PlannedState {
    /// The word in lists.
    pub fn japanese(&self) -> &'static str {
        match self {
            PlannedState::Remaining => "未検針",
            PlannedState::Read { .. } => "検針済み",
            PlannedState::NoRead { .. } => "検針不能",
            PlannedState::Withdrawn { .. } => "取下げ",
        }
    }

    /// The findings in words; empty where nothing was read.
    pub fn findings_japanese(&self) -> Vec<&'static str> {
        match self {
            PlannedState::Read { findings, .. } => {
                findings.iter().filter_map(|code| Finding::japanese_of_code(*code)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// A planned connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedConnection {
    /// Key.
    pub id: ConnectionId,
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// Its route's key.
    pub route: RouteId,
    /// Its route's number.
    pub route_number: String,
    /// Place in the route.
    pub walk_order: u32,
    /// User on the day the route is walked; empty when stopped.
    pub customer_name: String,
    /// With building and room.
    pub address: String,
    /// Number on the meter.
    pub meter_number: String,
    /// What became of it.
    pub state: PlannedState,
}

/// The connections of a route in walking order.
pub async fn route_connections(
    office: &Backoffice,
    route: RouteId,
) -> sqlx::Result<Vec<PlannedConnection>> {
    let round: Option<i64> = sqlx::query_scalar(
        "select round_id from metering.reading_route where utility_id = $1 and route_id = $2",
    )
    .bind(office.utility.0)
    .bind(route.0)
    .fetch_optional(&office.pool)
    .await?;
    match round {
        Some(round) => planned(office, RoundId(round), Which::Route(route)).await,
        None => Ok(Vec::new()),
    }
}

/// What was not read in a round, for whatever reason but withdrawal (未検針・検針不能一覧).
pub async fn unread(office: &Backoffice, round: RoundId) -> sqlx::Result<Vec<PlannedConnection>> {
    planned(office, round, Which::Unread).await
}

/// The first of [`unread`], for a page: at the start of a round a whole town is unread.
pub async fn unread_first(
    office: &Backoffice,
    round: RoundId,
    limit: u32,
) -> sqlx::Result<Vec<PlannedConnection>> {
    let first: Vec<i64> = sqlx::query_scalar(
        "select s.connection_id
         from metering.planned_state s
         join metering.reading_route ro using (utility_id, route_id)
         where s.utility_id = $1 and s.round_id = $2 and s.state in ('remaining', 'no_read')
         order by ro.number, s.walk_order, s.connection_id
         limit $3",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .bind(i64::from(limit))
    .fetch_all(&office.pool)
    .await?;
    planned(office, round, Which::These(first)).await
}

/// What was read and is odd (異常水量一覧).
pub async fn round_findings(
    office: &Backoffice,
    round: RoundId,
) -> sqlx::Result<Vec<PlannedConnection>> {
    let odd: Vec<i64> = sqlx::query_scalar(
        "select connection_id from metering.current_reading
         where utility_id = $1 and round_id = $2 and findings <> '{}'",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .fetch_all(&office.pool)
    .await?;
    planned(office, round, Which::These(odd)).await
}

/// How many were read and are odd.
pub async fn round_findings_count(office: &Backoffice, round: RoundId) -> sqlx::Result<u64> {
    let count: i64 = sqlx::query_scalar(
        "select count(*) from metering.current_reading
         where utility_id = $1 and round_id = $2 and findings <> '{}'",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .fetch_one(&office.pool)
    .await?;
    Ok(count.unsigned_abs())
}

/// Which of a round's connections are asked for.
enum Which {
    Route(RouteId),
    These(Vec<i64>),
    Unread,
}

async fn planned(
    office: &Backoffice,
    round: RoundId,
    which: Which,
) -> sqlx::Result<Vec<PlannedConnection>> {
    let (route, these, unread) = match which {
        Which::Route(route) => (Some(route.0), None, false),
        Which::These(connections) => (None, Some(connections), false),
        Which::Unread => (None, None, true),
    };
    sqlx::query(PLANNED)
        .bind(office.utility.0)
        .bind(round.0)
        .bind(route)
        .bind(these)
        .bind(unread)
        .fetch_all(&office.pool)
        .await?
        .iter()
        .map(planned_of_row)
        .collect()
}

const PLANNED: &str = "
    select s.connection_id, c.connection_number, s.route_id, ro.number as route_number,
           s.walk_order, s.state, s.withdrawn, coalesce(cu.name, '') as customer_name,
           t.name as town, c.block, c.building, c.room,
           coalesce(m.meter_number, '') as meter_number,
           r.read_on, r.register_value, r.usage_m3, r.findings, n.reason, n.visited_on
    from metering.planned_state s
    join metering.reading_route ro using (utility_id, route_id)
    join connection.service_connection c using (utility_id, connection_id)
    join connection.town t using (utility_id, town_id)
    left join connection.service_agreement a
        on a.utility_id = s.utility_id and a.connection_id = s.connection_id
        and a.period @> ro.planned_on
    left join connection.customer cu
        on cu.utility_id = a.utility_id and cu.customer_id = a.customer_id
    left join metering.meter_installation i
        on i.utility_id = s.utility_id and i.connection_id = s.connection_id
        and i.period @> ro.planned_on
    left join metering.meter m on m.utility_id = i.utility_id and m.meter_id = i.meter_id
    left join lateral (
        select read_on, register_value, usage_m3, findings from metering.current_reading
        where s.state = 'read' and utility_id = s.utility_id and round_id = s.round_id
          and connection_id = s.connection_id
        limit 1
    ) r on true
    left join lateral (
        select reason, visited_on from metering.no_read
        where s.state = 'no_read' and utility_id = s.utility_id and round_id = s.round_id
          and connection_id = s.connection_id
        order by visited_on desc, no_read_id desc
        limit 1
    ) n on true
    where s.utility_id = $1 and s.round_id = $2 and ($3::bigint is null or s.route_id = $3)
      and ($4::bigint[] is null or s.connection_id = any ($4))
      and (not $5 or s.state in ('remaining', 'no_read'))
    order by ro.number, s.walk_order, c.connection_number";

fn planned_of_row(row: &PgRow) -> sqlx::Result<PlannedConnection> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let walk_order: i32 = row.try_get("walk_order")?;
    Ok(PlannedConnection {
        id: ConnectionId(row.try_get("connection_id")?),
        number: ConnectionNumber::parse(&text("connection_number")?)
            .map_err(|error| sqlx::Error::Decode(error.into()))?,
        route: RouteId(row.try_get("route_id")?),
        route_number: text("route_number")?,
        walk_order: walk_order.unsigned_abs(),
        customer_name: text("customer_name")?,
        address: joined_address(
            &text("town")?,
            &text("block")?,
            &text("building")?,
            &text("room")?,
        ),
        meter_number: text("meter_number")?,
        state: state_of_row(row)?,
    })
}

fn state_of_row(row: &PgRow) -> sqlx::Result<PlannedState> {
    let date =
        |column: &str| row.try_get::<jiff_sqlx::Date, _>(column).map(jiff_sqlx::Date::to_jiff);
    Ok(match row.try_get::<&str, _>("state")? {
        "read" => PlannedState::Read {
            read_on: date("read_on")?,
            register_value: row.try_get::<i32, _>("register_value")?.unsigned_abs(),
            usage: CubicMeters(row.try_get::<i32, _>("usage_m3")?.unsigned_abs()),
            findings: finding_codes(&row.try_get::<Vec<i16>, _>("findings")?),
        },
        "no_read" => {
            let reason: i16 = row.try_get("reason")?;
            PlannedState::NoRead {
                reason: u8::try_from(reason).ok().and_then(NoReadReason::from_code),
                visited_on: date("visited_on")?,
            }
        }
        "withdrawn" => PlannedState::Withdrawn { reason: row.try_get("withdrawn")? },
        _ => PlannedState::Remaining,
    })
}

/// Codes as they are stored; one that does not fit was never one of ours.
pub(crate) fn finding_codes(stored: &[i16]) -> Vec<u8> {
    stored.iter().filter_map(|code| u8::try_from(*code).ok()).collect()
}
