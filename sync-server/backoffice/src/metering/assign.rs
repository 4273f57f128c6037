//! Assigning a route (順路の割当): which terminal walks it.

use shared::ids::{DeviceId, RouteId};

use super::error::MeteringError;
use crate::Backoffice;

/// Assigns a route to a terminal, or to another one than before.
pub async fn assign_route(
    office: &Backoffice,
    route: RouteId,
    device: DeviceId,
) -> Result<(), MeteringError> {
    let mut db = office.pool.begin().await?;
    open_route(&mut db, office, route).await?;
    let is_in_use: bool = sqlx::query_scalar(
        "select exists (select from devices.device
                        where utility_id = $1 and device_id = $2 and revoked_at is null)",
    )
    .bind(office.utility.0)
    .bind(device.0)
    .fetch_one(&mut *db)
    .await?;
    if !is_in_use {
        return Err(MeteringError::NoSuchDevice);
    }
    sqlx::query(
        "update metering.reading_route set device_id = $3
         where utility_id = $1 and route_id = $2",
    )
    .bind(office.utility.0)
    .bind(route.0)
    .bind(device.0)
    .execute(&mut *db)
    .await?;
    Ok(db.commit().await?)
}

/// Takes a route back. What its terminal has read already is still taken in.
pub async fn unassign_route(office: &Backoffice, route: RouteId) -> Result<(), MeteringError> {
    let mut db = office.pool.begin().await?;
    open_route(&mut db, office, route).await?;
    sqlx::query(
        "update metering.reading_route set device_id = null
         where utility_id = $1 and route_id = $2",
    )
    .bind(office.utility.0)
    .bind(route.0)
    .execute(&mut *db)
    .await?;
    Ok(db.commit().await?)
}

/// Holds the round open until the transaction ends, or says why it cannot.
async fn open_route(
    db: &mut sqlx::PgConnection,
    office: &Backoffice,
    route: RouteId,
) -> Result<(), MeteringError> {
    let is_open: Option<bool> = sqlx::query_scalar(
        "select r.closed_on is null
         from metering.reading_route ro
         join metering.reading_round r using (utility_id, round_id)
         where ro.utility_id = $1 and ro.route_id = $2
         for share of r",
    )
    .bind(office.utility.0)
    .bind(route.0)
    .fetch_optional(db)
    .await?;
    match is_open {
        None => Err(MeteringError::NotFound),
        Some(false) => Err(MeteringError::RoundClosed),
        Some(true) => Ok(()),
    }
}
