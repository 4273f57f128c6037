//! How terminals are used (検針の設定): cash, photos, days on the slip, receipt numbers, in versions.

mod check;
mod for_route;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use shared::calendar::DayRule;
use shared::ids::StaffId;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::types::Json;

use super::master_refusal::MasterRefusal;
use crate::Backoffice;

pub(super) use for_route::fill_settings;

/// What terminals are to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSetting {
    /// Of so many readings in 100 a photo is asked (抜取り写真).
    pub photo_percent: u8,
    /// The previous dials are not shown before the entry (前回指針を隠す).
    pub hides_previous: bool,
    /// The most cash that a reader may carry; 0: none is taken on site.
    pub cash_limit_yen: i64,
    /// 納付期限.
    pub due: DayRule,
    /// 振替予定日.
    pub debit: DayRule,
    /// The day of the next reading stands on the slip (次回検針予定日).
    pub tells_next_reading: bool,
    /// The last debit stands on the slip (口座振替済のお知らせ).
    pub tells_last_debit: bool,
    /// So many days after it was given out the terminal shows nothing of a route; 0: never.
    pub kept_days: u16,
    /// Minutes without a key after which the reader logs in anew; 0: never.
    pub lock_minutes: u16,
    /// Where to ask; empty for the utility's own.
    pub contact: String,
    /// Who issues the invoice of the sewerage charge, where it is not the utility.
    pub issuers: Vec<SewerageIssuer>,
    /// Numbers of receipts.
    pub receipt_ranges: Vec<ReceiptRange>,
}

/// The issuer of the sewerage charge's invoice (下水道使用料の適格請求書発行者).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SewerageIssuer {
    /// As on the connection; empty for the utility's own sewerage.
    pub authority: String,
    /// Name on the notice.
    pub name: String,
    /// T and 13 digits.
    pub registration_number: String,
}

/// Numbers of receipts that a terminal may give out (領収書番号の範囲).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptRange {
    /// Code of the terminal: `H01`.
    pub device_code: String,
    /// From 1.
    pub first: u32,
    /// At least the first.
    pub last: u32,
}

/// A version to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFieldSetting {
    /// First day on which terminals get it.
    pub valid_from: Date,
    /// All of it.
    pub setting: FieldSetting,
    /// Why, at most 200 characters.
    pub reason: String,
}

/// A version as it was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSettingVersion {
    /// Key.
    pub id: i64,
    /// First day on which terminals get it.
    pub valid_from: Date,
    /// All of it.
    pub setting: FieldSetting,
    /// Why.
    pub reason: String,
    /// Who entered it.
    pub entered_by: String,
    /// And when.
    pub entered_at: Timestamp,
}

const VERSIONS: &str = "
    select f.setting_id, f.valid_from, f.photo_percent, f.hides_previous, f.cash_limit_yen,
           f.due_day, f.debit_day, f.due_after_days, f.debit_after_days, f.tells_next_reading,
           f.tells_last_debit, f.kept_days, f.lock_minutes, f.contact, f.issuers,
           f.receipt_ranges, f.reason, s.display_name as entered_by, f.entered_at
    from metering.field_setting f
    join access.staff s on s.utility_id = f.utility_id and s.staff_id = f.entered_by
    where f.utility_id = $1 and f.valid_from <= $2
    order by f.valid_from desc, f.setting_id desc
    limit $3";

/// The most versions that the history shows.
const SHOWN_MAX: i64 = 50;

/// Later than any version begins.
const LAST_DAY: Date = jiff::civil::date(9999, 1, 1);

/// What holds on a day; all off where nothing was entered yet.
pub async fn field_setting(office: &Backoffice, on: Date) -> sqlx::Result<FieldSetting> {
    let mut db = office.pool.acquire().await?;
    field_setting_on(&mut db, office.utility.0, on).await
}

async fn field_setting_on(
    db: &mut PgConnection,
    utility: i64,
    on: Date,
) -> sqlx::Result<FieldSetting> {
    let row = sqlx::query(VERSIONS)
        .bind(utility)
        .bind(on.to_sqlx())
        .bind(1_i64)
        .fetch_optional(db)
        .await?;
    row.as_ref().map_or_else(|| Ok(FieldSetting::default()), setting_of_row)
}

/// All versions, also those that are yet to begin, the one that begins last first.
pub async fn field_settings(office: &Backoffice) -> sqlx::Result<Vec<FieldSettingVersion>> {
    sqlx::query(VERSIONS)
        .bind(office.utility.0)
        .bind(LAST_DAY.to_sqlx())
        .bind(SHOWN_MAX)
        .fetch_all(&office.pool)
        .await?
        .iter()
        .map(version_of_row)
        .collect()
}

