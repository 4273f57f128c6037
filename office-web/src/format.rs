//! How things are written on pages (表記): dates, times, positions and postcodes.
//!
//! Templates hand over values or references as they have them, so everything here takes both.

use std::borrow::Borrow;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use shared::quantity::grouped;

/// `2026/11/23`: of equal width in tables.
pub(crate) fn day(date: impl Borrow<Date>) -> String {
    let date = date.borrow();
    format!("{:04}/{:02}/{:02}", date.year(), date.month(), date.day())
}

/// A day that may be missing.
pub(crate) fn day_or(date: impl Borrow<Option<Date>>, otherwise: &str) -> String {
    date.borrow().map_or_else(|| otherwise.to_owned(), day)
}

/// `2026/11/23 17:05` in Japan, which has one time zone and no summer time.
pub(crate) fn minute(at: impl Borrow<Timestamp>) -> String {
    let here = at.borrow().to_zoned(TimeZone::fixed(Offset::constant(9)));
    format!("{} {:02}:{:02}", day(here.date()), here.hour(), here.minute())
}

/// Whole numbers by thousands: `1,234`.
pub(crate) fn number(value: impl Whole) -> String {
    value.whole().map_or_else(|| "−".to_owned(), grouped)
}

/// Whatever counts, as the number that it is.
pub(crate) trait Whole {
    fn whole(self) -> Option<i64>;
}

macro_rules! whole {
    ($($integer:ty),*) => {$(
        impl Whole for $integer {
            fn whole(self) -> Option<i64> {
                i64::try_from(self).ok()
            }
        }
    )*};
}
whole!(i32, i64, u32, u64, usize);

impl<T: Whole + Copy> Whole for &T {
    fn whole(self) -> Option<i64> {
        (*self).whole()
    }
}

/// `400-0858`.
pub(crate) fn postcode(digits: &str) -> String {
    match (digits.len(), digits.get(..3), digits.get(3..)) {
        (7, Some(area), Some(town)) => format!("{area}-{town}"),
        _ => digits.to_owned(),
    }
}

/// `北緯35.662000` from degrees × 1,000,000.
pub(crate) fn latitude(e6: impl Borrow<i32>) -> String {
    let e6 = *e6.borrow();
    format!("{}{}", if e6 < 0 { "南緯" } else { "北緯" }, degrees(e6))
}

/// `東経138.568000` from degrees × 1,000,000.
pub(crate) fn longitude(e6: impl Borrow<i32>) -> String {
    let e6 = *e6.borrow();
    format!("{}{}", if e6 < 0 { "西経" } else { "東経" }, degrees(e6))
}

fn degrees(e6: i32) -> String {
    let e6 = e6.unsigned_abs();
    format!("{}.{:06}", e6 / 1_000_000, e6 % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_they_are_in_japan() {
        let at: Timestamp = "2026-11-23T20:05:00Z".parse().unwrap();
        assert_eq!(minute(at), "2026/11/24 05:05");
    }

    #[test]
    fn positions_and_postcodes_are_written_out() {
        assert_eq!(latitude(35_662_000), "北緯35.662000");
        assert_eq!(longitude(-138_568_120), "西経138.568120");
        assert_eq!(postcode("4000858"), "400-0858");
        assert_eq!(postcode(""), "");
    }
}
