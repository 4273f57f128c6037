//! A schedule as it is printed (料金表の印刷形): prices by size and class, tiers, and the rules.

use shared::billing::tariff::{Rate, ServiceStep};
use shared::billing::{Tariff, TariffFile};
use shared::connection::{MeterSize, UsageClass};
use shared::quantity::{CubicMeters, grouped};

use super::words::{self, Rule, price};

/// One claim's and authority's schedule, ready to be set.
pub(super) struct ScheduleView {
    pub title: String,
    pub lead: String,
    pub has_included: bool,
    pub has_minimum: bool,
    pub rates: Vec<RateRow>,
    pub tiers: Vec<TierTable>,
    pub rents: Vec<(String, String)>,
    pub roundings: Vec<(&'static str, String, String)>,
    pub rules: Vec<Rule>,
    /// Name, sentence, article.
    pub reliefs: Vec<(String, String, String)>,
}

pub(super) struct RateRow {
    pub use_classes: String,
    pub sizes: String,
    /// One for each step; most have one.
    pub service: Vec<String>,
    pub included: String,
    pub minimum: String,
    pub tiers: String,
}

pub(super) struct TierTable {
    pub number: usize,
    pub used_by: String,
    /// Volumes and price.
    pub rows: Vec<(String, String)>,
}

/// All schedules of a file.
pub(super) fn schedules(file: &TariffFile) -> Vec<ScheduleView> {
    file.tariffs.iter().map(|tariff| schedule(file, tariff)).collect()
}

fn schedule(file: &TariffFile, tariff: &Tariff) -> ScheduleView {
    let mut tables: Vec<&Rate> = Vec::new();
    for rate in tariff.rates().iter().filter(|rate| !rate.tiers.is_empty()) {
        if !tables.iter().any(|known| known.tiers_name == rate.tiers_name) {
            tables.push(rate);
        }
    }
    let number_of = |rate: &Rate| {
        tables.iter().position(|known| known.tiers_name == rate.tiers_name).map(|place| place + 1)
    };
    let rates = tariff.rates().iter().map(|rate| RateRow {
        use_classes: class_names(file, &rate.use_classes),
        sizes: sizes(&rate.sizes),
        service: service(rate),
        included: match rate.included_volume.0 {
            0 => "−".to_owned(),
            volume => format!("{}m³", grouped(i64::from(volume))),
        },
        minimum: rate.minimum.map_or_else(|| "−".to_owned(), price),
        tiers: number_of(rate).map_or("なし".to_owned(), |number| format!("表{number}")),
    });
    let months = format!("{}か月分", tariff.table_months);
    let article = tariff.article.as_ref().map(|article| format!(" ・ {article}"));
    ScheduleView {
        title: title(tariff),
        lead: format!("{months} ・ 単位 円{}", article.unwrap_or_default()),
        has_included: tariff.rates().iter().any(|rate| rate.included_volume.0 > 0),
        has_minimum: tariff.rates().iter().any(|rate| rate.minimum.is_some()),
        rates: rates.collect(),
        tiers: tables.iter().zip(1..).map(|(rate, n)| tier_table(file, tariff, rate, n)).collect(),
        rents: tariff
            .meter_rents()
            .iter()
            .map(|rent| (sizes(&rent.sizes), price(rent.charge)))
            .collect(),
        roundings: words::roundings(tariff),
        rules: words::rules(tariff),
        reliefs: tariff
            .reliefs
            .iter()
            .map(|relief| (relief.name.clone(), words::relief(relief), relief.article.clone()))
            .collect(),
    }
}

/// 水道料金, 下水道使用料（…）.
pub(super) fn title(tariff: &Tariff) -> String {
    match &tariff.authority {
        Some(authority) => format!("{}（{authority}）", tariff.claim.japanese()),
        None => tariff.claim.japanese().to_owned(),
    }
}

fn service(rate: &Rate) -> Vec<String> {
    let mut words: Vec<String> = if rate.service_steps.is_empty() {
        vec![price(rate.service_charge)]
    } else {
        rate.service_steps.iter().map(step).collect()
    };
    if let Some(months) = rate.period_months {
        words.push(format!("{months}か月の期間だけ（{months}か月分）"));
    }
    if rate.by_last_tier {
        words.push("全量に最後の段階の単価".into());
    }
    if let Some(unit) = &rate.unit {
        let per = if unit.is_periodic { "表の期間ごと" } else { "請求に1度" };
        words.push(format!("{}{}ごとの数量（{per}）", unit.each, unit.name));
    }
    words
}

fn step(step: &ServiceStep) -> String {
    match step.up_to {
        CubicMeters(u32::MAX) => format!("それより多いとき {}", price(step.charge)),
        CubicMeters(to) => format!("{to}m³まで {}", price(step.charge)),
    }
}

fn tier_table(file: &TariffFile, tariff: &Tariff, shown: &Rate, number: usize) -> TierTable {
    let users = tariff.rates().iter().filter(|rate| rate.tiers_name == shown.tiers_name);
    // By class, with all sizes of a class together.
    let mut by_class: Vec<(String, Vec<MeterSize>)> = Vec::new();
    for rate in users {
        let names = class_names(file, &rate.use_classes);
        match by_class.iter_mut().find(|(known, _)| *known == names) {
            Some((_, of)) => of.extend(&rate.sizes),
            None => by_class.push((names, rate.sizes.clone())),
        }
    }
    let users: Vec<String> =
        by_class.iter().map(|(names, of)| format!("{names} {}", sizes(of))).collect();
    let mut from = 1;
    let rows = shown.tiers.iter().map(|tier| {
        let words = range(from, tier.up_to.map(|volume| volume.0));
        from = tier.up_to.map_or(from, |volume| volume.0 + 1);
        (words, price(tier.unit_price))
    });
    TierTable { number, rows: rows.collect(), used_by: users.join("、") }
}

/// `1〜10m³`, `21m³〜`.
pub(super) fn range(from: u32, to: Option<u32>) -> String {
    let words = |volume: u32| grouped(i64::from(volume));
    match to {
        Some(to) if to == from => format!("{}m³", words(to)),
        Some(to) => format!("{}〜{}m³", words(from), words(to)),
        None => format!("{}m³〜", words(from)),
    }
}

/// 13・20mm.
pub(super) fn sizes(sizes: &[MeterSize]) -> String {
    let sizes: Vec<String> = sizes.iter().map(|size| size.mm().to_string()).collect();
    if sizes.is_empty() { "全口径".to_owned() } else { format!("{}mm", sizes.join("・")) }
}

/// 一般用・業務用, as the file calls them.
pub(super) fn class_names(file: &TariffFile, classes: &[UsageClass]) -> String {
    let names: Vec<&str> = classes.iter().map(|class| class_name(file, class)).collect();
    names.join("・")
}

pub(super) fn class_name<'f>(file: &'f TariffFile, class: &'f UsageClass) -> &'f str {
    let own = file.use_classes.iter().find(|(known, _)| known == class);
    own.map_or_else(|| class.japanese(), |(_, name)| name)
}
