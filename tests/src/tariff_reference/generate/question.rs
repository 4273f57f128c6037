//! Random questions to a tariff: volumes at the edges of tiers, days at the edges of periods.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::{SIZES_MM, one_of, pick};
use crate::tariff_reference::calendar::{Period, day};
use crate::tariff_reference::claim::Asked;
use crate::tariff_reference::schedule::{Rate, Schedule};

/// A question; a few cannot be answered.
pub fn any_question(dice: &mut ChaCha8Rng, schedule: &Schedule) -> Asked {
    let rate = schedule.rates.choose(dice).expect("a rate");
    let is_odd = dice.random_bool(0.02);
    let size_mm = if is_odd || rate.sizes_mm.is_empty() {
        one_of(dice, &SIZES_MM)
    } else {
        one_of(dice, &rate.sizes_mm)
    };
    let use_class = if is_odd && dice.random_bool(0.5) {
        pick(dice, &["general", "school", "ship"]).to_owned()
    } else {
        rate.use_classes.choose(dice).expect("a class").clone()
    };
    let months = match schedule.table_months {
        _ if !is_odd && rate.period_months.is_some() => rate.period_months.expect("some"),
        1 => dice.random_range(1..=2),
        _ if is_odd || dice.random_bool(0.05) => 1,
        _ => 2,
    };
    let days = any_days(dice, schedule, months);
    let dwellings = match &schedule.shared {
        Some(_) if dice.random_bool(0.6) => one_of(dice, &[2, 3, 4, 7, 12, 40]),
        None if is_odd && dice.random_bool(0.3) => one_of(dice, &[0, 2]),
        _ => 1,
    };
    let usage = any_usage(dice, rate, months / schedule.table_months.min(months), dwellings, days);
    let reliefs = schedule.reliefs.iter().map(|_| dice.random_bool(0.5)).collect();
    let rates = &schedule.tax.rates;
    let tax_percent = match rates.as_slice() {
        [_] if dice.random_bool(0.9) => None,
        _ if is_odd => None,
        rates => rates.choose(dice).map(|rate| rate.percent),
    };
    Asked { size_mm, use_class, usage, months, days, dwellings, reliefs, tax_percent }
}

/// Days of a partial period, often at the edge of a rule.
fn any_days(dice: &mut ChaCha8Rng, schedule: &Schedule, months: i128) -> Option<i128> {
    let Some(proration) = &schedule.proration else {
        return dice.random_bool(0.05).then(|| dice.random_range(1..=40));
    };
    if dice.random_bool(0.4) {
        return None;
    }
    let whole_from = proration.whole_from_days * months;
    let mut edges = vec![1, 2, whole_from - 1, whole_from, whole_from + 1];
    for days in proration.months.iter().filter_map(|step| step.0).chain(proration.days_per_month) {
        edges.extend([days - 1, days, days + 1]);
    }
    let days = if dice.random_bool(0.6) { one_of(dice, &edges) } else { dice.random_range(1..=60) };
    // A change by days prices long sides by their days, too.
    Some(days.max(1))
}

fn any_usage(
    dice: &mut ChaCha8Rng,
    rate: &Rate,
    periods: i128,
    dwellings: i128,
    days: Option<i128>,
) -> i128 {
    match dice.random_range(0..40) {
        0 => 0,
        1 => dice.random_range(0..=3_000),
        2..=8 => dice.random_range(0..=400),
        9..=16 => dice.random_range(0..=60),
        _ => {
            let bounds = rate.tiers.iter().chain(&rate.service_steps).filter_map(|tier| tier.to_m3);
            let bounds: Vec<i128> = bounds.chain([rate.included_m3]).collect();
            let bound = one_of(dice, &bounds) * periods * dwellings.max(1);
            let scaled = match days {
                Some(days) if dice.random_bool(0.7) => bound * days / 30,
                _ => bound,
            };
            let step = if dice.random_bool(0.8) { 1 } else { dwellings.max(1) };
            (scaled + dice.random_range(-2..=2) * step).max(0)
        }
    }
}

/// A period of supply of up to two months and a bit, often across `change`.
pub fn any_period(dice: &mut ChaCha8Rng, changes: &[&str]) -> Period {
    let change = day(pick(dice, changes));
    let length = one_of(dice, &[1, 2, 14, 15, 16, 24, 25, 26, 28, 30, 31, 49, 50, 59, 61, 62]);
    let from = change - dice.random_range(-3..=length + 3);
    let from = if dice.random_bool(0.2) { change - dice.random_range(-400..400) } else { from };
    let started_on = match dice.random_range(0..4) {
        0 => None,
        1 => Some(from),
        _ => Some(from - dice.random_range(0..900)),
    };
    Period { from, to: from + length, started_on }
}
