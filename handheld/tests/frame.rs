//! The frame around the reading, with real keys on the real screen, disk and printer twin: pictures
//! of every page in every look, keys counted, the lock, what is kept, the day's total.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use handheld::bench::{TODAY, enrolment, package};
use handheld::headless::Stage;
use handheld::kept::KeptFile;
use handheld::screens::{Look, View};
use handheld::shell::{Parts, Report, Shell, open_store};
use handheld::store::Store;
use handheld::sync::Practice;
use handheld::ui::key_named;
use hardware::clock::FixedClock;
use hardware::twin::loopback;
use shared::calendar::to_unix_days;
use shared::metering::DayTotal;
use shared::wire::{Event, EventV1, LogEntry, WorkPackage};
use uuid::Uuid;

const YEAR_SECONDS: i64 = 366 * 86_400;

fn open(folder: &Path) -> Store {
    open_store(folder, Some(&folder.join("second")), &enrolment()).unwrap()
}

fn load(folder: &Path, connections: u32) {
    std::fs::create_dir_all(folder.join("second")).unwrap();
    drop(KeptFile::in_folder(folder, &enrolment()));
    let WorkPackage::V1(mut package) = package(connections);
    package.connections[0].on_site.hazards = vec![1, 4];
    package.connections[5].on_site.tap = 3;
    open(folder).take_package(1, &WorkPackage::V1(package)).unwrap();
}

fn start(folder: &Path, clock: &Arc<FixedClock>) -> (Shell, Receiver<Report>) {
    let (printer, _paper) = loopback(384);
    let (sender, reports) = channel();
    let parts = Parts {
        enrolment: enrolment(),
        store: open(folder),
        clock: clock.clone(),
        printer: Box::new(printer),
        transport: Arc::new(Practice::new(Uuid::from_u128(1))),
        mint: Uuid::new_v4,
        kept: KeptFile::in_folder(folder, &enrolment()),
        is_practice: false,
    };
    let post = Arc::new(move |report| drop(sender.send(report)));
    (Shell::start(parts, post).unwrap(), reports)
}

/// The log as it lies on the disk.
fn log(folder: &Path) -> Vec<LogEntry> {
    let mut store = open(folder);
    let key = store.keyring().open("101", "1234").unwrap();
    store.unlock(key);
    store.events().unwrap()
}

/// A terminal without its screen.
struct Hand {
    shell: Shell,
    reports: Receiver<Report>,
}

impl Hand {
    fn start(folder: &Path, clock: &Arc<FixedClock>) -> Hand {
        let (shell, reports) = start(folder, clock);
        Hand { shell, reports }
    }

    fn keys(&mut self, keys: &[&str]) -> View {
        for key in keys {
            self.shell.press(key_named(key).unwrap());
            while self.shell.app().is_busy() {
                let report = self.reports.recv().unwrap();
                self.shell.hear(report);
            }
        }
        self.shell.app().view()
    }

    fn log_in(&mut self, pin: &str) -> View {
        self.keys(&["1", "0", "1", "Return"]);
        let digits: Vec<String> = pin.chars().map(String::from).collect();
        self.keys(&digits.iter().map(String::as_str).collect::<Vec<_>>());
        self.keys(&["Return"])
    }
}

#[test]
fn no_clock_and_no_restart_opens_the_lock_and_none_keeps_it_shut_for_a_year() {
    let folder = tempfile::tempdir().unwrap();
    load(folder.path(), 10);
    let clock = Arc::new(FixedClock::on(TODAY));
    let mut hand = Hand::start(folder.path(), &clock);
    for _ in 0..5 {
        hand.log_in("9999");
    }
    assert!(hand.shell.app().view().message.contains("1分"));
    for jump in [YEAR_SECONDS, -2 * YEAR_SECONDS, YEAR_SECONDS] {
        clock.jump(jump);
        assert_eq!(hand.log_in("1234").screen, "login");
        assert!(hand.shell.app().view().message.contains("H11"));
        hand.keys(&["Escape", "Backspace", "Backspace", "Backspace"]);
    }
    drop(hand);

    // Switched off and on, with the clock a year on: it waits again, for a minute and no longer.
    clock.jump(YEAR_SECONDS);
    let mut hand = Hand::start(folder.path(), &clock);
    assert!(hand.log_in("1234").message.contains("1分"));
    clock.jump(-2 * YEAR_SECONDS);
    clock.pass(60);
    assert_eq!(hand.keys(&["Return"]).screen, "route");
    drop(hand);

    let refused = log(folder.path()).into_iter().find_map(|entry| match entry.event {
        Event::V1(EventV1::LoginRefused { reader, failures }) => Some((reader, failures)),
        Event::V1(_) => None,
    });
    // Both are kept over a restart, sealed.
    assert_eq!(refused, Some(("101".to_owned(), 5)));
    assert_eq!(KeptFile::in_folder(folder.path(), &enrolment()).load().0.failures, 0);
}

