//! Days, and which version or tax rate holds for a period of supply (経過措置).

use super::claim::Refusal;
use super::schedule::{Change, Schedule};

/// Days since some day, so that a period is a difference.
pub type Day = i128;

/// From when to when water was supplied, and since when to this user.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    pub from: Day,
    pub to: Day,
    pub started_on: Option<Day>,
}

/// Which side of a change a period is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Old,
    New,
    Both,
    Unsaid,
}

/// The number of `2026-10-01`, counting the days year by year and month by month.
pub fn day(text: &str) -> Day {
    let mut numbers = text.split('-').map(|part| part.parse::<i128>().expect("a number"));
    let mut next = || numbers.next().expect("year, month and day");
    let (year, month, day_of_month) = (next(), next(), next());
    let years: i128 = (1900..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
    let months: i128 = (1..month).map(|month| days_of(year, month)).sum();
    years + months + day_of_month
}

/// The other way round.
pub fn written(day: Day) -> String {
    let mut left = day;
    let mut year = 1900;
    let mut month = 1;
    while left > days_of(year, month) {
        left -= days_of(year, month);
        month += 1;
        if month > 12 {
            (year, month) = (year + 1, 1);
        }
    }
    format!("{year:04}-{month:02}-{left:02}")
}

fn days_of(year: i128, month: i128) -> i128 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: i128) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// On which side of the change at `first_day` the period is.
pub fn side(period: &Period, first_day: Day, change: &Change) -> Side {
    if period.to < first_day {
        return Side::Old;
    }
    if period.started_on.is_some_and(|started| started >= first_day) {
        return Side::New;
    }
    if let Some(first_reading) = change.first_reading_from {
        return if period.to >= first_reading { Side::New } else { Side::Old };
    }
    if period.from >= first_day {
        return Side::New;
    }
    match change.continuing.as_deref() {
        Some("reading_day") => Side::New,
        Some("whole_cycle") => Side::Old,
        Some("days") if period.to == first_day => Side::Old,
        Some("days") => Side::Both,
        _ => Side::Unsaid,
    }
}

/// The percent of tax of a period: the latest rate on whose new side it is.
pub fn tax_percent(schedule: &Schedule, period: &Period) -> Result<i128, Refusal> {
    for rate in schedule.tax.rates.iter().rev() {
        let Some(from) = rate.from else { return Ok(rate.percent) };
        match side(period, from, &rate.change) {
            Side::New => return Ok(rate.percent),
            Side::Old => {}
            Side::Both | Side::Unsaid => return Err(Refusal::TaxRate),
        }
    }
    Err(Refusal::TaxRate)
}

/// Days of a partial period; none for a whole one, or where nothing is prorated.
pub fn partial_days(schedule: &Schedule, period: &Period, months: i128) -> Option<i128> {
    let proration = schedule.proration.as_ref()?;
    let between = period.to - period.from;
    let days = if proration.counts_both { between + 1 } else { between.max(1) };
    (days < proration.whole_from_days * months).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_numbered_without_gaps() {
        for text in ["1900-01-01", "2000-02-29", "2024-12-31", "2026-10-01"] {
            assert_eq!(written(day(text)), text);
        }
        assert_eq!(day("2024-03-01") - day("2024-02-28"), 2);
        assert_eq!(day("2027-01-01") - day("2026-01-01"), 365);
    }
}
