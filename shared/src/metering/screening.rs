//! Screening (異常水量チェック): is this reading believable, before the reader walks away?
//!
//! Pure and total. The terminal runs it on entry and the office on arrival, with the limits that
//! came with the route, so that both always find the same. `docs/screening.md` is the manual.

mod back_test;
mod escalation;
mod expectation;
mod finding;
mod history;
mod limits;
mod office_checks;
mod sentence;

use serde::{Deserialize, Serialize};

use super::period_volume::{PeriodBasis, PeriodVolume};
use super::register::{RegisterReading, Usage};
use crate::quantity::CubicMeters;

pub use back_test::{BackTest, PastReading, Trial};
pub use escalation::Escalation;
pub use expectation::{Expectation, Guide, Guides, expectation};
pub use finding::{Duties, Finding};
pub use history::{EarlierPeriod, History, SAME_SEASON_DAYS};
pub use limits::{LimitsError, ScreeningLimits};
pub use office_checks::{SubmeterDifference, submeter_difference, too_fast};
pub use sentence::{sentence, sentence_of_period};

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

/// Everything odd about the reading, the gravest first within each question.
pub fn screen(seen: Observation, history: History, limits: ScreeningLimits) -> Vec<Finding> {
    let volume = PeriodBasis::of(history.previous_register).until(seen.register);
    screen_period(volume, seen.low_flow, &history, limits)
}

/// The same for a period of which more is known than its dials: a meter that was taken out, an
/// estimate that is settled. What is billed is what is compared.
pub fn screen_period(
    volume: PeriodVolume,
    low_flow: LowFlowIndicator,
    history: &History,
    limits: ScreeningLimits,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if low_flow == LowFlowIndicator::TurningWithTapsShut {
        findings.push(Finding::LeakSuspected);
    }
    match volume.passed {
        Usage::Backwards => findings.push(Finding::WentBackwards),
        Usage::RolledOver(_) => findings.push(Finding::RolledOver),
        Usage::Plain(_) => {}
    }
    // Nothing left to bill after an estimate that was too high is no empty house.
    let is_settled = volume.billed() == Some(CubicMeters(0)) && volume.carried_out().0 > 0;
    if let Some(billed) = volume.billed().filter(|_| !is_settled) {
        findings.extend(screen_volume(billed, history, limits));
    }
    findings
}

/// What is odd about a volume alone: for records that no longer have the dials.
pub fn screen_volume(
    volume: CubicMeters,
    history: &History,
    limits: ScreeningLimits,
) -> Vec<Finding> {
    if !history.in_service {
        let used = volume > CubicMeters(0);
        return if used { vec![Finding::UsedWhileStopped] } else { Vec::new() };
    }
    let compared = expectation(history.guides(), limits.norm_m3)
        .and_then(|expected| compare(volume, expected, limits));
    let mut findings: Vec<Finding> = compared.into_iter().collect();
    if findings.is_empty() {
        findings.extend(changed(volume, history.last_period, limits));
    }
    findings.extend(repeated(volume, history, limits));
    findings.extend(interval(history, limits));
    findings
}

/// C2, C4, C5 and C7: against what was expected.
fn compare(volume: CubicMeters, expected: Expectation, limits: ScreeningLimits) -> Option<Finding> {
    let Expectation { volume: usual, .. } = expected;
    if volume.0 == 0 {
        return (usual.0 > 0).then_some(Finding::NoUsage);
    }
    let reaches =
        |percent: u16| u64::from(usual.0) * u64::from(percent) <= u64::from(volume.0) * 100;
    if volume.0 >= usual.0.saturating_add(limits.high_difference_m3) {
        if reaches(limits.very_high_percent) {
            return Some(Finding::VeryHigh(expected));
        }
        if reaches(limits.high_percent) {
            return Some(Finding::High(expected));
        }
    }
    let is_low = u64::from(volume.0) * 100 <= u64::from(usual.0) * u64::from(limits.low_percent);
    (is_low && usual.0 >= limits.low_expected_m3).then_some(Finding::Low(expected))
}

/// C3: far from the period before; by percent for large users, by m³ for small ones.
fn changed(
    volume: CubicMeters,
    last_period: Option<CubicMeters>,
    limits: ScreeningLimits,
) -> Option<Finding> {
    let last = last_period.filter(|_| limits.change_percent > 0)?;
    let difference = volume.0.abs_diff(last.0);
    let is_changed = if last.0 > limits.change_large_from_m3 {
        u64::from(difference) * 100 > u64::from(last.0) * u64::from(limits.change_percent)
    } else {
        difference > limits.change_small_m3
    };
    is_changed.then_some(Finding::Changed { last })
}

/// C8: the very same volume again and again is a pattern of made-up readings.
fn repeated(volume: CubicMeters, history: &History, limits: ScreeningLimits) -> Option<Finding> {
    let is_same = history.last_period == Some(volume) && volume.0 > 0;
    let times = if is_same { history.equal_before.saturating_add(1) } else { 1 };
    (limits.same_times > 1 && times >= limits.same_times).then_some(Finding::SameAgain { times })
}

/// C12: the days since the reading before lie outside the cycle.
fn interval(history: &History, limits: ScreeningLimits) -> Option<Finding> {
    let days = history.days_since_previous.filter(|_| limits.cycle_days_max > 0)?;
    let is_usual = (limits.cycle_days_min..=limits.cycle_days_max).contains(&days);
    (!is_usual).then_some(Finding::UnusualInterval { days })
}

#[cfg(test)]
mod tests;
