//! Search, detail and the rule of one user a day, on a real database.

use shared::ids::ConnectionNumber;

use super::*;
use crate::test_town::{Household, SATO, TODAY, Town};

const SUZUKI: Household = Household {
    number: 2,
    name: "鈴木 一",
    kana: "スズキ ハジメ",
    telephone: "090-0000-2222",
    town: "古府中町",
    in_service: false,
    ..SATO
};

async fn town() -> Town {
    let town = Town::new().await;
    town.household(SATO).await;
    town.household(SUZUKI).await;
    refresh_search_entries(&town.office).await.unwrap();
    town
}

async fn found(town: &Town, query: &str) -> Vec<String> {
    match search(&town.office, query, 20, TODAY).await.unwrap() {
        SearchOutcome::Found { hits, .. } => {
            hits.iter().map(|hit| hit.number.to_string()).collect()
        }
        SearchOutcome::TooShort => vec!["too short".into()],
    }
}

#[tokio::test]
async fn any_part_of_any_text_finds_the_connection() {
    let town = town().await;
    for query in [
        "佐藤",
        "京子",
        "さとう",
        "ｻﾄｳ",
        "きょう",
        "サトウキョ",
        "相生一丁目",
        "相生１丁目",
        "相生1-3-1",
        "055-235",
        "2351111",
        "20-000001",
        "00000001",
        "佐藤 相生",
        "サトウ　1111",
    ] {
        assert_eq!(found(&town, query).await, ["00000001"], "{query}");
    }
    assert_eq!(found(&town, "3番").await, ["00000001", "00000002"], "those in service first");
    assert_eq!(found(&town, "佐藤 古府中").await, Vec::<String>::new());
    assert_eq!(found(&town, "%_").await, Vec::<String>::new());
    for short in ["", " ", "佐", "佐 藤", "-"] {
        assert_eq!(found(&town, short).await, ["too short"], "{short}");
    }
}

#[tokio::test]
async fn a_hit_says_what_the_desk_must_know() {
    let town = town().await;
    let SearchOutcome::Found { hits, has_more } =
        search(&town.office, "鈴木", 1, TODAY).await.unwrap()
    else {
        panic!("two characters are enough")
    };
    let hit = &hits[0];
    assert!(!hit.in_service && !has_more);
    assert_eq!((hit.customer_name.as_str(), hit.telephone.as_str()), ("鈴木 一", "090-0000-2222"));
    assert_eq!((hit.address.as_str(), hit.meter_number.as_str()), ("古府中町3番2号", "20-000002"));
    let one = search(&town.office, "3番", 1, TODAY).await.unwrap();
    assert!(matches!(one, SearchOutcome::Found { hits, has_more: true } if hits.len() == 1));
}

#[tokio::test]
async fn a_changed_name_is_found_after_its_entry_is_made_anew() {
    let town = town().await;
    sqlx::query(
        "update connection.customer set name = '山田 京子', kana = 'ヤマダ キョウコ'
                 where customer_number = 'C1'",
    )
    .execute(&town.office.pool)
    .await
    .unwrap();
    let number = ConnectionNumber::parse("00000001").unwrap();
    let detail = connection_detail(&town.office, &number, TODAY).await.unwrap().unwrap();
    let mut db = town.office.pool.begin().await.unwrap();
    let made = refresh_search_entries_of(&mut db, town.office.utility, &[detail.id]).await.unwrap();
    db.commit().await.unwrap();
    assert_eq!(made, 1);
    assert_eq!(found(&town, "ヤマダ").await, ["00000001"]);
    assert_eq!(found(&town, "サトウ").await, Vec::<String>::new());
    assert_eq!(found(&town, "スズキ").await, ["00000002"]);
}

#[tokio::test]
async fn the_detail_holds_place_user_meter_and_history() {
    let town = town().await;
    let number = ConnectionNumber::parse("00000001").unwrap();
    let detail = connection_detail(&town.office, &number, TODAY).await.unwrap().unwrap();
    assert_eq!(detail.address(), "相生一丁目3番1号");
    assert!(detail.in_service());
    assert_eq!(detail.current_agreement().unwrap().customer.name, "佐藤 京子");
    assert_eq!(detail.meters[0].number, "20-000001");
    assert_eq!(detail.meters[0].removed_on, None);
    assert_eq!(detail.readings.len(), 14);
    let newest = &detail.readings[0];
    assert_eq!(
        (newest.register_value, newest.usage.0, newest.kind_japanese()),
        (1_200, 40, "移行")
    );
    assert!(detail.parent.is_none() && detail.submeters.is_empty());

    let stopped = ConnectionNumber::parse("00000002").unwrap();
    let stopped = connection_detail(&town.office, &stopped, TODAY).await.unwrap().unwrap();
    assert!(!stopped.in_service());
    assert_eq!(stopped.agreements[0].ends_on, Some(jiff::civil::date(2026, 9, 30)));
    let nowhere = ConnectionNumber::parse("999").unwrap();
    assert_eq!(connection_detail(&town.office, &nowhere, TODAY).await.unwrap(), None);
}

#[tokio::test]
async fn master_meter_and_submeters_know_each_other() {
    let town = town().await;
    sqlx::query(
        "update connection.service_connection set parent_connection_id =
                     (select connection_id from connection.service_connection
                      where connection_number = '00000001')
                 where connection_number = '00000002'",
    )
    .execute(&town.office.pool)
    .await
    .unwrap();
    let detail = async |number: &str| {
        let number = ConnectionNumber::parse(number).unwrap();
        connection_detail(&town.office, &number, TODAY).await.unwrap().unwrap()
    };
    let master = detail("00000001").await;
    assert_eq!(master.submeters[0].number.as_str(), "00000002");
    assert_eq!(detail("00000002").await.parent.unwrap().customer_name, "佐藤 京子");
}

#[tokio::test]
async fn two_users_on_one_day_cannot_be_stored() {
    let town = town().await;
    let second = async |from: &str| {
        sqlx::query(
            "insert into connection.service_agreement
                 (utility_id, connection_id, customer_id, period, use_class, payment_method)
             select utility_id, connection_id, customer_id, daterange($1::date, null), 'general', 1
             from connection.service_agreement where not upper_inf(period)",
        )
        .bind(from)
        .execute(&town.office.pool)
        .await
    };
    let refused = second("2026-09-30").await.unwrap_err();
    assert_eq!(
        refused.as_database_error().unwrap().constraint(),
        Some("service_agreement_one_user_a_day")
    );
    second("2026-10-01").await.unwrap();
}
