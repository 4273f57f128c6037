//! Screening by example (異常水量チェックの例) and its properties.

use super::*;
use expect_test::{Expect, expect};

const TURNING: LowFlowIndicator = LowFlowIndicator::TurningWithTapsShut;
const STILL: LowFlowIndicator = LowFlowIndicator::Still;

#[track_caller]
fn check(now: u32, last_year: Option<u32>, low_flow: LowFlowIndicator, expected: &Expect) {
    check_in(true, now, last_year, low_flow, expected);
}

#[track_caller]
fn check_in(
    in_service: bool,
    now: u32,
    last_year: Option<u32>,
    low_flow: LowFlowIndicator,
    expected: &Expect,
) {
    let register = |value| RegisterReading::new(value, 4).unwrap();
    let seen = Observation { register: register(now), low_flow };
    let history = History {
        last_period: Some(CubicMeters(40)),
        same_period_last_year: last_year.map(CubicMeters),
        ..History::unknown(register(1_200), in_service)
    };
    expected.assert_eq(&format!("{:?}", screen(seen, history, ScreeningLimits::STANDARD)));
}

#[test]
fn a_usual_volume_has_no_finding() {
    check(1_238, Some(38), STILL, &expect!["[]"]);
    check(1_238, None, STILL, &expect!["[]"]);
}

#[test]
fn an_underground_leak_shows_in_the_star_and_in_the_volume() {
    check(
        1_320,
        Some(38),
        TURNING,
        &expect![
            "[LeakSuspected, High(Expectation { volume: CubicMeters(38), guide: SameSeason })]"
        ],
    );
    check(
        1_360,
        Some(38),
        STILL,
        &expect!["[VeryHigh(Expectation { volume: CubicMeters(38), guide: SameSeason })]"],
    );
}

#[test]
fn small_households_are_left_in_peace() {
    check(1_209, Some(3), STILL, &expect!["[]"]);
    check(1_202, Some(10), STILL, &expect!["[]"]);
}

#[test]
fn too_little_backwards_and_nothing_are_told_apart() {
    check(
        1_209,
        Some(38),
        STILL,
        &expect!["[Low(Expectation { volume: CubicMeters(38), guide: SameSeason })]"],
    );
    check(1_199, Some(38), STILL, &expect!["[WentBackwards]"]);
    check(1_200, Some(38), STILL, &expect!["[NoUsage]"]);
}

#[test]
fn an_empty_year_is_no_guide_for_a_house_lived_in_again() {
    check(1_241, Some(0), STILL, &expect!["[]"]);
}

#[test]
fn the_same_season_is_found_by_its_date() {
    let previous_register = RegisterReading::new(1_200, 4).unwrap();
    let every_two_months: Vec<(i32, CubicMeters)> = (1_i32..=13)
        .map(|period| (20_000 - (period - 1) * 61, CubicMeters(period.unsigned_abs())))
        .collect();
    let history = History::from_past(previous_register, &every_two_months, 20_061, true);
    assert_eq!(history.last_period, Some(CubicMeters(1)));
    assert_eq!(history.same_period_last_year, Some(CubicMeters(6)));

    let history = History::from_past(previous_register, &every_two_months[..3], 20_061, true);
    assert_eq!(history.same_period_last_year, None);
}

#[test]
fn water_on_a_stopped_connection_is_told() {
    check_in(false, 1_201, None, STILL, &expect!["[UsedWhileStopped]"]);
    check_in(false, 1_200, None, STILL, &expect!["[]"]);
}

/// Volumes of two-month periods before day 20 061, the newest first.
fn past(volumes: &[u32]) -> Vec<(i32, CubicMeters)> {
    volumes
        .iter()
        .zip(0_i32..)
        .map(|(volume, period)| (20_000 - period * 61, CubicMeters(*volume)))
        .collect()
}

fn history_of(volumes: &[u32]) -> History {
    let previous = RegisterReading::new(1_200, 4).unwrap();
    History::from_past(previous, &past(volumes), 20_061, true)
}

#[track_caller]
fn check_volumes(now: u32, volumes: &[u32], limits: ScreeningLimits, expected: &Expect) {
    let history = history_of(volumes);
    let register = history.previous_register.after(CubicMeters(now));
    let seen = Observation { register, low_flow: STILL };
    let told: Vec<String> = screen(seen, history, limits)
        .into_iter()
        .map(|finding| {
            let escalation = Escalation::of(finding, &history, limits);
            let sentence = sentence(finding, seen, &history, limits);
            format!("{} {} {sentence}", finding.key(), escalation.level())
        })
        .collect();
    expected.assert_eq(&told.join("\n"));
}

