//! One run of PostgreSQL (起動から終了まで): started, awaited, ended.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

use super::account::{Account, OnOrphaned};
use super::error::ClusterError;
use super::folder::{self, DataFolder};
use super::programs::Programs;
use super::server_log::{ServerLog, tells_of_full_disk};
use super::supervisor::Control;
use super::{ClusterOptions, creation, leftovers, settings, until};

/// Recovery after a power cut reads at most `max_wal_size`; this is far more than that takes.
const START_PATIENCE: Duration = Duration::from_mins(10);

/// What is still there after the postmaster ends by itself in milliseconds.
const LAST_PATIENCE: Duration = Duration::from_secs(5);

/// Everything needed to start PostgreSQL on a data folder, any number of times.
#[derive(Debug)]
pub(super) struct Cluster {
    folder: DataFolder,
    account: Account,
    programs: Programs,
    pub socket_folder: PathBuf,
    free_bytes: fn(&std::path::Path) -> std::io::Result<u64>,
}

impl Cluster {
    /// Takes the data folder and makes the cluster if there is none.
    pub fn prepare(options: &ClusterOptions) -> Result<Cluster, ClusterError> {
        let folder = DataFolder::take(&options.data)?;
        let account = Account::owner_of(&folder.cluster())?;
        account.can_enter(folder.root())?;
        let programs = Programs::for_cluster(&folder.cluster(), options.postgres_bin.as_deref())?;
        let is_new = !folder.cluster().exists();
        let free_bytes = options.free_bytes;
        let enough = if is_new { folder::FREE_BYTES_NEW_MIN } else { folder::FREE_BYTES_MIN };
        has_room(&folder, free_bytes, enough)?;
        let socket_folder = folder.socket(&account)?;
        account.make_folder(&folder.log())?;
        if is_new {
            tracing::info!("making the private database");
            creation::create(&folder, &account, &programs)?;
        }
        Ok(Cluster { folder, account, programs, socket_folder, free_bytes })
    }

    /// Starts PostgreSQL and waits until it takes connections.
    pub fn launch(&self, control: &Control) -> Result<Postmaster, ClusterError> {
        let cluster = self.folder.cluster();
        if !leftovers::clear(&cluster, &self.socket_folder) {
            let output = "processes of an earlier run do not end".to_owned();
            return Err(ClusterError::StartFailed { output });
        }
        has_room(&self.folder, self.free_bytes, folder::FREE_BYTES_MIN)?;
        let log = ServerLog::begin(&self.folder.log());
        // A fast shutdown when the server is gone: whatever was committed needs no recovery.
        let mut command = self.account.command(self.programs.postgres(), OnOrphaned::Gets("INT"));
        command
            .arg("-D")
            .arg(&cluster)
            .args(settings::enforced(&self.socket_folder, &self.folder.log()))
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let (pid, stderr) = control.spawn(&mut command, &cluster)?;
        if let Some(stderr) = stderr {
            log.listen(stderr);
        }
        let postmaster = Postmaster { pid };
        control
            .await_change(START_PATIENCE, || leftovers::postmaster(&cluster) == Some((pid, true)));
        if control.is_running() && leftovers::postmaster(&cluster) == Some((pid, true)) {
            tracing::info!(postgres.pid = pid.as_raw(), "postgres takes connections");
            return Ok(postmaster);
        }
        control.kill_postmaster();
        postmaster.await_end(control);
        Err(self.why(control, &log))
    }

    fn why(&self, control: &Control, log: &ServerLog) -> ClusterError {
        if control.is_stopping() {
            return ClusterError::Stopped;
        }
        let output = log.last_words();
        if tells_of_full_disk(&output) {
            return ClusterError::DiskFull { folder: self.folder.root().to_owned() };
        }
        // On a full disk the reason itself may be what could not be written.
        let full = has_room(&self.folder, self.free_bytes, 1 << 20).err();
        full.unwrap_or(ClusterError::StartFailed { output })
    }
}

impl Drop for Cluster {
    /// Leaves nothing behind. The log's writer ends a moment after the postmaster; of the socket's
    /// folder under `/tmp`, only an empty one goes.
    fn drop(&mut self) {
        let cluster = self.folder.cluster();
        until(LAST_PATIENCE, || leftovers::processes(&cluster).is_empty());
        if !self.socket_folder.starts_with(self.folder.root()) {
            let _ = std::fs::remove_dir(&self.socket_folder);
        }
    }
}

/// A running postmaster.
#[derive(Debug)]
pub(super) struct Postmaster {
    pid: Pid,
}

impl Postmaster {
    /// Blocks until the process has ended.
    pub fn await_end(&self, control: &Control) {
        // Not reaped here: while the number is ours, a signal to it cannot hit a stranger.
        while waitid(Id::Pid(self.pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT)
            == Err(nix::errno::Errno::EINTR)
        {}
        control.reap();
    }
}

fn has_room(
    folder: &DataFolder,
    free_bytes: fn(&std::path::Path) -> std::io::Result<u64>,
    enough: u64,
) -> Result<(), ClusterError> {
    let root = folder.root();
    let free = free_bytes(root).map_err(|source| ClusterError::io(root, source))?;
    if free < enough {
        return Err(ClusterError::DiskFull { folder: root.to_owned() });
    }
    Ok(())
}
