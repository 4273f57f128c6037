//! What an earlier run left behind (前回の残り): processes without a server, stale lock files.
//!
//! PostgreSQL trusts the process number in `postmaster.pid`, and after a crash of the machine that
//! number may belong to anything. We hold the data folder's lock and can tell a process of this
//! cluster by its working folder, so a lock file without such a process is stale for certain.

use std::fs;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::patience::until;

/// A fast shutdown writes a checkpoint, which may take a while on a slow disk.
const FAST_SHUTDOWN_PATIENCE: Duration = Duration::from_secs(30);
const QUIT_PATIENCE: Duration = Duration::from_secs(5);

/// Ends every PostgreSQL process of this cluster and removes the lock files they leave.
///
/// Returns whether the cluster is free now.
pub(crate) fn clear(cluster: &Path, socket_folder: &Path) -> bool {
    let is_free = end_processes(cluster);
    if is_free {
        // Absent files are as good as removed ones.
        let _ = fs::remove_file(cluster.join("postmaster.pid"));
        // The socket itself stays, refusing, until PostgreSQL replaces it: a refused connection is
        // tried again by the pool, a missing socket is an error at once.
        let _ = fs::remove_file(socket_folder.join(format!(".s.PGSQL.{}.lock", super::PORT)));
    }
    is_free
}

/// The PostgreSQL processes that work in this cluster.
pub(crate) fn processes(cluster: &Path) -> Vec<Pid> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| {
            let process = entry.path();
            fs::read_link(process.join("cwd")).is_ok_and(|folder| folder == cluster)
                && fs::read_to_string(process.join("comm"))
                    .is_ok_and(|name| name.trim() == "postgres")
        })
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .map(Pid::from_raw)
        .collect()
}

/// The process number in `postmaster.pid`, and whether it says that connections are taken.
pub(crate) fn postmaster(cluster: &Path) -> Option<(Pid, bool)> {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let mut lines = text.lines();
    let pid = lines.next()?.trim().parse().ok()?;
    let is_ready = lines.nth(6).is_some_and(|status| status.trim() == "ready");
    Some((Pid::from_raw(pid), is_ready))
}

fn end_processes(cluster: &Path) -> bool {
    let left = processes(cluster);
    if left.is_empty() {
        return true;
    }
    tracing::warn!(postgres.count = left.len(), "ending postgres processes of an earlier run");
    if let Some((postmaster, _)) = postmaster(cluster)
        && left.contains(&postmaster)
    {
        // It may already be on its way: the kernel tells it when its server has died.
        let _ = kill(postmaster, Signal::SIGINT);
        if until(FAST_SHUTDOWN_PATIENCE, || processes(cluster).is_empty()) {
            return true;
        }
    }
    // Without a postmaster nobody tells the backends; they notice only when they next wait.
    for signal in [Signal::SIGQUIT, Signal::SIGKILL] {
        for process in processes(cluster) {
            let _ = kill(process, signal);
        }
        if until(QUIT_PATIENCE, || processes(cluster).is_empty()) {
            return true;
        }
    }
    false
}
