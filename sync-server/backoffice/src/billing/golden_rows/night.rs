//! The nightly check of the golden rows (毎晩の検算): once a day, whether or not anybody looks.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::{GoldenCheck, check_golden_rows};
use crate::Backoffice;
use crate::billing::BillingError;

/// A night ends at three in the morning, Japan time (18:00 UTC): so many seconds before midnight UTC.
const NIGHT_ENDS_BEFORE_UTC_MIDNIGHT: i64 = 6 * 60 * 60;
const SECONDS_OF_DAY: i64 = 24 * 60 * 60;

/// What came of a night's check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldenNight {
    /// When it was checked.
    pub at: Timestamp,
    /// How many rows there were.
    pub rows: usize,
    /// Rows that the approved tariffs disagree with, each in a line.
    pub faults: Vec<String>,
}

/// The last night's outcome, for as long as the server runs: a server that starts checks at once, so
/// that nothing has to be kept.
#[derive(Debug, Default)]
pub struct GoldenWatch {
    last: Mutex<Option<GoldenNight>>,
}

impl GoldenWatch {
    /// What the last night brought; `None` before the first check has ended.
    pub fn last(&self) -> Option<GoldenNight> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a night has ended since the last check.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.last().is_none_or(|last| night_of(last.at) < night_of(now))
    }

    /// Rates all golden rows by the approved tariffs again and tells the log of it.
    pub async fn check(&self, office: &Backoffice, now: Timestamp) -> Result<(), BillingError> {
        let checks = check_golden_rows(office).await?;
        let faults: Vec<String> =
            checks.iter().filter(|check| check.is_fault()).map(GoldenCheck::japanese).collect();
        if faults.is_empty() {
            tracing::info!(golden.rows = checks.len(), "golden rows agree");
        } else {
            let (rows, faults) = (checks.len(), faults.len());
            tracing::error!(golden.rows = rows, golden.faults = faults, "golden rows disagree");
        }
        let night = GoldenNight { at: now, rows: checks.len(), faults };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(night);
        Ok(())
    }
}

/// The number of the night that ended last.
fn night_of(at: Timestamp) -> i64 {
    (at.as_second() + NIGHT_ENDS_BEFORE_UTC_MIDNIGHT).div_euclid(SECONDS_OF_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("{text}+09:00").parse().unwrap()
    }

    #[test]
    fn a_check_is_due_once_a_night() {
        let watch = GoldenWatch::default();
        assert!(watch.is_due(at("2026-11-23T12:00:00")), "never checked");
        let night = GoldenNight { at: at("2026-11-23T12:00:00"), rows: 0, faults: Vec::new() };
        *watch.last.lock().unwrap() = Some(night);
        assert!(!watch.is_due(at("2026-11-23T23:59:59")));
        assert!(!watch.is_due(at("2026-11-24T02:59:59")));
        assert!(watch.is_due(at("2026-11-24T03:00:00")));
        assert!(watch.is_due(at("2026-12-24T00:00:00")), "the server slept for a month");
    }
}
