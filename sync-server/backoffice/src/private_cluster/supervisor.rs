//! The watch over PostgreSQL (監視): starts it again whenever it ends, until the server stops.

use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;
use tokio::sync::{oneshot, watch};

use super::ClusterOptions;
use super::error::ClusterError;
use super::postmaster::{Cluster, Postmaster};

/// How often a start is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// Whoever ran this long was well; the next failure is a new story.
const WELL_AFTER: Duration = Duration::from_secs(30);
/// Ways to end PostgreSQL, gentle first: fast shutdown, immediate shutdown, and the last resort.
const ENDINGS: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(30)),
    (Signal::SIGQUIT, Duration::from_secs(10)),
    (Signal::SIGKILL, Duration::from_secs(10)),
];

/// How the private PostgreSQL is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Being started or started again.
    Starting,
    /// Takes connections.
    Running,
    /// The last attempt to start it failed for the reason with this code; more attempts follow.
    Failing(&'static str),
    /// Ended with the server.
    Stopped,
}

/// The whole life of a cluster; the body of the supervisor's thread.
pub(super) fn run(
    options: &ClusterOptions,
    control: &Control,
    started: oneshot::Sender<Result<PathBuf, ClusterError>>,
) {
    let first =
        Cluster::prepare(options).and_then(|cluster| Ok((cluster.launch(control)?, cluster)));
    match first {
        Err(error) => {
            // Whoever waited has gone: then nobody needs the reason.
            let _ = started.send(Err(error));
        }
        Ok((postmaster, cluster)) => {
            control.tell(Condition::Running);
            if started.send(Ok(cluster.socket_folder.clone())).is_err() {
                control.kill_postmaster();
                postmaster.await_end(control);
            } else {
                watch_over(&cluster, postmaster, control);
            }
        }
    }
    control.tell(Condition::Stopped);
}

fn watch_over(cluster: &Cluster, first: Postmaster, control: &Control) {
    let mut postmaster = first;
    let mut pause = PAUSE_MIN;
    loop {
        let since = Instant::now();
        postmaster.await_end(control);
        if since.elapsed() > WELL_AFTER {
            pause = PAUSE_MIN;
        }
        if !control.is_stopping() {
            tracing::error!("postgres ended; starting it again");
            control.tell(Condition::Starting);
        }
        postmaster = loop {
            if control.pause(pause) {
                return;
            }
            pause = (pause * 2).min(PAUSE_MAX);
            match cluster.launch(control) {
                Ok(postmaster) => break postmaster,
                Err(ClusterError::Stopped) => return,
                Err(error) => {
                    tracing::error!(code = error.code(), %error, "postgres does not start");
                    control.tell(Condition::Failing(error.code()));
                }
            }
        };
        control.tell(Condition::Running);
    }
}

/// What the server's side and the supervisor's thread share.
#[derive(Debug)]
pub(super) struct Control {
    state: Mutex<State>,
    changed: Condvar,
    condition: watch::Sender<Condition>,
}

#[derive(Debug, Default)]
struct State {
    is_stopping: bool,
    postmaster: Option<Child>,
}

impl Control {
    pub fn new() -> Control {
        Control {
            state: Mutex::default(),
            changed: Condvar::new(),
            condition: watch::Sender::new(Condition::Starting),
        }
    }

    pub fn condition(&self) -> watch::Receiver<Condition> {
        self.condition.subscribe()
    }

    pub fn tell(&self, condition: Condition) {
        self.condition.send_replace(condition);
    }

    pub fn postmaster_id(&self) -> Option<i32> {
        self.lock().postmaster.as_ref().map(|child| pid_of(child).as_raw())
    }

    /// Asks PostgreSQL to end and does not let it be started again; insists after a while.
    pub fn end(&self) {
        let mut state = self.lock();
        state.is_stopping = true;
        self.changed.notify_all();
        for (signal, patience) in ENDINGS {
            send(&state, signal);
            let waited = self
                .changed
                .wait_timeout_while(state, patience, |state| state.postmaster.is_some())
                .unwrap_or_else(PoisonError::into_inner);
            state = waited.0;
            if state.postmaster.is_none() {
                return;
            }
        }
        tracing::error!("postgres does not end");
    }

    pub fn is_stopping(&self) -> bool {
        self.lock().is_stopping
    }

    /// Starts the postmaster, unless the server is being stopped.
    pub fn spawn(
        &self,
        command: &mut Command,
        cluster: &Path,
    ) -> Result<(Pid, Option<ChildStderr>), ClusterError> {
        let mut state = self.lock();
        if state.is_stopping {
            return Err(ClusterError::Stopped);
        }
        let mut child = command.spawn().map_err(|source| ClusterError::io(cluster, source))?;
        let pid = pid_of(&child);
        let stderr = child.stderr.take();
        state.postmaster = Some(child);
        Ok((pid, stderr))
    }

    /// Whether the postmaster is there and has not ended.
    pub fn is_running(&self) -> bool {
        let state = self.lock();
        let Some(child) = &state.postmaster else { return false };
        // Only a look: the number stays ours until `reap`.
        let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        !state.is_stopping && waitid(Id::Pid(pid_of(child)), look) == Ok(WaitStatus::StillAlive)
    }

    /// Waits until the condition holds, the postmaster ends or the server is being stopped.
    pub fn await_change(&self, patience: Duration, holds: impl Fn() -> bool) {
        let deadline = Instant::now() + patience;
        while self.is_running() && !holds() && Instant::now() < deadline {
            self.pause(LOOK_EVERY);
        }
    }

    /// Waits this long, or less when the server is being stopped. Returns whether it is.
    pub fn pause(&self, pause: Duration) -> bool {
        self.changed
            .wait_timeout_while(self.lock(), pause, |state| !state.is_stopping)
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .is_stopping
    }

    /// Ends a postmaster that nobody will use.
    pub fn kill_postmaster(&self) {
        send(&self.lock(), Signal::SIGINT);
    }

    /// Takes note of the postmaster's end.
    pub fn reap(&self) {
        let mut state = self.lock();
        if let Some(mut child) = state.postmaster.take() {
            match child.wait() {
                Ok(status) => tracing::info!(%status, "postgres ended"),
                Err(error) => tracing::warn!(%error, "postgres ended"),
            }
        }
        self.changed.notify_all();
    }

    /// A panic elsewhere must not keep the server from ending its database.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The child is in the state until it is reaped, so its number cannot be a stranger's.
fn send(state: &State, signal: Signal) {
    if let Some(child) = &state.postmaster {
        // Already ended, but not reaped yet: nothing to do.
        let _ = kill(pid_of(child), signal);
    }
}

fn pid_of(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).expect("process numbers fit in 31 bits"))
}
