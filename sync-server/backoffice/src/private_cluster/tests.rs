//! Plugs pulled on the private PostgreSQL: the server killed, postgres killed, both; a full disk.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use sqlx::PgPool;
use tempfile::TempDir;

use super::account::{Account, OnOrphaned};
use super::*;
use crate::database::{Database, DatabaseConfig};

const PATIENCE: Duration = Duration::from_mins(1);
/// Tells this test binary, started once more, to be the server that gets killed.
const HOLD: &str = "MINAMO_TEST_HOLD_CLUSTER_IN";

/// In memory where there is room: nobody pulls the machine's plug here, and a dozen clusters would
/// wait for the disk. Others may pass through: as root, PostgreSQL has an account of its own.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let has_room = folder::free_bytes(memory).is_ok_and(|free| free > 2 << 30);
    let place = if has_room { memory.to_owned() } else { std::env::temp_dir() };
    let open = fs::Permissions::from_mode(0o755);
    tempfile::Builder::new().prefix("minamo-cluster-").permissions(open).tempdir_in(place).unwrap()
}

async fn open(data: &Path) -> Database {
    Database::open(DatabaseConfig::Private(ClusterOptions::new(data))).await.unwrap()
}

async fn note(pool: &PgPool, text: &str) {
    sqlx::query("create table if not exists note (text text)").execute(pool).await.unwrap();
    sqlx::query("insert into note values ($1)").bind(text).execute(pool).await.unwrap();
}

async fn notes(pool: &PgPool) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("select text from note order by text").fetch_all(pool).await
}

async fn setting(pool: &PgPool, name: &str) -> String {
    sqlx::query_scalar("select current_setting($1)").bind(name).fetch_one(pool).await.unwrap()
}

fn pid(number: i32) -> Pid {
    Pid::from_raw(number)
}

/// An orphan that has ended may wait to be reaped by whoever it fell to; it runs nothing any more.
fn has_ended(process: Pid) -> bool {
    fs::read_link(format!("/proc/{process}/exe")).is_err()
}

/// A server in a process of its own that has committed one note and then does nothing.
struct Held {
    server: Child,
    postmaster: Pid,
}

fn hold(data: &Path) -> Held {
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "private_cluster::tests::is_the_server_that_gets_killed", "--nocapture"])
        .env(HOLD, data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let ready = lines.find_map(|line| line.unwrap().split_once("POSTMASTER=")?.1.parse().ok());
    Held { server, postmaster: pid(ready.expect("the server starts")) }
}

#[tokio::test]
async fn is_the_server_that_gets_killed() {
    // Only when started by `hold`.
    let Ok(data) = std::env::var(HOLD) else { return };
    let database = open(Path::new(&data)).await;
    note(&database.pool, "committed").await;
    println!("POSTMASTER={}", database.cluster.as_ref().unwrap().postmaster_id().unwrap());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_new_cluster_is_safe_and_closed() {
    let folder = folder();
    let data = folder.path().join("data");
    let database = open(&data).await;
    for (name, value) in [
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("wal_compression", "pglz"),
        ("max_wal_size", "4GB"),
        ("shared_buffers", "256MB"),
    ] {
        assert_eq!(setting(&database.pool, name).await, value, "{name}");
    }
    let is_superuser: String = setting(&database.pool, "is_superuser").await;
    assert_eq!(is_superuser, "off");

    let postmaster = database.cluster.as_ref().unwrap().postmaster_id().unwrap();
    let status = fs::read_to_string(format!("/proc/{postmaster}/status")).unwrap();
    let owner = status.lines().find(|line| line.starts_with("Uid:")).unwrap();
    assert!(owner.split_whitespace().skip(1).all(|uid| uid != "0"), "{owner}");
    assert!(!listens_on_a_port(postmaster));
    let socket = fs::metadata(data.join("postgres-socket")).unwrap();
    assert_eq!(socket.permissions().mode() & 0o777, 0o700);

    database.close().await;
    assert!(leftovers::processes(&data.canonicalize().unwrap().join("postgres")).is_empty());
}

fn listens_on_a_port(process: i32) -> bool {
    let sockets: Vec<String> = fs::read_dir(format!("/proc/{process}/fd"))
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.unwrap().path()).ok())
        .filter_map(|target| {
            let target = target.to_str()?.strip_prefix("socket:[")?;
            Some(target.trim_end_matches(']').to_owned())
        })
        .collect();
    ["tcp", "tcp6", "udp", "udp6"].iter().any(|table| {
        let table = fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default();
        let used: Vec<&str> =
            table.lines().filter_map(|line| line.split_whitespace().nth(9)).collect();
        sockets.iter().any(|socket| used.contains(&socket.as_str()))
    })
}

#[tokio::test]
async fn what_was_stored_is_there_after_a_stop_and_a_start() {
    let folder = folder();
    let database = open(folder.path()).await;
    note(&database.pool, "kept").await;
    database.close().await;
    let database = open(folder.path()).await;
    assert_eq!(notes(&database.pool).await.unwrap(), ["kept"]);
    database.close().await;
}

