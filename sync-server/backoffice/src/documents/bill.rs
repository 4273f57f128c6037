//! The bill as PDF (納入通知書): one A4 page each, set from `templates/bill.typ`.

use jiff::civil::Date;
use serde::Serialize;
use shared::calendar::{YearMonth, japanese_date, to_unix_days};
use shared::connection::PaymentMethod;
use shared::metering::screening::SAME_SEASON_DAYS;
use shared::quantity::grouped;
use typst::foundations::Smart;
use typst_pdf::PdfOptions;

use super::bill_notes::{given_back, notes};
use super::error::DocumentError;
use super::fit::size_that_fits;
use super::world::Paper;
use crate::billing::{BillClaim, BillView, PastUsage};

const TEMPLATE: &str = include_str!("../../templates/bill.typ");

/// Layouts that typst may keep from one call to the next. Papers differ in everything but their
/// frame, so that older ones are only in the way.
const CACHE_AGE_MAX: usize = 2;

/// Sets bills, each on its page. The same bills give the same bytes.
///
/// It works at some hundred pages a second and holds all of them in memory: hand it a few hundred
/// at a time.
pub fn bill_pdf(bills: &[BillView]) -> Result<Vec<u8>, DocumentError> {
    let first = bills.first().ok_or(DocumentError::Empty)?;
    let data = Data {
        title: format!("水道料金・下水道使用料 納入通知書（{}分）", first.period.japanese()),
        author: first.issuer.name.clone(),
        date: Day::of(first.issued_on),
        bills: bills.iter().map(page_of).collect(),
    };
    let data = serde_json::to_vec(&data).map_err(|error| refused(error.to_string()))?;
    let paper = Paper::new("bill.typ", TEMPLATE, data);
    let document = typst::compile(&paper).output.map_err(|faults| first_message(&faults))?;
    let options = PdfOptions {
        creator: Smart::Custom(Some("Minamo".to_owned())),
        ident: Smart::Custom(format!("bill-{}-{}", first.id, bills.len())),
        // Tags tell a screen reader what is what: for who looks at one bill. In files for the
        // printer they would be four fifths of the bytes and a third of the time.
        tagged: bills.len() == 1,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|faults| first_message(&faults))?;
    typst::comemo::evict(CACHE_AGE_MAX);
    Ok(pdf)
}

pub(super) fn first_message(faults: &[typst::diag::SourceDiagnostic]) -> DocumentError {
    refused(faults.first().map(|fault| fault.message.to_string()).unwrap_or_default())
}

pub(super) fn refused(message: String) -> DocumentError {
    // What is set may be a person's name, so the words go to the log only, and only typst's own.
    tracing::error!(message, "a paper could not be set");
    DocumentError::Template(message)
}

/// What the template reads: finished words, sizes in points, and the chart's heights.
#[derive(Serialize)]
struct Data {
    title: String,
    author: String,
    date: Day,
    bills: Vec<Page>,
}

#[derive(Serialize)]
pub(super) struct Day {
    year: i16,
    month: i8,
    #[serde(rename = "day")]
    of_month: i8,
}

impl Day {
    pub(super) fn of(date: Date) -> Self {
        Self { year: date.year(), month: date.month(), of_month: date.day() }
    }
}

/// Text with the size in which it fits its place.
#[derive(Serialize)]
struct Fitted {
    text: String,
    points: u8,
}

#[derive(Serialize)]
struct Page {
    heading: Fitted,
    number: String,
    period: String,
    issued_on: String,
    postcode: String,
    address: Fitted,
    building: Fitted,
    payer: Fitted,
    amount_label: &'static str,
    due_label: &'static str,
    due_on: String,
    payment_method: &'static str,
    payment_note: String,
    amount: String,
    tax: String,
    customer_number: String,
    connection_number: String,
    use_and_size: String,
    meter_number: String,
    place: Fitted,
    used: String,
    previous_register: String,
    register: String,
    usage: String,
    notes: Vec<String>,
    claims: Vec<Claim>,
    bars: Vec<Bar>,
    chart_note: String,
    issuer: Fitted,
    registration_number: String,
    contact: String,
    example: Option<String>,
}

