//! A period of supply among several versions (料金改定をまたぐ期間), and the sewage of it (汚水量).

use super::calendar::{Period, Side, partial_days, side, tax_percent};
use super::claim::{Amounts, Asked, Refusal, amounts};
use super::fraction::{floor, fraction};
use super::schedule::{Schedule, Well};

/// The charge of a period. Versions are by their rising first day; of `asked`, the days and the
/// tax rate are found here.
pub fn rated(versions: &[Schedule], asked: &Asked, period: &Period) -> Result<Amounts, Refusal> {
    let started_late = period.started_on.is_some_and(|started| started > period.to);
    if period.from > period.to || started_late {
        return Err(Refusal::Backwards);
    }
    // The newest version that does not leave the period to the one before it.
    for (place, version) in versions.iter().enumerate().rev() {
        let is_first = place == 0;
        match side(period, version.valid_from, &version.transition) {
            Side::Old if period.to < version.valid_from && is_first => {
                return Err(Refusal::NoTariff);
            }
            Side::Old if !is_first => {}
            Side::Unsaid if !is_first => return Err(Refusal::AcrossTariffs),
            Side::Both if !is_first => {
                return by_days(&versions[place - 1], version, asked, period);
            }
            // Nothing is known before the first version: it holds.
            _ => {
                let days = partial_days(version, period, asked.months);
                return one(version, &Asked { days, ..asked.clone() }, period);
            }
        }
    }
    Err(Refusal::NoTariff)
}

/// "old volume = floor(V × d_old / (d_old + d_new)), rest new; each side is a charge of its own"
fn by_days(
    old: &Schedule,
    new: &Schedule,
    asked: &Asked,
    period: &Period,
) -> Result<Amounts, Refusal> {
    let days_old = new.valid_from - period.from;
    let days_new = period.to - new.valid_from;
    let usage_old = floor(fraction(asked.usage * days_old, days_old + days_new));
    let usage_new = asked.usage - usage_old;
    let side = |usage, days| Asked { usage, days: Some(days), ..asked.clone() };
    if old.proration.is_none() || new.proration.is_none() {
        return Err(Refusal::NoProration);
    }
    let before = Period { to: new.valid_from, ..*period };
    let after = Period { from: new.valid_from, ..*period };
    let old = one(old, &side(usage_old, days_old), &before)?;
    let new = one(new, &side(usage_new, days_new), &after)?;
    Ok(Amounts { amount: old.amount + new.amount, tax: old.tax + new.tax })
}

fn one(schedule: &Schedule, asked: &Asked, period: &Period) -> Result<Amounts, Refusal> {
    let percent = match schedule.tax.rates.len() {
        1 => None,
        _ => Some(tax_percent(schedule, period)?),
    };
    amounts(schedule, &Asked { tax_percent: percent, ..asked.clone() })
}

/// What the sewage of a period is found from.
#[derive(Debug, Clone, Copy)]
pub struct Sources {
    pub use_class: &'static str,
    pub tap: i128,
    pub certified: Option<i128>,
    pub well_people: i128,
    pub deducted: i128,
    pub months: i128,
}

/// The sewage that is billed; none where people use a well and no rule says how much.
pub fn sewage(schedule: &Schedule, sources: &Sources) -> Option<i128> {
    let gross = match sources.certified {
        Some(certified) => certified,
        None if sources.well_people == 0 => sources.tap,
        None => {
            let holds = |well: &&Well| {
                well.use_classes.is_empty()
                    || well.use_classes.iter().any(|class| class == sources.use_class)
            };
            with_well(schedule.wells.iter().find(holds)?, sources)
        }
    };
    let Some((from_percent, from_m3)) = schedule.deduction else { return Some(gross) };
    let deducted = sources.deducted.min(gross);
    let reaches_share = fraction(deducted * 100, 1) >= fraction(gross * from_percent, 1);
    let reaches_volume = fraction(deducted, 1) >= fraction(from_m3 * sources.months, 2);
    Some(if reaches_share && reaches_volume { gross - deducted } else { gross })
}

fn with_well(well: &Well, sources: &Sources) -> i128 {
    // Person by person: the list first, then the same for each further one.
    let of = |listed: &[i128], more: i128| {
        let mut m3 = 0;
        for person in 0..usize::try_from(sources.well_people).expect("some people") {
            m3 = listed.get(person).copied().unwrap_or(m3 + more);
        }
        floor(fraction(m3 * sources.months, well.months))
    };
    let alone = of(&well.alone_m3, well.alone_more_m3);
    if sources.tap == 0 {
        return alone;
    }
    let both = sources.tap + of(&well.with_tap_m3, well.with_tap_more_m3);
    if well.at_least_alone { both.max(alone) } else { both }
}
