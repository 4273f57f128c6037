//! A clerk computes a leak adjustment and proposes it; somebody else approves it.

use tests::browser::Browser;
use tests::server::Server;

use super::office::log_in;
use super::{TODAY, travel};

#[test]
fn a_clerk_proposes_a_leak_adjustment_and_another_approves_it() {
    travel(async {
        let server = Server::with_demo_town(120, TODAY)?;
        let browser = Browser::open("leak-adjustment").await?;
        log_in(&browser, &server).await?;
        let number = somebody(&browser).await?;

        browser.follow("調定・請求").await?;
        browser.follow("漏水減免").await?;
        browser.see("起案はまだありません").await?;
        browser.picture("list").await?;
        browser.fill("#number", &number).await?;
        browser.click("main form button[type=submit]").await?;
        browser.see("加西市の規程").await?;
        browser.see("検針の履歴").await?;

        let metered = browser
            .client
            .execute("return document.querySelector('#metered').value", vec![])
            .await?;
        // Without the papers there is no result, and what was typed stays.
        browser.fill("#metered", "400").await?;
        browser.click("input[name=standard][value=hand]").await?;
        browser.fill("#standard_m3", "40").await?;
        browser.click("#calculate").await?;
        browser.see("B42").await?;
        browser.until("document.querySelector('#metered').value === '400'").await?;
        for paper in 0..3 {
            browser.click(&format!("input[name=evidence_{paper}]")).await?;
        }
        browser.click("#calculate").await?;
        browser.see("計算結果").await?;
        // B = 40: a third of the 80 m³ up to 3B, half of the 280 m³ above.
        browser.see("166 2/3").await?;
        browser.until("document.documentElement.scrollWidth <= window.innerWidth").await?;
        browser.picture("result").await?;
        look_at_the_rest(&browser).await?;

        // Nobody read 400: what is proposed has to be what was assessed.
        browser.fill("#grounds", "給水管の地下漏水。修繕証明書の提出あり。").await?;
        browser.click("#propose").await?;
        browser.see("B57").await?;
        browser.picture("not-what-was-read").await?;
        browser.fill("#metered", metered.as_str().unwrap_or_default()).await?;
        browser.fill("#standard_m3", "5").await?;
        browser.click("#calculate").await?;
        browser.see("計算結果").await?;
        browser.fill("#grounds", "給水管の地下漏水。修繕証明書の提出あり。").await?;
        browser.click("#propose").await?;
        browser.see("決裁待ち").await?;
        browser.see("自分の起案は承認できません").await?;
        browser.picture("proposal").await?;
        approve(&browser, &server).await
    });
}

/// The number of a connection that is in use.
async fn somebody(browser: &Browser) -> anyhow::Result<String> {
    browser.fill("#query", "さとう").await?;
    browser.click(".big-search button[type=submit]").await?;
    browser.text("main table.list tbody th a.row-link").await
}

/// The page is long: a picture of its end, too.
async fn look_at_the_rest(browser: &Browser) -> anyhow::Result<()> {
    let script = "document.querySelector('#result').scrollIntoView()";
    browser.client.execute(script, vec![]).await?;
    browser.picture("result").await
}

async fn approve(browser: &Browser, server: &Server) -> anyhow::Result<()> {
    let proposal = browser.client.current_url().await?;
    browser.click(".who button[type=submit]").await?;
    browser.go(&server.address).await?;
    browser.fill("#login_name", backoffice::demo::DEMO_OPERATOR).await?;
    browser.fill("#password", backoffice::demo::DEMO_PASSWORD).await?;
    browser.click(".login-card button[type=submit]").await?;
    browser.see("今日の仕事").await?;
    browser.go(proposal.as_str()).await?;
    browser.fill("#remark", "規程に適合").await?;
    browser.click("#approve").await?;
    browser.see("承認済み").await?;
    browser.see("規程に適合").await?;
    browser.see("新しい請求").await?;
    browser.picture("approved").await
}
