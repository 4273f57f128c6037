//! The form of the settings (検針の設定の入力): from what holds to the fields, and back.

use std::collections::HashMap;

use backoffice::metering::{
    FieldSetting, MasterMistake, NewFieldSetting, ReceiptRange, SewerageIssuer,
};
use jiff::civil::Date;
use shared::calendar::DayRule;

use super::masters::Sheet;

/// Fills the fields from a setting.
pub(super) fn fill(setting: &FieldSetting, authorities: &[String], devices: &[String]) -> Sheet {
    let mut sheet = Sheet::default();
    sheet.set("cash_limit", setting.cash_limit_yen);
    sheet.set("photo_percent", setting.photo_percent);
    sheet.check("hides_previous", setting.hides_previous);
    sheet.check("tells_next_reading", setting.tells_next_reading);
    sheet.check("tells_last_debit", setting.tells_last_debit);
    sheet.set("kept_days", setting.kept_days);
    sheet.set("lock_minutes", setting.lock_minutes);
    sheet.set("contact", &setting.contact);
    for (name, rule) in [("due", setting.due), ("debit", setting.debit)] {
        let (kind, number) = match rule {
            DayRule::Untold => ("none", String::new()),
            DayRule::DaysAfter(days) => ("after", days.to_string()),
            DayRule::DayOfNextMonth(day) => ("day", day.to_string()),
        };
        sheet.set(format!("{name}_kind"), kind);
        sheet.set(format!("{name}_number"), number);
    }
    for (row, authority) in authorities.iter().enumerate() {
        let mut issuers = setting.issuers.iter();
        if let Some(issuer) = issuers.find(|issuer| issuer.authority == *authority) {
            sheet.set(format!("issuer-{row}-name"), &issuer.name);
            sheet.set(format!("issuer-{row}-number"), &issuer.registration_number);
        }
    }
    for (row, device) in devices.iter().enumerate() {
        let mut ranges = setting.receipt_ranges.iter();
        if let Some(range) = ranges.find(|range| range.device_code == *device) {
            sheet.set(format!("range-{row}-first"), range.first);
            sheet.set(format!("range-{row}-last"), range.last);
        }
    }
    sheet
}

/// Which row of the page each issuer and range stands in: mistakes come back by their place.
pub(super) type Rows = HashMap<String, String>;

/// Reads the fields; what is no number or date at all is a mistake already.
pub(super) fn read(
    sheet: &mut Sheet,
    authorities: &[String],
    devices: &[String],
) -> (NewFieldSetting, Rows) {
    let mut rows = Rows::new();
    let valid_from = sheet.value("valid_from").parse().unwrap_or_else(|_| {
        sheet.mistakes.push(("valid_from".to_owned(), MasterMistake::OutOfRange));
        Date::MAX
    });
    let setting = FieldSetting {
        photo_percent: sheet.number("photo_percent", "photo_percent"),
        hides_previous: sheet.is_checked("hides_previous"),
        cash_limit_yen: sheet.number("cash_limit", "cash_limit"),
        due: rule(sheet, "due"),
        debit: rule(sheet, "debit"),
        tells_next_reading: sheet.is_checked("tells_next_reading"),
        tells_last_debit: sheet.is_checked("tells_last_debit"),
        kept_days: sheet.number("kept_days", "kept_days"),
        lock_minutes: sheet.number("lock_minutes", "lock_minutes"),
        contact: sheet.value("contact").to_owned(),
        issuers: issuers(sheet, authorities, &mut rows),
        receipt_ranges: ranges(sheet, devices, &mut rows),
    };
    let reason = sheet.value("reason").to_owned();
    (NewFieldSetting { valid_from, setting, reason }, rows)
}

fn rule(sheet: &mut Sheet, name: &str) -> DayRule {
    let number = sheet.number(&format!("{name}_number"), name);
    match sheet.value(&format!("{name}_kind")) {
        "after" => DayRule::DaysAfter(number),
        "day" => DayRule::DayOfNextMonth(number),
        _ => DayRule::Untold,
    }
}

fn issuers(sheet: &Sheet, authorities: &[String], rows: &mut Rows) -> Vec<SewerageIssuer> {
    let mut issuers = Vec::new();
    for (row, authority) in authorities.iter().enumerate() {
        let name = sheet.value(&format!("issuer-{row}-name"));
        let number = sheet.value(&format!("issuer-{row}-number"));
        if name.is_empty() && number.is_empty() {
            continue;
        }
        rows.insert(format!("issuer-{}", issuers.len()), format!("issuer-{row}"));
        issuers.push(SewerageIssuer {
            authority: authority.clone(),
            name: name.to_owned(),
            registration_number: number.to_owned(),
        });
    }
    issuers
}

fn ranges(sheet: &mut Sheet, devices: &[String], rows: &mut Rows) -> Vec<ReceiptRange> {
    let mut ranges = Vec::new();
    for (row, device) in devices.iter().enumerate() {
        let [first, last] = ["first", "last"].map(|end| format!("range-{row}-{end}"));
        if sheet.value(&first).is_empty() && sheet.value(&last).is_empty() {
            continue;
        }
        let field = format!("range-{row}");
        rows.insert(format!("range-{}", ranges.len()), field.clone());
        ranges.push(ReceiptRange {
            device_code: device.clone(),
            first: sheet.number(&first, &field),
            last: sheet.number(&last, &field),
        });
    }
    ranges
}
