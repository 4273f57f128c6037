//! The walls: every page behind the log-in, headers on every answer, no form from elsewhere.

use axum::http::StatusCode;

use super::test_office::TestOffice;

/// Every address that the router knows, with an example. `GET` unless said.
pub(super) const BEHIND_LOGIN: &[(&str, &str, &str)] = &[
    ("GET", "/", "/"),
    ("POST", "/logout", "/logout"),
    ("GET", "/account", "/account"),
    ("POST", "/account/password", "/account/password"),
    ("POST", "/account/sessions/end", "/account/sessions/end"),
    ("GET", "/connections", "/connections"),
    ("POST", "/connections/search", "/connections/search"),
    ("GET", "/connections/{number}", "/connections/00000001"),
    ("GET", "/connections/{number}/readings.csv", "/connections/00000001/readings.csv"),
    ("GET", "/connections/{number}/terms", "/connections/00000001/terms"),
    ("POST", "/connections/{number}/terms", "/connections/00000001/terms"),
    ("POST", "/connections/{number}/terms/end", "/connections/00000001/terms/end"),
    ("POST", "/connections/{number}/terms/readings", "/connections/00000001/terms/readings"),
    ("GET", "/screening", "/screening"),
    ("POST", "/screening", "/screening"),
    ("GET", "/screening.csv", "/screening.csv"),
    ("POST", "/screening/choose", "/screening/choose"),
    ("GET", "/rounds", "/rounds"),
    ("GET", "/rounds/{round}", "/rounds/1"),
    ("POST", "/rounds/{round}/close", "/rounds/1/close"),
    ("GET", "/rounds/{round}/routes.csv", "/rounds/1/routes.csv"),
    ("GET", "/rounds/{round}/findings", "/rounds/1/findings"),
    ("GET", "/rounds/{round}/findings.csv", "/rounds/1/findings.csv"),
    ("GET", "/rounds/{round}/unread", "/rounds/1/unread"),
    ("GET", "/rounds/{round}/unread.csv", "/rounds/1/unread.csv"),
    ("GET", "/rounds/{round}/routes/{route}", "/rounds/1/routes/1"),
    ("POST", "/rounds/{round}/routes/{route}/assign", "/rounds/1/routes/1/assign"),
    ("GET", "/rounds/{round}/routes/{route}/readings.csv", "/rounds/1/routes/1/readings.csv"),
    ("GET", "/assessments", "/assessments"),
    ("POST", "/rounds/{round}/billing-run", "/rounds/1/billing-run"),
    ("GET", "/billing-runs/{run}", "/billing-runs/1"),
    ("POST", "/billing-runs/{run}/cancel", "/billing-runs/1/cancel"),
    ("GET", "/tariff-lab", "/tariff-lab"),
    ("POST", "/tariff-lab", "/tariff-lab"),
    ("GET", "/tariff-lab/{trial}", "/tariff-lab/1"),
    ("GET", "/tariff-lab/{trial}", "/tariff-lab/1.csv"),
    ("GET", "/tariff-lab/{trial}", "/tariff-lab/1.pdf"),
    ("POST", "/tariff-lab/{trial}/cancel", "/tariff-lab/1/cancel"),
    ("GET", "/rounds/{round}/assessments.csv", "/rounds/1/assessments.csv"),
    ("GET", "/assessments/{assessment}", "/assessments/1"),
    ("GET", "/bills/{bill}", "/bills/1"),
    ("GET", "/bills/{bill}", "/bills/1.pdf"),
    ("GET", "/tariffs", "/tariffs"),
    ("POST", "/tariffs", "/tariffs"),
    ("GET", "/tariffs/{version}", "/tariffs/1"),
    ("POST", "/tariffs/{version}/copy", "/tariffs/1/copy"),
    ("POST", "/tariffs/{version}/approve", "/tariffs/1/approve"),
    ("POST", "/tariffs/{version}/withdraw", "/tariffs/1/withdraw"),
    ("GET", "/tariffs/{version}/table", "/tariffs/1/table"),
    ("POST", "/tariffs/{version}/table", "/tariffs/1/table"),
    ("GET", "/tariffs/{version}/text", "/tariffs/1/text"),
    ("POST", "/tariffs/{version}/text", "/tariffs/1/text"),
    ("GET", "/tariffs/{version}/difference", "/tariffs/1/difference"),
    ("GET", "/tariffs/{version}/trial", "/tariffs/1/trial"),
    ("GET", "/golden-rows", "/golden-rows"),
    ("POST", "/golden-rows", "/golden-rows"),
    ("POST", "/golden-rows/{row}/withdraw", "/golden-rows/1/withdraw"),
    ("GET", "/leak-adjustments", "/leak-adjustments"),
    ("POST", "/leak-adjustments", "/leak-adjustments"),
    ("GET", "/leak-adjustments/new", "/leak-adjustments/new"),
    ("GET", "/leak-adjustments/{id}", "/leak-adjustments/1"),
    ("GET", "/leak-adjustments/{id}/json", "/leak-adjustments/1/json"),
    ("POST", "/leak-adjustments/{id}/decision", "/leak-adjustments/1/decision"),
    ("GET", "/rounds/{round}/estimates", "/rounds/1/estimates"),
    ("POST", "/rounds/{round}/estimates", "/rounds/1/estimates"),
    ("POST", "/rounds/{round}/estimates/approve", "/rounds/1/estimates/approve"),
    ("POST", "/rounds/{round}/estimates/rule", "/rounds/1/estimates/rule"),
    ("GET", "/rounds/{round}/estimates/{connection}", "/rounds/1/estimates/1"),
    ("POST", "/rounds/{round}/estimates/{connection}", "/rounds/1/estimates/1"),
    ("POST", "/estimates/{id}/decision", "/estimates/1/decision"),
    ("GET", "/estimates/in-a-row", "/estimates/in-a-row"),
    ("GET", "/corrections", "/corrections"),
    ("POST", "/corrections", "/corrections"),
    ("GET", "/corrections/new", "/corrections/new"),
    ("GET", "/corrections/{id}", "/corrections/1"),
    ("GET", "/corrections/{id}/paper.pdf", "/corrections/1/paper.pdf"),
    ("POST", "/corrections/{id}/decision", "/corrections/1/decision"),
    ("GET", "/settlements", "/settlements"),
    ("GET", "/devices", "/devices"),
    ("GET", "/field-work", "/field-work"),
    ("POST", "/field-work/settle", "/field-work/settle"),
    ("POST", "/field-work/days", "/field-work/days"),
    ("POST", "/field-work/held", "/field-work/held"),
    ("POST", "/field-work/end", "/field-work/end"),
    ("POST", "/field-work/begin", "/field-work/begin"),
    ("POST", "/field-work/cash", "/field-work/cash"),
    ("GET", "/connections/{number}/field", "/connections/00000001/field"),
    ("POST", "/connections/{number}/orders", "/connections/00000001/orders"),
    ("POST", "/connections/{number}/hazards", "/connections/00000001/hazards"),
    ("POST", "/connections/{number}/notice", "/connections/00000001/notice"),
    ("GET", "/field-settings", "/field-settings"),
    ("POST", "/field-settings", "/field-settings"),
    ("GET", "/remarks", "/remarks"),
    ("POST", "/remarks", "/remarks"),
    ("GET", "/follow-ups", "/follow-ups"),
    ("POST", "/follow-ups", "/follow-ups"),
    ("GET", "/follow-ups.csv", "/follow-ups.csv"),
    ("GET", "/photos/{id}", "/photos/00000000-0000-0000-0000-000000000007"),
    ("GET", "/help", "/help"),
    ("GET", "/help/{part}/{chapter}", "/help/reader/login"),
    ("GET", "/help/pictures/{folder}/{picture}", "/help/pictures/terminal/login.png"),
    ("GET", "/papers", "/papers"),
    ("GET", "/papers/{kind}", "/papers/leak_notice"),
    ("POST", "/papers/{kind}", "/papers/leak_notice"),
    ("POST", "/papers/{kind}/{version}/activate", "/papers/leak_notice/1/activate"),
    ("GET", "/papers/{kind}/{version}/{width}", "/papers/leak_notice/0/58.png"),
    ("GET", "/practice", "/practice"),
];

