//! Cash by reader and day (現金の日計): what must be in the bag, and what was counted at the office.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::ids::StaffId;
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::FieldRefusal;
use crate::Backoffice;

/// A reader's cash of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CashDay {
    /// Login name of the reader.
    pub reader: String,
    /// Day.
    pub taken_on: Date,
    /// Receipts that count.
    pub receipts: i64,
    /// Receipts that do not.
    pub voided: i64,
    /// What must be in the bag.
    pub due_yen: i64,
    /// What was counted; `None` while it was not handed over.
    pub counted_yen: Option<i64>,
}

/// The last days with receipts, the newest first.
pub async fn cash_days(office: &Backoffice) -> sqlx::Result<Vec<CashDay>> {
    sqlx::query(CASH_DAYS)
        .bind(office.utility.0)
        .bind(None::<&str>)
        .bind(None::<jiff_sqlx::Date>)
        .fetch_all(&office.pool)
        .await?
        .iter()
        .map(cash_day_of_row)
        .collect()
}

const CASH_DAYS: &str = "
    select c.reader_login, c.taken_on,
           count(*) filter (where v.receipt_id is null) as receipts,
           count(v.receipt_id) as voided,
           coalesce(sum(c.amount_yen) filter (where v.receipt_id is null), 0)::bigint as due_yen,
           (select sum(h.counted_yen)::bigint from metering.cash_handover h
            where h.utility_id = $1 and h.reader_login = c.reader_login
              and h.taken_on = c.taken_on) as counted_yen
    from metering.cash_receipt c
    left join metering.cash_void v using (utility_id, receipt_id)
    where c.utility_id = $1 and ($2::text is null or c.reader_login = $2)
      and ($3::date is null or c.taken_on = $3)
    group by c.reader_login, c.taken_on
    order by c.taken_on desc, c.reader_login
    limit 100";

fn cash_day_of_row(row: &PgRow) -> sqlx::Result<CashDay> {
    Ok(CashDay {
        reader: row.try_get("reader_login")?,
        taken_on: row.try_get::<jiff_sqlx::Date, _>("taken_on")?.to_jiff(),
        receipts: row.try_get("receipts")?,
        voided: row.try_get("voided")?,
        due_yen: row.try_get("due_yen")?,
        counted_yen: row.try_get("counted_yen")?,
    })
}

/// Writes down what a clerk counted. Another counting is another row: money may come in two bags.
pub async fn hand_over_cash(
    office: &Backoffice,
    reader: &str,
    taken_on: Date,
    counted_yen: i64,
    by: StaffId,
    at: Timestamp,
) -> Result<(), FieldRefusal> {
    if counted_yen < 0 {
        return Err(FieldRefusal::Incomplete);
    }
    let mut db = office.pool.begin().await?;
    let row = sqlx::query(CASH_DAYS)
        .bind(office.utility.0)
        .bind(Some(reader))
        .bind(Some(taken_on.to_sqlx()))
        .fetch_optional(&mut *db)
        .await?
        .ok_or(FieldRefusal::NotFound)?;
    sqlx::query(
        "insert into metering.cash_handover
             (utility_id, reader_login, taken_on, due_yen, counted_yen, received_by, received_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(office.utility.0)
    .bind(reader)
    .bind(taken_on.to_sqlx())
    .bind(cash_day_of_row(&row)?.due_yen)
    .bind(counted_yen)
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&mut *db)
    .await?;
    Ok(db.commit().await?)
}
