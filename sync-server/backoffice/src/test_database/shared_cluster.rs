//! The throw-away PostgreSQL of all tests on this machine (試験用の共用クラスタ).
//!
//! `<temp>/minamo-test-<uid>/start.lock` is held while the cluster is looked at, started or ended;
//! `users.lock` is held, shared, by each test process as long as it lives. `keeper.sh` ends the
//! cluster when nobody holds the latter any more. It is made anew each time: nothing is kept, and
//! so nothing needs to be durable.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use nix::unistd::geteuid;
use sqlx::postgres::PgConnectOptions;

use crate::private_cluster::account::{Account, OnOrphaned};
use crate::private_cluster::programs::Programs;
use crate::private_cluster::{SUPERUSER, creation, leftovers, socket_options, until};

const KEEPER: &str = include_str!("keeper.sh");
const START_PATIENCE: Duration = Duration::from_mins(1);

/// Held by this process for as long as it lives.
static USED: OnceLock<SharedCluster> = OnceLock::new();

struct SharedCluster {
    folder: PathBuf,
    _users: File,
}

/// How to reach the shared PostgreSQL, which is started if it does not run.
pub(super) fn connect_options() -> PgConnectOptions {
    let shared = USED.get_or_init(join);
    socket_options(&shared.folder, SUPERUSER, "postgres")
}

fn join() -> SharedCluster {
    let account = Account::unprivileged().expect("there is an account to run PostgreSQL");
    let folder = std::env::temp_dir().join(format!("minamo-test-{}", geteuid()));
    account.make_folder(&folder).expect("the folder for the test cluster is ours");
    let folder = folder.canonicalize().expect("the folder was just made");
    account.can_enter(&folder).expect("the temporary folder is open to all");

    let start = lock_file(&folder, "start.lock");
    start.lock().expect("a lock on a local file");
    let users = lock_file(&folder, "users.lock");
    users.lock_shared().expect("a lock on a local file");
    if !is_ready(&folder) {
        begin(&folder, &account);
    }
    drop(start);
    SharedCluster { folder, _users: users }
}

fn lock_file(folder: &Path, name: &str) -> File {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o644);
    options.open(folder.join(name)).expect("a file in our own folder")
}

fn is_ready(folder: &Path) -> bool {
    let cluster = folder.join("cluster");
    leftovers::postmaster(&cluster).is_some_and(|(postmaster, is_ready)| {
        is_ready && leftovers::processes(&cluster).contains(&postmaster)
    })
}

fn begin(folder: &Path, account: &Account) {
    let cluster = folder.join("cluster");
    assert!(leftovers::clear(&cluster, folder), "an earlier test cluster does not end");
    // Absent is as good as removed.
    let _ = fs::remove_dir_all(&cluster);
    account.make_folder(&cluster).expect("a folder in our own folder");
    let programs = Programs::for_cluster(&cluster, None).expect("PostgreSQL is installed");
    creation::initdb(&cluster, account, &programs, &["--no-sync"]).expect("initdb works");

    let mut keeper = start_keeper(folder, account, &programs);
    let has_ended = |keeper: &mut Child| !matches!(keeper.try_wait(), Ok(None));
    until(START_PATIENCE, || is_ready(folder) || has_ended(&mut keeper));
    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
    assert!(is_ready(folder), "the test cluster does not start: {log}");
}

/// The keeper outlives us, on purpose.
fn start_keeper(folder: &Path, account: &Account, programs: &Programs) -> Child {
    account
        .command("sh", OnOrphaned::Lives)
        .args(["-c", KEEPER, "minamo-test-keeper"])
        .arg(folder)
        .arg(programs.postgres())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh and setpriv are installed")
}
