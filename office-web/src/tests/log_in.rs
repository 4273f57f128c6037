//! Logging in and out, and the lock.

use axum::http::StatusCode;

use super::test_office::{PASSWORD, TestOffice, session_cookie};

#[tokio::test]
async fn a_clerk_logs_in_works_and_logs_out() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    let home = browser.get("/").await;
    assert_eq!(home.status, StatusCode::OK);
    home.assert_has("窓口 花子");

    let out = browser.post("/logout", &[]).await;
    assert_eq!(out.location(), "/login");
    assert!(out.header("set-cookie").contains("Max-Age=0"), "{:?}", out.headers);
    // The old cookie is worth nothing even if somebody kept it.
    assert_eq!(browser.get("/").await.location(), "/login");
}

#[tokio::test]
async fn the_cookie_cannot_be_read_by_scripts_or_sent_by_other_sites() {
    let office = TestOffice::new().await;
    let form = [("login_name", "clerk"), ("password", PASSWORD), ("next", "/rounds")];
    let page = office.stranger().post("/login", &form).await;
    assert_eq!(page.location(), "/rounds");
    let cookie = page.header("set-cookie");
    for attribute in ["__Host-", "HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(session_cookie(&page).len() > 40, "32 random bytes");
}

#[tokio::test]
async fn a_wrong_password_shows_the_form_again_with_the_reason() {
    let office = TestOffice::new().await;
    let form = [("login_name", "clerk"), ("password", "まちがい"), ("next", "/rounds")];
    let page = office.stranger().post("/login", &form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_has("A01");
    page.assert_has("value=\"clerk\"");
    page.assert_has("value=\"/rounds\"");
    page.assert_lacks("まちがい");
    assert_eq!(page.header("set-cookie"), "");
}

#[tokio::test]
async fn five_wrong_passwords_lock_even_the_right_one() {
    let office = TestOffice::new().await;
    let browser = office.stranger();
    for _ in 0..5 {
        let form = [("login_name", "clerk"), ("password", "まちがい")];
        browser.post("/login", &form).await.assert_has("A01");
    }
    let page = browser.post("/login", &[("login_name", "clerk"), ("password", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    page.assert_has("A02");
}
