//! Applying readings and no-reads (検針・検針不能の反映): checked again with the terminal's own rules.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::calendar::{from_unix_days, to_unix_days};
use shared::ids::RoundId;
use shared::metering::{
    Finding, History, LowFlowIndicator, NoReadReason, Observation, RegisterReading,
    ScreeningLimits, screen,
};
use shared::quantity::CubicMeters;
use shared::wire::{NoReadV1, ReadingV1};
use sqlx::Row;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::apply::{NotApplied, Source};
use crate::billing::terms::exchange_on_site;
use crate::metering::{Past, past_of};

/// Kind of a reading that a terminal took.
const SCHEDULED_BY_TERMINAL: i16 = 1;

/// Checks a reading against what the office knows and writes it down.
pub(super) async fn apply_reading(
    db: &mut PgConnection,
    source: &Source<'_>,
    reading: ReadingV1,
) -> Result<(), NotApplied> {
    let planned = planned(db, source, reading.package, reading.connection).await?;
    let round = planned.round;
    let read_on = planned.day_of_visit(reading.read_on_unix_days, source.today)?;
    let office = source.office;
    let past = past_of(db, office.utility, &[reading.connection], round, read_on)
        .await?
        .pop()
        .ok_or(NotApplied::Quarantine("S25"))?;
    let exchange =
        exchange_on_site(db, office.utility.0, reading.connection, round.0, read_on).await?;
    let removed = CubicMeters(exchange.map_or(0, |exchange| exchange.removed_meter_m3));
    let findings = check(&reading, &past, removed, read_on)?;

    let stored = sqlx::query(
        "insert into metering.reading
             (utility_id, reading_id, connection_id, meter_id, round_id, read_on, register_value,
              usage_m3, kind, first_typed_value, findings, low_flow, slip_water_yen,
              slip_sewerage_yen, reader_login, device_id, device_sequence, replaces)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         on conflict (utility_id, reading_id) do nothing",
    )
    .bind(office.utility.0)
    .bind(reading.id)
    .bind(reading.connection)
    .bind(past.meter.0)
    .bind(round.0)
    .bind(read_on.to_sqlx())
    .bind(stored_number(reading.register_value)?)
    .bind(stored_number(reading.usage_m3)?)
    .bind(SCHEDULED_BY_TERMINAL)
    .bind(reading.first_typed_value.map(stored_number).transpose()?)
    .bind(findings)
    .bind(i16::from(reading.low_flow))
    .bind(reading.water_yen)
    .bind(reading.sewerage_yen)
    .bind(reading.reader)
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .bind(past.read_in_round.map(|replaced| replaced.0))
    .execute(db)
    .await?;
    if stored.rows_affected() == 1 { Ok(()) } else { Err(NotApplied::Quarantine("S29")) }
}

/// The findings to store, or the reason why the reading cannot be believed. Pure.
fn check(
    reading: &ReadingV1,
    past: &Past,
    removed: CubicMeters,
    read_on: Date,
) -> Result<Vec<i16>, NotApplied> {
    let impossible = |_| NotApplied::Quarantine("S25");
    if reading.register_digits != past.dial_digits {
        return Err(NotApplied::Quarantine("S25"));
    }
    let register = RegisterReading::new(reading.register_value, past.dial_digits);
    let register = register.map_err(impossible)?;
    let previous = RegisterReading::new(past.previous_value, past.dial_digits);
    let previous = previous.map_err(impossible)?;
    match previous.usage_after_exchange(register, removed).volume() {
        None => return Err(NotApplied::Quarantine("S27")),
        Some(volume) if volume != CubicMeters(reading.usage_m3) => {
            return Err(NotApplied::Quarantine("S26"));
        }
        Some(_) => {}
    }
    let low_flow = match reading.low_flow {
        0 => LowFlowIndicator::NotChecked,
        1 => LowFlowIndicator::Still,
        2 => LowFlowIndicator::TurningWithTapsShut,
        _ => return Err(NotApplied::Quarantine("S39")),
    };
    let history = History::from_past(previous, &past.usage, to_unix_days(read_on), past.in_service);
    let found = screen(Observation { register, low_flow }, history, ScreeningLimits::STANDARD);
    let codes: Vec<u8> = found.into_iter().map(Finding::code).collect();
    if codes != reading.findings {
        // Not wrong by itself: service may have been started since the route was handed over. The
        // office goes by its own findings.
        tracing::warn!(terminal = ?reading.findings, office = ?codes, "findings differ");
    }
    Ok(codes.into_iter().map(i16::from).collect())
}

