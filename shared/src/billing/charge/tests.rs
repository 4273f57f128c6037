//! Worked examples by hand, every rule once, and the laws that every charge obeys.

mod odd_forms;

use super::*;
use crate::billing::tariff::Tariff;
use crate::billing::{Exact, TariffFile};
use proptest::prelude::*;

const TAKATSUKI: &str = include_str!("../../../tariffs/takatsuki-water-2019.toml");
const YACHIYO: &str = include_str!("../../../tariffs/yachiyo-sewerage-2019.toml");

fn only(text: &str) -> Tariff {
    match TariffFile::parse(text) {
        Ok(mut file) => file.tariffs.remove(0),
        Err(faults) => panic!("{faults:#?}"),
    }
}

fn general(mm: u16, usage_m3: u32, months: u8) -> ChargeInput {
    let size = MeterSize::new(mm).unwrap();
    ChargeInput::new(size, UsageClass::GENERAL, CubicMeters(usage_m3), months)
}

#[track_caller]
fn check(tariff: &Tariff, input: &ChargeInput, yen: i64, tax: i64) {
    let charge = tariff.charge(input).unwrap();
    assert_eq!((charge.amount, charge.tax), (Yen(yen), Yen(tax)), "{charge:#?}");
    let amounts = ChargeAmounts { amount: charge.amount, tax: charge.tax };
    assert_eq!(tariff.amounts(input), Ok(amounts));
    assert!(charge.is_reproduced_by(tariff));
    let stored = serde_json::to_string(&charge).unwrap();
    let back: Charge = serde_json::from_str(&stored).unwrap();
    assert_eq!(back, charge);
    assert_eq!(back.check(), Ok(()));
}

#[test]
fn takatsuki_by_hand() {
    let tariff = only(TAKATSUKI);
    check(&tariff, &general(20, 0, 2), 1_518, 138);
    // 12 × 11 + 8 × 27.5 = 352
    check(&tariff, &general(20, 20, 2), 1_870, 170);
    // 1,518 + 352 + 15 × 148.5 = 4,097.5, floored
    check(&tariff, &general(13, 35, 2), 4_097, 372);
    // 14,586 + 40 × 148.5 + 20 × 214.5 + 30 × 236.5 = 31,911
    check(&tariff, &general(40, 90, 2), 31_911, 2_901);
    let bath = |usage| ChargeInput { use_class: UsageClass::BATHHOUSE, ..general(25, usage, 2) };
    check(&tariff, &bath(600), 18_988, 1_726);
    // 18,988.2 + 100 × 57.2
    check(&tariff, &bath(700), 24_708, 2_246);
}

#[test]
fn yachiyo_by_hand_splits_the_odd_cubic_meter_to_the_first_month() {
    let tariff = only(YACHIYO);
    check(&tariff, &general(20, 0, 2), 1_254, 114);
    // 18 m³: 627 + 352 + 8 × 112.2 = 1,876.6; 17 m³: 627 + 352 + 7 × 112.2 = 1,764.4
    check(&tariff, &general(20, 35, 2), 3_641, 331);
    let bath = ChargeInput { use_class: UsageClass::BATHHOUSE, ..general(20, 700, 2) };
    check(&tariff, &bath, 9_240, 840);
}

#[test]
fn what_the_tariff_does_not_know_is_not_guessed() {
    let tariff = only(TAKATSUKI);
    let refused = |input: ChargeInput| tariff.charge(&input).unwrap_err().code();
    let input = general(20, 1, 2);
    assert_eq!(refused(general(250, 1, 2)), "K50");
    assert_eq!(refused(general(20, 1, 1)), "K51");
    assert_eq!(refused(ChargeInput { dwellings: 2, ..input }), "K52");
    assert_eq!(refused(ChargeInput { dwellings: 0, ..input }), "K53");
    assert_eq!(refused(ChargeInput { reliefs: ReliefSet(1), ..input }), "K54");
    assert_eq!(refused(ChargeInput { days: Some(0), ..input }), "K58");
    let town = only(YACHIYO);
    let huge = ChargeInput { usage: CubicMeters(u32::MAX), ..general(20, 0, 1) };
    assert!(town.amounts(&huge).is_ok());
}

