//! Prices before and after (単価の新旧): a row for each, with the change in yen and percent.

use std::collections::BTreeSet;

use backoffice::billing::lab::percent;
use shared::billing::tariff::{Rate, Tier};
use shared::billing::{Tariff, TariffFile};
use shared::connection::{MeterSize, UsageClass};
use shared::quantity::{FineYen, Yen};

use super::super::schedule::{class_name, range, sizes};
use super::super::words::price;

/// A price before and after.
pub(super) struct PriceRow {
    /// 基本料金, 従量料金 …; said once for its rows.
    pub what: &'static str,
    pub who: String,
    pub volume: String,
    pub old: String,
    pub new: String,
    pub change: String,
    pub percent: String,
    pub class: &'static str,
}

/// What the two say of a size and class.
type Pair<'t> = (Option<&'t Rate>, Option<&'t Rate>);

/// Where they say it.
type Place<'t> = (UsageClass, MeterSize, Pair<'t>);

/// Every price of a schedule, those that say the same together.
pub(super) fn price_rows(file: &TariffFile, old: &Tariff, new: &Tariff) -> Vec<PriceRow> {
    let pairs = pairs(old, new);
    let mut rows = Vec::new();
    for same in grouped(&pairs, |(old, new)| {
        let service = |rate: Option<&Rate>| {
            rate.map(|rate| {
                (
                    rate.service_charge,
                    rate.service_steps.clone(),
                    rate.included_volume,
                    rate.minimum,
                )
            })
        };
        (service(*old), service(*new))
    }) {
        let who = who(file, &same);
        service_rows(&mut rows, &who, same[0].2);
    }
    for same in grouped(&pairs, |(old, new)| {
        let tiers = |rate: Option<&Rate>| rate.map(|rate| rate.tiers.clone());
        (tiers(*old), tiers(*new))
    }) {
        let who = who(file, &same);
        tier_rows(&mut rows, &who, same[0].2);
    }
    for rent in new.meter_rents() {
        let size = rent.sizes.first().copied().or_else(|| MeterSize::new(13).ok());
        let before = size.map(|size| old.meter_rent(size));
        rows.push(row("メーター使用料", &sizes(&rent.sizes), "", before, Some(rent.charge)));
    }
    rows
}

/// Every class and size that either has a price for.
fn pairs<'t>(old: &'t Tariff, new: &'t Tariff) -> Vec<Place<'t>> {
    let mut classes = new.use_classes().to_vec();
    classes.extend(old.use_classes().iter().filter(|class| !new.use_classes().contains(class)));
    let all_sizes = MeterSize::ALL_MM.into_iter().filter_map(|mm| MeterSize::new(mm).ok());
    let all_sizes: Vec<MeterSize> = all_sizes.collect();
    let each =
        classes.into_iter().flat_map(|class| all_sizes.iter().map(move |size| (class, *size)));
    each.map(|(class, size)| (class, size, (old.rate(size, class), new.rate(size, class))))
        .filter(|(_, _, (old, new))| old.is_some() || new.is_some())
        .collect()
}

