//! The shape of a period (期間の形): of how many table periods it is made, and how the table is laid.

use super::ChargeInput;
use super::error::ChargeError;
use crate::billing::tariff::{
    Proration, ProrationMonths, Rate, Ratio, Remainder, ServiceShare, SharedService, Tariff,
    VolumeShare, VolumeSplit,
};
use crate::quantity::{CubicMeters, RoundingMode};

/// How the period is made of table periods.
pub(super) struct Shape {
    pub(super) parts: u32,
    /// What tier bounds are multiplied by.
    pub(super) bounds: Ratio,
    /// How the product becomes whole.
    pub(super) bounds_mode: RoundingMode,
    /// Of each part but the last.
    pub(super) each: Times,
    pub(super) last: Times,
    /// What the charge of a converted volume is multiplied by.
    pub(super) share: Option<Ratio>,
    /// So many months that are exactly alike lie in one part.
    pub(super) alike: u32,
}

/// How often the amounts of a table period are charged in a part.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) service: Ratio,
    pub(super) rent: Ratio,
    pub(super) minimum: Ratio,
    /// What the included volume and the steps of the service charge are multiplied by.
    pub(super) included: Ratio,
}

impl Times {
    fn all(ratio: Ratio) -> Self {
        Self { service: ratio, rent: ratio, minimum: ratio, included: ratio }
    }

    fn map(self, change: impl Fn(Ratio) -> Ratio) -> Self {
        Self {
            service: change(self.service),
            rent: change(self.rent),
            minimum: change(self.minimum),
            included: change(self.included),
        }
    }
}

fn whole(number: u32) -> Ratio {
    Ratio { numerator: number, denominator: 1 }
}

fn times(ratio: Ratio, number: u32) -> Ratio {
    if number == 1 { ratio } else { Ratio { numerator: ratio.numerator * number, ..ratio } }
}

fn divided(ratio: Ratio, number: u32) -> Ratio {
    if number == 1 { ratio } else { Ratio { denominator: ratio.denominator * number, ..ratio } }
}

impl Shape {
    pub(super) fn of(
        tariff: &Tariff,
        rate: &Rate,
        input: &ChargeInput,
        proration: Option<&Proration>,
    ) -> Result<Self, ChargeError> {
        let table_months = rate.period_months.unwrap_or(tariff.table_months);
        let mut shape = match (proration, input.days) {
            (Some(rule), Some(days)) => {
                let usage = input.usage.0 / u32::from(input.dwellings.max(1));
                let months = months(rule, days, CubicMeters(usage), rate.included_volume);
                Self::partial(rule, months, table_months)
            }
            _ => Self::whole(tariff, rate, input.months, table_months)?,
        };
        if table_months != tariff.table_months {
            let rent = |times: Times| Times {
                rent: of_months(times.rent, table_months, tariff.table_months),
                ..times
            };
            (shape.each, shape.last) = (rent(shape.each), rent(shape.last));
        }
        if input.dwellings > 1
            && let Some(shared) = tariff.shared
        {
            shape.lay_over(u32::from(input.dwellings), shared.remainder, shared.service);
        }
        Ok(shape)
    }

    /// Dwellings that share a meter stretch the table, or share its service charge.
    fn lay_over(&mut self, dwellings: u32, remainder: Remainder, service: SharedService) {
        if remainder == Remainder::Exact {
            self.bounds = times(self.bounds, dwellings);
            self.each = self.each.map(|ratio| times(ratio, dwellings));
            self.last = self.last.map(|ratio| times(ratio, dwellings));
        }
        if service == SharedService::Meter {
            for part in [&mut self.each, &mut self.last] {
                part.service = divided(part.service, dwellings);
                part.rent = divided(part.rent, dwellings);
            }
        }
    }

