//! Checking a version of the settings (検針の設定の確認): every field that is wrong is named at once.

use std::collections::HashMap;

use jiff::civil::Date;
use shared::calendar::DayRule;
use sqlx::Row;

use super::NewFieldSetting;
use crate::Backoffice;
use crate::metering::master_refusal::MasterMistake;

const CASH_LIMIT_YEN_MAX: i64 = 10_000_000;
const KEPT_DAYS_MAX: u16 = 400;
const LOCK_MINUTES_MAX: u16 = 240;
const DAYS_AFTER_MAX: u8 = 120;
const RECEIPT_NUMBER_MAX: u32 = 999_999;
const TEXT_MAX: usize = 200;
const LINE_MAX: usize = 80;
const ISSUER_NAME_MAX: usize = 40;

/// The highest number of each terminal's receipts, by its code.
pub(super) async fn receipts_given_out(office: &Backoffice) -> sqlx::Result<HashMap<String, i64>> {
    sqlx::query(
        "select split_part(receipt_number, '-R', 1) as device_code,
                max(split_part(receipt_number, '-R', 2)::bigint) as highest
         from metering.cash_receipt
         where utility_id = $1 and receipt_number ~ '-R[0-9]{1,9}$'
         group by 1",
    )
    .bind(office.utility.0)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(|row| Ok((row.try_get("device_code")?, row.try_get("highest")?)))
    .collect()
}

/// Every field that is wrong, and how.
pub(super) fn mistakes(
    new: &NewFieldSetting,
    given_out: &HashMap<String, i64>,
    today: Date,
) -> Vec<(String, MasterMistake)> {
    let setting = &new.setting;
    let rule_is_right = |rule: DayRule| match rule {
        DayRule::Untold => true,
        DayRule::DaysAfter(days) => (1..=DAYS_AFTER_MAX).contains(&days),
        DayRule::DayOfNextMonth(day) => (1..=31).contains(&day),
    };
    let fits = |text: &str, most: usize| text.chars().count() <= most;
    let bounds = [
        ("photo_percent", setting.photo_percent <= 100),
        ("cash_limit", (0..=CASH_LIMIT_YEN_MAX).contains(&setting.cash_limit_yen)),
        ("due", rule_is_right(setting.due)),
        ("debit", rule_is_right(setting.debit)),
        ("kept_days", setting.kept_days <= KEPT_DAYS_MAX),
        ("lock_minutes", setting.lock_minutes <= LOCK_MINUTES_MAX),
        ("contact", fits(&setting.contact, LINE_MAX)),
        ("reason", fits(&new.reason, TEXT_MAX)),
    ];
    let wrong = bounds.into_iter().filter(|(_, is_right)| !is_right);
    let mut mistakes: Vec<(String, MasterMistake)> =
        wrong.map(|(field, _)| (field.to_owned(), MasterMistake::OutOfRange)).collect();
    if new.valid_from < today {
        mistakes.push(("valid_from".into(), MasterMistake::BeginsInThePast));
    }
    mistakes.extend(wrong_issuers(new));
    mistakes.extend(wrong_ranges(new, given_out));
    mistakes
}

fn wrong_issuers(new: &NewFieldSetting) -> Vec<(String, MasterMistake)> {
    let issuers = &new.setting.issuers;
    let is_wrong = |place: usize| {
        let issuer = &issuers[place];
        let is_named = (1..=ISSUER_NAME_MAX).contains(&issuer.name.chars().count());
        let is_twice = issuers[..place].iter().any(|known| known.authority == issuer.authority);
        !is_named || is_twice || !is_registration_number(&issuer.registration_number)
    };
    let wrong = (0..issuers.len()).filter(|place| is_wrong(*place));
    wrong.map(|place| (format!("issuer-{place}"), MasterMistake::RegistrationNumber)).collect()
}

fn is_registration_number(text: &str) -> bool {
    text.strip_prefix('T')
        .is_some_and(|rest| rest.len() == 13 && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

fn wrong_ranges(
    new: &NewFieldSetting,
    given_out: &HashMap<String, i64>,
) -> Vec<(String, MasterMistake)> {
    let ranges = &new.setting.receipt_ranges;
    let mut mistakes = Vec::new();
    for (place, range) in ranges.iter().enumerate() {
        let is_twice = ranges[..place].iter().any(|known| known.device_code == range.device_code);
        let is_range = range.first >= 1
            && range.first <= range.last
            && range.last <= RECEIPT_NUMBER_MAX
            && !range.device_code.is_empty();
        let highest = given_out.get(&range.device_code).copied().unwrap_or(0);
        let mistake = if is_twice || !is_range {
            MasterMistake::ReceiptRange
        } else if i64::from(range.last) <= highest {
            MasterMistake::ReceiptsGivenOut
        } else {
            continue;
        };
        mistakes.push((format!("range-{place}"), mistake));
    }
    mistakes
}
