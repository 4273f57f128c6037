//! Tariffs (料金表): the schedules that were approved, with their validity.

mod placing;
mod store;

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::billing::{Claim, Tariff, TariffFile};
use shared::ids::{TariffId, TariffVersionId};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection, Row};

use super::assessments::claim;
use super::error::BillingError;
use crate::Backoffice;

pub(super) use placing::place;
pub use store::{demo_tariffs, store_tariff};

/// A schedule that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTariff {
    /// Key.
    pub id: TariffId,
    /// The version of the whole file that it is of.
    pub version: Option<TariffVersionId>,
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

    /// Whether it is a schedule of the same claim and authority.
    pub(super) fn follows(&self, other: &Tariff) -> bool {
        self.tariff.claim == other.claim && self.tariff.authority == other.authority
    }
}

/// Ends a version before a day, so that the next can follow. Days that were billed by it stay.
pub async fn end_tariff(
    office: &Backoffice,
    id: TariffId,
    before: Date,
) -> Result<(), BillingError> {
    let mut db = office.pool.acquire().await?;
    let mut db = db.begin().await?;
    end(&mut db, office.utility.0, id, before).await?;
    db.commit().await?;
    Ok(())
}

async fn end(
    db: &mut PgConnection,
    utility: i64,
    id: TariffId,
    before: Date,
) -> Result<(), BillingError> {
    // A billing run holds the tariffs in share mode until it is done.
    let known = sqlx::query(
        "select from billing.tariff where utility_id = $1 and tariff_id = $2 for update",
    )
    .bind(utility)
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
    .bind(utility)
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
    .bind(utility)
    .bind(id.0)
    .bind(before.to_sqlx())
    .execute(&mut *db)
    .await?;
    if ended.rows_affected() == 0 { Err(BillingError::NoSuchTariff) } else { Ok(()) }
}

/// All schedules, by claim and authority, the newest first.
pub async fn tariffs(office: &Backoffice) -> Result<Vec<StoredTariff>, BillingError> {
    let mut db = office.pool.acquire().await?;
    all_tariffs(&mut db, office.utility.0).await
}

/// The utility's own schedule of a claim that holds on a day.
pub async fn tariff_on(
    office: &Backoffice,
    claim: Claim,
    day: Date,
) -> Result<Option<StoredTariff>, BillingError> {
    let stored = tariffs(office).await?;
    Ok(stored.into_iter().find(|stored| {
        stored.tariff.claim == claim && stored.tariff.authority.is_none() && stored.holds_on(day)
    }))
}

pub(super) async fn all_tariffs(
    db: &mut PgConnection,
    utility: i64,
) -> Result<Vec<StoredTariff>, BillingError> {
    sqlx::query(
        "select tariff_id, version_id, claim, authority, text,
                lower(validity) as valid_from, upper(validity) as valid_before
         from billing.tariff where utility_id = $1 order by claim, authority, validity desc",
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
    let authority: String = row.try_get("authority")?;
    let authority = Some(authority.as_str()).filter(|authority| !authority.is_empty());
    let tariff = schedule_of(&text, claim(row)?, authority)?;
    let from: Option<jiff_sqlx::Date> = row.try_get("valid_from")?;
    let before: Option<jiff_sqlx::Date> = row.try_get("valid_before")?;
    let version: Option<i64> = row.try_get("version_id")?;
    Ok(StoredTariff {
        id: TariffId(row.try_get("tariff_id")?),
        version: version.map(TariffVersionId),
        valid_from: from.map_or(Date::MIN, jiff_sqlx::Date::to_jiff),
        valid_before: before.map(jiff_sqlx::Date::to_jiff),
        is_example: demo_tariffs().contains(&text.as_str()),
        tariff,
    })
}
