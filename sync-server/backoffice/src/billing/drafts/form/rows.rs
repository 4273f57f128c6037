//! Rows of the table that come and go (行の追加と削除): rates, whole tier tables, roundings; and what a rate
//! holds for, typed as words.

use std::collections::BTreeMap;

use shared::connection::UsageClass;
use toml_edit::{Array, InlineTable, Item, Table, TableLike, Value};
use unicode_normalization::UnicodeNormalization;

use super::edit::{element_mut, put, schedule_mut};

/// Japanese name to key, of the classes that the file or the trade knows.
pub(super) fn class_keys(file: &dyn TableLike) -> BTreeMap<String, String> {
    let own = file.get("use_classes").and_then(Item::as_table_like);
    let own = own.into_iter().flat_map(TableLike::iter);
    let mut keys: BTreeMap<String, String> = UsageClass::WELL_KNOWN
        .iter()
        .filter_map(|class| Some((class.well_known_japanese()?.to_owned(), class.key().to_owned())))
        .collect();
    keys.extend(own.filter_map(|(key, name)| Some((name.as_str()?.to_owned(), key.to_owned()))));
    keys
}

/// What a rate holds for, and the tier table that it uses. Nothing typed: everything, or none.
pub(super) fn write_rate(
    file: &mut dyn TableLike,
    (schedule, place, key): (&str, &str, &str),
    typed: &str,
    class_keys: &BTreeMap<String, String>,
) {
    let rates = schedule_mut(file, schedule).and_then(|table| table.get_mut("rate"));
    let Some(rate) = element_mut(rates, place) else { return };
    let folded: String = typed.nfkc().collect();
    let words = folded
        .split(|c: char| c.is_whitespace() || "・,、，/".contains(c))
        .map(|word| word.trim_end_matches("mm"))
        .filter(|word| !word.is_empty() && !word.starts_with("すべて"));
    let values: Array = match key {
        // What is no number stays as it was typed, so that its place is told.
        "sizes_mm" => words
            .map(|word| word.parse::<i64>().map_or_else(|_| Value::from(word), Value::from))
            .collect(),
        "use_classes" => {
            words.map(|word| class_keys.get(word).map_or(word, String::as_str)).collect()
        }
        _ => {
            match typed.trim() {
                "" => drop(rate.remove(key)),
                table if super::cell(rate, key) != table => put(rate, key, table.into()),
                _ => {}
            }
            return;
        }
    };
    let known = rate.get(key).and_then(Item::as_array);
    let plain = |array: &Array| array.iter().map(super::words).collect::<Vec<_>>();
    if known.map(plain).unwrap_or_default() == plain(&values) {
        return;
    }
    if values.is_empty() {
        rate.remove(key);
    } else {
        put(rate, key, values.into());
    }
}

/// Adds a row at the end.
pub(super) fn add(
    file: &mut dyn TableLike,
    action: &str,
    schedule: &str,
    fields: &[(String, String)],
) {
    let name = format!("{schedule}.new-table");
    let name = fields.iter().find(|(field, _)| *field == name).map(|(_, typed)| typed.trim());
    let Some(schedule) = schedule_mut(file, schedule) else { return };
    match action {
        // Like the last one, for sizes that are still to be typed.
        "add-rate" => append(schedule, "rate", |rate| {
            rate.insert("sizes_mm", Array::new().into());
            rate.insert("service_yen", "".into());
            rate.remove("service_steps");
        }),
        "add-rounding" => append(schedule, "rounding", |rounding| {
            rounding.insert("of", "claim".into());
            rounding.insert("mode", "floor".into());
            rounding.insert("step_yen", 1.into());
            rounding.insert("article", "".into());
        }),
        "add-table" => {
            let name = name.filter(|name| !name.is_empty()).unwrap_or("new");
            let tiers = schedule.entry("tiers").or_insert(Item::Table(Table::new()));
            let Some(tiers) = tiers.as_table_like_mut() else { return };
            if !tiers.contains_key(name) {
                let mut row = InlineTable::new();
                row.insert("yen", "".into());
                tiers.insert(name, Item::Value(Array::from_iter([row]).into()));
            }
        }
        _ => {}
    }
}

/// Takes a row away; the last rate stays, for a schedule without one is none.
pub(super) fn remove(file: &mut dyn TableLike, action: &str, schedule: &str, place: &str) {
    let Ok(place) = place.parse::<usize>() else { return };
    let Some(schedule) = schedule_mut(file, schedule) else { return };
    match action {
        "remove-rate" => take(schedule, "rate", place, 1),
        "remove-rounding" => take(schedule, "rounding", place, 0),
        "remove-table" => {
            let Some(tiers) = schedule.get_mut("tiers").and_then(Item::as_table_like_mut) else {
                return;
            };
            let name = tiers.iter().nth(place).map(|(name, _)| name.to_owned());
            if let Some(name) = name {
                tiers.remove(&name);
            }
        }
        _ => {}
    }
}

/// Fills the new element, which begins as a copy of the last one.
fn append(schedule: &mut dyn TableLike, key: &str, fill: impl FnOnce(&mut dyn TableLike)) {
    match schedule.get_mut(key) {
        Some(Item::ArrayOfTables(tables)) => {
            let mut table = tables.iter().last().cloned().unwrap_or_default();
            // Its own comments are about the row that it was copied from.
            table.decor_mut().set_prefix("\n");
            fill(&mut table);
            tables.push(table);
        }
        Some(Item::Value(Value::Array(rows))) => {
            let last = rows.iter().last().and_then(Value::as_inline_table).cloned();
            let mut row = last.unwrap_or_default();
            fill(&mut row);
            rows.push(row);
        }
        _ => {
            let mut table = Table::new();
            fill(&mut table);
            let mut tables = toml_edit::ArrayOfTables::new();
            tables.push(table);
            schedule.insert(key, Item::ArrayOfTables(tables));
        }
    }
}

fn take(schedule: &mut dyn TableLike, key: &str, place: usize, at_least: usize) {
    match schedule.get_mut(key) {
        Some(Item::ArrayOfTables(tables)) if place < tables.len() && tables.len() > at_least => {
            tables.remove(place);
        }
        Some(Item::Value(Value::Array(rows))) if place < rows.len() && rows.len() > at_least => {
            rows.remove(place);
        }
        _ => {}
    }
}
