//! What was done besides reading (現地作業): exchange, notes, photos, suspension, cash, papers.

use shared::metering::ReceiptVoidReason;
use shared::wire::{CashReceiptV1, MeterExchangeV1, NoteV1, PhotoV1, SuspensionStepV1};

use super::Route;

/// What was done at one connection besides reading it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldWork {
    /// The meter was exchanged.
    pub exchange: Option<MeterExchangeV1>,
    /// What the office is told.
    pub notes: Vec<NoteV1>,
    /// Photos, in order.
    pub photos: Vec<PhotoV1>,
    /// Steps of a suspension, in order.
    pub suspension: Vec<SuspensionStepV1>,
}

/// A receipt for cash (領収書).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// As given out.
    pub taken: CashReceiptV1,
    /// Why it counts for nothing.
    pub voided: Option<ReceiptVoidReason>,
    /// Whether it came out whole.
    pub is_printed: bool,
}

/// A paper that was sent to the printer, a slip or another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// `H01-000018`.
    pub number: String,
    /// Code of the kind (`shared::paper::PaperKind`); nothing for a usage notice.
    pub kind: Option<u8>,
    /// Place on the route, where it is about a connection.
    pub place: Option<usize>,
    /// The total printed.
    pub amount_yen: i64,
    /// Whether it did not come out whole.
    pub is_void: bool,
}

impl Route {
    /// The number of the next receipt of a terminal: without a hole within its range, whatever the
    /// route. None when the range that the office gave it is used up.
    pub fn next_receipt_number(&self, device_code: &str) -> Option<String> {
        self.next_receipt().map(|number| format!("{device_code}-R{number:06}"))
    }

    /// See above, without the terminal's code.
    pub fn next_receipt(&self) -> Option<u32> {
        let given_out = self.receipts.iter().filter_map(|receipt| {
            receipt.taken.receipt_number.rsplit_once("-R")?.1.parse::<u32>().ok()
        });
        let next = given_out.max().unwrap_or(0).checked_add(1)?.max(self.work.receipt_first);
        let last = self.work.receipt_last;
        (last == 0 || next <= last).then_some(next)
    }

    /// Cash that has to be in the bag: what was taken on that day and not given back.
    pub fn cash_yen(&self, day_unix_days: i32) -> i64 {
        let today = self.receipts.iter().filter(|receipt| {
            receipt.voided.is_none() && receipt.taken.taken_on_unix_days == day_unix_days
        });
        today.map(|receipt| receipt.taken.amount_yen).sum()
    }

    /// The receipt that counts for what was settled at a place, if there is one.
    pub fn receipt_at(&self, place: usize) -> Option<&Receipt> {
        let connection = self.stops.get(place)?.planned.connection;
        self.receipts.iter().rev().find(|receipt| {
            receipt.voided.is_none()
                && receipt.taken.connection == connection
                && receipt.taken.package == self.package
        })
    }
}
