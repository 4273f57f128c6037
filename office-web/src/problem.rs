//! Error pages (エラー画面): a stable code, what happened in plain words, and a way out.

use std::error::Error;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::access::session::{CurrentStaff, who_asks};
use crate::config::Office;
use crate::layout::{Area, Frame};

/// Why a page cannot be shown. Not an [`Error`] itself, so that every error can become one by `?`:
/// what nobody handled on the way is a fault of ours and tells the visitor nothing but its code.
#[derive(Debug, Clone)]
pub enum Problem {
    /// The address leads nowhere. W01.
    NoSuchPage,
    /// What was asked for is not there. W02. The words name it: 水栓番号 …
    NotFound(String),
    /// The role does not hold the right. W03.
    Forbidden,
    /// The form was sent from another site. W04.
    ForeignOrigin,
    /// The form or the address could not be read. W05.
    BadRequest(String),
    /// Another way of asking was expected (GET, POST). W06.
    WrongMethod,
    /// The database does not answer. X90.
    DatabaseDown,
    /// Something of the trade does not fit together; the code says what.
    Fault(&'static str),
    /// A fault inside. X99.
    Internal,
}

impl Problem {
    /// Shown on the page and read out over the telephone; explained in docs/codes.md.
    pub fn code(&self) -> &'static str {
        match self {
            Problem::NoSuchPage => "W01",
            Problem::NotFound(_) => "W02",
            Problem::Forbidden => "W03",
            Problem::ForeignOrigin => "W04",
            Problem::BadRequest(_) => "W05",
            Problem::WrongMethod => "W06",
            Problem::DatabaseDown => "X90",
            Problem::Fault(code) => code,
            Problem::Internal => "X99",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Problem::NoSuchPage | Problem::NotFound(_) => StatusCode::NOT_FOUND,
            Problem::Forbidden | Problem::ForeignOrigin => StatusCode::FORBIDDEN,
            Problem::BadRequest(_) => StatusCode::BAD_REQUEST,
            Problem::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Problem::DatabaseDown => StatusCode::SERVICE_UNAVAILABLE,
            Problem::Fault(_) | Problem::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn heading(&self) -> &'static str {
        match self {
            Problem::NoSuchPage => "このページはありません",
            Problem::NotFound(_) => "見つかりませんでした",
            Problem::Forbidden => "この操作の権限がありません",
            Problem::ForeignOrigin => "受け付けられませんでした",
            Problem::BadRequest(_) => "入力を確かめてください",
            Problem::WrongMethod => "この操作はできません",
            Problem::DatabaseDown => "データベースに接続できません",
            Problem::Fault(_) | Problem::Internal => "処理を完了できませんでした",
        }
    }

    fn advice(&self) -> String {
        match self {
            Problem::NoSuchPage => {
                "アドレスが変わったか、打ち間違いの可能性があります。下のリンクからお進みください。"
            }
            Problem::NotFound(what) | Problem::BadRequest(what) => what,
            Problem::Forbidden => {
                "お使いの利用者には、この画面を使う権限がありません。必要な場合はシステム管理担当へご連絡ください。"
            }
            Problem::ForeignOrigin => {
                "ほかのサイトから送られた操作のため、安全のために止めました。画面を開き直してから、もう一度操作してください。"
            }
            Problem::WrongMethod => "画面のボタンやリンクから操作してください。",
            Problem::DatabaseDown => {
                "しばらく待ってから再読み込みしてください。入力した内容は保存されていません。続くときは、システム管理担当へ上のコードをお伝えください。"
            }
            Problem::Fault(code) => backoffice::codes::japanese(code)
                .unwrap_or("システム管理担当へ上のコードをお伝えください。"),
            Problem::Internal => {
                "内容は記録しました。もう一度試しても同じときは、システム管理担当へ上のコードと時刻をお伝えください。"
            }
        }
        .to_owned()
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Problem {
    fn from(error: E) -> Self {
        Problem::of(&error)
    }
}

impl Problem {
    /// The page of an error that somebody else keeps.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Self {
        let detail = causes(error);
        if backoffice::outage::is_outage(error) {
            tracing::error!(error = %detail, "the database does not answer");
            return Problem::DatabaseDown;
        }
        tracing::error!(error = %detail, "a page failed");
        Problem::Internal
    }
}

/// The error and what caused it, outermost first.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// The response is drawn by [`render`], which knows who is asking.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Draws the page of a problem, with the menu of whoever is logged in.
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Arc<Problem>>().cloned() else {
        return response;
    };
    let staff = response.extensions().get::<CurrentStaff>().cloned();
    let frame = match &staff {
        Some(staff) => Frame::new(problem.heading(), Area::None, staff),
        None => Frame::without_staff(problem.heading()),
    };
    let page = ProblemPage {
        frame,
        code: problem.code(),
        heading: problem.heading(),
        advice: problem.advice(),
        is_database: matches!(*problem, Problem::DatabaseDown),
    };
    let mut drawn = crate::layout::html(&page);
    *drawn.status_mut() = problem.status();
    drawn
}

#[derive(askama::Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    frame: Frame,
    code: &'static str,
    heading: &'static str,
    advice: String,
    is_database: bool,
}

/// For every address that leads nowhere; with the menu for whoever is logged in.
pub(crate) async fn no_such_page(State(office): State<Office>, headers: HeaderMap) -> Response {
    let mut response = Problem::NoSuchPage.into_response();
    if let Ok(Some(staff)) = who_asks(&office, &headers).await {
        response.extensions_mut().insert(staff);
    }
    response
}

pub(crate) async fn wrong_method() -> Problem {
    Problem::WrongMethod
}
