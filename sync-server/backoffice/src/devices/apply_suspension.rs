//! Applying steps of a suspension (給水停止の反映).

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::calendar::unix_day_in_japan;
use shared::metering::{CutMethod, SuspensionStep, WorkOrderKind};
use shared::wire::SuspensionStepV1;
use sqlx::postgres::PgConnection;

use super::apply::{NotApplied, Source, stored_once};
use super::place_of_visit::{check_order, handed_over, stored_number};
use super::visit::store_visit;

/// Writes a step down.
pub(super) async fn apply_suspension_step(
    db: &mut PgConnection,
    source: &Source<'_>,
    done: SuspensionStepV1,
) -> Result<(), NotApplied> {
    let place = handed_over(db, source, done.package).await?;
    let on = place.day_of_visit(unix_day_in_japan(done.done_at_unix_seconds), source.today)?;
    let done_at = Timestamp::from_second(done.done_at_unix_seconds)
        .map_err(|_| NotApplied::Quarantine("S33"))?;
    let step = SuspensionStep::from_code(done.step).ok_or(NotApplied::Quarantine("S45"))?;
    // A cut says how, and nothing else does.
    let is_cut = step == SuspensionStep::Cut;
    let is_told = CutMethod::from_code(done.method).is_some();
    if is_cut != is_told || (!is_told && done.method != 0) {
        return Err(NotApplied::Quarantine("S45"));
    }
    let order = Some(done.order);
    check_order(db, source, order, done.connection, WorkOrderKind::Suspension).await?;
    let stored = sqlx::query(
        "insert into metering.suspension_step
             (utility_id, step_id, connection_id, order_id, step, method, register_value, seal,
              text, done_at, reader_login, device_id, device_sequence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (utility_id, step_id) do nothing",
    )
    .bind(source.office.utility.0)
    .bind(done.id)
    .bind(done.connection)
    .bind(done.order)
    .bind(i16::from(step.code()))
    .bind(i16::from(done.method))
    .bind(done.register_value.map(stored_number).transpose()?)
    .bind(done.seal)
    .bind(done.text)
    .bind(done_at.to_sqlx())
    .bind(done.reader)
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .execute(&mut *db)
    .await?;
    stored_once(&stored)?;
    store_visit(db, source, done.id, done.connection, on, &done.visit).await
}
