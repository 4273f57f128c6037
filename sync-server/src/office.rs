//! Opening the office for a command (データフォルダを開く): the private PostgreSQL or a given one.

use std::path::{Path, PathBuf};

use backoffice::Backoffice;
use backoffice::access::{Utility, utility};
use backoffice::database::{Database, DatabaseConfig, DatabaseError};
use backoffice::private_cluster::ClusterOptions;
use shared::ids::UtilityId;

use crate::refusal::Refusal;

/// One utility lives in a data folder.
pub const UTILITY: UtilityId = UtilityId(1);

/// Where the data lie.
#[derive(Debug, Clone, clap::Args)]
pub struct DataArguments {
    /// データフォルダ（証明書・専用データベースなどを置く場所）
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// 専用データベースの代わりに使う PostgreSQL（省略時は環境変数 DATABASE_URL）
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
}

/// An open office. Close it in good order with [`Office::close`].
pub struct Office {
    /// For the use cases.
    pub backoffice: Backoffice,
    database: Database,
}

impl Office {
    /// Opens the office alone: nobody else may have the data folder.
    pub async fn open(
        arguments: &DataArguments,
        database_url: Option<&str>,
    ) -> Result<Office, Refusal> {
        let url = arguments.database_url.as_deref().or(database_url);
        let config = match url {
            Some(url) => DatabaseConfig::Url(url.to_owned()),
            None => DatabaseConfig::Private(ClusterOptions::new(&arguments.data)),
        };
        let database = Database::open(config).await.map_err(refusal)?;
        Ok(Office::of(database))
    }

    /// Opens the office beside a server that may be running on the same data folder.
    pub async fn open_beside(
        arguments: &DataArguments,
        database_url: Option<&str>,
    ) -> Result<Office, Refusal> {
        match Office::open(arguments, database_url).await {
            Err(refused) if refused.code == "D01" => {
                let Some(url) = url_of_running(&arguments.data) else { return Err(refused) };
                Database::open(DatabaseConfig::Url(url)).await.map(Office::of).map_err(refusal)
            }
            opened => opened,
        }
    }

    /// The same office for somebody who works beside the server in this very process.
    #[must_use]
    pub fn beside(&self) -> Office {
        let database = Database { pool: self.database.pool.clone(), cluster: None };
        Office::of(database)
    }

    /// The utility, which must have been made.
    pub async fn utility(&self) -> Result<Utility, Refusal> {
        utility(&self.backoffice).await.map_err(database_failed)?.ok_or_else(|| {
            Refusal::new(
                "R06",
                "データフォルダにまだ水道事業体がありません。先に minamo demo-data か minamo import を実行してください。",
            )
        })
    }

    /// Ends the private PostgreSQL in good order.
    pub async fn close(self) {
        self.database.close().await;
    }

    fn of(database: Database) -> Office {
        let backoffice = Backoffice { pool: database.pool.clone(), utility: UTILITY };
        Office { backoffice, database }
    }
}

/// A database that failed in the middle of a command.
pub fn database_failed(cause: impl std::error::Error + Send + Sync + 'static) -> Refusal {
    let text = backoffice::codes::japanese("X90").unwrap_or_default();
    Refusal::new("X90", text).because(cause)
}

fn refusal(error: DatabaseError) -> Refusal {
    Refusal::new(error.code(), error.message_ja()).because(error)
}

/// The door of the PostgreSQL that a running server keeps in its data folder.
fn url_of_running(data: &Path) -> Option<String> {
    let folder = data.canonicalize().ok()?.join("postgres-socket");
    let folder = folder.to_str().filter(|_| folder.is_dir())?;
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
    let host: String =
        folder.bytes().flat_map(|byte| ['%', digit(byte >> 4), digit(byte & 15)]).collect();
    Some(format!("postgres://minamo@localhost/minamo?host={host}&sslmode=disable"))
}