/// What somebody who only reads meters may ask for. Everything else is refused, whatever is sent.
const OPEN_TO_READERS: &[&str] = &[
    "/",
    "/logout",
    "/account",
    "/account/password",
    "/account/sessions/end",
    "/rounds",
    "/rounds/1",
    "/rounds/1/routes.csv",
    "/rounds/1/findings",
    "/rounds/1/findings.csv",
    "/rounds/1/unread",
    "/rounds/1/unread.csv",
    "/rounds/1/routes/1",
    "/rounds/1/routes/1/readings.csv",
    "/devices",
    "/help",
    "/help/reader/login",
    "/help/pictures/terminal/login.png",
    "/practice",
];

/// Something for each field that some form needs.
const FORM: &[(&str, &str)] = &[
    ("query", "佐藤"),
    ("device", ""),
    ("due_on", "2026-12-20"),
    ("base", "1"),
    ("text", ""),
    ("draft", ""),
    ("year", "2026"),
    ("action", "save"),
    ("decision", "approve"),
];

/// The files in which routes are named.
const SOURCES: [&str; 14] = [
    include_str!("../access.rs"),
    include_str!("../billing.rs"),
    include_str!("../billing/correction.rs"),
    include_str!("../billing/estimate.rs"),
    include_str!("../billing/leak_adjustment.rs"),
    include_str!("../billing/tariff.rs"),
    include_str!("../connection.rs"),
    include_str!("../connection/terms.rs"),
    include_str!("../devices.rs"),
    include_str!("../field.rs"),
    include_str!("../help.rs"),
    include_str!("../metering.rs"),
    include_str!("../papers.rs"),
    include_str!("../reports.rs"),
];

