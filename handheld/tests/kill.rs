//! The plug is pulled (kill -9) at random moments: what was said to be saved is there, once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use handheld::bench::{enrolment, reader};
use handheld::shell::open_store;
use handheld::store::Store;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shared::wire::{Event, EventV1, ReadingV1, SlipV1, VisitV1};
use uuid::Uuid;

/// The folder of the child that is to be killed; a test run without it has nothing to do there.
const FOLDER: &str = "MINAMO_KILL_FOLDER";
/// How often the plug is pulled; 200 unless told.
const TIMES: &str = "MINAMO_KILL_TIMES";

fn open(folder: &Path) -> Store {
    let mut store = open_store(folder, Some(&folder.join("second")), &enrolment()).unwrap();
    match store.keyring().open("101", "1234") {
        Some(key) => store.unlock(key),
        None => store.let_in(&[reader()]).unwrap(),
    }
    store
}

fn reading(id: Uuid) -> ReadingV1 {
    ReadingV1 {
        id,
        package: Uuid::from_u128(9),
        connection: 8,
        register_value: 1_238,
        register_digits: 4,
        first_typed_value: None,
        usage_m3: 38,
        findings: Vec::new(),
        low_flow: 0,
        read_on_unix_days: 0,
        water_yen: None,
        sewerage_yen: None,
        reader: "101".into(),
        visit: VisitV1::default(),
    }
}

/// The child: saves readings and slips until it is killed, and says each time what is saved.
#[test]
fn the_child_saves_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let mut store = open(Path::new(&folder));
    store.void_slip_under_way(1).unwrap();
    let mut told = std::io::stderr();
    loop {
        let id = Uuid::from_u128(u128::from(store.head().sequence) + 1);
        store.append(2, EventV1::Reading(reading(id))).unwrap();
        writeln!(told, "saved {}", id.as_u128()).unwrap();
        let slip =
            SlipV1 { slip_number: String::new(), reading: id, reissue_of: None, amount_yen: 8_520 };
        let slip = store.begin_slip("T01", slip).unwrap();
        store.end_slip(3, EventV1::SlipPrinted(slip)).unwrap();
    }
}

/// Kills the child after it has said so many lines and a moment more; returns what it had said.
fn killed_after(folder: &Path, lines: usize) -> Vec<u128> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_child_saves_until_it_is_killed", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut saved = Vec::new();
    let number =
        |line: String| line.strip_prefix("saved ").map(|number| number.parse::<u128>().unwrap());
    while saved.len() < lines {
        saved.extend(number(said.next().expect("the child ended by itself")));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What was still in the pipe had been said as well.
    saved.extend(said.filter_map(number));
    saved
}

#[test]
fn what_was_said_to_be_saved_is_there_once_however_often_the_plug_is_pulled() {
    let times: u32 = std::env::var(TIMES).map_or(200, |times| times.parse().unwrap());
    let mut random = ChaCha8Rng::seed_from_u64(20_261_123);
    let folder = tempfile::tempdir().unwrap();
    let mut saved = Vec::new();
    for _ in 0..times {
        saved.extend(killed_after(folder.path(), random.random_range(0..6)));
    }
    let mut store = open(folder.path());
    store.void_slip_under_way(4).unwrap();
    assert_eq!(store.take_troubles(), [], "a pulled plug damages nothing");
    let (mut found, mut slips) = (HashMap::new(), Vec::new());
    for entry in store.events().unwrap() {
        let Event::V1(event) = entry.event;
        match event {
            EventV1::Reading(reading) => *found.entry(reading.id.as_u128()).or_insert(0) += 1,
            EventV1::SlipPrinted(slip) | EventV1::SlipVoided(slip) => slips.push(slip.slip_number),
            other => panic!("{other:?}"),
        }
    }
    assert!(saved.len() > 100, "the child had time to save");
    assert!(
        saved.iter().all(|id| found.get(id) == Some(&1)),
        "a saved reading is missing or twice"
    );
    let expected: Vec<String> = (1..=slips.len()).map(|n| format!("T01-{n:06}")).collect();
    assert_eq!(slips, expected, "the slip numbers have no hole");
}
