//! Applying readings and no-reads (検針・検針不能の反映): checked again with the terminal's own rules.

use jiff_sqlx::ToSqlx;
use shared::metering::NoReadReason;
use shared::wire::{NoReadV1, ReadingV1};
use sqlx::postgres::PgConnection;

use super::apply::{NotApplied, Source};
use super::place_of_visit::{planned, stored_number};
use super::seen::{Seen, store_seen};
use super::visit::store_visit;
use crate::metering::is_no_read_code;

/// Checks a reading against what the office knows and writes it down.
pub(super) async fn apply_reading(
    db: &mut PgConnection,
    source: &Source<'_>,
    reading: ReadingV1,
) -> Result<(), NotApplied> {
    let planned = planned(db, source, reading.package, reading.connection).await?;
    let read_on = planned.day_of_visit(reading.read_on_unix_days, source.today)?;
    let seen = Seen {
        id: reading.id,
        connection: reading.connection,
        register_value: reading.register_value,
        register_digits: Some(reading.register_digits),
        first_typed_value: reading.first_typed_value,
        usage_m3: Some(reading.usage_m3),
        findings: &reading.findings,
        low_flow: reading.low_flow,
        remarks: &reading.visit.remarks,
        slip: [reading.water_yen, reading.sewerage_yen],
        reader: &reading.reader,
        billed_in: Some(planned.round),
    };
    store_seen(db, source, planned.round, read_on, &seen).await?;
    store_visit(db, source, reading.id, reading.connection, read_on, &reading.visit).await
}

/// Writes down that a meter could not be read.
pub(super) async fn apply_no_read(
    db: &mut PgConnection,
    source: &Source<'_>,
    no_read: NoReadV1,
) -> Result<(), NotApplied> {
    let planned = planned(db, source, no_read.package, no_read.connection).await?;
    // The utility's own codes may have left its table while the terminal was out.
    let is_known = NoReadReason::from_code(no_read.reason).is_some()
        || is_no_read_code(db, source.office.utility.0, no_read.reason).await?;
    if !is_known {
        return Err(NotApplied::Quarantine("S30"));
    }
    let visited_on = planned.day_of_visit(no_read.visited_on_unix_days, source.today)?;
    let stored = sqlx::query(
        "insert into metering.no_read
             (utility_id, no_read_id, round_id, connection_id, reason, visited_on, reader_login,
              device_id, device_sequence, comes_again, estimate_m3)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (utility_id, no_read_id) do nothing",
    )
    .bind(source.office.utility.0)
    .bind(no_read.id)
    .bind(planned.round.0)
    .bind(no_read.connection)
    .bind(i16::from(no_read.reason))
    .bind(visited_on.to_sqlx())
    .bind(no_read.reader)
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .bind(no_read.comes_again)
    .bind(no_read.estimate_m3.map(stored_number).transpose()?)
    .execute(&mut *db)
    .await?;
    if stored.rows_affected() != 1 {
        return Err(NotApplied::Quarantine("S29"));
    }
    store_visit(db, source, no_read.id, no_read.connection, visited_on, &no_read.visit).await
}