#[test]
fn the_sentence_says_why_with_the_numbers() {
    let standard = ScreeningLimits::STANDARD;
    check_volumes(
        120,
        &[40, 41, 39, 44, 40, 38, 39],
        standard,
        &expect!["high 1 120m³ は、前年同期（38m³）の3.1倍で、多い水量です。"],
    );
    check_volumes(
        160,
        &[40],
        standard,
        &expect!["very_high 1 160m³ は、前回（40m³）の4.0倍で、非常に多い水量です。"],
    );
    check_volumes(
        9,
        &[40, 41, 39, 44, 40, 38, 39],
        standard,
        &expect!["low 1 9m³ は、前年同期（38m³）に比べて少ない水量です。"],
    );
    check_volumes(
        0,
        &[40],
        standard,
        &expect!["no_usage 1 使用水量が 0m³ です。空き家ですか。メーターは動いていますか。"],
    );
    check_volumes(
        45,
        &[0],
        standard,
        &expect!["very_high 1 45m³ は、前回（0m³）と比べて非常に多い水量です。"],
    );
}

#[test]
fn an_oddity_that_goes_on_is_told_as_such() {
    let standard = ScreeningLimits::STANDARD;
    let usual = [40, 41, 39, 44, 40, 38, 39];
    check_volumes(
        120,
        &[&[110], &usual[..]].concat(),
        standard,
        &expect!["high 2 2期続けて、120m³ は、前年同期（40m³）の3.0倍で、多い水量です。"],
    );
    check_volumes(
        120,
        &[&[110, 130], &usual[..]].concat(),
        standard,
        &expect!["high 3 3期以上続けて、120m³ は、前年同期（44m³）の2.7倍で、多い水量です。"],
    );
    check_volumes(
        0,
        &[&[0], &usual[..]].concat(),
        standard,
        &expect![
            "no_usage 2 2期続けて、使用水量が 0m³ です。空き家ですか。メーターは動いていますか。"
        ],
    );
    check_volumes(
        0,
        &[&[0, 0, 0], &usual[..]].concat(),
        standard,
        &expect![
            "no_usage 3 3期以上続けて、使用水量が 0m³ です。空き家ですか。メーターは動いていますか。"
        ],
    );
}

#[test]
fn a_household_without_a_past_is_measured_by_the_norm() {
    let limits = ScreeningLimits { norm_m3: 36, ..ScreeningLimits::STANDARD };
    check_volumes(
        90,
        &[],
        limits,
        &expect!["high 1 90m³ は、世帯の目安（36m³）の2.5倍で、多い水量です。"],
    );
    check_volumes(90, &[], ScreeningLimits::STANDARD, &expect![[""]]);
    check_volumes(40, &[0], limits, &expect![[""]]);
}

