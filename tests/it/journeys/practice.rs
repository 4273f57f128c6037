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

/// Presses one of the terminal's keys that stand below the screen, or a digit on the keyboard, and waits
/// until the terminal has answered and is not at work: a key that comes earlier counts for nothing.
async fn key(browser: &Browser, name: &str) -> anyhow::Result<()> {
    let told = browser.client.execute(&format!("return Number({AT}.told)"), vec![]).await?;
    if name.len() == 1 {
        press(browser, name).await?;
    } else {
        browser.click(&format!("[data-keys] [data-key='{name}']")).await?;
    }
    browser.until(&format!("Number({AT}.told) > {told} && {AT}.busy === 'false'")).await
}

/// What the canvas shows.
async fn shown(browser: &Browser) -> anyhow::Result<String> {
    let script = "return document.querySelector('[data-screen]').toDataURL()";
    let picture = browser.client.execute(script, vec![]).await?;
    Ok(picture.as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_trainee_can_try_everything_that_the_terminal_does() {
    travel(async {
        let server = Server::with_demo_town(50, TODAY)?;
        let browser = Browser::open("practice-tasks").await?;
        log_in(&browser, &server).await?;
        browser.go(&format!("{}/practice", server.address)).await?;
        let ready = format!("{AT}.busy === 'false'");
        browser.until(&format!("{AT}.at === 'login' && {ready}")).await?;
        for name in ["9", "0", "1", "Return", "1", "2", "3", "4", "Return"] {
            key(&browser, name).await?;
        }
        browser.until(&format!("{AT}.at === 'route' && {ready}")).await?;
        let mut papers = 0;
        for task in sync_server::practice::TASKS {
            let before = shown(&browser).await?;
            for name in task.keys.split_whitespace() {
                key(&browser, name).await?;
            }
            let told = task.told;
            let told =
                format!("document.querySelector('[data-words]').textContent.includes('{told}')");
            browser.until(&told).await.map_err(|error| error.context(task.title))?;
            papers += task.papers;
            let laid = format!("document.querySelectorAll('figure.slip img').length === {papers}");
            browser.until(&laid).await.map_err(|error| error.context(task.title))?;
            browser.picture(task.title).await?;
            let is_seen = task.keys.ends_with("F1") || shown(&browser).await? != before;
            anyhow::ensure!(is_seen, "{} changed nothing", task.title);
        }
        Ok(())
    });
}
