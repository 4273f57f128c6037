//! What a bill's paper says besides its figures (但し書き): estimates, settlements, corrections.

use shared::billing::correction::Paper;
use shared::quantity::{Yen, grouped};

use crate::billing::{BillView, ReplacedBill};

/// One sentence each; empty for most bills.
pub(super) fn notes(bill: &BillView) -> Vec<String> {
    let marks = &bill.marks;
    let mut notes = Vec::new();
    if let Some(replaced) = &marks.replaces {
        notes.extend(replacement(bill, replaced));
    }
    if let Some(newer) = marks.replaced_by {
        notes.push(format!("この通知書は、通知書番号 {newer} のものに差し替えました。"));
    }
    if marks.is_estimate {
        notes.push(
            "今回は検針できなかったため、認定した水量です。次に検針できたときに精算します。"
                .to_owned(),
        );
    }
    if let Some(settlement) = &marks.settlement {
        let words = settlement.japanese().join(" ");
        notes.push(format!("認定した期の精算をしました。{words}"));
    }
    notes
}

/// What a paid bill is lowered by; `None` where nothing is given back.
pub(super) fn given_back(bill: &BillView) -> Option<Yen> {
    let replaced = bill.marks.replaces.as_ref()?;
    let back = Yen(replaced.amount.0 - bill.amount.0);
    (replaced.paper == Paper::CreditNote && back.0 > 0).then_some(back)
}

fn replacement(bill: &BillView, replaced: &ReplacedBill) -> Vec<String> {
    let number = replaced.id;
    let reason = replaced.reason.japanese();
    let mut notes = Vec::new();
    if given_back(bill).is_some() {
        notes.push(format!(
            "適格返還請求書: {}分の取引（通知書番号 {number}、{}円）を、{reason}により更正しました。",
            bill.period.japanese(),
            replaced.amount.grouped()
        ));
        for (claim, amount, tax) in &replaced.claims {
            let Some(now) = bill.claims.iter().find(|now| now.claim == *claim) else { continue };
            notes.push(format!(
                "{}: お返しする額 {}円（{}％対象、うち消費税額 {}円）",
                claim.japanese(),
                grouped(amount.0 - now.amount.0),
                now.tax_percent,
                grouped(tax.0 - now.tax.0)
            ));
        }
    } else {
        notes.push(format!(
            "この通知書は、通知書番号 {number}（{}円）を{reason}により更正し、これに代わるものです。番号 {number} の通知書は使えません。",
            replaced.amount.grouped()
        ));
    }
    notes
}
