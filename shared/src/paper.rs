//! Papers besides the usage notice (現地で発行する帳票): what stands on them, before they are drawn.
//!
//! Pure: the terminal fills one in from its route and draws it. Every paper carries its own number of
//! the terminal's row; a receipt names its receipt number as well.

mod parse;
mod record;
mod template;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::connection::coded;
use crate::quantity::Yen;

pub use parse::{Fault, FaultKind};
pub use record::{Known, KnownList, Record, sample};
pub use template::{Align, Face, Item, Piece, Run, Size, Template, Words, built_in_text};

coded! {
    /// What a paper is (帳票の種類).
    PaperKind {
        /// What was used, left in the letter box (使用水量のお知らせ).
        UsageNotice = 1, "usage_notice", "使用水量のお知らせ";
        /// Nobody could read; somebody comes again (訪問のお知らせ).
        RevisitNotice = 2, "revisit_notice", "検針訪問のお知らせ";
        /// Nobody could read; a volume is certified (認定のお知らせ).
        EstimateNotice = 3, "estimate_notice", "水量認定のお知らせ";
        /// The water is probably running somewhere (漏水のお知らせ).
        LeakNotice = 4, "leak_notice", "漏水のお知らせ";
        /// What is owed at the end of service (中止精算書).
        Settlement = 5, "settlement", "中止精算書";
        /// Cash was taken (領収書).
        Receipt = 6, "receipt", "領収書";
        /// The supply will be cut (給水停止予告書).
        SuspensionNotice = 7, "suspension_notice", "給水停止予告書";
        /// The supply has been cut (給水停止執行通知書).
        SuspensionDone = 8, "suspension_done", "給水停止執行通知書";
        /// The cash that a reader took on a day (現金集計票).
        CashTotal = 9, "cash_total", "現金集計票";
        /// Whether the printer draws well (試し印刷).
        TestPrint = 10, "test_print", "試し印刷";
    }
}

/// One paper, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Its heading.
    pub kind: PaperKind,
    /// `H01-000018`.
    pub number: String,
    /// The paper that it repeats (再発行).
    pub reissue_of: Option<String>,
    /// Day.
    pub on: Date,
    /// 使用者; empty where nobody is known.
    pub customer_name: String,
    /// 使用場所.
    pub address: String,
    /// Names and values, in order.
    pub rows: Vec<(String, String)>,
    /// The amount in the frame, with its name.
    pub total: Option<(String, Yen)>,
    /// Sentences below.
    pub words: Vec<String>,
    /// Name of the utility.
    pub issuer: String,
    /// T and 13 digits; on papers about money (適格請求書).
    pub registration_number: String,
    /// Where to ask.
    pub contact: String,
    /// Who stood at the gate.
    pub reader_name: String,
}
