//! The difference to the version before (前の版との違い): every price old and new, and the curve.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::billing::lab::{percent, signed};
use backoffice::billing::{StoredTariff, TariffVersion, tariffs};
use serde::Deserialize;
use shared::billing::tariff::{Rate, Tier};
use shared::billing::{ChargeInput, Tariff, TariffFile};
use shared::connection::{MeterSize, UsageClass};
use shared::ids::TariffVersionId;
use shared::quantity::{CubicMeters, FineYen, Yen};

use super::chart::{self, Curve};
use super::schedule::{class_name, range, sizes, title};
use super::words::{self, price};
use super::{find, state_words};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Path, Query};
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

/// The last volume of the curve.
const CURVE_M3: u32 = 100;

#[derive(Template)]
#[template(path = "billing/tariff_difference.html")]
struct DifferencePage {
    frame: Frame,
    version: TariffVersion,
    state: (&'static str, &'static str),
    schedules: Vec<ScheduleDifference>,
    sizes: Vec<u16>,
    classes: Vec<(String, String)>,
    size: u16,
    use_class: String,
}

struct ScheduleDifference {
    title: String,
    old_name: Option<String>,
    rows: Vec<PriceRow>,
    /// Heading, old and new words of rules that differ.
    rules: Vec<(&'static str, String, String)>,
    curve: Option<Curve>,
    curve_title: String,
    /// Volume, old, new and change at every tenth cubic meter.
    curve_rows: Vec<(String, String, String, String, String)>,
}

#[derive(PartialEq)]
struct PriceRow {
    /// 基本料金, 従量料金 …; said once for its rows.
    what: &'static str,
    who: String,
    volume: String,
    old: String,
    new: String,
    change: String,
    percent: String,
    class: &'static str,
}

#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    size: Option<u16>,
    #[serde(default)]
    use_class: Option<String>,
}

/// `GET /tariffs/{version}/difference`.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<TariffVersionId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let version = find(&office, id).await?;
    let stored = tariffs(&office.backoffice).await?;
    let Some((size, use_class)) = chosen(&version.file, &asked) else {
        return Err(Problem::BadRequest("口径または用途を選び直してください。".into()));
    };
    let file = &version.file;
    let schedules = file.tariffs.iter().map(|new| {
        let old = before(&stored, &version, new).map(|stored| &stored.tariff);
        difference(file, old, new, size, use_class)
    });
    let schedules = schedules.collect();
    let all: BTreeSet<UsageClass> =
        file.tariffs.iter().flat_map(|tariff| tariff.use_classes().iter().copied()).collect();
    let classes = all.iter().map(|class| (class.key().into(), class_name(file, class).into()));
    Ok(html(&DifferencePage {
        frame: Frame::new("前の版との違い", Area::Billing, &staff),
        state: state_words(version.state),
        schedules,
        sizes: MeterSize::ALL_MM.to_vec(),
        classes: classes.collect(),
        size: size.mm(),
        use_class: use_class.key().to_owned(),
        version,
    }))
}

/// The schedule of the same claim and authority that holds until this one begins.
fn before<'s>(
    stored: &'s [StoredTariff],
    version: &TariffVersion,
    new: &Tariff,
) -> Option<&'s StoredTariff> {
    stored
        .iter()
        .filter(|old| {
            old.tariff.claim == new.claim
                && old.tariff.authority == new.authority
                && old.version != Some(version.id)
                && old.valid_from < new.valid_from
        })
        .max_by_key(|old| old.valid_from)
}

/// The size and class of the curve: as asked, else 20 mm and the first class that has a price.
fn chosen(file: &TariffFile, asked: &Asked) -> Option<(MeterSize, UsageClass)> {
    let tariff = file.tariffs.first()?;
    let use_class = match &asked.use_class {
        Some(key) => UsageClass::from_key(key)?,
        None => *tariff.use_classes().first()?,
    };
    let usual = [20, 13].into_iter().chain(MeterSize::ALL_MM).filter_map(|mm| {
        MeterSize::new(mm).ok().filter(|size| tariff.rate(*size, use_class).is_some())
    });
    let size = match asked.size {
        Some(mm) => MeterSize::new(mm).ok()?,
        None => usual.into_iter().next()?,
    };
    Some((size, use_class))
}

