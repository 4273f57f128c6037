//! A tariff is revised (料金表の改定): drafted from a copy, held up by a golden row, corrected, and
//! approved by a second person.

use fantoccini::wd::PrintConfiguration;
use tests::browser::Browser;
use tests::programs::repository;
use tests::server::Server;

use super::office::log_in;
use super::{TODAY, travel};

/// The price of 21 to 40 m³ in the water table of the demo town.
const PRICE: &str = "input[name='w.tier.0.2.yen']";
const SAVE: &str = "p button[name=action][value=save]";
/// The Enter key: in a field of the table it saves.
const ENTER: &str = "\u{e007}";

#[test]
fn a_tariff_is_revised_by_two_people_and_a_golden_row() {
    travel(async {
        let server = Server::with_demo_town(60, TODAY)?;
        let browser = Browser::open("tariff").await?;
        browser.client.set_window_size(1400, 1500).await?;
        log_in(&browser, &server).await?;
        browser.follow("調定・請求").await?;
        browser.follow("料金表").await?;
        browser.see("適用中").await?;
        browser.picture("list").await?;
        browser.follow("高槻市水道料金（令和元年10月1日から）").await?;
        browser.see("税率は10％です").await?;
        browser.picture("version").await?;

        let draft = draft_with_a_wrong_price(&browser, &server).await?;
        change_person(&browser, backoffice::demo::DEMO_OPERATOR).await?;
        browser.go(&draft).await?;
        browser.click("#approve").await?;
        browser.see("B34").await?;
        browser.picture("refused-by-golden-row").await?;

        change_person(&browser, backoffice::demo::DEMO_CLERK).await?;
        correct(&browser, &draft).await?;
        change_person(&browser, backoffice::demo::DEMO_OPERATOR).await?;
        browser.go(&draft).await?;
        browser.see("✓ 一致").await?;
        browser.picture("before-approval").await?;
        browser.click("#approve").await?;
        browser.see("承認済み").await?;
        browser.go(&format!("{}/tariffs", server.address)).await?;
        browser.see("2027/03/31").await?;
        browser.picture("approved").await?;
        look_around(&browser, &draft).await
    });
}

/// Copies the version on the screen, changes a price, and enters what the price should lead to.
async fn draft_with_a_wrong_price(browser: &Browser, server: &Server) -> anyhow::Result<String> {
    browser.click("form[action$='/copy'] button").await?;
    browser.see("表で編集").await?;
    browser.fill(PRICE, &format!("百五十{ENTER}")).await?;
    browser.see("K08").await?;
    browser.picture("table-with-a-fault").await?;
    browser.fill(PRICE, "１５０").await?;
    browser.click("button[value='add w 0']").await?;
    browser.see("まだ保存していません").await?;
    browser.click("button[value='remove w 0 7']").await?;
    browser.see("まだ保存していません").await?;
    browser.picture("table").await?;
    browser.click("button[value='add-rate w']").await?;
    browser.fill("input[name='w.rate.9.sizes_mm']", "333").await?;
    browser.fill("input[name='w.rate.9.service_yen']", "十万").await?;
    browser.click("button[value='add-rounding w']").await?;
    browser.click(SAVE).await?;
    // Faults stand with their lines, and what was typed is still there.
    browser.see("K").await?;
    browser
        .until("document.querySelector(\"input[name='w.rate.9.service_yen']\").value === '十万'")
        .await?;
    browser.until("document.documentElement.scrollWidth <= window.innerWidth").await?;
    browser.picture("table-with-a-new-row").await?;
    browser.click("button[value='remove-rate w 9']").await?;
    browser.click("button[value='remove-rounding w 1']").await?;
    browser.see("まだ保存していません").await?;
    let tiers = "document.querySelector('.tier-tables').scrollIntoView({ block: 'end' })";
    browser.client.execute(tiers, vec![]).await?;
    browser.picture("tiers").await?;
    browser.click(SAVE).await?;
    browser.see("別の職員").await?;
    browser.picture("draft").await?;
    let draft = browser.client.current_url().await?.to_string();
    browser.go(&format!("{}/golden-rows", server.address)).await?;
    browser.fill("#usage", "45").await?;
    browser.fill("#water", "5,950").await?;
    browser.fill("#source", "改定のお知らせ（令和9年4月）").await?;
    let day = "document.querySelector('#on').value = '2027-04-01'";
    browser.client.execute(day, vec![]).await?;
    browser.click("form[action='/golden-rows'] button[type=submit]").await?;
    browser.see("計算5,912円").await?;
    browser.picture("golden-rows").await?;
    Ok(draft)
}

async fn correct(browser: &Browser, draft: &str) -> anyhow::Result<()> {
    browser.go(&format!("{draft}/table")).await?;
    browser.fill(PRICE, &format!("150.4{ENTER}")).await?;
    browser.see("✓ 一致").await
}

async fn look_around(browser: &Browser, version: &str) -> anyhow::Result<()> {
    browser.go(version).await?;
    let paper = browser.client.print(PrintConfiguration::default()).await?;
    anyhow::ensure!(paper.starts_with(b"%PDF-"), "the schedule can be printed");
    std::fs::write(repository().join("target/pictures/tariff/schedule.pdf"), paper)?;
    let end = "document.querySelector('.rules').scrollIntoView({ block: 'end' })";
    browser.client.execute(end, vec![]).await?;
    browser.picture("rules").await?;
    browser.go(&format!("{version}/difference")).await?;
    browser.see("+1.9").await?;
    browser.picture("difference").await?;
    browser.go(&format!("{version}/trial")).await?;
    browser.fill("#usage", "45").await?;
    browser.click("form[action$='/trial'] button[type=submit]").await?;
    browser.see("5,950").await?;
    browser.picture("trial").await?;
    browser.go(&format!("{version}/text")).await?;
    browser.see("写しから案を作る").await?;
    browser.click("form[action$='/copy'] button").await?;
    browser.follow("文字で編集").await?;
    browser.see("料金表ファイルの内容").await?;
    browser.picture("text").await
}

/// Logs out, and in as somebody else.
async fn change_person(browser: &Browser, login_name: &str) -> anyhow::Result<()> {
    browser.click(".who form button").await?;
    browser.fill("#login_name", login_name).await?;
    browser.fill("#password", backoffice::demo::DEMO_PASSWORD).await?;
    browser.click(".login-card button[type=submit]").await?;
    browser.see("今日の仕事").await
}
