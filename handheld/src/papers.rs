//! Filling in papers (帳票の記載): from a stop on the route to what stands on paper.

use jiff::civil::Date;
use shared::billing::{Charge, Claim};
use shared::calendar::{from_unix_days, japanese_date, japanese_month_day};
use shared::metering::{Finding, SettlementPayment, WorkOrderKind};
use shared::paper::{Paper, PaperKind, Template};
use shared::quantity::{CubicMeters, Yen, grouped};
use shared::wire::{CashReceiptV1, LayoutV1, NoReadV1, ReadingV1, ServiceStopV1};

use crate::route::{Outcome, Route, Stop};

/// What is printed of a place, in order. Papers about nothing that is stored are left out.
pub fn papers_at(route: &Route, place: usize) -> Vec<PaperKind> {
    match &route.stops[place].outcome {
        Outcome::Stopped(_) => {
            let receipt = route.receipt_at(place).map(|_| PaperKind::Receipt);
            [PaperKind::Settlement].into_iter().chain(receipt).collect()
        }
        Outcome::NotRead(no_read) if no_read.comes_again => vec![PaperKind::RevisitNotice],
        Outcome::NotRead(_) => vec![PaperKind::EstimateNotice],
        Outcome::Read { reading, .. } if is_leaking(reading) => vec![PaperKind::LeakNotice],
        Outcome::Open | Outcome::Read { .. } | Outcome::Started(_) => Vec::new(),
    }
}

fn is_leaking(reading: &ReadingV1) -> bool {
    reading.findings.contains(&Finding::LeakSuspected.code())
}

/// The layouts of a kind that came with the route (検針データの様式).
pub fn layouts_of(route: &Route, kind: PaperKind) -> Vec<LayoutV1> {
    let layouts = route.work.layouts.iter();
    layouts.filter(|layout| layout.kind == kind.code()).cloned().collect()
}

/// The layout to print by: the office's for this width, else the one inside the program. A layout
/// that a newer office wrote and this program cannot read must not keep a slip from being printed.
pub fn template(layouts: &[LayoutV1], kind: PaperKind, width_dots: u32) -> Template {
    let fits =
        |layout: &&LayoutV1| layout.width_dots == 0 || u32::from(layout.width_dots) == width_dots;
    let Some(layout) = layouts.iter().find(fits) else { return Template::built_in(kind) };
    Template::parse(kind, &layout.text).unwrap_or_else(|faults| {
        tracing::warn!(
            layout.version,
            layout.kind,
            layout.faults = faults.len(),
            "layout cannot be read; the built-in one is used"
        );
        Template::built_in(kind)
    })
}

/// A paper without its number; nothing where what it tells of is not stored.
pub fn paper(route: &Route, place: usize, kind: PaperKind, today: Date) -> Option<Paper> {
    let stop = route.stops.get(place)?;
    let blank = blank(route, stop, kind, today);
    Some(match (kind, &stop.outcome) {
        (PaperKind::Settlement, Outcome::Stopped(stopped)) => {
            let on = from_unix_days(stopped.stopped_on_unix_days).unwrap_or(today);
            let usage = CubicMeters(stopped.usage_m3);
            // Without a stored amount there is no charge to explain either.
            let charges = match stopped.water_yen {
                Some(_) => route.charges(stop, usage, on).unwrap_or_default(),
                None => Vec::new(),
            };
            settlement(blank, stop, stopped, &charges)
        }
        (PaperKind::Receipt, Outcome::Stopped(_)) => {
            receipt(blank, &route.receipt_at(place)?.taken)
        }
        (PaperKind::RevisitNotice, _) => Paper {
            words: vec![
                "検針に伺いましたが、メーターを確認できませんでした。近日中にもう一度伺います。"
                    .into(),
                "メーターの上に物や車があるときは、移動をお願いします。".into(),
            ],
            ..blank
        },
        (PaperKind::LeakNotice, Outcome::Read { reading, .. }) if is_leaking(reading) => {
            leak(blank, reading)
        }
        (PaperKind::EstimateNotice, Outcome::NotRead(no_read)) => estimate(blank, no_read),
        (PaperKind::SuspensionNotice, _) => suspension(blank, route, place)?,
        _ => return None,
    })
}

fn blank(route: &Route, stop: &Stop, kind: PaperKind, today: Date) -> Paper {
    let number = stop.number.to_string();
    Paper {
        kind,
        number: String::new(),
        reissue_of: None,
        on: today,
        customer_name: stop.planned.customer_name.clone(),
        address: stop.place(),
        rows: vec![("水栓番号".to_owned(), number)],
        total: None,
        words: Vec::new(),
        issuer: route.utility.name.clone(),
        registration_number: route.utility.registration_number.clone(),
        contact: route.utility.contact.clone(),
        reader_name: String::new(),
    }
}

