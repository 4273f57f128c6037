//! Volumes that are billed (算定水量): what of the water counts as sewage, and what is deducted.

use serde::{Deserialize, Serialize};

/// Sewage of well water that no meter counts (井戸水の認定), by the number of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WellRule {
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
