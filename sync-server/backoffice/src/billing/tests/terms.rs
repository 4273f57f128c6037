//! Terms in the run (料金の条件の試験): reliefs, other water, masters, exchanges, changed classes.

use super::supply::water;
use super::*;
use shared::billing::Claim;
use shared::ids::AssessmentId;

pub(super) const STAFF: &str = "
    insert into access.staff (utility_id, staff_id, login_name, display_name, role)
    overriding system value values (1, 50, 'decider', '課長', 'clerk') on conflict do nothing";

pub(super) const SEWERAGE: &str = "
    code = \"own-sewer\"\nname = \"下水\"\nsource = \"例\"\nvalid_from = \"2020-04-01\"
    [[sewerage]]
    table_months = 2
    tax = { prices = \"included\", percent = 10 }
    rounding = [{ of = \"claim\", mode = \"floor\", step_yen = 1, article = \"第1条\" }]
    shared = { remainder = \"spread\" }
    [sewerage.well]\nmonths = 1\nalone_more_m3 = 6\nwith_tap_more_m3 = 3
    [sewerage.deduction]\nfrom_percent = 10\nfrom_m3 = 4
    [sewerage.tiers]\nall = [{ yen = \"5\" }]
    [[sewerage.rate]]\nservice_yen = \"300\"\ntiers = \"all\"
    [[sewerage.relief]]\nkey = \"welfare\"\nname = \"福祉減免\"\narticle = \"要綱第3条\"\nof = \"service\"\npercent = 50";

/// The tariff of the tests for periods, dearer for 25 mm, with a relief.
pub(super) fn own_water() -> String {
    water("a", "2020-04-01", 3_600, "")
        + "\nsizes_mm = [13, 20]\n[[water.rate]]\nsizes_mm = [25]\nservice_yen = \"7200\"\ntiers = \"all\"
        [[water.relief]]\nkey = \"welfare\"\nname = \"福祉減免\"\narticle = \"要綱第3条\"\nof = \"service\"\npercent = 50"
}

/// Reads the houses under these tariffs, after statements that put the terms up; `$1` is the first
/// connection.
pub(super) async fn billed(
    houses: &[(Household, Sight)],
    statements: &[&str],
) -> (Walked, RunSummary) {
    let (walked, _) = ready(houses, statements).await;
    let summary = walked.run().await.unwrap();
    (walked, summary)
}

async fn ready(houses: &[(Household, Sight)], statements: &[&str]) -> (Walked, i64) {
    let houses: Vec<_> = houses.iter().map(|(house, sight)| (*house, "", *sight)).collect();
    let walked = Walked::with(&houses).await;
    let pool = &walked.office().pool;
    for text in [own_water(), SEWERAGE.to_owned()] {
        store_tariff(walked.office(), &text, None).await.unwrap();
    }
    sqlx::query(STAFF).execute(pool).await.unwrap();
    let first: i64 =
        sqlx::query_scalar("select min(connection_id) from connection.service_connection")
            .fetch_one(pool)
            .await
            .unwrap();
    for statement in statements {
        let statement = statement.replace("$1", &first.to_string());
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(pool).await.unwrap();
    }
    close_round(walked.office(), walked.round, TODAY).await.unwrap();
    (walked, first)
}

pub(super) fn used(usage: i32) -> Sight {
    Sight { usage, slip: None }
}

/// Amounts of the first connection: water, then sewerage.
pub(super) async fn amounts(walked: &Walked) -> Vec<i64> {
    let all = walked.amounts().await;
    let first = all.first().map(|line| line.0);
    all.iter().filter(|line| Some(line.0) == first).map(|line| line.2).collect()
}

pub(super) async fn views(walked: &Walked) -> Vec<AssessmentView> {
    let page = Page { number: 1, size: 50 };
    let mut views = Vec::new();
    for line in assessments_of_round(walked.office(), walked.round, page).await.unwrap() {
        views.push(assessment(walked.office(), line.id).await.unwrap().unwrap());
    }
    views
}

pub(super) fn grant(claim: Claim, from: &str) -> String {
    format!(
        "insert into billing.relief_grant (utility_id, agreement_id, claim, relief_key, starts_on,
             period, document, decided_on, decided_by, entered_by, entered_at)
         select 1, agreement_id, {}, 'welfare', '{from}', daterange('{from}', null), '福第12号',
                '2026-04-01', 50, 50, now()
         from connection.service_agreement where connection_id = $1",
        claim.code()
    )
}

pub(super) fn source(kind: i16, measure: &str) -> String {
    format!(
        "insert into billing.sewage_source (utility_id, connection_id, kind, measure, name, people,
             monthly_m3, meter_number, dial_digits, first_value, starts_on, period, document,
             decided_on, decided_by, entered_by, entered_at)
         values (1, $1, {kind}, {measure}, '2026-01-01', daterange('2026-01-01', null), '汚第3号',
                 '2026-01-01', 50, 50, now())"
    )
}

const WELL_METER: &str = "1, '井戸', null, null, 'W-1', 4, 100";

#[tokio::test]
async fn a_relief_is_taken_while_it_holds_and_told_with_its_decision() {
    let both = [grant(Claim::Water, "2026-04-01"), grant(Claim::Sewerage, "2026-12-01")];
    let (walked, summary) = billed(&[(SATO, used(30))], &[&both[0], &both[1]]).await;
    assert_eq!(summary.unbilled_count, 0, "{summary:?}");
    // Half of 3,600 and 300; 300 and 150, the relief of sewerage begins later.
    assert_eq!(amounts(&walked).await, [2_100, 450]);
    let views = views(&walked).await;
    assert_eq!(views[0].basis.japanese(), ["減免: 福祉減免（福第12号、令和8年4月1日決定）"]);
    assert!(views[1].basis.is_empty());
}

#[tokio::test]
async fn a_relief_that_the_tariff_lacks_leaves_the_connection_out_and_others_go_on() {
    let unknown = grant(Claim::Water, "2026-04-01").replace("welfare", "disaster");
    let (walked, summary) = billed(&[(SATO, used(30)), (SUZUKI, used(10))], &[&unknown]).await;
    assert_eq!((summary.bills, summary.unbilled_count), (1, 1));
    assert_eq!(summary.unbilled[0].reason.code(), "K54");
    assert_eq!(amounts(&walked).await, [3_700, 350]);
}

#[tokio::test]
async fn a_well_by_heads_and_a_deduction_make_the_sewage() {
    let well = source(1, "2, '井戸', 3, null, null, null, null");
    let ice = source(2, "3, '製氷機', null, 4, null, null, null");
    let (walked, _) = billed(&[(SATO, used(30))], &[&well, &ice]).await;
    // 30 of the tap, 3 people × 3 m³ × 2 months, less 4 m³ × 2 months: 40 m³ at 5 yen
    assert_eq!(amounts(&walked).await, [3_900, 300 + 200]);
    let views = views(&walked).await;
    assert_eq!(views[1].usage.0, 40);
    assert_eq!(views[1].basis.japanese().len(), 4);
    let bills = bill_views(walked.office(), &[views[0].bill]).await.unwrap();
    assert_eq!((bills[0].usage.0, bills[0].claims[1].usage.0), (30, 40));
}

#[tokio::test]
async fn a_well_meter_is_billed_only_when_it_was_read() {
    let well = source(1, WELL_METER);
    let (walked, _) = ready(&[(SATO, used(30))], &[&well]).await;
    let summary = walked.run().await.unwrap();
    assert_eq!((summary.bills, summary.unbilled[0].reason.code()), (0, "K62"));
    sqlx::query(
        "insert into billing.source_reading
         select 1, source_id, $1, 1, '2026-11-23', 125, 25, 50, now() from billing.sewage_source",
    )
    .bind(walked.round.0)
    .execute(&walked.office().pool)
    .await
    .unwrap();
    let summary = walked.run().await.unwrap();
    assert_eq!((summary.bills, summary.unbilled_count), (1, 0));
    assert_eq!(amounts(&walked).await, [3_900, 300 + 5 * 55]);
}

pub(super) const BEHIND_THE_FIRST: &str =
    "update connection.service_connection set parent_connection_id = $1 where connection_id > $1";

#[tokio::test]
async fn a_master_pays_for_what_its_submeters_do_not_show() {
    let houses = [(SATO, used(100)), (SUZUKI, used(30)), (TANAKA, used(40))];
    let (walked, _) = billed(&houses, &[BEHIND_THE_FIRST]).await;
    assert_eq!(amounts(&walked).await, [3_600 + 300, 300 + 150]);
    let view = &views(&walked).await[0];
    assert_eq!(view.usage.0, 30);
    assert!(view.basis.japanese()[0].contains("子メーター2個の合計 70 m³"));
}

#[tokio::test]
async fn submeters_above_their_master_or_unread_are_a_finding() {
    let houses = [(SATO, used(60)), (SUZUKI, used(30)), (TANAKA, used(40))];
    let (_, summary) = billed(&houses, &[BEHIND_THE_FIRST]).await;
    assert_eq!((summary.bills, summary.unbilled[0].reason.code()), (2, "K67"));
    let tolerated = "
        insert into billing.master_term (utility_id, connection_id, percent, m3, starts_on, period,
            document, decided_on, decided_by, entered_by, entered_at)
        values (1, $1, 0, 10, '2026-01-01', daterange('2026-01-01', null), '親第1号', '2026-01-01',
                50, 50, now())";
    let (walked, _) = billed(&houses, &[BEHIND_THE_FIRST, tolerated]).await;
    assert_eq!(amounts(&walked).await, [3_600, 300]);
    let unread = "
        update connection.service_connection set parent_connection_id = $1
        where connection_id > $1";
    let vacant = "
        insert into connection.service_connection (utility_id, connection_number, town_id, block,
            has_sewerage, route_number, walk_order, parent_connection_id)
        select 1, '99999999', town_id, '1', true, '001', 99, $1 from connection.town";
    let (_, summary) = billed(&houses[..2], &[unread, vacant]).await;
    assert_eq!((summary.bills, summary.unbilled[0].reason.code()), (1, "K66"));
}

#[tokio::test]
async fn a_master_without_an_agreement_is_not_billed_and_its_submeters_are() {
    let houses = [(SATO, used(100)), (SUZUKI, used(30))];
    let nobody = "delete from connection.service_agreement where connection_id = $1";
    let (walked, summary) = billed(&houses, &[BEHIND_THE_FIRST, nobody]).await;
    assert_eq!((summary.bills, summary.without_agreement, summary.unbilled_count), (1, 1, 0));
    assert_eq!(amounts(&walked).await, [3_900, 450]);
}

/// On 23 October the meter of 20 mm is taken out at 1,210, and one of another size is hung at 5.
pub(super) fn exchange(size_mm: i16) -> [String; 4] {
    [
        "alter table metering.reading disable trigger reading_is_a_fact".into(),
        "update metering.meter_installation set period = daterange(lower(period), '2026-10-23'),
             removed_value = 1210 where connection_id = $1"
            .into(),
        format!(
            "with new as (
                 insert into metering.meter (utility_id, meter_number, size_mm, dial_digits,
                     verification_expires_on)
                 values (1, 'NEW-1', {size_mm}, 4, '2034-10-31') returning meter_id
             ), hung as (
                 insert into metering.meter_installation (utility_id, meter_id, connection_id,
                     period, installed_value)
                 select 1, meter_id, $1, daterange('2026-10-23', null), 5 from new
             )
             update metering.reading set meter_id = new.meter_id, register_value = 36
             from new where connection_id = $1 and round_id is not null"
        ),
        "alter table metering.reading enable trigger reading_is_a_fact".into(),
    ]
}

pub(super) fn refs(statements: &[String]) -> Vec<&str> {
    statements.iter().map(String::as_str).collect()
}

#[tokio::test]
async fn an_exchange_adds_the_old_meters_water() {
    let (walked, summary) = billed(&[(SATO, used(31))], &refs(&exchange(20))).await;
    assert_eq!(summary.unbilled_count, 0, "{summary:?}");
    // 1,200 to 1,210 and 5 to 36
    assert_eq!(amounts(&walked).await, [3_600 + 410, 300 + 205]);
    let view = &views(&walked).await[0];
    assert_eq!((view.usage.0, view.earlier.len()), (41, 0));
    let told = view.basis.japanese();
    assert!(told[0].contains("指針 1200 → 1210") && told[1].contains("指針 5 → 36"), "{told:?}");
    let bills = bill_views(walked.office(), &[view.bill]).await.unwrap();
    assert_eq!(bills[0].usage.0, 41);
}

#[tokio::test]
async fn another_size_cuts_the_period_at_the_exchange() {
    let (walked, summary) = billed(&[(SATO, used(31))], &refs(&exchange(25))).await;
    assert_eq!(summary.unbilled_count, 0, "{summary:?}");
    // 30 of 60 days of 3,600 and 10 m³; 31 days of 7,200 and 31 m³; sewerage costs the same.
    assert_eq!(amounts(&walked).await, [1_800 + 100 + 3_720 + 310, 300 + 205]);
    let view = &views(&walked).await[0];
    assert_eq!((view.earlier.len(), view.part_days.len()), (1, 2));
    assert_eq!(view.earlier[0].1.amount.0, 1_900);
    assert_eq!(view.part_days[0], (date(2026, 9, 23), date(2026, 10, 23)));
}

#[tokio::test]
async fn a_removed_meter_without_its_last_dials_is_named() {
    let mut statements = exchange(20).to_vec();
    statements.push("update metering.meter_installation set removed_value = null".into());
    let (_, summary) = billed(&[(SATO, used(31))], &refs(&statements)).await;
    assert_eq!((summary.bills, summary.unbilled[0].reason.code()), (0, "K68"));
}

fn class_change(register: &str) -> [String; 2] {
    [
        "update connection.service_agreement set use_class = 'business' where connection_id = $1"
            .into(),
        format!(
            "insert into billing.use_class_change (utility_id, agreement_id, changed_on,
                 from_class, to_class, register_value, document, decided_on, decided_by,
                 entered_by, entered_at)
             select 1, agreement_id, '2026-10-23', 'general', 'business', {register}, '用第1号',
                    '2026-10-20', 50, 50, now()
             from connection.service_agreement where connection_id = $1"
        ),
    ]
}

/// Businesses pay another service charge.
async fn with_businesses(register: &str) -> RunSummary {
    let (walked, _) = ready(&[(SATO, used(61))], &refs(&class_change(register))).await;
    let pool = &walked.office().pool;
    sqlx::query("update billing.tariff set text = $1 where claim = 1")
        .bind(own_water().replace(
            "[[water.relief]]",
            "use_classes = [\"general\"]\n[[water.rate]]\nuse_classes = [\"business\"]\nservice_yen = \"6000\"\ntiers = \"all\"\n[[water.relief]]",
        ).replace("sizes_mm = [13, 20]", "sizes_mm = [13, 20]\nuse_classes = [\"general\"]"))
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("update connection.service_connection set has_sewerage = false")
        .execute(pool)
        .await
        .unwrap();
    let summary = walked.run().await.unwrap();
    let volumes: Vec<u32> = match views(&walked).await.first() {
        None => Vec::new(),
        Some(view) => {
            let parts = view.earlier.iter().map(|(_, charge)| charge).chain([&view.charge]);
            parts.map(|charge| charge.input.usage.0).collect()
        }
    };
    if register == "null" {
        assert_eq!(volumes, [30, 31]);
        // 30 of 60 days of 3,600, 31 of 60 of 6,000, 610 for the volume
        assert_eq!(summary.amount.0, 1_800 + 3_100 + 610);
    } else if register == "1212" {
        assert_eq!(volumes, [12, 49]);
    }
    summary
}

#[tokio::test]
async fn a_change_of_class_cuts_by_its_dials_or_by_days() {
    assert_eq!(with_businesses("null").await.bills, 1);
    assert_eq!(with_businesses("1212").await.bills, 1);
    let refused = with_businesses("1300").await;
    assert_eq!((refused.bills, refused.unbilled[0].reason.code()), (0, "K69"));
}

#[tokio::test]
async fn a_new_user_without_a_rule_for_days_pays_for_whole_periods() {
    let new_user = "update connection.service_agreement set period = daterange('2026-11-03', null)
                    where connection_id = $1";
    let (walked, _) = ready(&[(SATO, used(30))], &[new_user]).await;
    let text = own_water();
    let proration = text.lines().find(|line| line.contains("proration")).unwrap();
    sqlx::query("update billing.tariff set text = $1 where claim = 1")
        .bind(text.replace(proration, ""))
        .execute(&walked.office().pool)
        .await
        .unwrap();
    let summary = walked.run().await.unwrap();
    assert_eq!(summary.unbilled_count, 0, "{summary:?}");
    assert_eq!(amounts(&walked).await, [3_900, 450]);
}

#[tokio::test]
async fn an_overlap_and_a_second_ending_are_refused_by_the_database() {
    let relief = grant(Claim::Water, "2026-04-01");
    let (walked, first) = ready(&[(SATO, used(30))], &[&relief]).await;
    let pool = &walked.office().pool;
    let again = relief.replace("$1", &first.to_string());
    let refused = sqlx::query(sqlx::AssertSqlSafe(again)).execute(pool).await.unwrap_err();
    let constraint = refused.as_database_error().and_then(|error| error.constraint());
    assert_eq!(constraint, Some("relief_grant_once_a_day"));
    let end = "update billing.relief_grant set period = daterange(starts_on, '2026-10-01'),
                   end_reason = '転出', ended_by = 50, ended_at = now()";
    sqlx::query(end).execute(pool).await.unwrap();
    for refused in [
        end,
        "delete from billing.relief_grant",
        "update billing.relief_grant set relief_key = 'other'",
    ] {
        assert!(sqlx::query(refused).execute(pool).await.is_err(), "{refused}");
    }
}

#[tokio::test]
async fn remainders_of_a_shared_tap_come_with_the_next_bill() {
    let shared = "update connection.service_connection set charged_dwellings = 4,
                      has_sewerage = false where connection_id = $1";
    let (walked, first) = ready(&[(SATO, used(30))], &[shared]).await;
    let pool = &walked.office().pool;
    sqlx::query("update billing.tariff set text = $1 where claim = 1")
        .bind(own_water().replace("remainder = \"spread\"", "remainder = \"carry\""))
        .execute(pool)
        .await
        .unwrap();
    walked.run().await.unwrap();
    let carried: Vec<Option<i32>> = sqlx::query_scalar("select carried_m3 from billing.assessment")
        .fetch_all(pool)
        .await
        .unwrap();
    assert_eq!(carried, [Some(2)]);
    let next: i64 = sqlx::query_scalar(
        "insert into metering.reading_round (utility_id, billing_month, months, opened_on, closed_on)
         values (1, '2027-01-01', 2, '2027-01-20', '2027-01-25') returning round_id",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    sqlx::query(
        "insert into metering.reading (utility_id, reading_id, connection_id, meter_id, round_id,
             read_on, register_value, usage_m3, kind)
         select 1, gen_random_uuid(), connection_id, meter_id, $1, '2027-01-23', 1256, 26, 3
         from metering.meter_installation where connection_id = $2",
    )
    .bind(next)
    .bind(first)
    .execute(pool)
    .await
    .unwrap();
    let order = BillingOrder { round: RoundId(next), ..walked.order() };
    run_billing(walked.office(), &order, &mut |_| {}, &CancelFlag::default()).await.unwrap();
    let newest: i64 = sqlx::query_scalar("select max(assessment_id) from billing.assessment")
        .fetch_one(pool)
        .await
        .unwrap();
    let view = assessment(walked.office(), AssessmentId(newest)).await.unwrap().unwrap();
    // 26 and 2 carried: 7 m³ for each of four.
    assert_eq!((view.usage.0, view.amount.0), (28, 4 * (3_600 + 70)));
    assert_eq!(view.basis.japanese(), ["前期からの繰越水量 2 m³ を含みます"]);
}