#[tokio::test]
async fn a_killed_postgres_is_started_again() {
    let folder = folder();
    let database = open(folder.path()).await;
    note(&database.pool, "committed").await;
    let cluster = database.cluster.as_ref().unwrap();
    let mut condition = cluster.condition();
    let killed = cluster.postmaster_id().unwrap();
    // A backend in the middle of a long statement outlives its postmaster.
    let busy = database.pool.clone();
    let busy = tokio::spawn(async move {
        sqlx::query("select count(*) from generate_series(1, 10000000000)").execute(&busy).await
    });
    until_busy(&database.pool).await;

    condition.mark_unchanged();
    kill(pid(killed), Signal::SIGKILL).unwrap();
    let again = condition.wait_for(|now| *now == Condition::Starting);
    tokio::time::timeout(PATIENCE, again).await.unwrap().unwrap();
    assert!(busy.await.unwrap().is_err());
    // The same pool: it replaces the broken connections by itself.
    assert_eq!(notes(&database.pool).await.unwrap(), ["committed"]);
    assert_ne!(cluster.postmaster_id(), Some(killed));
    database.close().await;
}

async fn until_busy(pool: &PgPool) {
    let is_busy = "select exists (select from pg_stat_activity
                                  where query like '%generate_series%' and pid <> pg_backend_pid())";
    while !sqlx::query_scalar::<_, bool>(is_busy).fetch_one(pool).await.unwrap() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_killed_backend_costs_one_error_and_no_data() {
    let folder = folder();
    let database = open(folder.path()).await;
    note(&database.pool, "committed").await;
    let mut db = database.pool.acquire().await.unwrap();
    let backend: i32 =
        sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut *db).await.unwrap();
    kill(pid(backend), Signal::SIGKILL).unwrap();
    assert!(sqlx::query("select 1").execute(&mut *db).await.is_err());
    drop(db);
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while notes(&database.pool).await.ok().as_deref() != Some(&["committed".to_owned()]) {
        assert!(tokio::time::Instant::now() < deadline);
    }
    database.close().await;
}

#[tokio::test]
async fn postgres_ends_with_a_killed_server() {
    let folder = folder();
    let mut held = hold(folder.path());
    held.server.kill().unwrap();
    held.server.wait().unwrap();
    assert!(until(PATIENCE, || has_ended(held.postmaster)));

    let database = open(folder.path()).await;
    assert_eq!(notes(&database.pool).await.unwrap(), ["committed"]);
    database.close().await;
}

#[tokio::test]
async fn a_server_and_its_postgres_killed_together_lose_nothing() {
    let folder = folder();
    let mut held = hold(folder.path());
    // The postmaster first, or it would have the time to end in good order.
    kill(held.postmaster, Signal::SIGSTOP).unwrap();
    held.server.kill().unwrap();
    kill(held.postmaster, Signal::SIGKILL).unwrap();
    held.server.wait().unwrap();

    let database = open(folder.path()).await;
    assert_eq!(notes(&database.pool).await.unwrap(), ["committed"]);
    database.close().await;
}

#[tokio::test]
async fn an_orphan_that_still_runs_is_ended_first() {
    let folder = folder();
    let mut held = hold(folder.path());
    // Stopped, it cannot act on the death signal: an orphan is there when we come.
    kill(held.postmaster, Signal::SIGSTOP).unwrap();
    held.server.kill().unwrap();
    held.server.wait().unwrap();
    let orphan = held.postmaster;
    let waking = std::thread::spawn(move || {
        // SIGCONT long before our patience with it ends.
        kill(orphan, Signal::SIGCONT).unwrap();
    });
    let database = open(folder.path()).await;
    waking.join().unwrap();
    assert!(has_ended(orphan));
    assert_eq!(notes(&database.pool).await.unwrap(), ["committed"]);
    database.close().await;
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused() {
    let folder = folder();
    let mut held = hold(folder.path());
    let refused = Database::open(DatabaseConfig::Private(ClusterOptions::new(folder.path())));
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.code(), "D01");
    let message = refused.message_ja();
    assert!(message.contains("別のサーバーが使っています"), "{message}");
    assert!(message.contains(&held.server.id().to_string()), "{message}");
    // The first one was not disturbed.
    assert!(!has_ended(held.postmaster));
    held.server.kill().unwrap();
    held.server.wait().unwrap();
    assert!(until(PATIENCE, || has_ended(held.postmaster)));
}

