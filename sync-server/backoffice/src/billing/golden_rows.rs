//! Golden rows (検算行): amounts that staff enter from a published source, and that guard every
//! change of a tariff.

mod check;
mod night;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::connection::{MeterSize, UsageClass};
use shared::ids::{GoldenRowId, StaffId, TariffVersionId};
use shared::quantity::{CubicMeters, Yen};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::drafts::TariffVersion;
use super::error::BillingError;
use super::tariffs::all_tariffs;
use super::use_class;
use crate::Backoffice;

pub use check::{GoldenCheck, GoldenVerdict};
use check::{check, with_draft};
pub use night::{GoldenNight, GoldenWatch};

/// A row as somebody enters it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGoldenRow {
    /// 口径.
    pub size: MeterSize,
    /// 用途.
    pub use_class: UsageClass,
    /// 使用水量.
    pub usage: CubicMeters,
    /// Months of the period (1 or 2).
    pub months: u8,
    /// The day whose tariff is meant.
    pub on: Date,
    /// Whose sewerage; empty for the utility's own.
    pub authority: String,
    /// 水道料金, tax included.
    pub water: Option<Yen>,
    /// 下水道使用料, tax included.
    pub sewerage: Option<Yen>,
    /// Both together.
    pub total: Option<Yen>,
    /// Where it stands.
    pub source: String,
}

/// A row that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldenRow {
    /// Key.
    pub id: GoldenRowId,
    /// What it says.
    pub row: NewGoldenRow,
    /// Who entered it.
    pub entered_by: String,
    /// When.
    pub entered_at: Timestamp,
}

/// Enters a row.
pub async fn enter_golden_row(
    office: &Backoffice,
    row: &NewGoldenRow,
    by: StaffId,
    at: Timestamp,
) -> Result<GoldenRowId, BillingError> {
    let amounts = [row.water, row.sewerage, row.total];
    let is_complete = amounts.iter().any(Option::is_some)
        && amounts.iter().flatten().all(|yen| yen.0 >= 0)
        && !row.source.trim().is_empty()
        && (1..=2).contains(&row.months);
    let usage = i32::try_from(row.usage.0).ok().filter(|_| is_complete);
    let usage = usage.ok_or(BillingError::GoldenRowIncomplete)?;
    let id = sqlx::query_scalar(
        "insert into billing.golden_row
             (utility_id, size_mm, use_class, usage_m3, period_months, holds_on, authority,
              water_yen, sewerage_yen, total_yen, source, staff_id, entered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         returning row_id",
    )
    .bind(office.utility.0)
    .bind(i16::try_from(row.size.mm()).map_err(|_| BillingError::GoldenRowIncomplete)?)
    .bind(row.use_class.key())
    .bind(usage)
    .bind(i16::from(row.months))
    .bind(row.on.to_sqlx())
    .bind(row.authority.trim())
    .bind(row.water.map(|yen| yen.0))
    .bind(row.sewerage.map(|yen| yen.0))
    .bind(row.total.map(|yen| yen.0))
    .bind(row.source.trim())
    .bind(by.0)
    .bind(at.to_sqlx())
    .fetch_one(&office.pool)
    .await?;
    tracing::info!(golden_row.id = id, staff.id = by.0, "golden row entered");
    Ok(GoldenRowId(id))
}

/// Withdraws a row that was wrong itself. It stays for the record.
pub async fn withdraw_golden_row(
    office: &Backoffice,
    id: GoldenRowId,
    by: StaffId,
    at: Timestamp,
) -> Result<(), BillingError> {
    let withdrawn = sqlx::query(
        "insert into billing.golden_row_withdrawal (utility_id, row_id, staff_id, withdrawn_at)
         select utility_id, row_id, $3, $4 from billing.golden_row
         where utility_id = $1 and row_id = $2
         on conflict do nothing",
    )
    .bind(office.utility.0)
    .bind(id.0)
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&office.pool)
    .await?;
    if withdrawn.rows_affected() == 0 { Err(BillingError::NoSuchVersion) } else { Ok(()) }
}

