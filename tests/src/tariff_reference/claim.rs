//! One claim (請求): dwellings, table periods, partial periods, roundings and tax, in this order.

use super::fraction::{Fraction, Mode, Step, ceiling, fraction, rounded, rounded_by, whole};
use super::part::{Laid, sum};
use super::schedule::{Proration, Rate, Schedule};

/// What a charge is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    pub size_mm: i128,
    pub use_class: String,
    pub usage: i128,
    pub months: i128,
    pub days: Option<i128>,
    pub dwellings: i128,
    /// One for each relief of the schedule.
    pub reliefs: Vec<bool>,
    pub tax_percent: Option<i128>,
}

/// What comes out, in whole yen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    pub amount: i128,
    pub tax: i128,
}

/// Why nothing can be charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    NoRate,
    Period,
    NoSharing,
    NoDwelling,
    TaxRate,
    AcrossTariffs,
    NoTariff,
    NoProration,
    Backwards,
}

/// The amounts of one claim by itself.
pub fn amounts(schedule: &Schedule, asked: &Asked) -> Result<Amounts, Refusal> {
    let percent = percent(schedule, asked)?;
    let groups = groups(schedule, asked)?;
    let finish = |exact: Fraction| at_least(schedule, asked, taxed(schedule, percent, exact));
    let is_per_dwelling = groups.len() > 1 || groups[0].0 > 1;
    let is_per_dwelling =
        is_per_dwelling && schedule.shared.as_ref().is_some_and(|shared| shared.per_dwelling);
    let mut total = whole(0);
    for (dwellings, usage) in groups {
        let exact = dwelling(schedule, asked, usage, percent)?;
        let counted = if is_per_dwelling { finish(exact) } else { exact };
        total += counted * whole(dwellings);
    }
    let amount = if is_per_dwelling { total } else { finish(total) };
    assert!(amount.is_integer(), "{amount} is not whole");
    let amount = amount.to_integer();
    let tax = fraction(amount * percent, 100 + percent);
    let tax = rounded(tax, Step { mode: schedule.tax.mode, yen: 1 });
    Ok(Amounts { amount, tax: tax.to_integer() })
}

/// The amounts of the claims of one bill, where all are taxed by the bill at the same percent.
pub fn bill(claims: &[(&Schedule, &Asked)]) -> Result<Vec<Amounts>, Refusal> {
    let mut nets = Vec::new();
    let mut percents = Vec::new();
    for (schedule, asked) in claims {
        percents.push(percent(schedule, asked)?);
    }
    let percent = percents[0];
    assert!(percents.iter().all(|other| *other == percent), "claims of one rate");
    for (schedule, asked) in claims {
        let mut net = whole(0);
        for (dwellings, usage) in groups(schedule, asked)? {
            net += dwelling(schedule, asked, usage, percent)? * whole(dwellings);
        }
        nets.push(rounded_by(net, schedule.claim_before));
    }
    let net = nets.iter().fold(whole(0), |sum, net| sum + net);
    let total = rounded_by(net * fraction(100 + percent, 100), claims[0].0.claim_after);
    let floor = Step { mode: Mode::Floor, yen: 1 };
    let mut taxes: Vec<Fraction> =
        nets.iter().map(|net| rounded(net * fraction(percent, 100), floor)).collect();
    taxes[0] = total - net - taxes[1..].iter().fold(whole(0), |sum, tax| sum + tax);
    let both = nets.iter().zip(&taxes);
    Ok(both
        .map(|(net, tax)| Amounts { amount: (net + tax).to_integer(), tax: tax.to_integer() })
        .collect())
}

fn percent(schedule: &Schedule, asked: &Asked) -> Result<i128, Refusal> {
    match (asked.tax_percent, schedule.tax.rates.as_slice()) {
        (Some(percent), _) => Ok(percent),
        (None, [only]) => Ok(only.percent),
        (None, _) => Err(Refusal::TaxRate),
    }
}

/// Dwellings that are alike, and the volume of each.
fn groups(schedule: &Schedule, asked: &Asked) -> Result<Vec<(i128, i128)>, Refusal> {
    let dwellings = asked.dwellings;
    if dwellings < 1 {
        return Err(Refusal::NoDwelling);
    }
    if dwellings == 1 {
        return Ok(vec![(1, asked.usage)]);
    }
    let shared = schedule.shared.as_ref().ok_or(Refusal::NoSharing)?;
    let each = asked.usage / dwellings;
    let odd = asked.usage % dwellings;
    Ok(match shared.remainder.as_str() {
        "spread" => vec![(odd, each + 1), (dwellings - odd, each)],
        "first" => vec![(1, each + odd), (dwellings - 1, each)],
        "carry" => vec![(dwellings, each)],
        other => panic!("no such remainder: {other}"),
    })
}

