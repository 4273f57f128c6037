//! Random tariff files and random questions to them, all of them from one seed.

mod question;
mod table;

use std::fmt::Write as _;

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::calendar::{day, written};
pub use question::{any_period, any_question};

/// Every size that meters have (口径).
pub const SIZES_MM: [i128; 13] = [13, 16, 20, 25, 30, 40, 50, 75, 100, 150, 200, 250, 300];

/// Classes with a name of their own, and two that the file has to name.
const KNOWN: [&str; 6] = ["general", "household", "business", "bathhouse", "temporary", "pool"];
const NAMED: [&str; 2] = ["farm", "tower_2"];

/// Dice that fall the same way for the same seed and number.
pub fn dice(seed: u64, number: u64) -> ChaCha8Rng {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    dice.set_stream(number);
    dice
}

/// A whole tariff file, right by the manual.
pub fn any_file(dice: &mut ChaCha8Rng) -> String {
    let mut text = String::from("code = \"any\"\nname = \"例\"\nsource = \"例\"\n");
    let _ = writeln!(text, "valid_from = \"{}\"", any_day(dice));
    let transition = any_change(dice, true);
    if !transition.is_empty() {
        let _ = writeln!(text, "transition = {{ {transition} }}");
    }
    let mut classes: Vec<&str> = KNOWN.to_vec();
    // Rules may be limited to classes that the file names.
    let is_named = dice.random_bool(0.5);
    let is_extended = dice.random_bool(0.3);
    if is_named || is_extended {
        text.push_str("[use_classes]\n");
    }
    if is_named {
        text.push_str("general = \"一般用\"\nhousehold = \"家庭用\"\nbusiness = \"営業用\"\n");
    }
    if is_extended {
        text.push_str("farm = \"農業用\"\ntower_2 = \"高架水槽\"\n");
        classes.extend(NAMED);
    }
    let sewerage = dice.random_range(0..=3);
    if sewerage == 0 || dice.random_bool(0.8) {
        table::any_table(dice, &mut text, ("water", None), &classes, is_named);
    }
    for authority in [None, Some("隣の市"), Some("流域")].into_iter().take(sewerage) {
        table::any_table(dice, &mut text, ("sewerage", authority), &classes, is_named);
    }
    text
}

/// `continuing = "…"`, `first_reading_from = "…"`, or nothing.
fn any_change(dice: &mut ChaCha8Rng, may_be_by_days: bool) -> String {
    let words = ["reading_day", "whole_cycle", "days"];
    match dice.random_range(0..4) {
        0 => String::new(),
        1 => format!("first_reading_from = \"{}\"", any_day(dice)),
        _ => {
            let words = if may_be_by_days { &words[..] } else { &words[..2] };
            format!("continuing = \"{}\"", pick(dice, words))
        }
    }
}

fn any_day(dice: &mut ChaCha8Rng) -> String {
    let first = day("2014-04-01");
    if dice.random_bool(0.5) {
        return pick(dice, &["2014-04-01", "2019-10-01", "2026-04-01"]).to_owned();
    }
    written(first + dice.random_range(0..4_800))
}

fn pick<'w>(dice: &mut ChaCha8Rng, words: &[&'w str]) -> &'w str {
    words.choose(dice).expect("some words")
}

fn one_of(dice: &mut ChaCha8Rng, numbers: &[i128]) -> i128 {
    *numbers.choose(dice).expect("some numbers")
}

/// A price in quotes, with up to four decimals.
fn any_price(dice: &mut ChaCha8Rng, yen_max: i128) -> String {
    let yen = dice.random_range(0..=yen_max);
    match dice.random_range(0..8) {
        0 => format!("\"{yen}.5\""),
        1 => format!("\"{yen}.{}\"", dice.random_range(0..10)),
        2 => format!("\"{yen}.{:02}\"", dice.random_range(0..100)),
        3 => format!("\"{yen}.{:04}\"", dice.random_range(0..10_000)),
        _ => format!("\"{yen}\""),
    }
}

/// Rising numbers.
fn rising(dice: &mut ChaCha8Rng, count: usize, step_max: i128) -> Vec<i128> {
    let mut at = 0;
    let mut next = || {
        at += if dice.random_bool(0.4) { 10 } else { dice.random_range(1..=step_max) };
        at
    };
    (0..count).map(|_| next()).collect()
}
