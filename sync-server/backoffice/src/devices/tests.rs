//! Uploads: whole, repeated, overtaken, with holes, forks and garbage, on a real database.

mod clerk;
mod field_work;
mod network;
mod office_side;

use jiff::SignedDuration;
use shared::calendar::to_unix_days;
use shared::ids::{ConnectionId, DeviceId, RoundId};
use shared::metering::notice_seal::SlipKey;
use shared::wire::{
    Event, EventV1, LogEntry, NoReadV1, ReadingV1, ReceiptV1, RunningHash, SlipV1, SyncRequestV1,
    SyncResponseV1, VisitV1, WorkPackage,
};
use uuid::Uuid;

use super::*;
use crate::metering::{assign_route, close_round, round_progress, withdraw, work_package};
use crate::test_town::{Household, SATO, TODAY, Town, now};

const SUZUKI: Household = Household { number: 2, name: "鈴木 一", dials: 9_990, ..SATO };
const TANAKA: Household = Household { number: 3, name: "田中 花", route: "002", ..SATO };

/// A terminal that walks route 001, and its log.
struct Walk {
    town: Town,
    round: RoundId,
    device: Device,
    package: Uuid,
    sato: ConnectionId,
    suzuki: ConnectionId,
    tanaka: ConnectionId,
    sequence: u64,
    hash: RunningHash,
}

impl Walk {
    async fn start() -> Walk {
        let town = Town::new().await;
        let sato = town.household(SATO).await;
        let suzuki = town.household(SUZUKI).await;
        let tanaka = town.household(TANAKA).await;
        let round = town.round().await;
        let device = town.device("H01").await;
        assign_route(&town.office, town.route(round).await, device.id).await.unwrap();
        let package = work_package(&town.office, device.id, TODAY).await.unwrap().unwrap().id;
        let (sequence, hash) = (0, RunningHash::START);
        Walk { town, round, device, package, sato, suzuki, tanaka, sequence, hash }
    }

    fn entry(&mut self, event: EventV1) -> Vec<u8> {
        self.sequence += 1;
        let entry = LogEntry {
            sequence: self.sequence,
            previous: self.hash,
            recorded_at_unix_seconds: now().as_second(),
            event: Event::V1(event),
        };
        let bytes = entry.encode();
        self.hash = self.hash.then(&bytes);
        bytes
    }

    fn reading(&self, connection: ConnectionId, register_value: u32, usage_m3: u32) -> ReadingV1 {
        ReadingV1 {
            id: Uuid::new_v4(),
            package: self.package,
            connection: connection.0,
            register_value,
            register_digits: 4,
            first_typed_value: None,
            usage_m3,
            findings: vec![],
            low_flow: 1,
            read_on_unix_days: to_unix_days(TODAY),
            water_yen: Some(4_000),
            sewerage_yen: Some(3_000),
            reader: "101".into(),
            visit: VisitV1::default(),
        }
    }

    fn no_read(&self, connection: ConnectionId) -> NoReadV1 {
        NoReadV1 {
            id: Uuid::new_v4(),
            package: self.package,
            connection: connection.0,
            reason: 10,
            visited_on_unix_days: to_unix_days(TODAY),
            reader: "101".into(),
            comes_again: false,
            estimate_m3: None,
            visit: VisitV1::default(),
        }
    }

    /// A day's log: package, log-in, a reading with its slip, one spoilt and one no-read.
    fn day(&mut self) -> Vec<Vec<u8>> {
        let reading = self.reading(self.sato, 1_238, 38);
        let slip = |number: &str, reissue_of: Option<&str>| SlipV1 {
            slip_number: number.into(),
            reading: reading.id,
            reissue_of: reissue_of.map(str::to_owned),
            amount_yen: 7_000,
        };
        let spoilt = slip("H01-000001", None);
        let printed = slip("H01-000002", Some("H01-000001"));
        let no_read = self.no_read(self.suzuki);
        vec![
            self.entry(EventV1::PackageReceived { package: self.package }),
            self.entry(EventV1::LoggedIn { reader: "101".into() }),
            self.entry(EventV1::Reading(reading)),
            self.entry(EventV1::SlipVoided(spoilt)),
            self.entry(EventV1::SlipPrinted(printed)),
            self.entry(EventV1::NoRead(no_read)),
        ]
    }

