//! Masters of the reader's work in the demo town (実演用の検針の設定): everything a terminal can show.
//!
//! The amounts of past debits are invented like the people: nothing was billed in that period.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::calendar::bank_day_from;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;

use super::staff::DEMO_CLERK;
use crate::demo::numbers;
use crate::demo::town::Town;
use crate::metering::SewerageIssuer;

/// Who issues the invoice of the sewerage charge.
const SEWERAGE_ISSUER: &str = "水面市下水道事業（架空）";

/// Day of the month on which banks debit.
const DEBIT_DAY: i8 = 10;

/// Writes the masters of a town that is loaded.
pub(super) async fn add(db: &mut PgConnection, utility: i64, town: &Town) -> sqlx::Result<()> {
    let issuers = [SewerageIssuer {
        authority: String::new(),
        name: SEWERAGE_ISSUER.to_owned(),
        registration_number: numbers::sewerage_registration_number(),
    }];
    sqlx::query(SETTING)
        .bind(utility)
        .bind(DEMO_CLERK)
        .bind(Json(issuers))
        .execute(&mut *db)
        .await?;
    // The newest period is not billed yet; the one before it was debited.
    let month = town.newest_month().plus_months(-2);
    let debited_on: Date = bank_day_from(
        month.plus_months(1).first_day().with().day(DEBIT_DAY).build().unwrap_or(Date::ZERO),
    );
    sqlx::query(DEBITS)
        .bind(utility)
        .bind(month.first_day().to_sqlx())
        .bind(debited_on.to_sqlx())
        .execute(&mut *db)
        .await?;
    sqlx::query(BY_POST).bind(utility).bind(DEMO_CLERK).execute(db).await?;
    Ok(())
}

const SETTING: &str = "
    insert into metering.field_setting
        (utility_id, photo_percent, hides_previous, cash_limit_yen, due_day, debit_day, kept_days,
         tells_next_reading, tells_last_debit, lock_minutes, issuers, reason, entered_by,
         entered_at)
    select $1, 2, false, 100000, 25, 10, 14, true, true, 15, $3, '実演用の初期設定', s.staff_id,
           now()
    from access.staff s where s.utility_id = $1 and s.login_name = $2";

const DEBITS: &str = "
    insert into metering.debit_told
        (utility_id, connection_id, billing_month, debited_on, amount_yen)
    select distinct on (r.connection_id) $1, r.connection_id, $2, $3, 1800 + 190 * r.usage_m3
    from metering.reading r
    join connection.service_agreement a
        on a.utility_id = r.utility_id and a.connection_id = r.connection_id
        and a.period @> r.read_on and upper_inf(a.period) and a.payment_method = 1
    where r.utility_id = $1 and r.connection_id % 5 = 0
      and r.read_on >= $2 and r.read_on < $2 + interval '1 month'
    order by r.connection_id, r.read_on desc";

const BY_POST: &str = "
    insert into metering.notice_by_post
        (utility_id, connection_id, is_mailed, entered_by, entered_at)
    select $1, c.connection_id, true, s.staff_id, now()
    from connection.service_connection c
    join access.staff s on s.utility_id = $1 and s.login_name = $2
    where c.utility_id = $1 and c.connection_id % 97 = 0";
