//! The masters of the reader's work on pages: settings, remark codes, follow-ups.

use axum::http::StatusCode;

use super::test_office::TestOffice;

#[tokio::test]
async fn settings_become_a_version_and_mistakes_stand_beside_what_was_typed() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    browser.get("/field-settings").await.assert_has("まだ保存された版はありません");
    let wrong = [
        ("valid_from", "2020-01-01"),
        ("cash_limit", "十万"),
        ("photo_percent", "5"),
        ("due_kind", "none"),
        ("debit_kind", "none"),
    ];
    let page = browser.post("/field-settings", &wrong).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    for words in ["現地で持ち歩ける現金", "S60", "十万"] {
        page.assert_has(words);
    }
    let late = [("valid_from", "2020-01-01"), ("issuer-0-name", "下水道局")];
    let page = browser.post("/field-settings", &late).await;
    for words in ["S64", "S63", "下水道使用料の発行者（この事業体の下水道）"] {
        page.assert_has(words);
    }
    let right = [
        ("valid_from", "2999-04-01"),
        ("cash_limit", "100,000"),
        ("photo_percent", "5"),
        ("due_kind", "after"),
        ("due_number", "14"),
        ("debit_kind", "day"),
        ("debit_number", "31"),
        ("lock_minutes", "10"),
        ("reason", "<b>規程</b>"),
    ];
    let page = browser.post("/field-settings", &right).await;
    assert_eq!(page.location(), "/field-settings");
    let page = browser.get("/field-settings").await;
    for words in
        ["2999/04/01", "100,000円", "検針日の14日後", "翌月末日", "&#60;b&#62;規程", "窓口 花子"]
    {
        page.assert_has(words);
    }
    page.assert_lacks("現在</span>");
}

#[tokio::test]
async fn a_remark_is_added_and_one_that_was_used_stays() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    let page = browser.get("/remarks").await;
    page.assert_has("value=\"漏水の疑い（パイロット回転）\"");
    page.assert_has("初期の表");
    let few = [
        ("valid_from", "2999-04-01"),
        ("row-0-order", "20"),
        ("row-0-code", "00"),
        ("row-0-name", "正常"),
        ("row-0-reads", "yes"),
        ("row-0-follow_up", "none"),
        ("row-1-order", "10"),
        ("row-1-code", "40"),
        ("row-1-name", "蜂の巣"),
        ("row-1-follow_up", "letter"),
    ];
    office.sql(VISIT).await;
    let page = browser.post("/remarks", &few).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    for words in ["コード 06", "S66", "蜂の巣"] {
        page.assert_has(words);
    }
    let used = [
        ("row-2-order", "30"),
        ("row-2-code", "06"),
        ("row-2-name", "漏水の疑い"),
        ("row-2-reads", "yes"),
        ("row-2-follow_up", "leak_survey"),
    ];
    let whole: Vec<(&str, &str)> = few.into_iter().chain(used).collect();
    assert_eq!(browser.post("/remarks", &whole).await.location(), "/remarks");
    let page = browser.get("/remarks").await;
    page.assert_has("2999/04/01");
    page.assert_has("使用済み");
}

const VISIT: &str = "
    insert into metering.visit (utility_id, visit_id, connection_id, visited_on, remarks)
    values (1, '00000000-0000-0000-0000-0000000000b1', 1, '2026-11-20', '{6}')";

#[tokio::test]
async fn a_follow_up_is_done_with_a_note() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    office.sql(VISIT).await;
    let page = browser.get("/follow-ups?connection=00000001").await;
    page.assert_has("漏水調査");
    page.assert_has("処理を待つもの（1件）");
    browser.get("/follow-ups?connection=00000002").await.assert_has("処理を待つもの（0件）");
    let file = browser.get("/follow-ups.csv").await;
    file.assert_has("2026-11-20,00000001,");
    file.assert_has("06,漏水の疑い（パイロット回転）,漏水調査");
    let done = [("subject", "00000000-0000-0000-0000-0000000000b1"), ("remark", "調査を依頼した")];
    assert_eq!(browser.post("/follow-ups", &done).await.location(), "/follow-ups");
    let page = browser.get("/follow-ups").await;
    page.assert_has("処理を待つもの（0件）");
    page.assert_has("調査を依頼した");
    browser.post("/follow-ups", &done).await.assert_has("M42");
}

#[tokio::test]
async fn a_notice_goes_by_post_until_it_does_not() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    let yes = [("is_mailed", "yes")];
    browser.post("/connections/00000001/notice", &yes).await;
    let page = browser.get("/connections/00000001/field").await;
    page.assert_has("name=\"is_mailed\" value=\"yes\" checked");
    browser.post("/connections/00000001/notice", &[("is_mailed", "")]).await;
    let page = browser.get("/connections/00000001/field").await;
    page.assert_lacks("name=\"is_mailed\" value=\"yes\" checked");
}
