//! Bank days (金融機関の営業日): a due date or a debit that falls on a day without banks moves on.
//!
//! Closed are Saturdays, Sundays, the national holidays (国民の祝日に関する法律) and 31 December to
//! 3 January (銀行法施行令第5条). The equinoxes follow the usual formula, which has held for every
//! year since 1980; the Cabinet fixes them each February for the year after.

use jiff::civil::{Date, Weekday, date};

use super::{from_unix_days, to_unix_days};

/// No row of closed days is longer than this: Golden Week and the turn of the year with weekends.
const CLOSED_IN_A_ROW_MAX: i32 = 14;

/// The day itself, or the first bank day after it.
pub fn bank_day_from(day: Date) -> Date {
    let first = to_unix_days(day);
    (first..=first + CLOSED_IN_A_ROW_MAX)
        .filter_map(from_unix_days)
        .find(|candidate| is_bank_day(*candidate))
        .unwrap_or(day)
}

/// Whether banks are open.
pub fn is_bank_day(day: Date) -> bool {
    let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let is_turn_of_year = matches!((day.month(), day.day()), (12, 31) | (1, 1..=3));
    !is_weekend && !is_turn_of_year && holiday(day).is_none()
}

/// The name of the national holiday (国民の祝日・休日), if the day is one. From 2020 on.
pub fn holiday(day: Date) -> Option<&'static str> {
    own_name(day)
        .or_else(|| is_substitute(day).then_some("振替休日"))
        .or_else(|| is_between(day).then_some("国民の休日"))
}

fn own_name(day: Date) -> Option<&'static str> {
    let (year, month, number) = (day.year(), day.month(), day.day());
    let is_monday = |nth: i8| day.weekday() == Weekday::Monday && (number - 1) / 7 + 1 == nth;
    // In 2020 and 2021 three holidays stood elsewhere for the games.
    if matches!(year, 2020 | 2021) && matches!(month, 7 | 8 | 10) {
        return MOVED.iter().find(|(moved, _)| *moved == day).map(|(_, name)| *name);
    }
    match (month, number) {
        (1, 1) => Some("元日"),
        (1, _) if is_monday(2) => Some("成人の日"),
        (2, 11) => Some("建国記念の日"),
        (2, 23) => Some("天皇誕生日"),
        (3, _) if number == equinox(year, 20_843_100) => Some("春分の日"),
        (4, 29) => Some("昭和の日"),
        (5, 3) => Some("憲法記念日"),
        (5, 4) => Some("みどりの日"),
        (5, 5) => Some("こどもの日"),
        (7, _) if is_monday(3) => Some("海の日"),
        (8, 11) => Some("山の日"),
        (9, _) if is_monday(3) => Some("敬老の日"),
        (9, _) if number == equinox(year, 23_248_800) => Some("秋分の日"),
        (10, _) if is_monday(2) => Some("スポーツの日"),
        (11, 3) => Some("文化の日"),
        (11, 23) => Some("勤労感謝の日"),
        _ => None,
    }
}

const MOVED: [(Date, &str); 6] = [
    (date(2020, 7, 23), "海の日"),
    (date(2020, 7, 24), "スポーツの日"),
    (date(2020, 8, 10), "山の日"),
    (date(2021, 7, 22), "海の日"),
    (date(2021, 7, 23), "スポーツの日"),
    (date(2021, 8, 8), "山の日"),
];

/// Day of the month of an equinox, from its place in 1980 in millionths of a day.
fn equinox(year: i16, in_1980: i64) -> i8 {
    let years = i64::from(year) - 1980;
    // Rounded down: the day within which the moment lies.
    let day = (in_1980 + 242_194 * years).div_euclid(1_000_000) - years.div_euclid(4);
    i8::try_from(day).unwrap_or(0)
}

/// A holiday on a Sunday moves to the next day that is none (第3条第2項).
fn is_substitute(day: Date) -> bool {
    let mut before = day;
    loop {
        let Ok(earlier) = before.yesterday() else { return false };
        before = earlier;
        if own_name(before).is_none() {
            return false;
        }
        if before.weekday() == Weekday::Sunday {
            return true;
        }
    }
}

/// A day between two holidays is one (第3条第3項).
fn is_between(day: Date) -> bool {
    let is_own = |day: Result<Date, jiff::Error>| day.is_ok_and(|day| own_name(day).is_some());
    is_own(day.yesterday()) && is_own(day.tomorrow())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holidays_of_2026_are_those_of_the_official_list() {
        let listed = [
            (1, 1),
            (1, 12),
            (2, 11),
            (2, 23),
            (3, 20),
            (4, 29),
            (5, 3),
            (5, 4),
            (5, 5),
            (5, 6),
            (7, 20),
            (8, 11),
            (9, 21),
            (9, 22),
            (9, 23),
            (10, 12),
            (11, 3),
            (11, 23),
        ];
        let first = to_unix_days(date(2026, 1, 1));
        let found: Vec<(i8, i8)> = (first..first + 365)
            .filter_map(from_unix_days)
            .filter(|day| holiday(*day).is_some())
            .map(|day| (day.month(), day.day()))
            .collect();
        assert_eq!(found, listed);
        assert_eq!(holiday(date(2026, 9, 22)), Some("国民の休日"));
        assert_eq!(holiday(date(2026, 5, 6)), Some("振替休日"));
    }

    #[test]
    fn equinoxes_and_the_year_of_the_games_are_known() {
        let spring = [(2024, 20), (2025, 20), (2027, 21), (2028, 20)];
        for (year, day) in spring {
            assert_eq!(holiday(date(year, 3, day)), Some("春分の日"), "{year}");
        }
        assert_eq!(holiday(date(2024, 9, 22)), Some("秋分の日"));
        assert_eq!(holiday(date(2021, 7, 19)), None);
        assert_eq!(holiday(date(2021, 8, 9)), Some("振替休日"));
    }

    #[test]
    fn a_day_without_banks_moves_on_to_the_next_with() {
        let moved = [
            (date(2026, 11, 20), date(2026, 11, 20)),
            (date(2026, 11, 21), date(2026, 11, 24)),
            (date(2026, 12, 31), date(2027, 1, 4)),
            (date(2026, 5, 2), date(2026, 5, 7)),
        ];
        for (day, open) in moved {
            assert_eq!(bank_day_from(day), open, "{day}");
        }
    }
}
