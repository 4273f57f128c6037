//! One table period (1か月分・2か月分の計算): its lines, reliefs and roundings.

use super::error::ChargeError;
use super::journal::Journal;
use super::plan::{Plan, round};
use super::record::{LineKind, StepKind};
use crate::billing::exact::Exact;
use crate::billing::tariff::{Rate, Ratio, Relief, ReliefBasis, ReliefTaken, TaxBasis, TaxPer};
use crate::quantity::{CubicMeters, FineYen, Yen};

/// What is priced.
pub(super) struct Part {
    pub(super) dwellings: u16,
    pub(super) usage: CubicMeters,
    /// Table periods of service charge.
    pub(super) service: Ratio,
}

/// Charges of a part by their kind: what reliefs are taken of.
#[derive(Default)]
struct Sums {
    service: Exact,
    volume: Exact,
    rent: Exact,
    all: Exact,
}

/// The sum of one table period of one dwelling, after its roundings and its tax.
pub(super) fn charge<J: Journal>(
    plan: &Plan<'_>,
    part: &Part,
    journal: &mut J,
) -> Result<Exact, ChargeError> {
    let priced = priced_usage(plan, part.usage)?;
    journal.begin_part(part.dwellings, part.usage, priced);
    let sums = lines(plan, part, priced, journal)?;
    let mut sum = sums.all;
    if !plan.input.reliefs.is_empty() {
        sum = reliefs(plan, &sums, priced, journal)?;
    }
    let sum = steps(plan, sum, journal);
    journal.end_part(sum);
    Ok(sum)
}

/// The volume as it is looked up: stretched to a whole month where the tariff says so.
fn priced_usage(plan: &Plan<'_>, usage: CubicMeters) -> Result<CubicMeters, ChargeError> {
    let (Some(share), Some(proration)) = (plan.shape.share, plan.proration) else {
        return Ok(usage);
    };
    let stretch = Ratio { numerator: share.denominator, denominator: share.numerator };
    let volume = Exact::from(Yen(i64::from(usage.0))).scaled(stretch);
    let whole = volume.rounded(proration.volume_mode, 1).whole_yen();
    let whole = whole.and_then(|volume| u32::try_from(volume.0).ok());
    whole.map(CubicMeters).ok_or(ChargeError::TooLarge)
}

fn lines<J: Journal>(
    plan: &Plan<'_>,
    part: &Part,
    usage: CubicMeters,
    journal: &mut J,
) -> Result<Sums, ChargeError> {
    let mut line = |kind: LineKind, exact: Exact| {
        let amount = rounded_line(plan, exact);
        journal.line(kind, exact, amount);
        amount
    };
    let share = part.service;
    let price = service_charge(plan.rate, usage, plan.shape.bounds);
    let service = line(LineKind::Service { price, share }, Exact::from(price).scaled(share));
    let mut volume = Exact::ZERO;
    for_each_tier(plan.rate, usage, plan.shape.bounds, |from_m3, to_m3, unit_price| {
        let exact = Exact::product(to_m3 - from_m3 + 1, unit_price);
        volume = volume + line(LineKind::Tier { from_m3, to_m3, unit_price }, exact);
    })?;
    let mut rent = Exact::ZERO;
    let price = plan.tariff.meter_rent(plan.size);
    if price != FineYen(0) {
        rent = line(LineKind::MeterRent { price, share }, Exact::from(price).scaled(share));
    }
    let mut all = service + volume + rent;
    if let Some(minimum) = plan.rate.minimum {
        let lacking = Exact::from(minimum).scaled(share) - all;
        if lacking > Exact::ZERO {
            all = all + line(LineKind::Minimum, lacking);
        }
    }
    Ok(Sums { service, volume, rent, all })
}

fn rounded_line(plan: &Plan<'_>, exact: Exact) -> Exact {
    plan.tariff.roundings.line.as_ref().map_or(exact, |rounding| round(rounding, exact))
}

/// The service charge of a table period, which may depend on the volume.
fn service_charge(rate: &Rate, usage: CubicMeters, bounds: Ratio) -> FineYen {
    let step = rate.service_steps.iter().find(|step| usage <= scaled(step.up_to, bounds));
    step.or(rate.service_steps.last()).map_or(rate.service_charge, |step| step.charge)
}

