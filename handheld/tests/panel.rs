//! The real program without a display, driven by keys, printing on the real virtual printer.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use handheld::bench::{TODAY, package};
use hardware::twin::pseudo_terminal::PseudoTerminal;
use shared::calendar::to_unix_days;
use shared::metering::WorkOrderKind;
use shared::panel::{Caption, PanelClient, PanelInput};
use shared::wire::{EnrolmentV1, WorkOrderV1, WorkPackage, encode};
use uuid::Uuid;

struct Terminal {
    child: Child,
    hand: PanelClient<ChildStdout, ChildStdin>,
}

impl Terminal {
    fn start(folder: &Path, printer: &str) -> Terminal {
        let mut child = Command::new(env!("CARGO_BIN_EXE_handheld"))
            .args(["--backend", "headless", "--practice", "--date", &TODAY.to_string()])
            .arg("--data")
            .arg(folder.join("data"))
            .arg("--enrolment")
            .arg(folder.join("enrolment"))
            .arg("--package")
            .arg(folder.join("package"))
            .args(["--printer", printer])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (screen, keys) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
        let hand = PanelClient::connect(screen, keys).unwrap();
        assert_eq!(hand.size(), (480, 800));
        Terminal { child, hand }
    }

    fn keys(&mut self, keys: &[&str]) -> &Caption {
        self.hand.press_all(keys).unwrap()
    }

    fn log_in(&mut self) -> &Caption {
        self.keys(&["1", "0", "1", "Return", "1", "2", "3", "4", "Return"])
    }

    #[track_caller]
    fn tells(&self, words: &[&str]) {
        let message = self.hand.caption().message.clone().unwrap_or_default();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    }

    fn picture(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pictures/handheld");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), self.hand.picture()).unwrap();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn prepare(folder: &Path, connections: u32) {
    prepare_with(folder, &package(connections));
}

fn prepare_with(folder: &Path, package: &WorkPackage) {
    let enrolment = EnrolmentV1 {
        device: Uuid::from_u128(1),
        device_code: "T01".into(),
        server: String::new(),
        token: [0; 32],
        slip_key: [0; 32],
        authority: Vec::new(),
    };
    std::fs::write(folder.join("enrolment"), encode(&enrolment)).unwrap();
    std::fs::write(folder.join("package"), encode(package)).unwrap();
}

fn printer(out: &Path) -> (Child, String) {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_handheld")).with_file_name("virtual-printer");
    assert!(program.is_file(), "build the workspace first: cargo build --workspace");
    let mut child = Command::new(program)
        .arg("--out")
        .arg(out)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    (child, first.trim().strip_prefix("ready ").unwrap().to_owned())
}

#[test]
fn a_route_is_walked_by_keys_and_survives_a_pulled_plug() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), 20);
    let (mut paper, line) = printer(&folder.path().join("paper"));
    let mut terminal = Terminal::start(folder.path(), &line);
    assert_eq!(terminal.hand.caption().screen, "login");
    terminal.keys(&["1", "0", "1", "Return", "1", "2"]);
    terminal.picture("login");
    assert_eq!(terminal.keys(&["3", "4", "Return"]).screen, "route");
    terminal.picture("route");
    let caption = terminal.keys(&["Return"]);
    assert_eq!(caption.connection_number.as_deref(), Some("00000001"));
    assert_eq!(terminal.keys(&["1", "2", "3", "8"]).typed, "1238");
    terminal.picture("reading");
    terminal.keys(&["Return"]);
    terminal.tells(&["T01-000001", "印刷しました"]);
    terminal.picture("saved");

    terminal.keys(&["Return", "1", "3", "2", "0", "Return"]);
    assert_eq!(terminal.hand.caption().screen, "check");
    terminal.picture("check");
    terminal.keys(&["1", "3", "2", "0", "Return"]);
    terminal.picture("check-indicator");
    terminal.keys(&["2"]);
    terminal.picture("check-remark");
    terminal.keys(&["Return"]);
    terminal.tells(&["T01-000002"]);
    terminal.picture("saved-leak");

    terminal.keys(&["Return", "F2", "7"]);
    terminal.picture("no-read");
    assert_eq!(terminal.keys(&["Return"]).progress, Some((3, 20)));
    terminal.picture("caution");
    terminal.keys(&["1", "1", "0", "0", "Return", "1", "1", "0", "0", "Return"]);
    terminal.picture("backwards");
    terminal.keys(&["Escape", "1", "2", "4"]);
    drop(terminal);

    let mut terminal = Terminal::start(folder.path(), &line);
    assert_eq!(terminal.log_in().progress, Some((3, 20)));
    terminal.picture("route-after-restart");
    let caption = terminal.keys(&["Return"]);
    assert_eq!(caption.connection_number.as_deref(), Some("00000004"));
    terminal.keys(&["F5", "1", "2", "3", "8", "Return"]);
    terminal.picture("check-confirm");
    terminal.keys(&["Return"]);
    terminal.tells(&["印刷しました"]);
    terminal.keys(&["F1", "F4"]);
    terminal.picture("sync");
    terminal.keys(&["Return"]);
    terminal.tells(&["送受信が終わりました"]);
    terminal.picture("sync-done");
    drop(terminal);
    drop(paper.stdin.take());
    paper.wait().unwrap();
    assert!(folder.path().join("paper/slip-0002.png").is_file());
}

