//! Sewage of a well that serves single purposes (用途別の井戸水の認定), beside tap water.

use serde::{Deserialize, Serialize};

use super::per_people;
use crate::quantity::CubicMeters;

/// Monthly volumes of one purpose, for 1, 2, 3 … people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WellPurpose {
    /// `toilet`, `bath` ….
    pub key: String,
    /// トイレ, 風呂 ….
    pub name: String,
    /// For 1, 2, 3 … people; the last for more.
    pub m3: Vec<u32>,
    /// Each further person.
    #[serde(default)]
    pub more_m3: u32,
}

/// A well that serves single purposes only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WellByPurpose {
    /// Whose rule it is, and where it was published.
    pub source: String,
    /// What it knows.
    #[serde(rename = "purpose")]
    pub purposes: Vec<WellPurpose>,
}

/// The published table of 熊本市.
const KUMAMOTO: &str = include_str!("../../../rules/well-purposes-kumamoto.toml");

impl WellByPurpose {
    /// The published table of 熊本市.
    pub fn kumamoto() -> Self {
        toml::from_str(KUMAMOTO).expect("a test parses the file of the program")
    }

    /// Tap water and what the well serves. `None` where a purpose is not known.
    pub fn sewage(
        &self,
        tap: CubicMeters,
        people: u16,
        months: u8,
        purposes: &[&str],
    ) -> Option<CubicMeters> {
        let mut total = tap.0;
        for key in purposes {
            let purpose = self.purposes.iter().find(|known| known.key == *key)?;
            let monthly = per_people(&purpose.m3, purpose.more_m3, people);
            total = total.saturating_add(monthly.saturating_mul(u32::from(months)));
        }
        Some(CubicMeters(total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kumamoto_adds_the_purposes_to_the_tap_water() {
        let rule = WellByPurpose::kumamoto();
        let sewage = |tap, people, months, purposes: &[&str]| {
            rule.sewage(CubicMeters(tap), people, months, purposes).map(|volume| volume.0)
        };
        // Published: 2 people, toilet and bath from the well, 10 m³ of tap water.
        assert_eq!(sewage(10, 2, 1, &["toilet", "bath"]), Some(17));
        assert_eq!(sewage(10, 1, 1, &["laundry", "other"]), Some(13));
        assert_eq!(sewage(20, 3, 2, &["kitchen"]), Some(28));
        assert_eq!(sewage(20, 3, 2, &["pool"]), None);
    }
}
