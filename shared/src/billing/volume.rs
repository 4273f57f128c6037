//! Volumes that are billed (算定水量): what of the water counts as sewage, and what is deducted.

mod meters;
mod purposes;

use serde::{Deserialize, Serialize};

use super::tariff::Tariff;
use crate::connection::UsageClass;
use crate::quantity::CubicMeters;

pub use meters::{
    DifferenceTolerance, MasterDifference, SharedVolume, master_difference, shared_after_stops,
    shared_volume, summed,
};
pub use purposes::{WellByPurpose, WellPurpose};

/// Sewage of well water that no meter counts (井戸水の認定), by the number of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WellRule {
    /// Classes that it holds for; empty for all.
    #[serde(default)]
    pub use_classes: Vec<UsageClass>,
    /// The volumes are for this many months.
    pub months: u8,
    /// Without tap water: for 1, 2, 3 … people.
    #[serde(default)]
    pub alone_m3: Vec<u32>,
    /// Each further person.
    pub alone_more_m3: u32,
    /// Beside tap water, added: for 1, 2, 3 … people.
    #[serde(default)]
    pub with_tap_m3: Vec<u32>,
    /// Each further person.
    pub with_tap_more_m3: u32,
    /// Tap and well together are at least what the well alone would be.
    #[serde(default)]
    pub at_least_alone: bool,
}

/// When water that does not reach the sewer is deducted (減量認定): both have to be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeductionRule {
    /// Of the volume.
    pub from_percent: u8,
    /// In two months; half of it in one.
    pub from_m3: u32,
}

/// What the sewage of a period is found from (汚水量の認定).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SewageSources {
    /// 水道の使用水量.
    pub tap: CubicMeters,
    /// Sewage that a meter counted or the authority certified by itself; it takes the place of tap
    /// and well.
    pub certified: Option<CubicMeters>,
    /// 用途, where wells are ruled by it.
    pub use_class: UsageClass,
    /// People who use an unmetered well; 0 without one.
    pub well_people: u16,
    /// What is said not to reach the sewer.
    pub deducted: CubicMeters,
    /// Months of the period.
    pub months: u8,
}

impl Tariff {
    /// The sewage that is billed. `None` where people use a well and the tariff has no rule for it.
    pub fn sewage_volume(&self, sources: &SewageSources) -> Option<CubicMeters> {
        let gross = match (sources.certified, sources.well_people) {
            (Some(certified), _) => certified.0,
            (None, 0) => sources.tap.0,
            (None, people) => {
                self.well(sources.use_class)?.volume(sources.tap.0, people, sources.months)
            }
        };
        let deducted = sources.deducted.0.min(gross);
        let is_reached = |rule: &DeductionRule| {
            let percent = u64::from(gross) * u64::from(rule.from_percent);
            let from_m3 = u64::from(rule.from_m3) * u64::from(sources.months);
            u64::from(deducted) * 100 >= percent && u64::from(deducted) * 2 >= from_m3
        };
        let is_deducted = self.deduction.as_ref().is_some_and(is_reached);
        Some(CubicMeters(if is_deducted { gross - deducted } else { gross }))
    }
}

impl WellRule {
    /// With tap water or without, for a period of so many months.
    fn volume(&self, tap: u32, people: u16, months: u8) -> u32 {
        let scaled = |table: &[u32], more: u32| {
            let all = u64::from(per_people(table, more, people)) * u64::from(months);
            u32::try_from(all / u64::from(self.months.max(1))).unwrap_or(u32::MAX)
        };
        let alone = scaled(&self.alone_m3, self.alone_more_m3);
        if tap == 0 {
            return alone;
        }
        let both = tap.saturating_add(scaled(&self.with_tap_m3, self.with_tap_more_m3));
        if self.at_least_alone { both.max(alone) } else { both }
    }
}

