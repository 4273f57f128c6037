//! Screening (異常水量チェック): is this reading believable, before the reader walks away?
//!
//! Pure and total. The terminal runs it on entry and the office on arrival, with the limits that
//! came with the route, so that both always find the same.

use serde::{Deserialize, Serialize};

use super::register::{RegisterReading, Usage};
use crate::quantity::CubicMeters;

/// What the small star or drum on the dial does when every tap is shut (パイロット).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LowFlowIndicator {
    /// Not looked at.
    NotChecked,
    /// Stands still: no water flows.
    Still,
    /// Turns although the taps are shut: water escapes behind the meter.
    TurningWithTapsShut,
}

/// What the reader saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    /// The dials.
    pub register: RegisterReading,
    /// The indicator.
    pub low_flow: LowFlowIndicator,
}

/// What is known from before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// The dials at the last reading, or as installed.
    pub previous_register: RegisterReading,
    /// The volume of the period before this one.
    pub last_period: Option<CubicMeters>,
    /// The volume of the same period of the year before.
    pub same_period_last_year: Option<CubicMeters>,
    /// Whether service is agreed at present (使用中).
    pub in_service: bool,
}

/// How far from a year ago a reading may lie and still tell of the same season.
pub const SAME_SEASON_DAYS: i32 = 45;

impl History {
    /// Picks out of the past periods what screening needs: the newest, and the one that was read
    /// nearest to a year before. Terminal and office both go through here, so that they cannot
    /// disagree. `past` is day of reading (since 1970-01-01) and volume, the newest first.
    pub fn from_past(
        previous_register: RegisterReading,
        past: &[(i32, CubicMeters)],
        read_on_unix_days: i32,
        in_service: bool,
    ) -> History {
        let year_ago = i64::from(read_on_unix_days) - 365;
        let distance = |day: i32| (i64::from(day) - year_ago).abs();
        let same_season = past
            .iter()
            .filter(|(day, _)| distance(*day) <= i64::from(SAME_SEASON_DAYS))
            .min_by_key(|(day, _)| distance(*day));
        History {
            previous_register,
            last_period: past.first().map(|(_, volume)| *volume),
            same_period_last_year: same_season.map(|(_, volume)| *volume),
            in_service,
        }
    }
}

/// From where a volume counts as odd. Percentages of the expected volume, and a floor in m³ that
/// keeps small households quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreeningLimits {
    /// High: at least this many percent of the expected volume.
    pub high_percent: u16,
    /// Very high: at least this many percent.
    pub very_high_percent: u16,
    /// High findings need at least this many m³ more than expected.
    pub high_difference_m3: u32,
    /// Low: at most this many percent of the expected volume.
    pub low_percent: u16,
    /// Low findings need an expected volume of at least this many m³.
    pub low_expected_m3: u32,
}

impl ScreeningLimits {
    /// A set that a town can start from: twice the usual and 10 m³ more is high, four times very
    /// high, a quarter low (proposals C2 to C4 and C7 of the requirements catalog).
    pub const STANDARD: ScreeningLimits = ScreeningLimits {
        high_percent: 200,
        very_high_percent: 400,
        high_difference_m3: 10,
        low_percent: 25,
        low_expected_m3: 12,
    };
}

/// What is odd about a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The dials went backwards (逆進): a reading cannot be taken without clearing this.
    WentBackwards,
    /// The dials passed zero (桁上がり).
    RolledOver,
    /// Clearly more than expected.
    High {
        /// The volume that was expected.
        expected: CubicMeters,
    },
    /// Far more than expected.
    VeryHigh {
        /// The volume that was expected.
        expected: CubicMeters,
    },
    /// Clearly less than expected.
    Low {
        /// The volume that was expected.
        expected: CubicMeters,
    },
    /// No water at all where some was used before.
    NoUsage,
    /// Water passed although service is stopped (中止中の使用).
    UsedWhileStopped,
    /// The indicator turns with the taps shut (漏水の疑い).
    LeakSuspected,
}

