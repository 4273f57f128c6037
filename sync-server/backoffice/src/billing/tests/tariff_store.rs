//! Tariff versions (料金表の登録の試験): taken in once, never overlapping, ended before the next.

use super::*;
use shared::billing::Claim;

#[tokio::test]
async fn versions_follow_each_other_and_never_overlap() {
    let town = Town::new().await;
    let office = &town.office;
    let [water, sewerage] = demo_tariffs();
    let id = store_tariff(office, water, None).await.unwrap();
    store_tariff(office, sewerage, None).await.unwrap();
    assert_eq!(store_tariff(office, water, None).await.unwrap(), id, "taken in once");

    let next = water.replace("valid_from = \"2019-10-01\"", "valid_from = \"2027-04-01\"");
    let refused = store_tariff(office, &next, None).await.unwrap_err();
    assert_eq!(refused.code(), "B01");
    assert!(refused.details_ja().unwrap().contains("2019-10-01"));
    end_tariff(office, id, date(2027, 4, 1)).await.unwrap();
    let newer = store_tariff(office, &next, None).await.unwrap();
    let on = async |day| tariff_on(office, Claim::Water, day).await.unwrap().map(|t| t.id);
    assert_eq!(on(date(2027, 3, 31)).await, Some(id));
    assert_eq!(on(date(2027, 4, 1)).await, Some(newer));
    assert_eq!(on(date(2019, 9, 30)).await, None);
    let listed = tariffs(office).await.unwrap();
    assert_eq!(listed.len(), 3);
    assert!(listed.iter().find(|stored| stored.id == id).unwrap().is_example);
    assert!(!listed.iter().find(|stored| stored.id == newer).unwrap().is_example);

    let faulty = water.replace("step_yen = 1", "step_yen = 3");
    assert_eq!(store_tariff(office, &faulty, None).await.unwrap_err().code(), "B02");
    let outside = end_tariff(office, newer, date(2026, 1, 1)).await.unwrap_err();
    assert_eq!(outside.code(), "B04");
}

#[tokio::test]
async fn a_tariff_cannot_end_before_what_was_billed_by_it() {
    let walked = Walked::closed(&[(SATO, "", Sight { usage: 35, slip: None })]).await;
    walked.run().await.unwrap();
    let water = tariff_on(walked.office(), Claim::Water, TODAY).await.unwrap().unwrap().id;
    let refused = end_tariff(walked.office(), water, TODAY).await.unwrap_err();
    assert_eq!(refused.code(), "B05");
    end_tariff(walked.office(), water, date(2026, 11, 24)).await.unwrap();
}
