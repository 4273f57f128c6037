//! The papers that terminals print (帳票の様式): layouts in versions, each with its picture.

mod edit;
mod list;

use axum::Router;
use axum::routing::{get, post};
use shared::paper::PaperKind;

use crate::config::Office;
use crate::problem::{Problem, wrong_method};

pub(crate) fn routes() -> Router<Office> {
    Router::new()
        .route("/papers", get(list::show).fallback(wrong_method))
        .route("/papers/{kind}", get(edit::show).post(edit::save).fallback(wrong_method))
        .route("/papers/{kind}/{version}/activate", post(edit::activate).fallback(wrong_method))
        .route("/papers/{kind}/{version}/{width}", get(list::picture).fallback(wrong_method))
}

/// The kind of an address.
fn kind_of(key: &str) -> Result<PaperKind, Problem> {
    PaperKind::from_key(key).ok_or_else(|| {
        Problem::NotFound("その帳票はありません。帳票の一覧から開き直してください。".into())
    })
}