fn settlement(blank: Paper, stop: &Stop, stopped: &ServiceStopV1, charges: &[Charge]) -> Paper {
    let mut paper = blank;
    let mut row = |name: &str, value: String| paper.rows.push((name.to_owned(), value));
    let until = from_unix_days(stopped.stopped_on_unix_days).unwrap_or(paper.on);
    let span = stop.supply(until);
    let from = japanese_month_day(span.from.tomorrow().unwrap_or(span.from));
    row("使用期間", format!("{from}～{}", japanese_month_day(until)));
    row(
        "最後の指針",
        format!("{:0w$}", stopped.register_value, w = usize::from(stop.dial_digits())),
    );
    row("前回指針", stop.basis().previous.padded());
    row("使用水量", format!("{}m³", grouped(stopped.usage_m3.into())));
    let yen = |amount: Option<i64>| {
        amount.map_or("後日お知らせ".to_owned(), |amount| {
            format!("{}円", Yen(amount).grouped())
        })
    };
    row("水道料金", yen(stopped.water_yen));
    tax_row(&mut row, charges, Claim::Water);
    if stop.planned.sewerage {
        row("下水道使用料", yen(stopped.sewerage_yen));
        tax_row(&mut row, charges, Claim::Sewerage);
    }
    let payment = SettlementPayment::from_code(stopped.payment);
    row("支払方法", payment.map_or("", |payment| payment.japanese()).to_owned());
    let total = stopped.water_yen.map(|water| water + stopped.sewerage_yen.unwrap_or(0));
    paper.total = total.map(|total| ("精算金額".to_owned(), Yen(total)));
    paper.words = vec![
        match payment {
            Some(SettlementPayment::Cash) => "領収書は別にお渡しします。",
            Some(SettlementPayment::Debited) => "登録されている口座から、後日お引き落としします。",
            Some(SettlementPayment::Billed) | None => {
                "後日、納入通知書をお送りします。この精算書でお支払いはできません。"
            }
        }
        .to_owned(),
    ];
    paper
}

/// Rate and tax of a claim, as a qualified invoice names them.
fn tax_row(row: &mut impl FnMut(&str, String), charges: &[Charge], claim: Claim) {
    for charge in charges.iter().filter(|charge| charge.claim == claim) {
        let name = format!("　うち消費税（{}%）", charge.tax_percent);
        row(&name, format!("{}円", charge.tax.grouped()));
    }
}

fn receipt(blank: Paper, taken: &CashReceiptV1) -> Paper {
    let mut paper = blank;
    let yen = |amount: i64| format!("{}円", Yen(amount).grouped());
    let on = from_unix_days(taken.taken_on_unix_days).unwrap_or(paper.on);
    paper.rows.extend([
        ("領収書番号".to_owned(), taken.receipt_number.clone()),
        ("受領日".to_owned(), japanese_date(on)),
        ("お預かり".to_owned(), yen(taken.handed_over_yen)),
        ("おつり".to_owned(), yen(taken.handed_over_yen - taken.amount_yen)),
    ]);
    paper.total = Some(("領収金額".to_owned(), Yen(taken.amount_yen)));
    paper.words =
        vec!["水道料金・下水道使用料の中止精算として、上記の金額を現金で領収しました。".to_owned()];
    paper
}

fn estimate(blank: Paper, no_read: &NoReadV1) -> Paper {
    let mut paper = blank;
    if let Some(estimate) = no_read.estimate_m3 {
        paper.rows.push(("認定水量（予定）".to_owned(), format!("{}m³", grouped(estimate.into()))));
    }
    paper.words = vec![
        "メーターを確認できなかったため、これまでの使用水量から今回の水量を認定します。".to_owned(),
        "次に検針できたときに、実際の水量との差を精算します。".to_owned(),
    ];
    paper
}

fn leak(blank: Paper, reading: &ReadingV1) -> Paper {
    let mut paper = blank;
    let dials = usize::from(reading.register_digits);
    paper.rows.extend([
        ("今回指針".to_owned(), format!("{:0dials$}", reading.register_value)),
        ("使用水量".to_owned(), format!("{}m³", grouped(reading.usage_m3.into()))),
    ]);
    paper.words = vec![
        "検針のとき、水を使っていないのにメーターが回っていました。漏水の疑いがあります。"
            .to_owned(),
        "すべての蛇口を閉めて、メーターのパイロットが回っていないか確かめてください。".to_owned(),
        "回っているときは止水栓を閉め、早めに指定給水装置工事事業者へ修理をご依頼ください。"
            .to_owned(),
        "修理が済むと、料金が減免されることがあります。お問合せ先へご連絡ください。".to_owned(),
    ];
    paper
}

