//! A draft as a table of fields (料金表の編集): read out of the text, and written back into it with
//! its comments. Pure.
//!
//! A field's name is its place: `w.rate.0.service_yen` is the service charge of the first rate of
//! water, `s1.tier.0.2.yen` the price of the third row of the first tier table of the second
//! sewerage authority; `w.rate.0.sizes_mm` and `w.rounding.0.mode` likewise. Fields hold text: what does not fit is told by [`TariffFile::parse`].
//!
//! [`TariffFile::parse`]: shared::billing::TariffFile::parse

mod edit;
mod rows;

use jiff::civil::Date;
use shared::connection::UsageClass;
use toml_edit::{DocumentMut, Item, TableLike, Value};

use crate::billing::error::BillingError;
use shared::billing::TariffFile;

pub use edit::edit_draft;
use edit::put;

/// The whole file as fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftForm {
    /// `code`.
    pub code: String,
    /// `name`.
    pub name: String,
    /// `source`.
    pub source: String,
    /// `valid_from`.
    pub valid_from: String,
    /// Water first, as in the file.
    pub schedules: Vec<DraftSchedule>,
}

/// A schedule as fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftSchedule {
    /// `w`, `s0`, `s1` …: how the names of its fields begin.
    pub key: String,
    /// 水道料金, 下水道使用料（…）.
    pub title: String,
    /// 1か月分 or 2か月分.
    pub months: String,
    /// `included` or `excluded`: whether the prices have the tax in them.
    pub prices: String,
    /// 端数処理.
    pub roundings: Vec<DraftRounding>,
    /// Percent of tax, with the day from which it holds where there are several.
    pub percents: Vec<(String, String)>,
    /// By size and class.
    pub rates: Vec<DraftRate>,
    /// Tier tables.
    pub tiers: Vec<DraftTiers>,
    /// メーター使用料: sizes and price.
    pub rents: Vec<(String, String)>,
}

/// A rounding as fields; the words are those of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRounding {
    /// `line`, `month` or `claim`.
    pub of: String,
    /// `before` or `after` the tax; empty where the file does not say.
    pub tax: String,
    /// `floor`, `half_up` or `ceiling`.
    pub mode: String,
    /// 1, 10 ….
    pub step_yen: String,
    /// 根拠.
    pub article: String,
}

/// A rate as fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRate {
    /// 13・20mm.
    pub sizes: String,
    /// 一般用.
    pub use_classes: String,
    /// 13・20, as it is typed; empty for all.
    pub sizes_typed: String,
    /// 一般用・業務用, as it is typed; empty for all.
    pub classes_typed: String,
    /// `None` where steps stand instead.
    pub service_yen: Option<String>,
    /// Empty for 0.
    pub included_m3: String,
    /// Empty for none.
    pub minimum_yen: String,
    /// 基本料金の段階: bound and price.
    pub steps: Vec<(String, String)>,
    /// The name of its tier table.
    pub tiers: String,
}

/// A tier table as fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftTiers {
    /// Its name in the file.
    pub name: String,
    /// Which rates use it, in words.
    pub used_by: String,
    /// Bound (empty: open) and price.
    pub rows: Vec<(String, String)>,
}

impl DraftForm {
    /// The fields of a text, as far as it is TOML.
    pub fn of(text: &str) -> Result<DraftForm, BillingError> {
        let document = document(text)?;
        let class_names = document.get("use_classes");
        let mut schedules = Vec::new();
        if let Some(water) = document.get("water").and_then(Item::as_table_like) {
            schedules.push(schedule("w".into(), "水道料金".into(), water, class_names));
        }
        for (place, sewerage) in elements(document.get("sewerage")).into_iter().enumerate() {
            let authority = cell(sewerage, "authority");
            let title = match authority.as_str() {
                "" => "下水道使用料".to_owned(),
                authority => format!("下水道使用料（{authority}）"),
            };
            schedules.push(schedule(format!("s{place}"), title, sewerage, class_names));
        }
        let of_file = |key| cell(document.as_table(), key);
        Ok(DraftForm {
            code: of_file("code"),
            name: of_file("name"),
            source: of_file("source"),
            valid_from: of_file("valid_from"),
            schedules,
        })
    }
}

fn document(text: &str) -> Result<DocumentMut, BillingError> {
    text.parse().map_err(|_| {
        // The reader of tariffs says where and in our words.
        BillingError::TariffFile(TariffFile::parse(text).err().unwrap_or_default())
    })
}

fn schedule(
    key: String,
    title: String,
    table: &dyn TableLike,
    class_names: Option<&Item>,
) -> DraftSchedule {
    let rates: Vec<DraftRate> =
        elements(table.get("rate")).into_iter().map(|one| rate(one, class_names)).collect();
    let tiers = table.get("tiers").and_then(Item::as_table_like);
    let tiers = tiers.into_iter().flat_map(TableLike::iter).map(|(name, rows)| DraftTiers {
        name: name.to_owned(),
        used_by: used_by(name, &rates),
        rows: steps(Some(rows)),
    });
    let tiers = tiers.collect();
    let rents = elements(table.get("meter_rent")).into_iter();
    let rents = rents.map(|rent| (sizes(rent), cell(rent, "yen"))).collect();
    let months = match cell(table, "table_months").as_str() {
        "2" => "2か月分",
        _ => "1か月分",
    };
    let percents = percents(table.get("tax"));
    let tax = table.get("tax").and_then(Item::as_table_like);
    let roundings = elements(table.get("rounding")).into_iter().map(|one| DraftRounding {
        of: cell(one, "of"),
        tax: cell(one, "tax"),
        mode: cell(one, "mode"),
        step_yen: cell(one, "step_yen"),
        article: cell(one, "article"),
    });
    DraftSchedule {
        key,
        title,
        months: months.to_owned(),
        prices: tax.map_or_else(String::new, |tax| cell(tax, "prices")),
        roundings: roundings.collect(),
        percents,
        rates,
        tiers,
        rents,
    }
}

