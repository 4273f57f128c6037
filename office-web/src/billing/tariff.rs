//! Tariffs (料金表): their versions, a version as the printed schedule, drafts, and golden rows.

mod chart;
mod difference;
mod edit;
mod golden;
mod list;
mod schedule;
mod trial;
mod version;
mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use backoffice::billing::{BillingError, TariffVersion, VersionState, tariff_version};
use shared::ids::TariffVersionId;

use crate::config::Office;
use crate::problem::{Problem, wrong_method};

/// The longest request: a tariff file of many pages, and its fields beside it.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

pub(super) fn routes() -> Router<Office> {
    Router::new()
        .route("/tariffs", get(list::tariffs).post(list::begin).fallback(wrong_method))
        .route("/tariffs/{version}", get(version::show).fallback(wrong_method))
        .route("/tariffs/{version}/copy", post(version::copy).fallback(wrong_method))
        .route("/tariffs/{version}/approve", post(version::approve).fallback(wrong_method))
        .route("/tariffs/{version}/withdraw", post(version::withdraw).fallback(wrong_method))
        .route(
            "/tariffs/{version}/table",
            get(edit::show_table).post(edit::write_table).fallback(wrong_method),
        )
        .route(
            "/tariffs/{version}/text",
            get(edit::show_text).post(edit::write_text).fallback(wrong_method),
        )
        .route("/tariffs/{version}/difference", get(difference::show).fallback(wrong_method))
        .route("/tariffs/{version}/trial", get(trial::show).fallback(wrong_method))
        .route("/golden-rows", get(golden::rows).post(golden::enter).fallback(wrong_method))
        .route("/golden-rows/{row}/withdraw", post(golden::withdraw).fallback(wrong_method))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// Why something was not done, with the code to read out.
pub(crate) struct Refusal {
    pub code: &'static str,
    pub text: &'static str,
    pub details: Vec<String>,
}

impl Refusal {
    /// What the page says; what nobody on the page can mend becomes an error page.
    fn of(error: &BillingError) -> Result<Refusal, Problem> {
        let code = error.code();
        match error {
            BillingError::Database(_) => Err(Problem::of(error)),
            BillingError::NoSuchVersion => Err(no_such_version()),
            _ => {
                tracing::warn!(code, %error, "tariff step refused");
                let details = error.details_ja().unwrap_or_default();
                Ok(Refusal {
                    code,
                    text: backoffice::codes::japanese(code).unwrap_or("受け付けられませんでした。"),
                    details: details.lines().map(str::to_owned).collect(),
                })
            }
        }
    }
}

fn no_such_version() -> Problem {
    Problem::NotFound("その料金表は登録されていません。料金表の一覧から開き直してください。".into())
}

/// The version of an address.
async fn find(office: &Office, id: TariffVersionId) -> Result<TariffVersion, Problem> {
    tariff_version(&office.backoffice, id).await.map_err(|error| match error {
        BillingError::NoSuchVersion => no_such_version(),
        _ => Problem::of(&error),
    })
}

/// The word and its color.
fn state_words(state: VersionState) -> (&'static str, &'static str) {
    match state {
        VersionState::Draft => ("案", "warn"),
        VersionState::Approved => ("承認済み", "good"),
        VersionState::Withdrawn => ("取下げ", "outline"),
    }
}