#[test]
fn ten_wrong_pins_wait_five_minutes_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    load(folder.path(), 10);
    let clock = Arc::new(FixedClock::on(TODAY));
    let mut hand = Hand::start(folder.path(), &clock);
    for _ in 0..10 {
        clock.pass(100);
        hand.log_in("9999");
    }
    assert!(hand.shell.app().view().message.contains("5分"));
    drop(hand);
    let mut hand = Hand::start(folder.path(), &clock);
    clock.pass(299);
    assert!(hand.log_in("1234").message.contains("あと1秒"));
    clock.pass(1);
    assert_eq!(hand.keys(&["Return"]).screen, "route");
}

#[test]
fn looks_hand_and_direction_are_found_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    load(folder.path(), 10);
    let clock = Arc::new(FixedClock::on(TODAY));
    let mut hand = Hand::start(folder.path(), &clock);
    hand.log_in("1234");
    hand.keys(&["F3", "4", "F3", "6", "F3", "7"]);
    drop(hand);
    let mut hand = Hand::start(folder.path(), &clock);
    let view = hand.shell.app().view();
    assert!(view.look == Look::Night && view.is_left_handed && view.is_reverse);
    // The route begins at its end.
    assert_eq!(hand.log_in("1234").rows[0].order, "10");
    hand.keys(&["F4", "Return"]);
    drop(hand);
    let hand = Hand::start(folder.path(), &clock);
    assert!(hand.shell.app().kept().last_contact_unix_seconds.is_some());
}

#[test]
fn the_signed_day_is_what_the_log_adds_up_to() {
    let folder = tempfile::tempdir().unwrap();
    load(folder.path(), 10);
    let clock = Arc::new(FixedClock::on(TODAY));
    let mut hand = Hand::start(folder.path(), &clock);
    hand.log_in("1234");
    hand.keys(&["Return"]);
    for _ in 0..3 {
        hand.keys(&["1", "2", "3", "8", "Return", "Return"]);
    }
    hand.keys(&["F2", "1", "Return"]);
    let view = hand.keys(&["Tab", "Tab", "3"]);
    assert_eq!((view.screen, view.work.pages.as_str()), ("day", "1／4頁"), "{view:?}");
    let value = |name: &str| {
        let fact = view.work.facts.iter().find(|(known, _)| known.trim() == name);
        fact.map(|(_, value)| value.clone()).unwrap()
    };
    assert_eq!((value("検針済み"), value("検針不能")), ("3件".into(), "1件".into()));
    assert_eq!((value("未検針"), value("使用水量")), ("6件".into(), "114m³".into()));
    let view = hand.keys(&["Return", "Return"]);
    assert_eq!(view.work.typed, "確認済み");
    drop(hand);

    let log = log(folder.path());
    let signed = log.iter().find_map(|entry| match &entry.event {
        Event::V1(EventV1::DaySigned(signed)) => Some(signed.clone()),
        Event::V1(_) => None,
    });
    // The office knows the connections of the package and the log, nothing else.
    let planned: Vec<i64> = (1..=10).collect();
    let (package, day) = (Uuid::from_u128(9), to_unix_days(TODAY));
    let total = DayTotal::of(&log, package, &planned, day);
    assert_eq!(signed, Some(total.signed(package, day, "101")));
    assert_eq!((total.printed, total.voided, total.amount_yen > 0), (3, 0, true));
}

