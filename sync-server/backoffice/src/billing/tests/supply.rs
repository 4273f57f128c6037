//! Periods of supply in the run (使用期間による算定の試験): start, change of tariff, other cities.

use super::*;
use crate::test_town::Household;

/// A tariff of 60 yen a day of supply in months of 30 days, and 10 yen per m³.
pub(super) fn water(code: &str, from: &str, service_yen: u32, rules: &str) -> String {
    format!(
        "code = \"{code}\"\nname = \"例\"\nsource = \"例\"\nvalid_from = \"{from}\"\n{rules}
        [water]
        table_months = 2
        tax = {{ prices = \"included\", percent = 10 }}
        rounding = [{{ of = \"claim\", mode = \"floor\", step_yen = 1, article = \"第1条\" }}]
        proration = {{ service = \"share\", volume = \"whole\", days_per_month = 30 }}
        shared = {{ remainder = \"spread\" }}
        [water.tiers]
        all = [{{ yen = \"10\" }}]
        [[water.rate]]
        service_yen = \"{service_yen}\"\ntiers = \"all\""
    )
}

const OTHER_CITY: &str = "
    code = \"other\"\nname = \"隣の市\"\nsource = \"例\"\nvalid_from = \"2020-04-01\"
    [[sewerage]]
    authority = \"隣の市\"
    table_months = 2
    tax = { prices = \"included\", percent = 10 }
    rounding = [{ of = \"claim\", mode = \"floor\", step_yen = 1, article = \"第1条\" }]
    [[sewerage.rate]]
    service_yen = \"777\"";

const NO_SEWER: &str =
    "update connection.service_connection set has_sewerage = false where connection_id = $1";
const NEW_USER: &str =
    "update connection.service_agreement set period = daterange('2026-11-03', null)
     where connection_id = (select max(connection_id) from connection.service_connection)";
const THREE_FLATS: &str =
    "update connection.service_connection set has_sewerage = false, charged_dwellings = 3
     where connection_id = $1";
const DRAINS_ELSEWHERE: &str =
    "update connection.service_connection set sewerage_authority = '隣の市'
     where connection_id = $1";

fn house(number: i32) -> Household {
    Household { number, ..SATO }
}

fn used(usage: i32) -> Sight {
    Sight { usage, slip: None }
}

async fn closed(houses: &[(Household, &str, Sight)], tariffs: &[String]) -> Walked {
    let walked = Walked::with(houses).await;
    let pool = &walked.office().pool;
    for text in tariffs {
        let from: String = text.split("valid_from = \"").nth(1).unwrap().chars().take(10).collect();
        // As an approval does: what held before ends where this begins.
        sqlx::query(
            "update billing.tariff set validity = daterange(lower(validity), $1::date)
             where upper_inf(validity) and claim = 1 and $2",
        )
        .bind(from.parse::<Date>().unwrap().to_sqlx())
        .bind(text.contains("[water]"))
        .execute(pool)
        .await
        .unwrap();
        store_tariff(walked.office(), text, None).await.unwrap();
    }
    close_round(walked.office(), walked.round, TODAY).await.unwrap();
    walked
}

#[tokio::test]
async fn a_new_user_pays_for_the_days_and_flats_are_counted() {
    let tariffs = [water("a", "2020-04-01", 3_600, "")];
    let walked = closed(
        &[
            (house(1), NO_SEWER, used(30)),
            (house(2), THREE_FLATS, used(30)),
            (house(3), NO_SEWER, used(30)),
        ],
        &tariffs,
    )
    .await;
    sqlx::query(NEW_USER).execute(&walked.office().pool).await.unwrap();
    let summary = walked.run().await.unwrap();
    assert_eq!(summary.unbilled_count, 0, "{summary:?}");
    let amounts: Vec<i64> = walked.amounts().await.iter().map(|line| line.2).collect();
    // 3,600 + 300; three times 3,600 and 300; 20 of 60 days: 1,200 + 300
    assert_eq!(amounts, [3_900, 11_100, 1_500]);
}

#[tokio::test]
async fn a_period_across_a_change_is_split_by_days_and_explained() {
    let days = "transition = { continuing = \"days\" }";
    let tariffs = [water("a", "2020-04-01", 3_660, ""), water("b", "2026-10-23", 7_320, days)];
    let walked = closed(&[(house(1), NO_SEWER, used(61))], &tariffs).await;
    let summary = walked.run().await.unwrap();
    assert_eq!((summary.bills, summary.unbilled_count), (1, 0), "{summary:?}");
    let listed =
        assessments_of_round(walked.office(), walked.round, Page { number: 1, size: 5 }).await;
    let id = listed.unwrap()[0].id;
    let view = assessment(walked.office(), id).await.unwrap().unwrap();
    // 23 September to 23 October: 30 of 60 days of 3,660, and 30 m³; 31 days of 7,320, and 31 m³
    let (_, before) = &view.earlier[0];
    assert_eq!((before.amount.0, before.input.usage.0), (1_830 + 300, 30));
    assert_eq!((view.charge.amount.0, view.charge.input.usage.0), (3_782 + 310, 31));
    assert_eq!(view.amount.0, 2_130 + 4_092);
    let views = bill_views(walked.office(), &[view.bill]).await.unwrap();
    assert_eq!(views[0].claims[0].amount, view.amount);
}

#[tokio::test]
async fn a_change_without_a_rule_bills_nobody_across_it() {
    let tariffs = [water("a", "2020-04-01", 3_600, ""), water("b", "2026-10-23", 7_200, "")];
    let walked = closed(&[(house(1), NO_SEWER, used(10))], &tariffs).await;
    let summary = walked.run().await.unwrap();
    assert_eq!((summary.bills, summary.unbilled_count), (0, 1));
    assert_eq!(summary.unbilled[0].reason.code(), "K56");
}

#[tokio::test]
async fn each_connection_pays_its_own_city_for_sewerage() {
    let own = demo_tariffs()[1].to_owned();
    let tariffs = [water("a", "2020-04-01", 3_600, ""), own, OTHER_CITY.to_owned()];
    let walked =
        closed(&[(house(1), "", used(0)), (house(2), DRAINS_ELSEWHERE, used(0))], &tariffs).await;
    walked.run().await.unwrap();
    let sewerage: Vec<i64> =
        walked.amounts().await.iter().filter(|line| line.1 == 2).map(|line| line.2).collect();
    assert_eq!(sewerage, [1_254, 777]);
    // What was assessed stays explained when the connection is joined to another sewer later.
    sqlx::query("update connection.service_connection set sewerage_authority = '別の市'")
        .execute(&walked.office().pool)
        .await
        .unwrap();
    let listed =
        assessments_of_round(walked.office(), walked.round, Page { number: 1, size: 9 }).await;
    for line in listed.unwrap() {
        assert!(assessment(walked.office(), line.id).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn the_tax_of_a_bill_is_put_on_its_claims() {
    let claim = "table_months = 2
        tax = { prices = \"excluded\", per = \"bill\", percent = 10 }
        rounding = [
            { of = \"claim\", tax = \"before\", mode = \"floor\", step_yen = 1, article = \"1\" },
            { of = \"claim\", mode = \"floor\", step_yen = 1, article = \"1\" }]";
    let text = format!(
        "code = \"a\"\nname = \"例\"\nsource = \"例\"\nvalid_from = \"2020-04-01\"
        [water]\n{claim}\n[[water.rate]]\nservice_yen = \"105\"
        [[sewerage]]\n{claim}\n[[sewerage.rate]]\nservice_yen = \"105\""
    );
    let walked = closed(&[(house(1), "", used(0)), (house(2), NO_SEWER, used(0))], &[text]).await;
    walked.run().await.unwrap();
    let amounts = walked.amounts().await;
    let of = |line: &(i64, i16, i64, i64)| (line.1, line.2, line.3);
    // 210 taxed is 231: 21 yen of tax, of which sewerage holds the floor of its own 10.5.
    let expected = [(1, 116, 11), (2, 115, 10), (1, 115, 10)];
    assert_eq!(amounts.iter().map(of).collect::<Vec<_>>(), expected);
    let listed =
        assessments_of_round(walked.office(), walked.round, Page { number: 1, size: 9 }).await;
    for line in listed.unwrap() {
        assert!(assessment(walked.office(), line.id).await.unwrap().is_some());
    }
}
