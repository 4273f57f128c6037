//! A trial of a tariff as PDF (料金改定の試算), A4, set from `templates/lab.typ`: for the council's papers.

use jiff::civil::Date;
use serde::Serialize;
use shared::billing::Claim;
use shared::calendar::japanese_date;
use shared::quantity::{Yen, grouped};
use typst::foundations::Smart;
use typst_pdf::PdfOptions;

use super::bill::{Day, first_message, refused};
use super::error::DocumentError;
use super::world::Paper;
use crate::billing::lab::{
    Bin, Figures, Group, Histogram, LabReport, StrangeBill, TierRow, percent, signed,
};

const TEMPLATE: &str = include_str!("../../templates/lab.typ");

/// The longest bar of a table.
const BAR_MOST: i64 = 1_000;

/// Sets a finished trial. The same trial on the same day gives the same bytes.
pub fn lab_pdf(report: &LabReport, issuer: &str, made_on: Date) -> Result<Vec<u8>, DocumentError> {
    let data = serde_json::to_vec(&data(report, issuer, made_on))
        .map_err(|error| refused(error.to_string()))?;
    let paper = Paper::new("lab.typ", TEMPLATE, data);
    let document = typst::compile(&paper).output.map_err(|faults| first_message(&faults))?;
    let options = PdfOptions {
        creator: Smart::Custom(Some("Minamo".to_owned())),
        ident: Smart::Custom(format!("tariff-lab-{}-{}", report.draft_code, report.year.0)),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|faults| first_message(&faults))
}

/// What the template reads: finished words, and lengths in thousandths.
#[derive(Serialize)]
struct Data {
    title: String,
    issuer: String,
    date: Day,
    made_on: String,
    draft: String,
    valid_from: String,
    scope: String,
    revenue: Vec<FiguresRow>,
    notes: Vec<String>,
    groups: Vec<GroupTable>,
    tiers: Vec<TierTables>,
    people: Vec<String>,
    histograms: Vec<Columns>,
    strangest: Vec<Vec<String>>,
    unpriced: Vec<Vec<String>>,
}

#[derive(Serialize)]
struct FiguresRow {
    name: String,
    count: String,
    volume: String,
    before: String,
    after: String,
    change: String,
    percent: String,
    before_length: i64,
    after_length: i64,
}

#[derive(Serialize)]
struct GroupTable {
    title: String,
    key: &'static str,
    rows: Vec<FiguresRow>,
}

#[derive(Serialize)]
struct TierTables {
    title: String,
    sides: Vec<TierSide>,
}

#[derive(Serialize)]
struct TierSide {
    name: &'static str,
    rows: Vec<TierLine>,
    volume: String,
    amount: String,
}

#[derive(Serialize)]
struct TierLine {
    name: String,
    price: String,
    volume: String,
    amount: String,
    length: i64,
}

#[derive(Serialize)]
struct Columns {
    title: String,
    columns: Vec<Column>,
}

#[derive(Serialize)]
struct Column {
    edge: String,
    count: String,
    height: i64,
    direction: i8,
}

fn data(report: &LabReport, issuer: &str, made_on: Date) -> Data {
    let months: Vec<String> = report.rounds.iter().map(|round| round.month.japanese()).collect();
    Data {
        title: format!("料金改定の試算（{}）", report.draft_name),
        issuer: issuer.to_owned(),
        date: Day::of(made_on),
        made_on: japanese_date(made_on),
        draft: report.draft_name.clone(),
        valid_from: japanese_date(report.draft_valid_from),
        scope: format!(
            "{}の検針{}回（{}）、請求{}件",
            report.year.japanese(),
            report.rounds.len(),
            months.join("、"),
            count(report.bills)
        ),
        revenue: revenue(report),
        notes: notes(report),
        groups: group_tables(report),
        tiers: report.tiers.iter().map(tier_tables).collect(),
        people: people(report),
        histograms: vec![
            columns("1年分の増減額（円）", &report.yen),
            columns("1年分の増減率（%）", &report.percent),
        ],
        strangest: report.strangest.iter().map(strange).collect(),
        unpriced: report
            .unpriced
            .iter()
            .map(|left| {
                let claim = left.claim.japanese().to_owned();
                vec![claim, left.code.to_owned(), left.reason.clone(), count(left.connections)]
            })
            .collect(),
    }
}

fn count(number: u64) -> String {
    grouped(number.cast_signed())
}

fn length(value: i64, most: i64) -> i64 {
    if most <= 0 { 0 } else { value.max(0) * BAR_MOST / most }
}

fn figures_row(name: &str, figures: &Figures, most: i64) -> FiguresRow {
    FiguresRow {
        name: name.to_owned(),
        count: count(figures.assessments),
        volume: count(figures.usage_m3),
        before: figures.before.grouped(),
        after: figures.after.grouped(),
        change: signed(figures.change()),
        percent: percent(figures.before, figures.after),
        before_length: length(figures.before.0, most),
        after_length: length(figures.after.0, most),
    }
}

