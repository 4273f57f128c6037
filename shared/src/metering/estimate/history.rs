//! What an estimate is found from (認定の資料): earlier periods, measured stretches, the next reading.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::quantity::CubicMeters;

/// An earlier period that was really read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastPeriod {
    /// 検針日.
    pub read_on: Date,
    /// Since the reading before it; 0 where that is not known.
    pub days: u16,
    /// Months of the period.
    pub months: u8,
    /// 使用水量.
    pub usage: CubicMeters,
}

/// A stretch of days that was measured by itself: after installation, or after a repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// How long.
    pub days: u16,
    /// How much.
    pub usage: CubicMeters,
}

/// The next real reading, which covers the period that was not read and the one after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextReading {
    /// Of both periods.
    pub days: u16,
    /// Of both periods.
    pub usage: CubicMeters,
}

/// Everything that is known about the connection and the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Last day of the period that is looked for.
    pub read_on: Date,
    /// Its days.
    pub days: u16,
    /// Its months.
    pub months: u8,
    /// How long the user has been supplied; `None` where that is not known.
    pub months_in_use: Option<u16>,
    /// Newest first, estimates left out.
    pub history: Vec<PastPeriod>,
    /// Measured by itself.
    pub measured: Option<Stretch>,
    /// When it is there already.
    pub next: Option<NextReading>,
    /// What the dials seem to say for this period.
    pub current: Option<CubicMeters>,
    /// Entered by hand.
    pub manual: Option<CubicMeters>,
}

impl Basis {
    /// A whole period of which nothing else is known yet.
    pub fn new(read_on: Date, days: u16, months: u8) -> Self {
        Self {
            read_on,
            days,
            months,
            months_in_use: None,
            history: Vec::new(),
            measured: None,
            next: None,
            current: None,
            manual: None,
        }
    }

    /// The same period of last year: read within a month around the same day.
    pub(super) fn last_year(&self) -> Option<&PastPeriod> {
        let day = self.read_on.saturating_sub(jiff::Span::new().years(1));
        let apart = |period: &&PastPeriod| {
            let span = crate::calendar::to_unix_days(period.read_on);
            (span - crate::calendar::to_unix_days(day)).abs()
        };
        self.history.iter().filter(|period| apart(period) <= 31).min_by_key(apart)
    }
}
