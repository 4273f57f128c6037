//! Leak adjustments by the published formulas (漏水減免の試験), by hand-worked numbers.

use jiff::civil::date;

use super::*;
use crate::billing::{ChargeInput, Tariff, TariffFile};
use crate::connection::{MeterSize, UsageClass};
use crate::metering::estimate::{Basis, PastPeriod};
use crate::quantity::RoundingMode;

/// 100 yen per m³ and 500 for the service, so that cubic meters can be seen in yen.
const PLAIN: &str = r#"
code = "plain"
name = "計算しやすい料金表"
source = "試験"
valid_from = "2020-04-01"
[water]
table_months = 2
[water.tax]
prices = "included"
percent = 10
[[water.rounding]]
of = "claim"
step_yen = 1
mode = "floor"
article = "第1条"
[water.tiers]
all = [ { yen = "100" } ]
[[water.rate]]
service_yen = "500"
included_m3 = 10
tiers = "all"
[[sewerage]]
table_months = 2
[sewerage.tax]
prices = "included"
percent = 10
[[sewerage.rounding]]
of = "claim"
step_yen = 1
mode = "floor"
article = "第1条"
[sewerage.tiers]
all = [ { yen = "50" } ]
[[sewerage.rate]]
service_yen = "0"
tiers = "all"
"#;

fn tariffs() -> Vec<Tariff> {
    TariffFile::parse(PLAIN).unwrap().tariffs
}

fn case(rule: &LeakRule, reason: &str, standard: u32) -> LeakCase {
    let evidence = rule.reasons.iter().find(|known| known.key == reason);
    LeakCase {
        reason: reason.into(),
        causes: vec![],
        evidence: evidence.map(|known| known.evidence.clone()).unwrap_or_default(),
        basis: Basis::new(date(2026, 11, 20), 61, 2),
        standard_by_hand: Some(CubicMeters(standard)),
        into_sewer: CubicMeters(0),
        granted: None,
        period_number: 1,
        is_extended: false,
        last_relief_on: None,
    }
}

fn adjust(rule: &LeakRule, case: &LeakCase, a: u32, mm: u16) -> Result<LeakAdjustment, LeakError> {
    let tariffs = tariffs();
    let size = MeterSize::new(mm).unwrap();
    let class = UsageClass::from_key("general").unwrap();
    let input = ChargeInput::new(size, class, CubicMeters(a), 2);
    let claims = Claims { water: (&tariffs[0], input), sewerage: Some((&tariffs[1], input)) };
    rule.adjust(case, &claims)
}

/// The exact volume that water is reduced by.
#[track_caller]
fn reduced(code: &str, reason: &str, mm: u16, (b, a): (u32, u32)) -> String {
    let rule = leak_rule(code).unwrap();
    let adjusted = adjust(&rule, &case(&rule, reason, b), a, mm).unwrap();
    assert!(adjusted.japanese().contains("減免額の合計"));
    adjusted.claims[0].reduction.exact.to_string()
}

#[test]
fn every_published_rule_is_read_and_each_of_its_reasons_has_a_formula() {
    let rules = leak_rules();
    for rule in &rules {
        assert_eq!(rules.iter().filter(|other| other.code == rule.code).count(), 1);
        for reason in &rule.reasons {
            assert!(!reason.evidence.is_empty());
            let formula = rule.water.iter().find(|formula| formula.holds_for(&reason.key, 300));
            assert!(formula.is_some(), "{} {}", rule.code, reason.key);
        }
        for formula in rule.water.iter().chain(&rule.sewerage) {
            let bounds = formula.bands.iter().map(|band| band.to_times);
            assert!(formula.bands.last().unwrap().to_times.is_none());
            assert!(bounds.clone().flatten().is_sorted_by(|one, next| one < next));
            assert_eq!(bounds.filter(Option::is_none).count(), 1);
        }
    }
}

#[test]
fn kasai_takes_a_third_up_to_three_times_and_half_above() {
    assert_eq!(reduced("kasai", "underground", 20, (20, 100)), "33 1/3");
    assert_eq!(reduced("kasai", "underground", 20, (20, 60)), "13 1/3");
    let rule = leak_rule("kasai").unwrap();
    let adjusted = adjust(&rule, &case(&rule, "other", 20), 100, 20).unwrap();
    let [water, sewerage] = &adjusted.claims[..] else { panic!("two claims") };
    assert_eq!((water.reduction.volume.0, water.billed.0), (33, 67));
    assert_eq!((water.before.0, water.after.0, water.difference().0), (9_500, 6_200, 3_300));
    assert_eq!((sewerage.billed.0, sewerage.before.0, sewerage.after.0), (20, 5_000, 1_000));
    let all_in_sewer = LeakCase { into_sewer: CubicMeters(80), ..case(&rule, "other", 20) };
    let adjusted = adjust(&rule, &all_in_sewer, 100, 20).unwrap();
    assert_eq!(adjusted.claims[1].difference(), Yen(0));
    let part = LeakCase { into_sewer: CubicMeters(30), ..case(&rule, "other", 20) };
    assert_eq!(adjust(&rule, &part, 100, 20).unwrap().claims[1].billed.0, 50);
    let more = LeakCase { into_sewer: CubicMeters(81), ..case(&rule, "other", 20) };
    assert_eq!(adjust(&rule, &more, 100, 20), Err(LeakError::SewerAboveLeak));
}

