//! The tariff lab on a real database (料金改定の試算の試験): exact where nothing changes, by hand where
//! something does, and without a trace.

use std::task::{Context, Waker};

use super::*;
use crate::billing::bench::{billed_draft, prepare_year, revised_draft};
use crate::billing::lab::{
    FiscalYear, LabDraft, LabError, LabOrder, LabReport, Oddity, TierKind, lab_years, run_lab,
};
use crate::documents::lab_pdf;
use crate::jobs::{JobControl, Progress};
use crate::test_database::TestDatabase;
use shared::billing::{ChargeInput, Claim};
use shared::ids::UtilityId;
use shared::quantity::{CubicMeters, FineYen, Yen};

const YEAR: FiscalYear = FiscalYear(2026);

/// A year of six rounds of a town.
struct Year {
    office: Backoffice,
    _database: TestDatabase,
}

impl Year {
    async fn of(connections: u32) -> Year {
        let database = TestDatabase::fresh().await;
        let office = Backoffice { pool: database.pool.clone(), utility: UtilityId(1) };
        prepare_year(&office, connections).await.unwrap();
        Year { office, _database: database }
    }

    async fn of_claim(&self, claim: Claim) -> (i64, i64, i64, i64) {
        sqlx::query_as(
            "select count(*), sum(usage_m3)::bigint, sum(amount_yen)::bigint, sum(tax_yen)::bigint
             from billing.assessment where claim = $1",
        )
        .bind(i16::from(claim.code()))
        .fetch_one(&self.office.pool)
        .await
        .unwrap()
    }
}

fn order(text: &str) -> LabOrder {
    LabOrder { draft: LabDraft::parse(text).unwrap(), year: YEAR }
}

async fn tried(office: &Backoffice, text: &str) -> LabReport {
    run_lab(office, &order(text), &JobControl::default()).await.unwrap()
}

#[tokio::test]
async fn the_tariff_of_today_changes_nothing_to_the_yen() {
    // More than one slice of connections.
    let year = Year::of(9_000).await;
    let control = JobControl::default();
    let report = run_lab(&year.office, &order(&billed_draft()), &control).await.unwrap();
    assert_eq!((report.bills, report.customers), (54_000, 9_000));
    assert_eq!((report.yen.total(), report.yen.in_direction(0)), (9_000, 9_000));
    assert_eq!(report.percent.in_direction(0), 9_000);
    assert!(report.strangest.is_empty() && report.unpriced.is_empty());
    for figures in &report.claims {
        let (count, usage, amount, tax) = year.of_claim(figures.claim).await;
        let priced = figures.priced;
        assert_eq!(priced.assessments, count.unsigned_abs());
        assert_eq!(priced.usage_m3, usage.unsigned_abs());
        assert_eq!((priced.before, priced.after), (Yen(amount), Yen(amount)));
        assert_eq!((priced.before_tax, priced.after_tax), (Yen(tax), Yen(tax)));
        let sizes = report.sizes.iter().filter(|group| group.claim == figures.claim);
        assert_eq!(sizes.map(|group| group.figures.after).sum::<Yen>(), priced.after);
        let classes = report.use_classes.iter().filter(|group| group.claim == figures.claim);
        assert_eq!(classes.map(|group| group.figures.after).sum::<Yen>(), priced.after);
    }
    let all = year.of_claim(Claim::Water).await.0 + year.of_claim(Claim::Sewerage).await.0;
    let all = all.unsigned_abs();
    assert_eq!(control.progress(), Progress { done: all, total: all });
}

#[tokio::test]
async fn tiers_hold_all_of_the_volume_and_all_of_the_revenue() {
    let year = Year::of(1_500).await;
    let report = tried(&year.office, &revised_draft()).await;
    assert_eq!(report.tiers.len(), 2);
    for table in &report.tiers {
        let figures = report.claims.iter().find(|figures| figures.claim == table.claim).unwrap();
        let sides = [(&table.before, figures.priced.before), (&table.after, figures.priced.after)];
        for (rows, revenue) in sides {
            assert_eq!(rows.iter().map(|row| row.volume_m3).sum::<u64>(), figures.priced.usage_m3);
            assert_eq!(rows.iter().map(|row| row.amount).sum::<Yen>(), revenue);
            // Only what single roundings dropped is left under the others.
            let others = rows.iter().find(|row| row.kind == TierKind::Others);
            let dropped = others.map_or(0, |row| -row.amount.0);
            let most = figures.priced.assessments.cast_signed();
            assert!((0..=most).contains(&dropped), "{dropped} of {most}");
        }
    }
    let before: u64 = report.yen.in_direction(-1);
    assert!(before > 0 && report.yen.in_direction(1) > 0, "winners and losers");
    assert_eq!(report.strangest.len(), 10);
}

fn used(usage: i32) -> Sight {
    Sight { usage, slip: None }
}

const NO_SEWER: &str =
    "update connection.service_connection set has_sewerage = false where connection_id = $1";
const LARGE: &str = "update metering.meter set size_mm = 75 where meter_id in
    (select meter_id from metering.meter_installation where connection_id = $1)";

