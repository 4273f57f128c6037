//! The charge engine against its slow reference (料金計算の検算), and what must hold of every charge.

mod hand_worked;
mod properties;
mod real_files;

use rand::Rng;
use shared::billing::volume::SewageSources;
use shared::billing::{Choice, bill_amounts, choose};
use shared::connection::UsageClass;
use shared::quantity::CubicMeters;
use tests::tariff_reference::generate::{any_file, any_period, any_question, dice};
use tests::tariff_reference::rated::{Sources, sewage};
use tests::tariff_reference::run::{Case, answer, compare_versions, input, run_files};
use tests::tariff_reference::{Amounts, Asked, Schedule, bill};

const SEED: u64 = 20_261_123;
/// Of each file: reading one costs as much as many questions to it.
const QUESTIONS: u32 = 50;

#[test]
fn a_hundred_thousand_charges_agree_with_the_reference() {
    let differences = run_files(SEED, 0..2_000, QUESTIONS);
    if let Some((number, first)) = differences.first() {
        panic!("{} files differ; file {number}:\n{first}", differences.len());
    }
}

/// What the manual offers; a word that the dice never write would never be tried.
const WORDS: &str = r#"use_classes|reading_day|whole_cycle|"days"|first_reading_from|authority|
table_months = 1|table_months = 2|"first"|"last"|"half"|"included"|"excluded"|
per = "month"|per = "claim"|per = "bill"|rates = [|of = "line"|of = "month"|
of = "claim"|tax = "before"|tax = "after"|"floor"|"half_up"|"ceiling"|step_yen = 1,|
step_yen = 10|sizes_mm|included_m3|service_steps|meter_rent|count = "both"|
whole_from_days|to_days|days_per_month|service = "share"|service = "whole"|
volume = "share"|volume = "whole"|volume = "convert"|volume_mode|minimum_yen|size_mm|
"spread"|"carry"|"dwelling"|of = "service"|of = "volume"|of = "rent"|of = "all"|
percent = |yen = |free_m3|cap_yen|well|deduction|at_least_alone = true|
step_yen = 100|period_months|by_last_tier|unit = {|per = "month" }|per = "claim" }|apart = |
volume = "included"|to_included|rent = "whole"|service_rounding|to_m3 = 5, months|"exact"|
service = "meter"|well = [|to_m3 = 0,|proration = {"#;

#[test]
fn the_dice_write_every_rule_of_the_manual() {
    let files: String = (0..300).map(|number| any_file(&mut dice(SEED, number))).collect();
    let missing: Vec<_> = WORDS.split(['|', '\n']).filter(|word| !files.contains(*word)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The same table in three versions, of other first days, transitions and prices.
fn three_versions(number: u64) -> (Case, Vec<shared::billing::Tariff>, Vec<Schedule>) {
    let mut dice = dice(SEED + 1, number);
    let text = any_file(&mut dice);
    let rest = text.find("valid_from").map(|at| &text[at..]).unwrap();
    let rules = ["", "reading_day", "whole_cycle", "days", "days"];
    let mut tariffs = Vec::new();
    let mut schedules = Vec::new();
    for first_day in ["2016-04-01", "2019-10-01", "2026-04-01"] {
        let transition = match rules[dice.random_range(0..rules.len())] {
            "" if dice.random_bool(0.5) => {
                "transition = { first_reading_from = \"2026-05-20\" }\n".to_owned()
            }
            "" => String::new(),
            word => format!("transition = {{ continuing = \"{word}\" }}\n"),
        };
        let own = |line: &&str| !line.starts_with("valid_from") && !line.starts_with("transition");
        let rest = rest.lines().filter(own).collect::<Vec<_>>().join("\n");
        let head = "code = \"any\"\nname = \"例\"\nsource = \"例\"\n";
        let price = dice.random_range(0..1_000);
        let rest = rest.replace("service_yen = \"", &format!("service_yen = \"{price}"));
        let text = format!("{head}valid_from = \"{first_day}\"\n{transition}{rest}");
        let mut case = Case::read(&text).unwrap_or_else(|fault| panic!("{fault}"));
        let (tariff, schedule) = case.tariffs.swap_remove(0);
        tariffs.push(tariff);
        schedules.push(schedule);
    }
    (Case { text, tariffs: Vec::new() }, tariffs, schedules)
}

#[test]
fn periods_across_versions_agree_with_the_reference() {
    let changes = ["2016-04-01", "2019-10-01", "2026-04-01", "2026-05-20"];
    let mut split = 0;
    for number in 0..250 {
        let (case, tariffs, schedules) = three_versions(number);
        let mut dice = dice(SEED + 2, number);
        for _ in 0..40 {
            let asked = any_question(&mut dice, &schedules[2]);
            let period = any_period(&mut dice, &changes);
            if let Err(difference) = compare_versions(&tariffs, &schedules, &asked, &period) {
                panic!("file {number}\n{}\n{difference}", case.text);
            }
            let supply = tests::tariff_reference::run::supply(&period);
            split += u32::from(matches!(choose(&tariffs, &supply), Ok(Choice::Split { .. })));
        }
    }
    assert!(split > 200, "only {split} periods were split by days");
}

/// The schedules of a random file whose tax is the bill's, where there are several.
fn tariffs_of_one_bill(number: u64) -> Option<Case> {
    let text = any_file(&mut dice(SEED + 3, number));
    if text.matches("per = \"bill\"").count() < 2 {
        return None;
    }
    let mut case = Case::read(&text).unwrap_or_else(|fault| panic!("{fault}"));
    case.tariffs.retain(|(_, table)| table.tax.put_on == "bill");
    Some(case)
}

#[test]
fn the_tax_of_a_bill_agrees_with_the_reference() {
    let mut bills = 0;
    for number in 0..2_000 {
        let Some(case) = tariffs_of_one_bill(number) else { continue };
        let mut dice = dice(SEED + 4, number);
        for _ in 0..20 {
            let asked: Vec<Asked> =
                case.tariffs.iter().map(|(_, table)| any_question(&mut dice, table)).collect();
            let percent = |(at, asked): (usize, &Asked)| {
                asked.tax_percent.unwrap_or(case.tariffs[at].1.tax.rates[0].percent)
            };
            let percents: Vec<i128> = asked.iter().enumerate().map(percent).collect();
            if percents.iter().any(|percent| *percent != percents[0]) {
                continue;
            }
            let inputs: Vec<_> = asked.iter().map(input).collect();
            let pairs = case.tariffs.iter();
            let claims: Vec<_> = pairs.map(|(tariff, _)| tariff).zip(&inputs).collect();
            let tables: Vec<_> = case.tariffs.iter().map(|(_, table)| table).zip(&asked).collect();
            let engine = bill_amounts(&claims);
            let Ok(reference) = bill(&tables) else {
                assert!(engine.is_err(), "{number}: {engine:?}");
                continue;
            };
            let engine: Vec<Amounts> =
                engine.unwrap().into_iter().map(|amounts| answer(Ok(amounts)).unwrap()).collect();
            assert_eq!(engine, reference, "file {number}\n{}\n{asked:#?}", case.text);
            bills += 1;
        }
    }
    assert!(bills > 300, "only {bills} bills of several claims");
}

#[test]
fn sewage_agrees_with_the_reference() {
    let mut asked = 0;
    for number in 0..300 {
        let mut dice = dice(SEED + 4, number);
        let case = Case::any(&mut dice).unwrap_or_else(|fault| panic!("{fault}"));
        for (tariff, table) in &case.tariffs {
            for _ in 0..50 {
                let classes = ["general", "household", "business"];
                let sources = Sources {
                    use_class: classes[dice.random_range(0..3)],
                    tap: dice.random_range(0..80) * i128::from(dice.random_bool(0.8)),
                    certified: dice.random_bool(0.2).then(|| dice.random_range(0..90)),
                    well_people: dice.random_range(0..6) * i128::from(dice.random_bool(0.7)),
                    deducted: dice.random_range(0..40) * i128::from(dice.random_bool(0.6)),
                    months: dice.random_range(1..=2),
                };
                let m3 = |m3: i128| CubicMeters(u32::try_from(m3).unwrap());
                let engine = tariff.sewage_volume(&SewageSources {
                    tap: m3(sources.tap),
                    certified: sources.certified.map(m3),
                    use_class: UsageClass::from_key(sources.use_class).unwrap(),
                    well_people: u16::try_from(sources.well_people).unwrap(),
                    deducted: m3(sources.deducted),
                    months: u8::try_from(sources.months).unwrap(),
                });
                let reference = sewage(table, &sources).map(m3);
                assert_eq!(engine, reference, "file {number}\n{}\n{sources:?}", case.text);
                asked += u32::from(!table.wells.is_empty() && sources.well_people > 0);
            }
        }
    }
    assert!(asked > 1_000, "only {asked} wells");
}