    async fn upload(&self, entries: &[Vec<u8>]) -> Result<ReceiptV1, String> {
        let request = SyncRequestV1::Upload { entries: entries.to_vec() };
        match accept(&self.town.office, &self.device, request, now()).await.unwrap() {
            SyncResponseV1::Receipt(receipt) => Ok(receipt),
            SyncResponseV1::Refused { code } => Err(code),
            other => panic!("{other:?} answers no upload"),
        }
    }

    async fn status(&self) -> ReceiptV1 {
        let request = SyncRequestV1::Status;
        match accept(&self.town.office, &self.device, request, now()).await.unwrap() {
            SyncResponseV1::Receipt(receipt) => receipt,
            other => panic!("{other:?} answers no status"),
        }
    }

    /// Uploads the events and tells the codes under which they were set aside.
    async fn quarantine_codes(&mut self, events: Vec<EventV1>) -> Vec<String> {
        let entries: Vec<_> = events.into_iter().map(|event| self.entry(event)).collect();
        let receipt = self.upload(&entries).await.unwrap();
        assert_eq!(receipt.stored_through, self.sequence, "nothing blocks the log");
        receipt.quarantined.into_iter().map(|entry| entry.code).collect()
    }
}

#[tokio::test]
async fn a_day_is_taken_in_and_a_second_time_changes_nothing() {
    let mut walk = Walk::start().await;
    let entries = walk.day();
    let receipt = walk.upload(&entries).await.unwrap();
    assert_eq!((receipt.stored_through, receipt.newly_stored), (6, 6));
    assert_eq!((receipt.running_hash, receipt.quarantined.len()), (walk.hash, 0));
    let count = round_progress(&walk.town.office, walk.round).await.unwrap()[0].count;
    assert_eq!((count.read, count.no_read, count.remaining()), (1, 1, 0));

    let before = walk.town.dump().await;
    let later = now() + SignedDuration::from_hours(1);
    let request = SyncRequestV1::Upload { entries: entries.clone() };
    let again = accept(&walk.town.office, &walk.device, request, later).await.unwrap();
    assert_eq!(again, SyncResponseV1::Receipt(ReceiptV1 { newly_stored: 0, ..receipt }));
    assert_eq!(walk.upload(&entries[2..4]).await.unwrap().stored_through, 6);
    assert_eq!(walk.town.dump().await, before);
    assert_eq!(walk.status().await.stored_through, 6);
}

#[tokio::test]
async fn identical_uploads_at_the_same_moment_are_stored_once() {
    let mut walk = Walk::start().await;
    let entries = walk.day();
    let mut uploads = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (office, device) = (walk.town.office.clone(), walk.device.clone());
        let request = SyncRequestV1::Upload { entries: entries.clone() };
        uploads.spawn(async move { accept(&office, &device, request, now()).await.unwrap() });
    }
    let mut newly_stored = 0;
    for response in uploads.join_all().await {
        let SyncResponseV1::Receipt(receipt) = response else { panic!("{response:?}") };
        assert_eq!(receipt.running_hash, walk.hash);
        newly_stored += receipt.newly_stored;
    }
    assert_eq!(newly_stored, 6);
}

#[tokio::test]
async fn a_hole_a_fork_and_garbage_are_refused_and_what_was_good_stays() {
    let mut walk = Walk::start().await;
    let entries = walk.day();
    let with = |index: usize, bytes: Vec<u8>| {
        let mut changed = entries.clone();
        changed[index] = bytes;
        changed
    };
    let hole = [entries[0].clone(), entries[2].clone()];
    assert_eq!(walk.upload(&hole).await, Err("S11".into()));
    assert_eq!(walk.status().await.stored_through, 1);
    assert_eq!(walk.upload(&with(1, b"garbage".to_vec())).await, Err("S13".into()));

    let fork = LogEntry {
        sequence: 2,
        previous: RunningHash([9; 32]),
        recorded_at_unix_seconds: 0,
        event: Event::V1(EventV1::LoggedIn { reader: "101".into() }),
    };
    assert_eq!(walk.upload(&with(1, fork.encode())).await, Err("S12".into()));
    assert_eq!(walk.status().await.stored_through, 1);

    let other_first = LogEntry { sequence: 1, previous: RunningHash::START, ..fork };
    assert_eq!(walk.upload(&with(0, other_first.encode())).await, Err("S14".into()));
    let too_many = vec![entries[0].clone(); 65];
    assert_eq!(walk.upload(&too_many).await, Err("S10".into()));

    let receipt = walk.upload(&entries).await.unwrap();
    assert_eq!((receipt.stored_through, receipt.newly_stored), (6, 5));
}

