//! Why a number is hard to believe (確認の理由): one plain sentence with the numbers.

use super::{Expectation, Finding, History, Observation, ScreeningLimits};
use crate::metering::period_volume::{PeriodBasis, PeriodVolume};

/// The sentence of a finding, for the one who stands before the meter.
pub fn sentence(
    finding: Finding,
    seen: Observation,
    history: &History,
    limits: ScreeningLimits,
) -> String {
    let volume = PeriodBasis::of(history.previous_register).until(seen.register);
    sentence_of_period(finding, seen, volume, history, limits)
}

/// The same for a period of which more is known than its dials.
pub fn sentence_of_period(
    finding: Finding,
    seen: Observation,
    volume: PeriodVolume,
    history: &History,
    limits: ScreeningLimits,
) -> String {
    let used = volume.billed().map_or(0, |volume| volume.0);
    let row = match history.periods_in_a_row(finding, limits) {
        0 | 1 => "",
        2 => "2期続けて、",
        _ => "3期以上続けて、",
    };
    match finding {
        Finding::WentBackwards => format!(
            "今回 {} は、前回 {} より小さい数字（逆進）です。",
            seen.register.padded(),
            history.previous_register.padded()
        ),
        Finding::RolledOver => format!(
            "前回 {} から今回 {} へ、指針が一巡した計算で {used}m³ です。",
            history.previous_register.padded(),
            seen.register.padded()
        ),
        Finding::High(expected) => {
            format!("{row}{used}m³ は、{}多い水量です。", compared(used, expected))
        }
        Finding::VeryHigh(expected) => {
            format!("{row}{used}m³ は、{}非常に多い水量です。", compared(used, expected))
        }
        Finding::Low(expected) => format!(
            "{row}{used}m³ は、{}（{}m³）に比べて少ない水量です。",
            expected.guide.japanese(),
            expected.volume.0
        ),
        Finding::NoUsage => {
            format!("{row}使用水量が 0m³ です。空き家ですか。メーターは動いていますか。")
        }
        Finding::UsedWhileStopped => format!("中止中の水栓で {used}m³ 使われています。"),
        Finding::LeakSuspected => {
            "蛇口を閉めてもパイロットが回っています（漏水の疑い）。".to_owned()
        }
        Finding::Changed { last } => {
            format!("{used}m³ は、前回（{}m³）と {}m³ 違います。", last.0, used.abs_diff(last.0))
        }
        Finding::SameAgain { times } => format!("{times}期続けて、同じ {used}m³ です。"),
        Finding::UnusualInterval { days } => format!(
            "前回の検針から {days}日です（ふだんは {}〜{}日）。",
            limits.cycle_days_min, limits.cycle_days_max
        ),
    }
}

/// `前年同期（38m³）の3.1倍で、`: tenths, cut off, so that nothing is told as more than it is.
fn compared(used: u32, expected: Expectation) -> String {
    let guide = expected.guide.japanese();
    let usual = expected.volume.0;
    if usual == 0 {
        return format!("{guide}（0m³）と比べて");
    }
    let tenths = u64::from(used) * 10 / u64::from(usual);
    format!("{guide}（{usual}m³）の{}.{}倍で、", tenths / 10, tenths % 10)
}
