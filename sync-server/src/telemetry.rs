//! What the server tells about itself (ログ): requests with number, path, status and time.
//!
//! The path is written as its pattern (`/connections/{number}`) and the query not at all: no name,
//! address or number of a person gets into a log.

use std::io::IsTerminal;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, Response, StatusCode};
use axum::response::IntoResponse;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;
use tracing::Span;
use tracing_subscriber::EnvFilter;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is logged when `RUST_LOG` says nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    /// A server: what it does, for whoever looks later.
    Running,
    /// A command, whose user reads its answer: only what is wrong.
    Brief,
}

impl Talk {
    fn filter(self) -> EnvFilter {
        EnvFilter::new(match self {
            Talk::Running => "warn,sqlx=error,sync_server=info,backoffice=info,office_web=info",
            Talk::Brief => "warn,sqlx=error",
        })
    }
}

/// Logs go to standard error; standard output is for people. `filter` is in `RUST_LOG`'s form.
pub fn start(filter: Option<&str>, usual: Talk) {
    let filter =
        filter.and_then(|filter| EnvFilter::try_new(filter).ok()).unwrap_or_else(|| usual.filter());
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init();
    // A second start, as in tests, leaves the first in place.
    drop(started);
}

/// Every request gets a number, a line in the log, and an answer even from code that panics.
pub fn observed(routes: Router) -> Router {
    routes
        .layer(CatchPanicLayer::custom(panicked))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_request(())
                .on_response(log_response)
                .on_failure(()),
        )
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
}

fn span(request: &Request) -> Span {
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    tracing::info_span!("request", id, method = %request.method(), path)
}

fn log_response<B>(response: &Response<B>, latency: Duration, _: &Span) {
    let (status, duration_ms) = (response.status().as_u16(), latency.as_millis());
    if response.status().is_server_error() {
        tracing::error!(status, duration_ms, "answered");
    } else {
        tracing::info!(status, duration_ms, "answered");
    }
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> axum::response::Response {
    // The panic hook has told the log where; the visitor learns nothing of the inside.
    let text = "処理を完了できませんでした。もう一度試しても同じときは、システム管理担当へお伝えください。（X99）";
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}