/// Of this household alone: nobody else's arrears stand on it.
fn suspension(blank: Paper, route: &Route, place: usize) -> Option<Paper> {
    let mut orders = route.orders_at(place);
    let order = orders.find(|order| order.kind == WorkOrderKind::Suspension)?;
    let words =
        "未納の料金があります。お支払いまたはご相談がないときは、給水を停止することがあります。";
    Some(Paper {
        total: Some(("未納金額".to_owned(), Yen(order.order.owed_yen))),
        words: vec![words.to_owned()],
        ..blank
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{TODAY, package};
    use press::draw_paper;
    use shared::calendar::to_unix_days;
    use shared::wire::{EventV1, VisitV1, WorkOrderV1, WorkPackage};
    use uuid::Uuid;

    fn route() -> Route {
        let WorkPackage::V1(mut package) = package(2);
        package.work.orders.push(WorkOrderV1 {
            order: 1,
            connection: 2,
            kind: WorkOrderKind::Suspension.code(),
            due_on_unix_days: to_unix_days(TODAY),
            text: String::new(),
            owed_yen: 23_456,
            customer_name: String::new(),
            meter_number: String::new(),
            meter_size_mm: 0,
        });
        let mut route = Route::open(WorkPackage::V1(package)).unwrap();
        let stop = ServiceStopV1 {
            id: Uuid::from_u128(1),
            package: route.package,
            connection: 1,
            order: None,
            register_value: 1_220,
            usage_m3: 20,
            findings: vec![],
            stopped_on_unix_days: to_unix_days(TODAY),
            water_yen: Some(1_870),
            sewerage_yen: Some(1_958),
            payment: SettlementPayment::Cash.code(),
            was_closed: true,
            visit: VisitV1::default(),
            reader: "101".into(),
        };
        let cash = CashReceiptV1 {
            id: Uuid::from_u128(2),
            package: route.package,
            connection: 1,
            settles: stop.id,
            receipt_number: "H01-R000001".into(),
            amount_yen: 3_828,
            handed_over_yen: 5_000,
            taken_on_unix_days: to_unix_days(TODAY),
            reader: "101".into(),
        };
        route.note(&EventV1::ServiceStopped(stop));
        route.note(&EventV1::CashTaken(cash));
        route
    }

    fn value<'p>(paper: &'p Paper, name: &str) -> &'p str {
        paper.rows.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    #[test]
    fn a_stop_that_was_paid_has_a_settlement_and_a_receipt() {
        let route = route();
        assert_eq!(papers_at(&route, 0), [PaperKind::Settlement, PaperKind::Receipt]);
        let settlement = paper(&route, 0, PaperKind::Settlement, TODAY).unwrap();
        assert_eq!(value(&settlement, "使用水量"), "20m³");
        assert_eq!(settlement.total, Some(("精算金額".into(), Yen(3_828))));
        let receipt = paper(&route, 0, PaperKind::Receipt, TODAY).unwrap();
        assert_eq!(value(&receipt, "領収書番号"), "H01-R000001");
        assert_eq!(value(&receipt, "おつり"), "1,172円");
        for width in [384, 576] {
            for paper in [&settlement, &receipt] {
                let drawing = draw_paper(paper, width);
                assert_eq!((drawing.raster.width(), drawing.missing_glyphs.len()), (width, 0));
                assert!(drawing.raster.height() > 400);
            }
        }
    }

    #[test]
    fn the_offices_layout_is_used_and_a_broken_one_is_not() {
        let layout = |width_dots, text: &str| LayoutV1 {
            kind: PaperKind::LeakNotice.code(),
            width_dots,
            version: 3,
            text: text.to_owned(),
        };
        let kind = PaperKind::LeakNotice;
        let built_in = Template::built_in(kind);
        assert_eq!(template(&[], kind, 384), built_in);
        assert_eq!(template(&[layout(0, "nonsense")], kind, 384), built_in);
        assert_eq!(template(&[layout(0, "wave")], kind, 384).items.len(), 1);
        assert_eq!(template(&[layout(576, "wave")], kind, 384), built_in);
        assert_eq!(template(&[layout(576, "wave")], kind, 576).items.len(), 1);
    }

    #[test]
    fn nothing_is_printed_of_what_is_not_stored() {
        let route = route();
        assert_eq!(papers_at(&route, 1), []);
        assert_eq!(paper(&route, 1, PaperKind::Settlement, TODAY), None);
        assert_eq!(paper(&route, 1, PaperKind::Receipt, TODAY), None);
        assert_eq!(paper(&route, 0, PaperKind::SuspensionNotice, TODAY), None);
        let notice = paper(&route, 1, PaperKind::SuspensionNotice, TODAY).unwrap();
        assert_eq!(notice.total, Some(("未納金額".into(), Yen(23_456))));
    }
}
