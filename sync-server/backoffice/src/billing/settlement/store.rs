//! Writing settlements down (精算の登録), in the transaction of their bills.

use shared::ids::RoundId;
use shared::metering::estimate::TrueUp;
use shared::quantity::CubicMeters;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::Pending;

/// One settled reading of a chunk.
pub(in crate::billing) struct Settled {
    pub(in crate::billing) connection: i64,
    pub(in crate::billing) reading: Uuid,
    pub(in crate::billing) true_up: TrueUp,
}

/// Writes the settlements of a chunk, with the estimates that they settle.
pub(in crate::billing) async fn store(
    db: &mut PgConnection,
    utility: i64,
    round: RoundId,
    pending: &Pending,
    settled: impl Iterator<Item = Settled>,
) -> sqlx::Result<()> {
    for Settled { connection, reading, true_up } in settled {
        let open = pending.get(connection).ok_or(sqlx::Error::RowNotFound)?;
        sqlx::query(
            "insert into billing.settlement
                 (utility_id, reading_id, round_id, connection_id, rule, measured_m3, estimated_m3,
                  carried_in_m3, billed_m3, carried_out_m3, correction_m3, carried_from)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(utility)
        .bind(reading)
        .bind(round.0)
        .bind(connection)
        .bind(&open.rule)
        .bind(stored(true_up.measured)?)
        .bind(stored(true_up.estimated)?)
        .bind(stored(true_up.carried_in)?)
        .bind(stored(true_up.billed)?)
        .bind(stored(true_up.carried_out)?)
        .bind(stored(true_up.correction)?)
        .bind(open.carried.map(|(from, _)| from))
        .execute(&mut *db)
        .await?;
        let estimates: Vec<Uuid> = open.estimates.iter().map(|(id, _)| *id).collect();
        sqlx::query(
            "insert into billing.settled_estimate (utility_id, estimate_reading_id, reading_id)
             select $1, estimate, $3 from unnest($2::uuid[]) estimate",
        )
        .bind(utility)
        .bind(estimates)
        .bind(reading)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

fn stored(volume: CubicMeters) -> sqlx::Result<i32> {
    i32::try_from(volume.0).map_err(|error| sqlx::Error::Decode(error.into()))
}
