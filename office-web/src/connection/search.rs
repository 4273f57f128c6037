//! Search (水栓・使用者の検索): one box for names, kana, addresses, telephones and numbers.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::connection::{SearchHit, SearchOutcome, connection_detail, search as find};
use serde::Deserialize;
use shared::ids::ConnectionNumber;
use shared::search::fold;

use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Query};
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

/// Rows on one page: as many as somebody looks through with a caller on the line.
const HITS_MAX: usize = 100;
/// Longer questions are cut: nothing that is searched for is longer.
const QUERY_CHARACTERS_MAX: usize = 100;

#[derive(Deserialize)]
pub(crate) struct SearchForm {
    query: String,
}

#[derive(Deserialize)]
pub(crate) struct Remembered {
    search: Option<String>,
}

#[derive(Template)]
#[template(path = "connection/search.html")]
struct SearchPage {
    frame: Frame,
    query: String,
    answer: Answer,
}

enum Answer {
    /// Nothing was asked yet.
    Nothing,
    TooShort,
    Hits {
        hits: Vec<SearchHit>,
        has_more: bool,
    },
}

/// `POST /connections/search`: straight to the connection if its whole number was typed, else to the
/// results, under an address that tells nothing of what was typed.
pub(crate) async fn search(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(form): Form<SearchForm>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewConnections)?;
    let query: String = form.query.trim().chars().take(QUERY_CHARACTERS_MAX).collect();
    if query.is_empty() {
        return Ok(Redirect::to("/connections").into_response());
    }
    for typed in [query.as_str(), &fold(&query)] {
        let Ok(number) = ConnectionNumber::parse(typed) else { continue };
        if connection_detail(&office.backoffice, &number, office.today()).await?.is_some() {
            return Ok(Redirect::to(&format!("/connections/{number}")).into_response());
        }
    }
    let key = office.searches.remember(staff.id, &query, office.random());
    Ok(Redirect::to(&format!("/connections?search={key}")).into_response())
}

/// `GET /connections`: the box, and the results of a search that was just made.
pub(crate) async fn results(
    State(office): State<Office>,
    staff: CurrentStaff,
    Query(remembered): Query<Remembered>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewConnections)?;
    let query = remembered
        .search
        .and_then(|key| office.searches.recall(staff.id, &key))
        .unwrap_or_default();
    let answer = if query.is_empty() {
        Answer::Nothing
    } else {
        match find(&office.backoffice, &query, HITS_MAX, office.today()).await? {
            SearchOutcome::TooShort => Answer::TooShort,
            SearchOutcome::Found { hits, has_more } => Answer::Hits { hits, has_more },
        }
    };
    let frame = Frame::new("水栓・使用者の検索", Area::Connection, &staff).without_search();
    Ok(html(&SearchPage { frame, query, answer }))
}
