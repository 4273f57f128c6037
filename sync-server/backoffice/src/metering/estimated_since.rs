//! What was certified since the dials were last seen (認定済みの水量): settled by the next reading.

use std::collections::HashMap;

use shared::ids::{RoundId, UtilityId};
use sqlx::Row;
use sqlx::postgres::PgConnection;

use super::estimate::ESTIMATED;

/// The sum of the estimates of earlier rounds since the last real reading, of those connections
/// that have any. Terminal and intake both ask here.
pub(crate) async fn estimated_since(
    db: &mut PgConnection,
    utility: UtilityId,
    connections: &[i64],
    round: RoundId,
) -> sqlx::Result<HashMap<i64, u32>> {
    let rows = sqlx::query(
        "select e.connection_id, sum(e.usage_m3)::bigint as estimated_m3
         from metering.current_reading e
         where e.utility_id = $1 and e.connection_id = any ($2) and e.kind = $4
           and e.round_id is distinct from $3
           and not exists (
               select from metering.current_reading r
               where r.utility_id = $1 and r.connection_id = e.connection_id and r.kind <> $4
                 and r.round_id is distinct from $3 and r.read_on >= e.read_on)
         group by e.connection_id",
    )
    .bind(utility.0)
    .bind(connections)
    .bind(round.0)
    .bind(ESTIMATED)
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            let sum = row.try_get::<i64, _>("estimated_m3")?;
            let sum = u32::try_from(sum).map_err(|error| sqlx::Error::Decode(error.into()))?;
            Ok((row.try_get("connection_id")?, sum))
        })
        .collect()
}