#[test]
fn nisisui_is_continuous_at_ten_times_the_standard() {
    // Billed A − (A−B)/2 up to 10B, (A + 6.5B)/3 above: 5.5B on both sides of 10B.
    assert_eq!(reduced("nisisui", "underground", 25, (20, 200)), "90");
    assert_eq!(reduced("nisisui", "underground", 25, (20, 203)), "92");
    for a in [201_u32, 250, 1_000] {
        let billed = Fraction::of(u64::from(a * 2 + 13 * 20), 6);
        let expected = (Fraction::whole(a) - billed).to_string();
        assert_eq!(reduced("nisisui", "underground", 13, (20, a)), expected);
    }
    assert_eq!(reduced("nisisui", "ball_tap", 20, (20, 100)), "20");
    assert_eq!(reduced("nisisui", "other", 20, (20, 110)), "30");
    assert_eq!(reduced("nisisui", "underground", 40, (20, 110)), "30");
}

#[test]
fn tomioka_takes_a_share_of_the_leaked_charge_by_the_threshold_reached() {
    let rule = leak_rule("tomioka").unwrap();
    let taken = |reason: &str, a: u32| {
        let adjusted = adjust(&rule, &case(&rule, reason, 20), a, 20).unwrap();
        assert_eq!(adjusted.claims[0].billed.0, a, "the volume itself stays");
        adjusted.difference().0
    };
    // 100 yen a m³: the charge for A − B.
    assert_eq!(taken("underground", 60), 0);
    assert_eq!(taken("underground", 61), 2_050);
    assert_eq!(taken("underground", 200), 9_000);
    assert_eq!(taken("underground", 201), 13_575);
    assert_eq!(taken("disaster", 61), 4_100);
    assert_eq!(taken("authority", 60), 0);
}

#[test]
fn the_rule_of_expy_yoko_bills_at_most_twice_the_standard() {
    assert_eq!(reduced("expy-yoko", "underground", 20, (20, 60)), "20");
    assert_eq!(reduced("expy-yoko", "underground", 20, (20, 100)), "60");
    let rule = leak_rule("expy-yoko").unwrap();
    let third = LeakCase { period_number: 3, ..case(&rule, "underground", 20) };
    assert_eq!(adjust(&rule, &third, 100, 20), Err(LeakError::TooManyPeriods(2)));
}

#[test]
fn kasama_bills_at_least_half_and_raises_the_standard_to_the_included_volume() {
    let rule = leak_rule("kasama").unwrap();
    let half = Fraction::parse("1/2");
    let without = case(&rule, "underground", 6);
    assert_eq!(adjust(&rule, &without, 100, 20), Err(LeakError::ShareMissing));
    let too_much = LeakCase { granted: Fraction::parse("0.6"), ..without.clone() };
    assert_eq!(adjust(&rule, &too_much, 100, 20), Err(LeakError::ShareMissing));
    let granted = LeakCase { granted: half, ..without };
    let adjusted = adjust(&rule, &granted, 100, 20).unwrap();
    assert_eq!(adjusted.standard.raised_to, Some(CubicMeters(10)));
    assert_eq!(adjusted.claims[0].reduction.exact.to_string(), "45");
}

#[test]
fn shares_that_the_office_grants_stay_within_the_rule() {
    let granted = |code: &str, share: &str| {
        let rule = leak_rule(code).unwrap();
        let case = LeakCase { granted: Fraction::parse(share), ..case(&rule, "underground", 20) };
        adjust(&rule, &case, 100, 20).map(|adjusted| adjusted.claims[0].reduction.exact.to_string())
    };
    assert_eq!(granted("tainai", "0.5").as_deref(), Ok("40"));
    assert_eq!(granted("tainai", "0.51"), Err(LeakError::ShareMissing));
    assert_eq!(granted("kitaibaraki", "1").as_deref(), Ok("80"));
    for code in ["osaka", "kadogawa", "miyazaki", "rifu"] {
        assert_eq!(granted(code, "1/4").as_deref(), Ok("20"), "{code}");
    }
    assert_eq!(reduced("itako", "underground", 20, (20, 100)), "40");
    assert_eq!(reduced("half-underground", "underground", 20, (20, 101)), "40 1/2");
}

