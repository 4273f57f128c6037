//! Copies that rot, vanish, grow old or fill up: what is healed, what is told, what is kept.

use std::path::{Path, PathBuf};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::tests::{logged_in, opened};
use super::*;

const ENTRIES: u64 = 60;

/// A memory of some entries and a package, closed.
fn filled(folder: &Path) -> Head {
    let mut store = opened(folder);
    store.take_package(1, &crate::bench::package(10)).unwrap();
    for number in 1..ENTRIES {
        store.append(2, logged_in(&number.to_string())).unwrap();
    }
    store.head()
}

fn file(folder: &Path, which: Which) -> PathBuf {
    match which {
        Which::Main => folder.join("log.db"),
        Which::Second => folder.join("second/log.db"),
    }
}

#[track_caller]
fn is_whole(folder: &Path, head: Head) {
    let mut store = opened(folder);
    assert_eq!(store.take_troubles(), [], "healed once is healed");
    assert_eq!(store.head(), head);
    for which in [Which::Main, Which::Second] {
        let survey = store.pair.copy(which).unwrap().survey();
        assert!(survey.is_sound);
        assert_eq!(survey.marks.len() as u64, head.sequence);
    }
    assert_eq!(store.events().unwrap().len() as u64, head.sequence);
    // The memory of the full disk has none.
    assert_eq!(store.package().unwrap().is_some(), head.sequence >= ENTRIES);
}

#[test]
fn flipped_bits_in_either_copy_lose_nothing() {
    let seed: u64 = 20_261_123;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let original = tempfile::tempdir().unwrap();
    let head = filled(original.path());
    for round in 0..60 {
        let copy = super::tests::as_after_power_loss(original.path());
        let which = if round % 2 == 0 { Which::Main } else { Which::Second };
        let path = file(copy.path(), which);
        let mut bytes = std::fs::read(&path).unwrap();
        for _ in 0..random.random_range(1..40) {
            let at = random.random_range(0..bytes.len());
            bytes[at] ^= 1 << random.random_range(0..8);
        }
        std::fs::write(&path, bytes).unwrap();
        let mut store = opened(copy.path());
        let told = store.take_troubles();
        // A bit in an empty part of the file hurts nobody and need not be seen.
        assert!(told.is_empty() || told == [Trouble::Healed(which)], "round {round}: {told:?}");
        assert_eq!(store.head(), head, "round {round} of seed {seed}");
        assert_eq!(store.events().unwrap().len() as u64, head.sequence);
        store.append(3, logged_in("after")).unwrap();
        let head = store.head();
        drop(store);
        is_whole(copy.path(), head);
    }
}

#[test]
fn a_missing_a_short_a_foreign_and_an_old_copy_are_made_anew() {
    for which in [Which::Main, Which::Second] {
        for harm in 0..4 {
            let folder = tempfile::tempdir().unwrap();
            let head = filled(folder.path());
            let path = file(folder.path(), which);
            match harm {
                0 => std::fs::remove_file(&path).unwrap(),
                1 => {
                    let length = std::fs::metadata(&path).unwrap().len();
                    let opened = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
                    opened.set_len(length / 2).unwrap();
                }
                2 => std::fs::write(&path, "not a database, whatever it is called").unwrap(),
                _ => {
                    // The card of the morning, put back in the evening.
                    std::fs::remove_file(&path).unwrap();
                    let morning = tempfile::tempdir().unwrap();
                    drop(opened(morning.path()));
                    std::fs::copy(file(morning.path(), which), &path).unwrap();
                }
            }
            let mut store = opened(folder.path());
            assert_eq!(store.take_troubles(), [Trouble::Healed(which)], "{which:?}, harm {harm}");
            assert_eq!(store.head(), head);
            drop(store);
            is_whole(folder.path(), head);
        }
    }
}

#[test]
fn two_broken_copies_give_what_is_whole_in_either() {
    let folder = tempfile::tempdir().unwrap();
    let head = filled(folder.path());
    for (which, sequence) in [(Which::Main, 7), (Which::Second, 9)] {
        let db = rusqlite::Connection::open(file(folder.path(), which)).unwrap();
        db.execute_batch("drop trigger log_entry_is_never_changed").unwrap();
        db.execute("update log_entry set sealed = x'00' where sequence = ?1", [sequence]).unwrap();
    }
    let mut store = opened(folder.path());
    assert_eq!(store.take_troubles().len(), 2);
    assert_eq!(store.head(), head);
    drop(store);
    is_whole(folder.path(), head);
}

#[test]
fn an_entry_lost_in_both_is_named_and_the_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    let head = filled(folder.path());
    for which in [Which::Main, Which::Second] {
        let db = rusqlite::Connection::open(file(folder.path(), which)).unwrap();
        db.execute_batch("drop trigger log_entry_is_never_changed").unwrap();
        db.execute("update log_entry set sealed = x'00' where sequence = 7", []).unwrap();
    }
    let mut store = opened(folder.path());
    assert_eq!(store.head(), head);
    assert_eq!(store.take_troubles().last(), Some(&Trouble::Lost { first: 7, count: 1 }));
    assert_eq!(store.events().unwrap().len() as u64, head.sequence - 1);
    assert_eq!(store.entries_after(7, 100).unwrap().len() as u64, head.sequence - 7);
    assert!(folder.path().join("log.broken").exists(), "what was broken is kept aside");
}

#[test]
fn a_full_disk_is_told_and_takes_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = opened(folder.path());
    store.append(1, logged_in("101")).unwrap();
    let limit = |store: &Store, which, pages: u32| {
        let db = &store.pair.copy(which).unwrap().db;
        let used: u32 = db.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        db.pragma_update(None, "max_page_count", used + pages).unwrap();
    };
    limit(&store, Which::Main, 0);
    limit(&store, Which::Second, 0);
    let mut stored = 1;
    let error = loop {
        match store.append(2, logged_in(&"9".repeat(500))) {
            Ok(()) => stored += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), "H01");
    assert_eq!(store.events().unwrap().len(), stored);
    assert_eq!(store.head().sequence, stored as u64);

    // Room on the second card only: the work goes on there, and the reader is told.
    limit(&store, Which::Second, 100);
    store.append(3, logged_in(&"9".repeat(500))).unwrap();
    assert_eq!(store.take_troubles(), [Trouble::Unusable(Which::Main)]);
    assert_eq!(store.events().unwrap().len(), stored + 1);
    let head = store.head();
    drop(store);
    assert_eq!(opened(folder.path()).head(), head);
    is_whole(folder.path(), head);
}