/// Writes down that a meter could not be read.
pub(super) async fn apply_no_read(
    db: &mut PgConnection,
    source: &Source<'_>,
    no_read: NoReadV1,
) -> Result<(), NotApplied> {
    let planned = planned(db, source, no_read.package, no_read.connection).await?;
    let reason = NoReadReason::from_code(no_read.reason).ok_or(NotApplied::Quarantine("S30"))?;
    let visited_on = planned.day_of_visit(no_read.visited_on_unix_days, source.today)?;
    let stored = sqlx::query(
        "insert into metering.no_read
             (utility_id, no_read_id, round_id, connection_id, reason, visited_on, reader_login,
              device_id, device_sequence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (utility_id, no_read_id) do nothing",
    )
    .bind(source.office.utility.0)
    .bind(no_read.id)
    .bind(planned.round.0)
    .bind(no_read.connection)
    .bind(i16::from(reason.code()))
    .bind(visited_on.to_sqlx())
    .bind(no_read.reader)
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .execute(db)
    .await?;
    if stored.rows_affected() == 1 { Ok(()) } else { Err(NotApplied::Quarantine("S29")) }
}

/// Where a visit belongs.
struct Planned {
    round: RoundId,
    /// The day on which the terminal got the package.
    issued_on: Date,
}

impl Planned {
    /// The day of the visit, if it can be true: not before the package was handed over and not in
    /// the future. One day is granted either way, because a terminal's clock may be wrong by
    /// minutes about midnight; one that is wrong by months must not date a reading.
    fn day_of_visit(&self, unix_days: i32, today: Date) -> Result<Date, NotApplied> {
        let earliest = to_unix_days(self.issued_on) - 1;
        let latest = to_unix_days(today) + 1;
        from_unix_days(unix_days)
            .filter(|_| (earliest..=latest).contains(&unix_days))
            .ok_or(NotApplied::Quarantine("S33"))
    }
}

/// The round in which the connection is planned on the package's route. Holds the round open and
/// the planned row still until the transaction ends.
async fn planned(
    db: &mut PgConnection,
    source: &Source<'_>,
    package: Uuid,
    connection: i64,
) -> Result<Planned, NotApplied> {
    let utility = source.office.utility.0;
    let handed_over = sqlx::query(
        "select ro.route_id, r.round_id, w.issued_on, r.closed_on is null as is_open
         from metering.work_package w
         join metering.reading_route ro using (utility_id, route_id)
         join metering.reading_round r using (utility_id, round_id)
         where w.utility_id = $1 and w.package_id = $2 and w.device_id = $3
         for share of r",
    )
    .bind(utility)
    .bind(package)
    .bind(source.device.id.0)
    .fetch_optional(&mut *db)
    .await?
    .ok_or(NotApplied::Quarantine("S21"))?;
    if !handed_over.try_get::<bool, _>("is_open")? {
        return Err(NotApplied::Quarantine("S28"));
    }
    let round: i64 = handed_over.try_get("round_id")?;
    let planned = sqlx::query(
        "select route_id, withdrawn is not null as is_withdrawn from metering.planned_reading
         where utility_id = $1 and round_id = $2 and connection_id = $3
         for update",
    )
    .bind(utility)
    .bind(round)
    .bind(connection)
    .fetch_optional(&mut *db)
    .await?;
    let Some(planned) = planned else {
        return Err(NotApplied::Quarantine(unplanned(db, utility, connection).await?));
    };
    if planned.try_get::<i64, _>("route_id")? != handed_over.try_get::<i64, _>("route_id")? {
        return Err(NotApplied::Quarantine("S23"));
    }
    if planned.try_get::<bool, _>("is_withdrawn")? {
        return Err(NotApplied::Quarantine("S24"));
    }
    let issued_on: jiff_sqlx::Date = handed_over.try_get("issued_on")?;
    Ok(Planned { round: RoundId(round), issued_on: issued_on.to_jiff() })
}

/// Whether a connection that is not planned exists at all.
async fn unplanned(
    db: &mut PgConnection,
    utility: i64,
    connection: i64,
) -> sqlx::Result<&'static str> {
    let exists: bool = sqlx::query_scalar(
        "select exists (select from connection.service_connection
                        where utility_id = $1 and connection_id = $2)",
    )
    .bind(utility)
    .bind(connection)
    .fetch_one(db)
    .await?;
    Ok(if exists { "S23" } else { "S22" })
}

/// The database counts with a sign; no dial reaches so far that it would matter.
fn stored_number(number: u32) -> Result<i32, NotApplied> {
    i32::try_from(number).map_err(|_| NotApplied::Quarantine("S25"))
}
