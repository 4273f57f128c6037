//! Reports (統計・帳票): for now the home page with today's work.

mod home;

use axum::Router;
use axum::routing::get;

use crate::config::Office;
use crate::problem::wrong_method;

pub(crate) fn routes() -> Router<Office> {
    Router::new().route("/", get(home::home).fallback(wrong_method))
}
