//! Making a cluster (データベースの新規作成) with initdb.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use super::account::{Account, OnOrphaned};
use super::error::ClusterError;
use super::folder::{DataFolder, remove_if_there};
use super::programs::Programs;
use super::{SUPERUSER, server_log, settings};

/// Makes the cluster beside its place and moves it there when it is whole: a server killed in
/// between leaves nothing that could be taken for a cluster.
pub(super) fn create(
    folder: &DataFolder,
    account: &Account,
    programs: &Programs,
) -> Result<(), ClusterError> {
    let unfinished = folder.unfinished_cluster();
    remove_if_there(&unfinished)?;
    account.make_folder(&unfinished)?;
    initdb(&unfinished, account, programs, &["--data-checksums"])?;

    let path = unfinished.join("postgresql.conf");
    let written = OpenOptions::new().append(true).open(&path).and_then(|mut file| {
        file.write_all(settings::INITIAL.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|source| ClusterError::io(&path, source))?;
    fs::rename(&unfinished, folder.cluster())
        .map_err(|source| ClusterError::io(&folder.cluster(), source))
}

/// Runs initdb in an empty folder. Nothing but the unix socket is let in.
pub(crate) fn initdb(
    cluster: &Path,
    account: &Account,
    programs: &Programs,
    more: &[&str],
) -> Result<(), ClusterError> {
    let done = account
        .command(programs.initdb(), OnOrphaned::Gets("KILL"))
        .arg("--pgdata")
        .arg(cluster)
        .args(["--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"])
        .arg(format!("--username={SUPERUSER}"))
        .args(more)
        .output()
        .map_err(|source| ClusterError::io(cluster, source))?;
    if done.status.success() {
        return Ok(());
    }
    let output = String::from_utf8_lossy(&done.stderr).trim().to_owned();
    if server_log::tells_of_full_disk(&output) {
        return Err(ClusterError::DiskFull { folder: cluster.to_owned() });
    }
    Err(ClusterError::CreationFailed { output })
}
