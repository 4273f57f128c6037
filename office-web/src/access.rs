//! Access (利用者・権限): logging in and out, and the session that every page asks for.

mod account;
pub(crate) mod login;
pub(crate) mod session;

use axum::Router;
use axum::routing::{get, post};

use crate::config::Office;
use crate::problem::wrong_method;

/// Reached without a session.
pub(crate) fn routes() -> Router<Office> {
    Router::new().route("/login", get(login::form).post(login::log_in).fallback(wrong_method))
}

/// Reached with a session only.
pub(crate) fn routes_behind_login() -> Router<Office> {
    Router::new()
        .route("/logout", post(login::log_out).fallback(wrong_method))
        .route("/account", get(account::account).fallback(wrong_method))
        .route("/account/password", post(account::change).fallback(wrong_method))
        .route("/account/sessions/end", post(account::end).fallback(wrong_method))
}
