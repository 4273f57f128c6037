//! The sections of the slip (お知らせ票の各欄), from the head to the foot.

use shared::billing::Charge;
use shared::calendar::japanese_month_day;
use shared::metering::UsageNotice;
use shared::quantity::{CubicMeters, grouped};

use super::measures::Measures;
use super::sheet::{Align, Sheet, run};
use super::typeface::Style;

/// Who writes, and what this is.
pub fn head(sheet: &mut Sheet, notice: &UsageNotice, measures: &Measures) {
    let top = sheet.y();
    let mut tab_width = 0;
    if notice.reissue_of.is_some() {
        let style = Style::bold(measures.small);
        tab_width = sheet.text_width("再発行", style) + 2 * 8;
        sheet.indented(sheet.width() - tab_width, 0, |sheet| {
            sheet.framed(2, 8, |sheet| sheet.line(&[run("再発行", style)], Align::Center));
        });
        tab_width += 12;
    }
    let below_tab = sheet.y();
    sheet.move_to(top + 6);
    sheet.indented(0, tab_width, |sheet| {
        sheet.text(&notice.issuer, Style::bold(measures.body), Align::Left);
    });
    sheet.move_to(sheet.y().max(below_tab) + 4);
    sheet.fitted(&[run("使用水量のお知らせ", Style::bold(measures.title))], Align::Left);
    sheet.wave();
    sheet.gap(12);
    let month = format!("{}検針", notice.period.japanese());
    let read_on = format!("検針日 {}", japanese_month_day(notice.read_on));
    sheet.row(
        &[run(&month, Style::bold(measures.body))],
        &[run(&read_on, Style::regular(measures.small))],
    );
    sheet.gap(12);
}

/// Whose water, and where.
pub fn addressee(sheet: &mut Sheet, notice: &UsageNotice, measures: &Measures) {
    let name = format!("{} 様", notice.customer_name);
    sheet.text_in(&[Style::bold(measures.name), Style::bold(measures.heading)], &name);
    sheet.text(&notice.address, Style::regular(measures.body), Align::Left);
    sheet.gap(12);
    field(sheet, measures, "水栓番号", notice.connection_number.as_str());
    let first_day = notice.previous_read_on.tomorrow().unwrap_or(notice.previous_read_on);
    let span = format!("{}～{}", japanese_month_day(first_day), japanese_month_day(notice.read_on));
    field(sheet, measures, "使用期間", &span);
    field(sheet, measures, "使用日数", &format!("{}日", notice.days_used()));
    field(sheet, measures, "メーター番号", &notice.meter_number);
    let kind = format!("{}mm・{}", notice.meter_size.mm(), notice.use_class);
    field(sheet, measures, "口径・用途", &kind);
    sheet.gap(6);
}

/// The dials and the volume.
pub fn usage(sheet: &mut Sheet, notice: &UsageNotice, measures: &Measures) {
    sheet.rule(3);
    sheet.gap(14);
    field(sheet, measures, "今回指針", &notice.register.padded());
    let previous = if notice.is_new_meter { "取付指針" } else { "前回指針" };
    field(sheet, measures, previous, &notice.previous_register.padded());
    if notice.removed_meter > CubicMeters(0) {
        let removed = format!("{}m³", grouped(i64::from(notice.removed_meter.0)));
        field(sheet, measures, "旧メーター水量", &removed);
    }
    if notice.estimated > CubicMeters(0) {
        let settled = format!("−{}m³", grouped(i64::from(notice.estimated.0)));
        field(sheet, measures, "認定済みの水量", &settled);
    }
    sheet.row(
        &[run("使用水量", Style::bold(measures.heading))],
        &[
            run(&grouped(i64::from(notice.usage.0)), Style::bold(measures.volume)),
            run(" m³", Style::bold(measures.heading)),
        ],
    );
    comparison(sheet, notice, measures);
}

/// This period beside the last one and last year's, as bars.
fn comparison(sheet: &mut Sheet, notice: &UsageNotice, measures: &Measures) {
    let bars = [
        ("今回", Some(notice.usage)),
        ("前回", notice.last_period),
        ("前年同期", notice.same_period_last_year),
    ];
    let style = Style::regular(measures.small);
    let words: Vec<String> = bars
        .iter()
        .map(|(_, volume)| {
            volume.map_or("－".to_owned(), |volume| format!("{}m³", grouped(i64::from(volume.0))))
        })
        .collect();
    let word_width = words.iter().map(|word| sheet.text_width(word, style)).max().unwrap_or(0);
    let label_width = sheet.text_width("前年同期", style);
    let bar_width_max = sheet.width() - label_width - word_width - 2 * 12;
    let largest = bars.iter().filter_map(|(_, volume)| *volume).max().unwrap_or_default();
    for (index, ((label, volume), word)) in bars.into_iter().zip(&words).enumerate() {
        let top = sheet.y();
        sheet.row(&[run(label, style)], &[run(word, style)]);
        let width = bar_width(volume.unwrap_or_default(), largest, bar_width_max);
        let left = sheet.left() + label_width + 12;
        if index == 0 {
            sheet.fill(left, top, width, style.px);
        } else {
            sheet.hatch(left, top, width, style.px);
        }
    }
    sheet.gap(8);
}