#[test]
fn conditions_are_held_against_the_case() {
    let refused = |code: &str, reason: &str, change: &dyn Fn(&mut LeakCase)| {
        let rule = leak_rule(code).unwrap();
        let mut case = LeakCase { granted: Fraction::parse("0.5"), ..case(&rule, reason, 20) };
        change(&mut case);
        adjust(&rule, &case, 100, 20).err()
    };
    let negligence = refused("kasai", "other", &|case| case.causes.push("negligence".into()));
    assert!(matches!(negligence, Some(LeakError::Refused(_))));
    let visible = refused("kadogawa", "underground", &|case| case.causes.push("visible".into()));
    assert_eq!(visible.unwrap().code(), "B41");
    let ball_tap = refused("rifu", "behind_tank", &|case| case.causes.push("ball_tap".into()));
    assert_eq!(ball_tap.unwrap().code(), "B41");
    let missing = refused("kasai", "other", &|case| case.evidence.truncate(2));
    assert_eq!(missing, Some(LeakError::EvidenceMissing("減免申請書".into())));
    let last = |day| move |case: &mut LeakCase| case.last_relief_on = Some(day);
    assert_eq!(refused("kasai", "other", &last(date(2024, 11, 21))), Some(LeakError::TooSoon(24)));
    assert_eq!(refused("kasai", "other", &last(date(2024, 11, 20))), None);
    assert_eq!(
        refused("miyazaki", "underground", &last(date(2026, 1, 10))),
        Some(LeakError::TooSoon(12))
    );
    assert_eq!(refused("osaka", "other", &last(date(2010, 1, 1))), Some(LeakError::OncePerUser));
    assert_eq!(refused("osaka", "underground", &last(date(2010, 1, 1))), None);
    let second = |case: &mut LeakCase| case.period_number = 2;
    assert_eq!(refused("osaka", "underground", &second), Some(LeakError::TooManyPeriods(1)));
    let extended = |case: &mut LeakCase| {
        case.period_number = 2;
        case.is_extended = true;
    };
    assert_eq!(refused("osaka", "underground", &extended), None);
    assert_eq!(refused("tainai", "underground", &extended), None);
    let early = |case: &mut LeakCase| case.basis.read_on = date(2022, 3, 31);
    assert_eq!(refused("miyazaki", "toilet_washing", &early), Some(LeakError::UnknownReason));
    assert_eq!(refused("half-underground", "other", &|_| ()), Some(LeakError::UnknownReason));
}

#[test]
fn the_standard_is_found_from_the_history_by_the_rule() {
    let rule = leak_rule("kasai").unwrap();
    let period = |month: i8, usage| PastPeriod {
        read_on: date(2026, month, 20),
        days: 61,
        months: 2,
        usage: CubicMeters(usage),
    };
    let mut case = LeakCase { standard_by_hand: None, ..case(&rule, "underground", 0) };
    assert_eq!(adjust(&rule, &case, 100, 20), Err(LeakError::NoStandard));
    case.basis.history = vec![period(9, 20), period(7, 22), period(5, 20)];
    let adjusted = adjust(&rule, &case, 100, 20).unwrap();
    assert_eq!(adjusted.standard.volume, CubicMeters(20));
    assert_eq!(adjusted.standard.found.volume.to_string(), "20 2/3");
    assert_eq!(adjust(&rule, &case, 20, 20), Err(LeakError::NothingLeaked));
    // Too wide a mean, and nothing of last year.
    case.basis.history[0].usage = CubicMeters(60);
    assert_eq!(adjust(&rule, &case, 100, 20), Err(LeakError::NoStandard));
}

#[test]
fn caps_hold_and_are_told() {
    let mut rule = leak_rule("kasai").unwrap();
    rule.water[0].cap_m3 = Some(30);
    rule.sewerage[0].cap_yen = Some(1_000);
    let adjusted = adjust(&rule, &case(&rule, "other", 20), 100, 20).unwrap();
    assert_eq!(adjusted.claims[0].reduction.volume, CubicMeters(30));
    assert_eq!(adjusted.claims[1].difference(), Yen(1_000));
    assert!(adjusted.japanese().contains("上限 1000円まで"));
}

#[test]
fn the_rounding_is_the_rules_own() {
    let mut rule = leak_rule("kasai").unwrap();
    rule.water[0].rounding.mode = RoundingMode::Ceiling;
    let adjusted = adjust(&rule, &case(&rule, "other", 20), 100, 20).unwrap();
    assert_eq!(adjusted.claims[0].reduction.volume, CubicMeters(34));
}

#[test]
fn an_adjustment_returns_from_its_json() {
    let rule = leak_rule("nisisui").unwrap();
    let adjusted = adjust(&rule, &case(&rule, "underground", 20), 100, 20).unwrap();
    let json = serde_json::to_string(&adjusted).unwrap();
    assert_eq!(serde_json::from_str::<LeakAdjustment>(&json).unwrap(), adjusted);
}