/// 1,000 yen for 8 m³, then 100 yen; nothing for sewerage, nothing for φ75.
const BY_HAND: &str = r#"
code = "by-hand"
name = "手計算の案"
source = "試験"
valid_from = "2027-04-01"
[use_classes]
general = "ふつう"
[water]
table_months = 2
[water.tax]
prices = "included"
percent = 10
[[water.rounding]]
of = "claim"
mode = "floor"
step_yen = 1
article = "条例第1条"
[water.tiers]
only = [{ yen = "100" }]
[[water.rate]]
sizes_mm = [13, 20]
service_yen = "1000"
included_m3 = 8
tiers = "only"
"#;

#[tokio::test]
async fn a_small_town_is_worked_out_by_hand() {
    let house = |number| Household { number, ..SATO };
    let walked = Walked::closed(&[
        (house(1), "", used(35)),
        (house(2), NO_SEWER, used(0)),
        (house(3), NO_SEWER, used(35)),
        (house(4), LARGE, used(100)),
    ])
    .await;
    walked.run().await.unwrap();
    let report = tried(walked.office(), BY_HAND).await;

    // Water before: 4,097 for 35 m³, 1,518 for none. After: 1,000 + 27 × 100, and 1,000.
    let [water, sewerage] = &report.claims[..] else { panic!("{:?}", report.claims) };
    assert_eq!((water.priced.assessments, water.priced.usage_m3), (3, 70));
    assert_eq!(water.priced.before, Yen(4_097 + 1_518 + 4_097));
    assert_eq!(water.priced.after, Yen(3_700 + 1_000 + 3_700));
    assert_eq!(water.unpriced.assessments, 1);
    // φ75 by the table: 67,210 + 40 × 148.5 + 20 × 214.5 + 40 × 236.5.
    assert_eq!(water.unpriced.before, Yen(67_210 + 5_940 + 4_290 + 9_460));
    assert_eq!((sewerage.priced.assessments, sewerage.untouched.assessments), (0, 2));

    // Each of the three pays less: 397 of 4,097 + 3,641; 518 of 1,518; 397 of 4,097.
    assert_eq!((report.customers, report.left_out), (4, 1));
    assert_eq!(report.yen.in_direction(-1), 3);
    let falls: Vec<_> = report
        .percent
        .bins
        .iter()
        .filter(|bin| bin.customers > 0)
        .map(|bin| (bin.direction, bin.over, bin.to, bin.customers))
        .collect();
    assert_eq!(falls, [(-1, 30, Some(50), 1), (-1, 5, Some(10), 2)]);
    let first = &report.strangest[0];
    assert_eq!((first.oddity, first.before, first.after), (Oddity::Fall, Yen(1_518), Yen(1_000)));
    assert_eq!((first.use_class.as_str(), first.size.mm()), ("ふつう", 20));
    assert_eq!(first.connection_number.as_ref().unwrap().to_string(), "00000002");
    let [left] = &report.unpriced[..] else { panic!("{:?}", report.unpriced) };
    assert_eq!((left.claim, left.code, left.connections), (Claim::Water, "K50", 1));

    let after: Vec<_> =
        report.tiers[0].after.iter().map(|row| (row.kind, row.volume_m3, row.amount.0)).collect();
    let tier = |from_m3, to_m3, price| TierKind::Tier {
        table_months: 2,
        from_m3,
        to_m3,
        unit_price: FineYen(price),
    };
    assert_eq!(
        after,
        [
            (TierKind::Service, 0, 3_000),
            (tier(1, Some(8), 0), 16, 0),
            (tier(9, None, 1_000_000), 54, 5_400),
        ]
    );
}

/// Prices without tax, which is put on the bill: 3,333 + 2,222 yen and 555.5 of tax.
const TAXED_BY_BILL: &str = r#"
code = "by-bill"
name = "請求ごとに課税"
source = "試験"
valid_from = "2019-10-01"
[water]
table_months = 2
tax = { prices = "excluded", per = "bill", percent = 10 }
rounding = [
  { of = "claim", tax = "before", mode = "floor", step_yen = 1, article = "条例第1条" },
  { of = "claim", tax = "after", mode = "half_up", step_yen = 1, article = "条例第2条" },
]
[[water.rate]]
use_classes = ["general"]
service_yen = "3333"
[[sewerage]]
table_months = 2
tax = { prices = "excluded", per = "bill", percent = 10 }
rounding = [
  { of = "claim", tax = "before", mode = "floor", step_yen = 1, article = "条例第1条" },
  { of = "claim", tax = "after", mode = "half_up", step_yen = 1, article = "条例第2条" },
]
[[sewerage.rate]]
use_classes = ["general"]
service_yen = "2222"
"#;

