//! Placing a file among those that hold (料金表の適用): its schedules get their days.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::billing::{Tariff, TariffFile};
use shared::ids::{TariffId, TariffVersionId};
use sqlx::Row;
use sqlx::postgres::PgConnection;

use super::end;
use crate::billing::error::BillingError;
use crate::billing::use_class;

/// Gives each schedule of an approved file its days. The one before it ends the day before, unless
/// days would change that were billed; one that was approved for later still follows.
pub(in crate::billing) async fn place(
    db: &mut PgConnection,
    utility: i64,
    version: TariffVersionId,
    file: &TariffFile,
    text: &str,
) -> Result<(), BillingError> {
    for tariff in &file.tariffs {
        let before = make_room(db, utility, tariff).await?;
        insert(db, utility, version, tariff, text, before).await?;
    }
    use_class::store_names(db, utility, &file.use_classes).await?;
    Ok(())
}

/// Ends the schedule that holds on the first day of the new one. Answers with the first day of the
/// one after it.
async fn make_room(
    db: &mut PgConnection,
    utility: i64,
    tariff: &Tariff,
) -> Result<Option<Date>, BillingError> {
    let others = sqlx::query(
        "select tariff_id, name, lower(validity) as valid_from from billing.tariff
         where utility_id = $1 and claim = $2 and authority = $3
               and validity && daterange($4, null)
         order by validity",
    )
    .bind(utility)
    .bind(i16::from(tariff.claim.code()))
    .bind(tariff.authority.as_deref().unwrap_or_default())
    .bind(tariff.valid_from.to_sqlx())
    .fetch_all(&mut *db)
    .await?;
    for other in others {
        let from: Option<jiff_sqlx::Date> = other.try_get("valid_from")?;
        let from = from.map_or(Date::MIN, jiff_sqlx::Date::to_jiff);
        if from == tariff.valid_from {
            return Err(BillingError::TariffOverlap { existing: other.try_get("name")?, from });
        }
        if from > tariff.valid_from {
            return Ok(Some(from));
        }
        end(db, utility, TariffId(other.try_get("tariff_id")?), tariff.valid_from).await?;
    }
    Ok(None)
}

/// Stores a schedule for the days from its own first day on.
pub(super) async fn insert(
    db: &mut PgConnection,
    utility: i64,
    version: TariffVersionId,
    tariff: &Tariff,
    text: &str,
    before: Option<Date>,
) -> Result<TariffId, BillingError> {
    let id = sqlx::query_scalar(
        "insert into billing.tariff
             (utility_id, version_id, claim, authority, code, name, validity, text)
         values ($1, $2, $3, $4, $5, $6, daterange($7, $8), $9)
         returning tariff_id",
    )
    .bind(utility)
    .bind(version.0)
    .bind(i16::from(tariff.claim.code()))
    .bind(tariff.authority.as_deref().unwrap_or_default())
    .bind(&tariff.code)
    .bind(&tariff.name)
    .bind(tariff.valid_from.to_sqlx())
    .bind(before.map(ToSqlx::to_sqlx))
    .bind(text)
    .fetch_one(&mut *db)
    .await?;
    tracing::info!(tariff.id = id, claim = tariff.claim.key(), "tariff stored");
    Ok(TariffId(id))
}