/// Checks every row against the tariffs that hold on its day. Reads only, so that it may run each
/// night as well as whenever a page asks.
pub async fn check_golden_rows(office: &Backoffice) -> Result<Vec<GoldenCheck>, BillingError> {
    let mut db = office.pool.acquire().await?;
    check_all(&mut db, office.utility.0, None).await
}

/// Checks every row as if a draft were approved.
pub async fn check_golden_rows_with(
    office: &Backoffice,
    draft: &TariffVersion,
) -> Result<Vec<GoldenCheck>, BillingError> {
    let mut db = office.pool.acquire().await?;
    check_all(&mut db, office.utility.0, Some(draft)).await
}

/// Refuses a version that was just placed, while a row within its days disagrees.
pub(super) async fn refuse_disagreement(
    db: &mut PgConnection,
    utility: i64,
    version: TariffVersionId,
) -> Result<(), BillingError> {
    let mut checks = check_all(db, utility, None).await?;
    checks.retain(|check| check.is_by(version) && check.is_fault());
    if checks.is_empty() { Ok(()) } else { Err(BillingError::GoldenRows(checks)) }
}

async fn check_all(
    db: &mut PgConnection,
    utility: i64,
    draft: Option<&TariffVersion>,
) -> Result<Vec<GoldenCheck>, BillingError> {
    let rows = rows(db, utility).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut stored = all_tariffs(db, utility).await?;
    if let Some(draft) = draft {
        stored = with_draft(stored, draft);
    }
    let names = use_class::own_names(db, utility).await?;
    Ok(rows.into_iter().map(|row| check(row, &stored, &names)).collect())
}

async fn rows(db: &mut PgConnection, utility: i64) -> Result<Vec<GoldenRow>, BillingError> {
    sqlx::query(
        "select g.*, p.display_name, floor(extract(epoch from g.entered_at))::bigint as at
         from billing.golden_row g
         join access.staff p using (utility_id, staff_id)
         where g.utility_id = $1 and not exists (
             select from billing.golden_row_withdrawal w
             where w.utility_id = g.utility_id and w.row_id = g.row_id)
         order by g.holds_on desc, g.size_mm, g.use_class, g.usage_m3, g.row_id",
    )
    .bind(utility)
    .fetch_all(db)
    .await?
    .iter()
    .map(|row| row_of(row).map_err(BillingError::from))
    .collect()
}

fn row_of(row: &PgRow) -> sqlx::Result<GoldenRow> {
    let decode = |error: Box<dyn std::error::Error + Send + Sync>| sqlx::Error::Decode(error);
    let yen = |column: &str| row.try_get::<Option<i64>, _>(column).map(|yen| yen.map(Yen));
    let size = u16::try_from(row.try_get::<i16, _>("size_mm")?).unwrap_or(0);
    let on: jiff_sqlx::Date = row.try_get("holds_on")?;
    Ok(GoldenRow {
        id: GoldenRowId(row.try_get("row_id")?),
        row: NewGoldenRow {
            size: MeterSize::new(size).map_err(|error| decode(error.into()))?,
            use_class: use_class::of_row(row, "use_class")?,
            usage: CubicMeters(row.try_get::<i32, _>("usage_m3")?.unsigned_abs()),
            months: u8::try_from(row.try_get::<i16, _>("period_months")?)
                .map_err(|error| decode(error.into()))?,
            on: on.to_jiff(),
            authority: row.try_get("authority")?,
            water: yen("water_yen")?,
            sewerage: yen("sewerage_yen")?,
            total: yen("total_yen")?,
            source: row.try_get("source")?,
        },
        entered_by: row.try_get("display_name")?,
        entered_at: Timestamp::from_second(row.try_get("at")?)
            .map_err(|error| decode(error.into()))?,
    })
}
