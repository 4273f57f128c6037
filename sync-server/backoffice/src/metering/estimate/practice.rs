//! Which rule of estimates the utility goes by (認定の規程の選択): the newest choice holds.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::ids::StaffId;
use shared::metering::estimate::{EstimateRule, estimate_rule};
use sqlx::PgExecutor;

use super::EstimateRefusal;
use crate::Backoffice;

/// The rule, where one was chosen.
pub async fn estimate_practice(
    office: &Backoffice,
) -> Result<Option<EstimateRule>, EstimateRefusal> {
    Ok(practice_of(&office.pool, office.utility.0).await?)
}

pub(crate) async fn practice_of(
    db: impl PgExecutor<'_>,
    utility: i64,
) -> sqlx::Result<Option<EstimateRule>> {
    let code: Option<String> = sqlx::query_scalar(
        "select rule from metering.estimate_practice
         where utility_id = $1 order by practice_id desc limit 1",
    )
    .bind(utility)
    .fetch_optional(db)
    .await?;
    Ok(code.and_then(|code| estimate_rule(&code)))
}

/// From now on the utility goes by this rule. What was proposed before stays as it is.
pub async fn choose_estimate_rule(
    office: &Backoffice,
    code: &str,
    by: StaffId,
    at: Timestamp,
) -> Result<(), EstimateRefusal> {
    let rule = estimate_rule(code).ok_or(EstimateRefusal::NotFound)?;
    sqlx::query(
        "insert into metering.estimate_practice (utility_id, rule, chosen_by, chosen_at)
         values ($1, $2, $3, $4)",
    )
    .bind(office.utility.0)
    .bind(&rule.code)
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&office.pool)
    .await?;
    tracing::info!(rule = rule.code, staff.id = by.0, "rule of estimates chosen");
    Ok(())
}
