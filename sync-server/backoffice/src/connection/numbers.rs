//! Numbers of connections (水栓番号) by their keys, for lists that name them.

use std::collections::BTreeMap;

use shared::ids::{ConnectionId, ConnectionNumber};
use sqlx::Row;

use crate::Backoffice;

/// The printed numbers of these connections. A key that leads nowhere is left out.
pub async fn connection_numbers(
    office: &Backoffice,
    connections: &[ConnectionId],
) -> sqlx::Result<BTreeMap<ConnectionId, ConnectionNumber>> {
    let keys: Vec<i64> = connections.iter().map(|connection| connection.0).collect();
    sqlx::query(
        "select connection_id, connection_number from connection.service_connection
         where utility_id = $1 and connection_id = any($2)",
    )
    .bind(office.utility.0)
    .bind(keys)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(|row| {
        let number = ConnectionNumber::parse(row.try_get("connection_number")?)
            .map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok((ConnectionId(row.try_get("connection_id")?), number))
    })
    .collect()
}
