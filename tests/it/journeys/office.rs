//! A clerk's morning: log in, find a caller, look at the round, explain an assessment, open a bill.

use tests::browser::Browser;
use tests::server::Server;

use super::{TODAY, travel};

/// Logs in as the demo clerk and lands on today's work.
pub async fn log_in(browser: &Browser, server: &Server) -> anyhow::Result<()> {
    browser.go(&server.address).await?;
    browser.see("ログイン").await?;
    browser.fill("#login_name", backoffice::demo::DEMO_CLERK).await?;
    browser.fill("#password", backoffice::demo::DEMO_PASSWORD).await?;
    browser.click(".login-card button[type=submit]").await?;
    browser.see("今日の仕事").await
}

#[test]
fn a_clerk_finds_a_caller_and_explains_a_bill() {
    travel(async {
        let server = Server::with_demo_town(120, TODAY)?;
        let browser = Browser::open("office").await?;

        browser.go(&server.address).await?;
        browser.fill("#login_name", backoffice::demo::DEMO_CLERK).await?;
        browser.fill("#password", "wrong").await?;
        browser.click(".login-card button[type=submit]").await?;
        browser.see("A01").await?;
        browser.picture("login-refused").await?;
        log_in(&browser, &server).await?;
        browser.picture("home").await?;

        let number = find_somebody(&browser).await?;
        browser.see(&number).await?;
        browser.see("検針履歴").await?;
        anyhow::ensure!(
            browser
                .client
                .execute("return document.querySelectorAll('main svg').length > 0", vec![])
                .await?
                == true,
            "the history has a chart"
        );
        browser.picture("connection").await?;

        look_at_the_round(&browser).await?;
        explain_an_assessment(&browser, &server).await
    });
}

/// Searches for a part of a kana name and opens the first hit.
async fn find_somebody(browser: &Browser) -> anyhow::Result<String> {
    browser.fill("#query", "さとう").await?;
    browser.click(".big-search button[type=submit]").await?;
    let number = browser.text("main table.list tbody th a.row-link").await?;
    browser.picture("search").await?;
    let address = browser.client.current_url().await?;
    let names_nobody = !address.as_str().contains("%E3") && !address.as_str().contains("query");
    anyhow::ensure!(names_nobody, "no personal data in addresses: {address}");
    browser.click("main table.list tbody th a.row-link").await?;
    Ok(number)
}

async fn look_at_the_round(browser: &Browser) -> anyhow::Result<()> {
    browser.follow("検針").await?;
    browser.see("検針中").await?;
    browser.picture("rounds").await?;
    browser.click("main table.list tbody th a.row-link").await?;
    browser.see("全体の進捗").await?;
    browser.picture("round").await?;
    // Nothing has been read: closing is refused with the numbers.
    browser.click("details.confirm summary").await?;
    browser.click("details.confirm button[type=submit]").await?;
    browser.see("M01").await?;
    browser.picture("round-not-closed").await?;
    browser.click("main table.list tbody th a.row-link").await?;
    browser.see("水栓ごとの結果").await?;
    browser.picture("route").await
}

async fn explain_an_assessment(browser: &Browser, server: &Server) -> anyhow::Result<()> {
    browser.go(&format!("{}/assessments", server.address)).await?;
    browser.see("調定").await?;
    browser.picture("assessments").await?;
    browser.click("main table.list tbody a[href^='/assessments/']").await?;
    browser.see("端数処理").await?;
    browser.picture("explanation").await?;
    let bill = browser
        .client
        .find(fantoccini::Locator::Css("main a[href^='/bills/']"))
        .await?
        .attr("href")
        .await?
        .unwrap_or_default();
    let bill = bill.trim_end_matches(".pdf").to_owned();
    browser.go(&format!("{}{bill}", server.address)).await?;
    browser.see("納期限").await?;
    browser.picture("bill").await?;
    // The browser itself fetches the PDF, with its session, and says what came.
    let pdf = browser
        .client
        .execute_async(
            "const [address, done] = arguments;
             fetch(address).then(async (answer) => {
               const bytes = new Uint8Array(await answer.arrayBuffer());
               done([answer.headers.get('content-type'), bytes.length,
                     String.fromCharCode(...bytes.slice(0, 5))]);
             }).catch((error) => done(String(error)));",
            vec![format!("{bill}.pdf").into()],
        )
        .await?;
    anyhow::ensure!(pdf[0] == "application/pdf" && pdf[2] == "%PDF-", "{pdf}");
    anyhow::ensure!(pdf[1].as_u64().unwrap_or(0) > 5_000, "{pdf}");
    Ok(())
}
