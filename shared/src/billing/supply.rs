//! Periods of supply (使用期間): which tariff and tax rate hold for them, and whether they are partial.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::charge::ChargeError;
use super::tariff::{DayCount, Tariff, Transition};
use crate::quantity::CubicMeters;

/// From when to when water was supplied, and since when to this user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supply {
    /// The last reading before, or the start of service.
    pub from: Date,
    /// The reading, or the end of service.
    pub to: Date,
    /// 使用開始日 of the user, where it is known.
    pub started_on: Option<Date>,
}

/// Which of several versions holds for a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The version at this place.
    One(usize),
    /// Two, by days: the one at `old`, and the one after it.
    Split {
        /// Place of the old one.
        old: usize,
        /// Days before the change.
        days_old: u16,
        /// Days from the change on.
        days_new: u16,
    },
}

/// Of the old and the new.
enum Which {
    Old,
    New,
    Both,
}

/// The version that holds, of versions by their rising first day.
pub fn choose(versions: &[Tariff], supply: &Supply) -> Result<Choice, ChargeError> {
    supply.check()?;
    for (place, tariff) in versions.iter().enumerate().rev() {
        if place == 0 {
            let begins = supply.to >= tariff.valid_from;
            return if begins { Ok(Choice::One(0)) } else { Err(ChargeError::NoTariff) };
        }
        match supply.which(tariff.valid_from, tariff.transition) {
            None => return Err(ChargeError::AcrossTariffs),
            Some(Which::New) => return Ok(Choice::One(place)),
            Some(Which::Old) => {}
            Some(Which::Both) => {
                // Two changes in one period: nobody's ordinance says how.
                let old = &versions[place - 1];
                if place > 1 && supply.from < old.valid_from {
                    return Err(ChargeError::AcrossTariffs);
                }
                let days_old = days_between(supply.from, tariff.valid_from);
                let days_new = days_between(tariff.valid_from, supply.to);
                return Ok(Choice::Split { old: place - 1, days_old, days_new });
            }
        }
    }
    Err(ChargeError::NoTariff)
}

/// Splits a volume by days; the odd cubic meter goes to the new tariff.
pub fn split_by_days(usage: CubicMeters, days_old: u16, days_new: u16) -> [CubicMeters; 2] {
    let all = u64::from(days_old) + u64::from(days_new);
    let old = u64::from(usage.0) * u64::from(days_old) / all.max(1);
    let old = u32::try_from(old).unwrap_or(usage.0);
    [CubicMeters(old), CubicMeters(usage.0 - old)]
}

impl Supply {
    fn check(&self) -> Result<(), ChargeError> {
        let is_forward =
            self.from <= self.to && self.started_on.is_none_or(|started| started <= self.to);
        if is_forward { Ok(()) } else { Err(ChargeError::Backwards) }
    }

    /// Whether a change holds for the period; `None` when nobody has ruled it.
    fn which(&self, change: Date, transition: Option<Transition>) -> Option<Which> {
        if self.to < change {
            return Some(Which::Old);
        }
        if self.started_on.is_some_and(|started| started >= change) {
            return Some(Which::New);
        }
        let new_if = |is_new| Some(if is_new { Which::New } else { Which::Old });
        match transition {
            Some(Transition::FirstReadingFrom(day)) => new_if(self.to >= day),
            _ if self.from >= change => Some(Which::New),
            Some(Transition::ReadingDay) => Some(Which::New),
            Some(Transition::WholeCycle) => Some(Which::Old),
            Some(Transition::Days) if self.to == change => Some(Which::Old),
            Some(Transition::Days) => Some(Which::Both),
            None => None,
        }
    }
}

impl Tariff {
    /// The percent of tax that holds for a period.
    pub fn tax_percent(&self, supply: &Supply) -> Result<u8, ChargeError> {
        supply.check()?;
        for rate in self.tax.rates.iter().rev() {
            let Some(from) = rate.from else { return Ok(rate.percent) };
            match supply.which(from, rate.transition) {
                Some(Which::New) => return Ok(rate.percent),
                Some(Which::Old) => {}
                Some(Which::Both) | None => return Err(ChargeError::TaxRate),
            }
        }
        Err(ChargeError::TaxRate)
    }

    /// Days of a period that the tariff takes for partial; `None` for a whole one.
    pub fn partial_days(&self, supply: &Supply, months: u8) -> Option<u16> {
        let proration = self.proration.as_ref()?;
        let days = match proration.count {
            DayCount::Start => days_between(supply.from, supply.to).max(1),
            DayCount::Both => days_between(supply.from, supply.to).saturating_add(1),
        };
        (days < proration.whole_from_days * u16::from(months)).then_some(days)
    }
}

pub(super) fn days_between(from: Date, to: Date) -> u16 {
    let days = from.duration_until(to).as_hours() / 24;
    u16::try_from(days).unwrap_or(if days < 0 { 0 } else { u16::MAX })
}