/// Rounds down to whole dots; the largest volume fills the width.
fn bar_width(volume: CubicMeters, largest: CubicMeters, width_max: i32) -> i32 {
    let width = i64::from(volume.0) * i64::from(width_max.max(0)) / i64::from(largest.0.max(1));
    i32::try_from(width).unwrap_or(0)
}

const NO_BILL: &str = "このお知らせでお支払いはできません。";

/// What it will cost, and that this is no bill.
pub fn charges(sheet: &mut Sheet, notice: &UsageNotice, measures: &Measures) {
    sheet.rule(3);
    sheet.gap(14);
    for charge in &notice.charges {
        claim(sheet, charge, measures);
    }
    sheet.gap(2);
    sheet.framed(3, 12, |sheet| total(sheet, notice, measures));
    sheet.gap(14);
    field(sheet, measures, "支払方法", notice.payment_method.japanese());
    sheet.gap(4);
    if !notice.charges.is_empty() {
        sheet.text("金額は予定です。", Style::regular(measures.small), Align::Left);
    }
    sheet.text(NO_BILL, Style::bold(measures.small), Align::Left);
    sheet.gap(4);
}

fn claim(sheet: &mut Sheet, charge: &Charge, measures: &Measures) {
    sheet.row(
        &[run(charge.claim.japanese(), Style::regular(measures.body))],
        &[run(&format!("{}円", charge.amount.grouped()), Style::bold(measures.heading))],
    );
    let working = charge.short_japanese();
    sheet.fitted(&[run(&working, Style::regular(measures.small))], Align::Right);
    let tax = format!("(うち消費税{}% {}円)", charge.tax_percent, charge.tax.grouped());
    sheet.fitted(&[run(&tax, Style::regular(measures.small))], Align::Right);
}

/// A contract may keep the terminal from computing; then the amount is left open, never zero.
fn total(sheet: &mut Sheet, notice: &UsageNotice, measures: &Measures) {
    let label = run("請求予定金額", Style::bold(measures.body));
    if notice.charges.is_empty() {
        sheet.row(&[label], &[run("後日お知らせ", Style::bold(measures.body))]);
    } else {
        let amount = notice.total().grouped();
        sheet.row(
            &[label],
            &[
                run(&amount, Style::bold(measures.amount)),
                run(" 円", Style::bold(measures.heading)),
            ],
        );
    }
}

/// What the resident should know.
pub fn messages(sheet: &mut Sheet, notice: &UsageNotice, measures: &Measures) {
    if notice.messages.is_empty() {
        sheet.gap(10);
        return;
    }
    sheet.gap(4);
    sheet.framed(2, 12, |sheet| {
        for (index, message) in notice.messages.iter().enumerate() {
            if index > 0 {
                sheet.gap(4);
                sheet.dotted_rule();
                sheet.gap(12);
            }
            sheet.text(message, Style::regular(measures.body), Align::Left);
        }
    });
    sheet.gap(16);
}

/// The code to check the slip with, and who answers for it.
pub fn foot(sheet: &mut Sheet, notice: &UsageNotice, qr_text: &str, measures: &Measures) {
    sheet.dotted_rule();
    sheet.gap(10);
    let top = sheet.y();
    let code = super::qr::draw(sheet, qr_text, measures.qr_module);
    let below_code = sheet.y();
    sheet.move_to(top + code.quiet);
    sheet.indented(code.width, 0, |sheet| {
        let mut item = |label: &str, value: &str| {
            sheet.text(label, Style::regular(measures.small), Align::Left);
            sheet.fitted(&[run(value, Style::bold(measures.body))], Align::Left);
            sheet.gap(4);
        };
        item("票番号", &notice.slip_number);
        if let Some(original) = &notice.reissue_of {
            item("再発行元", original);
        }
        item("検針員", &notice.reader_name);
    });
    sheet.move_to((sheet.y() + 8).max(below_code));
    sheet.text(&notice.issuer, Style::bold(measures.small), Align::Left);
    let registration = format!("登録番号 {}", notice.registration_number);
    sheet.text(&registration, Style::regular(measures.small), Align::Left);
    sheet.text(&notice.contact, Style::regular(measures.small), Align::Left);
}

fn field(sheet: &mut Sheet, measures: &Measures, label: &str, value: &str) {
    sheet.row(
        &[run(label, Style::regular(measures.body))],
        &[run(value, Style::bold(measures.body))],
    );
}
