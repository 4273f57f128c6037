//! The course of a calculation (計算の順序): dwellings, table periods, and what is rounded when.

use super::error::ChargeError;
use super::journal::Journal;
use super::part::{self, Part};
use super::record::{StepKind, contained_tax, times};
use super::{ChargeAmounts, ChargeInput};
use crate::billing::exact::Exact;
use crate::billing::tariff::{
    Proration, ProrationMonths, Rate, Ratio, Remainder, RoundPer, Rounding, ServiceShare, Tariff,
    TaxBasis, TaxPer, VolumeShare, VolumeSplit,
};
use crate::connection::MeterSize;
use crate::quantity::{CubicMeters, Yen};

/// What is known before the first line is written.
pub(super) struct Plan<'t> {
    pub(super) tariff: &'t Tariff,
    pub(super) rate: &'t Rate,
    pub(super) input: ChargeInput,
    /// What dwellings are priced at.
    pub(super) size: MeterSize,
    pub(super) percent: u8,
    pub(super) shape: Shape,
    /// The rule of the partial period, if it is one.
    pub(super) proration: Option<&'t Proration>,
}

/// How the period is made of table periods.
pub(super) struct Shape {
    parts: u32,
    /// What tier bounds and the included volume are multiplied by.
    pub(super) bounds: Ratio,
    /// Service charge of each part but the last.
    service: Ratio,
    service_last: Ratio,
    /// What the charge of a converted volume is multiplied by.
    pub(super) share: Option<Ratio>,
}

/// The whole calculation. The journal hears every step of it.
pub(super) fn compute<J: Journal>(
    tariff: &Tariff,
    input: &ChargeInput,
    journal: &mut J,
) -> Result<ChargeAmounts, ChargeError> {
    let plan = Plan::new(tariff, input)?;
    let (groups, carried) = groups(tariff, input)?;
    journal.carried(carried);
    let round_per = match tariff.shared {
        Some(shared) if input.dwellings > 1 => shared.round_per,
        _ => RoundPer::Claim,
    };
    let mut total = Exact::ZERO;
    for (dwellings, usage) in groups {
        if dwellings == 0 {
            continue;
        }
        let mut sum = Exact::ZERO;
        for index in 0..plan.shape.parts {
            let usage = part_usage(usage, plan.shape.parts, index, tariff.split);
            let is_last = index + 1 == plan.shape.parts;
            let service = if is_last { plan.shape.service_last } else { plan.shape.service };
            let part = Part { dwellings, usage, service };
            sum = sum + part::charge(&plan, &part, journal)?;
        }
        if round_per == RoundPer::Dwelling {
            sum =
                plan.settle(sum, |kind, before, after| journal.dwelling_step(kind, before, after));
        }
        total = total + times(sum, dwellings);
    }
    if round_per == RoundPer::Claim {
        total = plan.settle(total, |kind, before, after| journal.claim_step(kind, before, after));
    }
    let amount = total.whole_yen().ok_or(ChargeError::TooLarge)?;
    let tax = match plan.bill_tax() {
        Some(tax) => tax,
        None => {
            contained_tax(amount, plan.percent, tariff.tax.mode).ok_or(ChargeError::TooLarge)?
        }
    };
    Ok(ChargeAmounts { amount, tax })
}

/// The percent of tax that holds for this input.
pub(super) fn percent(tariff: &Tariff, input: &ChargeInput) -> Result<u8, ChargeError> {
    match (input.tax_percent, tariff.tax.rates.as_slice()) {
        (Some(percent), _) => Ok(percent),
        (None, [only]) => Ok(only.percent),
        _ => Err(ChargeError::TaxRate),
    }
}

impl<'t> Plan<'t> {
    fn new(tariff: &'t Tariff, input: &ChargeInput) -> Result<Self, ChargeError> {
        let size = match tariff.shared {
            Some(shared) if input.dwellings > 1 => shared.size.unwrap_or(input.size),
            _ => input.size,
        };
        let rate = tariff
            .rate(size, input.use_class)
            .ok_or(ChargeError::NoRate { size_mm: size.mm(), use_class: input.use_class })?;
        if input.reliefs.0.checked_shr(reliefs_count(tariff)).unwrap_or(0) != 0 {
            return Err(ChargeError::NoRelief);
        }
        let proration = input.days.and(tariff.proration.as_ref());
        let shape = match (proration, input.days) {
            (_, Some(0)) => return Err(ChargeError::Backwards),
            (Some(proration), Some(days)) => Shape::partial(proration, days, tariff.table_months),
            _ => Shape::whole(tariff, input.months)?,
        };
        let percent = percent(tariff, input)?;
        Ok(Self { tariff, rate, input: *input, size, percent, shape, proration })
    }

    /// The claim's part of the bill's tax, where the tariff puts the tax there.
    fn bill_tax(&self) -> Option<Yen> {
        let is_of_bill = self.tariff.tax.basis == TaxBasis::Excluded(TaxPer::Bill);
        self.input.bill_tax.filter(|_| is_of_bill)
    }

