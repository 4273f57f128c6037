//! The book (手引きの本): its chapters in the order of `SUMMARY.md`, drawn once.

use std::sync::LazyLock;

use super::markup::{Drawn, draw};
use super::sources::PAGES;

/// The whole manual.
pub(crate) static BOOK: LazyLock<Book> = LazyLock::new(Book::open);

pub(crate) struct Book {
    pub parts: Vec<Part>,
    pub chapters: Vec<Chapter>,
}

/// 検針員の手引き, 事務所の手引き: the places of its chapters.
pub(crate) struct Part {
    pub title: &'static str,
    pub chapters: std::ops::Range<usize>,
}

pub(crate) struct Chapter {
    /// As the table of contents names it.
    pub title: &'static str,
    /// `/help/reader/login`.
    pub address: String,
    pub drawn: Drawn,
}

impl Book {
    fn open() -> Book {
        let summary = page("SUMMARY.md").unwrap_or_default();
        let mut book = Book { parts: Vec::new(), chapters: Vec::new() };
        for line in summary.lines() {
            if let Some(title) = line.strip_prefix("# ") {
                let next = book.chapters.len();
                book.parts.push(Part { title, chapters: next..next });
            } else if let Some((title, file)) = link(line) {
                let text = page(file).unwrap_or_default();
                book.chapters.push(Chapter {
                    title,
                    address: address_of(file),
                    drawn: draw(file, text),
                });
                if let Some(part) = book.parts.last_mut() {
                    part.chapters.end = book.chapters.len();
                }
            }
        }
        // The first heading is that of the table itself.
        book.parts.retain(|part| !part.chapters.is_empty());
        book
    }

    pub fn place_of(&self, address: &str) -> Option<usize> {
        self.chapters.iter().position(|chapter| chapter.address == address)
    }
}

/// `- [ログイン](reader/login.md)`
fn link(line: &'static str) -> Option<(&'static str, &'static str)> {
    let line = line.trim_start().strip_prefix("- ").unwrap_or(line);
    line.strip_prefix('[')?.strip_suffix(')')?.split_once("](")
}

fn page(name: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// `reader/login.md` lies at `/help/reader/login`.
pub(crate) fn address_of(file: &str) -> String {
    format!("/help/{}", file.trim_end_matches(".md"))
}
