//! Reviewed pictures (画面と用紙の写真帳): every screen in every look and every paper, beside the ones
//! that the manual shows.
//!
//! A fixed route, a fixed clock and real keys draw each screen anew; it must be, dot for dot, the picture
//! in `docs/manual/src/pictures`. The software renderer and the typeface travel with the program, so that
//! no tolerance is needed. After a wanted change run
//! `UPDATE_PICTURES=1 cargo nextest run -p handheld --test pictures`, then look at what changed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "pictures/album.rs"]
mod album;
#[path = "pictures/hand.rs"]
mod hand;
#[path = "pictures/script.rs"]
mod script;
#[path = "pictures/town.rs"]
mod town;

use std::collections::BTreeSet;

use album::{Album, papers_folder, screens_folder};
use hand::Hand;
use script::{DAY, LOOK_PAGES, LOOKS, NARROW, PAPERS, WIDE};

#[test]
fn every_screen_of_a_day_looks_as_reviewed() {
    let mut hand = Hand::with_paper(NARROW);
    let mut album = Album::open(screens_folder());
    for step in DAY {
        hand.play(step);
        album.compare(step.name, &hand.screen());
    }
    album.close();
}

#[test]
fn every_paper_looks_as_reviewed_on_both_widths() {
    // One terminal in a process: the width of the paper is that of its printer.
    for_width(NARROW);
}

#[test]
fn every_paper_looks_as_reviewed_on_wide_paper() {
    for_width(WIDE);
}

fn for_width(width: u32) {
    let mut hand = Hand::with_paper(width);
    for step in DAY {
        hand.play(step);
    }
    let pieces = hand.take_papers();
    let mut album = Album::open(papers_folder());
    for (at, paper) in pieces.iter().enumerate() {
        let name = PAPERS.get(at).copied().map_or(format!("unnamed-{at}"), str::to_owned);
        album.compare(&format!("{name}-{width}"), paper);
    }
    album.close();
    assert_eq!(pieces.len(), PAPERS.len(), "each piece of paper of the day has a name");
}

/// One test for each look: a process has one screen.
fn look(name: &str) {
    let look = LOOKS.iter().find(|look| look.name == name).unwrap();
    let mut hand = Hand::with_paper(NARROW);
    hand.keys(look.switch);
    let mut album = Album::open(screens_folder());
    for step in LOOK_PAGES {
        hand.play(step);
        album.compare(&format!("{name}-{}", step.name), &hand.screen());
        if step.name == "login" {
            hand.play(&script::LOG_IN);
            hand.keys(look.switch_when_logged_in);
        }
    }
    album.close();
}

#[test]
fn the_sun_looks_as_reviewed() {
    look("sun");
}

#[test]
fn the_night_looks_as_reviewed() {
    look("night");
}

#[test]
fn the_left_hand_looks_as_reviewed() {
    look("left");
}

#[test]
fn the_way_back_looks_as_reviewed() {
    look("reverse");
}

#[test]
fn no_picture_lies_there_that_nothing_draws() {
    let looks = LOOKS.iter().flat_map(|look| {
        LOOK_PAGES.iter().map(move |step| format!("{}-{}.png", look.name, step.name))
    });
    let screens = DAY.iter().map(|step| format!("{}.png", step.name)).chain(looks);
    assert_eq!(album::files_in(&screens_folder()), screens.collect::<BTreeSet<_>>());
    let papers =
        PAPERS.iter().flat_map(|name| [NARROW, WIDE].map(|width| format!("{name}-{width}.png")));
    assert_eq!(album::files_in(&papers_folder()), papers.collect::<BTreeSet<_>>());
}

#[test]
fn every_code_stands_in_the_manual_with_what_to_do() {
    let manual = album::screens_folder().join("../../reader/codes.md");
    let manual = std::fs::read_to_string(manual).unwrap();
    for (code, meaning) in handheld::codes::ALL {
        let line = format!("| {code} | {meaning} | ");
        assert!(manual.contains(&line), "docs/manual/src/reader/codes.md lacks: {line}");
    }
}
