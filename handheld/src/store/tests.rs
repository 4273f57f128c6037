//! What the store keeps when the plug is pulled, and what it refuses to forget.

use std::path::Path;

use super::*;
use crate::bench::reader;
use uuid::Uuid;

pub fn places(folder: &Path) -> Places {
    Places { main: folder.join("log.db"), second: Some(folder.join("second/log.db")) }
}

pub fn secret() -> DeviceSecret {
    DeviceSecret::of(&crate::bench::enrolment())
}

/// A memory in this folder that the reader 101 has opened with the PIN 1234.
pub fn opened(folder: &Path) -> Store {
    let mut store = Store::open(&places(folder), secret()).unwrap();
    match store.keyring().open("101", "1234") {
        Some(key) => store.unlock(key),
        None => store.let_in(&[reader()]).unwrap(),
    }
    store
}

pub fn logged_in(reader: &str) -> EventV1 {
    EventV1::LoggedIn { reader: reader.into() }
}

fn slip(reading: u128) -> SlipV1 {
    SlipV1 {
        slip_number: String::new(),
        reading: Uuid::from_u128(reading),
        reissue_of: None,
        amount_yen: 8_520,
    }
}

/// A copy of the files as they lie on the disk at this moment: what a pulled plug leaves.
pub fn as_after_power_loss(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    std::fs::create_dir(copy.path().join("second")).unwrap();
    for inside in ["", "second"] {
        for entry in std::fs::read_dir(folder.join(inside)).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_file() {
                let target = copy.path().join(inside).join(entry.file_name());
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    copy
}

#[test]
fn every_entry_is_on_the_disk_when_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = opened(folder.path());
    for number in 1..=20 {
        store.append(1_000 + number, logged_in(&number.to_string())).unwrap();
        let copy = as_after_power_loss(folder.path());
        let mut found = opened(copy.path());
        assert_eq!(found.take_troubles(), []);
        assert_eq!(found.head(), store.head());
        assert_eq!(found.events().unwrap().len(), usize::try_from(number).unwrap());
    }
}

#[test]
fn the_log_can_only_grow() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = opened(folder.path());
    store.append(1, logged_in("101")).unwrap();
    for which in [Which::Main, Which::Second] {
        let db = &store.pair.copy(which).unwrap().db;
        assert!(db.execute("update log_entry set sealed = x'00'", []).is_err());
        assert!(db.execute("delete from log_entry", []).is_err());
    }
    assert_eq!(store.events().unwrap().len(), 1);
}

#[test]
fn a_slip_number_is_used_once_and_a_slip_without_an_end_is_void() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = opened(folder.path());
    let first = store.begin_slip("H01", slip(1)).unwrap();
    assert_eq!(first.slip_number, "H01-000001");
    store.end_slip(5, EventV1::SlipPrinted(first)).unwrap();
    let second = store.begin_slip("H01", slip(2)).unwrap();
    drop(store);

    let mut store = opened(folder.path());
    assert!(store.has_slip_under_way());
    let void = EventV1::SlipVoided(second.clone());
    assert_eq!(store.void_slip_under_way(6).unwrap(), Some(void));
    assert_eq!(store.void_slip_under_way(7).unwrap(), None);
    assert_eq!(store.begin_slip("H01", slip(2)).unwrap().slip_number, "H01-000003");
    let last = store.events().unwrap().pop().unwrap();
    assert_eq!(last.event, Event::V1(EventV1::SlipVoided(second)));
}

#[test]
fn receipts_only_grow() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = opened(folder.path());
    store.note_receipt(5).unwrap();
    store.note_receipt(3).unwrap();
    assert_eq!(store.receipt_through(), 5);
    drop(store);
    assert_eq!(opened(folder.path()).receipt_through(), 5);
}

#[test]
fn a_second_program_is_kept_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = opened(folder.path());
    store.append(1, logged_in("101")).unwrap();
    assert!(Store::open(&places(folder.path()), secret()).is_err());
    assert!(!folder.path().join("log.broken").exists());
}