/// A month's table of 1,000 yen and 100 yen per m³, to which a test adds its rule.
fn town(rules: &str) -> Tariff {
    only(&format!(
        "code = \"a\"\nname = \"例\"\nsource = \"例\"\nvalid_from = \"2026-04-01\"\n[water]
        table_months = 1
        tax = {{ prices = \"excluded\", percent = 10 }}
        {rules}
        [[water.rounding]]
        of = \"claim\"\nmode = \"floor\"\nstep_yen = 1\narticle = \"第1条\"
        [water.tiers]
        all = [{{ to_m3 = 10, yen = \"50\" }}, {{ yen = \"100\" }}]
        [[water.rate]]
        sizes_mm = [13, 20]\nservice_yen = \"1000\"\ntiers = \"all\"
        [[water.rate]]
        sizes_mm = [25]\nservice_yen = \"2000\"\nincluded_m3 = 8\ntiers = \"all\""
    ))
}

#[test]
fn partial_periods_by_half_months() {
    let rule = |service, volume| {
        town(&format!(
            "proration = {{ service = \"{service}\", volume = \"{volume}\", months = [
                {{ to_days = 15, months = \"0.5\" }}, {{ to_days = 31, months = \"1\" }},
                {{ to_days = 45, months = \"1.5\" }}, {{ months = \"2\" }}] }}"
        ))
    };
    let days = |mm, usage, days| ChargeInput { days: Some(days), ..general(mm, usage, 2) };
    // Half a month: 500 + 5 × 50 + 3 × 100 = 1,050
    check(&rule("share", "share"), &days(13, 8, 15), 1_155, 105);
    // 1.5 months: 1,500 + 15 × 50 + 5 × 100
    check(&rule("share", "share"), &days(13, 20, 40), 3_025, 275);
    // Half the included volume as well: 1,000 + 1 × 50 + 3 × 100
    check(&rule("share", "share"), &days(25, 8, 15), 1_485, 135);
    // The table as it is: 500 + 8 × 50
    check(&rule("share", "whole"), &days(13, 8, 15), 990, 90);
    // Two table periods, the second at half its service charge: 1,500 + 20 × 50
    check(&rule("share", "whole"), &days(13, 20, 40), 2_750, 250);
    check(&rule("whole", "whole"), &days(13, 20, 40), 3_300, 300);
    // 2,000 + 15 × 50 + 5 × 100
    check(&rule("whole", "share"), &days(13, 20, 40), 3_575, 325);
}

#[test]
fn partial_periods_by_days_and_by_converted_volume() {
    let by_day =
        town("proration = { service = \"share\", volume = \"share\", days_per_month = 30 }");
    // 20 of 30 days: 666.67 + 6 × 50 + 4 × 100 = 1,366.67, taxed 1,503.33
    let input = ChargeInput { days: Some(20), ..general(13, 10, 1) };
    check(&by_day, &input, 1_503, 136);
    let converted = town(
        "proration = { service = \"share\", volume = \"convert\", days_per_month = 31,
            minimum_yen = \"220\", rounding = [{ mode = \"floor\", step_yen = 1, article = \"例\" }] }",
    );
    // 5 m³ in 10 days are 15 m³ in 31: (1,000 + 1,000) × 10 ÷ 31 = 645, taxed 709
    let input = ChargeInput { days: Some(10), ..general(13, 5, 1) };
    check(&converted, &input, 709, 64);
    let day = ChargeInput { days: Some(1), ..general(13, 0, 1) };
    check(&converted, &day, 220, 20);
}

#[test]
fn dwellings_share_a_meter() {
    let rule = |remainder, round_per| {
        town(&format!(
            "shared = {{ size_mm = 20, remainder = \"{remainder}\", round_per = \"{round_per}\" }}"
        ))
    };
    let house = |usage| ChargeInput { dwellings: 3, ..general(25, usage, 1) };
    // 11, 11 and 10 m³: 1,600 × 2 + 1,500
    check(&rule("spread", "claim"), &house(32), 5_170, 470);
    // 12, 10 and 10 m³: 1,700 + 1,500 × 2
    check(&rule("first", "claim"), &house(32), 5_170, 470);
    check(&rule("carry", "dwelling"), &house(32), 4_950, 450);
    let charge = rule("carry", "claim").charge(&house(32)).unwrap();
    assert_eq!(charge.carried, CubicMeters(2));
    check(&rule("spread", "dwelling"), &house(30), 4_950, 450);
}

#[test]
fn reliefs_take_no_more_than_is_there() {
    let relief =
        |words: &str| format!("{{ key = \"a\", name = \"減免\", article = \"第2条\", {words} }}");
    let with = |words: &str| town(&format!("relief = [{}]", relief(words)));
    let input = ChargeInput { reliefs: ReliefSet(1), ..general(13, 20, 1) };
    // 1,000 + 500 + 1,000 = 2,500
    check(&with("of = \"service\", percent = 50"), &input, 2_200, 200);
    check(&with("of = \"all\", percent = 50"), &input, 1_375, 125);
    check(&with("of = \"volume\", free_m3 = 12"), &input, 1_980, 180);
    check(&with("of = \"volume\", yen = \"9999\""), &input, 1_100, 100);
    check(&with("of = \"all\", percent = 100, cap_yen = \"300\""), &input, 2_420, 220);
    check(&with("of = \"rent\", percent = 100"), &input, 2_750, 250);
    check(&with("of = \"all\", percent = 100"), &input, 0, 0);
}

#[test]
fn the_slip_shows_the_calculation_in_one_line() {
    let short = |tariff: &Tariff, input| tariff.charge(&input).unwrap().short_japanese();
    let takatsuki = only(TAKATSUKI);
    assert_eq!(short(&takatsuki, general(20, 35, 2)), "基本料金1,518円＋従量料金2,579.5円");
    let relief = "relief = [{ key = \"a\", name = \"減免\", article = \"第2条\", of = \"service\", percent = 50 }]\nmeter_rent = [{ yen = \"70\" }]";
    let input = ChargeInput { reliefs: ReliefSet(1), ..general(13, 20, 1) };
    let words = "基本料金1,000円＋従量料金1,500円＋メーター使用料70円−減免500円";
    assert_eq!(short(&town(relief), input), words);
}

#[test]
fn the_tax_of_a_bill_is_rounded_once() {
    let claim = |of: &str| {
        format!(
            "table_months = 1\ntax = {{ prices = \"excluded\", per = \"bill\", percent = 10 }}
            [[{of}.rounding]]\nof = \"claim\"\ntax = \"before\"\nmode = \"floor\"\nstep_yen = 1\narticle = \"1\"
            [[{of}.rounding]]\nof = \"claim\"\nmode = \"floor\"\nstep_yen = 1\narticle = \"1\"
            [[{of}.rate]]\nservice_yen = \"105\"\n"
        )
    };
    let text = format!(
        "code = \"a\"\nname = \"例\"\nsource = \"例\"\nvalid_from = \"2026-04-01\"\n[water]\n{}[[sewerage]]\n{}",
        claim("water"),
        claim("sewerage"),
    );
    let file = TariffFile::parse(&text).unwrap();
    let input = general(13, 0, 1);
    let alone: Vec<_> = file.tariffs.iter().map(|t| t.amounts(&input).unwrap()).collect();
    assert_eq!(alone, [ChargeAmounts { amount: Yen(115), tax: Yen(10) }; 2]);
    for (tariff, tax) in file.tariffs.iter().zip([11, 10]) {
        let of_bill = ChargeInput { bill_tax: Some(Yen(tax)), ..input };
        check(tariff, &of_bill, 105 + tax, tax);
    }
    let claims: Vec<_> = file.tariffs.iter().map(|tariff| (tariff, &input)).collect();
    let bill = bill_amounts(&claims).unwrap();
    assert_eq!(
        bill,
        [
            ChargeAmounts { amount: Yen(116), tax: Yen(11) },
            ChargeAmounts { amount: Yen(115), tax: Yen(10) },
        ]
    );
}

#[test]
fn an_explanation_that_was_tampered_with_is_found() {
    let tariff = only(YACHIYO);
    let charge = tariff.charge(&general(20, 35, 2)).unwrap();
    let spoils: [fn(&mut Charge); 5] = [
        |charge| charge.amount = Yen(3_640),
        |charge| charge.tax = Yen(330),
        |charge| charge.input.usage = CubicMeters(36),
        |charge| charge.parts[0].lines[1].amount = Exact::from(Yen(1)),
        |charge| charge.steps[0].after = Exact::from(Yen(3_642)),
    ];
    for spoil in spoils {
        let mut spoilt = charge.clone();
        spoil(&mut spoilt);
        assert!(spoilt.check().is_err());
    }
}

proptest! {
    #[test]
    fn the_fast_way_and_the_explained_way_are_one(
        usage in 0_u32..20_000,
        // The sizes of both published tables.
        mm in prop::sample::select(vec![13_u16, 16, 20, 25, 30, 40, 50, 75, 100, 150]),
    ) {
        for file in [TAKATSUKI, YACHIYO] {
            let tariff = only(file);
            let input = general(mm, usage, 2);
            let charge = tariff.charge(&input).unwrap();
            let fast = tariff.amounts(&input).unwrap();
            prop_assert_eq!((charge.amount, charge.tax), (fast.amount, fast.tax));
        }
    }

    #[test]
    fn using_more_never_costs_less(usage in 0_u32..5_000) {
        for file in [TAKATSUKI, YACHIYO] {
            let tariff = only(file);
            let less = tariff.amounts(&general(20, usage, 2)).unwrap();
            let more = tariff.amounts(&general(20, usage + 1, 2)).unwrap();
            prop_assert!(more.amount >= less.amount);
        }
    }
}
