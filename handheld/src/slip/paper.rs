//! Drawing a paper (帳票): heading, addressee, names and values, the amount in its frame, who issued it.

use shared::calendar::japanese_date;
use shared::paper::{Paper, PaperKind};

use super::measures::Measures;
use super::sheet::{Align, Sheet, run};
use super::typeface::Style;

pub fn compose(paper: &Paper, width_dots: u32) -> Sheet {
    let measures = Measures::of(width_dots);
    let mut sheet = Sheet::blank(width_dots, measures.margin);
    head(&mut sheet, paper, &measures);
    for (name, value) in &paper.rows {
        sheet.row(
            &[run(name, Style::regular(measures.body))],
            &[run(value, Style::bold(measures.body))],
        );
    }
    sheet.gap(10);
    if let Some((name, total)) = &paper.total {
        sheet.framed(3, 12, |sheet| {
            sheet.row(
                &[run(name, Style::bold(measures.body))],
                &[
                    run(&total.grouped(), Style::bold(measures.amount)),
                    run(" 円", Style::bold(measures.heading)),
                ],
            );
        });
        sheet.gap(14);
    }
    for words in &paper.words {
        sheet.text(words, Style::regular(measures.body), Align::Left);
        sheet.gap(8);
    }
    foot(&mut sheet, paper, &measures);
    sheet
}

fn head(sheet: &mut Sheet, paper: &Paper, measures: &Measures) {
    sheet.text(&paper.issuer, Style::bold(measures.body), Align::Left);
    sheet.gap(4);
    sheet.fitted(&[run(paper.kind.japanese(), Style::bold(measures.title))], Align::Left);
    sheet.wave();
    sheet.gap(12);
    let on = japanese_date(paper.on);
    sheet.row(
        &[run("発行日", Style::regular(measures.body))],
        &[run(&on, Style::bold(measures.body))],
    );
    sheet.gap(8);
    if !paper.customer_name.is_empty() {
        let name = format!("{} 様", paper.customer_name);
        sheet.text_in(&[Style::bold(measures.name), Style::bold(measures.heading)], &name);
    }
    sheet.text(&paper.address, Style::regular(measures.body), Align::Left);
    sheet.gap(12);
    sheet.rule(3);
    sheet.gap(14);
}

fn foot(sheet: &mut Sheet, paper: &Paper, measures: &Measures) {
    sheet.gap(6);
    sheet.dotted_rule();
    sheet.gap(10);
    let small = Style::regular(measures.small);
    let number = format!("票番号 {}", paper.number);
    sheet.text(&number, small, Align::Left);
    if let Some(original) = &paper.reissue_of {
        sheet.text(&format!("再発行（もとの票 {original}）"), small, Align::Left);
    }
    sheet.text(&format!("検針員 {}", paper.reader_name), small, Align::Left);
    sheet.text(&paper.issuer, Style::bold(measures.small), Align::Left);
    if matches!(paper.kind, PaperKind::Settlement | PaperKind::Receipt) {
        sheet.text(&format!("登録番号 {}", paper.registration_number), small, Align::Left);
    }
    sheet.text(&paper.contact, small, Align::Left);
}
