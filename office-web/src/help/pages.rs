//! The pages of the help (ヘルプの画面): contents with search, a chapter, a picture.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::book::{BOOK, Book, Chapter};
use super::search::{Hit, search};
use super::sources::PICTURES;
use crate::access::session::CurrentStaff;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

/// The longest words that are looked for.
const QUERY_LETTERS_MAX: usize = 60;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "help/contents.html")]
struct ContentsPage {
    frame: Frame,
    book: &'static Book,
    query: String,
    hits: Vec<Hit>,
}

#[derive(Template)]
#[template(path = "help/chapter.html")]
struct ChapterPage {
    frame: Frame,
    book: &'static Book,
    place: usize,
    chapter: &'static Chapter,
    before: Option<&'static Chapter>,
    after: Option<&'static Chapter>,
}

/// `GET /help`: the table of contents; with `q` what was found. The words are of the trade and not of a
/// person, and an address can be passed on.
pub(super) async fn contents(staff: CurrentStaff, Query(asked): Query<Asked>) -> Response {
    let query: String = asked.q.chars().take(QUERY_LETTERS_MAX).collect();
    let hits = search(&query);
    let frame = Frame::new("ヘルプ", Area::Help, &staff).without_search();
    html(&ContentsPage { frame, book: &BOOK, query: query.trim().to_owned(), hits })
}

/// `GET /help/{part}/{chapter}`
pub(super) async fn chapter(
    staff: CurrentStaff,
    Path((part, chapter)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let book: &'static Book = &BOOK;
    let address = format!("/help/{part}/{chapter}");
    let place = book.place_of(&address).ok_or_else(no_such_chapter)?;
    let chapter = &book.chapters[place];
    Ok(html(&ChapterPage {
        frame: Frame::new(chapter.title, Area::Help, &staff).without_search(),
        book,
        place,
        chapter,
        before: place.checked_sub(1).and_then(|place| book.chapters.get(place)),
        after: book.chapters.get(place + 1),
    }))
}

/// `GET /help/pictures/{folder}/{picture}`: the same for everybody, and nobody's data.
pub(super) async fn picture(
    _staff: CurrentStaff,
    Path((folder, picture)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let name = format!("pictures/{folder}/{picture}");
    let (_, png) = PICTURES.iter().find(|(known, _)| *known == name).ok_or_else(no_such_chapter)?;
    let headers = [(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "private, max-age=3600")];
    Ok((headers, *png).into_response())
}

fn no_such_chapter() -> Problem {
    Problem::NotFound("この手引きのページはありません。ヘルプの目次から探してください。".into())
}
