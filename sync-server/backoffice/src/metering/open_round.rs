//! Opening a round (検針期の開始): every connection with a meter is planned, on its own route.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::calendar::YearMonth;
use shared::ids::RoundId;
use sqlx::postgres::PgConnection;

use super::error::MeteringError;
use super::limits::begin_with_newest;
use crate::Backoffice;

/// A round to be opened.
#[derive(Debug, Clone)]
pub struct NewRound {
    /// 検針年月.
    pub month: YearMonth,
    /// Months that it bills, 1 or 2.
    pub months: u8,
    /// 開始日.
    pub opened_on: Date,
    /// 定例日 of each route by its number; routes that are not named are walked on `opened_on`.
    pub planned_on: BTreeMap<String, Date>,
}

/// Opens a round. Stopped connections, master meters and submeters are planned as well: water
/// that flows where none is agreed is found only by looking.
pub async fn open_round(office: &Backoffice, new: &NewRound) -> Result<RoundId, MeteringError> {
    let mut db = office.pool.begin().await?;
    let round_id: i64 = sqlx::query_scalar(
        "insert into metering.reading_round (utility_id, billing_month, months, opened_on)
         values ($1, $2, $3, $4)
         returning round_id",
    )
    .bind(office.utility.0)
    .bind(new.month.first_day().to_sqlx())
    .bind(i16::from(new.months))
    .bind(new.opened_on.to_sqlx())
    .fetch_one(&mut *db)
    .await?;
    let round = RoundId(round_id);
    begin_with_newest(&mut db, office.utility, round).await?;
    plan_routes(&mut db, office, round, new).await?;
    let planned = plan_connections(&mut db, office, round, new).await?;
    if planned == 0 {
        return Err(MeteringError::NothingToRead);
    }
    // The planner must not take a round of a hundred thousand for the empty one it was.
    sqlx::query("analyze metering.reading_route, metering.planned_reading")
        .execute(&mut *db)
        .await?;
    db.commit().await?;
    tracing::info!(round.id = round_id, planned, "round opened");
    Ok(round)
}

/// One route per customary route number, named after the town that most of its connections lie in.
async fn plan_routes(
    db: &mut PgConnection,
    office: &Backoffice,
    round: RoundId,
    new: &NewRound,
) -> sqlx::Result<()> {
    let numbers: Vec<&str> = new.planned_on.keys().map(String::as_str).collect();
    let dates: Vec<jiff_sqlx::Date> = new.planned_on.values().map(|date| date.to_sqlx()).collect();
    sqlx::query(
        "insert into metering.reading_route (utility_id, round_id, number, name, planned_on)
         select $1, $2, c.route_number, mode() within group (order by t.name),
                coalesce(min(p.planned_on), $3)
         from connection.service_connection c
         join connection.town t using (utility_id, town_id)
         join metering.meter_installation i
             on i.utility_id = c.utility_id and i.connection_id = c.connection_id
             and i.period @> $3
         left join unnest($4::text[], $5::date[]) p(number, planned_on)
             on p.number = c.route_number
         where c.utility_id = $1
         group by c.route_number
         order by c.route_number",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .bind(new.opened_on.to_sqlx())
    .bind(numbers)
    .bind(dates)
    .execute(db)
    .await?;
    Ok(())
}

/// Every connection with a meter, in the order in which its route is walked.
async fn plan_connections(
    db: &mut PgConnection,
    office: &Backoffice,
    round: RoundId,
    new: &NewRound,
) -> sqlx::Result<u64> {
    let planned = sqlx::query(
        "insert into metering.planned_reading
             (utility_id, round_id, connection_id, route_id, walk_order)
         select c.utility_id, $2, c.connection_id, r.route_id, c.walk_order
         from connection.service_connection c
         join metering.meter_installation i
             on i.utility_id = c.utility_id and i.connection_id = c.connection_id
             and i.period @> $3
         join metering.reading_route r
             on r.utility_id = c.utility_id and r.round_id = $2 and r.number = c.route_number
         where c.utility_id = $1",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .bind(new.opened_on.to_sqlx())
    .execute(db)
    .await?;
    Ok(planned.rows_affected())
}