#[test]
fn the_period_before_the_cycle_and_repetition_are_looked_at_where_they_are_switched_on() {
    let limits = ScreeningLimits {
        change_percent: 50,
        cycle_days_min: 55,
        cycle_days_max: 60,
        ..ScreeningLimits::STANDARD
    };
    let season = [60, 41, 39, 44, 40, 38, 39];
    check_volumes(
        29,
        &season,
        limits,
        &expect![[r"
        changed 1 29m³ は、前回（60m³）と 31m³ 違います。
        unusual_interval 1 前回の検針から 61日です（ふだんは 55〜60日）。"]],
    );
    check_volumes(
        20,
        &[20, 20, 20],
        ScreeningLimits::STANDARD,
        &expect!["same_again 1 4期続けて、同じ 20m³ です。"],
    );
    check_volumes(20, &[20, 20], ScreeningLimits::STANDARD, &expect![[""]]);
}

#[test]
fn duties_of_each_finding() {
    let expectation = Expectation { volume: CubicMeters(1), guide: Guide::Norm };
    let all = [
        Finding::WentBackwards,
        Finding::RolledOver,
        Finding::High(expectation),
        Finding::VeryHigh(expectation),
        Finding::Low(expectation),
        Finding::NoUsage,
        Finding::UsedWhileStopped,
        Finding::LeakSuspected,
        Finding::Changed { last: CubicMeters(1) },
        Finding::SameAgain { times: 4 },
        Finding::UnusualInterval { days: 1 },
    ];
    let mut table = Vec::new();
    for (finding, code) in all.into_iter().zip(1_u8..) {
        assert_eq!(finding.code(), code);
        assert!(Finding::japanese_of_code(code).is_some());
        let d = finding.duties();
        let duties = [
            ("refuses", d.refuses),
            ("twice", d.second_entry),
            ("low_flow", d.low_flow),
            ("photo", d.photo),
            ("contact", d.contact),
        ];
        let named: Vec<&str> = duties.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
        table.push(format!("{code} {}: {}", finding.key(), named.join(" ")).trim_end().to_owned());
    }
    expect![[r"
        1 went_backwards: refuses
        2 rolled_over: twice photo
        3 high: twice low_flow photo contact
        4 very_high: twice low_flow photo contact
        5 low: twice
        6 no_usage: low_flow
        7 used_while_stopped: twice photo
        8 leak_suspected: photo contact
        9 changed: twice low_flow
        10 same_again:
        11 unusual_interval:"]]
    .assert_eq(&table.join("\n"));
}

#[test]
fn limits_out_of_order_are_refused() {
    let text = |high: u16, very: u16, low: u16| {
        format!(
            "high_percent = {high}\nvery_high_percent = {very}\nhigh_difference_m3 = 10\n\
             low_percent = {low}\nlow_expected_m3 = 12\n"
        )
    };
    assert_eq!(ScreeningLimits::from_toml(&text(200, 400, 25)), Ok(ScreeningLimits::STANDARD));
    assert_eq!(ScreeningLimits::from_toml(&text(100, 400, 25)), Err(LimitsError::HighPercent));
    assert_eq!(ScreeningLimits::from_toml(&text(200, 150, 25)), Err(LimitsError::VeryHighPercent));
    assert_eq!(ScreeningLimits::from_toml(&text(200, 400, 100)), Err(LimitsError::LowPercent));
    assert!(matches!(ScreeningLimits::from_toml("height = 1"), Err(LimitsError::Form(_))));
}

#[test]
fn a_back_test_counts_alarms_and_known_leaks() {
    let reading = |now, day, is_known_leak| PastReading {
        volume: CubicMeters(now),
        history: history_of(&[40]),
        reader: 1,
        read_on_unix_days: day,
        is_known_leak,
    };
    let mut test = BackTest::default();
    assert_eq!(test.trial().leaks_caught_percent(), None);
    for reading in
        [reading(40, 1, false), reading(120, 1, true), reading(70, 2, true), reading(0, 2, false)]
    {
        test.add(&reading, ScreeningLimits::STANDARD);
    }
    let trial = test.trial();
    assert_eq!((trial.readings, trial.alarms, trial.reader_days), (4, 2, 2));
    assert_eq!(trial.alarms_per_reader_day_hundredths, 100);
    assert_eq!((trial.leaks_known, trial.leaks_caught), (2, 1));
    assert_eq!(trial.leaks_caught_percent(), Some(50));
    assert_eq!(trial.by_code, [(3, 1), (6, 1)]);
}

#[test]
fn the_office_sees_haste_and_submeters_that_do_not_add_up() {
    let (none, sum) = ([0, 30, 61, 95], [0, 5, 10, 15, 80]);
    assert_eq!(too_fast(&none, 2), Vec::<usize>::new());
    assert_eq!(too_fast(&sum, 3), [3]);
    let children = [CubicMeters(40), CubicMeters(50)];
    let difference = |master| submeter_difference(CubicMeters(master), &children, 10);
    assert_eq!(difference(100), SubmeterDifference::Agrees);
    assert_eq!(difference(89), SubmeterDifference::SubmetersMore(CubicMeters(1)));
    assert_eq!(difference(120), SubmeterDifference::MasterMore(CubicMeters(30)));
}

proptest::proptest! {
    /// What is called very high is called at least high by every wider set.
    #[test]
    fn stricter_limits_never_call_more(
        now in 0_u32..3_000,
        last in 0_u32..1_000,
        percent in 101_u16..900,
        more in 0_u16..500,
        difference in 0_u32..100,
    ) {
        let history = history_of(&[last]);
        let limits = |high_percent| ScreeningLimits {
            high_percent,
            very_high_percent: 2_000,
            high_difference_m3: difference,
            low_percent: 0,
            ..ScreeningLimits::STANDARD
        };
        let is_high = |limits| {
            screen_volume(CubicMeters(now), &history, limits)
                .iter()
                .any(|found| matches!(found, Finding::High(_) | Finding::VeryHigh(_)))
        };
        proptest::prop_assert!(!is_high(limits(percent + more)) || is_high(limits(percent)));
    }

    /// No input makes screening or its sentence fail, and there is a sentence for every finding.
    #[test]
    fn every_finding_has_a_sentence(
        before in 0_u32..10_000,
        now in 0_u32..10_000,
        volumes in proptest::collection::vec(0_u32..10_000, 0..14),
        norm_m3 in 0_u32..200,
        in_service: bool,
        turning: bool,
    ) {
        let previous = RegisterReading::new(before, 4).unwrap();
        let register = RegisterReading::new(now, 4).unwrap();
        let history = History::from_past(previous, &past(&volumes), 20_061, in_service);
        let limits = ScreeningLimits { norm_m3, change_percent: 30, ..ScreeningLimits::STANDARD };
        let seen = Observation { register, low_flow: if turning { TURNING } else { STILL } };
        for finding in screen(seen, history, limits) {
            proptest::prop_assert!(sentence(finding, seen, &history, limits).ends_with(['。']));
            let level = Escalation::of(finding, &history, limits).level();
            proptest::prop_assert!((1..=3).contains(&level));
        }
    }
}
