//! Where a visit belongs (訪問の場所): the route that the package was for, and the planned connection.

use jiff::civil::Date;
use shared::calendar::{from_unix_days, to_unix_days};
use shared::ids::{RoundId, RouteId};
use shared::metering::WorkOrderKind;
use sqlx::Row;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::apply::{NotApplied, Source};

/// Where an event belongs.
pub(super) struct Planned {
    pub round: RoundId,
    pub route: RouteId,
    /// The day on which the terminal got the package.
    issued_on: Date,
    is_open: bool,
}

impl Planned {
    /// The day of the visit, if it can be true: not before the package was handed over and not in
    /// the future. One day is granted either way, because a terminal's clock may be wrong by
    /// minutes about midnight; one that is wrong by months must not date a reading.
    pub(super) fn day_of_visit(&self, unix_days: i32, today: Date) -> Result<Date, NotApplied> {
        let earliest = to_unix_days(self.issued_on) - 1;
        let latest = to_unix_days(today) + 1;
        from_unix_days(unix_days)
            .filter(|_| (earliest..=latest).contains(&unix_days))
            .ok_or(NotApplied::Quarantine("S33"))
    }
}

/// The route that a package was for. Holds its round still until the transaction ends.
pub(super) async fn handed_over(
    db: &mut PgConnection,
    source: &Source<'_>,
    package: Uuid,
) -> Result<Planned, NotApplied> {
    let row = sqlx::query(
        "select ro.route_id, r.round_id, w.issued_on, r.closed_on is null as is_open
         from metering.work_package w
         join metering.reading_route ro using (utility_id, route_id)
         join metering.reading_round r using (utility_id, round_id)
         where w.utility_id = $1 and w.package_id = $2 and w.device_id = $3
         for share of r",
    )
    .bind(source.office.utility.0)
    .bind(package)
    .bind(source.device.id.0)
    .fetch_optional(db)
    .await?
    .ok_or(NotApplied::Quarantine("S21"))?;
    let issued_on: jiff_sqlx::Date = row.try_get("issued_on")?;
    Ok(Planned {
        round: RoundId(row.try_get("round_id")?),
        route: RouteId(row.try_get("route_id")?),
        issued_on: issued_on.to_jiff(),
        is_open: row.try_get("is_open")?,
    })
}

/// The round in which the connection is planned on the package's route. Holds the round open and
/// the planned row still until the transaction ends.
pub(super) async fn planned(
    db: &mut PgConnection,
    source: &Source<'_>,
    package: Uuid,
    connection: i64,
) -> Result<Planned, NotApplied> {
    let place = handed_over(db, source, package).await?;
    if !place.is_open {
        return Err(NotApplied::Quarantine("S28"));
    }
    let row = sqlx::query(
        "select route_id, withdrawn is not null as is_withdrawn from metering.planned_reading
         where utility_id = $1 and round_id = $2 and connection_id = $3
         for update",
    )
    .bind(source.office.utility.0)
    .bind(place.round.0)
    .bind(connection)
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else {
        let exists = exists(db, source, connection).await?;
        return Err(NotApplied::Quarantine(if exists { "S23" } else { "S22" }));
    };
    if row.try_get::<i64, _>("route_id")? != place.route.0 {
        return Err(NotApplied::Quarantine("S23"));
    }
    if row.try_get::<bool, _>("is_withdrawn")? {
        return Err(NotApplied::Quarantine("S24"));
    }
    Ok(place)
}

/// Whether there is such a connection.
pub(super) async fn exists(
    db: &mut PgConnection,
    source: &Source<'_>,
    connection: i64,
) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from connection.service_connection
                        where utility_id = $1 and connection_id = $2)",
    )
    .bind(source.office.utility.0)
    .bind(connection)
    .fetch_one(db)
    .await
}

/// Whether the order that an event names is one of that kind for that connection. One that was
/// taken back meanwhile is one still: the reader could not know.
pub(super) async fn check_order(
    db: &mut PgConnection,
    source: &Source<'_>,
    order: Option<i64>,
    connection: i64,
    kind: WorkOrderKind,
) -> Result<(), NotApplied> {
    let Some(order) = order else { return Ok(()) };
    let fits: bool = sqlx::query_scalar(
        "select exists (select from metering.work_order
                        where utility_id = $1 and order_id = $2 and connection_id = $3
                          and kind = $4)",
    )
    .bind(source.office.utility.0)
    .bind(order)
    .bind(connection)
    .bind(i16::from(kind.code()))
    .fetch_one(db)
    .await?;
    if fits { Ok(()) } else { Err(NotApplied::Quarantine("S42")) }
}

/// The database counts with a sign; no dial reaches so far that it would matter.
pub(super) fn stored_number(number: u32) -> Result<i32, NotApplied> {
    i32::try_from(number).map_err(|_| NotApplied::Quarantine("S25"))
}
