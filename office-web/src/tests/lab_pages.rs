//! The tariff lab's pages: choosing, watching, reading, and what is refused.

use axum::http::StatusCode;
use backoffice::billing::demo_tariffs;

use super::billing_pages::{bill, closed_round};
use super::test_office::{Browser, HOSTILE_NAME, Page, TestOffice};

/// The water table with a dearer service charge, under a name that is a formula to a spreadsheet.
fn draft() -> String {
    demo_tariffs()[0]
        .replace("高槻市水道料金（令和元年10月1日から）", "=1+1 <b>改定案</b>")
        .replace("service_yen = \"1518\"", "service_yen = \"1700\"")
}

async fn tried(browser: &Browser<'_>, parts: &[(&str, &str)]) -> (String, Page) {
    let started = browser.post_parts("/tariff-lab", parts).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.text());
    let address = started.location().to_owned();
    let page = browser.watch(&address).await;
    (address, page)
}

#[tokio::test]
async fn a_draft_is_tried_and_read_as_page_file_and_paper() {
    let office = TestOffice::new().await;
    closed_round(&office).await;
    let browser = office.clerk().await;
    bill(&browser, &office).await;
    let form = browser.get("/tariff-lab").await;
    form.assert_has("令和8年度（検針1回・調定8件）");
    form.assert_has("高槻市水道料金");

    let draft = draft();
    let (address, page) =
        tried(&browser, &[("year", "2026"), ("draft", ""), ("text", &draft)]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    // Four connections, φ20: 182 yen more each, and sewerage as it was.
    for words in [
        "=1+1 &#60;b&#62;改定案",
        "<td class=\"figure\">23,648</td>",
        "<td class=\"figure\">24,376</td>",
        "+728",
        "+3.1%",
        "下水道使用料のうち、この案に料金表のない調定4件",
        "増える額が大きい",
        "5,912→6,094",
        "21〜40 m³（2か月）",
        "aria-label=\"水道料金の口径別の収入。数値は下の表にあります。\"",
    ] {
        page.assert_has(words);
    }
    page.assert_lacks(HOSTILE_NAME);
    page.assert_lacks("<b>改定案");

    let file = browser.get(&format!("{address}.csv")).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    file.assert_has("\r\n収入,水道料金,試算した調定,,4,180,23648,24376,728,3.1\r\n");
    file.assert_has("\r\n口径別,水道料金,20mm,,4,180,23648,24376,728,3.1\r\n");
    file.assert_has("\r\n段階別（改定案）,水道料金,基本料金,,,0,,6800,,\r\n");
    file.assert_has("\r\n増減額の分布,,500円までの増,,4,,,,,\r\n");

    let paper = browser.get(&format!("{address}.pdf")).await;
    assert_eq!(paper.header("content-type"), "application/pdf");
    assert!(paper.bytes.starts_with(b"%PDF-"));
    assert_eq!(browser.get(&format!("{address}.exe")).await.status, StatusCode::NOT_FOUND);
    browser.get("/tariff-lab").await.assert_has("完了");
}

#[tokio::test]
async fn a_file_goes_before_the_text_and_a_stored_version_needs_neither() {
    let office = TestOffice::new().await;
    closed_round(&office).await;
    let browser = office.clerk().await;
    bill(&browser, &office).await;
    let draft = draft();
    let parts = [("year", "2026"), ("text", "これは料金表ではない"), ("file", draft.as_str())];
    let (_, page) = tried(&browser, &parts).await;
    page.assert_has("+728");

    let form = browser.get("/tariff-lab").await;
    let option = form.text().split("<option value=\"").find(|rest| rest.contains("高槻市水道料金"));
    let id = option.unwrap().split('"').next().unwrap().to_owned();
    let started = browser.post("/tariff-lab", &[("year", "2026"), ("draft", &id)]).await;
    let page = browser.watch(started.location()).await;
    page.assert_has("±0");
    page.assert_has("金額の変わる請求はありませんでした");
}

#[tokio::test]
async fn what_cannot_be_tried_is_refused_in_plain_words() {
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    browser.get("/tariff-lab").await.assert_has("調定した検針期がまだない");
    let faulty = draft().replace("mode = \"floor\"", "mode = \"flor\"");
    let page = browser.post_parts("/tariff-lab", &[("year", "2026"), ("text", &faulty)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_has("料金表に誤りがあるため");
    page.assert_has("行");
    let page = browser.post_parts("/tariff-lab", &[("year", "2026"), ("draft", "")]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    let page = browser.post_parts("/tariff-lab", &[("year", "らいねん"), ("draft", "")]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);

    let (_, page) = tried(&browser, &[("year", "2026"), ("text", &draft())]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.assert_has("L01");
    let reader = office.logged_in("reader").await;
    assert_eq!(reader.get("/tariff-lab").await.status, StatusCode::FORBIDDEN);
}
