//! Papers looked at through an independent reader (帳票の試験): what stands on them, and that it is stable.

use std::io::Write;
use std::process::{Command, Stdio};

use jiff::civil::date;
use shared::billing::correction::{CorrectionReason, Paper};
use shared::billing::{ChargeInput, Claim, TariffFile};
use shared::calendar::YearMonth;
use shared::connection::{MeterSize, PaymentMethod, UsageClass};
use shared::ids::{AssessmentId, BillId, ConnectionId, ConnectionNumber, RoundId};
use shared::metering::estimate::{Negative, true_up};
use shared::quantity::{CubicMeters, Yen};

use super::*;
use crate::billing::{
    BillClaim, BillMarks, BillView, Issuer, PastUsage, ReplacedBill, demo_tariffs,
};

/// A bill computed by the demo's tariffs.
pub(crate) fn bill_of(usage: u32, use_class: UsageClass, has_sewerage: bool) -> BillView {
    let size = MeterSize::new(20).unwrap();
    let input = ChargeInput::new(size, use_class, CubicMeters(usage), 2);
    let claims: Vec<BillClaim> = demo_tariffs()
        .into_iter()
        .map(|text| TariffFile::parse(text).unwrap().tariffs.remove(0))
        .filter(|tariff| has_sewerage || tariff.claim == Claim::Water)
        .map(|tariff| {
            let charge = tariff.charge(&input).unwrap();
            BillClaim {
                assessment: AssessmentId(1),
                claim: tariff.claim,
                usage: input.usage,
                amount: charge.amount,
                tax: charge.tax,
                tax_percent: charge.tax_percent,
                tariff_name: tariff.name,
                is_example_tariff: true,
            }
        })
        .collect();
    let past = [41, 38, 44, 52, 47, 39, 40, 36, 45, 50, 46, 37, usage];
    let history = past.into_iter().enumerate().map(|(place, usage)| PastUsage {
        read_on: YearMonth::new(2026, 11)
            .unwrap()
            .plus_months(2 * i32::try_from(place).unwrap() - 24)
            .first_day()
            .saturating_add(jiff::Span::new().days(11)),
        usage: CubicMeters(usage),
    });
    BillView {
        id: BillId(100_234),
        connection: ConnectionId(1),
        connection_number: ConnectionNumber::parse("01204-0153").unwrap(),
        customer_number: "C0012045".into(),
        payer_name: "佐藤 京子".into(),
        postcode: "4000031".into(),
        address: "甲府市丸の内一丁目18番1号".into(),
        building: "水面ハイツ 203号室".into(),
        round: RoundId(1),
        period: YearMonth::new(2026, 11).unwrap(),
        months: 2,
        previous_read_on: Some(date(2026, 9, 12)),
        read_on: date(2026, 11, 12),
        meter_number: "20-104553".into(),
        meter_size: input.size,
        use_class,
        use_class_name: use_class.japanese().to_owned(),
        previous_register: 1_204,
        register: 1_204 + usage,
        usage: input.usage,
        amount: claims.iter().map(|claim| claim.amount).sum(),
        claims,
        issued_on: date(2026, 11, 24),
        due_on: date(2026, 12, 20),
        payment_method: PaymentMethod::PaperBill,
        history: history.collect(),
        issuer: Issuer {
            name: "水面市上下水道局（架空）".into(),
            registration_number: "T1234567890123".into(),
            contact: "料金担当 055-000-0000（架空）".into(),
        },
        marks: BillMarks::default(),
    }
}

/// The text as poppler reads it, blanks taken out: one form feed ends each page.
fn text_of(pdf: &[u8]) -> String {
    let mut reader = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("poppler-utils is installed by ./test");
    reader.stdin.take().unwrap().write_all(pdf).unwrap();
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout)
        .unwrap()
        .chars()
        .filter(|c| *c == '\u{c}' || !c.is_whitespace())
        .collect()
}

#[track_caller]
fn check(bill: &BillView, words: &[&str]) -> String {
    let pdf = bill_pdf(std::slice::from_ref(bill)).unwrap();
    let text = text_of(&pdf);
    for word in words {
        assert!(text.contains(word), "{word} is not in:\n{text}");
    }
    assert_eq!(text.matches('\u{c}').count(), 1, "one page");
    text
}

#[test]
fn a_paper_bill_says_who_pays_what_until_when() {
    let bill = bill_of(35, UsageClass::GENERAL, true);
    check(
        &bill,
        &[
            "〒400-0031",
            "佐藤京子様",
            "7,738円",
            "4,097円",
            "3,641円",
            "372円（10％）",
            "令和8年12月20日",
            "01204-0153",
            "令和8年9月12日から令和8年11月12日まで（61日間）",
            "1,239m³",
            "T1234567890123",
            "高槻市水道料金",
            "八千代市下水道使用料",
            "実演用",
            "前年同期より5m³減っています",
        ],
    );
}

