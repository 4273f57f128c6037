//! Facts for the notice (お知らせ票に載せる事実): debits that went through, and notices that go by post.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::calendar::YearMonth;
use shared::ids::{ConnectionId, StaffId};

use crate::Backoffice;

/// A debit that went through (口座振替済).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DebitTold {
    /// Where.
    pub connection: ConnectionId,
    /// The month of the round that it was for.
    pub period: YearMonth,
    /// Day of the debit.
    pub debited_on: Date,
    /// With tax.
    pub amount_yen: i64,
}

/// Writes down what the bank told; what is known already stays as it is. How many were new.
pub async fn tell_debits(office: &Backoffice, debits: &[DebitTold]) -> sqlx::Result<u64> {
    let connections: Vec<i64> = debits.iter().map(|debit| debit.connection.0).collect();
    let months: Vec<jiff_sqlx::Date> =
        debits.iter().map(|debit| debit.period.first_day().to_sqlx()).collect();
    let days: Vec<jiff_sqlx::Date> =
        debits.iter().map(|debit| debit.debited_on.to_sqlx()).collect();
    let amounts: Vec<i64> = debits.iter().map(|debit| debit.amount_yen).collect();
    let stored = sqlx::query(
        "insert into metering.debit_told
             (utility_id, connection_id, billing_month, debited_on, amount_yen)
         select $1, d.* from unnest($2::bigint[], $3::date[], $4::date[], $5::bigint[]) d
         on conflict (utility_id, connection_id, billing_month) do nothing",
    )
    .bind(office.utility.0)
    .bind(connections)
    .bind(months)
    .bind(days)
    .bind(amounts)
    .execute(&office.pool)
    .await?;
    Ok(stored.rows_affected())
}

/// Whether the notice of a connection goes by post.
pub async fn is_notice_mailed(office: &Backoffice, connection: ConnectionId) -> sqlx::Result<bool> {
    let is_mailed: Option<bool> = sqlx::query_scalar(
        "select is_mailed from metering.notice_by_post
         where utility_id = $1 and connection_id = $2 order by entry_id desc limit 1",
    )
    .bind(office.utility.0)
    .bind(connection.0)
    .fetch_optional(&office.pool)
    .await?;
    Ok(is_mailed.unwrap_or(false))
}

/// Sends the notice of a connection by post from now on, or leaves it on site again.
pub async fn mail_notice(
    office: &Backoffice,
    connection: ConnectionId,
    is_mailed: bool,
    by: StaffId,
    at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into metering.notice_by_post
             (utility_id, connection_id, is_mailed, entered_by, entered_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(office.utility.0)
    .bind(connection.0)
    .bind(is_mailed)
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&office.pool)
    .await?;
    Ok(())
}
