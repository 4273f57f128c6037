//! Assessments, their explanation, bills and the billing run.

use axum::http::StatusCode;
use backoffice::billing::{demo_tariffs, store_tariff};

use super::test_office::{Browser, HOSTILE_NAME, Page, TestOffice};

/// Everybody used 45 m³, the master meter of the third beside its submeter; the slip of the first
/// said so, with the right amount of water.
const READ: &str = "
    insert into metering.reading
        (utility_id, reading_id, connection_id, meter_id, round_id, read_on, register_value,
         usage_m3, kind, slip_water_yen, slip_sewerage_yen)
    select 1, gen_random_uuid(), n, n, r.round_id, '2026-11-20', 1200 + used, used, 1,
           case n when 1 then 5912 end, null
    from generate_series(1, 4) n, metering.reading_round r,
         lateral (select case n when 3 then 90 else 45 end as used) u;";

pub(super) async fn closed_round(office: &TestOffice) {
    for text in demo_tariffs() {
        store_tariff(&office.backoffice, text, None).await.unwrap();
    }
    read_and_close(office).await;
}

pub(super) async fn read_and_close(office: &TestOffice) {
    office.sql(READ).await;
    let browser = office.clerk().await;
    let closed = browser.post(&format!("/rounds/{}/close", office.round), &[]).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
}

pub(super) async fn bill(browser: &Browser<'_>, office: &TestOffice) {
    let page = run(browser, office, "2026-12-31").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    page.assert_has("請求を4件作りました");
}

/// Asks for a run and watches it to its end.
async fn run(browser: &Browser<'_>, office: &TestOffice, due_on: &str) -> Page {
    let address = format!("/rounds/{}/billing-run", office.round);
    let started = browser.post(&address, &[("due_on", due_on)]).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.text());
    assert!(started.location().starts_with("/billing-runs/"), "{}", started.location());
    browser.watch(started.location()).await
}

