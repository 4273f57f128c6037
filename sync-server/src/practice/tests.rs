//! The practice's limits: seats, trays, and whose page may open a socket.

use super::*;
use axum::http::HeaderValue;

fn practice(rooms: PathBuf) -> (Practice, watch::Sender<bool>) {
    let (stop, stopping) = watch::channel(false);
    let config = PracticeConfig {
        programs: "/nowhere".into(),
        rooms,
        today: Arc::new(|| jiff::civil::date(2026, 11, 24)),
        random: Arc::new(|| [7; 32]),
        stopping,
    };
    (Practice::open(config), stop)
}

#[tokio::test]
async fn the_ninth_trainee_waits_until_a_seat_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let (practice, _stop) = practice(folder.path().join("practice"));
    let mut seats: Vec<_> = (0..SEATS).map(|_| practice.take_seat().unwrap()).collect();
    assert!(practice.take_seat().is_none());
    seats.pop();
    assert!(practice.take_seat().is_some());
    drop(seats);
    practice.closed().await;
}

#[test]
fn a_tray_goes_with_its_practice_and_old_rooms_with_the_old_server() {
    let folder = tempfile::tempdir().unwrap();
    let rooms = folder.path().join("practice");
    std::fs::create_dir_all(rooms.join("room-old")).unwrap();
    let (practice, _stop) = practice(rooms.clone());
    assert!(!rooms.exists());
    let tray = Tray { trainee: StaffId(1), folder: rooms };
    let in_use = practice.put_tray("token", tray);
    assert!(practice.tray("token").is_some());
    assert!(practice.tray("other").is_none());
    drop(in_use);
    assert!(practice.tray("token").is_none());
}

#[tokio::test]
async fn without_programs_no_room_opens_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let furnishing = Furnishing {
        programs: folder.path(),
        rooms: &folder.path().join("practice"),
        today: jiff::civil::date(2026, 11, 24),
        random: [7; 32],
    };
    let refused = Room::open(furnishing).await.err();
    assert!(matches!(refused, Some(RoomError::ProgramMissing(_))));
    assert!(!folder.path().join("practice").exists());
}

#[test]
fn only_our_own_page_opens_a_socket() {
    let headers = |pairs: &[(header::HeaderName, &'static str)]| {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    };
    let host = (header::HOST, "minamo:8443");
    let own: HeaderMap = headers(&[host.clone(), (header::ORIGIN, "https://minamo:8443")]);
    let foreign: HeaderMap = headers(&[host.clone(), (header::ORIGIN, "https://evil.example")]);
    let sandboxed: HeaderMap = headers(&[host.clone(), (header::ORIGIN, "null")]);
    let program: HeaderMap = headers(&[host]);
    assert!(is_own_origin(&own));
    assert!(!is_own_origin(&foreign));
    assert!(!is_own_origin(&sandboxed));
    assert!(is_own_origin(&program));
}

/// Stand-ins that speak only the first word of each program.
fn programs(folder: &std::path::Path, handheld: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let programs = folder.join("programs");
    std::fs::create_dir_all(&programs).unwrap();
    let printer = "echo ready /dev/null; exec cat >/dev/null";
    for (name, script) in [("handheld", handheld), ("virtual-printer", printer)] {
        let path = programs.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    programs
}

async fn open_room(folder: &std::path::Path, handheld: &str) -> Result<(Room, u16), RoomError> {
    let furnishing = Furnishing {
        programs: &programs(folder, handheld),
        rooms: &folder.join("practice"),
        today: jiff::civil::date(2026, 11, 24),
        random: [7; 32],
    };
    Room::open(furnishing).await.map(|(room, panel)| (room, panel.width))
}

#[tokio::test]
async fn a_room_goes_with_everything_in_it() {
    let folder = tempfile::tempdir().unwrap();
    // `Ready` with 480 × 800, as postcard has it.
    let ready = r"printf '\005\000\000\000\000\340\003\240\006'; exec cat >/dev/null";
    let (room, width) = open_room(folder.path(), ready).await.unwrap();
    assert_eq!(width, 480);
    let made = room.paper().parent().unwrap().to_owned();
    assert!(made.join("package").is_file() && made.join("enrolment").is_file());
    room.close().await;
    assert!(!made.exists());
}

#[tokio::test]
async fn a_terminal_that_ends_at_once_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let refused = open_room(folder.path(), "exit 1").await.err();
    assert!(matches!(refused, Some(RoomError::NotStarted("handheld"))));
    let rooms = std::fs::read_dir(folder.path().join("practice")).unwrap();
    assert_eq!(rooms.count(), 0);
}
