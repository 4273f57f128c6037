//! The billing run (調定処理): started for a closed round, answered with what it made.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use backoffice::Backoffice;
use backoffice::access::Right;
use backoffice::billing::{BillingError, BillingOrder, CancelFlag, run_billing};
use jiff::civil::Date;
use serde::Deserialize;
use shared::ids::RoundId;

use super::assessment_list::{Refusal, draw, no_round};
use super::run_result;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Path};
use crate::format;
use crate::problem::Problem;

/// The last run, as the home page tells of it.
pub(crate) struct RunRow {
    pub round: RoundId,
    pub month: String,
    pub assessed_on: String,
    pub due_on: String,
    pub bills: String,
}

#[derive(Deserialize)]
pub(crate) struct RunForm {
    due_on: Date,
}

/// `POST /rounds/{round}/billing-run`. Sent twice it makes nothing twice, so its answer may be
/// reloaded: it then says that nothing was left.
pub(crate) async fn run(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(round): Path<RoundId>,
    Form(form): Form<RunForm>,
) -> Result<Response, Problem> {
    staff.require(Right::RunBilling)?;
    let order = BillingOrder { round, assessed_on: office.today(), due_on: form.due_on };
    tracing::info!(staff.id = staff.id.0, round.id = round.0, "billing run asked for");
    match run_billing(&office.backoffice, &order, &mut |_| {}, &CancelFlag::default()).await {
        Ok(summary) => run_result::draw(&office, &staff, &order, summary).await,
        Err(error) => {
            let refusal = refusal(error)?;
            let mut page = draw(&office, &staff, Some(round), 1, Some(refusal)).await?;
            *page.status_mut() = StatusCode::CONFLICT;
            Ok(page)
        }
    }
}

fn refusal(error: BillingError) -> Result<Refusal, Problem> {
    match error {
        BillingError::NoSuchRound => Err(no_round()),
        BillingError::Database(_) => Err(error.into()),
        _ => {
            let code = error.code();
            tracing::warn!(code, %error, "billing run refused");
            let text = backoffice::codes::japanese(code).unwrap_or("調定処理を行えませんでした。");
            Ok(Refusal { code, text, detail: error.details_ja() })
        }
    }
}

/// The newest run that was kept.
pub(crate) async fn last_run(office: &Backoffice) -> Result<Option<RunRow>, Problem> {
    let Some(run) = backoffice::billing::last_run(office).await? else { return Ok(None) };
    let round = backoffice::metering::round(office, run.round).await?;
    Ok(Some(RunRow {
        round: run.round,
        month: round.map_or_else(String::new, |round| round.month.japanese()),
        assessed_on: format::day(run.assessed_on),
        due_on: format::day(run.due_on),
        bills: format::number(run.bills),
    }))
}