fn revenue(report: &LabReport) -> Vec<FiguresRow> {
    let priced: Vec<_> =
        report.claims.iter().filter(|claim| claim.priced.assessments > 0).collect();
    let mut sum = Figures::default();
    for claim in &priced {
        sum.assessments += claim.priced.assessments;
        sum.before = sum.before + claim.priced.before;
        sum.after = sum.after + claim.priced.after;
    }
    let mut total = figures_row("計", &sum, 0);
    // Both claims are of the same water.
    total.volume = String::new();
    let rows = priced.iter().map(|claim| figures_row(claim.claim.japanese(), &claim.priced, 0));
    rows.chain([total]).collect()
}

fn notes(report: &LabReport) -> Vec<String> {
    let mut notes = vec![
        "金額は税込みです。現行は調定した額、改定案は同じ水量・口径・用途を案の料金表で計算した額です。".to_owned(),
    ];
    for claim in &report.claims {
        let name = claim.claim.japanese();
        if claim.untouched.assessments > 0 {
            notes.push(format!(
                "{name}のうち、この案に料金表のない調定{}件（{}円）は、現行のままとしました。",
                count(claim.untouched.assessments),
                claim.untouched.before.grouped()
            ));
        }
        if claim.unpriced.assessments > 0 {
            notes.push(format!(
                "{name}のうち、計算できない調定{}件（現行{}円）は、収入の表に含めていません。",
                count(claim.unpriced.assessments),
                claim.unpriced.before.grouped()
            ));
        }
    }
    notes
}

fn group_tables(report: &LabReport) -> Vec<GroupTable> {
    let mut tables = Vec::new();
    for claim in Claim::ALL {
        tables.extend(group_table(claim, "口径", &report.sizes));
        tables.extend(group_table(claim, "用途", &report.use_classes));
    }
    tables
}

fn group_table<K>(claim: Claim, key: &'static str, groups: &[Group<K>]) -> Option<GroupTable> {
    let groups: Vec<&Group<K>> = groups.iter().filter(|group| group.claim == claim).collect();
    let amounts = groups.iter().flat_map(|group| [group.figures.before, group.figures.after]);
    let most = amounts.max()?.0;
    Some(GroupTable {
        title: format!("{}の{key}別の収入", claim.japanese()),
        key,
        rows: groups.iter().map(|group| figures_row(&group.name, &group.figures, most)).collect(),
    })
}

fn tier_tables(table: &crate::billing::lab::TierTable) -> TierTables {
    let amounts = table.before.iter().chain(&table.after).map(|row| row.amount);
    let most = amounts.max().unwrap_or_default().0;
    TierTables {
        title: format!("{}の段階別の水量と収入", table.claim.japanese()),
        sides: vec![
            tier_side("現行", &table.before, most),
            tier_side("改定案", &table.after, most),
        ],
    }
}

fn tier_side(name: &'static str, rows: &[TierRow], most: i64) -> TierSide {
    let amount: Yen = rows.iter().map(|row| row.amount).sum();
    TierSide {
        name,
        volume: count(rows.iter().map(|row| row.volume_m3).sum()),
        amount: amount.grouped(),
        rows: rows
            .iter()
            .map(|row| TierLine {
                name: row.kind.japanese(),
                price: row.kind.unit_price().unwrap_or_default(),
                volume: if row.volume_m3 == 0 { String::new() } else { count(row.volume_m3) },
                amount: row.amount.grouped(),
                length: length(row.amount.0, most),
            })
            .collect(),
    }
}

fn people(report: &LabReport) -> Vec<String> {
    let mut people: Vec<String> = [("減る", -1), ("変わらない", 0), ("増える", 1)]
        .into_iter()
        .map(|(word, direction)| format!("{word} {}件", count(report.yen.in_direction(direction))))
        .collect();
    if report.left_out > 0 {
        people.push(format!("計算できない {}件", count(report.left_out)));
    }
    people.extend(report.cut.iter().map(|cut| {
        format!(
            "期の途中で区分した{}の調定 {}件（{}円）は含めていません",
            cut.claim.japanese(),
            count(cut.assessments),
            cut.amount.grouped()
        )
    }));
    people
}

fn columns(title: &str, histogram: &Histogram) -> Columns {
    let most = histogram.bins.iter().map(|bin| bin.customers).max().unwrap_or(0);
    let column = |bin: &Bin| Column {
        edge: bin.edge(),
        count: if bin.customers == 0 { String::new() } else { count(bin.customers) },
        height: length(bin.customers.cast_signed(), most.cast_signed()),
        direction: bin.direction,
    };
    Columns { title: title.to_owned(), columns: histogram.bins.iter().map(column).collect() }
}

fn strange(bill: &StrangeBill) -> Vec<String> {
    let both = |amounts: Option<(Yen, Yen)>| {
        amounts
            .map(|(before, after)| format!("{}→{}", before.grouped(), after.grouped()))
            .unwrap_or_default()
    };
    vec![
        bill.oddity.japanese().to_owned(),
        bill.connection_number.as_ref().map(ToString::to_string).unwrap_or_default(),
        bill.month.japanese(),
        format!("{}mm・{}", bill.size.mm(), bill.use_class),
        count(u64::from(bill.usage.0)),
        both(bill.water),
        both(bill.sewerage),
        signed(bill.after - bill.before),
        percent(bill.before, bill.after),
    ]
}
