//! Worked examples by hand, oracles of published tables, and the laws every charge obeys.

use super::*;
use proptest::prelude::*;

const TAKATSUKI: &str = include_str!("../../../tariffs/takatsuki-water-2019.toml");
const YACHIYO: &str = include_str!("../../../tariffs/yachiyo-sewerage-2019.toml");

fn input(mm: u16, use_class: UsageClass, usage_m3: u32) -> ChargeInput {
    ChargeInput {
        size: MeterSize::new(mm).unwrap(),
        use_class,
        usage: CubicMeters(usage_m3),
        months: 2,
    }
}

#[track_caller]
fn check(file: &str, mm: u16, use_class: UsageClass, usage_m3: u32, yen: i64, tax: i64) {
    let tariff = Tariff::parse(file).unwrap();
    let charge = tariff.charge(&input(mm, use_class, usage_m3)).unwrap();
    assert_eq!((charge.amount, charge.tax), (Yen(yen), Yen(tax)), "{charge:#?}");
    assert!(charge.is_reproduced_by(&tariff));
}

#[test]
fn takatsuki_by_hand() {
    let general = UsageClass::General;
    check(TAKATSUKI, 20, general, 0, 1_518, 138);
    // 12 × 11 + 8 × 27.5 = 352
    check(TAKATSUKI, 20, general, 20, 1_870, 170);
    // 1,518 + 352 + 15 × 148.5 = 4,097.5, floored
    check(TAKATSUKI, 13, general, 35, 4_097, 372);
    // 14,586 + 40 × 148.5 + 20 × 214.5 + 30 × 236.5 = 31,911
    check(TAKATSUKI, 40, general, 90, 31_911, 2_901);
    check(TAKATSUKI, 25, UsageClass::Bathhouse, 600, 18_988, 1_726);
    // 18,988.2 + 100 × 57.2
    check(TAKATSUKI, 25, UsageClass::Bathhouse, 700, 24_708, 2_246);
}

#[test]
fn yachiyo_by_hand_splits_the_odd_cubic_meter_to_the_first_month() {
    let general = UsageClass::General;
    check(YACHIYO, 20, general, 0, 1_254, 114);
    // 18 m³: 627 + 352 + 8 × 112.2 = 1,876.6; 17 m³: 627 + 352 + 7 × 112.2 = 1,764.4
    check(YACHIYO, 20, general, 35, 3_641, 331);
    check(YACHIYO, 20, UsageClass::Bathhouse, 700, 9_240, 840);
}

#[test]
fn what_the_tariff_does_not_know_is_not_guessed() {
    let tariff = Tariff::parse(TAKATSUKI).unwrap();
    assert_eq!(
        tariff.charge(&input(250, UsageClass::General, 1)),
        Err(ChargeError::NoRate { size_mm: 250, use_class: "general" })
    );
    let one_month = ChargeInput { months: 1, ..input(20, UsageClass::General, 1) };
    assert_eq!(tariff.amounts(&one_month), Err(ChargeError::Period { table_months: 2, months: 1 }));
}

#[track_caller]
fn refused(old: &str, new: &str, words: &str) {
    assert!(TAKATSUKI.contains(old));
    let error = Tariff::parse(&TAKATSUKI.replacen(old, new, 1)).unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn a_faulty_file_is_refused_with_its_place() {
    refused("to_m3 = 20", "to_m3 = 12", "tier table small: row 2");
    refused("\"148.5\"", "\"-148.5\"", "tier table small, row 3");
    refused("sizes_mm = [30]", "sizes_mm = [25]", "rates 1 and 2 both hold for 25 mm general");
    refused("sizes_mm = [30]", "sizes_mm = [31]", "rate 2: 31 mm");
    refused("tiers = \"large\"", "tiers = \"huge\"", "rate 2: there is no tier table named huge");
    refused("2019-10-01\"\ntable", "2019-13-01\"\ntable", "valid_from");
    refused("step_yen = 1", "step_yen = 3", "rounding.step_yen");
}

proptest! {
    #[test]
    fn the_fast_way_and_the_explained_way_are_one(
        usage in 0_u32..20_000,
        size in 0_usize..10,
    ) {
        for file in [TAKATSUKI, YACHIYO] {
            let tariff = Tariff::parse(file).unwrap();
            let input = input(MeterSize::ALL_MM[size], UsageClass::General, usage);
            let charge = tariff.charge(&input).unwrap();
            let fast = tariff.amounts(&input).unwrap();
            prop_assert_eq!((charge.amount, charge.tax), (fast.amount, fast.tax));
            let volume: u32 =
                charge.parts.iter().flat_map(|p| &p.tiers).map(|line| line.quantity().0).sum();
            prop_assert_eq!(volume, usage);
        }
    }

    #[test]
    fn using_more_never_costs_less(usage in 0_u32..5_000) {
        for file in [TAKATSUKI, YACHIYO] {
            let tariff = Tariff::parse(file).unwrap();
            let less = tariff.amounts(&input(20, UsageClass::General, usage)).unwrap();
            let more = tariff.amounts(&input(20, UsageClass::General, usage + 1)).unwrap();
            prop_assert!(more.amount >= less.amount);
        }
    }
}
