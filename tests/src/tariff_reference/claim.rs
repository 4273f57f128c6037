//! One claim (請求): dwellings, table periods, partial periods, roundings and tax, in this order.

use super::fraction::{Fraction, Mode, Step, ceiling, fraction, rounded, rounded_by, whole};
use super::part::{Laid, sum};
use super::schedule::{Proration, Rate, Schedule, Shared};

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
    let is_per_dwelling =
        asked.dwellings > 1 && schedule.shared.as_ref().is_some_and(|shared| shared.per_dwelling);
    let mut amount = whole(0);
    for kinds in together(schedule) {
        let mut total = whole(0);
        for (dwellings, usage) in &groups {
            let exact = dwelling(schedule, asked, *usage, percent, &kinds)?;
            let counted = if is_per_dwelling { finish(exact) } else { exact };
            total += counted * whole(*dwellings);
        }
        amount += if is_per_dwelling { total } else { finish(total) };
    }
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
            net += dwelling(schedule, asked, usage, percent, &ALL)? * whole(dwellings);
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
        "exact" => vec![(1, asked.usage)],
        other => panic!("no such remainder: {other}"),
    })
}

const ALL: [&str; 4] = ["service", "volume", "rent", "minimum"];

/// Kinds of charges that are taxed and rounded in one sum.
fn together(schedule: &Schedule) -> Vec<Vec<&str>> {
    let is_apart = |kind: &&str| schedule.apart.iter().any(|apart| apart == kind);
    let (own, rest): (Vec<&str>, Vec<&str>) = ALL.into_iter().partition(is_apart);
    own.into_iter().map(|kind| vec![kind]).chain([rest]).collect()
}

/// The sum of the parts of one dwelling, after the roundings and the tax of the month.
fn dwelling(
    schedule: &Schedule,
    asked: &Asked,
    usage: i128,
    percent: i128,
    kinds: &[&str],
) -> Result<Fraction, Refusal> {
    let own = schedule.shared.as_ref().filter(|_| asked.dwellings > 1);
    let size_mm = own.and_then(|shared| shared.size_mm).unwrap_or(asked.size_mm);
    let rate = rate(schedule, size_mm, asked)?;
    let is_of_meter = own.is_some_and(|shared| shared.is_of_meter);
    let rent_mm = if is_of_meter { asked.size_mm } else { size_mm };
    let service_rate = self::rate(schedule, rent_mm, asked)?.clone();
    let table_months = rate.period_months.unwrap_or(schedule.table_months);
    let partial = partial(schedule, rate, size_mm, asked);
    let one = Laid {
        usage,
        service: whole(1),
        rent: fraction(table_months, schedule.table_months),
        minimum: whole(1),
        bounds: whole(1),
        included: whole(1),
        mode: Mode::Floor,
        rent_mm,
        service_rate,
        service_rounding: partial.and_then(|(rule, _)| rule.service_rounding),
    };
    let (parts, times, alike) = match partial {
        Some((rule, days)) => {
            let of_one = asked.usage / asked.dwellings;
            let volumes = (of_one, rate.included_m3);
            let (parts, times) = partial_parts(schedule, (rule, days), volumes, table_months, &one);
            (parts, times, 1)
        }
        None => whole_parts(schedule, rate, asked.months, table_months, &one)?,
    };
    let mut total = whole(0);
    for mut part in parts {
        if let Some(shared) = own {
            for_dwellings(&mut part, shared, asked.dwellings);
        }
        if let Some(unit) = &rate.unit {
            part.usage = ceiling(fraction(part.usage, unit.each));
        }
        let mut exact = sum(schedule, rate, &part, &asked.reliefs, kinds) * times;
        // What is rounded by the month is one of the months that are alike.
        exact /= whole(alike);
        if let Some((proration, _)) = partial {
            exact = rounded_by(exact, proration.rounding);
        }
        exact = rounded_by(exact, schedule.month_before);
        if schedule.tax.put_on == "month" {
            exact *= fraction(100 + percent, 100);
            exact = rounded_by(exact, schedule.month_after);
        }
        total += exact * whole(alike);
    }
    Ok(total)
}

/// The rule of a partial period, where it is one and the rule holds for the size and the class.
fn partial<'s>(
    schedule: &'s Schedule,
    rate: &Rate,
    size_mm: i128,
    asked: &Asked,
) -> Option<(&'s Proration, i128)> {
    schedule.proration.as_ref().zip(asked.days).filter(|(rule, _)| {
        rate.unit.is_none()
            && (rule.sizes_mm.is_empty() || rule.sizes_mm.contains(&size_mm))
            && (rule.use_classes.is_empty() || rule.use_classes.contains(&asked.use_class))
    })
}