#[test]
fn the_table_of_routes_is_whole() {
    let named = SOURCES.iter().flat_map(|source| source.split(".route(").skip(1));
    let mut count = 0;
    for route in named {
        let path = route.split('"').nth(1).unwrap();
        let is_known = path == "/login" || BEHIND_LOGIN.iter().any(|(_, known, _)| *known == path);
        assert!(is_known, "{path} is not in the table of this test");
        count += 1;
    }
    assert!(count > 15, "the sources were not read");
}

#[tokio::test]
async fn no_page_opens_without_a_session() {
    let office = TestOffice::new().await;
    let mut browser = office.stranger();
    for cookie in [None, Some("__Host-minamo=AAAA"), Some("__Host-minamo=")] {
        browser.cookie = cookie.map(str::to_owned);
        for (method, _, path) in BEHIND_LOGIN {
            let page = match *method {
                "GET" => browser.get(path).await,
                _ => browser.post(path, &[]).await,
            };
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
            assert!(page.location().starts_with("/login"), "{path} → {}", page.location());
            assert!(page.bytes.is_empty(), "{path}");
        }
    }
    let page = browser.get("/rounds/1?done=closed").await;
    assert_eq!(page.location(), "/login?next=%2Frounds%2F1%3Fdone%3Dclosed");
}

#[tokio::test]
async fn a_reader_sees_the_rounds_but_no_person_and_no_money() {
    let office = TestOffice::new().await;
    let browser = office.logged_in("reader").await;
    assert_eq!(browser.get("/rounds").await.status, StatusCode::OK);
    let mut refused = 0;
    for (method, _, path) in BEHIND_LOGIN {
        let is_open = OPEN_TO_READERS.contains(path);
        let page = match *method {
            "GET" => browser.get(path).await,
            _ if is_open => continue,
            _ => browser.post(path, FORM).await,
        };
        let is_refused = page.status == StatusCode::FORBIDDEN;
        assert_eq!(is_refused, !is_open, "{method} {path}: {}", page.status);
        if is_refused {
            page.assert_has("W03");
            refused += 1;
        }
    }
    assert!(refused > 30, "the table was not gone through: {refused}");
    let home = browser.get("/").await;
    home.assert_lacks("調定・請求");
    home.assert_lacks("data-search");
}

#[tokio::test]
async fn a_form_from_another_site_changes_nothing() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    for (method, _, path) in BEHIND_LOGIN.iter().chain([&("POST", "/login", "/login")]) {
        if *method == "POST" {
            let page = browser.post_from("https://evil.example", path, &[]).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
            page.assert_has("W04");
        }
    }
    assert_eq!(browser.get("/").await.status, StatusCode::OK, "the session is still there");
}

#[tokio::test]
async fn every_answer_carries_the_protecting_headers() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    for path in ["/", "/login", "/connections/00000001", "/nowhere", "/rounds/99"] {
        let page = browser.get(path).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'self'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("cache-control"), "no-store");
        // The policy would silently drop them.
        for inline in [" style=", "<style", " onclick=", "javascript:"] {
            page.assert_lacks(inline);
        }
    }
}

#[tokio::test]
async fn the_stylesheet_is_kept_by_browsers_under_its_own_address() {
    let office = TestOffice::new().await;
    let login = office.stranger().get("/login").await;
    let address = login.text().split("stylesheet\" href=\"").nth(1).unwrap();
    let address = address.split('"').next().unwrap();
    let sheet = office.stranger().get(address).await;
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    assert!(sheet.header("cache-control").contains("immutable"));
}

#[tokio::test]
async fn error_pages_have_a_code_and_a_way_out() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    for (path, status, code) in [
        ("/nowhere", StatusCode::NOT_FOUND, "W01"),
        ("/rounds/abc", StatusCode::NOT_FOUND, "W01"),
        ("/rounds/99", StatusCode::NOT_FOUND, "W02"),
        ("/connections/99999999", StatusCode::NOT_FOUND, "W02"),
        ("/rounds/1?done=nonsense", StatusCode::BAD_REQUEST, "W05"),
        ("/logout", StatusCode::METHOD_NOT_ALLOWED, "W06"),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, status, "{path}");
        page.assert_has(code);
        page.assert_has("href=\"/\"");
        page.assert_has("窓口 花子");
    }
    let stranger = office.stranger().get("/nowhere").await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    stranger.assert_lacks("窓口 花子");
}

#[tokio::test]
async fn a_database_that_is_gone_is_told_without_its_secrets() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    office.backoffice.pool.close().await;
    let page = browser.get("/rounds").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    page.assert_has("X90");
    page.assert_lacks("pool");
    page.assert_lacks("sqlx");
}

#[tokio::test]
async fn a_page_of_the_servers_own_stands_in_the_same_frame() {
    let office = TestOffice::new().await;
    let page = office.clerk().await.get("/practice").await;
    page.assert_has("<h1>操作練習の画面</h1>");
    page.assert_has("<script src=\"/practice/x.js\" defer></script>");
    page.assert_has("<a href=\"/practice\" aria-current=\"page\">操作練習</a>");
    assert!(page.header("content-security-policy").contains("default-src 'self'"));
}
