//! Logging in and out (ログイン・ログアウト).

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use backoffice::access::{
    Login, PASSWORD_CHARACTERS_MAX, SessionToken, authenticate, close_session, open_session,
};
use serde::Deserialize;

use super::session::{Peer, cookie, expired_cookie, origin_of, token_of};
use crate::config::Office;
use crate::form::{Form, Query};
use crate::layout::{Frame, html};
use crate::problem::Problem;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(crate) struct LoginForm {
    login_name: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "access/login.html")]
struct LoginPage<'a> {
    frame: Frame,
    utility_name: &'a str,
    login_name: &'a str,
    next: &'a str,
    refusal: Option<Refusal>,
}

struct Refusal {
    code: &'static str,
    text: &'static str,
}

impl Refusal {
    fn with(code: &'static str) -> Refusal {
        let text = backoffice::codes::japanese(code).unwrap_or("ログインできませんでした。");
        Refusal { code, text }
    }
}

/// `GET /login`.
pub(crate) async fn form(
    State(office): State<Office>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    draw(&office, "", &wanted.next, None).await
}

/// `POST /login`: to the page that was wanted, or the form again with the reason.
pub(crate) async fn log_in(
    State(office): State<Office>,
    jar: CookieJar,
    peer: Peer,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Result<Response, Problem> {
    let origin = origin_of(peer, &headers);
    let login_name = form.login_name.trim();
    let now = office.now();
    let login = if form.password.chars().count() > PASSWORD_CHARACTERS_MAX {
        Login::Wrong
    } else {
        authenticate(&office.backoffice, login_name, &form.password, &origin.address, now).await?
    };
    let (status, refusal) = match login {
        Login::Welcome(staff) => {
            let token = SessionToken(office.random());
            open_session(&office.backoffice, staff.id, token, origin, now).await?;
            tracing::info!(staff.id = staff.id.0, "logged in");
            let jar = jar.add(cookie(token));
            return Ok((jar, Redirect::to(safe_destination(&form.next))).into_response());
        }
        Login::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, Refusal::with("A01")),
        Login::Locked => (StatusCode::TOO_MANY_REQUESTS, Refusal::with("A02")),
    };
    let mut page = draw(&office, login_name, &form.next, Some(refusal)).await?;
    *page.status_mut() = status;
    Ok(page)
}

/// `POST /logout`.
pub(crate) async fn log_out(
    State(office): State<Office>,
    headers: HeaderMap,
    jar: CookieJar,
) -> Result<Response, Problem> {
    if let Some(token) = token_of(&headers) {
        close_session(&office.backoffice, token).await?;
    }
    Ok((jar.add(expired_cookie()), Redirect::to("/login")).into_response())
}

async fn draw(
    office: &Office,
    login_name: &str,
    next: &str,
    refusal: Option<Refusal>,
) -> Result<Response, Problem> {
    let utility = backoffice::access::utility(&office.backoffice).await?;
    Ok(html(&LoginPage {
        frame: Frame::without_staff("ログイン"),
        utility_name: utility.as_ref().map_or("", |utility| &utility.name),
        login_name,
        next,
        refusal,
    }))
}

/// A page of ours, never an address that a foreign link made up.
fn safe_destination(next: &str) -> &str {
    let is_own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n', '\t'])
        && !next.starts_with("/login");
    if is_own { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logging_in_never_leads_to_another_site() {
        assert_eq!(safe_destination("/rounds/3?page=2"), "/rounds/3?page=2");
        for foreign in ["", "https://evil.example", "//evil.example", "/\\evil", "evil", "/\t/evil"]
        {
            assert_eq!(safe_destination(foreign), "/", "{foreign}");
        }
    }
}
