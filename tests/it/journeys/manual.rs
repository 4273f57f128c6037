//! The manual (手引き): from a page to its chapter, searched with the keyboard alone; and the office's
//! pictures in it.
//!
//! With `UPDATE_PICTURES=1` the pictures in `docs/manual/src/pictures/office` are taken anew. They are not
//! compared: every version of a browser draws letters a little differently.

#[path = "../../../handheld/tests/pictures/album.rs"]
#[allow(dead_code, reason = "comparing is for the terminal's own pictures")]
mod album;

use fantoccini::Locator;
use tests::browser::Browser;
use tests::programs::repository;
use tests::server::Server;

use super::office::log_in;
use super::{TODAY, travel};
use album::Picture;

const ENTER: &str = "\u{e007}";
const TAB: &str = "\u{e004}";

/// Presses keys on whatever has the focus.
async fn press(browser: &Browser, keys: &str) -> anyhow::Result<()> {
    Ok(browser.client.active_element().await?.send_keys(keys).await?)
}

#[test]
fn a_chapter_is_found_with_the_keyboard_alone() {
    travel(async {
        let server = Server::with_demo_town(50, TODAY)?;
        let browser = Browser::open("manual").await?;
        log_in(&browser, &server).await?;
        browser.go(&format!("{}/rounds", server.address)).await?;
        browser.click("a.help-link").await?;
        browser.see("検針期を締める").await?;
        browser.until("[...document.images].every(i => i.complete && i.naturalWidth > 0)").await?;
        browser.picture("chapter").await?;

        browser.client.find(Locator::Css("body")).await?.send_keys("/").await?;
        browser.until("document.activeElement.id === 'help-query'").await?;
        press(&browser, "ぱいろっと").await?;
        press(&browser, ENTER).await?;
        browser.see("「ぱいろっと」の検索結果").await?;
        browser.until("document.querySelector('mark').textContent === 'パイロット'").await?;
        browser.picture("found").await?;
        // From the field past its button to the first hit.
        browser.until("document.activeElement.id === 'help-query'").await?;
        press(&browser, TAB).await?;
        press(&browser, TAB).await?;
        browser.until("document.activeElement.closest('.help-hits') !== null").await?;
        press(&browser, ENTER).await?;
        browser.until("location.pathname.startsWith('/help/reader/')").await?;
        browser.until("[...document.images].every(i => i.complete && i.naturalWidth > 0)").await?;
        browser.picture("opened").await?;
        for chapter in ["reader/entry", "reader/papers", "reader/codes", "office/billing"] {
            browser.go(&format!("{}/help/{chapter}", server.address)).await?;
            browser.see("目次").await?;
            browser.picture(&chapter.replace('/', "-")).await?;
        }
        Ok(())
    });
}

/// Name, address, and a link's selector that leads on from there.
const PAGES: [(&str, &str, &str); 21] = [
    ("home", "/", ""),
    ("round", "/rounds", "main table.list tbody th a.row-link"),
    ("route", "", "main table.list tbody th a.row-link"),
    ("assessments", "/assessments", ""),
    ("assessment", "/assessments/1", ""),
    ("bill", "/bills/1", ""),
    ("correction", "/corrections/new?bill=1", ""),
    ("estimates", "/rounds/1/estimates", ""),
    ("leak-adjustments", "/leak-adjustments", ""),
    ("tariffs", "/tariffs", ""),
    ("tariff", "/tariffs/1", ""),
    ("golden-rows", "/golden-rows", ""),
    ("lab", "/tariff-lab", ""),
    ("field-work", "/field-work", ""),
    ("field-settings", "/field-settings", ""),
    ("remarks", "/remarks", ""),
    ("follow-ups", "/follow-ups", ""),
    ("screening", "/screening", ""),
    ("devices", "/devices", ""),
    ("account", "/account", ""),
    ("practice", "/practice", ""),
];

#[test]
fn the_pages_of_the_manual_are_there() {
    travel(async {
        let server = Server::with_demo_town(120, TODAY)?;
        let browser = Browser::open("manual-office").await?;
        log_in(&browser, &server).await?;
        for (name, path, link) in PAGES {
            if !path.is_empty() {
                browser.go(&format!("{}{path}", server.address)).await?;
            }
            if !link.is_empty() {
                browser.click(link).await?;
            }
            if name == "practice" {
                browser
                    .until("document.querySelector('[data-screen]').dataset.at === 'login'")
                    .await?;
            }
            take(&browser, name).await?;
        }
        browser.go(&server.address).await?;
        browser.fill("#query", "さとう").await?;
        browser.click(".big-search button[type=submit]").await?;
        let number = browser.text("main table.list tbody th a.row-link").await?;
        for (name, below) in
            [("connection", ""), ("terms", "/terms"), ("connection-field", "/field")]
        {
            browser.go(&format!("{}/connections/{number}{below}", server.address)).await?;
            take(&browser, name).await?;
        }
        Ok(())
    });
}

/// A page without a fault, as a picture.
async fn take(browser: &Browser, name: &str) -> anyhow::Result<()> {
    browser.until("document.readyState === 'complete'").await?;
    if let Err(error) = browser.until("document.querySelector('.problem-code') === null").await {
        anyhow::bail!("{name}: {error}: {}", browser.text("body").await?);
    }
    browser.picture(name).await?;
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        let drawn =
            Picture::read(&browser.client.screenshot().await?).expect("a picture of the window");
        let folder = repository().join("docs/manual/src/pictures/office");
        std::fs::write(folder.join(format!("{name}.png")), drawn.with_few_colors().png())?;
    }
    Ok(())
}
