//! Estimates by the published rules, and their settlement (認定の試験).

use jiff::civil::date;

use super::*;

fn basis(usages: &[u32]) -> Basis {
    let history = usages.iter().enumerate().map(|(back, usage)| PastPeriod {
        read_on: date(2026, 9, 20)
            .saturating_sub(jiff::Span::new().months(2 * i32::try_from(back).unwrap())),
        days: 60,
        months: 2,
        usage: CubicMeters(*usage),
    });
    Basis {
        months_in_use: Some(24),
        history: history.collect(),
        ..Basis::new(date(2026, 11, 20), 61, 2)
    }
}

#[track_caller]
fn check(rule: &str, reason: &str, basis: &Basis, method: Method, usage: u32) {
    let estimate = estimate_rule(rule).unwrap().estimate(reason, basis).unwrap();
    assert_eq!((estimate.found.method, estimate.usage), (method, CubicMeters(usage)), "{rule}");
    assert!(!estimate.japanese().is_empty());
}

fn mean(periods: u8, at_least: Option<u8>) -> Method {
    Method::MeanOfLast { periods, at_least }
}

#[test]
fn every_published_rule_is_read_and_named_once() {
    let rules = estimate_rules();
    assert_eq!(rules.len(), 12);
    for rule in &rules {
        assert_eq!(rules.iter().filter(|other| other.code == rule.code).count(), 1);
        assert!(!rule.strategies.is_empty() && !rule.reasons.is_empty(), "{}", rule.code);
    }
}

#[test]
fn the_mean_of_the_last_three_is_the_usual_one() {
    let known = basis(&[40, 44, 49]);
    check("kasama", "absence", &known, mean(3, None), 44);
    check("noda", "obstacle", &known, mean(3, None), 44);
    check("sakatsuru", "absence", &known, mean(3, None), 44);
    check("iwate-chubu", "absence", &basis(&[40, 44]), mean(6, Some(1)), 42);
}

#[test]
fn kasama_takes_the_use_after_installation_where_nothing_was_read() {
    let measured = Some(Stretch { days: 10, usage: CubicMeters(5) });
    let known = Basis { measured, ..basis(&[]) };
    check("kasama", "faulty_meter", &known, Method::Measured { days_min: 1 }, 30);
}

#[test]
fn sakatsuru_looks_at_how_long_somebody_is_supplied() {
    let young = Basis { months_in_use: Some(4), ..basis(&[30, 35]) };
    check("sakatsuru", "absence", &young, mean(3, Some(1)), 32);
    let next = Some(NextReading { days: 122, usage: CubicMeters(81) });
    let new = Basis { months_in_use: Some(2), next, ..basis(&[]) };
    check("sakatsuru", "absence", &new, Method::NextReading, 40);
    let unknown = Basis { months_in_use: None, ..basis(&[30, 35]) };
    let rule = estimate_rule("sakatsuru").unwrap();
    assert_eq!(rule.estimate("absence", &unknown), Err(EstimateError::NothingFits));
    assert_eq!(rule.estimate("no such", &unknown), Err(EstimateError::UnknownReason));
}

#[test]
fn kitaibaraki_takes_two_or_last_year_and_measures_a_new_meter() {
    check("kitaibaraki", "absence", &basis(&[40, 45, 99]), mean(2, None), 42);
    let mut last_year = basis(&[1, 2, 3, 4, 5, 33]);
    last_year.history.retain(|period| period.read_on.year() == 2025);
    check("kitaibaraki", "absence", &last_year, Method::SamePeriodLastYear, 33);
    let short = Some(Stretch { days: 4, usage: CubicMeters(8) });
    let enough = Some(Stretch { days: 5, usage: CubicMeters(4) });
    let with = |measured| Basis { measured, ..basis(&[40, 45]) };
    check("kitaibaraki", "faulty_meter", &with(short), mean(2, None), 42);
    check("kitaibaraki", "faulty_meter", &with(enough), Method::Measured { days_min: 5 }, 48);
}

#[test]
fn osaka_counts_days() {
    let known = basis(&[60, 60, 60, 60, 60, 60, 900]);
    check("osaka", "absence", &known, Method::DailyMean { periods: 6 }, 61);
    assert_eq!(estimate_rule("osaka").unwrap().approver.as_deref(), Some("課長"));
}

#[test]
fn echizen_takes_the_period_before() {
    check("echizen", "snow", &basis(&[38, 90]), mean(1, None), 38);
}

#[test]
fn tainai_leaves_a_mean_that_varies_too_widely() {
    check("tainai", "absence", &basis(&[40, 44, 49]), mean(3, None), 44);
    let wide = basis(&[10, 44, 90, 40, 40, 52]);
    check("tainai", "absence", &wide, Method::SamePeriodLastYear, 52);
    check("tainai", "obstacle", &wide, mean(1, None), 10);
    let next = Some(NextReading { days: 122, usage: CubicMeters(100) });
    let without = Basis { next, ..basis(&[10, 44, 90]) };
    check("tainai", "absence", &without, Method::NextReading, 50);
}

#[test]
fn nogata_stays_below_the_present_volume() {
    let smallest = Method::SmallestNotAbove { periods: 3 };
    let with = |current| Basis { current: Some(CubicMeters(current)), ..basis(&[40, 25, 33]) };
    check("nogata", "absence", &with(35), smallest, 25);
    check("nogata", "absence", &with(20), smallest, 19);
    check("nogata", "absence", &with(0), smallest, 0);
}

#[test]
fn suzuka_takes_last_year_and_pays_back() {
    check("suzuka", "expired_meter", &basis(&[1, 2, 3, 4, 5, 33]), Method::SamePeriodLastYear, 33);
    assert_eq!(estimate_rule("suzuka").unwrap().negative, Negative::CorrectPrevious);
}

#[test]
fn periods_of_one_and_two_months_stand_beside_each_other() {
    let mut known = basis(&[40, 10, 20]);
    for period in &mut known.history[1..] {
        period.months = 1;
    }
    // 70 m³ in four months are 35 in two.
    check("noda", "absence", &known, mean(3, None), 35);
}

#[test]
fn the_next_real_reading_settles_both_periods() {
    let settle = |measured, estimates: &[u32], carried, negative| {
        let estimates: Vec<CubicMeters> = estimates.iter().copied().map(CubicMeters).collect();
        let settled = true_up(CubicMeters(measured), &estimates, CubicMeters(carried), negative);
        let sum = settled.measured.0 + settled.carried_out.0 + settled.correction.0;
        assert_eq!(sum, settled.estimated.0 + settled.carried_in.0 + settled.billed.0);
        assert!(!settled.japanese().is_empty());
        (settled.billed.0, settled.carried_out.0, settled.correction.0)
    };
    assert_eq!(settle(81, &[44], 0, Negative::Carry), (37, 0, 0));
    assert_eq!(settle(30, &[44], 0, Negative::Carry), (0, 14, 0));
    assert_eq!(settle(30, &[44], 0, Negative::CorrectPrevious), (0, 0, 14));
    // What was carried is taken off the next period, and two estimates are settled at once.
    assert_eq!(settle(40, &[], 14, Negative::Carry), (26, 0, 0));
    assert_eq!(settle(100, &[44, 44], 0, Negative::Carry), (12, 0, 0));
}

#[test]
fn an_estimate_returns_from_its_json() {
    let estimate = estimate_rule("kasama").unwrap().estimate("absence", &basis(&[40, 44, 50]));
    let estimate = estimate.unwrap();
    let json = serde_json::to_string(&estimate).unwrap();
    assert_eq!(serde_json::from_str::<Estimate>(&json).unwrap(), estimate);
}