#[tokio::test]
async fn a_stale_lock_file_naming_a_stranger_is_seen_through() {
    let folder = folder();
    let database = open(folder.path()).await;
    note(&database.pool, "kept").await;
    database.close().await;

    // After a power cut the number in postmaster.pid may be anybody's, even of the same account.
    let account = Account::owner_of(&folder.path().join("postgres")).unwrap();
    let mut command = account.command("cat", OnOrphaned::Gets("KILL"));
    let mut stranger = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let cluster = folder.path().join("postgres");
    let socket = folder.path().join("postgres-socket");
    let lock = format!("{}\n{}\n1\n5432\n\n\n1 1\nready\n", stranger.id(), cluster.display());
    fs::write(cluster.join("postmaster.pid"), &lock).unwrap();
    fs::write(socket.join(".s.PGSQL.5432.lock"), &lock).unwrap();

    let database = open(folder.path()).await;
    assert_eq!(notes(&database.pool).await.unwrap(), ["kept"]);
    database.close().await;
    assert!(stranger.try_wait().unwrap().is_none(), "the stranger is left alone");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[tokio::test]
async fn an_interrupted_creation_is_begun_anew() {
    let folder = folder();
    let unfinished = folder.path().join("postgres.new");
    fs::create_dir(&unfinished).unwrap();
    fs::write(unfinished.join("PG_VERSION"), "15\n").unwrap();
    let database = open(folder.path()).await;
    note(&database.pool, "works").await;
    database.close().await;
    assert!(!unfinished.exists());
}

#[tokio::test]
async fn a_full_disk_is_told_before_anything_is_made() {
    let folder = folder();
    let mut options = ClusterOptions::new(folder.path());
    options.free_bytes = |_| Ok(1 << 20);
    let refused = PrivateCluster::start(options).await.unwrap_err();
    assert_eq!(refused.code(), "D02");
    assert!(refused.message_ja().contains("ディスクの空きがありません"));
    assert!(!folder.path().join("postgres").exists());
}

#[tokio::test]
async fn a_disk_that_fills_up_during_creation_is_told() {
    let folder = folder();
    let Some(_small) = SmallDisk::mount(folder.path(), 20) else { return };
    let mut options = ClusterOptions::new(folder.path().join("data"));
    options.free_bytes = |_| Ok(u64::MAX);
    let refused = PrivateCluster::start(options).await.unwrap_err();
    assert_eq!(refused.code(), "D02", "{refused}");
}

#[tokio::test]
async fn a_disk_that_fills_up_while_running_loses_nothing_and_comes_back() {
    let folder = folder();
    let Some(_small) = SmallDisk::mount(folder.path(), 300) else { return };
    let data = folder.path().join("data");
    let database = open(&data).await;
    note(&database.pool, "committed").await;
    let filler = folder.path().join("filler");
    let full = fs::File::create(&filler)
        .and_then(|mut file| std::io::copy(&mut std::io::repeat(0), &mut file));
    assert_eq!(full.unwrap_err().kind(), std::io::ErrorKind::StorageFull);

    let refused = sqlx::query(
        "insert into note select repeat(g::text, 100) from generate_series(1, 1000000) g",
    )
    .execute(&database.pool)
    .await
    .unwrap_err();
    // PostgreSQL either says so, or stops because it cannot write its log of changes.
    assert!(
        crate::database::is_disk_full(&refused) || crate::outage::is_outage(&refused),
        "{refused}"
    );

    fs::remove_file(&filler).unwrap();
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while notes(&database.pool).await.ok().as_deref() != Some(&["committed".to_owned()]) {
        assert!(tokio::time::Instant::now() < deadline);
    }
    note(&database.pool, "later").await;
    assert_eq!(notes(&database.pool).await.unwrap(), ["committed", "later"]);
    database.close().await;
}

/// A small disk, where the machine lets us have one; else the tests of messages must do.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(at: &Path, megabytes: u32) -> Option<SmallDisk> {
        if !geteuid().is_root() {
            return None;
        }
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m,mode=0755"), "minamo-test"])
            .arg(at)
            .status()
            .ok()?;
        mounted.success().then(|| SmallDisk(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_data_folder_that_postgres_cannot_reach_is_named() {
    if !geteuid().is_root() {
        return;
    }
    let closed = tempfile::tempdir().unwrap();
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let refused = PrivateCluster::start(ClusterOptions::new(closed.path().join("data"))).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), "D04");
    let barred = closed.path().canonicalize().unwrap();
    assert!(refused.message_ja().contains(&format!("chmod o+x '{}'", barred.display())));
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_is_no_obstacle() {
    let folder = folder();
    let data = folder.path().join("深い場所".repeat(8)).join("データ");
    let database = open(&data).await;
    note(&database.pool, "reached").await;
    let socket = database.cluster.as_ref().unwrap().socket_folder.clone();
    assert!(socket.starts_with("/tmp"));
    database.close().await;
    assert!(!socket.exists(), "nothing is left under /tmp");
}

#[test]
fn every_reason_has_a_text() {
    for code in 1..=12 {
        let code = format!("D{code:02}");
        assert!(crate::codes::japanese(&code).is_some(), "{code}");
    }
}
