//! Layouts of papers on pages: a fault at its line, a picture, a second person.

use axum::http::StatusCode;

use super::test_office::TestOffice;

#[tokio::test]
async fn a_layout_is_checked_kept_and_seen() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    browser.get("/papers").await.assert_has("漏水のお知らせ");
    let page = browser.get("/papers/leak_notice").await;
    page.assert_has("初めの様式");
    let faulty = [("text", "gap 4\nrow \"{nobody}\" | \"a\""), ("reason", "試し")];
    let page = browser.post("/papers/leak_notice", &faulty).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    for words in ["P20", "2行目", "「nobody」という項目はこの帳票にありません"]
    {
        page.assert_has(words);
    }
    let good = [("text", "text \"{title}\" title bold\r\nwave"), ("reason", "短く")];
    let page = browser.post("/papers/leak_notice", &good).await;
    assert_eq!(page.location(), "/papers/leak_notice");
    browser.get("/papers/leak_notice").await.assert_has("短く");
    let day = [("valid_from", "2099-01-01")];
    let page = browser.post("/papers/leak_notice/1/activate", &day).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.assert_has("P21");

    let built_in = browser.get("/papers/leak_notice/0/58.png").await;
    let own = browser.get("/papers/leak_notice/1/58.png").await;
    assert_eq!(own.header("content-type"), "image/png");
    assert!(own.bytes.starts_with(b"\x89PNG") && own.bytes.len() < built_in.bytes.len());
    let nothing = browser.get("/papers/leak_notice/2/58.png").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}
