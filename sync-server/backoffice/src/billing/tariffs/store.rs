//! Taking a tariff file in by command (料金表の取込み): the set-up of a utility, by its operator.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::billing::{Tariff, TariffFile};
use shared::ids::{TariffId, TariffVersionId};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};

use super::placing::insert;
use crate::Backoffice;
use crate::billing::drafts::lock_tariffs;
use crate::billing::error::BillingError;
use crate::billing::golden_rows::refuse_disagreement;
use crate::billing::use_class;

/// Published tables that the demo town bills by, labelled as such. Reliefs and the deduction are no
/// part of what was published: they are invented, so that the demo town has terms to show.
const DEMO: [&str; 2] = [
    concat!(
        include_str!("../../../../../shared/tariffs/takatsuki-water-2019.toml"),
        r#"
[[water.relief]]
key = "welfare"
name = "福祉減免"
article = "水面市（架空）減免要綱第3条"
of = "service"
percent = 50

[[water.relief]]
key = "disaster"
name = "災害減免"
article = "水面市（架空）減免要綱第5条"
of = "all"
percent = 100
"#
    ),
    concat!(
        include_str!("../../../../../shared/tariffs/yachiyo-sewerage-2019.toml"),
        r#"
[sewerage.deduction]
from_percent = 10
from_m3 = 20

[[sewerage.relief]]
key = "welfare"
name = "福祉減免"
article = "水面市（架空）減免要綱第4条"
of = "service"
percent = 50
"#
    ),
];

/// The texts of the tariffs that the demo town bills by: water and sewerage.
pub fn demo_tariffs() -> [&'static str; 2] {
    DEMO
}

/// Takes a tariff file in as approved: the operator's explicit act, for days on which no schedule of
/// the same claim holds yet. It holds from the day it names, and up to `valid_before` if that is
/// known. It never ends what holds: that is for a draft and its approval. The very same file with the
/// same validity is taken in once. Answers with its first schedule.
pub async fn store_tariff(
    office: &Backoffice,
    text: &str,
    valid_before: Option<Date>,
) -> Result<TariffId, BillingError> {
    let file = TariffFile::parse(text).map_err(BillingError::TariffFile)?;
    let mut db = office.pool.acquire().await?;
    let mut db = db.begin().await?;
    let utility = office.utility.0;
    lock_tariffs(&mut db, utility).await?;
    let mut known = Vec::with_capacity(file.tariffs.len());
    for tariff in &file.tariffs {
        known.push(holding(&mut db, utility, tariff, text, valid_before).await?);
    }
    if let Some(first) = known.iter().copied().collect::<Option<Vec<_>>>() {
        return first.first().copied().ok_or_else(|| BillingError::TariffFile(Vec::new()));
    }
    let version: i64 = sqlx::query_scalar(
        "with version as (
             insert into billing.tariff_version (utility_id) values ($1) returning version_id),
         step as (
             insert into billing.tariff_step (utility_id, version_id, step_number, kind, text)
             select $1, version_id, 1, 'imported', $2 from version)
         select version_id from version",
    )
    .bind(utility)
    .bind(text)
    .fetch_one(&mut *db)
    .await?;
    let version = TariffVersionId(version);
    let mut first = None;
    for (tariff, known) in file.tariffs.iter().zip(known) {
        let id = match known {
            Some(id) => id,
            None => insert(&mut db, utility, version, tariff, text, valid_before).await?,
        };
        first.get_or_insert(id);
    }
    use_class::store_names(&mut db, utility, &file.use_classes).await?;
    refuse_disagreement(&mut db, utility, version).await?;
    db.commit().await?;
    first.ok_or_else(|| BillingError::TariffFile(Vec::new()))
}

/// The schedule that is this very one; refused when another holds on some of the days.
async fn holding(
    db: &mut PgConnection,
    utility: i64,
    tariff: &Tariff,
    text: &str,
    valid_before: Option<Date>,
) -> Result<Option<TariffId>, BillingError> {
    let row = sqlx::query(
        "select tariff_id, name, lower(validity) as valid_from,
                text = $6 and validity = daterange($4, $5) as is_same
         from billing.tariff
         where utility_id = $1 and claim = $2 and authority = $3
               and validity && daterange($4, $5)
         order by validity limit 1",
    )
    .bind(utility)
    .bind(i16::from(tariff.claim.code()))
    .bind(tariff.authority.as_deref().unwrap_or_default())
    .bind(tariff.valid_from.to_sqlx())
    .bind(valid_before.map(ToSqlx::to_sqlx))
    .bind(text)
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.try_get("is_same")? {
        return Ok(Some(TariffId(row.try_get("tariff_id")?)));
    }
    let from: Option<jiff_sqlx::Date> = row.try_get("valid_from")?;
    Err(BillingError::TariffOverlap {
        existing: row.try_get("name")?,
        from: from.map_or(Date::MIN, jiff_sqlx::Date::to_jiff),
    })
}
