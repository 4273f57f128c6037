//! Terms of a charge on pages (料金の条件の画面の試験): entered, billed by, ended.

use axum::http::StatusCode;
use backoffice::billing::{demo_tariffs, store_tariff};

use super::test_office::{Browser, TestOffice};

const TERMS: &str = "/connections/00000001/terms";

async fn tariffs(office: &TestOffice) {
    for text in demo_tariffs() {
        store_tariff(&office.backoffice, text, None).await.unwrap();
    }
}

const DECISION: [(&str, &str); 3] =
    [("document", "水料第12号"), ("decided_on", "2026-10-01"), ("decided_by", "1")];

async fn enter(browser: &Browser<'_>, fields: &[(&str, &str)]) -> super::test_office::Page {
    let form: Vec<(&str, &str)> = fields.iter().chain(&DECISION).copied().collect();
    browser.post(TERMS, &form).await
}

#[tokio::test]
async fn a_relief_is_entered_shown_and_ended_once() {
    let office = TestOffice::new().await;
    tariffs(&office).await;
    let browser = office.clerk().await;
    browser.get("/connections/00000001").await.assert_has("減免・井戸水等・減量の登録はありません");
    browser.get(TERMS).await.assert_has("福祉減免（水道料金・水面市（架空）減免要綱第3条）");
    let relief = [("kind", "relief"), ("relief", "1:welfare"), ("from", "2026-10-01")];
    let entered = enter(&browser, &relief).await;
    assert_eq!((entered.status, entered.location()), (StatusCode::SEE_OTHER, TERMS));
    let page = browser.get(TERMS).await;
    page.assert_has("減免「福祉減免」（水道料金）");
    page.assert_has("水料第12号、令和8年10月1日決定");
    page.assert_has("2026/11/23 09:00 窓口 花子");
    browser.get("/connections/00000001").await.assert_has("減免「福祉減免」（水道料金）");

    let twice = enter(&browser, &relief).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    twice.assert_has("B72");
    twice.assert_has("value=\"水料第12号\"");
    let end =
        |last_day| [("term", "relief"), ("id", "1"), ("last_day", last_day), ("reason", "転出")];
    let path = format!("{TERMS}/end");
    let ended = browser.post(&path, &end("2026-12-31")).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text());
    let page = browser.get(TERMS).await;
    page.assert_has("2026/10/01 〜 2026/12/31");
    page.assert_has("理由: 転出");
    let again = browser.post(&path, &end("2026-12-01")).await;
    again.assert_has("B73");
    let elsewhere = browser.post("/connections/00000002/terms/end", &end("2026-12-01")).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_missing_or_unknown_is_told_with_its_code() {
    let office = TestOffice::new().await;
    tariffs(&office).await;
    let browser = office.clerk().await;
    let from = ("from", "2026-10-01");
    for (fields, code) in [
        (vec![("kind", "relief"), ("relief", "1:school"), from], "B75"),
        (vec![("kind", "relief"), ("relief", "welfare"), from], "B71"),
        (vec![("kind", "relief"), ("relief", "1:welfare"), ("from", "2020-01-01")], "B76"),
        (vec![("kind", "source"), ("source_kind", "adds"), ("measure", "per_head"), from], "B71"),
        (vec![("kind", "class"), ("to", "general"), ("on", "2026-10-01")], "B77"),
        (vec![("kind", "class"), ("to", "bathhouse"), ("on", "2026-12-01")], "B71"),
        (vec![("kind", "nothing"), from], "B71"),
    ] {
        let page = enter(&browser, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        page.assert_has(code);
    }
}

#[tokio::test]
async fn a_well_is_read_billed_and_told_and_assessed_days_need_a_word() {
    let office = TestOffice::new().await;
    tariffs(&office).await;
    let browser = office.clerk().await;
    let well = [
        ("kind", "source"),
        ("source_kind", "adds"),
        ("name", "井戸"),
        ("measure", "metered"),
        ("meter_number", "W-1"),
        ("digits", "4"),
        ("first", "100"),
        ("from", "2026-10-01"),
    ];
    assert_eq!(enter(&browser, &well).await.status, StatusCode::SEE_OTHER);
    let round = office.round.to_string();
    let read = |register| {
        [
            ("kind", "reading"),
            ("source", "1"),
            ("round", round.as_str()),
            ("read_on", "2026-11-20"),
            ("register", register),
        ]
    };
    let path = format!("{TERMS}/readings");
    browser.post(&path, &read("90")).await.assert_has("B78");
    assert_eq!(browser.post(&path, &read("115")).await.status, StatusCode::SEE_OTHER);
    browser.get(TERMS).await.assert_has("2026/11/20　指針 115　15 m³");

    office
        .sql(
            "insert into metering.reading
                 (utility_id, reading_id, connection_id, meter_id, round_id, read_on,
                  register_value, usage_m3, kind)
             select 1, gen_random_uuid(), n, n, r.round_id, '2026-11-20', 1245, 45, 1
             from generate_series(1, 4) n, metering.reading_round r",
        )
        .await;
    browser.post(&format!("/rounds/{round}/close"), &[]).await;
    super::billing_pages::bill(&browser, &office).await;
    let list = browser.get(&format!("/assessments?round={round}")).await;
    let sewerage = list.text().split("href=\"/assessments/").nth(2).unwrap();
    let id = sewerage.split('"').next().unwrap();
    let page = browser.get(&format!("/assessments/{id}")).await;
    page.assert_has("算定の根拠");
    page.assert_has("＋ 井戸 15 m³（メーターによる。水料第12号、令和8年10月1日決定）");
    page.assert_has("汚水量 60 m³");

    let relief = [("kind", "relief"), ("relief", "1:welfare"), ("from", "2026-10-01")];
    let refused = enter(&browser, &relief).await;
    refused.assert_has("B74");
    refused.assert_has("調定済みの検針日: 2026-11-20まで");
    let known: Vec<(&str, &str)> = relief.into_iter().chain([("accepts", "1")]).collect();
    assert_eq!(enter(&browser, &known).await.status, StatusCode::SEE_OTHER);
    browser.post(&path, &read("120")).await.assert_has("B78");
}

#[tokio::test]
async fn the_last_change_of_a_class_can_be_withdrawn() {
    let office = TestOffice::new().await;
    tariffs(&office).await;
    let browser = office.clerk().await;
    let change =
        [("kind", "class"), ("to", "bathhouse"), ("on", "2026-10-23"), ("register", "1215")];
    assert_eq!(enter(&browser, &change).await.status, StatusCode::SEE_OTHER);
    let page = browser.get(TERMS).await;
    page.assert_has("用途変更「一般用」→「公衆浴場用」");
    page.assert_has("変更日の指針 1215");
    browser.get("/connections/00000001").await.assert_has("公衆浴場用");
    let withdrawal = [("term", "class"), ("id", "1"), ("reason", "誤り")];
    let path = format!("{TERMS}/end");
    let withdrawn = browser.post(&path, &withdrawal).await;
    assert_eq!(withdrawn.status, StatusCode::SEE_OTHER, "{}", withdrawn.text());
    browser.get(TERMS).await.assert_has("理由: 誤り");
    browser.post(&path, &withdrawal).await.assert_has("B73");
}
