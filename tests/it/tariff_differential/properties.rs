//! What must hold of every charge (料金の性質): more water never costs less, no cubic meter is lost,
//! a stored explanation proves its amount.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use shared::billing::{
    Charge, ChargeInput, ChargeLine, ChargePart, Exact, LineKind, StepKind, Tariff,
};
use shared::quantity::{CubicMeters, Yen};
use tests::tariff_reference::generate::{any_question, dice};
use tests::tariff_reference::run::{Case, input};
use tests::tariff_reference::{Asked, Schedule};

const SEED: u64 = 4_649;

/// Random questions that have an answer, to random tariffs.
fn for_each_question(
    files: u64,
    mut check: impl FnMut(&mut ChaCha8Rng, &Tariff, &Schedule, &Asked),
) {
    for number in 0..files {
        let mut dice = dice(SEED, number);
        let case = Case::any(&mut dice).unwrap_or_else(|fault| panic!("{fault}"));
        for (tariff, table) in &case.tariffs {
            for _ in 0..12 {
                let asked = any_question(&mut dice, table);
                if tariff.amounts(&input(&asked)).is_ok() {
                    check(&mut dice, tariff, table, &asked);
                }
            }
        }
    }
}

/// Where more water may cost less, because the tariff says so:
/// - service charges by steps of volume that fall;
/// - an odd rest of shared water that is all one dwelling's (it falls to nothing when the next m³
///   makes it even);
/// - reliefs of the volume beside a minimum charge (the relief grows, the minimum stays);
/// - volumes priced wholly by the tier that they reach, and months by volume;
/// - several reliefs (one takes what another leaves), or rounded lines of reliefs.
fn may_fall(table: &Schedule, asked: &Asked) -> bool {
    let falls = |rate: &tests::tariff_reference::schedule::Rate| {
        rate.service_steps.windows(2).any(|steps| steps[0].yen > steps[1].yen)
    };
    let first = table.shared.as_ref().is_some_and(|shared| shared.remainder == "first");
    let held: Vec<_> =
        table.reliefs.iter().zip(&asked.reliefs).filter(|(_, held)| **held).collect();
    let has_minimum = table.rates.iter().any(|rate| *rate.minimum.numer() != 0);
    let by_volume = |proration: &tests::tariff_reference::schedule::Proration| {
        proration.months.iter().any(|step| step.1.is_some() || step.2.is_some())
    };
    table.rates.iter().any(|rate| falls(rate) || rate.by_last_tier)
        || table.proration.as_ref().is_some_and(by_volume)
        || (first && asked.dwellings > 2)
        || held.len() > 1
        || held.iter().any(|(relief, _)| relief.of == "volume" && has_minimum)
        || (!held.is_empty() && table.line.is_some())
}

#[test]
fn more_water_never_costs_less() {
    let mut checked = 0;
    for_each_question(300, |dice, tariff, table, asked| {
        if may_fall(table, asked) {
            return;
        }
        let more = asked.usage + dice.random_range(1..=3);
        let less_asked = input(asked);
        let more_asked = input(&Asked { usage: more, ..asked.clone() });
        let less = tariff.amounts(&less_asked).unwrap().amount;
        let more = tariff.amounts(&more_asked).unwrap().amount;
        assert!(less <= more, "{less:?} > {more:?}\n{asked:?}\n{table:#?}");
        checked += 1;
    });
    assert!(checked > 2_000, "only {checked} pairs");
}

#[test]
fn every_cubic_meter_stands_in_one_tier() {
    for_each_question(250, |_, tariff, _, asked| {
        let charge = tariff.charge(&input(asked)).unwrap();
        for part in &charge.parts {
            let mut next = 1;
            for line in &part.lines {
                if let LineKind::Tier { from_m3, to_m3, .. } = line.kind {
                    assert_eq!(from_m3, next, "a gap or an overlap: {part:#?}");
                    next = to_m3 + 1;
                }
            }
            assert_eq!(next - 1, part.priced_usage.0, "{part:#?}");
            let in_lines: u32 =
                part.lines.iter().filter_map(ChargeLine::quantity).map(|m3| m3.0).sum();
            assert_eq!(in_lines, part.priced_usage.0);
        }
        assert_eq!(i128::from(volume(&charge)), asked.usage, "{charge:#?}");
    });
}

/// All water of all dwellings, carried water too.
fn volume(charge: &Charge) -> u64 {
    let of_part = |part: &ChargePart| u64::from(part.usage.0) * u64::from(part.dwellings);
    charge.parts.iter().map(of_part).sum::<u64>() + u64::from(charge.carried.0)
}

