//! What was to be expected (予想水量): the best guide that is known for a connection.

use serde::{Deserialize, Serialize};

use crate::quantity::CubicMeters;

/// Where an expected volume comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guide {
    /// The same season a year ago (前年同期).
    SameSeason,
    /// The period before (前回).
    LastPeriod,
    /// What such a household usually uses (世帯の目安).
    Norm,
}

impl Guide {
    /// In a sentence of the terminal.
    pub fn japanese(self) -> &'static str {
        match self {
            Guide::SameSeason => "前年同期",
            Guide::LastPeriod => "前回",
            Guide::Norm => "世帯の目安",
        }
    }
}

/// An expected volume and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// How much.
    pub volume: CubicMeters,
    /// Why so much.
    pub guide: Guide,
}

/// Volumes of the past that may guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Guides {
    /// The same season a year ago.
    pub same_season: Option<CubicMeters>,
    /// The period before.
    pub last_period: Option<CubicMeters>,
}

/// Last year's same season is the better guide where there is one: pools and fields are seasonal.
/// A year ago without water says nothing about a house that is lived in again; so the guides with
/// water come first, and an empty last period only guides where nothing else is known.
pub fn expectation(guides: Guides, norm_m3: u32) -> Option<Expectation> {
    let with_water = |volume: Option<CubicMeters>| volume.filter(|volume| volume.0 > 0);
    let of = |guide| move |volume| Expectation { volume, guide };
    with_water(guides.same_season)
        .map(of(Guide::SameSeason))
        .or(with_water(guides.last_period).map(of(Guide::LastPeriod)))
        .or(with_water(Some(CubicMeters(norm_m3))).map(of(Guide::Norm)))
        .or(guides.last_period.map(of(Guide::LastPeriod)))
}
