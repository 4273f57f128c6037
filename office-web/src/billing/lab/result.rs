//! The result of a trial (試算の結果): revenue, tiers, winners and losers, and what stands out.

use askama::Template;
use axum::response::Response;
use backoffice::billing::lab::{
    Bin, Figures, Group, LabReport, StrangeBill, TierRow, Unit, percent, signed,
};
use shared::billing::Claim;
use shared::quantity::Yen;

use super::charts::{BarChart, ColumnChart, groups, histogram, tiers};
use crate::access::session::CurrentStaff;
use crate::layout::{Area, Frame, html};

#[derive(Template)]
#[template(path = "billing/lab_result.html")]
struct ResultPage<'a> {
    frame: Frame,
    report: &'a LabReport,
    /// The trial's part of the address.
    id: &'a str,
    revenue: Vec<RevenueRow>,
    total: RevenueRow,
    sections: Vec<GroupSection>,
    tiers: Vec<TierSection<'a>>,
    changes: [ChangeSection<'a>; 2],
    winners: u64,
    losers: u64,
    same: u64,
    strangest: Vec<StrangeRow<'a>>,
}

/// A line of figures before and after.
struct RevenueRow {
    name: String,
    figures: Figures,
    change: String,
    percent: String,
}

impl RevenueRow {
    fn of(name: &str, figures: Figures) -> RevenueRow {
        RevenueRow {
            name: name.to_owned(),
            change: signed(figures.change()),
            percent: percent(figures.before, figures.after),
            figures,
        }
    }
}

/// One claim by one key: a table and its chart.
struct GroupSection {
    title: String,
    key: &'static str,
    rows: Vec<RevenueRow>,
    chart: BarChart,
}

impl GroupSection {
    /// The claim's section, unless there is nothing in it.
    fn of<K>(claim: Claim, key: &'static str, all: &[Group<K>]) -> Option<GroupSection> {
        let of_claim: Vec<&Group<K>> = all.iter().filter(|group| group.claim == claim).collect();
        (!of_claim.is_empty()).then(|| GroupSection {
            title: format!("{}の{key}別の収入", claim.japanese()),
            key,
            rows: of_claim.iter().map(|group| RevenueRow::of(&group.name, group.figures)).collect(),
            chart: groups(&of_claim),
        })
    }
}

/// The tiers of a claim: the table of today and the draft's.
struct TierSection<'a> {
    title: String,
    sides: [TierSide<'a>; 2],
}

struct TierSide<'a> {
    name: &'static str,
    rows: &'a [TierRow],
    volume: u64,
    amount: Yen,
    chart: BarChart,
}

impl<'a> TierSide<'a> {
    fn of(name: &'static str, class: &'static str, rows: &'a [TierRow], most: i64) -> Self {
        TierSide {
            name,
            rows,
            volume: rows.iter().map(|row| row.volume_m3).sum(),
            amount: rows.iter().map(|row| row.amount).sum(),
            chart: tiers(rows, class, most),
        }
    }
}

/// A histogram with its table.
struct ChangeSection<'a> {
    title: &'static str,
    unit: Unit,
    bins: &'a [Bin],
    chart: ColumnChart,
}

struct StrangeRow<'a> {
    bill: &'a StrangeBill,
    number: String,
    change: String,
    percent: String,
}

/// Draws the page.
pub(super) fn draw(staff: &CurrentStaff, report: &LabReport, id: &str) -> Response {
    let mut sum = Figures::default();
    for claim in &report.claims {
        sum.assessments += claim.priced.assessments;
        sum.before = sum.before + claim.priced.before;
        sum.before_tax = sum.before_tax + claim.priced.before_tax;
        sum.after = sum.after + claim.priced.after;
        sum.after_tax = sum.after_tax + claim.priced.after_tax;
    }
    let priced = report.claims.iter().filter(|claim| claim.priced.assessments > 0);
    html(&ResultPage {
        frame: Frame::new("料金改定シミュレーションの結果", Area::Billing, staff),
        report,
        id,
        revenue: priced.map(|claim| RevenueRow::of(claim.claim.japanese(), claim.priced)).collect(),
        total: RevenueRow::of("計", sum),
        sections: sections(report),
        tiers: report.tiers.iter().map(tier_section).collect(),
        changes: [
            ChangeSection {
                title: "1年分の増減額（円）",
                unit: Unit::Yen,
                bins: &report.yen.bins,
                chart: histogram(&report.yen, Unit::Yen),
            },
            ChangeSection {
                title: "1年分の増減率（%）",
                unit: Unit::Percent,
                bins: &report.percent.bins,
                chart: histogram(&report.percent, Unit::Percent),
            },
        ],
        winners: report.yen.in_direction(-1),
        losers: report.yen.in_direction(1),
        same: report.yen.in_direction(0),
        strangest: report.strangest.iter().map(strange_row).collect(),
    })
}

fn sections(report: &LabReport) -> Vec<GroupSection> {
    let by_claim = Claim::ALL.into_iter().flat_map(|claim| {
        [
            GroupSection::of(claim, "口径", &report.sizes),
            GroupSection::of(claim, "用途", &report.use_classes),
        ]
    });
    by_claim.flatten().collect()
}

fn tier_section(table: &backoffice::billing::lab::TierTable) -> TierSection<'_> {
    let amounts = table.before.iter().chain(&table.after).map(|row| row.amount.0);
    let most = amounts.max().unwrap_or(0);
    TierSection {
        title: format!("{}の段階別の水量と収入", table.claim.japanese()),
        sides: [
            TierSide::of("現行", "before", &table.before, most),
            TierSide::of("改定案", "now", &table.after, most),
        ],
    }
}

fn strange_row(bill: &StrangeBill) -> StrangeRow<'_> {
    StrangeRow {
        bill,
        number: bill.connection_number.as_ref().map(ToString::to_string).unwrap_or_default(),
        change: signed(bill.after - bill.before),
        percent: percent(bill.before, bill.after),
    }
}
