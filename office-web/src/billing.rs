//! Billing (調定・請求): assessments with their explanation, bills, and the run that makes them.

mod explanation;

use axum::Router;
use backoffice::Backoffice;

use crate::config::Office;
use crate::problem::Problem;

pub(crate) struct RunRow {
    pub round: String,
    pub month: String,
    pub assessed_on: String,
    pub due_on: String,
    pub bills: String,
    pub is_finished: bool,
}

pub(crate) async fn last_run(office: &Backoffice) -> Result<Option<RunRow>, Problem> {
    let _ = office;
    Ok(None)
}

pub(crate) fn routes() -> Router<Office> {
    Router::new()
}