fn difference(
    file: &TariffFile,
    old: Option<&Tariff>,
    new: &Tariff,
    size: MeterSize,
    use_class: UsageClass,
) -> ScheduleDifference {
    let months = new.table_months.max(old.map_or(1, |old| old.table_months));
    let charges = |tariff: &Tariff| -> Vec<Yen> {
        let charge = |usage| {
            let mut input = ChargeInput::new(size, use_class, CubicMeters(usage), months);
            // Both by the rate that is the last, so that only the prices show.
            input.tax_percent = new.tax.rates.last().map(|rate| rate.percent);
            tariff.amounts(&input).ok().map(|amounts| amounts.amount)
        };
        (0..=CURVE_M3).map_while(charge).collect()
    };
    let (before, after) = (old.map(charges).unwrap_or_default(), charges(new));
    ScheduleDifference {
        title: title(new),
        old_name: old.map(|old| old.name.clone()),
        rows: old.map(|old| price_rows(file, old, new)).unwrap_or_default(),
        rules: old.map(|old| rule_rows(old, new)).unwrap_or_default(),
        curve: chart::draw(&before, &after),
        curve_title: format!("{}mm・{}・{months}か月", size.mm(), class_name(file, &use_class)),
        curve_rows: curve_rows(&before, &after),
    }
}

fn curve_rows(before: &[Yen], after: &[Yen]) -> Vec<(String, String, String, String, String)> {
    let row = |(volume, new): (usize, &Yen)| {
        let old = before.get(volume).copied();
        (
            format!("{volume}m³"),
            old.map_or("−".into(), Yen::grouped),
            new.grouped(),
            old.map_or(String::new(), |old| signed(*new - old)),
            old.map_or(String::new(), |old| percent(old, *new)),
        )
    };
    after.iter().enumerate().step_by(10).map(row).collect()
}

/// What the two say of a size and class.
type Pair<'t> = (Option<&'t Rate>, Option<&'t Rate>);

fn price_rows(file: &TariffFile, old: &Tariff, new: &Tariff) -> Vec<PriceRow> {
    let pairs = pairs(old, new);
    let mut rows = Vec::new();
    for same in grouped(&pairs, |(old, new)| {
        let service = |rate: &Option<&Rate>| {
            rate.map(|rate| {
                (
                    rate.service_charge,
                    rate.service_steps.clone(),
                    rate.included_volume,
                    rate.minimum,
                )
            })
        };
        (service(old), service(new))
    }) {
        let who = who(file, &same);
        service_rows(&mut rows, &who, same[0].2);
    }
    for same in grouped(&pairs, |(old, new)| {
        let tiers = |rate: &Option<&Rate>| rate.map(|rate| rate.tiers.clone());
        (tiers(old), tiers(new))
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
fn pairs<'t>(old: &'t Tariff, new: &'t Tariff) -> Vec<(UsageClass, MeterSize, Pair<'t>)> {
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
    pairs: &'p [(UsageClass, MeterSize, Pair<'t>)],
    key: impl Fn(&Pair<'t>) -> K,
) -> Vec<Vec<&'p (UsageClass, MeterSize, Pair<'t>)>> {
    let mut groups: Vec<(K, Vec<&'p (UsageClass, MeterSize, Pair<'t>)>)> = Vec::new();
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
fn who(file: &TariffFile, group: &[&(UsageClass, MeterSize, Pair<'_>)]) -> String {
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

fn rule_rows(old: &Tariff, new: &Tariff) -> Vec<(&'static str, String, String)> {
    let words = |tariff: &Tariff| -> Vec<(&'static str, String)> {
        let rules = words::rules(tariff).into_iter();
        let mut all: Vec<_> = rules.map(|rule| (rule.title, rule.sentences.join(""))).collect();
        let roundings = words::roundings(tariff).into_iter();
        let roundings =
            roundings.map(|(stage, how, article)| format!("{stage}: {how}（{article}）。"));
        all.push(("端数処理", roundings.collect()));
        let reliefs = tariff.reliefs.iter();
        all.push((
            "減免",
            reliefs.map(|one| format!("{}: {}", one.name, words::relief(one))).collect(),
        ));
        all
    };
    let (old, new) = (words(old), words(new));
    let mut titles: Vec<&'static str> = new.iter().map(|(title, _)| *title).collect();
    titles.extend(
        old.iter()
            .map(|(title, _)| *title)
            .filter(|title| !new.iter().any(|(known, _)| known == title)),
    );
    let of = |rules: &[(&'static str, String)], title| {
        let rule = rules.iter().find(|(known, _)| *known == title);
        rule.map(|(_, words)| words.clone()).filter(|words| !words.is_empty())
    };
    let row = |title| {
        let (old, new) = (of(&old, title), of(&new, title));
        (old != new).then(|| {
            (title, old.unwrap_or_else(|| "なし".into()), new.unwrap_or_else(|| "なし".into()))
        })
    };
    titles.into_iter().filter_map(row).collect()
}