#[test]
fn a_stored_explanation_proves_its_amount() {
    for_each_question(150, |dice, tariff, _, asked| {
        let charge = tariff.charge(&input(asked)).unwrap();
        let stored = serde_json::to_string(&charge).unwrap();
        let read: Charge = serde_json::from_str(&stored).unwrap();
        assert_eq!(read, charge);
        assert_eq!(read.check(), Ok(()));
        assert!(read.is_reproduced_by(tariff), "{read:#?}");

        let mut forged = read;
        match dice.random_range(0..4) {
            0 => forged.amount = Yen(forged.amount.0 + 1),
            1 => forged.tax = Yen(forged.tax.0 - 1),
            2 => forged.input.usage = CubicMeters(forged.input.usage.0 + 1),
            _ => {
                let mut parts = forged.parts.iter_mut();
                let part = parts.find(|part| !part.lines.is_empty()).expect("a line");
                let line = &mut part.lines[0];
                line.amount = line.amount + Exact::from(Yen(1));
            }
        }
        assert!(forged.check().is_err(), "{forged:#?}");
    });
}

/// Two months are two times one month: the same parts to the last digit, and after that only the
/// roundings that the claim names.
#[test]
fn two_months_are_charged_as_each_of_them() {
    let mut checked = 0;
    for_each_question(600, |_, tariff, table, asked| {
        let is_fit = table.table_months == 1
            && table.split != "half"
            && table.apart.is_empty()
            && !table.rates.iter().any(|rate| rate.unit.is_some() || rate.period_months.is_some())
            && asked.dwellings == 1
            && (asked.days.is_none() || table.proration.is_none());
        if !is_fit {
            return;
        }
        let ask = |usage, months| -> ChargeInput {
            input(&Asked { usage, months, days: None, ..asked.clone() })
        };
        let whole = tariff.charge(&ask(asked.usage, 2)).unwrap();
        let odd = [(asked.usage + 1) / 2, asked.usage / 2];
        let odd = if table.split == "last" { [odd[1], odd[0]] } else { odd };
        let months = odd.map(|usage| tariff.charge(&ask(usage, 1)).unwrap());
        let of_months = months.iter().flat_map(|month| &month.parts);
        assert!(whole.parts.iter().eq(of_months), "{whole:#?}");
        let apart = months[0].amount.0 + months[1].amount.0;
        let rounds = whole.steps.iter().any(|step| matches!(step.kind, StepKind::Round(_)));
        let bound = if rounds { claim_bound(table) } else { 0 };
        let distance = (whole.amount.0 - apart).abs();
        assert!(distance <= bound, "{distance} yen\n{whole:#?}\n{months:#?}");
        checked += 1;
    });
    assert!(checked > 500, "only {checked}");
}

/// What three claims can lose or win at most by the roundings that the table names: below one step
/// each, and a tenth more where tax is put on a rounded net.
fn claim_bound(table: &Schedule) -> i64 {
    let step =
        |step: Option<tests::tariff_reference::fraction::Step>| step.map_or(0, |step| step.yen);
    let all = 3 * (step(table.claim_before) * 2 + step(table.claim_after));
    i64::try_from(all).unwrap()
}

/// Days of a partial period, without water, cost what their halves cost, but for roundings.
#[test]
fn days_are_charged_as_the_days_they_are_cut_into() {
    let mut checked = 0;
    for_each_question(600, |dice, tariff, table, asked| {
        let Some(proration) = &table.proration else { return };
        let is_fit = proration.days_per_month.is_some()
            && proration.service == "share"
            && proration.volume == "share"
            && proration.rent == "share"
            && proration.rounding.is_none()
            && proration.service_rounding.is_none()
            && proration.sizes_mm.is_empty()
            && proration.use_classes.is_empty()
            && table.apart.is_empty()
            && !table.rates.iter().any(|rate| rate.unit.is_some())
            && table.line.is_none()
            && table.month_before.is_none()
            && table.month_after.is_none()
            && asked.dwellings == 1;
        if !is_fit {
            return;
        }
        let days = proration.whole_from_days * asked.months - 1;
        let cut = dice.random_range(1..days);
        let sum = |days| {
            let reliefs = vec![false; table.reliefs.len()];
            let asked = Asked { usage: 0, days: Some(days), reliefs, ..asked.clone() };
            let charge = tariff.charge(&input(&asked)).unwrap();
            assert_eq!(charge.parts.len(), 1);
            charge.parts[0].sum
        };
        assert_eq!(sum(days), sum(cut) + sum(days - cut), "{days} = {cut} + rest\n{table:#?}");
        checked += 1;
    });
    assert!(checked > 30, "only {checked}");
}