#[tokio::test]
async fn what_cannot_be_applied_is_kept_aside_and_holds_nothing_up() {
    let mut walk = Walk::start().await;
    let (sato, suzuki) = (walk.sato, walk.suzuki);
    let good = walk.reading(sato, 1_238, 38);
    let foreign = ReadingV1 { package: Uuid::nil(), ..walk.reading(sato, 1_238, 38) };
    let unknown = walk.reading(ConnectionId(-5), 1_238, 38);
    let elsewhere = walk.reading(walk.tanaka, 1_238, 38);
    let digits = ReadingV1 { register_digits: 5, ..walk.reading(sato, 1_238, 38) };
    let wrong_usage = walk.reading(sato, 1_238, 39);
    let backwards = walk.reading(sato, 1_199, 0);
    let no_day = ReadingV1 { read_on_unix_days: i32::MAX, ..walk.reading(sato, 1_238, 38) };
    let next_year = to_unix_days(TODAY) + 365;
    let next_year = ReadingV1 { read_on_unix_days: next_year, ..walk.reading(sato, 1_238, 38) };
    let last_week = to_unix_days(TODAY) - 7;
    let last_week = NoReadV1 { visited_on_unix_days: last_week, ..walk.no_read(suzuki) };
    let no_reason = NoReadV1 { reason: 200, ..walk.no_read(suzuki) };
    let no_slip = SlipV1 {
        slip_number: "H01-000001".into(),
        reading: Uuid::nil(),
        reissue_of: None,
        amount_yen: 7_000,
    };
    let slip = SlipV1 { reading: good.id, ..no_slip.clone() };
    let same_number = SlipV1 { reissue_of: Some("H01-000000".into()), ..slip.clone() };
    let wrong_amount = SlipV1 { slip_number: "H01-000002".into(), amount_yen: 1, ..slip.clone() };
    let codes = walk
        .quarantine_codes(vec![
            EventV1::Reading(foreign),
            EventV1::Reading(unknown),
            EventV1::Reading(elsewhere),
            EventV1::Reading(digits),
            EventV1::Reading(wrong_usage),
            EventV1::Reading(backwards),
            EventV1::Reading(no_day),
            EventV1::Reading(next_year),
            EventV1::NoRead(last_week),
            EventV1::NoRead(no_reason),
            EventV1::SlipPrinted(no_slip),
            EventV1::Reading(good.clone()),
            EventV1::SlipPrinted(slip),
            EventV1::SlipPrinted(same_number),
            EventV1::SlipVoided(wrong_amount),
            EventV1::Reading(ReadingV1 { register_value: 1_239, usage_m3: 39, ..good }),
        ])
        .await;
    assert_eq!(
        codes,
        [
            "S21", "S22", "S23", "S25", "S26", "S27", "S33", "S33", "S33", "S30", "S31", "S32",
            "S34", "S29"
        ]
    );
    let listed = quarantined(&walk.town.office).await.unwrap();
    assert_eq!(listed.len(), 14);
    assert_eq!((listed[0].code.as_str(), listed[0].kind_japanese()), ("S29", "検針"));
    assert_eq!(listed[0].connection_number.as_ref().unwrap().as_str(), "00000001");
    let summary = devices(&walk.town.office).await.unwrap().remove(0);
    assert_eq!((summary.stored_through, summary.quarantined), (16, 14));
    assert_eq!((summary.routes, summary.last_seen_at), (vec!["001".to_owned()], Some(now())));
}