/// The address behind the first link to such a page.
fn first_link(text: &str, start: &str) -> String {
    let link = text.split("href=\"").find(|link| {
        link.strip_prefix(start).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    link.unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_closed_round_is_billed_once_however_often_it_is_asked_for() {
    let office = TestOffice::new().await;
    closed_round(&office).await;
    let browser = office.clerk().await;
    browser.get("/assessments").await.assert_has("調定処理を行う");
    bill(&browser, &office).await;
    let again = run(&browser, &office, "2026-12-31").await;
    again.assert_has("新しく調定するものはありませんでした");

    let list = browser.get(&format!("/assessments?round={}", office.round)).await;
    // Four of each claim: 4 × 5,912 yen of water.
    list.assert_has("<th scope=\"row\">水道料金</th><td class=\"figure\">4</td>");
    list.assert_has("<td class=\"figure\">23,648</td>");
    list.assert_has("全8件");
    list.assert_lacks(HOSTILE_NAME);
    browser.get("/").await.assert_has("4件");
    let file = browser.get(&format!("/rounds/{}/assessments.csv", office.round)).await;
    file.assert_has("\r\n00000001,水道料金,2026-11,45,5912,537,5912\r\n");
}

#[tokio::test]
async fn a_run_is_watched_and_stopped_from_its_page() {
    let office = TestOffice::new().await;
    closed_round(&office).await;
    let browser = office.clerk().await;
    office
        .sql(
            "insert into metering.reading_round
                 (utility_id, billing_month, months, opened_on, closed_on)
             values (1, '2026-09-01', 2, '2026-09-01', '2026-09-30')",
        )
        .await;
    // Somebody holds the rounds, so that the run has to wait.
    let mut holds = office.backoffice.pool.begin().await.unwrap();
    sqlx::query("select from metering.reading_round for update")
        .execute(&mut *holds)
        .await
        .unwrap();
    let address = format!("/rounds/{}/billing-run", office.round);
    let form = [("due_on", "2026-12-31")];
    let job = browser.post(&address, &form).await.location().to_owned();
    let page = browser.get(&job).await;
    for words in ["http-equiv=\"refresh\"", "準備しています", "中止する", "0%"] {
        page.assert_has(words);
    }
    assert_eq!(browser.post(&address, &form).await.location(), job, "asked for twice");
    let (other,): (i64,) = sqlx::query_as(
        "select round_id from metering.reading_round where billing_month = '2026-09-01'",
    )
    .fetch_one(&office.backoffice.pool)
    .await
    .unwrap();
    let second = browser.post(&format!("/rounds/{other}/billing-run"), &form).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    second.assert_has("J01");

    let stopped = browser.post(&format!("{job}/cancel"), &[]).await;
    assert_eq!(stopped.location(), job);
    browser.get(&job).await.assert_has("中止しています");
    holds.rollback().await.unwrap();
    let page = browser.watch(&job).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.assert_has("B13");
    page.assert_has("この検針期の調定はまだありません");
    bill(&browser, &office).await;
}

#[tokio::test]
async fn a_run_that_nobody_knows_is_not_found() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    let unknown = "/billing-runs/00000000-0000-4000-8000-000000000000";
    for (address, code) in [(unknown, "W02"), ("/billing-runs/7", "W01")] {
        let page = browser.get(address).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        page.assert_has(code);
    }
    let page = browser.post(&format!("{unknown}/cancel"), &[]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_open_round_is_not_billed() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    let page = run(&browser, &office, "2026-12-31").await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.assert_has("B10");
    let address = format!("/rounds/{}/billing-run", office.round);
    let page = browser.post(&address, &[("due_on", "いつか")]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn bills_cannot_be_due_before_they_are_made() {
    let office = TestOffice::new().await;
    closed_round(&office).await;
    let browser = office.clerk().await;
    let page = run(&browser, &office, "2026-11-01").await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.assert_has("B12");
}

#[tokio::test]
async fn an_assessment_can_be_worked_out_by_hand() {
    let office = TestOffice::new().await;
    closed_round(&office).await;
    let browser = office.clerk().await;
    bill(&browser, &office).await;
    let list = browser.get("/assessments").await;
    let water = browser.get(&first_link(list.text(), "/assessments/")).await;
    for words in [
        "1,518 円",
        "12m³",
        "11 円",
        "132 円",
        "27.5 円",
        "220 円",
        "148.5 円",
        "2,970 円",
        "214.5 円",
        "1,072.5 円",
        "5,912.5 円",
        "1円未満切捨て",
        "5,912 円",
        "537.45…円",
        "高槻市水道料金",
        "前回 1200 → 今回 1245",
        "一致",
    ] {
        water.assert_has(words);
    }
}

#[tokio::test]
async fn a_bill_is_a_page_and_a_paper() {
    let office = TestOffice::new().await;
    closed_round(&office).await;
    let browser = office.clerk().await;
    bill(&browser, &office).await;
    let connection = browser.get("/connections/00000001").await;
    let address = first_link(connection.text(), "/bills/");
    let page = browser.get(&address).await;
    page.assert_has("佐藤 京子");
    page.assert_has("2026/12/31");
    page.assert_has("下水道使用料");

    let paper = browser.get(&format!("{address}.pdf")).await;
    assert_eq!(paper.status, StatusCode::OK);
    assert_eq!(paper.header("content-type"), "application/pdf");
    let number = address.trim_start_matches("/bills/");
    assert_eq!(
        paper.header("content-disposition"),
        format!("inline; filename=\"bill-{number}.pdf\"")
    );
    assert!(paper.bytes.starts_with(b"%PDF-"));

    for (address, code) in [("/bills/999999", "W02"), ("/bills/x", "W01"), ("/bills/9.exe", "W01")]
    {
        let page = browser.get(address).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{address}");
        page.assert_has(code);
    }
}
