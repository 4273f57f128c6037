//! From where a volume counts as odd (判定値): they come with the route, for each connection.

use serde::{Deserialize, Serialize};

/// Percentages of the expected volume, and floors in m³ that keep small households quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// What such a household uses in a period (世帯の目安); 0 when unknown.
    #[serde(default)]
    pub norm_m3: u32,
    /// A high volume this many m³ above what was expected is held back by the office (C2).
    #[serde(default = "hold_difference_m3")]
    pub hold_difference_m3: u32,
    /// C3: off by more than this many percent from the period before; 0 switches C3 off.
    #[serde(default)]
    pub change_percent: u16,
    /// C3: the percentage counts above this volume,
    #[serde(default = "change_large_from_m3")]
    pub change_large_from_m3: u32,
    /// and up to it a difference of more than this many m³.
    #[serde(default = "change_small_m3")]
    pub change_small_m3: u32,
    /// C8: so many equal volumes in a row, this one included; 0 switches C8 off.
    #[serde(default = "same_times")]
    pub same_times: u8,
    /// C12: the fewest days of a period,
    #[serde(default)]
    pub cycle_days_min: u16,
    /// and the most; 0 switches C12 off.
    #[serde(default)]
    pub cycle_days_max: u16,
}

fn hold_difference_m3() -> u32 {
    ScreeningLimits::STANDARD.hold_difference_m3
}

fn change_large_from_m3() -> u32 {
    ScreeningLimits::STANDARD.change_large_from_m3
}

fn change_small_m3() -> u32 {
    ScreeningLimits::STANDARD.change_small_m3
}

fn same_times() -> u8 {
    ScreeningLimits::STANDARD.same_times
}

/// Why limits cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitsError {
    /// Not the form of a limits file; the text says where.
    #[error("{0}")]
    Form(String),
    /// High starts at or below the expected volume.
    #[error("high_percent must be above 100")]
    HighPercent,
    /// The second level starts below the first.
    #[error("very_high_percent must not be below high_percent")]
    VeryHighPercent,
    /// Low reaches up to the expected volume.
    #[error("low_percent must be below 100")]
    LowPercent,
    /// The shortest period is longer than the longest.
    #[error("cycle_days_min must not be above cycle_days_max")]
    CycleDays,
}

impl LimitsError {
    /// For the one who wrote the file.
    pub fn japanese(&self) -> String {
        match self {
            LimitsError::Form(text) => format!("判定値ファイルを読み取れません。{text}"),
            LimitsError::HighPercent => "high_percent は100より大きくしてください。".to_owned(),
            LimitsError::VeryHighPercent => {
                "very_high_percent は high_percent 以上にしてください。".to_owned()
            }
            LimitsError::LowPercent => "low_percent は100より小さくしてください。".to_owned(),
            LimitsError::CycleDays => {
                "cycle_days_min は cycle_days_max 以下にしてください。".to_owned()
            }
        }
    }
}

impl ScreeningLimits {
    /// A set that a town can start from: twice the usual and 10 m³ more is high, four times very
    /// high, a quarter low (proposals C2 to C4 and C7 of the requirements catalog). C3 and C12 are
    /// off: against the period before alone, every change of season would call.
    pub const STANDARD: ScreeningLimits = ScreeningLimits {
        high_percent: 200,
        very_high_percent: 400,
        high_difference_m3: 10,
        low_percent: 25,
        low_expected_m3: 12,
        norm_m3: 0,
        hold_difference_m3: 30,
        change_percent: 0,
        change_large_from_m3: 40,
        change_small_m3: 20,
        same_times: 4,
        cycle_days_min: 0,
        cycle_days_max: 0,
    };

    /// Reads a limits file (TOML).
    pub fn from_toml(text: &str) -> Result<ScreeningLimits, LimitsError> {
        let limits: ScreeningLimits =
            toml::from_str(text).map_err(|error| LimitsError::Form(error.to_string()))?;
        limits.checked()
    }

    /// Itself, if its levels lie in their order.
    pub fn checked(self) -> Result<ScreeningLimits, LimitsError> {
        if self.high_percent <= 100 {
            Err(LimitsError::HighPercent)
        } else if self.very_high_percent < self.high_percent {
            Err(LimitsError::VeryHighPercent)
        } else if self.low_percent >= 100 {
            Err(LimitsError::LowPercent)
        } else if self.cycle_days_min > self.cycle_days_max {
            Err(LimitsError::CycleDays)
        } else {
            Ok(self)
        }
    }
}
