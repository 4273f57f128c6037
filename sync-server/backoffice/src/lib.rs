//! The back office (業務): the use cases of the trade on PostgreSQL, one folder per area.
//!
//! Each file is one use case: it loads, lets `shared` decide, and saves in one transaction. The
//! clock, randomness and ids come in as arguments. No other crate of the system names sqlx.

pub mod access;
pub mod billing;
mod bulk;
pub mod codes;
pub mod connection;
pub mod database;
pub mod demo;
pub mod devices;
pub mod documents;
pub mod import;
pub mod jobs;
pub mod ledger;
pub mod metering;
pub mod outage;
pub mod private_cluster;
pub mod test_database;
#[cfg(test)]
mod test_town;

pub use sqlx::PgPool;

use shared::ids::UtilityId;

/// What every use case works on: the database, and whose office it is.
#[derive(Debug, Clone)]
pub struct Backoffice {
    /// Connections to the database.
    pub pool: PgPool,
    /// The utility; one is the normal case.
    pub utility: UtilityId,
}
