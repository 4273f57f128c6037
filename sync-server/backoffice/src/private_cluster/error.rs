//! Why the private PostgreSQL would not start (起動できない理由), with a stable code for each reason.

use std::io;
use std::path::{Path, PathBuf};

use crate::codes;

/// Why the private PostgreSQL could not be started.
///
/// `Display` is English for the log; [`ClusterError::message_ja`] is for whoever runs the server.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error("data folder {} is in use by another server (process {holder})", folder.display())]
    InUse { folder: PathBuf, holder: String },
    #[error("no space left on the disk of {}", folder.display())]
    DiskFull { folder: PathBuf },
    #[error("no PostgreSQL 15 or later found ({looked_in})")]
    ProgramsMissing { looked_in: String },
    #[error("{} cannot be entered by the user {account} that runs PostgreSQL", folder.display())]
    NotEnterable { folder: PathBuf, account: String },
    #[error("initdb failed: {output}")]
    CreationFailed { output: String },
    #[error("postgres did not start: {output}")]
    StartFailed { output: String },
    #[error("the cluster was made by PostgreSQL {made_by}, which is not installed here")]
    VersionGone { made_by: u32 },
    #[error("{} could not be used", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("the first connection to the private PostgreSQL failed")]
    FirstConnection(#[source] sqlx::Error),
    #[error("the server is being stopped")]
    Stopped,
}

impl ClusterError {
    /// An I/O error on this path; a full disk is told apart.
    pub(crate) fn io(path: &Path, source: io::Error) -> ClusterError {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                ClusterError::DiskFull { folder: path.to_owned() }
            }
            _ => ClusterError::Folder { path: path.to_owned(), source },
        }
    }

    /// Shown to the operator and read out over the telephone; never changes its meaning.
    pub fn code(&self) -> &'static str {
        match self {
            ClusterError::InUse { .. } => "D01",
            ClusterError::DiskFull { .. } => "D02",
            ClusterError::ProgramsMissing { .. } => "D03",
            ClusterError::NotEnterable { .. } => "D04",
            ClusterError::CreationFailed { .. } => "D05",
            ClusterError::StartFailed { .. } => "D06",
            ClusterError::VersionGone { .. } => "D07",
            ClusterError::Folder { .. } => "D08",
            ClusterError::FirstConnection(_) => "D09",
            ClusterError::Stopped => "D12",
        }
    }

    /// What happened and what to do, in Japanese.
    pub fn message_ja(&self) -> String {
        let text = codes::japanese(self.code()).expect("a test holds that each code has a text");
        match self {
            ClusterError::InUse { folder, holder } => {
                format!("{text}（フォルダ: {}、プロセス番号: {holder}）", folder.display())
            }
            ClusterError::DiskFull { folder } => format!("{text}（場所: {}）", folder.display()),
            ClusterError::NotEnterable { folder, account } => format!(
                "{text}（フォルダ: {0}、利用者: {account}。直すには「chmod o+x '{0}'」とするか、\
                 別の場所をデータフォルダに指定してください。）",
                folder.display()
            ),
            ClusterError::CreationFailed { output } | ClusterError::StartFailed { output } => {
                format!("{text}（{output}）")
            }
            ClusterError::VersionGone { made_by } => format!("{text}（PostgreSQL {made_by}）"),
            ClusterError::Folder { path, source } => {
                format!("{text}（場所: {}、理由: {source}）", path.display())
            }
            ClusterError::FirstConnection(source) => format!("{text}（{source}）"),
            ClusterError::ProgramsMissing { .. } | ClusterError::Stopped => text.to_owned(),
        }
    }
}
