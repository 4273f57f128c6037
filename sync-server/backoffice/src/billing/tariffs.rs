//! Tariffs (料金表): versions with their validity. The text is kept as it was taken in.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::billing::{Claim, Tariff, TariffFile};
use shared::ids::TariffId;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection, Row};

use super::assessments::claim;
use super::error::BillingError;
use crate::Backoffice;

/// Published tables that the demo town bills by, labelled as such.
const DEMO: [&str; 2] = [
    include_str!("../../../../shared/tariffs/takatsuki-water-2019.toml"),
    include_str!("../../../../shared/tariffs/yachiyo-sewerage-2019.toml"),
];

/// A version that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTariff {
    /// Key.
    pub id: TariffId,
    /// First day.
    pub valid_from: Date,
    /// The day after the last; `None` while no end is known.
    pub valid_before: Option<Date>,
    /// What it says.
    pub tariff: Tariff,
    /// Whether it is one of [`demo_tariffs`]: papers must say that it is an example.
    pub is_example: bool,
}

impl StoredTariff {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_before.is_none_or(|before| day < before)
    }
}

/// The texts of the tariffs that the demo town bills by: water and sewerage.
pub fn demo_tariffs() -> [&'static str; 2] {
    DEMO
}

/// Takes a tariff file in. It holds from the day it names, and up to `valid_before` if that is
/// known. The very same file with the same validity is taken in once.
pub async fn store_tariff(
    office: &Backoffice,
    text: &str,
    valid_before: Option<Date>,
) -> Result<TariffId, BillingError> {
    let file = TariffFile::parse(text).map_err(BillingError::TariffFile)?;
    let tariff = file.tariffs.first().ok_or_else(|| BillingError::TariffFile(Vec::new()))?;
    let mut db = office.pool.acquire().await?;
    let mut db = db.begin().await?;
    // Two clerks at once: the second waits and then sees the first one's version.
    sqlx::query("select from access.utility where utility_id = $1 for no key update")
        .bind(office.utility.0)
        .execute(&mut *db)
        .await?;
    let row = sqlx::query(
        "select tariff_id, name, lower(validity) as valid_from,
                text = $5 and validity = daterange($3, $4) as is_same
         from billing.tariff
         where utility_id = $1 and claim = $2 and validity && daterange($3, $4)
         order by validity limit 1",
    )
    .bind(office.utility.0)
    .bind(i16::from(tariff.claim.code()))
    .bind(tariff.valid_from.to_sqlx())
    .bind(valid_before.map(ToSqlx::to_sqlx))
    .bind(text)
    .fetch_optional(&mut *db)
    .await?;
    if let Some(row) = row {
        if row.try_get("is_same")? {
            return Ok(TariffId(row.try_get("tariff_id")?));
        }
        let from: Option<jiff_sqlx::Date> = row.try_get("valid_from")?;
        return Err(BillingError::TariffOverlap {
            existing: row.try_get("name")?,
            from: from.map_or(Date::MIN, jiff_sqlx::Date::to_jiff),
        });
    }
    let id = sqlx::query_scalar(
        "insert into billing.tariff (utility_id, claim, code, name, validity, text)
         values ($1, $2, $3, $4, daterange($5, $6), $7)
         returning tariff_id",
    )
    .bind(office.utility.0)
    .bind(i16::from(tariff.claim.code()))
    .bind(&tariff.code)
    .bind(&tariff.name)
    .bind(tariff.valid_from.to_sqlx())
    .bind(valid_before.map(ToSqlx::to_sqlx))
    .bind(text)
    .fetch_one(&mut *db)
    .await?;
    db.commit().await?;
    tracing::info!(tariff.id = id, claim = tariff.claim.key(), "tariff stored");
    Ok(TariffId(id))
}

/// Ends a version before a day, so that the next can follow. Days that were billed by it stay.
pub async fn end_tariff(
    office: &Backoffice,
    id: TariffId,
    before: Date,
) -> Result<(), BillingError> {
    let mut db = office.pool.acquire().await?;
    let mut db = db.begin().await?;
    // A billing run holds the tariffs in share mode until it is done.
    let known = sqlx::query(
        "select from billing.tariff where utility_id = $1 and tariff_id = $2 for update",
    )
    .bind(office.utility.0)
    .bind(id.0)
    .fetch_optional(&mut *db)
    .await?;
    known.ok_or(BillingError::NoSuchTariff)?;
    let is_billed: bool = sqlx::query_scalar(
        "select exists (
             select from billing.assessment a
             join metering.reading r using (utility_id, reading_id)
             where a.utility_id = $1 and a.tariff_id = $2 and r.read_on >= $3)",
    )
    .bind(office.utility.0)
    .bind(id.0)
    .bind(before.to_sqlx())
    .fetch_one(&mut *db)
    .await?;
    if is_billed {
        return Err(BillingError::TariffInUse { before });
    }
    let ended = sqlx::query(
        "update billing.tariff set validity = daterange(lower(validity), $3)
         where utility_id = $1 and tariff_id = $2 and validity @> ($3::date - 1)",
    )
    .bind(office.utility.0)
    .bind(id.0)
    .bind(before.to_sqlx())
    .execute(&mut *db)
    .await?;
    if ended.rows_affected() == 0 {
        return Err(BillingError::NoSuchTariff);
    }
    db.commit().await?;
    Ok(())
}

/// All versions, by claim, the newest first.
pub async fn tariffs(office: &Backoffice) -> Result<Vec<StoredTariff>, BillingError> {
    let mut db = office.pool.acquire().await?;
    all_tariffs(&mut db, office.utility.0).await
}

/// The version of a claim's tariff that holds on a day.
pub async fn tariff_on(
    office: &Backoffice,
    claim: Claim,
    day: Date,
) -> Result<Option<StoredTariff>, BillingError> {
    let mut stored = tariffs(office).await?;
    stored.retain(|stored| stored.tariff.claim == claim && stored.holds_on(day));
    Ok(stored.pop())
}

pub(super) async fn all_tariffs(
    db: &mut PgConnection,
    utility: i64,
) -> Result<Vec<StoredTariff>, BillingError> {
    sqlx::query(
        "select tariff_id, claim, lower(validity) as valid_from, upper(validity) as valid_before, text
         from billing.tariff where utility_id = $1 order by claim, validity desc",
    )
    .bind(utility)
    .fetch_all(db)
    .await?
    .iter()
    .map(tariff_of_row)
    .collect()
}

/// The schedule of a claim in a file's text.
pub(super) fn schedule_of(
    text: &str,
    claim: Claim,
    authority: Option<&str>,
) -> Result<Tariff, BillingError> {
    let file = TariffFile::parse(text).map_err(BillingError::TariffFile)?;
    let tariff = file.tariff(claim, authority).cloned();
    tariff.ok_or_else(|| BillingError::TariffFile(Vec::new()))
}

fn tariff_of_row(row: &PgRow) -> Result<StoredTariff, BillingError> {
    let text: String = row.try_get("text")?;
    let tariff = schedule_of(&text, claim(row)?, None)?;
    let from: Option<jiff_sqlx::Date> = row.try_get("valid_from")?;
    let before: Option<jiff_sqlx::Date> = row.try_get("valid_before")?;
    Ok(StoredTariff {
        id: TariffId(row.try_get("tariff_id")?),
        valid_from: from.map_or(Date::MIN, jiff_sqlx::Date::to_jiff),
        valid_before: before.map(jiff_sqlx::Date::to_jiff),
        is_example: DEMO.contains(&text.as_str()),
        tariff,
    })
}
