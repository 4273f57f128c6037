//! What is known from before (過去の検針): the little of the past that screening needs.

use super::expectation::Guides;
use super::{RegisterReading, compare};
use crate::metering::screening::{Finding, ScreeningLimits, expectation};
use crate::quantity::CubicMeters;

/// What is known from before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// The dials at the last reading, or as installed.
    pub previous_register: RegisterReading,
    /// The volume of the period before this one.
    pub last_period: Option<CubicMeters>,
    /// The volume of the same period of the year before.
    pub same_period_last_year: Option<CubicMeters>,
    /// Whether service is agreed at present (使用中).
    pub in_service: bool,
    /// Days since the reading before, where the present user had one.
    pub days_since_previous: Option<u16>,
    /// How many of the newest past periods have the very volume of the last one.
    pub equal_before: u8,
    /// The last two periods with what guided then: whether an oddity goes on (連続).
    pub earlier: [Option<EarlierPeriod>; 2],
}

/// A period of the past, as it looked when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlierPeriod {
    /// What was used.
    pub volume: CubicMeters,
    /// What guided then.
    pub guides: Guides,
}

/// How far from a year ago a reading may lie and still tell of the same season.
pub const SAME_SEASON_DAYS: i32 = 45;

impl History {
    /// A connection of which nothing but its dials is known.
    pub fn unknown(previous_register: RegisterReading, in_service: bool) -> History {
        History::from_past(previous_register, &[], 0, in_service)
    }

    /// Picks out of the past periods what screening needs: the newest, and the one that was read
    /// nearest to a year before. Terminal and office both go through here, so that they cannot
    /// disagree. `past` is day of reading (since 1970-01-01) and volume, the newest first.
    pub fn from_past(
        previous_register: RegisterReading,
        past: &[(i32, CubicMeters)],
        read_on_unix_days: i32,
        in_service: bool,
    ) -> History {
        let guides = guides_at(read_on_unix_days, past);
        let last = guides.last_period;
        let equal = past.iter().take_while(|(_, volume)| Some(*volume) == last).count();
        let days = past.first().map(|(day, _)| i64::from(read_on_unix_days) - i64::from(*day));
        let earlier = |place: usize| {
            let (day, volume) = past.get(place)?;
            Some(EarlierPeriod { volume: *volume, guides: guides_at(*day, &past[place + 1..]) })
        };
        History {
            previous_register,
            last_period: last,
            same_period_last_year: guides.same_season,
            in_service,
            days_since_previous: days.and_then(|days| u16::try_from(days).ok()),
            equal_before: u8::try_from(equal).unwrap_or(u8::MAX),
            earlier: [earlier(0), earlier(1)],
        }
    }

    pub(super) fn guides(&self) -> Guides {
        Guides { same_season: self.same_period_last_year, last_period: self.last_period }
    }

    /// In how many periods in a row, the present one included, something like `finding` was found.
    /// Never more than three: what follows does not change after that.
    pub fn periods_in_a_row(&self, finding: Finding, limits: ScreeningLimits) -> u8 {
        let goes_on = |period: &EarlierPeriod| {
            expectation(period.guides, limits.norm_m3)
                .and_then(|expected| compare(period.volume, expected, limits))
                .is_some_and(|found| found.is_like(finding))
                // Two empty periods: the second is no longer less than expected, yet goes on.
                || (finding == Finding::NoUsage && period.volume.0 == 0)
        };
        let before = self.earlier.iter().flatten().take_while(|period| goes_on(period)).count();
        1 + u8::try_from(before).expect("two periods are looked at")
    }
}

/// What guides a reading of that day.
fn guides_at(day: i32, past: &[(i32, CubicMeters)]) -> Guides {
    let year_ago = i64::from(day) - 365;
    let distance = |day: i32| (i64::from(day) - year_ago).abs();
    let same_season = past
        .iter()
        .filter(|(day, _)| distance(*day) <= i64::from(SAME_SEASON_DAYS))
        .min_by_key(|(day, _)| distance(*day));
    Guides {
        same_season: same_season.map(|(_, volume)| *volume),
        last_period: past.first().map(|(_, volume)| *volume),
    }
}
