//! Withdrawing (取下げ): the office takes a connection out of a round, with its reason.

use shared::ids::{ConnectionId, RoundId};
use sqlx::Row;

use super::error::MeteringError;
use crate::Backoffice;

/// Takes a connection out of an open round. What was read stays read.
pub async fn withdraw(
    office: &Backoffice,
    round: RoundId,
    connection: ConnectionId,
    reason: &str,
) -> Result<(), MeteringError> {
    let mut db = office.pool.begin().await?;
    // The planned row is locked first, as when a reading is applied: whichever comes second sees
    // what the first one did.
    let planned = sqlx::query(
        "select r.closed_on is null as is_open
         from metering.planned_reading p
         join metering.reading_round r using (utility_id, round_id)
         where p.utility_id = $1 and p.round_id = $2 and p.connection_id = $3
         for update of p for share of r",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .bind(connection.0)
    .fetch_optional(&mut *db)
    .await?
    .ok_or(MeteringError::NotFound)?;
    if !planned.try_get::<bool, _>("is_open")? {
        return Err(MeteringError::RoundClosed);
    }
    let is_read: bool = sqlx::query_scalar(
        "select exists (select from metering.reading
                        where utility_id = $1 and round_id = $2 and connection_id = $3)",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .bind(connection.0)
    .fetch_one(&mut *db)
    .await?;
    if is_read {
        return Err(MeteringError::AlreadyRead);
    }
    sqlx::query(
        "update metering.planned_reading set withdrawn = $4
         where utility_id = $1 and round_id = $2 and connection_id = $3",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .bind(connection.0)
    .bind(reason.trim())
    .execute(&mut *db)
    .await?;
    Ok(db.commit().await?)
}