fn version_of_row(row: &PgRow) -> sqlx::Result<FieldSettingVersion> {
    Ok(FieldSettingVersion {
        id: row.try_get("setting_id")?,
        valid_from: row.try_get::<jiff_sqlx::Date, _>("valid_from")?.to_jiff(),
        setting: setting_of_row(row)?,
        reason: row.try_get("reason")?,
        entered_by: row.try_get("entered_by")?,
        entered_at: row.try_get::<jiff_sqlx::Timestamp, _>("entered_at")?.to_jiff(),
    })
}

fn setting_of_row(row: &PgRow) -> sqlx::Result<FieldSetting> {
    let byte = |column: &str| {
        u8::try_from(row.try_get::<i16, _>(column)?)
            .map_err(|error| sqlx::Error::Decode(error.into()))
    };
    let rule = |after: &str, day: &str| {
        Ok::<_, sqlx::Error>(match (byte(after)?, byte(day)?) {
            (0, 0) => DayRule::Untold,
            (0, day) => DayRule::DayOfNextMonth(day),
            (days, _) => DayRule::DaysAfter(days),
        })
    };
    Ok(FieldSetting {
        photo_percent: byte("photo_percent")?,
        hides_previous: row.try_get("hides_previous")?,
        cash_limit_yen: row.try_get("cash_limit_yen")?,
        due: rule("due_after_days", "due_day")?,
        debit: rule("debit_after_days", "debit_day")?,
        tells_next_reading: row.try_get("tells_next_reading")?,
        tells_last_debit: row.try_get("tells_last_debit")?,
        kept_days: row.try_get::<i16, _>("kept_days")?.unsigned_abs(),
        lock_minutes: row.try_get::<i16, _>("lock_minutes")?.unsigned_abs(),
        contact: row.try_get("contact")?,
        issuers: row.try_get::<Json<Vec<SewerageIssuer>>, _>("issuers")?.0,
        receipt_ranges: row.try_get::<Json<Vec<ReceiptRange>>, _>("receipt_ranges")?.0,
    })
}

/// Whose sewerage the connections drain into; empty for the utility's own.
pub async fn sewerage_authorities(office: &Backoffice) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "select distinct sewerage_authority from connection.service_connection
         where utility_id = $1 and has_sewerage order by 1",
    )
    .bind(office.utility.0)
    .fetch_all(&office.pool)
    .await
}

/// Enters a version, or names every field that is wrong.
pub async fn enter_field_setting(
    office: &Backoffice,
    new: &NewFieldSetting,
    by: StaffId,
    at: Timestamp,
    today: Date,
) -> Result<i64, MasterRefusal> {
    let given_out = check::receipts_given_out(office).await?;
    let mistakes = check::mistakes(new, &given_out, today);
    if !mistakes.is_empty() {
        return Err(MasterRefusal::Mistakes(mistakes));
    }
    let setting = &new.setting;
    let ([due_after, due_day], [debit_after, debit_day]) =
        (stored_rule(setting.due), stored_rule(setting.debit));
    Ok(sqlx::query_scalar(
        "insert into metering.field_setting
             (utility_id, valid_from, photo_percent, hides_previous, cash_limit_yen, due_after_days,
              due_day, debit_after_days, debit_day, tells_next_reading, tells_last_debit,
              kept_days, lock_minutes, contact, issuers, receipt_ranges, reason, entered_by,
              entered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                 $19)
         returning setting_id",
    )
    .bind(office.utility.0)
    .bind(new.valid_from.to_sqlx())
    .bind(i16::from(setting.photo_percent))
    .bind(setting.hides_previous)
    .bind(setting.cash_limit_yen)
    .bind(due_after)
    .bind(due_day)
    .bind(debit_after)
    .bind(debit_day)
    .bind(setting.tells_next_reading)
    .bind(setting.tells_last_debit)
    .bind(stored(setting.kept_days))
    .bind(stored(setting.lock_minutes))
    .bind(&setting.contact)
    .bind(Json(&setting.issuers))
    .bind(Json(&setting.receipt_ranges))
    .bind(&new.reason)
    .bind(by.0)
    .bind(at.to_sqlx())
    .fetch_one(&office.pool)
    .await?)
}

/// Days after the reading, and day of the month.
fn stored_rule(rule: DayRule) -> [i16; 2] {
    match rule {
        DayRule::Untold => [0, 0],
        DayRule::DaysAfter(days) => [days.into(), 0],
        DayRule::DayOfNextMonth(day) => [0, day.into()],
    }
}

fn stored(number: u16) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}
