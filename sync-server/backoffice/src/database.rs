//! Opening the database (データベース接続): the private cluster or a given server, migrated.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::codes;
use crate::private_cluster::{ClusterError, ClusterOptions, PrivateCluster};

/// Every change of the schema since the first, compiled in.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// As PostgreSQL counts: version 15.0.
const SERVER_VERSION_MIN: i32 = 150_000;
/// More would only queue inside PostgreSQL instead of in front of it.
const CONNECTIONS_MAX: u32 = 20;
/// Covers a restart of the private PostgreSQL; a page that waits longer had better say so.
const ACQUIRE_PATIENCE: Duration = Duration::from_secs(15);

/// Which database to work on.
#[derive(Debug, Clone)]
pub enum DatabaseConfig {
    /// A PostgreSQL run by somebody else, by its `DATABASE_URL`.
    Url(String),
    /// Our own, in the data folder.
    Private(ClusterOptions),
}

/// An open, migrated database.
#[derive(Debug)]
pub struct Database {
    /// Connections; clones share them.
    pub pool: PgPool,
    /// Our own PostgreSQL, unless a server was given.
    pub cluster: Option<PrivateCluster>,
}

impl Database {
    /// Connects and brings the schema up to date.
    pub async fn open(config: DatabaseConfig) -> Result<Database, DatabaseError> {
        let (options, cluster) = match config {
            DatabaseConfig::Url(url) => {
                let options = url.parse::<PgConnectOptions>().map_err(DatabaseError::Connect)?;
                (options.application_name("minamo"), None)
            }
            DatabaseConfig::Private(options) => {
                let cluster = PrivateCluster::start(options).await?;
                (cluster.connect_options(), Some(cluster))
            }
        };
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_PATIENCE)
            .connect_with(options)
            .await
            .map_err(DatabaseError::Connect)?;
        refuse_old_server(&pool).await?;
        MIGRATIONS.run(&pool).await.map_err(DatabaseError::Migration)?;
        Ok(Database { pool, cluster })
    }

    /// Closes the connections and ends the private PostgreSQL in good order.
    pub async fn close(self) {
        self.pool.close().await;
        if let Some(cluster) = self.cluster {
            cluster.stop().await;
        }
    }
}

async fn refuse_old_server(pool: &PgPool) -> Result<(), DatabaseError> {
    let version: i32 = sqlx::query_scalar("select current_setting('server_version_num')::integer")
        .fetch_one(pool)
        .await
        .map_err(DatabaseError::Connect)?;
    if version < SERVER_VERSION_MIN {
        return Err(DatabaseError::ServerTooOld { version });
    }
    Ok(())
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("the private PostgreSQL did not start")]
    Cluster(#[from] ClusterError),
    #[error("no connection to the database")]
    Connect(#[source] sqlx::Error),
    #[error("the database server is of version {version}, older than PostgreSQL 15")]
    ServerTooOld { version: i32 },
    #[error("the schema could not be brought up to date")]
    Migration(#[source] MigrateError),
}

impl DatabaseError {
    /// Shown to the operator and read out over the telephone; never changes its meaning.
    pub fn code(&self) -> &'static str {
        match self {
            DatabaseError::Cluster(error) => error.code(),
            DatabaseError::Connect(error)
            | DatabaseError::Migration(
                MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _),
            ) if is_disk_full(error) => "D02",
            DatabaseError::Connect(_) => "D09",
            DatabaseError::ServerTooOld { .. } => "D10",
            DatabaseError::Migration(_) => "D11",
        }
    }

    /// What happened and what to do, in Japanese.
    pub fn message_ja(&self) -> String {
        let text = codes::japanese(self.code()).expect("a test holds that each code has a text");
        match self {
            DatabaseError::Cluster(error) => error.message_ja(),
            DatabaseError::Connect(error) => format!("{text}（{error}）"),
            DatabaseError::ServerTooOld { version } => {
                format!("{text}（接続先: {}）", version / 10_000)
            }
            DatabaseError::Migration(error) => format!("{text}（{error}）"),
        }
    }
}

/// Whether PostgreSQL refused to write because its disk is full (`disk_full`). Code D02.
pub fn is_disk_full(error: &sqlx::Error) -> bool {
    let refusal = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    refusal.is_some_and(|code| code == "53100")
}
