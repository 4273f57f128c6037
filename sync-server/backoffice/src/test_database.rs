//! A database for each test (試験用データベース), cut from one template in one throw-away PostgreSQL.
//!
//! Test runners give each test a process of its own, so the PostgreSQL is shared between processes:
//! the first that needs it starts it, and a keeper ends it some seconds after the last has gone
//! (see [`shared_cluster`]). With `DATABASE_URL` set, that server is used instead; its role must
//! be allowed to create databases.
//!
//! For tests only. This is the one place outside `main.rs` that reads the environment.

mod shared_cluster;

use std::sync::atomic::{AtomicU32, Ordering};

use sha2::{Digest, Sha256};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool};

use crate::database::MIGRATIONS;
use crate::private_cluster::short_name;

/// Serialises the making of templates; any number that nobody else uses.
const TEMPLATE_LOCK: i64 = 0x6d69_6e61_6d6f;
const CONNECTIONS_MAX: u32 = 8;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// An empty, migrated database that nobody else uses. Removed with the value.
#[derive(Debug)]
pub struct TestDatabase {
    /// Connections; clones share them.
    pub pool: PgPool,
    name: String,
    server: PgConnectOptions,
}

impl TestDatabase {
    /// Makes a database with the schema of today and nothing in it.
    ///
    /// # Panics
    /// When there is no PostgreSQL to be had: then no test of this kind can say anything.
    pub async fn fresh() -> TestDatabase {
        let server = server().await;
        let mut admin = PgConnection::connect_with(&server).await.expect("the server answers");
        let template = ensure_template(&mut admin, &server).await.expect("the migrations run");
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        // A killed test may have left one of this name, for process numbers come again.
        run(&mut admin, &format!("drop database if exists {name} with (force)")).await;
        run(&mut admin, &format!("create database {name} template {template}")).await;
        admin.close().await.expect("the connection ends in good order");
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .connect_with(server.clone().database(&name))
            .await
            .expect("the new database answers");
        TestDatabase { pool, name, server }
    }

    /// How to reach the database, for a connection outside the pool.
    pub fn connect_options(&self) -> PgConnectOptions {
        self.server.clone().database(&self.name)
    }

    /// A `DATABASE_URL`, for a program that is started on the database.
    pub fn url(&self) -> String {
        self.connect_options().to_url_lossy().to_string()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // The test's own runtime may be ending, and dropping cannot wait on it.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                if let Ok(mut admin) = PgConnection::connect_with(&server).await {
                    let drop = format!("drop database if exists {name} with (force)");
                    // What stays goes with the throw-away server.
                    let _ = sqlx::query(AssertSqlSafe(drop)).execute(&mut admin).await;
                }
            });
        });
        let _ = dropping.join();
    }
}

async fn server() -> PgConnectOptions {
    match std::env::var("DATABASE_URL") {
        Ok(url) => url.parse().expect("DATABASE_URL is a PostgreSQL address"),
        // Starting a server blocks, and other tests of this process may be waiting for it too.
        Err(_) => tokio::task::spawn_blocking(shared_cluster::connect_options)
            .await
            .expect("the shared PostgreSQL starts"),
    }
}

/// The migrated database that tests are cut from, named after the migrations in it.
async fn ensure_template(
    admin: &mut PgConnection,
    server: &PgConnectOptions,
) -> Result<String, sqlx::Error> {
    let template = format!("template_{}", migrations_hash());
    sqlx::query("select pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut *admin).await?;
    let exists: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(&template)
            .fetch_one(&mut *admin)
            .await?;
    if !exists {
        // Renamed when whole: a template that exists is complete.
        let unfinished = format!("{template}_unfinished");
        run(admin, &format!("drop database if exists {unfinished} with (force)")).await;
        run(admin, &format!("create database {unfinished}")).await;
        let mut db = PgConnection::connect_with(&server.clone().database(&unfinished)).await?;
        MIGRATIONS.run(&mut db).await?;
        db.close().await?;
        run(admin, &format!("alter database {unfinished} rename to {template}")).await;
    }
    sqlx::query("select pg_advisory_unlock($1)").bind(TEMPLATE_LOCK).execute(&mut *admin).await?;
    Ok(template)
}

fn migrations_hash() -> String {
    let mut hash = Sha256::new();
    for migration in MIGRATIONS.iter() {
        hash.update(migration.version.to_be_bytes());
        hash.update(&migration.checksum);
    }
    short_name(hash)
}

async fn run(admin: &mut PgConnection, statement: &str) {
    let done = sqlx::query(AssertSqlSafe(statement)).execute(admin).await;
    done.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_test_has_a_migrated_database_of_its_own() {
        let (one, other) = (TestDatabase::fresh().await, TestDatabase::fresh().await);
        sqlx::query("create table here_only ()").execute(&one.pool).await.unwrap();
        sqlx::query("create table here_only ()").execute(&other.pool).await.unwrap();
        let tables: i64 =
            sqlx::query_scalar("select count(*) from pg_tables where schemaname = 'metering'")
                .fetch_one(&one.pool)
                .await
                .unwrap();
        assert!(tables > 0);
    }

    #[tokio::test]
    async fn a_database_is_removed_with_its_value() {
        let database = TestDatabase::fresh().await;
        let (server, name) = (database.server.clone(), database.name.clone());
        drop(database);
        let mut admin = PgConnection::connect_with(&server).await.unwrap();
        let exists: bool =
            sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
                .bind(name)
                .fetch_one(&mut admin)
                .await
                .unwrap();
        assert!(!exists);
    }

    #[tokio::test]
    async fn the_address_leads_to_the_same_database() {
        let database = TestDatabase::fresh().await;
        let config = crate::database::DatabaseConfig::Url(database.url());
        let opened = crate::database::Database::open(config).await.unwrap();
        let name: String =
            sqlx::query_scalar("select current_database()").fetch_one(&opened.pool).await.unwrap();
        assert_eq!(name, database.name);
        opened.close().await;
    }
}
