//! The manual is whole: every chapter is served, every link and picture leads somewhere, every page
//! knows its chapter.

use std::collections::BTreeSet;

use axum::http::StatusCode;

use super::test_office::TestOffice;
use super::walls::BEHIND_LOGIN;
use crate::help::book::{self, BOOK};
use crate::help::chapter_about;
use crate::help::search::search;
use crate::help::sources::{PAGES, PICTURES};

/// What stands in quotes after this attribute.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let pieces = html.split(name).skip(1);
    pieces.map(|rest| rest.split('"').next().unwrap_or_default()).collect()
}

#[test]
fn every_link_and_every_picture_leads_somewhere() {
    let pictures: BTreeSet<String> =
        PICTURES.iter().map(|(name, _)| format!("/help/{name}")).collect();
    let mut faults = Vec::new();
    for chapter in &BOOK.chapters {
        let html = &chapter.drawn.html;
        for target in attributes(html, "<img src=\"") {
            if !pictures.contains(target) {
                faults.push(format!("{}: no picture {target}", chapter.address));
            }
        }
        for target in attributes(html, "<a href=\"") {
            let (address, anchor) = target.split_once('#').unwrap_or((target, ""));
            let place = BOOK.place_of(if address.is_empty() { &chapter.address } else { address });
            let is_there = place.is_some_and(|place| {
                let sections = &BOOK.chapters[place].drawn.sections;
                anchor.is_empty() || sections.iter().any(|section| section.id == anchor)
            });
            if !is_there {
                faults.push(format!("{}: no place {target}", chapter.address));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_source_is_in_the_summary_and_says_something() {
    let listed: BTreeSet<String> =
        BOOK.chapters.iter().map(|chapter| chapter.address.clone()).collect();
    for (name, text) in PAGES.iter().filter(|(name, _)| *name != "SUMMARY.md") {
        assert!(listed.contains(&book::address_of(name)), "{name} is not in SUMMARY.md");
        assert!(text.starts_with("# ") && text.chars().count() > 120, "{name} says nothing");
        assert!(!text.contains('<'), "{name}: HTML would be left out");
    }
    assert_eq!(listed.len(), PAGES.len() - 1);
    assert_eq!(
        BOOK.parts.iter().map(|part| part.title).collect::<Vec<_>>(),
        ["検針員の手引き", "事務所の手引き"]
    );
    assert!(BOOK.chapters.iter().all(|chapter| chapter.drawn.sections[0].heading == chapter.title));
}

#[test]
fn words_are_found_however_they_are_typed() {
    let addresses =
        |query: &str| -> Vec<String> { search(query).into_iter().map(|hit| hit.address).collect() };
    let by_katakana = addresses("パイロット");
    assert!(by_katakana.len() >= 2, "{by_katakana:?}");
    assert_eq!(by_katakana, addresses("ぱいろっと"));
    assert_eq!(by_katakana, addresses(" ﾊﾟｲﾛｯﾄ　"));
    assert!(addresses("H22").iter().any(|address| address.starts_with("/help/reader/codes")));
    assert_eq!(addresses("ｈ２２"), addresses("H22"));
    // Both words, and what is headed by them comes first.
    assert!(addresses("領収書 取り消す")[0].starts_with("/help/reader/cash"));
    assert!(addresses("送受信")[0].starts_with("/help/reader/send"));
    assert_eq!(addresses(""), Vec::<String>::new());
    assert_eq!(addresses("ー　・"), Vec::<String>::new());
    assert_eq!(addresses("象の鼻"), Vec::<String>::new());
}

#[test]
fn what_was_found_is_shown_as_it_is_written() {
    let hit = search("ぱいろっと").into_iter().find(|hit| !hit.text.1.is_empty()).unwrap();
    assert_eq!(hit.text.1, "パイロット");
}

#[tokio::test]
async fn every_chapter_and_picture_is_served_in_the_offices_frame() {
    let office = TestOffice::new().await;
    let browser = office.logged_in("reader").await;
    let contents = browser.get("/help").await;
    for chapter in &BOOK.chapters {
        contents.assert_has(&format!("<a href=\"{}\">{}</a>", chapter.address, chapter.title));
        let page = browser.get(&chapter.address).await;
        assert_eq!(page.status, StatusCode::OK, "{}", chapter.address);
        page.assert_has("aria-current=\"page\"");
        // The policy of the site would silently drop them.
        for inline in [" style=", "<style", " onclick=", "javascript:", "http://", "https://"] {
            page.assert_lacks(inline);
        }
        for picture in attributes(page.text(), "<img src=\"").into_iter().skip(1) {
            let picture = browser.get(picture).await;
            assert_eq!(
                (picture.status, picture.header("content-type")),
                (StatusCode::OK, "image/png")
            );
        }
    }
    let found = browser.get("/help?q=%E3%81%B1%E3%81%84%E3%82%8D%E3%81%A3%E3%81%A8").await;
    found.assert_has("<mark>パイロット</mark>");
    browser.get("/help?q=%3Cb%3E").await.assert_has("&#60;b&#62;");
    for nowhere in ["/help/reader/nothing", "/help/pictures/terminal/nothing.png"] {
        assert_eq!(browser.get(nowhere).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn every_page_of_the_office_leads_to_its_chapter() {
    let mut faults = Vec::new();
    for (_, _, path) in BEHIND_LOGIN {
        let chapter = chapter_about(path);
        let is_help = path.starts_with("/help");
        if !is_help && BOOK.place_of(chapter).is_none() {
            faults.push(format!("{path}: {chapter}; name its chapter in help.rs"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let office = TestOffice::new().await;
    let browser = office.clerk().await;
    for (path, chapter) in [
        ("/", "home"),
        ("/connections/00000001", "connections"),
        ("/connections/00000001/terms", "terms"),
        ("/connections/00000001/field", "field-work"),
        ("/rounds", "rounds"),
        ("/rounds/1/estimates", "estimates"),
        ("/assessments", "billing"),
        ("/tariff-lab", "lab"),
        ("/practice", "practice"),
        ("/account", "account"),
    ] {
        browser.get(path).await.assert_has(&format!("href=\"/help/office/{chapter}\""));
    }
}
