//! The plug is pulled (電源断) on the real program, at seeded points of a reader's work.
//!
//! The program runs headless with its store on two paths and prints on the virtual printer over a
//! pseudo terminal; keys go in, captions come out. It is ended by `kill -9` in three ways: before
//! its n-th disk call (strace), within a write that is torn off after n bytes (the kernel's limit
//! on file sizes), and after the n-th key and some microseconds. After each death the two copies
//! are opened and held against everything that any screen had shown as saved.
//!
//! 12 points unless `MINAMO_PLUG_TIMES` says how many; `MINAMO_PLUG_SEED` chooses other points.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "pulled_plug/hand.rs"]
mod hand;
#[path = "pulled_plug/ledger.rs"]
mod ledger;

use std::collections::BTreeMap;
use std::path::Path;

use handheld::bench::{enrolment, package};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shared::wire::{WorkPackage, encode};

use hand::{Death, Life, Printer};
use ledger::Ledger;

/// So many deaths of one terminal, then a fresh one: a log of a day, not of a year.
const DEATHS_PER_DAY: u32 = 50;
const CONNECTIONS: u32 = 160;

fn number_from(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().unwrap())
}

fn prepare(folder: &Path) {
    let WorkPackage::V1(mut package) = package(CONNECTIONS);
    package.work.cash_limit_yen = 1_000_000;
    std::fs::write(folder.join("enrolment"), encode(&enrolment())).unwrap();
    std::fs::write(folder.join("package"), encode(&WorkPackage::V1(package))).unwrap();
}

#[test]
fn what_a_screen_showed_as_saved_is_there_once_and_no_number_is_missing() {
    let times = u32::try_from(number_from("MINAMO_PLUG_TIMES", 12)).unwrap();
    let seed = number_from("MINAMO_PLUG_SEED", 20_261_123);
    let has_strace = hand::has_strace();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut ways, mut moments) = (BTreeMap::new(), BTreeMap::new());
    let (mut shown, mut done) = (0, 0);
    while done < times {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        let mut printer = Printer::start(&folder.path().join("paper"));
        let mut ledger = Ledger::default();
        for _ in 0..DEATHS_PER_DAY.min(times - done) {
            let death = Death::draw(&mut random, has_strace);
            let mut life = Life::begin(folder.path(), printer.path(), death);
            let came_to = life.work(&mut ChaCha8Rng::seed_from_u64(random.random()));
            ledger.shown.extend(life.end());
            *ways.entry(death.name()).or_insert(0) += 1;
            *moments.entry(came_to).or_insert(0) += 1;
            done += 1;
            ledger.check(folder.path(), &format!("point {done} of seed {seed}: {death:?}"));
        }
        shown += ledger.shown.len();
        println!("{done} points held");
        assert!(
            printer.slips() >= ledger.printed,
            "the log calls {} papers printed, {} came out",
            ledger.printed,
            printer.slips()
        );
    }
    println!("points {done}, by way {ways:?}, by moment {moments:?}, shown as saved {shown}");
    assert!(shown > done as usize / 2, "there was something to lose: {shown}");
    assert!(moments.len() >= 2, "the plug was pulled in too few kinds of work: {moments:?}");
}