#[tokio::test]
async fn a_later_reading_replaces_the_earlier_and_a_rollover_is_told() {
    let mut walk = Walk::start().await;
    let first = walk.reading(walk.sato, 1_328, 128);
    let second = walk.reading(walk.sato, 1_238, 38);
    let over = walk.reading(walk.suzuki, 30, 40);
    let codes = walk
        .quarantine_codes(vec![
            EventV1::Reading(first),
            EventV1::Reading(second.clone()),
            EventV1::Reading(over),
        ])
        .await;
    assert_eq!(codes, Vec::<String>::new());
    let current: Vec<(Uuid, i32, Vec<i16>)> = sqlx::query_as(
        "select reading_id, usage_m3, findings from metering.current_reading
         where round_id is not null order by usage_m3",
    )
    .fetch_all(&walk.town.office.pool)
    .await
    .unwrap();
    assert_eq!(current[0], (second.id, 38, vec![]));
    // The dials passed zero; and it was 40 m³ in every period before, which the office is told.
    assert_eq!((current[1].1, &current[1].2), (40, &vec![2, 10]));
}

#[tokio::test]
async fn what_the_office_has_settled_is_not_overrun() {
    let mut walk = Walk::start().await;
    let office = walk.town.office.clone();
    withdraw(&office, walk.round, walk.suzuki, "工事中").await.unwrap();
    withdraw(&office, walk.round, walk.tanaka, "工事中").await.unwrap();
    let (withdrawn, good) = (walk.reading(walk.suzuki, 30, 40), walk.reading(walk.sato, 1_238, 38));
    let codes =
        walk.quarantine_codes(vec![EventV1::Reading(withdrawn), EventV1::Reading(good)]).await;
    assert_eq!(codes, ["S24"]);
    close_round(&office, walk.round, TODAY).await.unwrap();
    let late = walk.reading(walk.sato, 1_240, 40);
    assert_eq!(walk.quarantine_codes(vec![EventV1::Reading(late)]).await, ["S28"]);
}

#[tokio::test]
async fn an_unknown_kind_of_entry_is_kept_for_a_newer_server() {
    let mut walk = Walk::start().await;
    let mut newer = walk.entry(EventV1::LoggedIn { reader: "101".into() });
    let version = newer.len() - 6;
    newer[version] = 7;
    let receipt = walk.upload(&[newer]).await.unwrap();
    assert_eq!(receipt.quarantined[0].code, "S20");
    assert_eq!(quarantined(&walk.town.office).await.unwrap()[0].kind_japanese(), "不明");
}

#[tokio::test]
async fn a_terminal_is_known_by_its_token_until_it_is_revoked() {
    let town = Town::new().await;
    let id = DeviceId(Uuid::new_v4());
    let new = |code: &str| NewDevice {
        id,
        code: code.into(),
        server_url: "https://minamo.example:8443".into(),
        token: [5; 32],
        authority_der: vec![],
    };
    let enrolment = enrol(&town.office, new("H07"), now()).await.unwrap();
    assert_eq!(enrolment.slip_key, SlipKey::for_device(SlipKey([7; 32]), "H07").0);
    let other = NewDevice { id: DeviceId(Uuid::new_v4()), ..new("H07") };
    assert_eq!(enrol(&town.office, other, now()).await.unwrap_err().code(), "S03");
    assert_eq!(enrol(&town.office, new("H-7"), now()).await.unwrap_err().code(), "S04");

    let known = async |token: [u8; 32]| {
        authenticate_device(&town.office, id, &token, now()).await.unwrap().is_some()
    };
    assert!(known([5; 32]).await && !known([6; 32]).await);
    assert!(revoke_device(&town.office, id, now()).await.unwrap());
    assert!(!known([5; 32]).await);
    assert!(!town.dump().await.join("\n").contains(&"05".repeat(32)), "tokens are kept hashed");
}

#[tokio::test]
async fn the_assigned_package_is_given_however_often_it_is_asked_for() {
    let walk = Walk::start().await;
    let fetch = async |device: &Device| {
        let request = SyncRequestV1::FetchPackage;
        accept(&walk.town.office, device, request, now()).await.unwrap()
    };
    let SyncResponseV1::Package(package) = fetch(&walk.device).await else {
        panic!("a route is assigned")
    };
    let WorkPackage::V1(package) = *package;
    assert_eq!((package.id, package.connections.len()), (walk.package, 2));
    let other = walk.town.device("H02").await;
    assert_eq!(fetch(&other).await, SyncResponseV1::NoPackage);
}
