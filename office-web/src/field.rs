//! The reader's day at the office (現地作業): signed days, starts and stops, notes, cash, orders, photos.

mod connection;
mod day;
mod decide;
mod follow_ups;
mod masters;
mod remarks;
mod settings;
mod settings_form;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use backoffice::metering::FieldRefusal;

use crate::config::Office;
use crate::problem::{Problem, wrong_method};

pub(crate) fn routes() -> Router<Office> {
    Router::new()
        .route("/field-work", get(day::show).fallback(wrong_method))
        .route("/field-work/settle", post(day::settle_subject).fallback(wrong_method))
        .route("/field-work/days", post(day::approve).fallback(wrong_method))
        .route("/field-work/held", post(decide::held).fallback(wrong_method))
        .route("/field-work/end", post(decide::end).fallback(wrong_method))
        .route("/field-work/begin", post(decide::begin).fallback(wrong_method))
        .route("/field-work/cash", post(day::hand_over).fallback(wrong_method))
        .route("/connections/{number}/field", get(connection::show).fallback(wrong_method))
        .route("/connections/{number}/orders", post(connection::order).fallback(wrong_method))
        .route("/connections/{number}/hazards", post(connection::hazards).fallback(wrong_method))
        .route("/connections/{number}/notice", post(connection::notice).fallback(wrong_method))
        .route("/field-settings", get(settings::show).post(settings::enter).fallback(wrong_method))
        .route("/remarks", get(remarks::show).post(remarks::enter).fallback(wrong_method))
        .route("/follow-ups", get(follow_ups::show).post(follow_ups::settle).fallback(wrong_method))
        .route("/follow-ups.csv", get(follow_ups::download).fallback(wrong_method))
        .route("/photos/{id}", get(connection::photo).fallback(wrong_method))
}

/// Why something was not done, with the code to read out.
struct Refusal {
    code: &'static str,
    text: &'static str,
}

impl Refusal {
    /// What the page says; what nobody on the page can mend becomes an error page.
    fn of(error: &FieldRefusal) -> Result<Refusal, Problem> {
        let code = error.code();
        if let FieldRefusal::Database(_) = error {
            return Err(Problem::of(error));
        }
        let text = backoffice::codes::japanese(code).unwrap_or("受け付けられませんでした。");
        Ok(Refusal { code, text })
    }

    /// The page that says so, with the status of a refusal.
    fn on(mut page: Response) -> Response {
        *page.status_mut() = StatusCode::CONFLICT;
        page
    }
}