#[test]
fn a_finger_does_what_a_key_does_and_a_missing_printer_is_told() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), 3);
    let mut terminal = Terminal::start(folder.path(), "/nowhere/printer");
    terminal.log_in();
    // The second row of the list.
    let caption = terminal.hand.touch(200, 230).unwrap();
    assert_eq!(caption.connection_number.as_deref(), Some("00000002"));
    terminal.keys(&["1", "2", "3", "8", "Return"]);
    terminal.tells(&["保存しました", "P01"]);
    terminal.picture("printer-missing");
    terminal.keys(&["F2"]);
    terminal.picture("correction");
    terminal.keys(&["1", "2", "4", "0", "Return"]);
    assert_eq!(terminal.hand.caption().typed, "1240");
    let caption = terminal.keys(&["Return"]);
    assert_eq!(caption.connection_number.as_deref(), Some("00000003"));
}

#[test]
fn wrong_pins_are_refused_and_then_made_to_wait() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), 1);
    let mut terminal = Terminal::start(folder.path(), "/nowhere/printer");
    for _ in 0..5 {
        terminal.keys(&["1", "0", "1", "Return", "9", "9", "9", "9"]);
        terminal.keys(&["Return"]);
    }
    terminal.tells(&["H11"]);
    terminal.picture("login-locked");
    terminal.log_in();
    assert_eq!(terminal.hand.caption().screen, "login");
    terminal.tells(&["お待ちください", "H11"]);
}

#[test]
fn a_slip_that_was_under_way_when_the_plug_was_pulled_is_void() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), 3);
    // A printer that takes bytes and never answers.
    let mut mute = PseudoTerminal::open().unwrap();
    let mut terminal = Terminal::start(folder.path(), mute.path().to_str().unwrap());
    terminal.log_in();
    terminal.keys(&["Return", "1", "2", "3", "8"]);
    // It was asked how it is when the route opened; what comes after that is for the slip.
    let mut bytes = [0; 64];
    while mute.receive(&mut bytes).unwrap() > 0 {}
    terminal.hand.send(&PanelInput::Key("Return".into())).unwrap();
    while mute.receive(&mut bytes).unwrap() == 0 {
        std::thread::yield_now();
    }
    drop(terminal);

    let mut terminal = Terminal::start(folder.path(), "/nowhere/printer");
    terminal.tells(&["印刷の途中", "再印刷"]);
    terminal.picture("login-after-power-loss");
    terminal.log_in();
    assert_eq!(terminal.hand.caption().progress, Some((1, 3)));
    terminal.picture("route-unprinted");
    terminal.keys(&["UpArrow", "Return"]);
    assert_eq!(terminal.hand.caption().typed, "1238");
    terminal.keys(&["F3"]);
    terminal.tells(&["P01"]);
}

