//! Figures as they are written by hand (数字の書き方).

use crate::billing::exact::Exact;
use crate::billing::tariff::Ratio;
use crate::quantity::{RoundingMode, grouped};

/// An exact amount: `4,097.5`, `-500`, `591 29/31`.
pub(in crate::billing) fn exact(amount: Exact) -> String {
    let text = amount.to_string();
    let (sign, size) = text.strip_prefix('-').map_or(("", text.as_str()), |size| ("−", size));
    let end = size.find(|c: char| !c.is_ascii_digit()).unwrap_or(size.len());
    let (whole, rest) = size.split_at(end);
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), grouped);
    format!("{sign}{whole}{rest}")
}

/// `0.5`, `2`, `10/31`.
pub(super) fn ratio(ratio: Ratio) -> String {
    let text = Exact::from(crate::quantity::Yen(1)).scaled(ratio).to_string();
    if text.contains(' ') { format!("{}/{}", ratio.numerator, ratio.denominator) } else { text }
}

/// A quotient with two decimals for showing; `…` says that more follow.
pub(super) fn quotient(dividend: i64, divisor: i64) -> String {
    let hundredths = dividend * 100 / divisor;
    let more = if dividend * 100 % divisor == 0 { "" } else { "…" };
    let whole = grouped(hundredths / 100);
    match hundredths % 100 {
        0 if more.is_empty() => whole,
        rest => format!("{whole}.{rest:02}{more}"),
    }
}

/// 切捨て・四捨五入・切上げ.
pub(super) fn mode_words(mode: RoundingMode) -> &'static str {
    match mode {
        RoundingMode::Floor => "切捨て",
        RoundingMode::HalfUp => "四捨五入",
        RoundingMode::Ceiling => "切上げ",
    }
}

/// 1か月ごと・2か月ごと.
pub(super) fn months_ja(months: u8) -> String {
    format!("{months}か月ごと")
}

/// `10日`.
pub(super) fn days(days: Option<u16>) -> String {
    days.map_or_else(|| "一部の期間".into(), |days| format!("{days}日"))
}
