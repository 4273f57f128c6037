//! Metering (検針): rounds, how their routes stand, and what was found.

mod notice;
mod progress_bar;
mod round;
mod round_files;
mod round_list;
mod route;
mod screening;

use axum::Router;
use axum::routing::{get, post};

use crate::config::Office;
use crate::problem::wrong_method;

pub(crate) use progress_bar::ProgressBar;

pub(crate) fn routes() -> Router<Office> {
    Router::new()
        .route("/rounds", get(round_list::rounds).fallback(wrong_method))
        .route("/screening", get(screening::show).post(screening::save).fallback(wrong_method))
        .route("/screening.csv", get(screening::file))
        .route("/screening/choose", post(screening::choose).fallback(wrong_method))
        .route("/rounds/{round}", get(round::round).fallback(wrong_method))
        .route("/rounds/{round}/close", post(round::close).fallback(wrong_method))
        .route("/rounds/{round}/routes.csv", get(round_files::routes))
        .route("/rounds/{round}/findings", get(round::findings).fallback(wrong_method))
        .route("/rounds/{round}/findings.csv", get(round_files::findings))
        .route("/rounds/{round}/unread", get(round::unread).fallback(wrong_method))
        .route("/rounds/{round}/unread.csv", get(round_files::unread))
        .route("/rounds/{round}/routes/{route}", get(route::route).fallback(wrong_method))
        .route("/rounds/{round}/routes/{route}/assign", post(route::assign).fallback(wrong_method))
        .route("/rounds/{round}/routes/{route}/readings.csv", get(round_files::route_readings))
}
