//! Fields written back into the text (編集の書き戻し): only the values that changed, all else stays.

use toml_edit::{InlineTable, Item, TableLike, Value};
use unicode_normalization::UnicodeNormalization;

use super::{document, rows};
use crate::billing::error::BillingError;

/// Writes fields into a text. The field `action` may ask for more: `add w 0` adds a row to the first
/// tier table of water before its last, `remove w 0 2` takes the third row away; `add-rate w`,
/// `remove-rate w 1`, `add-table w`, `remove-table w 1`, `add-rounding w` and `remove-rounding w 0` do
/// so with rates, whole tier tables (named by the field `w.new-table`) and roundings.
pub fn edit_draft(text: &str, fields: &[(String, String)]) -> Result<String, BillingError> {
    let mut document = document(text)?;
    let class_names = rows::class_keys(document.as_table());
    for (name, value) in fields {
        let path: Vec<&str> = name.split('.').collect();
        match path.as_slice() {
            [schedule, "rate", place, key @ ("sizes_mm" | "use_classes" | "tiers")] => {
                rows::write_rate(
                    document.as_table_mut(),
                    (schedule, place, key),
                    value,
                    &class_names,
                );
            }
            _ => write(document.as_table_mut(), &path, value),
        }
    }
    for (_, action) in fields.iter().filter(|(name, _)| name == "action") {
        let words: Vec<&str> = action.split(' ').collect();
        let file = document.as_table_mut();
        match words.as_slice() {
            ["add", schedule, table] => change_rows(file, schedule, table, add_row),
            ["remove", schedule, table, row] => {
                if let Ok(row) = row.parse() {
                    change_rows(file, schedule, table, |rows| remove_row(rows, row));
                }
            }
            [action, schedule] => rows::add(file, action, schedule, fields),
            [action, schedule, place] => rows::remove(file, action, schedule, place),
            _ => {}
        }
    }
    Ok(document.to_string())
}

/// A field that has no place in this text is left out: the page that sent it was of another text.
fn write(file: &mut dyn TableLike, path: &[&str], typed: &str) {
    match path {
        ["code" | "name" | "source" | "valid_from"] => {
            set(file, path[0], typed.trim(), Kind::Words);
        }
        [schedule, "percent", place] => {
            let tax = schedule_mut(file, schedule).and_then(|table| table.get_mut("tax"));
            let Some(tax) = tax.and_then(Item::as_table_like_mut) else { return };
            if tax.contains_key("rates") {
                if let Some(rate) = element_mut(tax.get_mut("rates"), place) {
                    set(rate, "percent", typed, Kind::Whole);
                }
            } else {
                set(tax, "percent", typed, Kind::Whole);
            }
        }
        [schedule, "rate", place, key @ ("service_yen" | "minimum_yen" | "included_m3")] => {
            let rates = schedule_mut(file, schedule).and_then(|table| table.get_mut("rate"));
            let kind = if *key == "included_m3" { Kind::Whole } else { Kind::Price };
            if let Some(rate) = element_mut(rates, place) {
                set(rate, key, typed, kind);
            }
        }
        [schedule, "step", rate, row, key @ ("to_m3" | "yen")] => {
            let rates = schedule_mut(file, schedule).and_then(|table| table.get_mut("rate"));
            let steps = element_mut(rates, rate).and_then(|rate| rate.get_mut("service_steps"));
            set_step(element_mut(steps, row), key, typed);
        }
        [schedule, "tier", table, row, key @ ("to_m3" | "yen")] => {
            set_step(element_mut(tiers_mut(file, schedule, table), row), key, typed);
        }
        [schedule, "months"] => {
            if let Some(schedule) = schedule_mut(file, schedule) {
                set(schedule, "table_months", typed, Kind::Whole);
            }
        }
        [schedule, "prices"] => {
            let tax = schedule_mut(file, schedule).and_then(|table| table.get_mut("tax"));
            if let Some(tax) = tax.and_then(Item::as_table_like_mut) {
                set(tax, "prices", typed, Kind::Words);
            }
        }
        [schedule, "rounding", place, key @ ("of" | "tax" | "mode" | "step_yen" | "article")] => {
            let roundings =
                schedule_mut(file, schedule).and_then(|table| table.get_mut("rounding"));
            let Some(rounding) = element_mut(roundings, place) else { return };
            if *key == "tax" && typed.is_empty() {
                rounding.remove(key);
            } else {
                let kind = if *key == "step_yen" { Kind::Whole } else { Kind::Words };
                set(rounding, key, typed, kind);
            }
        }
        [schedule, "rent", place] => {
            let rents = schedule_mut(file, schedule).and_then(|table| table.get_mut("meter_rent"));
            if let Some(rent) = element_mut(rents, place) {
                set(rent, "yen", typed, Kind::Price);
            }
        }
        _ => {}
    }
}

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Words,
    /// A number in quotes.
    Price,
    /// A number without.
    Whole,
}