impl Finding {
    /// The number stored and sent.
    pub fn code(self) -> u8 {
        match self {
            Finding::WentBackwards => 1,
            Finding::RolledOver => 2,
            Finding::High { .. } => 3,
            Finding::VeryHigh { .. } => 4,
            Finding::Low { .. } => 5,
            Finding::NoUsage => 6,
            Finding::UsedWhileStopped => 7,
            Finding::LeakSuspected => 8,
        }
    }

    /// A few words for lists.
    pub fn japanese_of_code(code: u8) -> Option<&'static str> {
        Some(match code {
            1 => "逆進",
            2 => "桁上がり",
            3 => "多い",
            4 => "非常に多い",
            5 => "少ない",
            6 => "使用なし",
            7 => "中止中の使用",
            8 => "漏水の疑い",
            _ => return None,
        })
    }

    /// Whether the number must be typed a second time before it is taken.
    pub fn needs_second_entry(self) -> bool {
        !matches!(self, Finding::NoUsage | Finding::LeakSuspected)
    }
}

/// Everything odd about the reading, the gravest first within each question.
pub fn screen(seen: Observation, history: History, limits: ScreeningLimits) -> Vec<Finding> {
    let mut findings = Vec::new();
    if seen.low_flow == LowFlowIndicator::TurningWithTapsShut {
        findings.push(Finding::LeakSuspected);
    }
    let usage = history.previous_register.usage_until(seen.register);
    match usage {
        Usage::Backwards => findings.push(Finding::WentBackwards),
        Usage::RolledOver(_) => findings.push(Finding::RolledOver),
        Usage::Plain(_) => {}
    }
    if let Some(volume) = usage.volume() {
        if history.in_service {
            findings.extend(compare(volume, expected(history), limits));
        } else if volume > CubicMeters(0) {
            findings.push(Finding::UsedWhileStopped);
        }
    }
    findings
}

/// Last year's same season is the better guide where there is one: pools and fields are seasonal.
/// A year ago without water says nothing about a house that is lived in again.
fn expected(history: History) -> Option<CubicMeters> {
    history.same_period_last_year.filter(|volume| volume.0 > 0).or(history.last_period)
}

fn compare(
    volume: CubicMeters,
    expected: Option<CubicMeters>,
    limits: ScreeningLimits,
) -> Option<Finding> {
    let expected = expected?;
    let percent_of_expected =
        |percent: u16| u64::from(expected.0) * u64::from(percent) <= u64::from(volume.0) * 100;
    if volume.0 == 0 {
        return (expected.0 > 0).then_some(Finding::NoUsage);
    }
    if volume.0 >= expected.0.saturating_add(limits.high_difference_m3) {
        if percent_of_expected(limits.very_high_percent) {
            return Some(Finding::VeryHigh { expected });
        }
        if percent_of_expected(limits.high_percent) {
            return Some(Finding::High { expected });
        }
    }
    let is_low = u64::from(volume.0) * 100 <= u64::from(expected.0) * u64::from(limits.low_percent);
    (is_low && expected.0 >= limits.low_expected_m3).then_some(Finding::Low { expected })
}

#[cfg(test)]
mod tests {
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
            previous_register: register(1_200),
            last_period: Some(CubicMeters(40)),
            same_period_last_year: last_year.map(CubicMeters),
            in_service,
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
            &expect!["[LeakSuspected, High { expected: CubicMeters(38) }]"],
        );
        check(1_360, Some(38), STILL, &expect!["[VeryHigh { expected: CubicMeters(38) }]"]);
    }

    #[test]
    fn small_households_are_left_in_peace() {
        check(1_209, Some(3), STILL, &expect!["[]"]);
        check(1_202, Some(10), STILL, &expect!["[]"]);
    }

    #[test]
    fn too_little_backwards_and_nothing_are_told_apart() {
        check(1_209, Some(38), STILL, &expect!["[Low { expected: CubicMeters(38) }]"]);
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
}