#[test]
fn other_ways_to_pay_have_their_own_words() {
    let mut bill = bill_of(35, UsageClass::GENERAL, true);
    bill.payment_method = PaymentMethod::DirectDebit;
    let text = check(&bill, &["口座振替予定のお知らせ", "振り替える予定です"]);
    assert!(!text.contains("コンビニ"));
    bill.payment_method = PaymentMethod::CreditCard;
    check(&bill, &["クレジットカード払いのお知らせ"]);
}

#[test]
fn odd_bills_stay_on_their_page() {
    check(&bill_of(0, UsageClass::GENERAL, true), &["1,518円", "1,254円", "2,772円"]);
    check(&bill_of(700, UsageClass::BATHHOUSE, true), &["公衆浴場用", "24,708円", "9,240円"]);
    check(&bill_of(150_000, UsageClass::BUSINESS, true), &["150,000m³"]);
    let text = check(&bill_of(35, UsageClass::GENERAL, false), &["4,097円"]);
    assert!(!text.contains("3,641円"));

    let mut long = bill_of(35, UsageClass::GENERAL, true);
    long.payer_name =
        "独立行政法人水面地域医療機能推進機構水面中央総合病院附属看護専門学校学生寮管理組合".into();
    long.address = "山梨県南巨摩郡早川町大字新倉字茂倉千二百三十四番地の五十六の七十八先".into();
    long.building = "グランドパークレジデンシャルタワー水面中央公園前イースト 12345号室".into();
    check(&long, &["学生寮管理組合様", "12345号室"]);
    let mut first = bill_of(35, UsageClass::GENERAL, true);
    (first.previous_read_on, first.history) = (None, Vec::new());
    check(&first, &["令和8年11月12日まで"]);
}

/// The bill before a correction: two yen more of water, nothing more of sewerage.
fn replaced(bill: &BillView, paper: Paper) -> ReplacedBill {
    let more = |claim: &BillClaim| if claim.claim == Claim::Water { 1_000 } else { 0 };
    ReplacedBill {
        id: BillId(100_001),
        paper,
        reason: CorrectionReason::LeakAdjustment,
        amount: Yen(bill.amount.0 + 1_000),
        claims: bill
            .claims
            .iter()
            .map(|claim| {
                (
                    claim.claim,
                    Yen(claim.amount.0 + more(claim)),
                    Yen(claim.tax.0 + more(claim) / 11),
                )
            })
            .collect(),
    }
}

#[test]
fn estimates_settlements_and_corrections_are_said() {
    let mut bill = bill_of(35, UsageClass::GENERAL, true);
    bill.marks.is_estimate = true;
    check(&bill, &["35m³（2か月分）認定", "次に検針できたときに精算します"]);
    bill.marks = BillMarks::default();
    let settled = true_up(CubicMeters(75), &[CubicMeters(40)], CubicMeters(0), Negative::Carry);
    bill.marks.settlement = Some(settled);
    check(&bill, &["実測75m³−認定済み40m³", "今回35m³"]);
    bill.marks = BillMarks::default();
    bill.marks.replaces = Some(replaced(&bill, Paper::RevisedBill));
    let words = ["納入通知書（訂正）", "通知書番号100001（8,738円）を漏水減免により更正"];
    check(&bill, &words);
    bill.marks.replaces = Some(replaced(&bill, Paper::CreditNote));
    let text = check(
        &bill,
        &[
            "適格返還請求書",
            "1,000円",
            "水道料金:お返しする額1,000円（10％対象、うち消費税額90円）",
            "更正後の金額（税込）",
            "T1234567890123",
        ],
    );
    assert!(!text.contains("までにお支払いください"));
    bill.marks.replaced_by = Some(BillId(100_999));
    check(&bill, &["通知書番号100999のものに差し替えました"]);
}

#[test]
fn the_same_bills_give_the_same_bytes_and_nothing_gives_nothing() {
    let bills = [bill_of(35, UsageClass::GENERAL, true), bill_of(0, UsageClass::GENERAL, false)];
    let pdf = bill_pdf(&bills).unwrap();
    assert_eq!(bill_pdf(&bills).unwrap(), pdf);
    assert_eq!(text_of(&pdf).matches('\u{c}').count(), 2);
    assert_eq!(bill_pdf(&[]).unwrap_err().code(), "F01");
}