    fn whole(
        tariff: &Tariff,
        rate: &Rate,
        months: u8,
        table_months: u8,
    ) -> Result<Self, ChargeError> {
        let is_half = tariff.split == VolumeSplit::Half && rate.unit.is_none();
        let is_whole = months.is_multiple_of(table_months);
        if months == 0 || !(is_whole || is_half) {
            return Err(ChargeError::Period { table_months, months });
        }
        let count = u32::from(months / table_months);
        if !is_half {
            return Ok(Self::even(count, Ratio::ONE));
        }
        let scale = of_months(Ratio::ONE, months, table_months);
        let times = Times::all(scale);
        let even = Self::even(1, scale);
        Ok(Self { bounds: scale, each: times, last: times, alike: count.max(1), ..even })
    }

    fn partial(rule: &Proration, months: Ratio, table_months: u8) -> Self {
        let periods = divided(months, u32::from(table_months));
        let count = periods.ceiling().max(1);
        let share_of = |share| match share {
            ServiceShare::Share => periods,
            ServiceShare::Whole => whole(count),
        };
        let shape = match rule.volume {
            VolumeShare::Convert => Self {
                bounds: whole(count),
                share: Some(divided(periods, count)),
                ..Self::even(1, whole(count))
            },
            VolumeShare::Share => {
                let service = share_of(rule.service);
                let times =
                    Times { rent: share_of(rule.rent), included: periods, ..Times::all(service) };
                Self { bounds: periods, each: times, last: times, ..Self::even(1, service) }
            }
            VolumeShare::Whole | VolumeShare::Included => {
                Self { last: last_of(rule, periods, count), ..Self::even(count, Ratio::ONE) }
            }
        };
        // A converted volume is rounded, its table is not.
        let is_converted = rule.volume == VolumeShare::Convert;
        let bounds_mode = if is_converted { RoundingMode::Floor } else { rule.volume_mode };
        Self { bounds_mode, ..shape }
    }

    fn even(parts: u32, service: Ratio) -> Self {
        let times = Times::all(service);
        Self {
            parts,
            bounds: Ratio::ONE,
            bounds_mode: RoundingMode::Floor,
            each: times,
            last: times,
            share: None,
            alike: 1,
        }
    }
}

/// Months that are charged for so many days and so much water.
fn months(rule: &Proration, days: u16, usage: CubicMeters, included: CubicMeters) -> Ratio {
    match &rule.months {
        ProrationMonths::PerDay(per_month) => {
            Ratio { numerator: u32::from(days), denominator: u32::from(*per_month) }
        }
        ProrationMonths::Steps(steps) => {
            let is_within = |share: Ratio| {
                u64::from(usage.0) * u64::from(share.denominator)
                    <= u64::from(included.0) * u64::from(share.numerator)
            };
            let step = steps.iter().find(|step| {
                step.to_days.is_none_or(|to| days <= to)
                    && step.to_m3.is_none_or(|to| usage <= to)
                    && step.to_included.is_none_or(is_within)
            });
            step.map_or(Ratio::ONE, |step| step.months)
        }
    }
}

/// The last table period of a partial period: what of it was begun.
fn last_of(rule: &Proration, periods: Ratio, count: u32) -> Times {
    let before = (count - 1) * periods.denominator;
    let rest = Ratio { numerator: periods.numerator.saturating_sub(before), ..periods };
    let share_of = |share| match share {
        ServiceShare::Share => rest,
        ServiceShare::Whole => Ratio::ONE,
    };
    let is_included = rule.volume == VolumeShare::Included;
    let included = if is_included { rest } else { Ratio::ONE };
    let service = share_of(rule.service);
    Times { rent: share_of(rule.rent), included, ..Times::all(service) }
}

/// A ratio × months ÷ months of the table.
fn of_months(ratio: Ratio, months: u8, table_months: u8) -> Ratio {
    match (months, table_months) {
        (months, table) if months.is_multiple_of(table) => times(ratio, u32::from(months / table)),
        (months, table) => divided(times(ratio, u32::from(months)), u32::from(table)),
    }
}