/// Those that say the same, together, in the order of their first.
fn grouped<'p, 't, K: PartialEq>(
    pairs: &'p [Place<'t>],
    key: impl Fn(&Pair<'t>) -> K,
) -> Vec<Vec<&'p Place<'t>>> {
    let mut groups: Vec<(K, Vec<&'p Place<'t>>)> = Vec::new();
    for pair in pairs {
        let key = key(&pair.2);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(pair),
            None => groups.push((key, vec![pair])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// 一般用・業務用 13・20mm; where the sizes differ by class, class by class.
fn who(file: &TariffFile, group: &[&Place<'_>]) -> String {
    let mut by_class: Vec<(Vec<&str>, Vec<MeterSize>)> = Vec::new();
    for same_class in group.chunk_by(|one, next| one.0 == next.0) {
        let name = class_name(file, &same_class[0].0);
        let sizes: Vec<MeterSize> = same_class.iter().map(|pair| pair.1).collect();
        match by_class.iter_mut().find(|(_, known)| *known == sizes) {
            Some((names, _)) => names.push(name),
            None => by_class.push((vec![name], sizes)),
        }
    }
    let words = by_class.iter().map(|(names, of)| {
        let of = if of.len() == MeterSize::ALL_MM.len() { &[][..] } else { of };
        format!("{} {}", names.join("・"), sizes(of))
    });
    words.collect::<Vec<_>>().join("、")
}

fn service_rows(rows: &mut Vec<PriceRow>, who: &str, (old, new): Pair<'_>) {
    let steps = |rate: Option<&Rate>| rate.map_or(0, |rate| rate.service_steps.len());
    let count = steps(old).max(steps(new));
    for place in 0..count {
        let step =
            |rate: Option<&Rate>| rate.and_then(|rate| rate.service_steps.get(place).copied());
        let bound = step(new).or(step(old)).map(|step| format!("{}m³まで", step.up_to.0));
        let charge = |rate| step(rate).map(|step| step.charge);
        rows.push(row("基本料金", who, &bound.unwrap_or_default(), charge(old), charge(new)));
    }
    if count == 0 {
        let charge = |rate: Option<&Rate>| rate.map(|rate| rate.service_charge);
        rows.push(row("基本料金", who, "", charge(old), charge(new)));
    }
    let included = |rate: Option<&Rate>| rate.map_or(0, |rate| rate.included_volume.0);
    if included(old) != included(new) {
        let words = |volume: u32| format!("{volume}m³");
        rows.push(PriceRow {
            what: "基本水量",
            who: who.to_owned(),
            volume: String::new(),
            old: words(included(old)),
            new: words(included(new)),
            change: "変更".into(),
            percent: String::new(),
            class: "changed",
        });
    }
    let minimum = |rate: Option<&Rate>| rate.and_then(|rate| rate.minimum);
    if minimum(old).is_some() || minimum(new).is_some() {
        rows.push(row("最低料金", who, "", minimum(old), minimum(new)));
    }
}

/// Cut at the bounds of both, so that each row has one price before and one after.
fn tier_rows(rows: &mut Vec<PriceRow>, who: &str, (old, new): Pair<'_>) {
    let tiers = |rate: Option<&Rate>| rate.map(|rate| rate.tiers.clone()).unwrap_or_default();
    let (old, new) = (tiers(old), tiers(new));
    let bounds: BTreeSet<u32> =
        old.iter().chain(&new).filter_map(|tier| tier.up_to.map(|volume| volume.0)).collect();
    let mut from = 1;
    for to in bounds.into_iter().map(Some).chain([None]) {
        rows.push(row(
            "従量料金",
            who,
            &range(from, to),
            price_at(&old, from),
            price_at(&new, from),
        ));
        from = to.map_or(from, |to| to + 1);
    }
}

fn price_at(tiers: &[Tier], volume: u32) -> Option<FineYen> {
    let tier = tiers.iter().find(|tier| tier.up_to.is_none_or(|to| volume <= to.0));
    tier.map(|tier| tier.unit_price)
}

fn row(
    what: &'static str,
    who: &str,
    volume: &str,
    old: Option<FineYen>,
    new: Option<FineYen>,
) -> PriceRow {
    let both = old.zip(new);
    let words = |yen: Option<FineYen>| yen.map_or("−".to_owned(), price);
    PriceRow {
        what,
        who: who.to_owned(),
        volume: volume.to_owned(),
        old: words(old),
        new: words(new),
        change: both.map_or("−".to_owned(), |(old, new)| change(old, new)),
        percent: both.map(|(old, new)| percent(Yen(old.0), Yen(new.0))).unwrap_or_default(),
        class: if old == new { "" } else { "changed" },
    }
}

/// `+1.5`, `−20`, `±0`.
fn change(old: FineYen, new: FineYen) -> String {
    match new.0 - old.0 {
        0 => "±0".to_owned(),
        more @ 1.. => format!("+{}", price(FineYen(more))),
        less => format!("−{}", price(FineYen(-less))),
    }
}
