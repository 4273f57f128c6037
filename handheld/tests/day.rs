//! A reader's whole day (一日), from a seed: 400 connections through real key events, every kind of
//! remark, work and printer fault, and totals that are counted twice.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod day {
    pub mod act;
    #[allow(dead_code, reason = "what needs an office is for the test of both")]
    pub mod walk;
}

use std::collections::BTreeMap;

use day::act::{Act, town};
use day::walk::Walk;
use handheld::bench::{TODAY, enrolment};
use handheld::shell::open_store;
use shared::calendar::to_unix_days;
use shared::metering::day_total::DayTotal;
use shared::wire::{Event, EventV1, WorkPackage};

const SEED: u64 = 20_261_123;
const CONNECTIONS: u32 = 400;

#[test]
fn a_whole_day_is_worked_and_its_totals_agree() {
    let (package, acts) = town(SEED, CONNECTIONS);
    let WorkPackage::V1(v1) = &package;
    let planned: Vec<i64> = v1.connections.iter().map(|planned| planned.connection).collect();
    let mut walk = Walk::begin(&package);
    walk.log_in();
    walk.work_suspensions(&acts);
    walk.key("Return");
    for (place, act) in acts.iter().enumerate() {
        walk.play(place, *act);
    }
    let kinds: BTreeMap<&str, usize> = acts.iter().fold(BTreeMap::new(), |mut kinds, act| {
        *kinds.entry(act.name()).or_default() += 1;
        kinds
    });
    assert_eq!(kinds.len(), Act::NAMES, "every kind of work was done: {kinds:?}");
    let (seen, folder, pieces) = walk.end();

    let mut store = open_store(folder.path(), None, &enrolment()).unwrap();
    store.unlock(store.keyring().open("101", "1234").unwrap());
    let log = store.events().unwrap();
    let total = DayTotal::of(&log, v1.id, &planned, to_unix_days(TODAY));
    assert_eq!(total.open, Vec::<i64>::new());
    assert_eq!(seen.of(&total), seen, "what the reader saw is what the log says");

    // Every number once, none left out; every printed one lies on the tray.
    let mut slips = Vec::new();
    let mut receipts = Vec::new();
    for entry in &log {
        let Event::V1(event) = &entry.event;
        match event {
            EventV1::SlipPrinted(slip) | EventV1::SlipVoided(slip) => {
                slips.push(slip.slip_number.clone());
            }
            EventV1::PaperPrinted(paper) | EventV1::PaperVoided(paper)
                if !paper.paper_number.contains('R') =>
            {
                slips.push(paper.paper_number.clone());
            }
            EventV1::CashTaken(taken) => receipts.push(taken.receipt_number.clone()),
            _ => {}
        }
    }
    let numbered = |count: usize| (1..=count).map(|n| format!("B01-{n:06}")).collect::<Vec<_>>();
    assert_eq!(slips, numbered(slips.len()));
    let numbered: Vec<String> = (1..=receipts.len()).map(|n| format!("B01-R{n:06}")).collect();
    assert_eq!(receipts, numbered);
    assert!(pieces >= total.printed as usize, "{pieces} pieces for {} slips", total.printed);
}
