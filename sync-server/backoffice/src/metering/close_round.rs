//! Closing a round (検針の締め): only when every planned connection is accounted for.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::ids::RoundId;

use super::error::MeteringError;
use super::progress::{Count, RouteProgress, progress_by_facts};
use crate::Backoffice;

/// Closes a round and all its routes, or tells by how much which routes fall short.
pub async fn close_round(
    office: &Backoffice,
    round: RoundId,
    on: Date,
) -> Result<Count, MeteringError> {
    let mut db = office.pool.begin().await?;
    // Uploads hold the round in share mode while they apply readings, so that nothing slips in
    // between the count and the closing.
    let is_open: bool = sqlx::query_scalar(
        "select closed_on is null from metering.reading_round
         where utility_id = $1 and round_id = $2 for update",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .fetch_optional(&mut *db)
    .await?
    .ok_or(MeteringError::NotFound)?;
    if !is_open {
        return Err(MeteringError::RoundClosed);
    }
    let routes = progress_by_facts(&mut *db, office.utility.0, round.0).await?;
    let total = accounted_for(&routes)?;
    for statement in [
        "update metering.reading_route set closed_on = $3 where utility_id = $1 and round_id = $2",
        "update metering.reading_round set closed_on = $3 where utility_id = $1 and round_id = $2",
    ] {
        sqlx::query(statement)
            .bind(office.utility.0)
            .bind(round.0)
            .bind(on.to_sqlx())
            .execute(&mut *db)
            .await?;
    }
    db.commit().await?;
    // The billing run comes next: with statistics from before the round it would plan as if the
    // round were empty, and take minutes instead of seconds.
    sqlx::query("analyze metering.reading").execute(&office.pool).await?;
    tracing::info!(round.id = round.0, planned = total.planned, "round closed");
    Ok(total)
}

/// The sum of all routes, if planned = read + no-read + withdrawn on each of them.
fn accounted_for(routes: &[RouteProgress]) -> Result<Count, MeteringError> {
    let short: Vec<(String, Count)> = routes
        .iter()
        .filter(|route| route.count.remaining() > 0)
        .map(|route| (route.number.clone(), route.count))
        .collect();
    if short.is_empty() {
        Ok(routes.iter().map(|route| route.count).sum())
    } else {
        Err(MeteringError::NotAccountedFor(short))
    }
}
