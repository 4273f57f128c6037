//! Checks over more than one reading (C9 入力の速さ, C13 親子メーター): for the office's lists.

use crate::quantity::CubicMeters;

/// How the volume of a master meter and of its submeters lie to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmeterDifference {
    /// Within the tolerance.
    Agrees,
    /// The submeters counted more than the master.
    SubmetersMore(CubicMeters),
    /// The master counted more than the tolerance allows.
    MasterMore(CubicMeters),
}

/// C13. `tolerance_percent` is of the master's volume.
pub fn submeter_difference(
    master: CubicMeters,
    submeters: &[CubicMeters],
    tolerance_percent: u16,
) -> SubmeterDifference {
    let sum: u64 = submeters.iter().map(|volume| u64::from(volume.0)).sum();
    let master = u64::from(master.0);
    let volume = |m3: u64| CubicMeters(u32::try_from(m3).unwrap_or(u32::MAX));
    if sum > master {
        SubmeterDifference::SubmetersMore(volume(sum - master))
    } else if (master - sum) * 100 > master * u64::from(tolerance_percent) {
        SubmeterDifference::MasterMore(volume(master - sum))
    } else {
        SubmeterDifference::Agrees
    }
}

/// C9: the places of the readings (in order of entry, times in seconds) at which more than
/// `per_minute` had been entered within a minute.
pub fn too_fast(entered_at_seconds: &[i64], per_minute: usize) -> Vec<usize> {
    (0..entered_at_seconds.len())
        .filter(|place| {
            let now = entered_at_seconds[*place];
            let within = entered_at_seconds[..=*place].iter().rev();
            within.take_while(|then| now.saturating_sub(**then) < 60).count() > per_minute
        })
        .collect()
}
