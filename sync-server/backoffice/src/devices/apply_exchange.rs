//! Applying exchanges (メーター交換の反映): the old meter's last dials, the new one's first.

use jiff::Span;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::connection::MeterSize;
use shared::ids::ConnectionId;
use shared::metering::{ExchangeReason, RegisterReading, WorkOrderKind};
use shared::wire::MeterExchangeV1;
use sqlx::Row;
use sqlx::postgres::PgConnection;

use super::apply::{NotApplied, Source, stored_once};
use super::place_of_visit::{check_order, planned, stored_number};
use super::visit::store_visit;
use crate::connection::refresh_search_entries_of;
use crate::metering::past_of;

/// A new meter's verification lasts so long (計量法施行令). The stamp says the day; until a clerk enters
/// it, it is taken to begin with the month in which the meter was hung.
const VERIFIED_YEARS: i16 = 8;

/// Ends one installation and begins the next, so that the coming reading counts both meters.
pub(super) async fn apply_exchange(
    db: &mut PgConnection,
    source: &Source<'_>,
    done: MeterExchangeV1,
) -> Result<(), NotApplied> {
    let place = planned(db, source, done.package, done.connection).await?;
    let on = place.day_of_visit(done.exchanged_on_unix_days, source.today)?;
    let reason = ExchangeReason::from_code(done.reason).ok_or(NotApplied::Quarantine("S45"))?;
    check_order(db, source, done.order, done.connection, WorkOrderKind::MeterExchange).await?;
    let utility = source.office.utility;
    let past = past_of(db, utility, &[done.connection], place.round, on)
        .await?
        .pop()
        .filter(|past| past.meter_number == done.removed_number.trim())
        .ok_or(NotApplied::Quarantine("S43"))?;
    let dials = |value, digits, code| {
        RegisterReading::new(value, digits).map_err(|_| NotApplied::Quarantine(code))
    };
    let before = dials(past.previous_value, past.dial_digits, "S25")?;
    let last = dials(done.removed_value, past.dial_digits, "S25")?;
    before.usage_until(last).volume().ok_or(NotApplied::Quarantine("S27"))?;
    dials(done.installed_value, done.installed_digits, "S44")?;

    let installed = new_meter(db, source, &done, on).await?;
    hang(db, source, &done, past.meter.0, installed, on).await?;
    let stored = sqlx::query(
        "insert into metering.meter_exchange
             (utility_id, exchange_id, round_id, connection_id, order_id, removed_meter_id,
              removed_value, installed_meter_id, installed_value, reason, seal, exchanged_on,
              reader_login, device_id, device_sequence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict (utility_id, exchange_id) do nothing",
    )
    .bind(utility.0)
    .bind(done.id)
    .bind(place.round.0)
    .bind(done.connection)
    .bind(done.order)
    .bind(past.meter.0)
    .bind(stored_number(done.removed_value)?)
    .bind(installed)
    .bind(stored_number(done.installed_value)?)
    .bind(i16::from(reason.code()))
    .bind(done.seal)
    .bind(on.to_sqlx())
    .bind(done.reader)
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .execute(&mut *db)
    .await?;
    stored_once(&stored)?;
    // The desk searches by the number on the meter.
    refresh_search_entries_of(db, utility, &[ConnectionId(done.connection)]).await?;
    store_visit(db, source, done.id, done.connection, on, &done.visit).await
}

/// The meter with the new number: one from the store room if it is known and the same, else a new row.
async fn new_meter(
    db: &mut PgConnection,
    source: &Source<'_>,
    done: &MeterExchangeV1,
    on: Date,
) -> Result<i64, NotApplied> {
    let unfit = NotApplied::Quarantine("S44");
    let number = done.installed_number.trim();
    let Ok(size) = MeterSize::new(done.installed_size_mm) else { return Err(unfit) };
    if number.is_empty() || number.chars().count() > 20 {
        return Err(unfit);
    }
    let size = i16::try_from(size.mm()).map_err(|_| NotApplied::Quarantine("S44"))?;
    let digits = i16::from(done.installed_digits);
    let known = sqlx::query(
        "select meter_id, size_mm, dial_digits from metering.meter
         where utility_id = $1 and meter_number = $2",
    )
    .bind(source.office.utility.0)
    .bind(number)
    .fetch_optional(&mut *db)
    .await?;
    if let Some(known) = known {
        let is_same = known.try_get::<i16, _>("size_mm")? == size
            && known.try_get::<i16, _>("dial_digits")? == digits;
        return if is_same { Ok(known.try_get("meter_id")?) } else { Err(unfit) };
    }
    let expires = on.saturating_add(Span::new().years(VERIFIED_YEARS)).last_of_month();
    Ok(sqlx::query_scalar(
        "insert into metering.meter
             (utility_id, meter_number, size_mm, dial_digits, verification_expires_on)
         values ($1, $2, $3, $4, $5)
         returning meter_id",
    )
    .bind(source.office.utility.0)
    .bind(number)
    .bind(size)
    .bind(digits)
    .bind(expires.to_sqlx())
    .fetch_one(db)
    .await?)
}

/// Takes one meter out and hangs the other from the same day on.
async fn hang(
    db: &mut PgConnection,
    source: &Source<'_>,
    done: &MeterExchangeV1,
    removed: i64,
    installed: i64,
    on: Date,
) -> Result<(), NotApplied> {
    // One that was hung on this very day would have hung for no day at all, and one that was to be
    // taken out later is the office's business.
    let taken_out = sqlx::query(
        "update metering.meter_installation
         set period = daterange(lower(period), $4), removed_value = $5
         where utility_id = $1 and connection_id = $2 and meter_id = $3
           and period @> $4 and lower(period) < $4 and upper_inf(period)",
    )
    .bind(source.office.utility.0)
    .bind(done.connection)
    .bind(removed)
    .bind(on.to_sqlx())
    .bind(stored_number(done.removed_value)?)
    .execute(&mut *db)
    .await?;
    if taken_out.rows_affected() != 1 {
        return Err(NotApplied::Quarantine("S43"));
    }
    let hung = sqlx::query(
        "insert into metering.meter_installation
             (utility_id, meter_id, connection_id, period, installed_value)
         select $1, $2, $3, daterange($4, null), $5
         where not exists (select from metering.meter_installation
                           where utility_id = $1 and meter_id = $2
                             and period && daterange($4, null))",
    )
    .bind(source.office.utility.0)
    .bind(installed)
    .bind(done.connection)
    .bind(on.to_sqlx())
    .bind(stored_number(done.installed_value)?)
    .execute(db)
    .await?;
    if hung.rows_affected() == 1 { Ok(()) } else { Err(NotApplied::Quarantine("S44")) }
}
