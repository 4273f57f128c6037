//! What a trial shows (試算の結果): finished figures, for the page, the file and the paper.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;
use shared::billing::Claim;
use shared::calendar::YearMonth;
use shared::connection::{MeterSize, UsageClass};
use shared::ids::{BillId, ConnectionId, ConnectionNumber};
use shared::quantity::{CubicMeters, Yen};

use super::bills::{LabBill, place_of};
use super::cases::{Case, Outcome};
use super::error::LabError;
use super::histogram::Histogram;
use super::pricing::Pricing;
use super::scan::CutPeriods;
use super::strange::Oddity;
use super::tally::Tally;
use super::tiers::{TierTable, tables};
use super::year::{BilledRound, FiscalYear};
use super::{LabOrder, TariffNames};
use crate::Backoffice;
use crate::connection::connection_numbers;

/// Sums of some assessments, as billed and by the draft.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many.
    pub assessments: u64,
    /// Their volume.
    pub usage_m3: u64,
    /// As billed, tax included.
    pub before: Yen,
    /// The tax within.
    pub before_tax: Yen,
    /// By the draft, tax included.
    pub after: Yen,
    /// The tax within.
    pub after_tax: Yen,
}

impl Figures {
    /// What the draft adds.
    pub fn change(&self) -> Yen {
        self.after - self.before
    }

    fn add(&mut self, case: &Case) {
        self.assessments += case.count;
        self.usage_m3 += u64::from(case.input.usage.0) * case.count;
        self.before = self.before + case.before;
        self.before_tax = self.before_tax + case.before_tax;
        self.after = self.after + case.after;
        self.after_tax = self.after_tax + case.after_tax;
    }
}

/// All of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimFigures {
    /// The claim.
    pub claim: Claim,
    /// What the draft prices.
    pub priced: Figures,
    /// What it cannot price: only the figures before.
    pub unpriced: Figures,
    /// What it has no schedule for, and leaves as it is: only the figures before.
    pub untouched: Figures,
}

/// Assessments of one claim that have something in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<K> {
    /// The claim.
    pub claim: Claim,
    /// What they have in common.
    pub key: K,
    /// Its word on papers.
    pub name: String,
    /// Their sums.
    pub figures: Figures,
}

/// A round of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabRound {
    /// 検針年月.
    pub month: YearMonth,
    /// Months that it billed.
    pub months: u8,
    /// Assessments of both claims.
    pub assessments: u64,
}

/// A bill that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrangeBill {
    /// Why.
    pub oddity: Oddity,
    /// The bill as it was sent.
    pub bill: BillId,
    /// Where.
    pub connection_number: Option<ConnectionNumber>,
    /// 検針年月.
    pub month: YearMonth,
    /// 口径.
    pub size: MeterSize,
    /// 用途.
    pub use_class: String,
    /// 使用水量.
    pub usage: CubicMeters,
    /// Water, before and after.
    pub water: Option<(Yen, Yen)>,
    /// Sewerage, before and after.
    pub sewerage: Option<(Yen, Yen)>,
    /// Both, before.
    pub before: Yen,
    /// Both, after.
    pub after: Yen,
}

/// Why connections cannot be priced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpriced {
    /// The claim.
    pub claim: Claim,
    /// The stable code.
    pub code: &'static str,
    /// What is missing and what to do.
    pub reason: String,
    /// How many connections.
    pub connections: u64,
}

/// A finished trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabReport {
    /// Code of the draft.
    pub draft_code: String,
    /// Its name.
    pub draft_name: String,
    /// The day from which it is meant to hold.
    pub draft_valid_from: Date,
    /// The year.
    pub year: FiscalYear,
    /// Its billed rounds, the earliest first.
    pub rounds: Vec<LabRound>,
    /// Bills that were priced again.
    pub bills: u64,
    /// Customers of them.
    pub customers: u64,
    /// By claim.
    pub claims: Vec<ClaimFigures>,
    /// By claim and size.
    pub sizes: Vec<Group<MeterSize>>,
    /// By claim and use class.
    pub use_classes: Vec<Group<UsageClass>>,
    /// By tier, for the claims that the draft holds.
    pub tiers: Vec<TierTable>,
    /// Customers by their change in yen over the year.
    pub yen: Histogram,
    /// Customers by their change in percent.
    pub percent: Histogram,
    /// Customers without a percent: nothing was to pay before.
    pub from_nothing: u64,
    /// Customers who are in no histogram: something of theirs has no price.
    pub left_out: u64,
    /// Assessments of periods that were cut on the way; in no other figure.
    pub cut: Vec<CutPeriods>,
    /// Ten bills that stand out.
    pub strangest: Vec<StrangeBill>,
    /// What the draft cannot price, the most first.
    pub unpriced: Vec<Unpriced>,
}