#[derive(Serialize)]
struct Claim {
    name: &'static str,
    usage: String,
    amount: String,
    tax: String,
    tax_percent: u8,
}

#[derive(Serialize)]
struct Bar {
    label: String,
    year: String,
    usage: String,
    /// Of the chart's height.
    percent: u64,
    /// `now`, `last_year` or `past`.
    kind: &'static str,
}

/// Said where a paid bill was lowered.
const BACK_NOTE: &str = "お支払いいただいた金額と更正後の金額の差を、お返しするか、これからの料金に充てます。手続きは、下記の問い合わせ先からご案内します。";

fn page_of(bill: &BillView) -> Page {
    let (heading, due_label) = match bill.payment_method {
        PaymentMethod::DirectDebit => ("口座振替予定のお知らせ", "納期限（振替予定日）"),
        PaymentMethod::CreditCard => ("クレジットカード払いのお知らせ", "納期限"),
        PaymentMethod::PaperBill => ("納入通知書", "納期限"),
    };
    let back = given_back(bill);
    let (heading, due_label) = match back {
        Some(_) => ("更正・返還のお知らせ", "お返しする金額（税込）"),
        None if bill.marks.replaces.is_some() => ("納入通知書（訂正）", due_label),
        None => (heading, due_label),
    };
    let due_on =
        back.map_or_else(|| japanese_date(bill.due_on), |back| format!("{} 円", back.grouped()));
    let certified = if bill.marks.is_estimate { "　認定" } else { "" };
    let cubic_meters = |volume: u32| format!("{} m³", grouped(i64::from(volume)));
    let place = [bill.address.as_str(), bill.building.as_str()].join("　");
    Page {
        heading: fitted(heading, 68, 1, 17),
        number: bill.id.to_string(),
        period: bill.period.japanese(),
        issued_on: japanese_date(bill.issued_on),
        postcode: postcode(&bill.postcode),
        address: fitted(&bill.address, 84, 2, 11),
        building: fitted(&bill.building, 84, 2, 11),
        payer: fitted(&format!("{}　様", bill.payer_name), 84, 2, 14),
        amount_label: match back {
            Some(_) => "更正後の金額（税込）",
            None => "ご請求金額（税込）",
        },
        due_label,
        due_on,
        payment_method: bill.payment_method.japanese(),
        payment_note: match back {
            Some(_) => BACK_NOTE.to_owned(),
            None => payment_note(bill),
        },
        amount: bill.amount.grouped(),
        tax: bill.tax().grouped(),
        customer_number: bill.customer_number.clone(),
        connection_number: bill.connection_number.to_string(),
        use_and_size: format!("{}　φ{}mm", bill.use_class_name, bill.meter_size.mm()),
        meter_number: bill.meter_number.clone(),
        place: fitted(place.trim(), 144, 2, 9),
        used: period_of_use(bill),
        previous_register: cubic_meters(bill.previous_register),
        register: cubic_meters(bill.register),
        usage: format!("{}（{}か月分）{certified}", cubic_meters(bill.usage.0), bill.months),
        notes: notes(bill),
        claims: bill.claims.iter().map(claim).collect(),
        bars: bars(&bill.history),
        chart_note: chart_note(&bill.history),
        issuer: fitted(&bill.issuer.name, 76, 2, 12),
        registration_number: bill.issuer.registration_number.clone(),
        contact: bill.issuer.contact.clone(),
        example: example(&bill.claims),
    }
}

/// From one reading to the next, and how many days lie between them.
fn period_of_use(bill: &BillView) -> String {
    let end = japanese_date(bill.read_on);
    match bill.previous_read_on {
        Some(previous) => {
            let days = to_unix_days(bill.read_on) - to_unix_days(previous);
            format!("{}から{end}まで（{days}日間）", japanese_date(previous))
        }
        None => format!("{end}まで"),
    }
}

fn fitted(text: &str, width_mm: u32, lines_max: u32, points_max: u8) -> Fitted {
    Fitted { text: text.to_owned(), points: size_that_fits(text, width_mm, lines_max, points_max) }
}

fn postcode(digits: &str) -> String {
    match digits.split_at_checked(3) {
        Some((area, rest)) if digits.len() == 7 => format!("〒{area}-{rest}"),
        _ => format!("〒{digits}"),
    }
}