/// The volume of so many people, of a table for 1, 2, 3 … and each further one.
fn per_people(table: &[u32], more: u32, people: u16) -> u32 {
    let listed = table.len().min(usize::from(people));
    let further = usize::from(people) - listed;
    let base = listed.checked_sub(1).map_or(0, |last| table[last]);
    base.saturating_add(more.saturating_mul(u32::try_from(further).unwrap_or(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::TariffFile;

    const NIRASAKI: &str = include_str!("../../tariffs/example-well-nirasaki.toml");
    const YACHIYO: &str = include_str!("../../tariffs/yachiyo-sewerage-2019.toml");

    fn volume(tariff: &Tariff, tap: u32, well_people: u16, months: u8) -> u32 {
        let tap = CubicMeters(tap);
        let sources = SewageSources {
            tap,
            certified: None,
            use_class: UsageClass::GENERAL,
            well_people,
            deducted: CubicMeters(0),
            months,
        };
        tariff.sewage_volume(&sources).unwrap().0
    }

    #[test]
    fn well_water_counts_by_people_and_beside_tap_water_adds_to_it() {
        let nirasaki = TariffFile::parse(NIRASAKI).unwrap().tariffs.remove(0);
        assert_eq!(volume(&nirasaki, 0, 3, 2), 48);
        assert_eq!(volume(&nirasaki, 30, 3, 2), 54);
        assert_eq!(volume(&nirasaki, 5, 3, 2), 48, "at least what the well alone would be");
        assert_eq!(volume(&nirasaki, 30, 0, 2), 30);
        let yachiyo = TariffFile::parse(YACHIYO).unwrap().tariffs.remove(0);
        assert_eq!(volume(&yachiyo, 0, 4, 1), 24);
        assert_eq!(volume(&yachiyo, 30, 4, 2), 54);
    }

    #[test]
    fn a_table_by_people_goes_on_with_each_further_person() {
        assert_eq!(per_people(&[9, 15, 20], 4, 1), 9);
        assert_eq!(per_people(&[9, 15, 20], 4, 3), 20);
        assert_eq!(per_people(&[9, 15, 20], 4, 5), 28);
        assert_eq!(per_people(&[], 6, 5), 30);
    }

    #[test]
    fn kumamoto_and_kamo_count_by_people() {
        let kumamoto = WellRule {
            use_classes: vec![],
            months: 1,
            alone_m3: vec![9, 15, 20],
            alone_more_m3: 4,
            with_tap_m3: vec![],
            with_tap_more_m3: 0,
            at_least_alone: false,
        };
        assert_eq!([1, 2, 3, 5].map(|people| kumamoto.volume(0, people, 1)), [9, 15, 20, 28]);
        let kamo = WellRule { alone_m3: vec![], alone_more_m3: 6, with_tap_more_m3: 3, ..kumamoto };
        assert_eq!((kamo.volume(0, 4, 1), kamo.volume(20, 4, 1)), (24, 32));
        assert_eq!((kamo.volume(0, 4, 2), kamo.volume(20, 4, 2)), (48, 44));
    }

    #[test]
    fn a_deduction_has_to_reach_both_bounds() {
        let mut tariff = TariffFile::parse(YACHIYO).unwrap().tariffs.remove(0);
        tariff.deduction = Some(DeductionRule { from_percent: 10, from_m3: 20 });
        let sewage = |gross, deducted, months| {
            let sources = SewageSources {
                tap: CubicMeters(0),
                certified: Some(CubicMeters(gross)),
                use_class: UsageClass::GENERAL,
                well_people: 0,
                deducted: CubicMeters(deducted),
                months,
            };
            tariff.sewage_volume(&sources).unwrap().0
        };
        assert_eq!(sewage(200, 20, 2), 180);
        assert_eq!(sewage(200, 19, 2), 200);
        assert_eq!(sewage(201, 20, 2), 201);
        assert_eq!(sewage(100, 10, 1), 90);
        assert_eq!(sewage(10, 15, 1), 0);
    }
}