fn set_step(row: Option<&mut dyn TableLike>, key: &str, typed: &str) {
    if let Some(row) = row {
        set(row, key, typed, if key == "to_m3" { Kind::Whole } else { Kind::Price });
    }
}

/// Writes a value unless it stands there already. An empty field takes the value away, but a price
/// that has to be there stays, empty, so that its place is told.
fn set(table: &mut dyn TableLike, key: &str, typed: &str, kind: Kind) {
    let text: String = match kind {
        Kind::Words => typed.to_owned(),
        Kind::Price | Kind::Whole => {
            typed.nfkc().filter(|c| !c.is_whitespace() && *c != ',').collect()
        }
    };
    if text == super::cell(table, key) {
        return;
    }
    if text.is_empty() && (kind == Kind::Whole || key == "minimum_yen") {
        table.remove(key);
        return;
    }
    let value = match (kind, text.parse::<i64>()) {
        (Kind::Whole, Ok(number)) => number.into(),
        _ => text.into(),
    };
    put(table, key, value);
}

/// Replaces a value and keeps the blanks and comments around it.
pub(super) fn put(table: &mut dyn TableLike, key: &str, mut new: Value) {
    if let Some(old) = table.get_mut(key).and_then(Item::as_value_mut) {
        *new.decor_mut() = old.decor().clone();
        *old = new;
    } else {
        table.insert(key, Item::Value(new));
    }
}

pub(super) fn schedule_mut<'t>(
    file: &'t mut dyn TableLike,
    key: &str,
) -> Option<&'t mut dyn TableLike> {
    match key.strip_prefix('s') {
        Some(place) => element_mut(file.get_mut("sewerage"), place),
        None if key == "w" => file.get_mut("water")?.as_table_like_mut(),
        None => None,
    }
}

fn tiers_mut<'t>(file: &'t mut dyn TableLike, schedule: &str, place: &str) -> Option<&'t mut Item> {
    let tiers = schedule_mut(file, schedule)?.get_mut("tiers")?.as_table_like_mut()?;
    tiers.iter_mut().nth(place.parse().ok()?).map(|(_, rows)| rows)
}

pub(super) fn element_mut<'t>(
    list: Option<&'t mut Item>,
    place: &str,
) -> Option<&'t mut dyn TableLike> {
    let place: usize = place.parse().ok()?;
    match list? {
        Item::ArrayOfTables(tables) => tables.get_mut(place).map(|table| table as _),
        Item::Value(Value::Array(rows)) => {
            rows.get_mut(place)?.as_inline_table_mut().map(|table| table as _)
        }
        _ => None,
    }
}

fn change_rows(
    file: &mut dyn TableLike,
    schedule: &str,
    table: &str,
    change: impl FnOnce(&mut toml_edit::Array),
) {
    let Some(item) = tiers_mut(file, schedule, table) else { return };
    // Rows written as tables of their own become a list, which can take one in the middle.
    item.make_value();
    if let Some(rows) = item.as_array_mut() {
        change(rows);
    }
}

/// What stands between two rows: the rest of the line of the one before, and what belongs to the
/// row itself.
fn gap(row: &Value) -> (String, String) {
    let blanks = row.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or(" ");
    let (line, own) = blanks.split_at(blanks.find('\n').unwrap_or(0));
    (line.to_owned(), own.to_owned())
}

/// Takes a row away with its comments; the comment of the row before stays. The last one, which is
/// open, cannot go.
fn remove_row(rows: &mut toml_edit::Array, place: usize) {
    let (Some((line, _)), Some((_, own))) =
        (rows.get(place).map(gap), rows.get(place + 1).map(gap))
    else {
        return;
    };
    rows.remove(place);
    if let Some(next) = rows.get_mut(place) {
        next.decor_mut().set_prefix(line + &own);
    }
}

/// An empty row before the last, the open one, laid out like it.
fn add_row(rows: &mut toml_edit::Array) {
    let mut row = InlineTable::new();
    row.insert("yen", "".into());
    let mut row = Value::from(row);
    let place = rows.len().saturating_sub(1);
    if let Some(last) = rows.get_mut(place) {
        let (line, own) = gap(last);
        let indent =
            own.rsplit_once('\n').map_or(String::new(), |(_, indent)| format!("\n{indent}"));
        row.decor_mut().set_prefix(line + &indent);
        last.decor_mut().set_prefix(if own.is_empty() { " ".to_owned() } else { own });
    }
    rows.insert_formatted(place, row);
}