/// The sum of the parts of one dwelling, after the roundings and the tax of the month.
fn dwelling(
    schedule: &Schedule,
    asked: &Asked,
    usage: i128,
    percent: i128,
) -> Result<Fraction, Refusal> {
    let own = schedule.shared.as_ref().filter(|_| asked.dwellings > 1);
    let size_mm = own.and_then(|shared| shared.size_mm).unwrap_or(asked.size_mm);
    let rate = rate(schedule, size_mm, &asked.use_class).ok_or(Refusal::NoRate)?;
    let partial = schedule.proration.as_ref().zip(asked.days);
    let (parts, times) = match partial {
        Some((proration, days)) => partial_parts(schedule, proration, days, usage),
        None => (whole_parts(schedule, asked.months, usage)?, whole(1)),
    };
    let mut total = whole(0);
    for part in parts {
        let mut exact = sum(schedule, rate, size_mm, &part, &asked.reliefs) * times;
        if let Some((proration, _)) = partial {
            exact = rounded_by(exact, proration.rounding);
        }
        exact = rounded_by(exact, schedule.month_before);
        if schedule.tax.put_on == "month" {
            exact *= fraction(100 + percent, 100);
            exact = rounded_by(exact, schedule.month_after);
        }
        total += exact;
    }
    Ok(total)
}

fn rate<'s>(schedule: &'s Schedule, size_mm: i128, use_class: &str) -> Option<&'s Rate> {
    schedule.rates.iter().find(|rate| {
        rate.use_classes.iter().any(|class| class == use_class)
            && (rate.sizes_mm.is_empty() || rate.sizes_mm.contains(&size_mm))
    })
}

fn whole_parts(schedule: &Schedule, months: i128, usage: i128) -> Result<Vec<Laid>, Refusal> {
    if months < 1 || months % schedule.table_months != 0 {
        return Err(Refusal::Period);
    }
    let periods = months / schedule.table_months;
    if schedule.split == "half" {
        return Ok(vec![Laid { usage, service: whole(periods), bounds: whole(1), alike: periods }]);
    }
    let table = |usage| Laid { usage, service: whole(1), bounds: whole(1), alike: 1 };
    Ok(split(schedule, usage, periods).into_iter().map(table).collect())
}

/// Deals the volume out m³ by m³, from the first table period on or from the last one back.
fn split(schedule: &Schedule, usage: i128, periods: i128) -> Vec<i128> {
    let mut dealt = vec![usage / periods; usize::try_from(periods).expect("a few")];
    let odd = usize::try_from(usage % periods).expect("a few");
    let last = dealt.len();
    let luckier = if schedule.split == "last" { last - odd..last } else { 0..odd };
    dealt[luckier].iter_mut().for_each(|usage| *usage += 1);
    dealt
}

/// The parts of a partial period, and what their sums are multiplied with.
fn partial_parts(
    schedule: &Schedule,
    proration: &Proration,
    days: i128,
    usage: i128,
) -> (Vec<Laid>, Fraction) {
    let factor = if let Some(of_month) = proration.days_per_month {
        fraction(days, of_month)
    } else {
        let holds = |to_days: Option<i128>| to_days.is_none_or(|to_days| days <= to_days);
        let found = proration.months.iter().find(|(to_days, _)| holds(*to_days));
        found.expect("the last step is open").1
    };
    let share = factor / whole(schedule.table_months);
    let periods = ceiling(share).max(1);
    let is_shared = proration.service == "share";
    let one = whole(1);
    match proration.volume.as_str() {
        "share" => {
            let service = if is_shared { share } else { whole(periods) };
            (vec![Laid { usage, service, bounds: share, alike: 1 }], one)
        }
        "whole" => {
            let last = if is_shared { share - whole(periods - 1) } else { one };
            let mut parts: Vec<Laid> = split(schedule, usage, periods)
                .into_iter()
                .map(|usage| Laid { usage, service: one, bounds: one, alike: 1 })
                .collect();
            parts.last_mut().expect("at least one").service = last;
            (parts, one)
        }
        _ => {
            let of_month = proration.days_per_month.expect("converting needs days");
            let mode = Step { mode: proration.volume_mode, yen: 1 };
            let usage = rounded(fraction(usage * of_month, days), mode).to_integer();
            let table = Laid { usage, service: one, bounds: one, alike: 1 };
            (vec![table], fraction(days, of_month))
        }
    }
}

/// From the sum to the claim: its roundings, and the tax where it is put on the claim.
fn taxed(schedule: &Schedule, percent: i128, exact: Fraction) -> Fraction {
    let before = rounded_by(exact, schedule.claim_before);
    let is_put_on = schedule.tax.put_on == "claim" || schedule.tax.put_on == "bill";
    let after = if is_put_on { before * fraction(100 + percent, 100) } else { before };
    rounded_by(after, schedule.claim_after)
}

/// A partial charge has a floor of its own.
fn at_least(schedule: &Schedule, asked: &Asked, amount: Fraction) -> Fraction {
    match &schedule.proration {
        Some(proration) if asked.days.is_some() => amount.max(proration.minimum),
        _ => amount,
    }
}
