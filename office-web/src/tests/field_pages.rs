//! The reader's day at the office: orders, hazards, notes and photos on pages.

use axum::http::StatusCode;

use super::test_office::TestOffice;

#[tokio::test]
async fn an_order_is_given_out_and_taken_back() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    let order = [("kind", "3"), ("due_on", "2026-11-25"), ("note", "<b>裏口</b>から")];
    let page = browser.post("/connections/00000001/orders", &order).await;
    assert_eq!(page.location(), "/connections/00000001/field");
    let page = browser.get(page.location()).await;
    for words in ["メーター交換", "未了", "&#60;b&#62;裏口"] {
        page.assert_has(words);
    }
    browser.post("/connections/00000001/orders", &[("cancel", "1")]).await;
    browser.get("/connections/00000001/field").await.assert_has("取消");
    let again = browser.post("/connections/00000001/orders", &[("cancel", "1")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    again.assert_has("M42");
    let empty = browser.post("/connections/00000001/orders", &[("kind", "3")]).await;
    empty.assert_has("M43");
}

#[tokio::test]
async fn hazards_are_kept_and_notes_wait_until_they_are_settled() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    let both = [("hazard", "1"), ("hazard", "6")];
    browser.post("/connections/00000001/hazards", &both).await;
    let page = browser.get("/connections/00000001/field").await;
    page.assert_has("value=\"6\" checked");
    page.assert_lacks("value=\"2\" checked");
    office
        .sql(
            "insert into metering.note
                 (utility_id, note_id, route_id, connection_id, kind, text, noted_on, reader_login,
                  device_id, device_sequence)
             select 1, '00000000-0000-0000-0000-000000000007', min(route_id), 1, 5, 'ふたが割れている',
                    '2026-11-20', '101', '00000000-0000-0000-0000-000000000101', 1
             from metering.reading_route",
        )
        .await;
    browser.get("/field-work").await.assert_has("ふたが割れている");
    let settled = [("subject", "00000000-0000-0000-0000-000000000007")];
    let page = browser.post("/field-work/settle", &settled).await;
    assert_eq!(page.location(), "/field-work");
    browser.get("/field-work").await.assert_lacks("ふたが割れている");
    let unknown = browser.post("/field-work/settle", &[("subject", "x")]).await;
    unknown.assert_has("M40");
    let nobody = [("reader", "101"), ("taken_on", "2026-11-20"), ("counted", "1")];
    browser.post("/field-work/cash", &nobody).await.assert_has("M40");
}