#[tokio::test]
async fn a_tax_on_the_bill_is_put_on_the_bill() {
    let walked = Walked::with(&[(SATO, "", used(35)), (SUZUKI, NO_SEWER, used(35))]).await;
    store_tariff(walked.office(), TAXED_BY_BILL, None).await.unwrap();
    close_round(walked.office(), walked.round, TODAY).await.unwrap();
    walked.run().await.unwrap();
    let report = tried(walked.office(), TAXED_BY_BILL).await;
    assert_eq!(report.yen.in_direction(0), 2);
    // 6,111 for both claims of the one; 3,666 for the water of the other.
    let after: Yen = report.claims.iter().map(|claim| claim.priced.after).sum();
    assert_eq!(after, Yen(6_111 + 3_666));
    for table in &report.tiers {
        let tax = table.after.iter().find(|row| row.kind == TierKind::Tax);
        assert!(tax.is_some_and(|row| row.amount.0 > 200), "{table:?}");
    }
}

#[tokio::test]
async fn a_finished_trial_is_set_as_paper() {
    let walked = Walked::closed(&[(SATO, "", used(35)), (SUZUKI, LARGE, used(100))]).await;
    walked.run().await.unwrap();
    let report = tried(walked.office(), BY_HAND).await;
    let pdf = lab_pdf(&report, "水面市上下水道局", TODAY).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    assert_eq!(lab_pdf(&report, "水面市上下水道局", TODAY).unwrap(), pdf);
}

#[tokio::test]
async fn a_period_that_was_split_between_versions_is_tried_whole() {
    let walked = Walked::closed(&[(SATO, NO_SEWER, used(35))]).await;
    walked.run().await.unwrap();
    let pool = &walked.office().pool;
    // As a run writes it: 20 m³ by the version that holds, 15 m³ by the one before.
    let bytes: Vec<u8> = sqlx::query_scalar("select charge_input from billing.assessment")
        .fetch_one(pool)
        .await
        .unwrap();
    let whole: ChargeInput = postcard::from_bytes(&bytes).unwrap();
    let part = |usage, days| {
        let input = ChargeInput { usage: CubicMeters(usage), days: Some(days), ..whole };
        postcard::to_stdvec(&input).unwrap()
    };
    sqlx::query("alter table billing.assessment disable trigger user").execute(pool).await.unwrap();
    sqlx::query(
        "update billing.assessment set charge_input = $1, earlier_tariff_id = tariff_id,
             earlier_charge_input = $2, amount_yen = 5000, tax_yen = 454",
    )
    .bind(part(20, 40))
    .bind(part(15, 20))
    .execute(pool)
    .await
    .unwrap();
    let report = tried(walked.office(), &billed_draft()).await;
    let figures = report.claims[0].priced;
    assert_eq!((figures.usage_m3, figures.before, figures.after), (35, Yen(5_000), Yen(4_097)));
    assert_eq!(report.strangest[0].usage, CubicMeters(35));
    for rows in [&report.tiers[0].before, &report.tiers[0].after] {
        assert_eq!(rows.iter().map(|row| row.volume_m3).sum::<u64>(), 35);
    }
}

#[tokio::test]
async fn a_draft_with_faults_is_refused_with_all_of_them() {
    let text = BY_HAND.replace("mode = \"floor\"", "mode = \"flor\"").replace("100\"", "1OO\"");
    let faults = LabDraft::parse(&text).unwrap_err();
    assert!(!faults.is_empty());
    assert!(faults.iter().all(|fault| fault.line > 1 && !fault.code().is_empty()), "{faults:?}");
}

#[tokio::test]
async fn a_year_without_assessments_has_nothing_to_try() {
    let walked = Walked::closed(&[(SATO, "", used(35))]).await;
    let refused = run_lab(walked.office(), &order(BY_HAND), &JobControl::default()).await;
    assert_eq!(refused.unwrap_err().code(), "L01");
    assert!(lab_years(walked.office()).await.unwrap().is_empty());
    walked.run().await.unwrap();
    let years = lab_years(walked.office()).await.unwrap();
    assert_eq!((years.len(), years[0].year, years[0].assessments), (1, YEAR, 2));
}

/// Statements that are under way besides the one that asks.
async fn busy(office: &Backoffice) -> i64 {
    sqlx::query_scalar(
        "select count(*) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()
           and (state <> 'idle' or backend_xmin is not null)",
    )
    .fetch_one(&office.pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_stopped_or_dropped_trial_leaves_nothing_behind() {
    let year = Year::of(3_000).await;
    let order = order(&revised_draft());
    let control = JobControl::default();
    control.cancel.cancel();
    let refused = run_lab(&year.office, &order, &control).await;
    assert!(matches!(refused, Err(LabError::Cancelled)));

    // Dropped at every stage: after so many times that it had to wait.
    for waits in [1, 3, 10, 30, 60, 100] {
        let control = JobControl::default();
        let mut trial = Box::pin(run_lab(&year.office, &order, &control));
        for _ in 0..waits {
            let mut context = Context::from_waker(Waker::noop());
            if trial.as_mut().poll(&mut context).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(trial);
    }
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while busy(&year.office).await > 0 {
        assert!(tokio::time::Instant::now() < deadline, "statements go on");
    }
    // The pool's connections answer what they are asked, and the next trial is whole.
    let report = tried(&year.office, &billed_draft()).await;
    assert_eq!(report.yen.in_direction(0), 3_000);
}
