//! The volume that a terminal proposes to certify (認定の提案): the office decides it by its own rule.
//!
//! Last year's same period, else the mean of up to three periods: what most published rules begin
//! with (requirements 5.2), from nothing but what a terminal carries.

use jiff::civil::Date;

use super::estimate::{Basis, Method, PastPeriod, Strategy, find};
use crate::calendar::from_unix_days;
use crate::quantity::{CubicMeters, RoundingMode};

/// For a period that could not be read on that day. `past` is day of reading (since 1970-01-01) and
/// volume, the newest first. Nothing where nothing is known.
pub fn proposed_estimate(visited_on: Date, past: &[(i32, CubicMeters)]) -> Option<CubicMeters> {
    // The periods of a connection are equally long: one stands for as many months as the next.
    let history = past.iter().filter_map(|(day, usage)| {
        Some(PastPeriod { read_on: from_unix_days(*day)?, days: 0, months: 1, usage: *usage })
    });
    let basis = Basis { history: history.collect(), ..Basis::new(visited_on, 0, 1) };
    let always = |method| Strategy {
        method,
        months_in_use_min: None,
        months_in_use_below: None,
        spread_percent_max: None,
        reasons: Vec::new(),
    };
    let strategies = [
        always(Method::SamePeriodLastYear),
        always(Method::MeanOfLast { periods: 3, at_least: Some(1) }),
    ];
    let found = find(&strategies, None, &basis)?;
    Some(found.volume.rounded(RoundingMode::Floor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::to_unix_days;
    use jiff::civil::date;

    #[test]
    fn last_year_comes_before_the_mean_and_nothing_before_a_guess() {
        let today = date(2026, 11, 23);
        let day = |ago: i32| to_unix_days(today) - ago;
        let past = [(day(61), CubicMeters(40)), (day(122), CubicMeters(45))];
        assert_eq!(proposed_estimate(today, &past), Some(CubicMeters(42)));
        let with_last_year = [past[0], past[1], (day(365), CubicMeters(31))];
        assert_eq!(proposed_estimate(today, &with_last_year), Some(CubicMeters(31)));
        assert_eq!(proposed_estimate(today, &[]), None);
    }
}
