//! The difference to the version before (前の版との違い): every price old and new, and the curve.

mod prices;

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::billing::lab::{percent, signed};
use backoffice::billing::{StoredTariff, TariffVersion, tariffs};
use serde::Deserialize;
use shared::billing::{ChargeInput, Tariff, TariffFile};
use shared::connection::{MeterSize, UsageClass};
use shared::ids::TariffVersionId;
use shared::quantity::{CubicMeters, Yen};

use super::chart::{self, Curve};
use super::schedule::{class_name, title};
use super::words;
use super::{find, state_words};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Path, Query};
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;
use prices::{PriceRow, price_rows};

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

fn rule_rows(old: &Tariff, new: &Tariff) -> Vec<(&'static str, String, String)> {
    let words = |tariff: &Tariff| -> Vec<(&'static str, String)> {
        let rules = words::rules(tariff).into_iter();
        let mut all: Vec<_> = rules.map(|rule| (rule.title, rule.sentences.join(""))).collect();
        let roundings = words::roundings(tariff).into_iter();
        let roundings =
            roundings.map(|(stage, how, article)| format!("{stage}: {how}（{article}）。"));
        all.push(("端数処理", roundings.collect()));
        let reliefs = tariff.reliefs.iter();
        let reliefs: Vec<String> =
            reliefs.map(|one| format!("{}: {}", one.name, words::relief(one))).collect();
        all.push(("減免", reliefs.concat()));
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
