//! Tariff versions (料金表の登録の試験): taken in once, never overlapping, ended before the next.

use super::*;
use crate::access::{NewStaff, Role, add_staff};
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

#[tokio::test]
async fn the_next_billing_uses_what_a_second_person_approved_and_holds_it() {
    let walked = Walked::with(&[(SATO, "", Sight { usage: 45, slip: None })]).await;
    let office = walked.office();
    for text in demo_tariffs() {
        store_tariff(office, text, None).await.unwrap();
    }
    let (first, second) = (staff(office, "first").await, staff(office, "second").await);
    let [water, _] = demo_tariffs();
    let draft = |code: &str, from: &str| {
        water
            .replacen("takatsuki-water-2019", code, 1)
            .replacen("valid_from = \"2019-10-01\"", &format!("valid_from = \"{from}\""), 1)
            .replacen("[water]\n", "[transition]\ncontinuing = \"reading_day\"\n\n[water]\n", 1)
            .replacen("yen = \"148.5\"", "yen = \"150.4\"", 1)
    };
    let at: jiff::Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    let id = begin_draft(office, &draft("t-2", "2026-11-20"), first, at).await.unwrap();
    approve_draft(office, id, 1, second, at).await.unwrap();
    close_round(office, walked.round, TODAY).await.unwrap();
    walked.run().await.unwrap();
    assert_eq!(walked.amounts().await[0].2, 5_950);

    // The reading of TODAY was billed: nothing may change it any more.
    let late = begin_draft(office, &draft("t-3", "2026-11-23"), first, at).await.unwrap();
    assert_eq!(approve_draft(office, late, 1, second, at).await.unwrap_err().code(), "B05");
    let after = begin_draft(office, &draft("t-4", "2026-11-24"), first, at).await.unwrap();
    approve_draft(office, after, 1, second, at).await.unwrap();
}

async fn staff(office: &Backoffice, login: &str) -> shared::ids::StaffId {
    let new = NewStaff {
        login_name: login.into(),
        display_name: login.into(),
        role: Role::Clerk,
        password: None,
        pin: None,
    };
    add_staff(office, new).await.unwrap();
    let id = sqlx::query_scalar("select staff_id from access.staff where login_name = $1");
    shared::ids::StaffId(id.bind(login).fetch_one(&office.pool).await.unwrap())
}

#[tokio::test]
async fn what_was_taken_in_before_versions_becomes_a_version_of_its_own() {
    let town = Town::new().await;
    let [water, _] = demo_tariffs();
    sqlx::query(
        "insert into billing.tariff (utility_id, claim, code, name, validity, text)
         values (1, 1, 'a', 'a', '[2019-10-01,)', $1)",
    )
    .bind(water)
    .execute(&town.office.pool)
    .await
    .unwrap();
    let migration = include_str!("../../../../../migrations/postgres/0010_tariff.sql");
    let start = migration.find("do $$").unwrap();
    let end = migration.find("end $$;").unwrap() + "end $$;".len();
    sqlx::raw_sql(&migration[start..end]).execute(&town.office.pool).await.unwrap();
    let versions = tariff_versions(&town.office).await.unwrap();
    assert_eq!((versions.len(), versions[0].state), (1, VersionState::Approved));
    assert_eq!(versions[0].placed[0].from, date(2019, 10, 1));
    assert_eq!(tariffs(&town.office).await.unwrap()[0].version, Some(versions[0].id));
}
