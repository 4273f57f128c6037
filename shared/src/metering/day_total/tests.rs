//! A day counted by hand against the same day counted from its log.

use super::*;
use crate::wire::{
    CashVoidV1, PaperV1, PhotoV1, RunningHash, ServiceStartV1, SlipV1, SuspensionStepV1, VisitV1,
};

const DAY: i32 = 20_780;
/// Nine in the morning in Japan on `DAY`.
const NINE: i64 = DAY as i64 * 86_400;
const ROUTE: Uuid = Uuid::from_u128(9);

fn reading(connection: i64, usage_m3: u32, water_yen: Option<i64>) -> ReadingV1 {
    ReadingV1 {
        id: Uuid::from_u128(u128::from(usage_m3) + 100),
        package: ROUTE,
        connection,
        register_value: 1_000 + usage_m3,
        register_digits: 4,
        first_typed_value: None,
        usage_m3,
        findings: vec![],
        low_flow: 0,
        read_on_unix_days: DAY,
        water_yen,
        sewerage_yen: water_yen.map(|water| water / 2),
        reader: "101".into(),
        visit: VisitV1::default(),
    }
}

fn no_read(connection: i64, day: i32, comes_again: bool) -> NoReadV1 {
    NoReadV1 {
        id: Uuid::from_u128(7),
        package: ROUTE,
        connection,
        reason: 10,
        visited_on_unix_days: day,
        reader: "101".into(),
        comes_again,
        estimate_m3: (!comes_again).then_some(20),
        visit: VisitV1::default(),
    }
}

fn slip() -> SlipV1 {
    SlipV1 {
        slip_number: "T01-000001".into(),
        reading: Uuid::nil(),
        reissue_of: None,
        amount_yen: 0,
    }
}

fn receipt(number: u128, amount_yen: i64, day: i32) -> CashReceiptV1 {
    CashReceiptV1 {
        id: Uuid::from_u128(number),
        package: ROUTE,
        connection: 5,
        settles: Uuid::nil(),
        receipt_number: format!("T01-R{number:06}"),
        amount_yen,
        handed_over_yen: amount_yen,
        taken_on_unix_days: day,
        reader: "101".into(),
    }
}

fn log(events: Vec<(i64, EventV1)>) -> Vec<LogEntry> {
    let entries = events.into_iter().zip(1..).map(|((at, event), sequence)| LogEntry {
        sequence,
        previous: RunningHash::START,
        recorded_at_unix_seconds: at,
        event: Event::V1(event),
    });
    entries.collect()
}

fn start() -> ServiceStartV1 {
    ServiceStartV1 {
        id: Uuid::nil(),
        package: ROUTE,
        connection: 4,
        order: None,
        meter_number: String::new(),
        register_value: 1,
        was_opened: true,
        started_on_unix_days: DAY,
        visit: VisitV1::default(),
        reader: "101".into(),
    }
}

fn photo() -> PhotoV1 {
    PhotoV1 {
        id: Uuid::nil(),
        package: ROUTE,
        connection: 2,
        sha256: [0; 32],
        byte_count: 1,
        taken_on_unix_days: DAY,
        reader: "101".into(),
    }
}

fn step() -> SuspensionStepV1 {
    SuspensionStepV1 {
        id: Uuid::nil(),
        package: ROUTE,
        connection: 2,
        order: 1,
        step: 1,
        method: 0,
        register_value: None,
        seal: String::new(),
        text: String::new(),
        // A minute after midnight in Japan.
        done_at_unix_seconds: NINE - 9 * 3_600 + 60,
        visit: VisitV1::default(),
        reader: "101".into(),
    }
}

fn paper() -> PaperV1 {
    PaperV1 {
        paper_number: "T01-000002".into(),
        kind: 1,
        connection: 2,
        subject: None,
        reissue_of: None,
        amount_yen: 0,
    }
}

fn void() -> CashVoidV1 {
    CashVoidV1 {
        receipt: Uuid::from_u128(1),
        receipt_number: "T01-R000001".into(),
        reason: 1,
        reader: "101".into(),
    }
}

