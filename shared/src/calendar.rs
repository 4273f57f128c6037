//! Dates of the trade: billing months (調定年月), eras (和暦) and days on the wire.

mod bank_day;
mod day_rule;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use bank_day::{bank_day_from, holiday, is_bank_day};
pub use day_rule::{DayRule, next_reading_on};

/// A calendar month, such as the month a reading round belongs to (検針年月).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct YearMonth {
    year: i16,
    month: i8,
}

/// A month that no calendar has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such month")]
pub struct NoSuchMonth;

impl YearMonth {
    /// A month between 1900 and 2200.
    pub fn new(year: i16, month: i8) -> Result<Self, NoSuchMonth> {
        if (1900..=2200).contains(&year) && (1..=12).contains(&month) {
            Ok(Self { year, month })
        } else {
            Err(NoSuchMonth)
        }
    }

    /// The month that holds `date`.
    pub fn of(date: Date) -> Self {
        Self { year: date.year(), month: date.month() }
    }

    /// The year of the common era.
    pub fn year(self) -> i16 {
        self.year
    }

    /// 1 to 12.
    pub fn month(self) -> i8 {
        self.month
    }

    /// The month `months` later, or earlier when negative.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let index = i32::from(self.year) * 12 + i32::from(self.month) - 1 + months;
        let year = i16::try_from(index.div_euclid(12)).unwrap_or(i16::MAX);
        let month = i8::try_from(index.rem_euclid(12) + 1).expect("a remainder of 12 plus 1");
        Self { year, month }
    }

    /// The first day of the month.
    pub fn first_day(self) -> Date {
        jiff::civil::date(self.year, self.month, 1)
    }

    /// `2026-11`, as in file names, CSV and QR codes.
    pub fn iso(self) -> String {
        format!("{:04}-{:02}", self.year, self.month)
    }

    /// `令和8年11月`.
    pub fn japanese(self) -> String {
        let date = self.first_day();
        format!("{}{}月", era_year(date), self.month)
    }
}

/// `令和8年11月23日`.
pub fn japanese_date(date: Date) -> String {
    format!("{}{}月{}日", era_year(date), date.month(), date.day())
}

/// `11月23日`, where the year is plain from the place.
pub fn japanese_month_day(date: Date) -> String {
    format!("{}月{}日", date.month(), date.day())
}

/// The era and year with 年: `令和元年`, `平成30年`. Dates before 1989 are given in the common era.
fn era_year(date: Date) -> String {
    let eras = [("令和", jiff::civil::date(2019, 5, 1)), ("平成", jiff::civil::date(1989, 1, 8))];
    for (name, first_day) in eras {
        if date >= first_day {
            return match date.year() - first_day.year() + 1 {
                1 => format!("{name}元年"),
                year => format!("{name}{year}年"),
            };
        }
    }
    format!("{}年", date.year())
}

/// Days since 1970-01-01, the form in which dates cross the wire.
pub fn to_unix_days(date: Date) -> i32 {
    date.since(jiff::civil::date(1970, 1, 1))
        .expect("days between two civil dates always fit a span")
        .get_days()
}

/// The date that lies `days` after 1970-01-01, if the calendar reaches that far.
pub fn from_unix_days(days: i32) -> Option<Date> {
    let span = jiff::Span::new().try_days(days).ok()?;
    jiff::civil::date(1970, 1, 1).checked_add(span).ok()
}

/// The day in Japan, as days since 1970-01-01, at a moment in seconds since then (UTC).
pub fn unix_day_in_japan(unix_seconds: i64) -> i32 {
    let days = unix_seconds.saturating_add(9 * 3_600).div_euclid(86_400);
    i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn eras_change_on_their_day() {
        assert_eq!(japanese_date(date(2019, 4, 30)), "平成31年4月30日");
        assert_eq!(japanese_date(date(2019, 5, 1)), "令和元年5月1日");
        assert_eq!(YearMonth::new(2026, 11).unwrap().japanese(), "令和8年11月");
    }

    #[test]
    fn a_day_begins_at_midnight_in_japan() {
        let nine = i64::from(to_unix_days(date(2026, 11, 23))) * 86_400;
        assert_eq!(unix_day_in_japan(nine), to_unix_days(date(2026, 11, 23)));
        assert_eq!(unix_day_in_japan(nine - 9 * 3_600 - 1), to_unix_days(date(2026, 11, 22)));
        assert_eq!(unix_day_in_japan(nine + 15 * 3_600), to_unix_days(date(2026, 11, 24)));
        assert_eq!(unix_day_in_japan(i64::MAX), i32::MAX);
    }

    #[test]
    fn months_step_over_the_year() {
        let november = YearMonth::new(2026, 11).unwrap();
        assert_eq!(november.plus_months(2).iso(), "2027-01");
        assert_eq!(november.plus_months(-11).iso(), "2025-12");
        assert_eq!(YearMonth::new(2026, 13), Err(NoSuchMonth));
    }

    #[test]
    fn wire_days_return_the_same_date() {
        for day in [date(1970, 1, 1), date(2026, 11, 23), date(1968, 2, 29)] {
            assert_eq!(from_unix_days(to_unix_days(day)), Some(day));
        }
        assert_eq!(from_unix_days(i32::MAX), None);
    }
}
