//! One part of a claim: the lines of a table period (基本料金、従量料金、メーター使用料、減免).

use super::fraction::{Fraction, Mode, Step, rounded, rounded_by, whole};
use super::schedule::{Rate, Relief, Schedule, Tier};

/// How the table is laid over one part.
#[derive(Debug, Clone)]
pub struct Laid {
    /// Cubic meters in this part, or what is counted in their place.
    pub usage: i128,
    /// The service charge is taken this often; the rent and the minimum this often.
    pub service: Fraction,
    pub rent: Fraction,
    pub minimum: Fraction,
    /// Tier bounds are multiplied by this and made whole.
    pub bounds: Fraction,
    /// Included volume and service steps are multiplied by this and made whole.
    pub included: Fraction,
    pub mode: Mode,
    /// The size whose rent is charged, and the rate whose service charge is.
    pub rent_mm: i128,
    pub service_rate: Rate,
    /// The share of a partial period's service charge has a rounding of its own.
    pub service_rounding: Option<Step>,
}

impl Laid {
    fn bound(&self, m3: i128, times: Fraction) -> i128 {
        rounded(whole(m3) * times, Step { mode: self.mode, yen: 1 }).to_integer()
    }
}

/// The sum of the lines of a part that are of `kinds`, reliefs taken off.
pub fn sum(
    schedule: &Schedule,
    rate: &Rate,
    laid: &Laid,
    held: &[bool],
    kinds: &[&str],
) -> Fraction {
    let line = |exact| rounded_by(exact, schedule.line);
    let of = |kind: &str, amount: Fraction| if kinds.contains(&kind) { amount } else { whole(0) };
    let service = service_of(&laid.service_rate, laid) * laid.service;
    let service = match laid.service_rounding {
        Some(step) => rounded(service, step),
        None => line(service),
    };
    let service = of("service", service);
    let tiers = tier_sums(rate, laid, laid.usage);
    let volume = of("volume", tiers.into_iter().fold(whole(0), |sum, tier| sum + line(tier)));
    let rent = schedule
        .rents
        .iter()
        .find(|rent| rent.sizes_mm.is_empty() || rent.sizes_mm.contains(&laid.rent_mm))
        .map_or(whole(0), |rent| line(rent.yen * laid.rent));
    let rent = of("rent", rent);
    let before = service + volume + rent;
    let missing = rate.minimum * laid.minimum - before;
    let has_minimum = kinds.contains(&"minimum");
    let fill = if has_minimum && missing > whole(0) { line(missing) } else { whole(0) };
    let basis = Basis { service, volume, rent, all: before + fill };
    let taken = schedule.reliefs.iter().zip(held).filter(|(relief, held)| {
        **held && (relief.of == "all" || kinds.contains(&relief.of.as_str()))
    });
    relieved(taken.map(|(relief, _)| relief), &basis, |relief| free_price(rate, laid, relief), line)
}

/// The service charge of a table period with this volume.
fn service_of(rate: &Rate, laid: &Laid) -> Fraction {
    let holds =
        |step: &&Tier| step.to_m3.is_none_or(|to| laid.usage <= laid.bound(to, laid.included));
    let last = rate.service_steps.last().expect("a service charge");
    rate.service_steps.iter().find(holds).unwrap_or(last).yen
}

/// What the first `count` m³ of the part cost, by tier: each of them is priced alone.
fn tier_sums(rate: &Rate, laid: &Laid, count: i128) -> Vec<Fraction> {
    let included = laid.bound(rate.included_m3, laid.included);
    let bounds: Vec<Option<i128>> =
        rate.tiers.iter().map(|tier| tier.to_m3.map(|to| laid.bound(to, laid.bounds))).collect();
    let tier_of = |m3: i128| {
        bounds.iter().position(|to| to.is_none_or(|to| m3 <= to)).expect("the last tier is open")
    };
    let mut counts = vec![0_i128; rate.tiers.len()];
    for m3 in included + 1..=count {
        counts[tier_of(if rate.by_last_tier { count } else { m3 })] += 1;
    }
    rate.tiers.iter().zip(counts).map(|(tier, count)| tier.yen * whole(count)).collect()
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
