//! From a reading to its due date, debit date and next reading (納期限・振替日・次回検針日の決まり).

use jiff::Span;
use jiff::civil::Date;

use super::{YearMonth, bank_day_from};

/// How a day follows from the reading (期日の決まり).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DayRule {
    /// It is not told.
    #[default]
    Untold,
    /// So many days after the reading.
    DaysAfter(u8),
    /// This day of the month after the round's, or that month's last.
    DayOfNextMonth(u8),
}

impl DayRule {
    /// The day, moved on to a bank day.
    pub fn day(self, read_on: Date, round: YearMonth) -> Option<Date> {
        let day = match self {
            DayRule::Untold => return None,
            DayRule::DaysAfter(days) => {
                read_on.checked_add(Span::new().days(i64::from(days))).ok()?
            }
            DayRule::DayOfNextMonth(number) => {
                let last = round.plus_months(1).first_day().last_of_month();
                let number = i8::try_from(number).ok()?.clamp(1, last.day());
                last.with().day(number).build().ok()?
            }
        };
        Some(bank_day_from(day))
    }
}

/// The next reading by the round's calendar: so many months after this one was planned, not on a
/// day on which nobody walks.
pub fn next_reading_on(planned_on: Date, months: u8) -> Option<Date> {
    planned_on.checked_add(Span::new().months(i64::from(months))).ok().map(bank_day_from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_rule_names_a_bank_day_or_none() {
        let (read_on, round) = (date(2026, 11, 24), YearMonth::new(2026, 11).unwrap());
        let day = |rule: DayRule| rule.day(read_on, round);
        assert_eq!(day(DayRule::Untold), None);
        assert_eq!(day(DayRule::DaysAfter(14)), Some(date(2026, 12, 8)));
        assert_eq!(day(DayRule::DaysAfter(18)), Some(date(2026, 12, 14)), "the 12th is a Saturday");
        assert_eq!(day(DayRule::DayOfNextMonth(25)), Some(date(2026, 12, 25)));
        assert_eq!(day(DayRule::DayOfNextMonth(31)), Some(date(2027, 1, 4)), "banks are closed");
        let january = YearMonth::new(2027, 1).unwrap();
        let last = DayRule::DayOfNextMonth(31).day(read_on, january);
        assert_eq!(last, Some(date(2027, 3, 1)), "28 February 2027 is a Sunday");
    }

    #[test]
    fn the_next_reading_keeps_its_place_in_the_month() {
        assert_eq!(next_reading_on(date(2026, 11, 24), 2), Some(date(2027, 1, 25)));
        assert_eq!(next_reading_on(date(2026, 12, 31), 2), Some(date(2027, 3, 1)));
    }
}