/// "exact: the table is laid over all dwellings"; "meter: service charge and rent once"
fn for_dwellings(part: &mut Laid, shared: &Shared, dwellings: i128) {
    if shared.remainder == "exact" {
        for times in [
            &mut part.service,
            &mut part.rent,
            &mut part.minimum,
            &mut part.bounds,
            &mut part.included,
        ] {
            *times *= whole(dwellings);
        }
    }
    if shared.is_of_meter {
        part.service /= whole(dwellings);
        part.rent /= whole(dwellings);
    }
}

fn rate<'s>(schedule: &'s Schedule, size_mm: i128, asked: &Asked) -> Result<&'s Rate, Refusal> {
    let holds = |rate: &&Rate| {
        rate.use_classes.contains(&asked.use_class)
            && (rate.sizes_mm.is_empty() || rate.sizes_mm.contains(&size_mm))
            && rate.period_months.is_none_or(|months| months == asked.months)
    };
    schedule.rates.iter().find(holds).ok_or(Refusal::NoRate)
}

/// The parts, what their sums are multiplied with, and how many months are alike in one.
fn whole_parts(
    schedule: &Schedule,
    rate: &Rate,
    months: i128,
    table_months: i128,
    one: &Laid,
) -> Result<(Vec<Laid>, Fraction, i128), Refusal> {
    let periods = fraction(months, table_months);
    if schedule.split == "half" && rate.unit.is_none() && months > 0 {
        let part = Laid {
            service: periods,
            rent: one.rent * periods,
            minimum: periods,
            bounds: periods,
            included: periods,
            ..one.clone()
        };
        return Ok((vec![part], whole(1), periods.to_integer().max(1)));
    }
    if months < 1 || !periods.is_integer() {
        return Err(Refusal::Period);
    }
    let usages = match &rate.unit {
        None => split(schedule, one.usage, periods.to_integer()),
        Some(unit) => {
            let later = if unit.is_monthly { one.usage } else { 0 };
            (0..periods.to_integer()).map(|at| if at == 0 { one.usage } else { later }).collect()
        }
    };
    let parts = usages.into_iter().map(|usage| Laid { usage, ..one.clone() }).collect();
    Ok((parts, whole(1), 1))
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
    (rule, days): (&Proration, i128),
    (of_one, included_m3): (i128, i128),
    table_months: i128,
    one: &Laid,
) -> (Vec<Laid>, Fraction) {
    let factor = if let Some(of_month) = rule.days_per_month {
        fraction(days, of_month)
    } else {
        let holds = |to: Option<i128>, what: i128| to.is_none_or(|to| what <= to);
        let found = rule.months.iter().find(|step| {
            let included = step.2.map(|share| share * whole(included_m3));
            holds(step.0, days)
                && holds(step.1, of_one)
                && included.is_none_or(|included| whole(of_one) <= included)
        });
        found.expect("the last step is open").3
    };
    let share = factor / whole(table_months);
    let periods = ceiling(share).max(1);
    let often = |word: &str, of: Fraction| if word == "share" { of } else { whole(periods) };
    match rule.volume.as_str() {
        "share" => {
            let part = Laid {
                service: often(&rule.service, share),
                rent: one.rent * often(&rule.rent, share),
                minimum: often(&rule.service, share),
                bounds: share,
                included: share,
                mode: rule.volume_mode,
                ..one.clone()
            };
            (vec![part], whole(1))
        }
        "whole" | "included" => {
            let last = share - whole(periods - 1);
            let often = |word: &str| if word == "share" { last } else { whole(1) };
            let mut parts: Vec<Laid> = split(schedule, one.usage, periods)
                .into_iter()
                .map(|usage| Laid { usage, mode: rule.volume_mode, ..one.clone() })
                .collect();
            let part = parts.last_mut().expect("at least one");
            part.service = often(&rule.service);
            part.rent = one.rent * often(&rule.rent);
            part.minimum = often(&rule.service);
            part.included = if rule.volume == "included" { last } else { whole(1) };
            (parts, whole(1))
        }
        _ => {
            let of_month = rule.days_per_month.expect("converting needs days");
            let of_period = of_month * table_months * periods;
            let mode = Step { mode: rule.volume_mode, yen: 1 };
            let usage = rounded(fraction(one.usage * of_period, days), mode).to_integer();
            let part = Laid {
                usage,
                service: whole(periods),
                rent: one.rent * whole(periods),
                minimum: whole(periods),
                bounds: whole(periods),
                included: whole(periods),
                ..one.clone()
            };
            (vec![part], fraction(days, of_period))
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
    let own = schedule.shared.as_ref().filter(|_| asked.dwellings > 1);
    let size_mm = own.and_then(|shared| shared.size_mm).unwrap_or(asked.size_mm);
    let rule = rate(schedule, size_mm, asked)
        .ok()
        .and_then(|rate| partial(schedule, rate, size_mm, asked));
    rule.map_or(amount, |(rule, _)| amount.max(rule.minimum))
}
