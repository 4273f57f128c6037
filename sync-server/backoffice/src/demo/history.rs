//! History (使用水量の履歴): what ran through the meter, period by period, and why.

use super::connection::InventedReading;
use super::dice::Dice;
use super::occupancy::{Span, occupied_percent};
use super::premises::Premises;
use super::reading_days::ReadingDays;
use super::streets::Site;
use super::town::PERIODS;

/// How a connection uses water.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Habit {
    /// Two usual months.
    pub(super) usual_m3: u32,
    /// From this period on so many percent are used: another family, a child more or less.
    change: Option<(usize, u32)>,
    /// Service is agreed, but nobody lives there.
    is_empty: bool,
    /// Away in summer and over the new year.
    travels: bool,
    leak: Option<Leak>,
}

/// A leak that grows from period to period until it is repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Leak {
    begins_in: usize,
    periods: usize,
}

/// Percent of the usual volume that escapes in the first, second and third period of a leak.
const LEAK_PERCENT: [u32; 3] = [45, 120, 230];

impl Habit {
    /// Whether water escapes in this period.
    pub(super) fn leaks_in(&self, period: usize) -> bool {
        self.leak
            .is_some_and(|leak| (leak.begins_in..leak.begins_in + leak.periods).contains(&period))
    }

    /// Nobody lives there although service is agreed.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// A leak that was too small to be seen in the newest period and cannot be missed in the next.
    pub(super) fn begin_leak(&mut self) {
        self.leak = Some(Leak { begins_in: PERIODS - 1, periods: 2 });
    }

    fn escaped_m3(&self, period: usize) -> u32 {
        match self.leak {
            Some(leak) if self.leaks_in(period) => {
                let percent = LEAK_PERCENT[(period - leak.begins_in).min(LEAK_PERCENT.len() - 1)];
                self.usual_m3 * percent / 100 + 6
            }
            _ => 0,
        }
    }

    /// The volume of a period that is read in `month`, of which `occupied` percent were lived in.
    pub(super) fn volume_m3(
        &self,
        premises: Premises,
        period: usize,
        month: i8,
        occupied: u32,
        dice: &mut Dice,
    ) -> u32 {
        if self.is_empty {
            return u32::from(dice.chance(1, 9));
        }
        let changed = match self.change {
            Some((from, percent)) if period >= from => percent,
            _ => 100,
        };
        let away = match month {
            8 | 9 if self.travels => dice.between(70, 90),
            1 | 2 if self.travels => dice.between(80, 95),
            _ => 100,
        };
        let by_chance = dice.between(90, 110);
        let percents = [changed, away, by_chance, occupied, premises.season_percent(month)];
        let fine = percents
            .iter()
            .fold(u64::from(self.usual_m3) * 100, |fine, percent| fine * u64::from(*percent) / 100);
        let used = u32::try_from((fine + 50) / 100).expect("percents of a house's volume");
        if occupied == 0 { 0 } else { used + self.escaped_m3(period) }
    }
}

/// Rolls how a connection uses water.
pub(super) fn habit(site: &Site, spans: &[Span], days: &ReadingDays, dice: &mut Dice) -> Habit {
    let premises = site.premises;
    let period_of_move = spans.get(1).map(|span| {
        (0..PERIODS).find(|period| span.starts_on <= days.end_of(*period)).unwrap_or(PERIODS)
    });
    let change = match period_of_move {
        Some(period) => Some((period, dice.between(60, 150))),
        None if premises.is_home() && dice.chance(8, 100) => {
            let period = usize::try_from(dice.between(1, 12)).expect("a period");
            Some((period, dice.pick(&[70, 80, 120, 130])))
        }
        None => None,
    };
    let is_steady_home = premises.is_home() && spans.len() == 1 && site.built_in == 0;
    let leak = dice.chance(12, 1_000).then(|| Leak {
        begins_in: usize::try_from(dice.between(1, 12)).expect("a period"),
        periods: usize::try_from(dice.between(1, 3)).expect("a few periods"),
    });
    Habit {
        usual_m3: premises.usual_m3(site.dwellings, dice),
        change,
        is_empty: is_steady_home && dice.chance(25, 1_000),
        travels: premises.is_home() && dice.chance(20, 100),
        leak: leak.filter(|_| premises.is_home() || premises == Premises::Shop),
    }
}

/// The volumes of all periods since the connection was built; the registers are filled in later.
pub(super) fn volumes(
    habit: &Habit,
    site: &Site,
    spans: &[Span],
    days: &ReadingDays,
    dice: &mut Dice,
) -> Vec<InventedReading> {
    (site.built_in..PERIODS)
        .map(|period| {
            let read_on = days.end_of(period);
            let occupied = occupied_percent(spans, days.start_of(period), read_on);
            let usage_m3 = habit.volume_m3(site.premises, period, read_on.month(), occupied, dice);
            InventedReading { read_on, register_value: 0, usage_m3 }
        })
        .collect()
}
