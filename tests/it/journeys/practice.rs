//! A trainee's first reading on the practice page: the real terminal in the browser, a real slip.

use fantoccini::Locator;
use tests::browser::Browser;
use tests::server::Server;

use super::office::log_in;
use super::{TODAY, travel};

const AT: &str = "document.querySelector('[data-screen]').dataset";

async fn press(browser: &Browser, keys: &str) -> anyhow::Result<()> {
    let screen = browser.client.find(Locator::Css("[data-screen]")).await?;
    Ok(screen.send_keys(keys).await?)
}

#[test]
fn a_trainee_reads_a_meter_and_gets_a_slip() {
    travel(async {
        let server = Server::with_demo_town(50, TODAY)?;
        let browser = Browser::open("practice").await?;
        log_in(&browser, &server).await?;
        browser.go(&format!("{}/practice", server.address)).await?;
        browser.until(&format!("{AT}.at === 'login' && {AT}.busy === 'false'")).await?;
        browser.picture("login").await?;

        press(&browser, "901").await?;
        press(&browser, "\u{e007}").await?;
        press(&browser, "1234").await?;
        press(&browser, "\u{e007}").await?;
        browser.until(&format!("{AT}.at === 'route' && {AT}.busy === 'false'")).await?;
        browser.picture("route").await?;

        press(&browser, "\u{e007}").await?;
        browser.until(&format!("{AT}.at === 'reading' && {AT}.connection !== ''")).await?;
        browser.picture("reading").await?;

        // The page tells what the dial shows; the first case is an ordinary reading.
        let dial = browser.text("[data-connection-number] [data-dial]").await?;
        press(&browser, &dial).await?;
        browser.until(&format!("{AT}.typed === '{dial}'")).await?;
        press(&browser, "\u{e007}").await?;
        browser.until("document.querySelectorAll('figure.slip img').length === 1").await?;
        browser
            .until("(i => i.complete && i.naturalWidth > 300)(document.querySelector('figure.slip img'))")
            .await?;
        browser.picture("slip").await?;
        Ok(())
    });
}
