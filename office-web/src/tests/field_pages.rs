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

/// Sato's dials went back, a user left Suzuki's house, and somebody came.
const VISITS: &str = "
    insert into metering.reading (utility_id, reading_id, connection_id, meter_id, round_id, read_on,
        register_value, usage_m3, kind, reader_login)
    select 1, v.id::uuid, v.connection_id, i.meter_id,
           case when v.kind = 1 then (select max(round_id) from metering.reading_round) end,
           '2026-11-20', 5, 0, 1, '101'
    from (values ('00000000-0000-0000-0000-0000000000a1', 1, 1),
                 ('00000000-0000-0000-0000-0000000000a2', 2, 2),
                 ('00000000-0000-0000-0000-0000000000a3', 2, 3)) v(id, connection_id, kind)
    join metering.meter_installation i on i.connection_id = v.connection_id and upper_inf(i.period);
    insert into metering.reading_hold values (1, '00000000-0000-0000-0000-0000000000a1', 14);
    insert into metering.planned_reading (utility_id, round_id, connection_id, route_id, walk_order)
    select 1, round_id, 2, route_id, 2 from metering.reading_route order by route_id limit 1
    on conflict do nothing;
    insert into metering.service_stop (utility_id, stop_id, round_id, connection_id, stopped_on,
        payment, was_closed, reader_login, device_id, device_sequence)
    select 1, '00000000-0000-0000-0000-0000000000a2', max(round_id), 2, '2026-11-20', 1, true, '101',
           '00000000-0000-0000-0000-000000000101', 2 from metering.reading_round;
    insert into metering.service_start (utility_id, start_id, round_id, connection_id,
        register_value, was_opened, started_on, reader_login, device_id, device_sequence)
    select 1, '00000000-0000-0000-0000-0000000000a3', max(round_id), 2, 5, true, '2026-11-21', '101',
           '00000000-0000-0000-0000-000000000101', 3 from metering.reading_round";

#[tokio::test]
async fn a_clerk_finds_volumes_and_begins_and_ends_agreements() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    office.sql(VISITS).await;
    let page = browser.get("/field-work").await;
    for words in ["保留中の検針", "メーター番号が違う", "契約を終える", "契約を始める"]
    {
        page.assert_has(words);
    }
    let held = ("subject", "00000000-0000-0000-0000-0000000000a1");
    let odd = [held, ("usage", "38"), ("remark", "")];
    let refused = browser.post("/field-work/held", &odd).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    refused.assert_has("M43");
    refused.assert_has("value=\"38\"");
    let found = [held, ("usage", "38"), ("remark", "番号を確かめた")];
    browser.post("/field-work/held", &found).await;
    browser.get("/field-work").await.assert_lacks("保留中の検針");

    let start = ("subject", "00000000-0000-0000-0000-0000000000a3");
    let user = [
        start,
        ("name", "新規 太郎"),
        ("kana", "シンキ タロウ"),
        ("telephone", ""),
        ("use_class", "general"),
        ("payment_method", "3"),
    ];
    let in_use = browser.post("/field-work/begin", &user).await;
    in_use.assert_has("M45");
    in_use.assert_has("value=\"シンキ タロウ\"");
    let stop = [("subject", "00000000-0000-0000-0000-0000000000a2")];
    browser.post("/field-work/end", &stop).await;
    assert_eq!(browser.post("/field-work/begin", &user).await.location(), "/field-work");
    browser.get("/field-work").await.assert_lacks("契約を始める");
    browser.get("/connections/00000002").await.assert_has("新規 太郎");
    let gone = browser.post("/field-work/end", &stop).await;
    gone.assert_has("M44");
}
