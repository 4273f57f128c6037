//! Applying starts and stops (現地の開栓・中止の反映): facts, which begin and end no agreement by themselves.

use jiff_sqlx::ToSqlx;
use shared::metering::{SettlementPayment, WorkOrderKind};
use shared::wire::{ServiceStartV1, ServiceStopV1};
use sqlx::postgres::PgConnection;

use super::apply::{NotApplied, Source, stored_once};
use super::place_of_visit::{check_order, planned};
use super::seen::{Seen, store_seen};
use super::visit::store_visit;

/// Why a connection where water was turned on is not waited for in its round.
const STARTED: &str = "開栓";

/// The dials at a start are a reading that nobody is billed for.
pub(super) async fn apply_start(
    db: &mut PgConnection,
    source: &Source<'_>,
    start: ServiceStartV1,
) -> Result<(), NotApplied> {
    let place = planned(db, source, start.package, start.connection).await?;
    let on = place.day_of_visit(start.started_on_unix_days, source.today)?;
    check_order(db, source, start.order, start.connection, WorkOrderKind::Start).await?;
    let seen = Seen {
        id: start.id,
        connection: start.connection,
        register_value: start.register_value,
        register_digits: None,
        first_typed_value: None,
        usage_m3: None,
        findings: &[],
        low_flow: 0,
        remarks: &start.visit.remarks,
        slip: [None, None],
        reader: &start.reader,
        billed_in: None,
    };
    let past = store_seen(db, source, place.round, on, &seen).await?;
    if past.meter_number != start.meter_number.trim() {
        return Err(NotApplied::Quarantine("S43"));
    }
    let stored = sqlx::query(
        "insert into metering.service_start
             (utility_id, start_id, round_id, connection_id, order_id, register_value, was_opened,
              started_on, reader_login, device_id, device_sequence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (utility_id, start_id) do nothing",
    )
    .bind(source.office.utility.0)
    .bind(start.id)
    .bind(place.round.0)
    .bind(start.connection)
    .bind(start.order)
    .bind(super::place_of_visit::stored_number(start.register_value)?)
    .bind(start.was_opened)
    .bind(on.to_sqlx())
    .bind(&start.reader)
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .execute(&mut *db)
    .await?;
    stored_once(&stored)?;
    sqlx::query(
        "update metering.planned_reading set withdrawn = $4
         where utility_id = $1 and round_id = $2 and connection_id = $3 and not is_read",
    )
    .bind(source.office.utility.0)
    .bind(place.round.0)
    .bind(start.connection)
    .bind(STARTED)
    .execute(&mut *db)
    .await?;
    store_visit(db, source, start.id, start.connection, on, &start.visit).await
}

/// The dials at a stop are the round's reading of the connection.
pub(super) async fn apply_stop(
    db: &mut PgConnection,
    source: &Source<'_>,
    stop: ServiceStopV1,
) -> Result<(), NotApplied> {
    let place = planned(db, source, stop.package, stop.connection).await?;
    let on = place.day_of_visit(stop.stopped_on_unix_days, source.today)?;
    let payment =
        SettlementPayment::from_code(stop.payment).ok_or(NotApplied::Quarantine("S45"))?;
    check_order(db, source, stop.order, stop.connection, WorkOrderKind::Stop).await?;
    let seen = Seen {
        id: stop.id,
        connection: stop.connection,
        register_value: stop.register_value,
        register_digits: None,
        first_typed_value: None,
        usage_m3: Some(stop.usage_m3),
        findings: &stop.findings,
        low_flow: 0,
        remarks: &stop.visit.remarks,
        // The run compares what the user was shown, and maybe paid, with the bill.
        slip: [stop.water_yen, stop.sewerage_yen],
        reader: &stop.reader,
        billed_in: Some(place.round),
    };
    store_seen(db, source, place.round, on, &seen).await?;
    let stored = sqlx::query(
        "insert into metering.service_stop
             (utility_id, stop_id, round_id, connection_id, order_id, stopped_on, water_yen,
              sewerage_yen, payment, was_closed, reader_login, device_id, device_sequence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (utility_id, stop_id) do nothing",
    )
    .bind(source.office.utility.0)
    .bind(stop.id)
    .bind(place.round.0)
    .bind(stop.connection)
    .bind(stop.order)
    .bind(on.to_sqlx())
    .bind(stop.water_yen)
    .bind(stop.sewerage_yen)
    .bind(i16::from(payment.code()))
    .bind(stop.was_closed)
    .bind(&stop.reader)
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .execute(&mut *db)
    .await?;
    stored_once(&stored)?;
    store_visit(db, source, stop.id, stop.connection, on, &stop.visit).await
}
