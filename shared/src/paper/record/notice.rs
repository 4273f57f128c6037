//! The fields of the usage notice (お知らせ票の項目).

use crate::billing::Charge;
use crate::calendar::{japanese_date, japanese_month_day};
use crate::metering::UsageNotice;
use crate::quantity::{CubicMeters, grouped};

use super::{Known, Record};

pub(super) const KNOWN: Known = Known {
    fields: &[
        ("issuer", "発行者の名前"),
        ("registration_number", "発行者の登録番号"),
        ("sewerage_issuer", "下水道使用料の発行者（水道と違うとき）"),
        ("sewerage_registration_number", "下水道使用料の発行者の登録番号"),
        ("contact", "お問合せ先"),
        ("number", "票番号"),
        ("reissue_of", "再発行のとき、もとの票番号"),
        ("reader", "検針員の名前"),
        ("month", "検針年月"),
        ("read_on", "検針日（月日）"),
        ("customer", "使用者の名前"),
        ("address", "使用場所"),
        ("connection_number", "水栓番号"),
        ("span", "使用期間"),
        ("days", "使用日数"),
        ("meter_number", "メーター番号"),
        ("meter_size", "口径（mm）"),
        ("use_class", "用途"),
        ("register", "今回指針"),
        ("previous_register", "前回指針、または取付指針"),
        ("is_new_meter", "メーターを替えたとき「1」"),
        ("removed_meter", "旧メーター水量"),
        ("estimated", "認定済みの水量"),
        ("usage", "使用水量"),
        ("total", "請求予定金額（計算できないときは空）"),
        ("payment_method", "支払方法"),
        ("next_reading_on", "次回検針予定日"),
        ("due_on", "納付期限（納付書のとき）"),
        ("debit_on", "振替予定日（口座振替のとき）"),
        ("debited_month", "前回の口座振替：検針年月"),
        ("debited_on", "前回の口座振替：振替日"),
        ("debited_amount", "前回の口座振替：金額"),
        ("code", "照合コードの内容"),
    ],
    lists: &[
        (
            "charges",
            "料金（水道料金・下水道使用料）",
            &[
                ("name", "料金の名前"),
                ("amount", "金額"),
                ("working", "計算の内訳"),
                ("tax_percent", "税率"),
                ("tax", "消費税額"),
            ],
        ),
        (
            "bars",
            "使用水量の比較",
            &[("label", "今回・前回・前年同期"), ("volume", "棒の長さ"), ("figure", "水量")],
        ),
        ("messages", "お知らせの文", &[("words", "文")]),
    ],
};

impl Record {
    /// What a layout finds of a notice; `code` is what [`UsageNotice::seal`] gave for it.
    pub fn of_notice(notice: &UsageNotice, code: &str) -> Record {
        let first_day = notice.previous_read_on.tomorrow().unwrap_or(notice.previous_read_on);
        let span =
            format!("{}～{}", japanese_month_day(first_day), japanese_month_day(notice.read_on));
        let is_new = if notice.is_new_meter { "1" } else { "" };
        let total =
            if notice.charges.is_empty() { String::new() } else { notice.total().grouped() };
        let record = Record::default()
            .with("issuer", &notice.issuer)
            .with("registration_number", &notice.registration_number)
            .with("contact", &notice.contact)
            .with("number", &notice.slip_number)
            .with("reissue_of", notice.reissue_of.as_deref().unwrap_or_default())
            .with("reader", &notice.reader_name)
            .with("month", notice.period.japanese())
            .with("read_on", japanese_month_day(notice.read_on))
            .with("customer", &notice.customer_name)
            .with("address", &notice.address)
            .with("connection_number", notice.connection_number.as_str())
            .with("span", span)
            .with("days", notice.days_used().to_string())
            .with("meter_number", &notice.meter_number)
            .with("meter_size", notice.meter_size.mm().to_string())
            .with("use_class", &notice.use_class)
            .with("register", notice.register.padded())
            .with("previous_register", notice.previous_register.padded())
            .with("is_new_meter", is_new)
            .with("removed_meter", above_zero(notice.removed_meter))
            .with("estimated", above_zero(notice.estimated))
            .with("usage", figure(notice.usage))
            .with("total", total)
            .with("payment_method", notice.payment_method.japanese())
            .with("code", code)
            .with_rows("charges", notice.charges.iter().map(charge).collect())
            .with_rows("bars", bars(notice));
        let words = notice.messages.iter().map(|words| Record::default().with("words", words));
        later(record.with_rows("messages", words.collect()), notice)
    }
}

/// What is known on some rounds and at some connections only.
fn later(record: Record, notice: &UsageNotice) -> Record {
    let day = |date: Option<jiff::civil::Date>| date.map(japanese_date).unwrap_or_default();
    let record = record
        .with("next_reading_on", day(notice.next_reading_on))
        .with("due_on", day(notice.due_on))
        .with("debit_on", day(notice.debit_on));
    let issuer = notice.sewerage_issuer.as_ref();
    let debit = notice.last_debit.as_ref();
    record
        .with("sewerage_issuer", issuer.map_or("", |issuer| &issuer.name))
        .with(
            "sewerage_registration_number",
            issuer.map_or("", |issuer| &issuer.registration_number),
        )
        .with("debited_month", debit.map_or(String::new(), |debit| debit.period.japanese()))
        .with("debited_on", day(debit.map(|debit| debit.debited_on)))
        .with("debited_amount", debit.map_or(String::new(), |debit| debit.amount.grouped()))
}

fn charge(charge: &Charge) -> Record {
    Record::default()
        .with("name", charge.claim.japanese())
        .with("amount", charge.amount.grouped())
        .with("working", charge.short_japanese())
        .with("tax_percent", charge.tax_percent.to_string())
        .with("tax", charge.tax.grouped())
}

/// This period beside the last one and last year's.
fn bars(notice: &UsageNotice) -> Vec<Record> {
    [
        ("今回", Some(notice.usage)),
        ("前回", notice.last_period),
        ("前年同期", notice.same_period_last_year),
    ]
    .into_iter()
    .map(|(label, volume)| {
        let told = volume.map_or("－".to_owned(), |volume| format!("{}m³", figure(volume)));
        Record::default()
            .with("label", label)
            .with("volume", volume.unwrap_or_default().0.to_string())
            .with("figure", told)
    })
    .collect()
}

fn figure(volume: CubicMeters) -> String {
    grouped(i64::from(volume.0))
}

fn above_zero(volume: CubicMeters) -> String {
    if volume > CubicMeters(0) { figure(volume) } else { String::new() }
}
