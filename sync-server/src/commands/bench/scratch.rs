//! A throw-away office (測定用の事務所): a private PostgreSQL in a folder that goes away.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use crate::office::{DataArguments, Office};
use crate::refusal::Refusal;

/// An office with nothing in it.
pub struct Scratch {
    /// For the use cases.
    pub office: Office,
    folder: TempDir,
}

impl Scratch {
    /// Makes the folder and starts PostgreSQL in it.
    pub async fn open() -> Result<Scratch, Refusal> {
        // PostgreSQL's own account has to pass through.
        let folder = tempfile::Builder::new()
            .prefix("minamo-bench-")
            .permissions(Permissions::from_mode(0o755))
            .tempdir()
            .map_err(|cause| {
                Refusal::new("R05", "作業用のフォルダを作れません。").because(cause)
            })?;
        let arguments = DataArguments { data: folder.path().join("data"), database_url: None };
        let office = Office::open(&arguments, None).await?;
        Ok(Scratch { office, folder })
    }

    /// Stops PostgreSQL and removes everything.
    pub async fn close(self) -> Result<(), Refusal> {
        self.office.close().await;
        let path = self.folder.path().to_owned();
        self.folder.close().map_err(|cause| Refusal::file(&path, cause))
    }
}
