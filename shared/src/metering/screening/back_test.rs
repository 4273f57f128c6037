//! The back-test of limits (判定値の試し): how often they would have called, and what they caught.

use std::collections::BTreeMap;

use super::{Finding, History, ScreeningLimits, screen_volume};
use crate::quantity::CubicMeters;

/// A reading of the past, as it lay before its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastReading {
    /// What was used.
    pub volume: CubicMeters,
    /// What was known before.
    pub history: History,
    /// A number for the reader, whatever it is.
    pub reader: u32,
    /// Day of the reading (since 1970-01-01).
    pub read_on_unix_days: i32,
    /// Whether later facts showed a leak behind this reading.
    pub is_known_leak: bool,
}

/// What came of trying a set of limits. Add readings, then ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BackTest {
    readings: u64,
    by_code: BTreeMap<u8, u64>,
    alarms_of_reader_day: BTreeMap<(u32, i32), u64>,
    leaks_known: u64,
    leaks_caught: u64,
}

/// The figures of a back-test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Readings that were tried.
    pub readings: u64,
    /// Readings at which the reader would have been stopped.
    pub alarms: u64,
    /// Pairs of reader and day.
    pub reader_days: u64,
    /// Alarms per reader and day in hundredths, rounded half up.
    pub alarms_per_reader_day_hundredths: u64,
    /// The worst day of any reader.
    pub alarms_on_worst_day: u64,
    /// Leaks that later facts showed.
    pub leaks_known: u64,
    /// Those of them that would have been called high or very high.
    pub leaks_caught: u64,
    /// Code of the finding and how often.
    pub by_code: Vec<(u8, u64)>,
}

impl BackTest {
    /// Tries one reading.
    pub fn add(&mut self, reading: &PastReading, limits: ScreeningLimits) {
        let findings = screen_volume(reading.volume, &reading.history, limits);
        let is_alarm = findings.iter().any(|finding| finding.is_told_to_the_reader());
        let is_high =
            findings.iter().any(|found| matches!(found, Finding::High(_) | Finding::VeryHigh(_)));
        self.readings += 1;
        for finding in findings {
            *self.by_code.entry(finding.code()).or_default() += 1;
        }
        let day = (reading.reader, reading.read_on_unix_days);
        *self.alarms_of_reader_day.entry(day).or_default() += u64::from(is_alarm);
        self.leaks_known += u64::from(reading.is_known_leak);
        self.leaks_caught += u64::from(reading.is_known_leak && is_high);
    }

    /// The figures so far.
    pub fn trial(&self) -> Trial {
        let alarms: u64 = self.alarms_of_reader_day.values().sum();
        let reader_days = u64::try_from(self.alarms_of_reader_day.len()).unwrap_or(u64::MAX);
        let per_day = (alarms * 200 + reader_days).checked_div(reader_days * 2);
        Trial {
            readings: self.readings,
            alarms,
            reader_days,
            alarms_per_reader_day_hundredths: per_day.unwrap_or(0),
            alarms_on_worst_day: self.alarms_of_reader_day.values().copied().max().unwrap_or(0),
            leaks_known: self.leaks_known,
            leaks_caught: self.leaks_caught,
            by_code: self.by_code.iter().map(|(code, count)| (*code, *count)).collect(),
        }
    }
}

impl Trial {
    /// Share of the known leaks that were caught, in whole percent cut off; `None` where no leak is
    /// known, for nothing follows from that.
    pub fn leaks_caught_percent(&self) -> Option<u64> {
        (self.leaks_caught * 100).checked_div(self.leaks_known)
    }
}
