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

#[tokio::test]
async fn somebody_changes_their_password_and_ends_what_is_open_elsewhere() {
    let office = TestOffice::new().await;
    let [here, elsewhere] = [office.clerk().await, office.clerk().await];
    here.get("/account").await.assert_has("ほかをすべて終了する");
    let good = "朝の川辺をゆっくり歩いて家へ帰る";
    let change = async |old: &str, new: &str, again: &str| {
        here.post("/account/password", &[("old", old), ("new", new), ("again", again)]).await
    };
    for (old, new, again, code) in [
        (PASSWORD, good, "ちがう文", "A07"),
        (PASSWORD, "短い", "短い", "A04"),
        (PASSWORD, "passwordpassword", "passwordpassword", "A05"),
        ("まちがい", good, good, "A06"),
    ] {
        let page = change(old, new, again).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_has(code);
        page.assert_lacks(good);
    }
    assert_eq!(elsewhere.get("/").await.status, StatusCode::OK);
    assert_eq!(change(PASSWORD, good, good).await.location(), "/account?done=password");
    assert_eq!(elsewhere.get("/").await.location(), "/login");
    here.get("/account?done=password").await.assert_lacks("ほかをすべて終了する");
    let form = [("login_name", "clerk"), ("password", good)];
    assert_eq!(office.stranger().post("/login", &form).await.location(), "/");
}

#[tokio::test]
async fn one_ends_ones_own_sessions_only() {
    let office = TestOffice::new().await;
    let [clerk, other] = [office.clerk().await, office.logged_in("reader").await];
    for session in 0..20 {
        let form = [("session", &*session.to_string())];
        if session != 1 {
            clerk.post("/account/sessions/end", &form).await;
        }
    }
    assert_eq!(other.get("/rounds").await.status, StatusCode::OK);
    assert_eq!(clerk.post("/account/sessions/end", &[]).await.location(), "/account?done=ended");
    assert_eq!(other.get("/rounds").await.status, StatusCode::OK);
    assert_eq!(clerk.get("/").await.status, StatusCode::OK);
}
