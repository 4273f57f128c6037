//! Lists, papers and explanations (一覧・内訳の試験): what the office sees of a run.

use futures_util::TryStreamExt;

use super::*;
use crate::ledger::export_postings;
use shared::billing::Claim;
use shared::ids::{AssessmentId, BillId};
use shared::quantity::{CubicMeters, Yen};

const ALL: Page = Page { number: 1, size: 50 };

async fn billed() -> Walked {
    let slip = Some((4_097, Some(3_641)));
    let walked = Walked::closed(&[
        (SATO, "", Sight { usage: 35, slip }),
        (SUZUKI, "", Sight::default()),
        (TANAKA, "", Sight { usage: 20, slip: None }),
    ])
    .await;
    walked.run().await.unwrap();
    walked
}

#[tokio::test]
async fn an_assessment_explains_itself_again_digit_for_digit() {
    let walked = billed().await;
    let lines = assessments_of_round(walked.office(), walked.round, ALL).await.unwrap();
    assert_eq!(lines.len(), 6);
    assert_eq!(assessment_count(walked.office(), walked.round).await.unwrap(), 6);
    for line in &lines {
        let view = assessment(walked.office(), line.id).await.unwrap().unwrap();
        assert_eq!((view.charge.amount, view.charge.tax), (line.amount, line.tax));
        assert!(view.charge.is_reproduced_by(&view.tariff));
    }
    let sato = assessment(walked.office(), lines[0].id).await.unwrap().unwrap();
    assert_eq!(
        (sato.customer_name.as_str(), sato.address.as_str()),
        ("佐藤 京子", "相生一丁目3番1号")
    );
    assert_eq!((sato.previous_register, sato.register), (1_200, 1_235));
    assert_eq!((sato.amount, sato.slip), (Yen(4_097), Some(Yen(4_097))));
    assert_eq!(sato.charge.parts[0].lines.len(), 4, "the service charge and three tiers");
    assert_eq!(assessment(walked.office(), AssessmentId(-1)).await.unwrap(), None);

    let second = assessments_of_round(walked.office(), walked.round, Page { number: 2, size: 4 });
    assert_eq!(second.await.unwrap(), lines[4..]);
}

#[tokio::test]
async fn an_amount_that_does_not_follow_from_its_input_is_refused() {
    let walked = billed().await;
    let pool = &walked.office().pool;
    sqlx::query(
        "insert into metering.reading_round (utility_id, round_id, billing_month, months, opened_on)
         overriding system value values (1, 77, '2026-01-01', 2, '2026-01-01')",
    )
    .execute(pool)
    .await
    .unwrap();
    let wrong: i64 = sqlx::query_scalar(
        "insert into billing.assessment
         select utility_id, assessment_id + 1000, bill_id, 77, connection_id, tariff_id,
                amount_yen + 1, tax_yen, reading_id, usage_m3, assessed_on, claim, charge_input
         from billing.assessment order by assessment_id limit 1
         returning assessment_id",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    let refused = assessment_explanation(walked.office(), AssessmentId(wrong)).await.unwrap_err();
    assert_eq!(refused.code(), "B15");
}

#[tokio::test]
async fn a_bill_has_all_that_stands_on_its_paper() {
    let walked = billed().await;
    let listed = bills_of_round(walked.office(), walked.round, ALL).await.unwrap();
    assert_eq!(listed.len(), 3);
    let line = &listed[0];
    assert_eq!(
        (line.water, line.sewerage, line.amount),
        (Yen(4_097), Some(Yen(3_641)), Yen(7_738))
    );
    let of_connection = bills_of_connection(walked.office(), line.connection).await.unwrap();
    assert_eq!(of_connection, std::slice::from_ref(line));

    let bill_view = bill(walked.office(), line.id).await.unwrap().unwrap();
    assert_eq!(bill_view.payer_name, "佐藤 京子");
    assert_eq!(
        (bill_view.postcode.as_str(), bill_view.address.as_str()),
        ("4000031", "相生一丁目3番1号")
    );
    assert_eq!((bill_view.previous_register, bill_view.register), (1_200, 1_235));
    assert_eq!(bill_view.previous_read_on, Some(date(2026, 9, 23)));
    assert_eq!((bill_view.amount, bill_view.tax()), (Yen(7_738), Yen(703)));
    let claims: Vec<_> =
        bill_view.claims.iter().map(|c| (c.claim, c.amount, c.tax_percent)).collect();
    assert_eq!(claims, [(Claim::Water, Yen(4_097), 10), (Claim::Sewerage, Yen(3_641), 10)]);
    assert_eq!(bill_view.history.len(), 13);
    assert_eq!(bill_view.history.last().unwrap().usage, CubicMeters(35));
    assert_eq!(bill(walked.office(), BillId(-1)).await.unwrap(), None);
    let ids: Vec<BillId> = listed.iter().map(|line| line.id).collect();
    assert_eq!(bill_views(walked.office(), &ids).await.unwrap().len(), 3);
}

#[tokio::test]
async fn files_hold_every_assessment_and_both_sides_of_every_transfer() {
    let walked = billed().await;
    let rows: Vec<_> =
        export_assessments(walked.office(), walked.round).try_collect().await.unwrap();
    assert_eq!(rows.len(), 6);
    let fields = rows[0].fields();
    assert_eq!(fields.join(","), "00000001,water,2026-11,35,4097,372,4097");
    assert_eq!(rows[2].fields()[6], "", "no slip was printed");

    let postings: Vec<_> = export_postings(walked.office()).try_collect().await.unwrap();
    assert_eq!(postings.len(), 6 * 4);
    let side = |pick: fn(&crate::ledger::LedgerRow) -> Yen| postings.iter().map(pick).sum::<Yen>();
    assert_eq!(side(|row| row.debit), side(|row| row.credit));
    let first = postings[0].fields();
    assert_eq!(first[1..5], ["2026-11-23", "water_receivable", "3725", "0"]);
    assert!(first[5].starts_with("assessment-"));
}
