//! The fields of the papers besides the notice (ほかの帳票の項目).

use crate::calendar::japanese_date;
use crate::paper::Paper;

use super::{Known, Record};

pub(super) const KNOWN: Known = Known {
    fields: &[
        ("title", "帳票の名前"),
        ("number", "票番号"),
        ("reissue_of", "再発行のとき、もとの票番号"),
        ("on", "発行日"),
        ("customer", "使用者の名前"),
        ("address", "使用場所"),
        ("total_name", "枠の中の金額の名前"),
        ("total", "枠の中の金額"),
        ("issuer", "発行者の名前"),
        ("registration_number", "発行者の登録番号"),
        ("contact", "お問合せ先"),
        ("reader", "検針員の名前"),
    ],
    lists: &[
        ("rows", "名前と内容の行", &[("name", "名前"), ("value", "内容")]),
        ("sentences", "本文", &[("words", "文")]),
    ],
};

impl Record {
    /// What a layout finds of a paper.
    pub fn of_paper(paper: &Paper) -> Record {
        let rows = paper
            .rows
            .iter()
            .map(|(name, value)| Record::default().with("name", name).with("value", value));
        let sentences = paper.words.iter().map(|words| Record::default().with("words", words));
        let total = paper.total.as_ref();
        Record::default()
            .with("title", paper.kind.japanese())
            .with("number", &paper.number)
            .with("reissue_of", paper.reissue_of.as_deref().unwrap_or_default())
            .with("on", japanese_date(paper.on))
            .with("customer", &paper.customer_name)
            .with("address", &paper.address)
            .with("total_name", total.map_or("", |(name, _)| name))
            .with("total", total.map_or(String::new(), |(_, total)| total.grouped()))
            .with("issuer", &paper.issuer)
            .with("registration_number", &paper.registration_number)
            .with("contact", &paper.contact)
            .with("reader", &paper.reader_name)
            .with_rows("rows", rows.collect())
            .with_rows("sentences", sentences.collect())
    }
}
