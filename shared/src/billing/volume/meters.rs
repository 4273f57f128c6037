//! Volumes of several meters or dwellings (親子・連用・合算): what each of them is billed.

use serde::{Deserialize, Serialize};

use crate::quantity::CubicMeters;

/// Up to which difference of master and submeters nobody is billed (差水量の許容).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DifferenceTolerance {
    /// Of the master meter's volume.
    pub percent: u8,
    /// Whatever the volume is.
    pub m3: u32,
}

/// What a master meter shows beside its submeters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MasterDifference {
    /// Within the tolerance, on either side: nobody is billed.
    Tolerated,
    /// Billed to whoever holds the master meter (leak, fire hydrant, common taps).
    Billed(CubicMeters),
    /// The submeters show so much more: an office looks at the meters first.
    SubmetersAbove(CubicMeters),
}

/// Master less submeters (差水量).
pub fn master_difference(
    master: CubicMeters,
    submeters: &[CubicMeters],
    tolerance: DifferenceTolerance,
) -> MasterDifference {
    let all = summed(submeters);
    let apart = master.0.abs_diff(all.0);
    let by_percent = u64::from(apart) * 100 <= u64::from(master.0) * u64::from(tolerance.percent);
    if by_percent || apart <= tolerance.m3 {
        MasterDifference::Tolerated
    } else if master > all {
        MasterDifference::Billed(CubicMeters(apart))
    } else {
        MasterDifference::SubmetersAbove(CubicMeters(apart))
    }
}

/// The volume of supplies that one user uses together (合算).
pub fn summed(meters: &[CubicMeters]) -> CubicMeters {
    CubicMeters(meters.iter().fold(0, |sum: u32, usage| sum.saturating_add(usage.0)))
}

/// What each dwelling of a shared tap is billed (連用栓).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedVolume {
    /// Of each.
    pub each: CubicMeters,
    /// What cannot be split evenly goes to the next period.
    pub carried_out: CubicMeters,
}

/// An even split, with what the last period carried over. `None` without dwellings.
pub fn shared_volume(
    metered: CubicMeters,
    carried_in: CubicMeters,
    dwellings: u16,
) -> Option<SharedVolume> {
    let total = metered.0.saturating_add(carried_in.0);
    let dwellings = u32::from(dwellings);
    Some(SharedVolume {
        each: CubicMeters(total.checked_div(dwellings)?),
        carried_out: CubicMeters(total.checked_rem(dwellings)?),
    })
}

/// The same when dwellings stopped on the way: each that stopped has its share at that day; the
/// others split what is left. `None` when none are left or the stopped ones took more than there is.
pub fn shared_after_stops(
    metered: CubicMeters,
    carried_in: CubicMeters,
    stopped: &[CubicMeters],
    unchanged: u16,
) -> Option<SharedVolume> {
    let total = CubicMeters(metered.0.saturating_add(carried_in.0));
    let left = total.0.checked_sub(summed(stopped).0)?;
    shared_volume(CubicMeters(left), CubicMeters(0), unchanged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn m3(volumes: &[u32]) -> Vec<CubicMeters> {
        volumes.iter().copied().map(CubicMeters).collect()
    }

    #[test]
    fn a_difference_within_the_tolerance_is_nobodys() {
        let tolerance = DifferenceTolerance { percent: 5, m3: 3 };
        let of =
            |master, subs: &[u32]| master_difference(CubicMeters(master), &m3(subs), tolerance);
        assert_eq!(of(100, &[40, 55]), MasterDifference::Tolerated);
        assert_eq!(of(100, &[40, 54]), MasterDifference::Billed(CubicMeters(6)));
        assert_eq!(of(10, &[7]), MasterDifference::Tolerated);
        assert_eq!(of(100, &[60, 60]), MasterDifference::SubmetersAbove(CubicMeters(20)));
        assert_eq!(of(0, &[]), MasterDifference::Tolerated);
    }

    #[test]
    fn the_odd_cubic_meters_of_a_shared_tap_come_with_the_next_period() {
        let first = shared_volume(CubicMeters(100), CubicMeters(0), 6).unwrap();
        assert_eq!((first.each.0, first.carried_out.0), (16, 4));
        let second = shared_volume(CubicMeters(98), first.carried_out, 6).unwrap();
        assert_eq!((second.each.0, second.carried_out.0), (17, 0));
        assert_eq!(shared_volume(CubicMeters(1), CubicMeters(0), 0), None);
    }

    #[test]
    fn dwellings_that_stopped_keep_their_share() {
        let left = shared_after_stops(CubicMeters(100), CubicMeters(2), &m3(&[10]), 5).unwrap();
        assert_eq!((left.each.0, left.carried_out.0), (18, 2));
        assert_eq!(shared_after_stops(CubicMeters(5), CubicMeters(0), &m3(&[6]), 5), None);
    }

    #[test]
    fn meters_of_one_user_are_summed() {
        assert_eq!(summed(&m3(&[10, 20, 5])), CubicMeters(35));
    }
}
