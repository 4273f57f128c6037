//! A clerk corrects a misread bill and another approves it; the rule of estimates tells its assumptions.

use tests::browser::Browser;
use tests::server::Server;

use super::office::log_in;
use super::{TODAY, travel};

#[test]
fn a_misread_bill_is_corrected_and_replaced() {
    travel(async {
        let server = Server::with_demo_town(120, TODAY)?;
        let browser = Browser::open("correction").await?;
        log_in(&browser, &server).await?;
        browser.follow("調定・請求").await?;
        browser.click("main table.list tbody a[href^='/assessments/']").await?;
        browser.see("この調定について").await?;
        browser.picture("assessment").await?;
        browser.click("main a[href^='/corrections/new']").await?;
        browser.see("今の内容").await?;

        // One cubic meter less than was read.
        let register = "return String(Number(document.querySelector('main dl.facts')
            .innerText.match(/今回 (\\d+)/)[1]) - 1)";
        let register = browser.client.execute(register, vec![]).await?;
        browser.fill("#register", register.as_str().unwrap_or_default()).await?;
        browser.click("#try").await?;
        browser.see("正しい指針による使用水量").await?;
        browser.until("document.documentElement.scrollWidth <= window.innerWidth").await?;
        browser.picture("trial").await?;
        browser.fill("#grounds", "写真で指針を確認した。").await?;
        browser.click("#propose").await?;
        browser.see("自分の起案は承認できません").await?;
        browser.picture("proposal").await?;
        approve(&browser, &server).await?;
        browser.see("に代わるもの").await?;
        browser.picture("approved").await?;
        browser.go(&format!("{}/corrections", server.address)).await?;
        browser.see("更正済み").await?;
        browser.picture("list").await?;
        browser.click("main table.list tbody tr td:nth-of-type(4) a").await?;
        browser.see("に代わる請求です").await?;
        browser.picture("bill").await
    });
}

#[test]
fn the_rule_of_estimates_says_what_it_assumes() {
    travel(async {
        let server = Server::with_demo_town(300, TODAY)?;
        let browser = Browser::open("estimate").await?;
        log_in(&browser, &server).await?;
        browser.follow("検針").await?;
        browser.click("main table.list tbody tr:last-of-type th a.row-link").await?;
        browser.see("全体の進捗").await?;
        browser.follow("認定").await?;
        browser.see("認定の規程がまだ選ばれていません").await?;
        browser.click("#choose-rule").await?;
        browser.see("認定の規程を選びました").await?;
        browser.click("main section.card details summary").await?;
        browser.see("想定").await?;
        browser.until("document.documentElement.scrollWidth <= window.innerWidth").await?;
        browser.picture("round").await?;
        browser.follow("連続認定").await?;
        browser.see("続けて認定した水栓はありません").await?;
        browser.picture("in-a-row").await?;
        browser.go(&format!("{}/settlements", server.address)).await?;
        browser.see("減額更正を待っている精算はありません").await?;
        browser.picture("settlements").await
    });
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
    browser.fill("#remark", "写真を確認").await?;
    browser.click("#approve").await?;
    browser.see("更正済み").await
}
