//! One's own account (自分のアカウント): the password, and where one is logged in.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::{
    ChangePassword, IDLE_MINUTES, OpenSession, PASSWORD_CHARACTERS_MIN, SALT_BYTES, SESSION_HOURS,
    Secret, SessionToken, change_password, end_other_sessions, end_session, open_sessions,
};
use serde::Deserialize;

use super::session::{CurrentStaff, token_of};
use crate::config::Office;
use crate::form::{Form, Query};
use crate::format::minute;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Deserialize)]
pub(crate) struct Told {
    #[serde(default)]
    done: String,
}

#[derive(Deserialize)]
pub(crate) struct PasswordForm {
    old: String,
    new: String,
    again: String,
}

#[derive(Deserialize)]
pub(crate) struct EndForm {
    /// Number of the session; empty for all others.
    #[serde(default)]
    session: String,
}

#[derive(Template)]
#[template(path = "access/account.html")]
struct AccountPage {
    frame: Frame,
    display_name: String,
    login_name: String,
    role: &'static str,
    sessions: Vec<SessionRow>,
    has_others: bool,
    characters_min: usize,
    idle_minutes: i64,
    session_hours: i64,
    done: Option<&'static str>,
    refusal: Option<(&'static str, &'static str)>,
}

struct SessionRow {
    id: i64,
    created_at: String,
    last_seen_at: String,
    address: String,
    browser: String,
    is_own: bool,
}

impl From<OpenSession> for SessionRow {
    fn from(session: OpenSession) -> Self {
        SessionRow {
            id: session.id,
            created_at: minute(session.created_at),
            last_seen_at: minute(session.last_seen_at),
            address: session.origin.address,
            browser: session.origin.browser,
            is_own: session.is_own,
        }
    }
}

/// `GET /account`.
pub(crate) async fn account(
    State(office): State<Office>,
    staff: CurrentStaff,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Result<Response, Problem> {
    let done = match told.done.as_str() {
        "password" => Some("パスワードを変更しました。ほかの場所でのログインは終了しました。"),
        "ended" => Some("ログインを終了しました。"),
        _ => None,
    };
    draw(&office, &staff, own_token(&headers)?, done, None).await
}

/// `POST /account/password`.
pub(crate) async fn change(
    State(office): State<Office>,
    staff: CurrentStaff,
    headers: HeaderMap,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Problem> {
    let own = own_token(&headers)?;
    let refused = if form.new == form.again {
        let [salt @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = office.random();
        let salt: [u8; SALT_BYTES] = salt;
        let new = Secret { text: form.new, salt };
        let asked = change_password(&office.backoffice, &staff, own, &form.old, new, office.now());
        match asked.await? {
            ChangePassword::Changed { .. } => {
                tracing::info!(staff.id = staff.id.0, "password changed");
                return Ok(Redirect::to("/account?done=password").into_response());
            }
            refused => refused.code().unwrap_or("X99"),
        }
    } else {
        "A07"
    };
    let text = backoffice::codes::japanese(refused).unwrap_or_default();
    let mut page = draw(&office, &staff, own, None, Some((refused, text))).await?;
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

/// `POST /account/sessions/end`: one of one's own, or all but this one.
pub(crate) async fn end(
    State(office): State<Office>,
    staff: CurrentStaff,
    headers: HeaderMap,
    Form(form): Form<EndForm>,
) -> Result<Response, Problem> {
    if form.session.is_empty() {
        end_other_sessions(&office.backoffice, staff.id, own_token(&headers)?).await?;
    } else if let Ok(session) = form.session.parse() {
        // One that has ended meanwhile is as good as ended now.
        end_session(&office.backoffice, staff.id, session).await?;
    }
    Ok(Redirect::to("/account?done=ended").into_response())
}

fn own_token(headers: &HeaderMap) -> Result<SessionToken, Problem> {
    token_of(headers).ok_or(Problem::Internal)
}

async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    own: SessionToken,
    done: Option<&'static str>,
    refusal: Option<(&'static str, &'static str)>,
) -> Result<Response, Problem> {
    let sessions = open_sessions(&office.backoffice, staff.id, own, office.now()).await?;
    let sessions: Vec<SessionRow> = sessions.into_iter().map(SessionRow::from).collect();
    Ok(html(&AccountPage {
        frame: Frame::new("アカウント", Area::None, staff),
        display_name: staff.display_name.clone(),
        login_name: staff.login_name.clone(),
        role: staff.role.japanese(),
        has_others: sessions.iter().any(|session| !session.is_own),
        sessions,
        characters_min: PASSWORD_CHARACTERS_MIN,
        idle_minutes: IDLE_MINUTES,
        session_hours: SESSION_HOURS,
        done,
        refusal,
    }))
}
