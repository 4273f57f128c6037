//! The course of a calculation (計算の順序): dwellings, table periods, and what is rounded when.

use super::error::ChargeError;
use super::journal::Journal;
use super::part::{self, Part};
use super::record::{PartOf, StepKind, contained_tax, times};
use super::shape::Shape;
use super::{ChargeAmounts, ChargeInput};
use crate::billing::exact::Exact;
use crate::billing::tariff::{
    Proration, Rate, Remainder, RoundPer, Rounding, SharedService, Tariff, TaxBasis, TaxPer,
    VolumeSplit,
};
use crate::connection::MeterSize;
use crate::quantity::{CubicMeters, Yen};

/// What is known before the first line is written.
pub(super) struct Plan<'t> {
    pub(super) tariff: &'t Tariff,
    pub(super) rate: &'t Rate,
    /// Whose service charge is charged: the dwellings' rate, or the meter's.
    pub(super) service_rate: &'t Rate,
    /// Whose rent is charged.
    pub(super) rent_size: MeterSize,
    pub(super) input: ChargeInput,
    pub(super) percent: u8,
    pub(super) shape: Shape,
    /// The rule of the partial period, if it is one.
    pub(super) proration: Option<&'t Proration>,
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
        _ if !tariff.apart.is_none() => RoundPer::Dwelling,
        Some(shared) if input.dwellings > 1 => shared.round_per,
        _ => RoundPer::Claim,
    };
    let mut total = Exact::ZERO;
    for of in PartOf::passes(tariff.apart).into_iter().flatten() {
        for (dwellings, usage) in groups {
            if dwellings == 0 {
                continue;
            }
            let mut sum = plan.dwelling(of, dwellings, usage, journal)?;
            if round_per == RoundPer::Dwelling {
                sum = plan
                    .settle(sum, |kind, before, after| journal.dwelling_step(kind, before, after));
            }
            total = total + times(sum, dwellings);
        }
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
        let shared = tariff.shared.filter(|_| input.dwellings > 1);
        let size = shared.and_then(|shared| shared.size).unwrap_or(input.size);
        let rate = rate(tariff, size, input)?;
        let is_of_meter = shared.is_some_and(|shared| shared.service == SharedService::Meter);
        let rent_size = if is_of_meter { input.size } else { size };
        let service_rate = if is_of_meter { self::rate(tariff, input.size, input)? } else { rate };
        if input.reliefs.0.checked_shr(reliefs_count(tariff)).unwrap_or(0) != 0 {
            return Err(ChargeError::NoRelief);
        }
        if input.days == Some(0) {
            return Err(ChargeError::Backwards);
        }
        let proration = tariff.proration.as_ref().filter(|rule| {
            input.days.is_some() && rate.unit.is_none() && rule.holds_for(size, input.use_class)
        });
        let shape = Shape::of(tariff, rate, input, proration)?;
        let percent = percent(tariff, input)?;
        let input = *input;
        Ok(Self { tariff, rate, service_rate, rent_size, input, percent, shape, proration })
    }

    /// The table periods of one dwelling, or of one kind of its charges.
    fn dwelling<J: Journal>(
        &self,
        of: PartOf,
        dwellings: u16,
        usage: CubicMeters,
        journal: &mut J,
    ) -> Result<Exact, ChargeError> {
        let mut sum = Exact::ZERO;
        for index in 0..self.shape.parts {
            let is_last = index + 1 == self.shape.parts;
            let times = if is_last { self.shape.last } else { self.shape.each };
            let mut part = Part { of, dwellings, usage, quantity: usage, times };
            if let Some(unit) = &self.rate.unit {
                let is_first = index == 0;
                part.usage = if is_first { usage } else { CubicMeters(0) };
                part.quantity = if unit.is_periodic { usage } else { part.usage };
            } else {
                part.usage = part_usage(usage, self.shape.parts, index, self.tariff.split);
                part.quantity = part.usage;
            }
            sum = sum + part::charge(self, &part, journal)?;
        }
        Ok(sum)
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

fn rate<'t>(
    tariff: &'t Tariff,
    size: MeterSize,
    input: &ChargeInput,
) -> Result<&'t Rate, ChargeError> {
    let rate = tariff.rate_for(size, input.use_class, input.months);
    rate.ok_or(ChargeError::NoRate { size_mm: size.mm(), use_class: input.use_class })
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
    let whole = ([(1, input.usage), (0, CubicMeters(0))], CubicMeters(0));
    if all == 1 {
        return Ok(whole);
    }
    let shared = tariff.shared.ok_or(ChargeError::NoSharing { dwellings: all })?;
    let each = CubicMeters(input.usage.0 / u32::from(all));
    let rest = input.usage.0 % u32::from(all);
    let spread = u16::try_from(rest).map_err(|_| ChargeError::Unbalanced)?;
    Ok(match shared.remainder {
        Remainder::Exact => whole,
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