fn percents(tax: Option<&Item>) -> Vec<(String, String)> {
    let Some(tax) = tax.and_then(Item::as_table_like) else { return Vec::new() };
    let rates = elements(tax.get("rates"));
    if rates.is_empty() {
        return vec![(String::new(), cell(tax, "percent"))];
    }
    rates.into_iter().map(|rate| (cell(rate, "from"), cell(rate, "percent"))).collect()
}

fn rate(table: &dyn TableLike, class_names: Option<&Item>) -> DraftRate {
    let steps = steps(table.get("service_steps"));
    let all = |words: String| if words.starts_with("すべて") { String::new() } else { words };
    DraftRate {
        sizes_typed: all(sizes(table)).trim_end_matches("mm").to_owned(),
        classes_typed: all(classes(table, class_names)),
        sizes: sizes(table),
        use_classes: classes(table, class_names),
        service_yen: steps.is_empty().then(|| cell(table, "service_yen")),
        included_m3: cell(table, "included_m3"),
        minimum_yen: cell(table, "minimum_yen"),
        steps,
        tiers: cell(table, "tiers"),
    }
}

fn steps(rows: Option<&Item>) -> Vec<(String, String)> {
    elements(rows).into_iter().map(|row| (cell(row, "to_m3"), cell(row, "yen"))).collect()
}

fn sizes(table: &dyn TableLike) -> String {
    let sizes = table.get("sizes_mm").and_then(Item::as_array);
    let sizes: Vec<String> = sizes.into_iter().flatten().map(words).collect();
    if sizes.is_empty() {
        "すべての口径".to_owned()
    } else {
        format!("{}mm", sizes.join("・"))
    }
}

fn classes(table: &dyn TableLike, class_names: Option<&Item>) -> String {
    let classes = table.get("use_classes").and_then(Item::as_array);
    let names: Vec<String> = classes
        .into_iter()
        .flatten()
        .map(|class| {
            let key = words(class);
            let own = class_names.and_then(|names| names.get(&key)).and_then(Item::as_str);
            let known = UsageClass::from_key(&key).and_then(UsageClass::well_known_japanese);
            own.or(known).map_or(key.clone(), str::to_owned)
        })
        .collect();
    if names.is_empty() { "すべての用途".to_owned() } else { names.join("・") }
}

/// By class, with all sizes of a class together.
fn used_by(name: &str, rates: &[DraftRate]) -> String {
    let mut by_class: Vec<(&str, Vec<&str>)> = Vec::new();
    for rate in rates.iter().filter(|rate| rate.tiers == name) {
        let sizes = rate.sizes.trim_end_matches("mm");
        match by_class.iter_mut().find(|(known, _)| *known == rate.use_classes) {
            Some((_, of)) => of.push(sizes),
            None => by_class.push((&rate.use_classes, vec![sizes])),
        }
    }
    let words = by_class.iter().map(|(classes, sizes)| {
        let unit = if sizes.iter().any(|size| size.starts_with('す')) { "" } else { "mm" };
        format!("{classes} {}{unit}", sizes.join("・"))
    });
    words.collect::<Vec<_>>().join("、")
}

/// The tables in a list, whichever of its two forms it has.
fn elements(list: Option<&Item>) -> Vec<&dyn TableLike> {
    match list {
        Some(Item::ArrayOfTables(tables)) => {
            tables.iter().map(|table| table as &dyn TableLike).collect()
        }
        Some(Item::Value(Value::Array(rows))) => rows
            .iter()
            .filter_map(|row| row.as_inline_table().map(|table| table as &dyn TableLike))
            .collect(),
        _ => Vec::new(),
    }
}

/// A value as it is typed; empty when it is missing.
fn cell(table: &dyn TableLike, key: &str) -> String {
    table.get(key).and_then(Item::as_value).map(words).unwrap_or_default()
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.value().clone(),
        Value::Integer(number) => number.value().to_string(),
        other => other.to_string().trim().to_owned(),
    }
}

/// What can be told of a text with faults, so that it can be listed and mended.
pub(super) fn outline(text: &str) -> TariffFile {
    let form = DraftForm::of(text).ok();
    let valid_from = form.as_ref().and_then(|form| form.valid_from.parse().ok());
    let (code, name, source) =
        form.map(|form| (form.code, form.name, form.source)).unwrap_or_default();
    TariffFile {
        code,
        name,
        source,
        read_on: None,
        valid_from: valid_from.unwrap_or(Date::MIN),
        use_classes: Vec::new(),
        tariffs: Vec::new(),
        examples: Vec::new(),
    }
}

/// The text with another code, name and first day.
pub(super) fn renamed(
    text: &str,
    code: &str,
    name: &str,
    from: Date,
) -> Result<String, BillingError> {
    let mut document = document(text)?;
    let file = document.as_table_mut();
    put(file, "code", code.into());
    put(file, "name", name.into());
    put(file, "valid_from", from.to_string().into());
    Ok(document.to_string())
}

#[cfg(test)]
mod tests;
