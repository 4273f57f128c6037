//! What can be tried without typing (試算できる料金表): the versions that are stored.

use jiff::civil::Date;
use shared::ids::TariffId;
use sqlx::Row;

use crate::Backoffice;

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabChoice {
    /// One of the schedules of the file.
    pub tariff: TariffId,
    /// Its name.
    pub name: String,
    /// First day.
    pub valid_from: Option<Date>,
}

/// Every stored file once, the newest first.
pub async fn lab_choices(office: &Backoffice) -> sqlx::Result<Vec<LabChoice>> {
    sqlx::query(
        "select min(tariff_id) as tariff_id, min(name) as name, min(lower(validity)) as valid_from
         from billing.tariff where utility_id = $1
         group by text order by 3 desc, 1 desc",
    )
    .bind(office.utility.0)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(|row| {
        let from: Option<jiff_sqlx::Date> = row.try_get("valid_from")?;
        Ok(LabChoice {
            tariff: TariffId(row.try_get("tariff_id")?),
            name: row.try_get("name")?,
            valid_from: from.map(jiff_sqlx::Date::to_jiff),
        })
    })
    .collect()
}

/// The text of a stored file.
pub async fn lab_text(office: &Backoffice, tariff: TariffId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("select text from billing.tariff where utility_id = $1 and tariff_id = $2")
        .bind(office.utility.0)
        .bind(tariff.0)
        .fetch_optional(&office.pool)
        .await
}
