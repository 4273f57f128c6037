//! What a stranger finds in the files, and whom a PIN lets in.

use std::path::{Path, PathBuf};

use argon2::{Argon2, Params};
use shared::wire::{ReaderV1, ReadingV1, VisitV1};
use uuid::Uuid;

use super::tests::{opened, places, secret};
use super::*;
use crate::bench::{package, reader};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn contains(bytes: &[u8], planted: &[u8]) -> bool {
    bytes.windows(planted.len()).any(|window| window == planted)
}

fn with_pin(login: &str, pin: &str) -> ReaderV1 {
    let mut output = [0; 32];
    let cost = Params::new(8, 1, 1, Some(32)).unwrap();
    let argon2 = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, cost);
    argon2.hash_password_into(pin.as_bytes(), b"0123456789abcdef", &mut output).unwrap();
    let text = base64_without_padding(&output);
    ReaderV1 {
        login: login.into(),
        name: "検針 太郎".into(),
        pin_hash: format!("$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg${text}"),
    }
}

fn base64_without_padding(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = bytes.chunks(3).flat_map(|three| {
        let whole = three.iter().fold(0_u32, |whole, byte| whole << 8 | u32::from(*byte));
        let whole = whole << (8 * (3 - three.len()));
        (0..=three.len()).map(move |at| (whole >> (18 - 6 * at)) & 63)
    });
    bits.map(|six| char::from(LETTERS[six as usize])).collect()
}

#[test]
fn the_raw_files_show_no_name_no_address_and_no_reading() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&places(folder.path()), secret()).unwrap();
    let WorkPackage::V1(mut package) = package(40);
    package.connections[7].customer_name = "PLANTED-NAME".into();
    package.connections[7].address = "PLANTED-ADDRESS".into();
    store.take_package(1, &WorkPackage::V1(package)).unwrap();
    let reading = ReadingV1 {
        id: Uuid::from_u128(0x00c0_ffee_c0ff_eec0_ffee_c0ff_ee00_c0ff),
        package: Uuid::from_u128(9),
        connection: 8,
        register_value: 0x00de_adbe,
        register_digits: 8,
        first_typed_value: None,
        usage_m3: 0,
        findings: Vec::new(),
        low_flow: 0,
        read_on_unix_days: 0,
        water_yen: None,
        sewerage_yen: None,
        reader: "PLANTED-READER".into(),
        visit: VisitV1::default(),
    };
    let planted: [&[u8]; 8] = [
        b"PLANTED",
        "髙橋".as_bytes(),
        "相生一丁目".as_bytes(),
        "水面ハイツ".as_bytes(),
        "犬がいます".as_bytes(),
        b"argon2id",
        reading.id.as_bytes(),
        &shared::wire::encode(&reading.register_value),
    ];
    let plain = shared::wire::encode(&EventV1::Reading(reading.clone()));
    assert!(contains(&plain, planted[6]) && contains(&plain, planted[7]), "they are there to find");
    store.append(2, EventV1::Reading(reading.clone())).unwrap();
    let slip = SlipV1 {
        slip_number: String::new(),
        reading: reading.id,
        reissue_of: Some("PLANTED-SLIP".into()),
        amount_yen: 8_520,
    };
    store.begin_slip("H01", slip).unwrap();

    let mut searched = Vec::new();
    for is_open in [true, false] {
        searched.clear();
        files(folder.path(), &mut searched);
        for path in &searched {
            let bytes = std::fs::read(path).unwrap();
            // Four bytes are found by chance in a big file; they are looked for in the small ones.
            for words in planted.iter().filter(|words| words.len() > 4 || bytes.len() < 100_000) {
                assert!(!contains(&bytes, words), "{}: {words:?}", path.display());
            }
        }
        if is_open {
            assert!(searched.len() >= 4, "both files and what SQLite keeps beside them");
            store = Store::open(
                &Places { main: folder.path().join("third.db"), second: None },
                secret(),
            )
            .unwrap();
        }
    }
    assert!(!store.is_locked());
}

#[test]
fn a_wrong_pin_another_reader_and_another_terminal_open_nothing() {
    let folder = tempfile::tempdir().unwrap();
    opened(folder.path()).append(1, super::tests::logged_in("101")).unwrap();
    let mut store = Store::open(&places(folder.path()), secret()).unwrap();
    assert!(store.is_locked());
    for (login, pin) in [("101", "1235"), ("101", ""), ("102", "1234"), ("", "")] {
        assert!(store.keyring().open(login, pin).is_none(), "{login} {pin}");
    }
    assert!(matches!(store.events(), Err(StoreError::Locked)));
    assert!(matches!(store.append(2, super::tests::logged_in("x")), Err(StoreError::Locked)));
    assert!(matches!(store.take_package(2, &package(1)), Err(StoreError::Locked)));
    drop(store);

    let mut enrolment = crate::bench::enrolment();
    enrolment.token = [1; 32];
    let stolen = Store::open(&places(folder.path()), DeviceSecret::of(&enrolment)).unwrap();
    assert!(stolen.keyring().open("101", "1234").is_none());
}

#[test]
fn a_new_pin_opens_what_the_old_one_sealed_and_the_old_one_no_longer_does() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = opened(folder.path());
    store.append(1, super::tests::logged_in("101")).unwrap();
    let WorkPackage::V1(mut package) = package(2);
    package.readers = vec![with_pin("101", "998877"), with_pin("102", "5566")];
    store.take_package(2, &WorkPackage::V1(package)).unwrap();
    drop(store);

    let mut store = Store::open(&places(folder.path()), secret()).unwrap();
    let keyring = store.keyring();
    assert!(keyring.open("101", "1234").is_none());
    assert!(keyring.open("102", "5566").is_some());
    store.unlock(keyring.open("101", "998877").unwrap());
    assert_eq!(store.events().unwrap().len(), 2);
    assert!(store.package().unwrap().is_some());
}

#[test]
fn a_package_that_nobody_could_open_again_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&places(folder.path()), secret()).unwrap();
    let WorkPackage::V1(mut package) = package(2);
    package.readers = vec![ReaderV1 { pin_hash: "plain".into(), ..reader() }];
    let error = store.take_package(1, &WorkPackage::V1(package)).unwrap_err();
    assert_eq!(error.code(), "H13");
    assert_eq!(store.head().sequence, 0);
}

#[test]
fn a_record_put_in_another_place_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = opened(folder.path());
    for number in ["1", "2"] {
        store.append(1, super::tests::logged_in(number)).unwrap();
    }
    for which in [Which::Main, Which::Second] {
        let copy = store.pair.copy(which).unwrap();
        copy.db.execute_batch("drop trigger log_entry_is_never_changed").unwrap();
        let moved = Row { sequence: 1, ..copy.row(2).unwrap().unwrap() };
        copy.db
            .execute(
                "update log_entry set sealed = ?1, running_hash = ?2, mark = ?3 where sequence = 1",
                rusqlite::params![moved.sealed, moved.running_hash.0, moved.mark()],
            )
            .unwrap();
    }
    assert!(matches!(store.events(), Err(StoreError::Damaged(1))));
}
