//! The private PostgreSQL (専用データベース): made, started, watched and ended by the server itself.
//!
//! It lies in the data folder, listens on a unix socket only, never runs as root, and ends with
//! the server. One dedicated thread owns it (see [`supervisor`]): the kernel's death signal is tied
//! to the thread that started a process, and a thread of an async runtime may end at any time.
//!
//! ```text
//! <data>/minamo.lock        held while a server runs
//! <data>/postgres/          the cluster        <data>/postgres-socket/   its only door
//! <data>/postgres-log/      a week of its log
//! ```

pub(crate) mod account;
pub(crate) mod creation;
mod error;
mod folder;
pub(crate) mod leftovers;
mod patience;
mod postmaster;
pub(crate) mod programs;
mod server_log;
mod settings;
mod supervisor;

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::{oneshot, watch};

pub use error::ClusterError;
pub(crate) use folder::short_name;
pub use patience::until;
pub use supervisor::Condition;
use supervisor::Control;

/// The database of the trade and the role that owns it. The role is no superuser.
const NAME: &str = "minamo";
/// The superuser that initdb makes; used only to make the role and the database.
pub(crate) const SUPERUSER: &str = "postgres";
/// Part of the socket's file name; no port is open.
pub(crate) const PORT: u16 = 5432;

/// Where the cluster lies and what runs it.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// The data folder (データフォルダ). Made if it does not exist.
    pub data: PathBuf,
    /// The folder with `initdb` and `postgres`; looked for in the usual places when absent.
    pub postgres_bin: Option<PathBuf>,
    /// How much room a folder's disk has left. An argument so that a test can fill the disk.
    pub free_bytes: fn(&Path) -> io::Result<u64>,
}

impl ClusterOptions {
    /// A cluster in this data folder, run by the machine's PostgreSQL.
    pub fn new(data: impl Into<PathBuf>) -> ClusterOptions {
        ClusterOptions { data: data.into(), postgres_bin: None, free_bytes: folder::free_bytes }
    }
}

/// A running private PostgreSQL. Ends it when dropped; [`PrivateCluster::stop`] does so politely.
#[derive(Debug)]
pub struct PrivateCluster {
    control: Arc<Control>,
    supervisor: Option<JoinHandle<()>>,
    socket_folder: PathBuf,
}

impl PrivateCluster {
    /// Starts the cluster of a data folder, making it first when there is none.
    ///
    /// Returns when it takes connections; from then on it is started again whenever it ends.
    pub async fn start(options: ClusterOptions) -> Result<PrivateCluster, ClusterError> {
        let control = Arc::new(Control::new());
        let (started, has_started) = oneshot::channel();
        let supervisor = {
            let control = Arc::clone(&control);
            std::thread::Builder::new()
                .name("postgres-supervisor".into())
                .spawn(move || supervisor::run(&options, &control, started))
                .map_err(|source| ClusterError::Folder { path: PathBuf::new(), source })?
        };
        let socket_folder = has_started.await.map_err(|_| ClusterError::Stopped)??;
        let cluster = PrivateCluster { control, supervisor: Some(supervisor), socket_folder };
        cluster.ensure_database().await.map_err(ClusterError::FirstConnection)?;
        Ok(cluster)
    }

    /// How to reach the database of the trade.
    pub fn connect_options(&self) -> PgConnectOptions {
        socket_options(&self.socket_folder, NAME, NAME)
    }

    /// Tells how the cluster is doing, now and at each change.
    pub fn condition(&self) -> watch::Receiver<Condition> {
        self.control.condition()
    }

    /// The process id of the postmaster while one runs.
    pub fn postmaster_id(&self) -> Option<i32> {
        self.control.postmaster_id()
    }

    /// Ends the cluster in good order: everything is written, nothing needs recovery.
    pub async fn stop(self) {
        // Waiting for PostgreSQL would hold up the other tasks of this thread.
        if tokio::task::spawn_blocking(move || drop(self)).await.is_err() {
            tracing::error!("the supervisor of postgres could not be stopped");
        }
    }

    /// Every start, because a server may have been killed between initdb and here.
    async fn ensure_database(&self) -> sqlx::Result<()> {
        let admin = socket_options(&self.socket_folder, SUPERUSER, "postgres");
        let mut db = PgConnection::connect_with(&admin).await?;
        let has_role: bool =
            sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
                .bind(NAME)
                .fetch_one(&mut db)
                .await?;
        if !has_role {
            let make = format!("create role {NAME} login nosuperuser nocreatedb nocreaterole");
            sqlx::query(AssertSqlSafe(make)).execute(&mut db).await?;
        }
        let has_database: bool =
            sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
                .bind(NAME)
                .fetch_one(&mut db)
                .await?;
        if !has_database {
            let make = format!("create database {NAME} owner {NAME}");
            sqlx::query(AssertSqlSafe(make)).execute(&mut db).await?;
        }
        db.close().await
    }
}

impl Drop for PrivateCluster {
    fn drop(&mut self) {
        self.control.end();
        if let Some(supervisor) = self.supervisor.take()
            && supervisor.join().is_err()
        {
            tracing::error!("the supervisor of postgres had panicked");
        }
    }
}

/// Options for a unix socket. The variables that libpq knows (`PGHOST` and so on) have no say.
pub(crate) fn socket_options(socket_folder: &Path, role: &str, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_folder)
        .port(PORT)
        .username(role)
        .database(database)
        .ssl_mode(PgSslMode::Disable)
        .application_name(NAME)
}
