//! Agreements that begin and end with a visit (現地作業による契約の開始・終了). A clerk says so: what a
//! reader did at the gate is a fact, who owes is a decision.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use jiff_sqlx::ToSqlx;
use shared::connection::{PaymentMethod, UsageClass};
use shared::ids::{ConnectionId, StaffId};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};
use uuid::Uuid;

use super::FieldRefusal;
use crate::Backoffice;
use crate::connection::refresh_search_entries_of;

/// Who begins to use the water.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// 氏名・名称.
    pub name: String,
    /// カナ.
    pub kana: String,
    /// May be empty.
    pub telephone: String,
    /// 用途.
    pub use_class: UsageClass,
    /// How it is paid.
    pub payment_method: PaymentMethod,
}

/// Ends the agreement of the connection on the day of the stop, and settles the stop.
pub async fn end_by_stop(
    office: &Backoffice,
    stop: Uuid,
    by: StaffId,
    at: Timestamp,
) -> Result<(), FieldRefusal> {
    let mut db = office.pool.acquire().await?;
    let mut db = db.begin().await?;
    let row = sqlx::query(
        "select connection_id, stopped_on from metering.service_stop
         where utility_id = $1 and stop_id = $2",
    )
    .bind(office.utility.0)
    .bind(stop)
    .fetch_optional(&mut *db)
    .await?
    .ok_or(FieldRefusal::NotFound)?;
    let stopped_on = row.try_get::<jiff_sqlx::Date, _>("stopped_on")?.to_jiff();
    let connection: i64 = row.try_get("connection_id")?;
    // The day of the stop is the last one, as in the settlement that the user was shown. One that
    // somebody has ended for another day meanwhile is not changed behind their back.
    let ended = sqlx::query(
        "update connection.service_agreement
         set period = daterange(lower(period), $3)
         where utility_id = $1 and connection_id = $2 and upper_inf(period) and lower(period) < $3",
    )
    .bind(office.utility.0)
    .bind(connection)
    .bind(stopped_on.saturating_add(1.day()).to_sqlx())
    .execute(&mut *db)
    .await?;
    if ended.rows_affected() != 1 {
        return Err(FieldRefusal::NoSuchAgreement);
    }
    settle_service(&mut db, office, stop, "契約を終了", by, at).await?;
    refresh_search_entries_of(&mut db, office.utility, &[ConnectionId(connection)]).await?;
    Ok(db.commit().await?)
}

/// Begins an agreement on the day of the start, and settles the start.
pub async fn begin_by_start(
    office: &Backoffice,
    start: Uuid,
    user: &NewUser,
    by: StaffId,
    at: Timestamp,
) -> Result<(), FieldRefusal> {
    let is_bounded = |text: &str, max: usize| text.trim().chars().count() <= max;
    let is_named = !user.name.trim().is_empty() && !user.kana.trim().is_empty();
    let are_bounded = is_bounded(&user.name, 60) && is_bounded(&user.kana, 60);
    if !is_named || !are_bounded || !is_bounded(&user.telephone, 20) {
        return Err(FieldRefusal::Incomplete);
    }
    let mut db = office.pool.acquire().await?;
    let mut db = db.begin().await?;
    let row = sqlx::query(
        "select connection_id, started_on from metering.service_start
         where utility_id = $1 and start_id = $2",
    )
    .bind(office.utility.0)
    .bind(start)
    .fetch_optional(&mut *db)
    .await?
    .ok_or(FieldRefusal::NotFound)?;
    let started_on = row.try_get::<jiff_sqlx::Date, _>("started_on")?.to_jiff();
    let connection: i64 = row.try_get("connection_id")?;
    // First: whoever comes second for the same start goes no further.
    settle_service(&mut db, office, start, "契約を開始", by, at).await?;
    let customer = new_customer(&mut db, office.utility.0, user).await?;
    agree(&mut db, office.utility.0, connection, customer, started_on, user).await?;
    refresh_search_entries_of(&mut db, office.utility, &[ConnectionId(connection)]).await?;
    Ok(db.commit().await?)
}

async fn new_customer(db: &mut PgConnection, utility: i64, user: &NewUser) -> sqlx::Result<i64> {
    // Its number follows from its key, beyond those that were taken over from elsewhere.
    sqlx::query_scalar(
        "insert into connection.customer (utility_id, customer_number, name, kana, telephone)
         values ($1, 'N' || lpad(nextval(pg_get_serial_sequence(
                     'connection.customer', 'customer_id'))::text, 9, '0'), $2, $3, $4)
         returning customer_id",
    )
    .bind(utility)
    .bind(user.name.trim())
    .bind(user.kana.trim())
    .bind(user.telephone.trim())
    .fetch_one(db)
    .await
}

async fn agree(
    db: &mut PgConnection,
    utility: i64,
    connection: i64,
    customer: i64,
    from: Date,
    user: &NewUser,
) -> Result<(), FieldRefusal> {
    // The database lets nobody use the water of a connection beside another one.
    let stored = sqlx::query(
        "insert into connection.service_agreement
             (utility_id, connection_id, customer_id, period, use_class, payment_method)
         select $1, $2, $3, daterange($4, null), $5, $6
         where not exists (
             select from connection.service_agreement a
             where a.utility_id = $1 and a.connection_id = $2 and a.period && daterange($4, null))",
    )
    .bind(utility)
    .bind(connection)
    .bind(customer)
    .bind(from.to_sqlx())
    .bind(user.use_class.key())
    .bind(i16::from(user.payment_method.code()))
    .execute(db)
    .await?;
    if stored.rows_affected() == 1 { Ok(()) } else { Err(FieldRefusal::InUse) }
}

async fn settle_service(
    db: &mut PgConnection,
    office: &Backoffice,
    subject: Uuid,
    remark: &str,
    by: StaffId,
    at: Timestamp,
) -> Result<(), FieldRefusal> {
    let stored = sqlx::query(
        "insert into metering.field_settled (utility_id, subject_id, remark, settled_by, settled_at)
         values ($1, $2, $3, $4, $5) on conflict do nothing",
    )
    .bind(office.utility.0)
    .bind(subject)
    .bind(remark)
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(db)
    .await?;
    if stored.rows_affected() == 1 { Ok(()) } else { Err(FieldRefusal::Settled) }
}