fn claim(claim: &BillClaim) -> Claim {
    Claim {
        name: claim.claim.japanese(),
        usage: grouped(i64::from(claim.usage.0)),
        amount: claim.amount.grouped(),
        tax: claim.tax.grouped(),
        tax_percent: claim.tax_percent,
    }
}

/// Says only what is so: there is no barcode on the paper yet, and no store can take it.
fn payment_note(bill: &BillView) -> String {
    let due = japanese_date(bill.due_on);
    match bill.payment_method {
        PaymentMethod::DirectDebit => format!(
            "上記の金額を、{due}にご指定の口座から振り替える予定です。前日までに預貯金の残高をお確かめください。この通知書でのお支払いは必要ありません。"
        ),
        PaymentMethod::CreditCard => "上記の金額を、ご登録のクレジットカードにより請求します。引落日は、カード会社の明細でお確かめください。この通知書でのお支払いは必要ありません。".to_owned(),
        PaymentMethod::PaperBill => format!(
            "上記の金額を、{due}までにお支払いください。お支払いの場所は、下記の問い合わせ先でご案内します。この用紙にはバーコードがないため、コンビニエンスストアではお支払いいただけません。"
        ),
    }
}

/// A bar of the greatest volume is as high as the chart; a volume above nothing is never flat.
fn bars(history: &[PastUsage]) -> Vec<Bar> {
    let greatest = history.iter().map(|past| u64::from(past.usage.0)).max().unwrap_or(0).max(1);
    let last = history.len().saturating_sub(1);
    let season = same_season_last_year(history);
    let mut year = None;
    history
        .iter()
        .enumerate()
        .map(|(place, past)| {
            let usage = u64::from(past.usage.0);
            let is_new_year = year.replace(past.read_on.year()) != Some(past.read_on.year());
            Bar {
                label: format!("{}月", past.read_on.month()),
                year: if is_new_year { era_year(past.read_on) } else { String::new() },
                usage: grouped(i64::from(past.usage.0)),
                percent: if usage == 0 { 0 } else { (usage * 100 / greatest).max(1) },
                kind: match place {
                    _ if place == last => "now",
                    _ if season == Some(place) => "last_year",
                    _ => "past",
                },
            }
        })
        .collect()
}

/// `令和8年`.
fn era_year(date: Date) -> String {
    let month = YearMonth::of(date).japanese();
    let end = month.find('年').map_or(month.len(), |at| at + '年'.len_utf8());
    month[..end].to_owned()
}

/// The reading nearest to a year before the newest, whatever the length of the periods, as on the
/// slip (`shared::metering::History::from_past`).
fn same_season_last_year(history: &[PastUsage]) -> Option<usize> {
    let (newest, earlier) = history.split_last()?;
    let year_ago = to_unix_days(newest.read_on) - 365;
    let distance = |past: &PastUsage| (to_unix_days(past.read_on) - year_ago).abs();
    let near = earlier.iter().enumerate().filter(|(_, past)| distance(past) <= SAME_SEASON_DAYS);
    near.min_by_key(|(_, past)| distance(past)).map(|(place, _)| place)
}

fn chart_note(history: &[PastUsage]) -> String {
    let now = history.last().map(|past| past.usage.0);
    let before = same_season_last_year(history).and_then(|place| history.get(place));
    match (now, before) {
        (Some(now), Some(before)) => {
            let difference = i64::from(now) - i64::from(before.usage.0);
            let than = match difference {
                0 => "前年同期と同じ使用水量です。".to_owned(),
                1.. => format!("前年同期より{} m³増えています。", grouped(difference)),
                _ => format!("前年同期より{} m³減っています。", grouped(-difference)),
            };
            format!("{than}（前年同期 {} m³）", grouped(i64::from(before.usage.0)))
        }
        _ => String::new(),
    }
}

/// Said wherever an amount comes from another city's published table.
fn example(claims: &[BillClaim]) -> Option<String> {
    let names: Vec<&str> = claims
        .iter()
        .filter(|claim| claim.is_example_tariff)
        .map(|claim| claim.tariff_name.as_str())
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "【実演用】この金額は、次の公表された料金表を例として用いて計算しています。\n{}",
            names.join("、")
        )
    })
}
