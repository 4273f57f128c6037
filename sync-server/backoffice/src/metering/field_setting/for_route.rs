//! What a route gets of the settings (検針データに載せる設定): days, cash, numbers, the last debit.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::calendar::{YearMonth, next_reading_on, to_unix_days};
use shared::ids::DeviceId;
use shared::wire::{DebitV1, IssuerV1, WorkPackageV1};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::{FieldSetting, field_setting_on};
use crate::metering::paper_layout::layouts_on_wire;
use crate::metering::remark_table::remarks_on_wire;

/// Fills in what the masters say of this route, this terminal and this day.
pub(in crate::metering) async fn fill_settings(
    db: &mut PgConnection,
    utility: i64,
    device: DeviceId,
    on: Date,
    package: &mut WorkPackageV1,
) -> sqlx::Result<()> {
    let setting = field_setting_on(db, utility, on).await?;
    package.work.remarks = remarks_on_wire(db, utility, on).await?;
    package.work.layouts = layouts_on_wire(db, utility, on).await?;
    fill_days(db, utility, &setting, on, package).await?;
    if !setting.contact.is_empty() {
        package.utility.contact.clone_from(&setting.contact);
    }
    let work = &mut package.work;
    work.photo_percent = setting.photo_percent;
    work.hides_previous = setting.hides_previous;
    work.cash_limit_yen = setting.cash_limit_yen;
    work.lock_minutes = setting.lock_minutes;
    if setting.kept_days > 0 {
        work.expires_on_unix_days = to_unix_days(on) + i32::from(setting.kept_days);
    }
    work.issuers = setting
        .issuers
        .iter()
        .map(|issuer| IssuerV1 {
            authority: issuer.authority.clone(),
            name: issuer.name.clone(),
            registration_number: issuer.registration_number.clone(),
        })
        .collect();
    let code: Option<String> = sqlx::query_scalar(
        "select code from devices.device where utility_id = $1 and device_id = $2",
    )
    .bind(utility)
    .bind(device.0)
    .fetch_optional(&mut *db)
    .await?;
    let mut ranges = setting.receipt_ranges.iter();
    if let Some(range) = ranges.find(|range| Some(&range.device_code) == code.as_ref()) {
        (work.receipt_first, work.receipt_last) = (range.first, range.last);
    }
    fill_connections(db, utility, &setting, package).await
}

async fn fill_days(
    db: &mut PgConnection,
    utility: i64,
    setting: &FieldSetting,
    on: Date,
    package: &mut WorkPackageV1,
) -> sqlx::Result<()> {
    let planned_on: Option<jiff_sqlx::Date> = sqlx::query_scalar(
        "select planned_on from metering.reading_route where utility_id = $1 and route_id = $2",
    )
    .bind(utility)
    .bind(package.route.id)
    .fetch_one(db)
    .await?;
    let planned_on = planned_on.map_or(on, jiff_sqlx::Date::to_jiff);
    let round = &package.round;
    let Ok(month) = YearMonth::new(round.year, round.month) else { return Ok(()) };
    let next = setting.tells_next_reading.then(|| next_reading_on(planned_on, round.months));
    let work = &mut package.work;
    work.next_reading_on_unix_days = next.flatten().map(to_unix_days);
    work.due_on_unix_days = setting.due.day(on, month).map(to_unix_days);
    work.debit_on_unix_days = setting.debit.day(on, month).map(to_unix_days);
    Ok(())
}

const OF_CONNECTIONS: &str = "
    select c.connection_id, d.billing_month, d.debited_on, d.amount_yen,
           coalesce((select n.is_mailed from metering.notice_by_post n
                     where n.utility_id = $1 and n.connection_id = c.connection_id
                     order by n.entry_id desc limit 1), false) as is_mailed
    from unnest($2::bigint[]) c(connection_id)
    left join lateral (
        select t.billing_month, t.debited_on, t.amount_yen from metering.debit_told t
        where t.utility_id = $1 and t.connection_id = c.connection_id and t.billing_month < $3
          -- What the user before had debited is nobody's business.
          and exists (select from connection.service_agreement a
                      where a.utility_id = $1 and a.connection_id = c.connection_id
                        and a.period @> t.debited_on and upper_inf(a.period))
        order by t.billing_month desc limit 1
    ) d on true";

async fn fill_connections(
    db: &mut PgConnection,
    utility: i64,
    setting: &FieldSetting,
    package: &mut WorkPackageV1,
) -> sqlx::Result<()> {
    let ids: Vec<i64> = package.connections.iter().map(|planned| planned.connection).collect();
    let Ok(month) = YearMonth::new(package.round.year, package.round.month) else { return Ok(()) };
    let rows = sqlx::query(OF_CONNECTIONS)
        .bind(utility)
        .bind(ids)
        .bind(month.first_day().to_sqlx())
        .fetch_all(db)
        .await?;
    let rows = rows
        .iter()
        .map(|row| Ok((row.try_get("connection_id")?, row)))
        .collect::<sqlx::Result<HashMap<i64, &PgRow>>>()?;
    for planned in &mut package.connections {
        let Some(row) = rows.get(&planned.connection) else { continue };
        planned.on_site.is_mailed = row.try_get("is_mailed")?;
        planned.on_site.last_debit =
            if setting.tells_last_debit { debit_of_row(row)? } else { None };
    }
    Ok(())
}

fn debit_of_row(row: &PgRow) -> sqlx::Result<Option<DebitV1>> {
    let Some(month) = row.try_get::<Option<jiff_sqlx::Date>, _>("billing_month")? else {
        return Ok(None);
    };
    let debited_on: jiff_sqlx::Date = row.try_get("debited_on")?;
    Ok(Some(DebitV1 {
        year: month.to_jiff().year(),
        month: month.to_jiff().month(),
        debited_on_unix_days: to_unix_days(debited_on.to_jiff()),
        amount_yen: row.try_get("amount_yen")?,
    }))
}
