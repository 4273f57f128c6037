//! Connections (水栓・使用者): the search that answers while the caller speaks, and all about one.

mod bills;
mod detail;
mod history_file;
mod recent_searches;
mod search;
mod terms;
mod usage_chart;

use axum::Router;
use axum::routing::{get, post};

use crate::config::Office;
use crate::problem::wrong_method;

pub(crate) use recent_searches::RecentSearches;

pub(crate) fn routes() -> Router<Office> {
    Router::new()
        .route("/connections", get(search::results).fallback(wrong_method))
        .route("/connections/search", post(search::search).fallback(wrong_method))
        .route("/connections/{number}", get(detail::detail).fallback(wrong_method))
        .route("/connections/{number}/readings.csv", get(history_file::readings))
        .merge(terms::routes())
}
