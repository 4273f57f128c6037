//! The settlement of estimates by the next real reading (認定の精算の試験): more, less, twice, another user.

use super::estimates::unread;
use super::*;
use crate::metering::{approve_estimates, propose_estimates};
use crate::test_town::now;
use shared::ids::StaffId;

const NEXT: Date = date(2027, 1, 23);
const THIRD: Date = date(2027, 3, 23);

/// A round on another day, with readings by connection, closed and billed.
pub(super) async fn billed_round(
    office: &Backoffice,
    on: Date,
    readings: &[(ConnectionId, i32, i32)],
) -> RunSummary {
    let new =
        NewRound { month: YearMonth::of(on), months: 2, opened_on: on, planned_on: [].into() };
    let round = open_round(office, &new).await.unwrap();
    for (connection, register, usage) in readings {
        sqlx::query(
            "insert into metering.reading (utility_id, reading_id, connection_id, meter_id,
                 round_id, read_on, register_value, usage_m3, kind)
             select 1, gen_random_uuid(), $1, meter_id, $2, $3, $4, $5, 1
             from metering.meter_installation where connection_id = $1 and period @> $3",
        )
        .bind(connection.0)
        .bind(round.0)
        .bind(on.to_sqlx())
        .bind(register)
        .bind(usage)
        .execute(&office.pool)
        .await
        .unwrap();
    }
    sqlx::query("update metering.planned_reading set withdrawn = '試験' where round_id = $1 and not is_read")
        .bind(round.0)
        .execute(&office.pool)
        .await
        .unwrap();
    close_round(office, round, on).await.unwrap();
    let order = BillingOrder { round, assessed_on: on, due_on: date(2027, 12, 31) };
    run_billing(office, &order, &mut |_| {}, &CancelFlag::default()).await.unwrap()
}

/// SATO and SUZUKI estimated at 40 m³ each by the rule, and billed.
pub(super) async fn estimated(rule: &str) -> (Walked, Vec<ConnectionId>, [StaffId; 2]) {
    let (walked, connections, clerks) = unread(&[SATO, SUZUKI], rule).await;
    let office = walked.office();
    propose_estimates(office, walked.round, clerks[0], now()).await.unwrap();
    close_round(office, walked.round, TODAY).await.unwrap();
    approve_estimates(office, walked.round, "", clerks[1], now()).await.unwrap();
    assert_eq!(walked.run().await.unwrap().bills, 3);
    (walked, connections, clerks)
}

/// measured, estimated, carried in, billed, carried out, correction; by day and connection.
async fn settled(office: &Backoffice) -> Vec<[i32; 6]> {
    let rows: Vec<(i32, i32, i32, i32, i32, i32)> = sqlx::query_as(
        "select measured_m3, estimated_m3, carried_in_m3, billed_m3, carried_out_m3, correction_m3
         from billing.settlement order by round_id, connection_id",
    )
    .fetch_all(&office.pool)
    .await
    .unwrap();
    rows.into_iter().map(|row| [row.0, row.1, row.2, row.3, row.4, row.5]).collect()
}

async fn billed_water(office: &Backoffice, connection: ConnectionId) -> Vec<i32> {
    sqlx::query_scalar(
        "select usage_m3 from billing.assessment where connection_id = $1 and claim = 1
         order by assessment_id",
    )
    .bind(connection.0)
    .fetch_all(&office.pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn what_was_billed_over_all_periods_is_what_was_measured() {
    let (walked, homes, _) = estimated("echizen").await;
    let office = walked.office();
    // Both were at 1,200: one used 95 m³ in the four months, the other 25.
    let summary = billed_round(office, NEXT, &[(homes[0], 1_295, 95), (homes[1], 1_225, 25)]).await;
    assert_eq!((summary.bills, summary.unbilled_count), (2, 0));
    assert_eq!(settled(office).await, [[95, 40, 0, 55, 0, 0], [25, 40, 0, 0, 15, 0]]);
    // The rest is taken off the period that follows, and the one that was settled is left alone.
    billed_round(office, THIRD, &[(homes[0], 1_335, 40), (homes[1], 1_265, 40)]).await;
    assert_eq!(settled(office).await[2..], [[40, 0, 15, 25, 0, 0]]);
    assert_eq!(billed_water(office, homes[0]).await, [40, 55, 40]);
    assert_eq!(billed_water(office, homes[1]).await, [40, 0, 25]);
    let last = billed_round(office, date(2027, 5, 23), &[(homes[1], 1_300, 35)]).await;
    assert_eq!(last.bills, 1);
    assert_eq!(settled(office).await.len(), 3, "a rest is taken off once");
    assert!(open_settlements(office).await.unwrap().is_empty());
    let id = sqlx::query_scalar(
        "select max(assessment_id) from billing.assessment where connection_id = $1",
    );
    let id: i64 = id.bind(homes[0].0).fetch_one(&office.pool).await.unwrap();
    let told = settlement_of_assessment(office, shared::ids::AssessmentId(id)).await.unwrap();
    assert_eq!(told, None, "the third period settled nothing");
}

#[tokio::test]
async fn a_rule_that_corrects_leaves_the_rest_to_be_corrected() {
    let (walked, homes, _) = estimated("mean-correct").await;
    assert!(settled(walked.office()).await.is_empty());
    let office = walked.office();
    billed_round(office, NEXT, &[(homes[0], 1_225, 25)]).await;
    assert_eq!(settled(office).await, [[25, 40, 0, 0, 0, 15]]);
    let open = open_settlements(office).await.unwrap();
    assert_eq!((open.len(), open[0].left().0, open[0].estimates.len()), (1, 15, 1));
    assert_eq!(open[0].estimates[0].1.0, 40);
}

#[tokio::test]
async fn nobody_settles_for_another_user_or_another_meter() {
    let (walked, homes, _) = estimated("echizen").await;
    let office = walked.office();
    for statement in [
        "with gone as (update connection.service_agreement set period = daterange(lower(period), '2026-12-20')
             where connection_id = $1 returning customer_id)
         insert into connection.service_agreement
             (utility_id, connection_id, customer_id, period, use_class, payment_method)
         select 1, $1, customer_id, daterange('2026-12-20', null), 'general', 1 from gone",
    ] {
        sqlx::query(statement).bind(homes[0].0).execute(&office.pool).await.unwrap();
    }
    let summary = billed_round(office, NEXT, &[(homes[0], 1_295, 95), (homes[1], 1_260, 60)]).await;
    assert_eq!((summary.bills, summary.unbilled_count), (1, 1));
    assert_eq!(summary.unbilled[0].reason.code(), "B24");
}
