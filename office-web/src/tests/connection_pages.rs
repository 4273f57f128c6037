//! The search and the page of one connection.

use axum::http::StatusCode;

use super::test_office::{HOSTILE_NAME, TestOffice};

#[tokio::test]
async fn a_search_shows_its_results_without_naming_anybody_in_the_address() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    let sent = browser.post("/connections/search", &[("query", "さとう きょうこ")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let address = sent.location();
    assert!(address.starts_with("/connections?search="), "{address}");
    assert!(
        address.bytes().all(|b| b.is_ascii_alphanumeric() || b"/?=-_".contains(&b)),
        "{address}"
    );

    let results = browser.get(address).await;
    results.assert_has("佐藤 京子");
    results.assert_has("/connections/00000001");
    results.assert_lacks("鈴木");
    // Going back later still shows them; another member of staff sees nothing of it.
    browser.get(address).await.assert_has("佐藤 京子");
    let other = office.logged_in("reader").await;
    assert_eq!(other.get(address).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn every_kind_of_detail_finds_its_connection() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    for query in ["佐藤", "ｻﾄｳ", "235-1111", "20-000001", "相生一丁目 佐藤", "３番１号"]
    {
        let sent = browser.post("/connections/search", &[("query", query)]).await;
        browser.get(sent.location()).await.assert_has("/connections/00000001");
    }
    for query in ["00000001", "０００００００１", " 00000001 "] {
        let sent = browser.post("/connections/search", &[("query", query)]).await;
        assert_eq!(sent.location(), "/connections/00000001", "{query}");
    }
    let nothing = browser.post("/connections/search", &[("query", "水面太郎")]).await;
    browser.get(nothing.location()).await.assert_has("ありませんでした");
    let short = browser.post("/connections/search", &[("query", "佐")]).await;
    browser.get(short.location()).await.assert_has("2文字以上");
}

#[tokio::test]
async fn a_hostile_name_or_question_stays_text() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    for query in [HOSTILE_NAME, "\"><script>alert(1)</script>", "スクリプト"] {
        let sent = browser.post("/connections/search", &[("query", query)]).await;
        let page = browser.get(sent.location()).await;
        assert_eq!(page.status, StatusCode::OK);
        page.assert_lacks("<script>alert");
    }
    let page = browser.get("/connections/00000002").await;
    page.assert_lacks("<script>alert");
    page.assert_has("&#60;script&#62;");
}

#[tokio::test]
async fn one_page_tells_all_about_a_connection() {
    let office = TestOffice::new().await;
    let page = office.clerk().await.get("/connections/00000001").await;
    assert_eq!(page.status, StatusCode::OK);
    for words in [
        "佐藤 京子",
        "サトウ キョウコ",
        "055-235-1111",
        "〒400-0858",
        "相生一丁目3番1号",
        "北緯35.662000",
        "東経138.568000",
        "納入通知書",
        "一般用",
        "20-000001",
        "φ20",
        "2031/03/31",
        "2026/09/20",
        "<svg",
        "前年同期",
        "使用中",
    ] {
        page.assert_has(words);
    }
    // 46 m³ now, 40 m³ a year before.
    page.assert_has("+6");
}

#[tokio::test]
async fn master_meter_and_submeter_lead_to_each_other() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    browser.get("/connections/00000003").await.assert_has("/connections/00000004");
    browser.get("/connections/00000004").await.assert_has("/connections/00000003");
}

#[tokio::test]
async fn the_history_can_be_taken_along_as_a_file() {
    let office = TestOffice::new().await;
    let file = office.clerk().await.get("/connections/00000001/readings.csv").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"readings-00000001.csv\""
    );
    file.assert_has("\r\n00000001,2026-09-20,1200,46,移行,,\r\n");
}