/// A terminal with its screen. One in a process.
struct Seen {
    stage: Stage,
    reports: Receiver<Report>,
    prefix: String,
}

impl Seen {
    fn start(folder: &Path) -> Seen {
        let clock = Arc::new(FixedClock::on(TODAY));
        let (shell, reports) = start(folder, &clock);
        Seen { stage: Stage::set(shell).unwrap(), reports, prefix: String::new() }
    }

    fn view(&self) -> View {
        self.stage.shell().borrow().app().view()
    }

    fn keys(&mut self, keys: &str) -> View {
        for key in keys.split_whitespace() {
            self.stage.press(key);
            while self.stage.shell().borrow().app().is_busy() {
                let report = self.reports.recv().unwrap();
                self.stage.hear(report);
            }
        }
        self.view()
    }

    #[track_caller]
    fn picture(&mut self, keys: &str, name: &str, screen: &str) {
        assert_eq!(self.keys(keys).screen, screen, "{name}");
        self.stage.draw();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pictures/handheld");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{}-{name}.png", self.prefix));
        std::fs::write(file, self.stage.png().unwrap()).unwrap();
    }

    fn walk_all_pages(&mut self) {
        self.picture("1 0 1 Return 1 2", "login", "login");
        self.picture("3 4 Return", "route", "route");
        self.picture("F3", "menu", "menu");
        self.picture("Escape 1 2", "search", "search");
        self.picture("Escape F5 2 2 F2", "search-kana", "search");
        self.picture("Escape F3", "names", "menu");
        self.picture("Escape Escape F5", "orders", "route");
        self.picture("Escape Return 1 2 3", "reading", "reading");
        self.picture("8 Return", "saved", "reading");
        self.picture("Return 1 3 2 0 Return", "check", "check");
        self.picture("1 3 2 0 Return", "check-indicator", "check");
        self.picture("Escape F2 1", "no-read", "no_read");
        self.picture("Escape F4", "work-menu", "work");
        self.picture("3", "exchange", "work");
        self.picture("F1 F1 F3 3", "day", "day");
        self.picture("RightArrow", "day-works", "day");
        self.picture("F1 F4", "sync", "sync");
        self.picture("Return", "sync-done", "sync");
        self.keys("F1");
        assert_eq!(self.view().screen, "route");
    }
}

#[test]
fn every_page_is_seen_in_every_look() {
    let folder = tempfile::tempdir().unwrap();
    load(folder.path(), 40);
    let mut seen = Seen::start(folder.path());
    for (look, switch) in
        [("day", ""), ("sun", "Tab 1"), ("night", "Tab 2"), ("left", "Tab 2 Tab 3")]
    {
        seen.keys(switch);
        seen.prefix = look.to_owned();
        seen.walk_all_pages();
        seen.keys("Escape");
        assert_eq!(seen.view().screen, "login");
    }
    seen.keys("Tab 3 1 0 1 Return 1 2 3 4 Return F3");
    seen.prefix = "reverse".to_owned();
    seen.picture("4", "route", "route");
    seen.picture("Return 1 2", "reading", "reading");
}

#[test]
fn a_usual_reading_with_its_slip_costs_its_digits_and_two_keys() {
    let folder = tempfile::tempdir().unwrap();
    load(folder.path(), 10);
    let mut seen = Seen::start(folder.path());
    seen.keys("1 0 1 Return 1 2 3 4 Return Return");
    for place in 1..=4 {
        let (mut pressed, number) = (0, format!("{place:08}"));
        assert_eq!(seen.view().entry.number, number);
        for key in ["1", "2", "3", "8", "Return", "Return"] {
            pressed += 1;
            seen.keys(key);
            if pressed == 5 {
                let view = seen.view();
                assert!(view.entry.is_saved && view.message.contains("印刷しました"), "{view:?}");
            }
        }
        assert_eq!(pressed, 4 + 2);
        assert_eq!(seen.view().done, place);
    }
    // Standing at the next connection already.
    assert_eq!(seen.view().entry.number, "00000005");
}