/// A route of nine with an order of every kind, some arrears and a bag for cash.
fn package_with_orders() -> WorkPackage {
    let WorkPackage::V1(mut package) = package(9);
    package.work.cash_limit_yen = 100_000;
    package.connections[1].in_service = false;
    package.connections[1].customer_name.clear();
    package.connections[4].on_site.no_reads_in_a_row = 2;
    package.work.orders = WorkOrderKind::ALL
        .iter()
        .zip([2, 3, 1, 4, 6, 7])
        .map(|(kind, connection)| WorkOrderV1 {
            order: connection + 500,
            connection,
            kind: kind.code(),
            due_on_unix_days: to_unix_days(TODAY) + i32::from(kind.code() % 3) - 1,
            text: "午前10時に立会い".into(),
            owed_yen: if *kind == WorkOrderKind::Suspension { 23_456 } else { 0 },
            customer_name: "新規 太郎".into(),
            meter_number: "26-004711".into(),
            meter_size_mm: 0,
        })
        .collect();
    WorkPackage::V1(package)
}

#[test]
fn every_page_of_work_is_walked_by_keys() {
    let folder = tempfile::tempdir().unwrap();
    prepare_with(folder.path(), &package_with_orders());
    let (mut paper, line) = printer(&folder.path().join("paper"));
    let mut terminal = Terminal::start(folder.path(), &line);
    let at = |terminal: &mut Terminal, keys: &str, picture: &str| {
        let names: Vec<String> = keys.split_whitespace().map(str::to_owned).collect();
        terminal.keys(&names.iter().map(String::as_str).collect::<Vec<_>>());
        terminal.picture(picture);
    };
    terminal.log_in();
    at(&mut terminal, "F5", "orders");
    at(&mut terminal, "F5", "suspensions");
    at(&mut terminal, "Return", "suspension");
    at(&mut terminal, "2", "suspension-method");
    at(&mut terminal, "1 1 2 3 8 Return 7 7 Return", "suspension-look");
    at(&mut terminal, "Return", "suspension-saved");
    at(&mut terminal, "F1 Return F4", "work-menu");
    at(&mut terminal, "1", "work-remark");
    at(&mut terminal, "Escape Escape F4 3", "exchange");
    at(&mut terminal, "1 2 3 0 Return", "exchange-number");
    at(&mut terminal, "Return", "exchange-size");
    at(&mut terminal, "Return Return 0 0 0 2 Return", "exchange-reason");
    at(&mut terminal, "1 Return", "exchange-look");
    at(&mut terminal, "Return", "exchange-saved");
    at(&mut terminal, "0 0 1 0 Return", "exchanged-and-read");
    terminal.tells(&["印刷しました"]);
    at(&mut terminal, "Return F4 4", "start");
    at(&mut terminal, "1 1 2 0 0 Return 1", "start-look");
    at(&mut terminal, "Return", "start-saved");
    at(&mut terminal, "Return F4 4 1 2 2 0 Return", "stop-payment");
    at(&mut terminal, "2", "stop-cash");
    at(&mut terminal, "1 0 0 0 0 Return 1", "stop-look");
    at(&mut terminal, "Return", "stop-saved");
    terminal.tells(&["中止精算書", "領収書"]);
    at(&mut terminal, "F4", "stopped-menu");
    at(&mut terminal, "3 1", "receipt-void");
    at(&mut terminal, "Return", "receipt-voided");
    at(&mut terminal, "Return F4 2", "note");
    at(&mut terminal, "5", "note-phrase");
    at(&mut terminal, "1 Return", "note-look");
    at(&mut terminal, "Return 1 2 4 0 Return", "noted-and-read");
    at(&mut terminal, "Return F2", "no-read-again");
    terminal.keys(&["1", "Return"]);
    terminal.tells(&["検針不能を保存しました"]);
    drop(terminal);
    drop(paper.stdin.take());
    paper.wait().unwrap();
    // Slip, settlement, receipt, slip.
    let folder = folder.path().join("paper");
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pictures/handheld");
    for (number, name) in [(2, "paper-settlement"), (3, "paper-receipt")] {
        let drawn = folder.join(format!("slip-{number:04}.png"));
        std::fs::copy(drawn, pictures.join(format!("{name}.png"))).unwrap();
    }
}
