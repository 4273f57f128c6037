//! What is typed on the page of limits (判定値の入力). Everything is text; what cannot be read counts as 0.

use serde::Deserialize;
use shared::metering::{LimitsError, ScreeningLimits};

/// The fields.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Typed {
    /// The past round, or the round of a choice.
    #[serde(default)]
    pub round: String,
    #[serde(default)]
    pub high_percent: String,
    #[serde(default)]
    pub very_high_percent: String,
    #[serde(default)]
    pub high_difference_m3: String,
    #[serde(default)]
    pub low_percent: String,
    #[serde(default)]
    pub low_expected_m3: String,
    #[serde(default)]
    pub norm_m3: String,
    /// Name of a set that is saved.
    #[serde(default)]
    pub name: String,
    /// The set of a choice.
    #[serde(default)]
    pub set: String,
}

/// A slider: name, words, unit, bounds and step.
pub(crate) struct Slider {
    pub name: &'static str,
    pub label: &'static str,
    pub unit: &'static str,
    pub min: u16,
    pub max: u16,
    pub step: u16,
}

const fn slider(
    name: &'static str,
    label: &'static str,
    unit: &'static str,
    [min, max, step]: [u16; 3],
) -> Slider {
    Slider { name, label, unit, min, max, step }
}

/// In the order of the page.
pub(crate) const SLIDERS: [Slider; 6] = [
    slider("high_percent", "「多い」は予想の", "％以上", [110, 400, 10]),
    slider("very_high_percent", "「非常に多い」は予想の", "％以上", [150, 1000, 50]),
    slider("high_difference_m3", "そのとき予想より", "m³以上多い", [0, 50, 1]),
    slider("low_percent", "「少ない」は予想の", "％以下", [0, 90, 5]),
    slider("low_expected_m3", "そのとき予想が", "m³以上", [0, 60, 1]),
    slider("norm_m3", "1戸の目安（前回も前年もないとき）", "m³（0は使わない）", [0, 100, 1]),
];

impl Typed {
    /// What was typed into a field.
    pub fn value(&self, name: &str) -> &str {
        match name {
            "high_percent" => &self.high_percent,
            "very_high_percent" => &self.very_high_percent,
            "high_difference_m3" => &self.high_difference_m3,
            "low_percent" => &self.low_percent,
            "low_expected_m3" => &self.low_expected_m3,
            _ => &self.norm_m3,
        }
    }

    /// Fills what is empty from limits.
    pub fn fill(&mut self, limits: &ScreeningLimits) {
        let fill = |field: &mut String, value: u32| {
            if field.trim().is_empty() {
                *field = value.to_string();
            }
        };
        fill(&mut self.high_percent, limits.high_percent.into());
        fill(&mut self.very_high_percent, limits.very_high_percent.into());
        fill(&mut self.high_difference_m3, limits.high_difference_m3);
        fill(&mut self.low_percent, limits.low_percent.into());
        fill(&mut self.low_expected_m3, limits.low_expected_m3);
        fill(&mut self.norm_m3, limits.norm_m3);
    }

    /// The limits; what the page does not show is standard.
    pub fn limits(&self) -> Result<ScreeningLimits, LimitsError> {
        let number = |text: &str| text.trim().parse().unwrap_or(0_u32);
        let percent = |text: &str| u16::try_from(number(text)).unwrap_or(u16::MAX);
        let limits = ScreeningLimits {
            high_percent: percent(&self.high_percent),
            very_high_percent: percent(&self.very_high_percent),
            high_difference_m3: number(&self.high_difference_m3),
            low_percent: percent(&self.low_percent),
            low_expected_m3: number(&self.low_expected_m3),
            norm_m3: number(&self.norm_m3),
            ..ScreeningLimits::STANDARD
        };
        limits.checked()
    }
}
