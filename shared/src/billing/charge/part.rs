//! One table period (1か月分・2か月分の計算): its lines, reliefs and roundings.

use super::error::ChargeError;
use super::journal::Journal;
use super::plan::{Plan, round};
use super::record::{LineKind, PartOf, StepKind};
use super::shape::Times;
use crate::billing::exact::Exact;
use crate::billing::tariff::{Rate, Ratio, Relief, ReliefBasis, ReliefTaken};
use crate::quantity::{CubicMeters, FineYen, RoundingMode, Yen};

/// What is priced.
pub(super) struct Part {
    /// Everything, or the kinds that are settled by themselves.
    pub(super) of: PartOf,
    pub(super) dwellings: u16,
    /// What of the period's volume lies in this part.
    pub(super) usage: CubicMeters,
    /// What is priced in it: the same, or a quantity that each table period is charged for.
    pub(super) quantity: CubicMeters,
    pub(super) times: Times,
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
    let priced = priced_usage(plan, part.quantity)?;
    if part.of.has_volume() {
        journal.begin_part(part.of, part.dwellings, part.usage, priced);
    } else {
        journal.begin_part(part.of, part.dwellings, CubicMeters(0), CubicMeters(0));
    }
    let sums = lines(plan, part, priced, journal)?;
    let mut sum = sums.all;
    if !plan.input.reliefs.is_empty() {
        sum = reliefs(plan, part, &sums, priced, journal)?;
    }
    let sum = steps(plan, sum, journal);
    journal.end_part(sum);
    Ok(sum)
}

/// The volume as it is looked up: stretched to a whole month, or counted in its unit.
fn priced_usage(plan: &Plan<'_>, usage: CubicMeters) -> Result<CubicMeters, ChargeError> {
    if let Some(unit) = &plan.rate.unit {
        return Ok(CubicMeters(usage.0.div_ceil(unit.each)));
    }
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
    let Times { service: share, rent: rent_share, minimum: minimum_share, .. } = part.times;
    let mut service = Exact::ZERO;
    if part.of.has_service() {
        let price = service_charge(plan.service_rate, usage, part.times.included, plan);
        let exact = Exact::from(price).scaled(share);
        let own = plan.proration.and_then(|rule| rule.service_rounding.as_ref());
        let rounding = own.or(plan.tariff.roundings.line.as_ref());
        service = rounding.map_or(exact, |rounding| round(rounding, exact));
        journal.line(LineKind::Service { price, share }, exact, service);
    }
    let mut line = |kind: LineKind, exact: Exact| {
        let amount = rounded_line(plan, exact);
        journal.line(kind, exact, amount);
        amount
    };
    let mut volume = Exact::ZERO;
    if part.of.has_volume() {
        for_each_tier(plan, part.times.included, usage, |from_m3, to_m3, unit_price| {
            let exact = Exact::product(to_m3 - from_m3 + 1, unit_price);
            volume = volume + line(LineKind::Tier { from_m3, to_m3, unit_price }, exact);
        })?;
    }
    let mut rent = Exact::ZERO;
    let price = plan.tariff.meter_rent(plan.rent_size);
    if price != FineYen(0) && part.of.has_rent() {
        let kind = LineKind::MeterRent { price, share: rent_share };
        rent = line(kind, Exact::from(price).scaled(rent_share));
    }
    let mut all = service + volume + rent;
    if let (Some(minimum), true) = (plan.rate.minimum, part.of.has_minimum()) {
        let lacking = Exact::from(minimum).scaled(minimum_share) - all;
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
fn service_charge(rate: &Rate, usage: CubicMeters, times: Ratio, plan: &Plan<'_>) -> FineYen {
    let mode = plan.shape.bounds_mode;
    let step = rate.service_steps.iter().find(|step| usage <= scaled(step.up_to, times, mode));
    step.or(rate.service_steps.last()).map_or(rate.service_charge, |step| step.charge)
}

/// A bound of the table within the part, in whole m³.
fn scaled(bound: CubicMeters, ratio: Ratio, mode: RoundingMode) -> CubicMeters {
    if ratio == Ratio::ONE {
        return bound;
    }
    let (product, below) =
        (u64::from(bound.0) * u64::from(ratio.numerator), u64::from(ratio.denominator));
    let scaled = match mode {
        RoundingMode::Floor => product / below,
        RoundingMode::HalfUp => (2 * product + below) / (2 * below),
        RoundingMode::Ceiling => product.div_ceil(below),
    };
    CubicMeters(u32::try_from(scaled).unwrap_or(u32::MAX))
}

/// Walks through the tiers that hold some of `usage` and checks that they hold all of it.
fn for_each_tier(
    plan: &Plan<'_>,
    included: Ratio,
    usage: CubicMeters,
    mut tier: impl FnMut(u32, u32, FineYen),
) -> Result<(), ChargeError> {
    let rate = plan.rate;
    let mode = plan.shape.bounds_mode;
    let bound = |bound: CubicMeters, times| scaled(bound, times, mode).min(usage);
    let is_free = rate.tiers.is_empty();
    let included = if is_free { usage } else { bound(rate.included_volume, included) };
    if included.0 > 0 {
        tier(1, included.0, FineYen(0));
    }
    let mut counted = included.0;
    for row in &rate.tiers {
        let end = row.up_to.map_or(usage, |up_to| bound(up_to, plan.shape.bounds)).0;
        let is_passed = end <= counted || (rate.by_last_tier && end < usage.0);
        if is_passed {
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
    part: &Part,
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
        let (basis, is_here) = match relief.basis {
            ReliefBasis::Service => (0, part.of.has_service()),
            ReliefBasis::Volume => (1, part.of.has_volume()),
            ReliefBasis::Rent => (2, part.of.has_rent()),
            ReliefBasis::All => (3, true),
        };
        if !is_here {
            continue;
        }
        let wanted = wanted(plan, part, relief, full[basis], usage)?;
        let capped = relief.cap.map_or(wanted, |cap| wanted.min(Exact::from(cap)));
        // A relief that was rounded up may have taken more than its basis had.
        let exact = capped.min(left[basis]).min(left[3]).max(Exact::ZERO);
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
    part: &Part,
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
            for_each_tier(plan, part.times.included, free, |from, to, unit_price| {
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
    let has_month = roundings.month.is_some() || plan.tariff.has_tax_by_month();
    let alike = if has_month { plan.shape.alike } else { 1 };
    if alike > 1 {
        let share = Ratio { numerator: 1, denominator: alike };
        let after = sum.scaled(share);
        journal.part_step(|| StepKind::Times(share), sum, after);
        sum = after;
    }
    let prorated = plan.proration.and_then(|proration| proration.rounding.as_ref());
    for rounding in prorated.into_iter().chain(&roundings.month) {
        let after = round(rounding, sum);
        journal.part_step(|| StepKind::Round(rounding.clone()), sum, after);
        sum = after;
    }
    if plan.tariff.has_tax_by_month() {
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
    if alike > 1 {
        let times = Ratio { numerator: alike, denominator: 1 };
        let after = sum.scaled(times);
        journal.part_step(|| StepKind::Times(times), sum, after);
        sum = after;
    }
    sum
}
