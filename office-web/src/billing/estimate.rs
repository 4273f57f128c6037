//! Estimates (認定) on pages: proposed for a round or a connection, decided by a second person.

mod connection;
mod decision;
mod in_a_row;
mod round;

use axum::Router;
use axum::routing::{get, post};
use backoffice::metering::{EstimateRefusal, StoredEstimate};

use crate::config::Office;
use crate::problem::{Problem, wrong_method};

pub(super) fn routes() -> Router<Office> {
    Router::new()
        .route(
            "/rounds/{round}/estimates",
            get(round::show).post(round::propose_all).fallback(wrong_method),
        )
        .route("/rounds/{round}/estimates/approve", post(round::approve_all).fallback(wrong_method))
        .route("/rounds/{round}/estimates/rule", post(round::choose_rule).fallback(wrong_method))
        .route(
            "/rounds/{round}/estimates/{connection}",
            get(connection::show).post(connection::propose).fallback(wrong_method),
        )
        .route("/estimates/{id}/decision", post(decision::decide).fallback(wrong_method))
        .route("/estimates/in-a-row", get(in_a_row::show).fallback(wrong_method))
}

/// Why something was not done, with the code to read out.
struct Refusal {
    code: &'static str,
    text: &'static str,
    details: Option<String>,
}

impl Refusal {
    /// What the page says; what nobody on the page can mend becomes an error page.
    fn of(error: &EstimateRefusal) -> Result<Refusal, Problem> {
        match error {
            EstimateRefusal::Database(_) | EstimateRefusal::Unreadable(_) => {
                Err(Problem::of(error))
            }
            EstimateRefusal::NotFound => Err(not_found()),
            _ => {
                let code = error.code();
                tracing::info!(code, %error, "estimate refused");
                let text = backoffice::codes::japanese(code);
                let text = text.unwrap_or("受け付けられませんでした。");
                Ok(Refusal { code, text, details: None })
            }
        }
    }

    fn of_input(text: &'static str) -> Refusal {
        Refusal { code: "W05", text, details: None }
    }
}

fn problem(error: EstimateRefusal) -> Problem {
    match error {
        EstimateRefusal::NotFound => not_found(),
        error => Problem::of(&error),
    }
}

fn not_found() -> Problem {
    Problem::NotFound(
        "その検針期・水栓・起案はありません。検針の一覧から開き直してください。".into(),
    )
}

/// The word and its color.
fn state_of(estimate: Option<&StoredEstimate>) -> (&'static str, &'static str) {
    match estimate {
        None => ("未起案", "outline"),
        Some(estimate) => match &estimate.decision {
            None => ("決裁待ち", "warn"),
            Some(decision) if decision.reading.is_some() => ("認定済み", "good"),
            Some(_) => ("取下げ・差戻し", "outline"),
        },
    }
}