/// A bound of the table within the part, in whole m³.
fn scaled(bound: CubicMeters, ratio: Ratio) -> CubicMeters {
    if ratio == Ratio::ONE {
        return bound;
    }
    let scaled = u64::from(bound.0) * u64::from(ratio.numerator) / u64::from(ratio.denominator);
    CubicMeters(u32::try_from(scaled).unwrap_or(u32::MAX))
}

/// Walks through the tiers that hold some of `usage` and checks that they hold all of it.
fn for_each_tier(
    rate: &Rate,
    usage: CubicMeters,
    bounds: Ratio,
    mut tier: impl FnMut(u32, u32, FineYen),
) -> Result<(), ChargeError> {
    let is_free = rate.tiers.is_empty();
    let included = if is_free { usage } else { scaled(rate.included_volume, bounds).min(usage) };
    if included.0 > 0 {
        tier(1, included.0, FineYen(0));
    }
    let mut counted = included.0;
    for row in &rate.tiers {
        let end = row.up_to.map_or(usage, |up_to| scaled(up_to, bounds).min(usage)).0;
        if end <= counted {
            continue;
        }
        tier(counted + 1, end, row.unit_price);
        counted = end;
        if counted == usage.0 {
            break;
        }
    }
    if counted == usage.0 { Ok(()) } else { Err(ChargeError::Unbalanced) }
}

/// Takes the reliefs that hold, none of them more than is left. The sum after them.
fn reliefs<J: Journal>(
    plan: &Plan<'_>,
    sums: &Sums,
    usage: CubicMeters,
    journal: &mut J,
) -> Result<Exact, ChargeError> {
    let full = [sums.service, sums.volume, sums.rent, sums.all];
    let mut left = full;
    for (place, relief) in plan.tariff.reliefs.iter().enumerate() {
        if !plan.input.reliefs.holds(place) {
            continue;
        }
        let basis = match relief.basis {
            ReliefBasis::Service => 0,
            ReliefBasis::Volume => 1,
            ReliefBasis::Rent => 2,
            ReliefBasis::All => 3,
        };
        let wanted = wanted(plan, relief, full[basis], usage)?;
        let capped = relief.cap.map_or(wanted, |cap| wanted.min(Exact::from(cap)));
        let exact = capped.min(left[basis]).min(left[3]);
        let taken = rounded_line(plan, exact).min(left[3]);
        if basis != 3 {
            left[basis] = left[basis] - taken;
        }
        left[3] = left[3] - taken;
        let place = u8::try_from(place).map_err(|_| ChargeError::NoRelief)?;
        journal.line(LineKind::Relief { place }, -exact, -taken);
    }
    Ok(left[3])
}

/// What a relief would take without bounds.
fn wanted(
    plan: &Plan<'_>,
    relief: &Relief,
    basis: Exact,
    usage: CubicMeters,
) -> Result<Exact, ChargeError> {
    Ok(match relief.taken {
        ReliefTaken::Percent(percent) => {
            basis.scaled(Ratio { numerator: u32::from(percent), denominator: 100 })
        }
        ReliefTaken::Amount(amount) => Exact::from(amount),
        ReliefTaken::FreeVolume(free) => {
            let mut price = Exact::ZERO;
            let free = free.min(usage);
            for_each_tier(plan.rate, free, plan.shape.bounds, |from, to, unit_price| {
                price = price + Exact::product(to - from + 1, unit_price);
            })?;
            price
        }
    })
}

/// From the sum of the lines to what counts in the claim.
fn steps<J: Journal>(plan: &Plan<'_>, sum: Exact, journal: &mut J) -> Exact {
    let roundings = &plan.tariff.roundings;
    let mut sum = sum;
    if let Some(share) = plan.shape.share {
        let after = sum.scaled(share);
        journal.part_step(|| StepKind::Share(share), sum, after);
        sum = after;
    }
    let prorated = plan.proration.and_then(|proration| proration.rounding.as_ref());
    for rounding in prorated.into_iter().chain(&roundings.month) {
        let after = round(rounding, sum);
        journal.part_step(|| StepKind::Round(rounding.clone()), sum, after);
        sum = after;
    }
    if plan.tariff.tax.basis == TaxBasis::Excluded(TaxPer::Month) {
        let kind = StepKind::Tax { percent: plan.percent };
        let after = kind.apply(sum);
        journal.part_step(|| kind, sum, after);
        sum = after;
    }
    if let Some(rounding) = &roundings.month_taxed {
        let after = round(rounding, sum);
        journal.part_step(|| StepKind::Round(rounding.clone()), sum, after);
        sum = after;
    }
    sum
}
