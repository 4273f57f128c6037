//! Corrections (更正) on pages: tried out, proposed, decided by a second person, and looked up.

mod form;
mod list;
mod proposal;
mod settlements;
mod trial;
mod view;

use axum::Router;
use axum::routing::{get, post};
use backoffice::billing::{CorrectionRefusal, CorrectionState};

use crate::config::Office;
use crate::problem::{Problem, wrong_method};

pub(super) fn routes() -> Router<Office> {
    Router::new()
        .route("/corrections", get(list::show).post(trial::propose).fallback(wrong_method))
        .route("/corrections/new", get(trial::show).fallback(wrong_method))
        .route("/corrections/{id}", get(proposal::show).fallback(wrong_method))
        .route("/corrections/{id}/paper.pdf", get(proposal::paper).fallback(wrong_method))
        .route("/corrections/{id}/decision", post(proposal::decide).fallback(wrong_method))
        .route("/settlements", get(settlements::show).fallback(wrong_method))
}

/// Why something was not done, with the code to read out.
struct Refusal {
    code: &'static str,
    text: &'static str,
    details: Option<String>,
}

impl Refusal {
    /// What the page says; what nobody on the page can mend becomes an error page.
    fn of(error: &CorrectionRefusal) -> Result<Refusal, Problem> {
        match error {
            CorrectionRefusal::Database(_)
            | CorrectionRefusal::Unreadable(_)
            | CorrectionRefusal::Billing(_) => Err(Problem::of(error)),
            CorrectionRefusal::NotFound => Err(not_found()),
            _ => {
                let code = error.code();
                tracing::info!(code, %error, "correction refused");
                let text = backoffice::codes::japanese(code);
                let text = text.unwrap_or("受け付けられませんでした。");
                Ok(Refusal { code, text, details: error.details_ja() })
            }
        }
    }

    fn of_input(text: &'static str) -> Refusal {
        Refusal { code: "W05", text, details: None }
    }
}

fn problem(error: CorrectionRefusal) -> Problem {
    match error {
        CorrectionRefusal::NotFound => not_found(),
        error => Problem::of(&error),
    }
}

fn not_found() -> Problem {
    Problem::NotFound("その請求または更正はありません。更正の一覧から開き直してください。".into())
}

/// The word and its color.
pub(crate) fn state_words(state: CorrectionState) -> (&'static str, &'static str) {
    match state {
        CorrectionState::Open => ("決裁待ち", "warn"),
        CorrectionState::Posted => ("更正済み", "good"),
        CorrectionState::Refused => ("取下げ・差戻し", "outline"),
    }
}

fn state_key(state: CorrectionState) -> &'static str {
    match state {
        CorrectionState::Open => "open",
        CorrectionState::Posted => "posted",
        CorrectionState::Refused => "refused",
    }
}