fn day_of_everything() -> Vec<LogEntry> {
    let odd = ReadingV1 {
        findings: vec![3, 8],
        visit: VisitV1 { remarks: vec![6], ..VisitV1::default() },
        ..reading(2, 100, None)
    };
    let other_route = ReadingV1 { package: Uuid::from_u128(8), ..reading(6, 999, Some(1)) };
    log(vec![
        (NINE - 86_400, EventV1::SlipPrinted(slip())),
        (NINE - 86_400, EventV1::PackageReceived { package: ROUTE }),
        (NINE - 86_400, EventV1::NoRead(no_read(3, DAY - 1, true))),
        (NINE - 86_400, EventV1::NoRead(no_read(7, DAY - 1, false))),
        (NINE, EventV1::Reading(reading(1, 30, Some(4_000)))),
        (NINE, EventV1::SlipVoided(slip())),
        (NINE, EventV1::SlipPrinted(slip())),
        (NINE, EventV1::Reading(reading(1, 38, Some(5_000)))),
        (NINE, EventV1::NoRead(no_read(1, DAY, true))),
        (NINE, EventV1::Reading(odd)),
        (NINE, EventV1::PhotoTaken(photo())),
        (NINE, EventV1::PaperPrinted(paper())),
        (NINE, EventV1::ServiceStarted(start())),
        (NINE, EventV1::NoRead(no_read(5, DAY, false))),
        (NINE, EventV1::SuspensionStepDone(step())),
        (NINE, EventV1::CashTaken(receipt(1, 3_000, DAY))),
        (NINE, EventV1::CashVoided(void())),
        (NINE, EventV1::CashTaken(receipt(2, 3_100, DAY))),
        (NINE, EventV1::CashTaken(receipt(3, 9_999, DAY - 1))),
        (NINE, EventV1::Reading(other_route)),
    ])
}

#[test]
fn a_day_adds_up_by_hand() {
    let total = DayTotal::of(&day_of_everything(), ROUTE, &[1, 2, 3, 4, 5, 6, 7], DAY);
    // 7 was done the day before and is not counted; 3 was to be visited again; 6 is another route's.
    assert_eq!((total.planned, total.read, total.not_read), (6, 3, 1));
    assert_eq!(total.open, [3, 6]);
    assert_eq!((total.revisits, total.estimated, total.corrected), (0, 1, 1));
    assert_eq!((total.usage_m3, total.amount_yen, total.without_amount), (138, 7_500, 1));
    assert_eq!((total.printed, total.voided), (2, 1));
    assert_eq!((total.receipts, total.voided_receipts, total.cash_yen), (1, 1, 3_100));
    assert_eq!((total.starts, total.photos, total.suspension_steps), (1, 1, 1));
    assert_eq!((total.by_reason[&10], total.by_remark[&6], total.leaks()), (1, 1, 1));
    let signed = total.signed(ROUTE, DAY, "101");
    assert_eq!(signed.counts, [6, 3, 1, 2]);
    assert_eq!(signed.works, [0, 1, 0, 1, 0, 1]);
}

#[test]
fn what_came_later_does_not_change_an_old_day() {
    let before = DayTotal::of(&day_of_everything(), ROUTE, &[1, 2, 3, 4, 5], DAY);
    let mut log = day_of_everything();
    let later = ReadingV1 { read_on_unix_days: DAY + 1, ..reading(3, 50, Some(100)) };
    log.push(LogEntry {
        sequence: 99,
        previous: RunningHash::START,
        recorded_at_unix_seconds: NINE + 86_400,
        event: Event::V1(EventV1::Reading(later)),
    });
    assert_eq!(DayTotal::of(&log, ROUTE, &[1, 2, 3, 4, 5], DAY), before);
    let next = DayTotal::of(&log, ROUTE, &[1, 2, 3, 4, 5], DAY + 1);
    assert_eq!((next.planned, next.read, next.usage_m3), (1, 1, 50));
}

#[test]
fn nothing_done_is_everything_open() {
    let total = DayTotal::of(&[], ROUTE, &[1, 2], DAY);
    assert_eq!((total.planned, total.read, total.open), (2, 0, vec![1, 2]));
}
