//! Reading days (検針日): each route has its day of the month, moved off weekends.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use shared::calendar::YearMonth;

use super::town::PERIODS;

/// Months of a period.
pub(super) const PERIOD_MONTHS: i32 = 2;

/// The days of one route: the reading before the first period, then one day for each period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadingDays([Date; PERIODS + 1]);

impl ReadingDays {
    /// The days of the route with this place in a town that is looked at on `today`. Routes are
    /// spread over two weeks around today's day of the month, so that the next round, read today,
    /// bills about two months.
    pub(super) fn of_route(route: usize, today: Date) -> Self {
        let spread = i8::try_from(route * 4 % 15).expect("below 15");
        let day = today.day().clamp(11, 23) - 10 + spread;
        Self(std::array::from_fn(|period| {
            let back = i32::try_from(PERIODS - period).expect("13 periods") + 1;
            let month = YearMonth::of(today).plus_months(-PERIOD_MONTHS * back);
            working_day(month, day)
        }))
    }

    /// The reading that ends period `period`, from 0.
    pub(super) fn end_of(&self, period: usize) -> Date {
        self.0[period + 1]
    }

    /// The reading before it.
    pub(super) fn start_of(&self, period: usize) -> Date {
        self.0[period]
    }

    /// The newest reading.
    pub(super) fn newest(&self) -> Date {
        self.0[PERIODS]
    }
}

/// The day, or the nearest working day in the same month (days lie between 1 and 27).
fn working_day(month: YearMonth, day: i8) -> Date {
    let date = jiff::civil::date(month.year(), month.month(), day);
    let shift = match date.weekday() {
        Weekday::Saturday if day > 1 => -1,
        Weekday::Saturday => 2,
        Weekday::Sunday => 1,
        _ => 0,
    };
    date.saturating_add(shift.days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn thirteen_periods_end_two_months_before_today() {
        for today in [date(2026, 11, 23), date(2027, 1, 1), date(2028, 2, 29)] {
            for route in 0..20 {
                let days = ReadingDays::of_route(route, today);
                let newest = YearMonth::of(today).plus_months(-2);
                assert_eq!(YearMonth::of(days.newest()), newest);
                assert_eq!(YearMonth::of(days.start_of(0)), newest.plus_months(-26));
                for period in 0..PERIODS {
                    let end = days.end_of(period);
                    assert!(!matches!(end.weekday(), Weekday::Saturday | Weekday::Sunday));
                    let length = end.since(days.start_of(period)).unwrap().get_days();
                    assert!((55..=67).contains(&length), "{length}");
                }
            }
        }
    }
}
