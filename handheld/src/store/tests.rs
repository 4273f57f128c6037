//! What the store keeps when the plug is pulled, and what it refuses to forget.

use super::*;
use uuid::Uuid;

fn logged_in(reader: &str) -> EventV1 {
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
fn as_after_power_loss(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

#[test]
fn every_entry_is_on_the_disk_when_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("log.db")).unwrap();
    for number in 1..=20 {
        store.append(1_000 + number, logged_in(&number.to_string())).unwrap();
        let copy = as_after_power_loss(folder.path());
        let found = Store::open(&copy.path().join("log.db")).unwrap();
        assert_eq!(found.head(), store.head());
        assert_eq!(found.events().unwrap().len(), usize::try_from(number).unwrap());
    }
}

#[test]
fn the_log_can_only_grow() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("log.db")).unwrap();
    store.append(1, logged_in("101")).unwrap();
    assert!(store.db.execute("update log_entry set bytes = x'00'", []).is_err());
    assert!(store.db.execute("delete from log_entry", []).is_err());
    assert_eq!(store.events().unwrap().len(), 1);
}

#[test]
fn a_changed_entry_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("log.db")).unwrap();
    store.append(1, logged_in("101")).unwrap();
    store.append(2, logged_in("102")).unwrap();
    store.db.execute_batch("drop trigger log_entry_is_never_changed").unwrap();
    let forged = LogEntry { recorded_at_unix_seconds: 9, ..store.events().unwrap()[0].clone() };
    store
        .db
        .execute("update log_entry set bytes = ?1 where sequence = 1", [forged.encode()])
        .unwrap();
    assert!(matches!(store.events(), Err(StoreError::Damaged(1))));
}

#[test]
fn a_slip_number_is_used_once_and_a_slip_without_an_end_is_void() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let mut store = Store::open(&path).unwrap();
    let first = store.begin_slip("H01", slip(1)).unwrap();
    assert_eq!(first.slip_number, "H01-000001");
    store.end_slip(5, EventV1::SlipPrinted(first)).unwrap();
    let second = store.begin_slip("H01", slip(2)).unwrap();
    drop(store);

    let mut store = Store::open(&path).unwrap();
    assert_eq!(store.void_slip_under_way(6).unwrap(), Some(second.clone()));
    assert_eq!(store.void_slip_under_way(7).unwrap(), None);
    assert_eq!(store.begin_slip("H01", slip(2)).unwrap().slip_number, "H01-000003");
    let last = store.events().unwrap().pop().unwrap();
    assert_eq!(last.event, Event::V1(EventV1::SlipVoided(second)));
}

#[test]
fn a_full_disk_is_told_and_takes_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("log.db")).unwrap();
    store.append(1, logged_in("101")).unwrap();
    let pages: u32 = store.db.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    store.db.pragma_update(None, "max_page_count", pages).unwrap();
    let mut stored = 1;
    let error = loop {
        match store.append(2, logged_in(&"9".repeat(500))) {
            Ok(()) => stored += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), "H01");
    assert_eq!(store.events().unwrap().len(), stored);
    assert_eq!(store.head().sequence, u64::try_from(stored).unwrap());

    store.db.pragma_update(None, "max_page_count", pages + 100).unwrap();
    store.append(3, logged_in("102")).unwrap();
    assert_eq!(store.events().unwrap().len(), stored + 1);
}

#[test]
fn receipts_only_grow() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("log.db")).unwrap();
    store.note_receipt(5).unwrap();
    store.note_receipt(3).unwrap();
    assert_eq!(store.receipt_through().unwrap(), 5);
}

#[test]
fn a_second_program_is_kept_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let mut store = Store::open(&path).unwrap();
    store.append(1, logged_in("101")).unwrap();
    assert!(Store::open(&path).is_err());
}