    /// The roundings and the tax of a claim, or of one dwelling's.
    fn settle(
        &self,
        sum: Exact,
        mut step: impl FnMut(&dyn Fn() -> StepKind, Exact, Exact),
    ) -> Exact {
        let roundings = &self.tariff.roundings;
        let mut amount = sum;
        if let Some(rounding) = &roundings.claim {
            let after = round(rounding, amount);
            step(&|| StepKind::Round(rounding.clone()), amount, after);
            amount = after;
        }
        if let Some(tax) = self.bill_tax() {
            let after = amount + Exact::from(tax);
            step(&|| StepKind::BillTax(tax), amount, after);
            return after;
        }
        if matches!(self.tariff.tax.basis, TaxBasis::Excluded(TaxPer::Claim | TaxPer::Bill)) {
            let kind = || StepKind::Tax { percent: self.percent };
            let after = kind().apply(amount);
            step(&kind, amount, after);
            amount = after;
        }
        if let Some(rounding) = &roundings.claim_taxed {
            let after = round(rounding, amount);
            step(&|| StepKind::Round(rounding.clone()), amount, after);
            amount = after;
        }
        if let Some(minimum) = self.proration.and_then(|proration| proration.minimum) {
            let after = amount.max(Exact::from(minimum));
            step(&|| StepKind::AtLeast(minimum), amount, after);
            amount = after;
        }
        amount
    }
}

pub(super) fn round(rounding: &Rounding, amount: Exact) -> Exact {
    amount.rounded(rounding.mode, rounding.step_yen)
}

fn reliefs_count(tariff: &Tariff) -> u32 {
    u32::try_from(tariff.reliefs.len()).unwrap_or(u32::MAX)
}

impl Shape {
    fn whole(tariff: &Tariff, months: u8) -> Result<Self, ChargeError> {
        let table_months = tariff.table_months;
        if months == 0 || !months.is_multiple_of(table_months) {
            return Err(ChargeError::Period { table_months, months });
        }
        let count = u32::from(months / table_months);
        let (parts, scale) = match tariff.split {
            VolumeSplit::Half => (1, Ratio { numerator: count, denominator: 1 }),
            VolumeSplit::First | VolumeSplit::Last => (count, Ratio::ONE),
        };
        Ok(Self { parts, bounds: scale, service: scale, service_last: scale, share: None })
    }

    fn partial(proration: &Proration, days: u16, table_months: u8) -> Self {
        let months = match &proration.months {
            ProrationMonths::PerDay(per_month) => {
                Ratio { numerator: u32::from(days), denominator: u32::from(*per_month) }
            }
            ProrationMonths::Steps(steps) => steps
                .iter()
                .find(|step| step.to_days.is_none_or(|to| days <= to))
                .map_or(Ratio::ONE, |step| step.months),
        };
        let periods = Ratio {
            denominator: months.denominator * u32::from(table_months),
            numerator: months.numerator,
        };
        let count = periods.ceiling().max(1);
        let whole = Ratio { numerator: count, denominator: 1 };
        match proration.volume {
            VolumeShare::Convert => Self { share: Some(months), ..Self::even(1, Ratio::ONE) },
            VolumeShare::Share => {
                let service = match proration.service {
                    ServiceShare::Share => periods,
                    ServiceShare::Whole => whole,
                };
                Self { bounds: periods, ..Self::even(1, service) }
            }
            VolumeShare::Whole => {
                let rest = (count - 1) * periods.denominator;
                let service_last = match proration.service {
                    ServiceShare::Whole => Ratio::ONE,
                    ServiceShare::Share => {
                        Ratio { numerator: periods.numerator.saturating_sub(rest), ..periods }
                    }
                };
                Self { service_last, ..Self::even(count, Ratio::ONE) }
            }
        }
    }

    fn even(parts: u32, service: Ratio) -> Self {
        Self { parts, bounds: Ratio::ONE, service, service_last: service, share: None }
    }
}

/// Dwellings that are alike with the volume of each, and what is carried to the next period.
fn groups(
    tariff: &Tariff,
    input: &ChargeInput,
) -> Result<([(u16, CubicMeters); 2], CubicMeters), ChargeError> {
    let all = input.dwellings;
    if all == 0 {
        return Err(ChargeError::NoDwelling);
    }
    if all == 1 {
        return Ok(([(1, input.usage), (0, CubicMeters(0))], CubicMeters(0)));
    }
    let shared = tariff.shared.ok_or(ChargeError::NoSharing { dwellings: all })?;
    let each = CubicMeters(input.usage.0 / u32::from(all));
    let rest = input.usage.0 % u32::from(all);
    let spread = u16::try_from(rest).map_err(|_| ChargeError::Unbalanced)?;
    Ok(match shared.remainder {
        _ if rest == 0 => ([(all, each), (0, CubicMeters(0))], CubicMeters(0)),
        Remainder::Spread => {
            ([(spread, CubicMeters(each.0 + 1)), (all - spread, each)], CubicMeters(0))
        }
        Remainder::First => ([(1, CubicMeters(each.0 + rest)), (all - 1, each)], CubicMeters(0)),
        Remainder::Carry => ([(all, each), (0, CubicMeters(0))], CubicMeters(rest)),
    })
}

/// Splits a volume evenly; the odd cubic meters go where the tariff says.
fn part_usage(usage: CubicMeters, parts: u32, index: u32, split: VolumeSplit) -> CubicMeters {
    let rest = usage.0 % parts;
    let gets_one = match split {
        VolumeSplit::Last => index >= parts - rest,
        VolumeSplit::First | VolumeSplit::Half => index < rest,
    };
    CubicMeters(usage.0 / parts + u32::from(gets_one))
}

/// The amount of a claim before its tax is put on, where the bill's tax is (請求書単位の税).
pub(super) fn net_of(steps: &[super::ChargeStep], gross: Yen) -> Option<Yen> {
    let tax = steps.iter().find(|step| matches!(step.kind, StepKind::Tax { .. }));
    tax.map_or(Some(gross), |step| step.before.whole_yen())
}
