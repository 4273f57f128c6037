//! `POST /sync` (送受信): what terminals send, and what they may take along.
//!
//! The terminal is asked who it is before a byte of its body is read. Whatever it then sends is
//! answered in postcard, so that it can show a code. 4xx means that the same bytes will not be
//! taken next time either, 5xx that they may.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use backoffice::Backoffice;
use backoffice::devices::{Device, accept, authenticate_device};
use jiff::Timestamp;
use shared::ids::DeviceId;
use shared::wire::{SyncRequest, SyncResponse, SyncResponseV1, decode, encode};
use uuid::Uuid;

/// The longest request: 64 entries are far below it.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

const DEVICE: &str = "x-minamo-device";

/// What the handler works on.
#[derive(Clone)]
struct SyncState {
    backoffice: Backoffice,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

/// Why a request was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    /// Not a message of this kind.
    Unreadable,
    /// The headers do not prove a terminal of ours.
    UnknownDevice,
    /// Longer than any honest one.
    TooLong,
    /// The database does not answer.
    TryAgain,
}

impl Refused {
    /// Shown on the terminal and read out over the telephone; see `backoffice::codes`.
    fn code(self) -> &'static str {
        match self {
            Refused::Unreadable => "S01",
            Refused::UnknownDevice => "S02",
            Refused::TooLong => "S10",
            Refused::TryAgain => "S90",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Refused::Unreadable => StatusCode::UNPROCESSABLE_ENTITY,
            Refused::UnknownDevice => StatusCode::UNAUTHORIZED,
            Refused::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Refused::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let refused = SyncResponseV1::Refused { code: self.code().to_owned() };
        (self.status(), postcard(refused)).into_response()
    }
}

/// The route for terminals.
pub fn routes(backoffice: Backoffice, now: Arc<dyn Fn() -> Timestamp + Send + Sync>) -> Router {
    Router::new()
        .route("/sync", post(sync))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(SyncState { backoffice, now })
}

async fn sync(State(state): State<SyncState>, request: Request) -> Result<Response, Refused> {
    let now = (state.now)();
    let device = authenticated(&state.backoffice, request.headers(), now).await?;
    let body = Bytes::from_request(request, &()).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Refused::TooLong
        } else {
            Refused::Unreadable
        }
    })?;
    let SyncRequest::V1(request) = decode(&body).map_err(|error| {
        tracing::warn!(device.code = device.code, %error, "a request could not be read");
        Refused::Unreadable
    })?;
    let answer = accept(&state.backoffice, &device, request, now).await.map_err(try_again)?;
    Ok(postcard(answer).into_response())
}

async fn authenticated(
    office: &Backoffice,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Device, Refused> {
    let (id, token) = credentials(headers).ok_or(Refused::UnknownDevice)?;
    let device = authenticate_device(office, id, &token, now).await.map_err(try_again)?;
    device.ok_or_else(|| {
        tracing::warn!(device.id = %id, "a terminal could not prove itself");
        Refused::UnknownDevice
    })
}

fn try_again(error: impl std::error::Error) -> Refused {
    tracing::error!(%error, "a terminal's request could not be carried out");
    Refused::TryAgain
}

fn credentials(headers: &HeaderMap) -> Option<(DeviceId, [u8; 32])> {
    let id = headers.get(DEVICE)?.to_str().ok()?;
    let bearer = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let token = bearer.strip_prefix("Bearer ")?;
    Some((DeviceId(Uuid::try_parse(id).ok()?), from_hex(token)?))
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(bytes)
}

fn postcard(answer: SyncResponseV1) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, encode(&SyncResponse::V1(answer)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_64_lower_case_figures() {
        assert_eq!(from_hex(&"0f".repeat(32)), Some([15; 32]));
        for bad in
            [String::new(), "0F".repeat(32), "0f".repeat(31), "é".repeat(32), "+1".repeat(32)]
        {
            assert_eq!(from_hex(&bad), None, "{bad}");
        }
    }

    #[test]
    fn every_refusal_has_a_text_for_the_terminal() {
        for refused in
            [Refused::Unreadable, Refused::UnknownDevice, Refused::TooLong, Refused::TryAgain]
        {
            assert!(backoffice::codes::japanese(refused.code()).is_some(), "{refused:?}");
        }
    }
}