pub(super) async fn report(
    office: &Backoffice,
    order: &LabOrder,
    rounds: Vec<BilledRound>,
    pricing: &Pricing,
    tally: Tally,
    cut: Vec<CutPeriods>,
) -> Result<LabReport, LabError> {
    let file = &order.draft.file;
    let names = TariffNames(file);
    let cases = tally.cases.all();
    let by_size = |case: &Case| case.input.size;
    let by_class = |case: &Case| case.input.use_class;
    let size_name = |size: &MeterSize| format!("{}mm", size.mm());
    Ok(LabReport {
        draft_code: file.code.clone(),
        draft_name: file.name.clone(),
        draft_valid_from: file.valid_from,
        year: order.year,
        claims: claims(cases),
        sizes: groups(cases, by_size, size_name),
        use_classes: largest_first(groups(cases, by_class, |class| names.of_class(*class))),
        tiers: tables(cases, pricing)?,
        strangest: strangest(office, &rounds, &tally, &names).await?,
        rounds: rounds.iter().map(round).collect(),
        unpriced: unpriced(&tally),
        cut,
        bills: tally.bills,
        customers: tally.customers,
        from_nothing: tally.from_nothing,
        left_out: tally.left_out,
        yen: tally.yen,
        percent: tally.percent,
    })
}

fn round(round: &BilledRound) -> LabRound {
    LabRound { month: round.month, months: round.months, assessments: round.assessments }
}

fn claims(cases: &[Case]) -> Vec<ClaimFigures> {
    let none = Figures::default();
    let mut all = Claim::ALL.map(|claim| ClaimFigures {
        claim,
        priced: none,
        unpriced: none,
        untouched: none,
    });
    for case in cases {
        let figures = &mut all[place_of(case.claim)];
        match case.outcome {
            Outcome::Priced(_) => figures.priced.add(case),
            Outcome::Untouched => figures.untouched.add(case),
            Outcome::Unpriced(_) => figures.unpriced.add(case),
        }
    }
    let has_any = |figures: &ClaimFigures| {
        [figures.priced, figures.unpriced, figures.untouched].iter().any(|sum| sum.assessments > 0)
    };
    all.into_iter().filter(has_any).collect()
}

/// The priced cases by claim and key, in the order of both.
fn groups<K: Ord + Clone>(
    cases: &[Case],
    key: impl Fn(&Case) -> K,
    name: impl Fn(&K) -> String,
) -> Vec<Group<K>> {
    let mut groups: BTreeMap<(Claim, K), Figures> = BTreeMap::new();
    for case in cases.iter().filter(|case| matches!(case.outcome, Outcome::Priced(_))) {
        groups.entry((case.claim, key(case))).or_default().add(case);
    }
    groups
        .into_iter()
        .map(|((claim, key), figures)| Group { claim, name: name(&key), key, figures })
        .collect()
}

/// Within each claim: keys that have no order of their own.
fn largest_first<K>(mut groups: Vec<Group<K>>) -> Vec<Group<K>> {
    groups.sort_by_key(|group| (group.claim, Reverse(group.figures.before)));
    groups
}

fn unpriced(tally: &Tally) -> Vec<Unpriced> {
    let mut all: Vec<Unpriced> = tally
        .refusals
        .iter()
        .map(|refusal| Unpriced {
            claim: refusal.claim,
            code: refusal.error.code(),
            reason: refusal.error.japanese(),
            connections: refusal.connections,
        })
        .collect();
    all.sort_by(|one, next| {
        let order = next.connections.cmp(&one.connections);
        order.then_with(|| (one.claim, &one.reason).cmp(&(next.claim, &next.reason)))
    });
    all
}

async fn strangest(
    office: &Backoffice,
    rounds: &[BilledRound],
    tally: &Tally,
    names: &TariffNames<'_>,
) -> sqlx::Result<Vec<StrangeBill>> {
    let shown = tally.strangest.shown();
    let connections: Vec<ConnectionId> =
        shown.iter().map(|(_, bill)| ConnectionId(bill.connection)).collect();
    let numbers = connection_numbers(office, &connections).await?;
    let strange = |(oddity, bill): (Oddity, LabBill)| {
        let case = tally.cases.get(bill.claims().next()?.case);
        let amounts = |claim| bill.claims[place_of(claim)].map(|claim| (claim.before, claim.after));
        Some(StrangeBill {
            oddity,
            bill: BillId(bill.id),
            connection_number: numbers.get(&ConnectionId(bill.connection)).cloned(),
            month: rounds.get(bill.round)?.month,
            size: case.input.size,
            use_class: names.of_class(case.input.use_class),
            usage: case.input.usage,
            water: amounts(Claim::Water),
            sewerage: amounts(Claim::Sewerage),
            before: bill.before(),
            after: bill.after(),
        })
    };
    Ok(shown.into_iter().filter_map(strange).collect())
}
