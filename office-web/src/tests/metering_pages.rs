//! Rounds and routes: progress, assignment, and a closing that is refused with numbers.

use axum::http::StatusCode;

use super::test_office::{TERMINAL, TestOffice};

#[tokio::test]
async fn a_round_shows_its_routes_and_their_progress() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    browser.get("/rounds").await.assert_has("令和8年11月");
    let page = browser.get(&format!("/rounds/{}", office.round)).await;
    page.assert_has("検針中");
    page.assert_has("未割当");
    page.assert_has("未検針");
    browser.get("/").await.assert_has("令和8年11月の検針");
    let file = browser.get(&format!("/rounds/{}/routes.csv", office.round)).await;
    file.assert_has("2026-11,001,");
}

#[tokio::test]
async fn a_round_with_unread_meters_is_not_closed_and_says_by_how_much() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    let page = browser.post(&format!("/rounds/{}/close", office.round), &[]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.assert_has("M01");
    page.assert_has("順路 001：予定 4 ＝ 検針済み 0 ＋ 検針不能 0 ＋ 取下げ 0 ＋ 未検針 4");
    page.assert_has("検針中");
}

#[tokio::test]
async fn a_round_that_is_accounted_for_closes_once() {
    let office = TestOffice::new().await;
    office.sql("update metering.planned_reading set withdrawn = '試験'").await;
    let browser = office.clerk().await;
    let address = format!("/rounds/{}/close", office.round);
    let page = browser.post(&address, &[]).await;
    assert_eq!(page.location(), format!("/rounds/{}?done=closed", office.round));
    browser.get(page.location()).await.assert_has("検針期を締めました");
    let again = browser.post(&address, &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    again.assert_has("M04");
}

#[tokio::test]
async fn a_route_is_assigned_to_a_terminal_and_taken_back() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    let route = first_route(&office).await;
    let page = browser.post(&format!("{route}/assign"), &[("device", &TERMINAL.to_string())]).await;
    assert_eq!(page.location(), format!("{route}?done=assigned"));
    let page = browser.get(page.location()).await;
    page.assert_has("端末に割り当てました");
    page.assert_has("selected>H01");
    browser.get("/devices").await.assert_has("H01");

    browser.post(&format!("{route}/assign"), &[("device", "")]).await;
    browser.get(&route).await.assert_has("端末 未割当");

    let unknown = "00000000-0000-0000-0000-000000000999";
    let page = browser.post(&format!("{route}/assign"), &[("device", unknown)]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.assert_has("M06");
    let page = browser.post(&format!("{route}/assign"), &[("device", "H01")]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_route_lists_its_connections_in_walking_order() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    let route = first_route(&office).await;
    let page = browser.get(&route).await;
    let first = page.text().find("00000001").unwrap();
    let last = page.text().find("00000004").unwrap();
    assert!(first < last);
    page.assert_lacks("<script>alert");
    let file = browser.get(&format!("{route}/readings.csv")).await;
    file.assert_has("001,1,00000001,佐藤 京子");
    // A route belongs to its round only.
    let (_, number) = route.rsplit_once('/').unwrap();
    let wrong = browser.get(&format!("/rounds/99/routes/{number}")).await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
}

async fn first_route(office: &TestOffice) -> String {
    let routes = backoffice::metering::round_progress(&office.backoffice, office.round).await;
    format!("/rounds/{}/routes/{}", office.round, routes.unwrap()[0].id)
}

#[tokio::test]
async fn odd_readings_are_counted_and_listed_with_their_findings() {
    let office = TestOffice::new().await;
    office
        .sql(
            "insert into metering.reading
                 (utility_id, reading_id, connection_id, meter_id, round_id, read_on,
                  register_value, usage_m3, kind, findings)
             select 1, gen_random_uuid(), 1, 1, round_id, '2026-11-20', 1600, 400, 1, '{8,4}'
             from metering.reading_round",
        )
        .await;
    let browser = office.clerk().await;
    let list = browser.get(&format!("/rounds/{}/findings", office.round)).await;
    for words in ["00000001", "漏水の疑い", "非常に多い", "400 m³", "1件"] {
        list.assert_has(words);
    }
    list.assert_lacks("00000002");
    browser.get("/").await.assert_has("<span class=\"todo-count\">1<span");
    let unread = browser.get(&format!("/rounds/{}/unread", office.round)).await;
    unread.assert_has("3件");
    unread.assert_lacks("00000001");
}

/// A closed round: 40 m³ before, then 45 without and 95 with a turning indicator.
const A_ROUND_BEFORE: &str = "
    insert into metering.reading_round
        (utility_id, round_id, billing_month, months, opened_on, closed_on)
    overriding system value values (1, 900, '2026-07-01', 2, '2026-07-10', '2026-07-25');
    insert into metering.reading (utility_id, reading_id, connection_id, meter_id, round_id, read_on,
        register_value, usage_m3, kind, low_flow, reader_login)
    select 1, gen_random_uuid(), n, n, v.round_id, v.read_on::date, v.register, v.usage, 1, v.low, '101'
    from generate_series(1, 2) n
    join (values (1, null::bigint, '2026-05-15', 500, 40, 0), (2, null, '2026-05-15', 500, 40, 0),
                 (1, 900, '2026-07-15', 545, 45, 0), (2, 900, '2026-07-15', 595, 95, 2))
         v(connection, round_id, read_on, register, usage, low) on v.connection = n";

#[tokio::test]
async fn limits_are_tried_saved_and_chosen_before_a_round_goes_out() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    browser.get("/screening").await.assert_has("締めた検針期がまだないため");
    office.sql(A_ROUND_BEFORE).await;
    let page = browser.get("/screening?round=900&high_percent=110&high_difference_m3=5").await;
    for words in ["令和8年7月の検針での結果", "検針員1人1日あたり", "100％", "120%"]
    {
        page.assert_has(words);
    }
    let file = browser.get("/screening.csv?round=900&high_percent=110&high_difference_m3=5").await;
    // The standard set stops at one of the two, the tried one at both.
    file.assert_has("確認を求める検針,1,2\r\n");
    file.assert_has("見つけられる割合,100％,100％\r\n");
    let odd = browser.get("/screening?round=900&high_percent=90").await;
    odd.assert_has("M60");

    let tried = [("round", "900"), ("high_percent", "110"), ("high_difference_m3", "5")];
    let nameless = browser.post("/screening", &tried).await;
    assert_eq!(nameless.status, StatusCode::CONFLICT);
    nameless.assert_has("M61");
    let named: Vec<_> = tried.into_iter().chain([("name", "夏の判定値")]).collect();
    assert_eq!(browser.post("/screening", &named).await.location(), "/screening#sets");
    let round = office.round.to_string();
    browser.get("/screening").await.assert_has("いまの判定値（標準）");
    let choice = [("round", round.as_str()), ("set", "1")];
    assert_eq!(browser.post("/screening/choose", &choice).await.location(), "/screening#sets");
    browser.get("/screening").await.assert_has("いまの判定値（夏の判定値）");
    let nobody = browser.post("/screening/choose", &[("round", "77"), ("set", "1")]).await;
    nobody.assert_has("M62");
}
