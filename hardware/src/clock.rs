//! The clock (時計): the one place where the terminal's programs read the time.
//!
//! Everything else takes times and dates as arguments. The clock orders nothing, the log's
//! sequence does; it says when a reading was taken and which day the business is on.

mod trusted;

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use nix::time::{ClockId, clock_gettime};

pub use trusted::{Jump, TrustedClock};

/// Japan has one time and no summer time, so its offset needs no time zone database.
const JAPAN: Offset = Offset::constant(9);

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Seconds since 1970-01-01 00:00 UTC.
    fn now_unix_seconds(&self) -> i64;

    /// Seconds that have passed since some moment of this run. Setting the clock does not touch it:
    /// whoever has to wait is measured by this.
    fn steady_seconds(&self) -> i64;

    /// The day in Japan, whatever time zone the machine is set to.
    fn today(&self) -> Date {
        japanese_day(self.now_unix_seconds())
    }
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now_unix_seconds(&self) -> i64 {
        jiff::Timestamp::now().as_second()
    }

    /// Seconds since the machine was switched on. A night in which it slept counts.
    fn steady_seconds(&self) -> i64 {
        clock_gettime(ClockId::CLOCK_BOOTTIME).map_or(0, |since| since.tv_sec())
    }
}

/// A clock that runs, but from nine in the morning of another day on (practice, demonstrations).
#[derive(Debug, Clone, Copy)]
pub struct PlayedClock {
    ahead_seconds: i64,
}

impl PlayedClock {
    /// It is nine in the morning of this day when the machine's clock says `now_unix_seconds`.
    pub fn nine_on(day: Date, now_unix_seconds: i64) -> Self {
        let nine = FixedClock::on(day).now_unix_seconds();
        Self { ahead_seconds: nine - now_unix_seconds }
    }
}

impl Clock for PlayedClock {
    fn now_unix_seconds(&self) -> i64 {
        SystemClock.now_unix_seconds() + self.ahead_seconds
    }

    fn steady_seconds(&self) -> i64 {
        SystemClock.steady_seconds()
    }
}

/// A clock that stands still until it is set (twin): the whole year can be played in a test.
#[derive(Debug)]
pub struct FixedClock {
    unix_seconds: AtomicI64,
    steady_seconds: AtomicI64,
}

impl FixedClock {
    /// Stands at this moment.
    pub fn at_unix_seconds(unix_seconds: i64) -> Self {
        Self { unix_seconds: AtomicI64::new(unix_seconds), steady_seconds: AtomicI64::new(0) }
    }

    /// Stands at nine in the morning in Japan on this day.
    pub fn on(day: Date) -> Self {
        let nine = day.at(9, 0, 0, 0).to_zoned(TimeZone::fixed(JAPAN));
        Self::at_unix_seconds(nine.map_or(0, |moment| moment.timestamp().as_second()))
    }

    /// So many seconds pass.
    pub fn pass(&self, seconds: i64) {
        self.unix_seconds.fetch_add(seconds, Ordering::Relaxed);
        self.steady_seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Moves on by so many seconds, or back, while none pass: real clocks jump both ways.
    pub fn jump(&self, seconds: i64) {
        self.unix_seconds.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for FixedClock {
    fn now_unix_seconds(&self) -> i64 {
        self.unix_seconds.load(Ordering::Relaxed)
    }

    fn steady_seconds(&self) -> i64 {
        self.steady_seconds.load(Ordering::Relaxed)
    }
}

fn japanese_day(unix_seconds: i64) -> Date {
    let moment = jiff::Timestamp::from_second(unix_seconds).unwrap_or_default();
    JAPAN.to_datetime(moment).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_day_changes_at_midnight_in_japan() {
        let clock = FixedClock::on(date(2026, 11, 23));
        assert_eq!(clock.today(), date(2026, 11, 23));
        clock.jump(15 * 3_600 - 1);
        assert_eq!(clock.today(), date(2026, 11, 23));
        clock.jump(1);
        assert_eq!(clock.today(), date(2026, 11, 24));
        clock.jump(-86_400);
        assert_eq!(clock.today(), date(2026, 11, 23));
    }

    #[test]
    fn a_clock_that_jumps_lets_no_time_pass() {
        let clock = FixedClock::on(date(2026, 11, 23));
        clock.jump(-366 * 86_400);
        assert_eq!(clock.steady_seconds(), 0);
        clock.pass(60);
        assert_eq!(clock.steady_seconds(), 60);
        assert!(SystemClock.steady_seconds() >= 0);
    }

    #[test]
    fn a_played_day_begins_at_nine_and_goes_on() {
        let day = date(2030, 4, 1);
        let clock = PlayedClock::nine_on(day, SystemClock.now_unix_seconds());
        assert_eq!(clock.today(), day);
        assert!(clock.now_unix_seconds() >= FixedClock::on(day).now_unix_seconds());
    }
}
