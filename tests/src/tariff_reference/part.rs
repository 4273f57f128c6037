//! One part of a claim: the lines of a table period (基本料金、従量料金、メーター使用料、減免).

use super::fraction::{Fraction, floor, rounded_by, whole};
use super::schedule::{Rate, Relief, Schedule, Tier};

/// How the table is laid over one part.
#[derive(Debug, Clone, Copy)]
pub struct Laid {
    /// Cubic meters in this part.
    pub usage: i128,
    /// The service charge, the rent and the minimum are taken this often.
    pub service: Fraction,
    /// Tier bounds and included volume are multiplied by this and rounded down.
    pub bounds: Fraction,
    /// The part stands for this many table periods with the same exact share of the volume each.
    pub alike: i128,
}

/// The sum of the lines of a part, reliefs taken off.
pub fn sum(
    schedule: &Schedule,
    rate: &Rate,
    size_mm: i128,
    laid: &Laid,
    held: &[bool],
) -> Fraction {
    let line = |exact| rounded_by(exact, schedule.line);
    let service = line(service_of(rate, laid) * laid.service);
    let tiers = tier_sums(rate, laid, laid.usage);
    let volume = tiers.into_iter().fold(whole(0), |sum, tier| sum + line(tier));
    let rent = schedule
        .rents
        .iter()
        .find(|rent| rent.sizes_mm.is_empty() || rent.sizes_mm.contains(&size_mm))
        .map_or(whole(0), |rent| line(rent.yen * laid.service));
    let before = service + volume + rent;
    let missing = rate.minimum * laid.service - before;
    let fill = if missing > whole(0) { line(missing) } else { whole(0) };
    let basis = Basis { service, volume, rent, all: before + fill };
    let taken = schedule.reliefs.iter().zip(held).filter(|(_, held)| **held);
    relieved(taken.map(|(relief, _)| relief), &basis, |relief| free_price(rate, laid, relief), line)
}

/// The service charge of a table period with this volume.
fn service_of(rate: &Rate, laid: &Laid) -> Fraction {
    let holds = |step: &&Tier| {
        step.to_m3.is_none_or(|to_m3| laid.usage <= floor(whole(to_m3 * laid.alike) * laid.bounds))
    };
    let last = rate.service_steps.last().expect("a service charge");
    rate.service_steps.iter().find(holds).unwrap_or(last).yen
}

/// What the first `count` m³ of the part cost, by tier: each slice of water is priced alone.
///
/// A part that stands for two table periods with half the volume each is walked in halves of a
/// cubic meter: as many slices as there are m³ in both, each costing half in each of the two.
fn tier_sums(rate: &Rate, laid: &Laid, count: i128) -> Vec<Fraction> {
    let bound = |m3: i128| floor(whole(m3) * laid.bounds);
    let included = bound(rate.included_m3);
    let bounds: Vec<Option<i128>> = rate.tiers.iter().map(|tier| tier.to_m3.map(bound)).collect();
    let mut slices = vec![0_i128; rate.tiers.len()];
    for slice in 1..=count {
        // Its place in the table period, in slices: a m³ ends at each multiple of `alike`.
        if slice <= included * laid.alike {
            continue;
        }
        let is_in = |to: &Option<i128>| to.is_none_or(|to| slice <= to * laid.alike);
        let tier = bounds.iter().position(is_in).expect("the last tier is open");
        slices[tier] += 1;
    }
    let tiers = rate.tiers.iter().zip(slices);
    tiers.map(|(tier, slices)| tier.yen / whole(laid.alike) * whole(slices * laid.alike)).collect()
}

struct Basis {
    service: Fraction,
    volume: Fraction,
    rent: Fraction,
    all: Fraction,
}

/// The price of the first m³ of the part, up to its volume.
fn free_price(rate: &Rate, laid: &Laid, relief: &Relief) -> Fraction {
    let free = relief.free_m3.unwrap_or(0).min(laid.usage);
    tier_sums(rate, laid, free).into_iter().fold(whole(0), |sum, tier| sum + tier)
}

/// Takes reliefs off in the order of the file.
fn relieved<'r>(
    reliefs: impl Iterator<Item = &'r Relief>,
    basis: &Basis,
    free_price: impl Fn(&Relief) -> Fraction,
    line: impl Fn(Fraction) -> Fraction,
) -> Fraction {
    let mut left = Basis { ..*basis };
    for relief in reliefs {
        let (full, left_of_it) = match relief.of.as_str() {
            "service" => (basis.service, left.service),
            "volume" => (basis.volume, left.volume),
            "rent" => (basis.rent, left.rent),
            _ => (basis.all, left.all),
        };
        let asked = match (relief.percent, relief.yen) {
            (Some(percent), _) => full * whole(percent) / whole(100),
            (None, Some(yen)) => yen,
            (None, None) => free_price(relief),
        };
        let bounded = relief.cap.map_or(asked, |cap| asked.min(cap));
        let exact = bounded.min(left_of_it).min(left.all).max(whole(0));
        let taken = line(exact).min(left.all);
        match relief.of.as_str() {
            "service" => left.service -= taken,
            "volume" => left.volume -= taken,
            "rent" => left.rent -= taken,
            _ => {}
        }
        left.all -= taken;
    }
    left.all
}
