//! The billing run (調定処理): started for a closed round, watched, and answered with what it made.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::Backoffice;
use backoffice::access::Right;
use backoffice::billing::{BillingError, BillingOrder, RunProgress, run_billing};
use backoffice::jobs::{JobState, Progress};
use jiff::civil::Date;
use serde::Deserialize;
use shared::ids::RoundId;

use super::assessment_list::{Refusal, draw, no_round};
use super::run_result;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Path};
use crate::format;
use crate::jobs::{BillingJob, PATIENCE, Waiting, forgotten, job_id, lost, running};
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

/// `POST /rounds/{round}/billing-run`. The run goes on behind the page that this leads to; asked for
/// twice, the second leads to the first. A run that is over may be asked for again: it makes nothing
/// twice.
pub(crate) async fn run(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(round): Path<RoundId>,
    Form(form): Form<RunForm>,
) -> Result<Response, Problem> {
    staff.require(Right::RunBilling)?;
    let order = BillingOrder { round, assessed_on: office.today(), due_on: form.due_on };
    let backoffice = office.backoffice.clone();
    let started =
        office.jobs.runs.start(office.job_id(), order, office.now(), |control| async move {
            let tell = control.clone();
            let mut progress = |told: RunProgress| {
                tell.tell(Progress { done: told.bills, total: told.planned });
            };
            run_billing(&backoffice, &order, &mut progress, &control.cancel).await
        });
    match started {
        Ok(job) => {
            tracing::info!(staff.id = staff.id.0, round.id = round.0, "billing run asked for");
            Ok(Redirect::to(&address(&job)).into_response())
        }
        Err(running) if running.order.round == round => {
            Ok(Redirect::to(&address(&running)).into_response())
        }
        Err(_) => refused(&office, &staff, round, known("J01", None)).await,
    }
}

fn address(job: &BillingJob) -> String {
    format!("/billing-runs/{}", job.id.0)
}

/// `GET /billing-runs/{run}`: the bar while it goes on, then what it made or why it did not.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    staff.require(Right::RunBilling)?;
    let job = forgotten(office.jobs.runs.find(job_id(&id)?))?;
    match job.ended_within(PATIENCE).await {
        JobState::Running(_) => waiting(&office, &staff, &job).await,
        JobState::Lost => Err(lost()),
        JobState::Finished(outcome) => match &*outcome {
            Ok(summary) => run_result::draw(&office, &staff, &job.order, summary.clone()).await,
            Err(error) => {
                let refusal = refusal(error)?;
                refused(&office, &staff, job.order.round, refusal).await
            }
        },
    }
}

/// `POST /billing-runs/{run}/cancel`.
pub(crate) async fn cancel(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    staff.require(Right::RunBilling)?;
    let job = forgotten(office.jobs.runs.find(job_id(&id)?))?;
    job.control.cancel.cancel();
    tracing::info!(staff.id = staff.id.0, round.id = job.order.round.0, "billing run stopped");
    Ok(Redirect::to(&address(&job)).into_response())
}

async fn waiting(
    office: &Office,
    staff: &CurrentStaff,
    job: &BillingJob,
) -> Result<Response, Problem> {
    let round = job.order.round;
    let month = backoffice::metering::round(&office.backoffice, round).await?;
    let month = month.ok_or_else(no_round)?.month.japanese();
    let round = format!("/assessments?round={round}");
    let lead = format!("{month}の検針から、調定・請求・仕訳を作っています。");
    let waiting = Waiting {
        title: "調定処理",
        lead: &lead,
        crumbs: &[("/assessments", "調定・請求"), (&round, &month)],
        unit: "件",
        stop_address: format!("{}/cancel", address(job)),
        warning: "中止すると、調定・請求・仕訳は1件も登録されません。",
    };
    Ok(running(staff, &job.control, waiting))
}

/// The list of the round, with the reason above it.
async fn refused(
    office: &Office,
    staff: &CurrentStaff,
    round: RoundId,
    refusal: Refusal,
) -> Result<Response, Problem> {
    let mut page = draw(office, staff, Some(round), 1, Some(refusal)).await?;
    *page.status_mut() = StatusCode::CONFLICT;
    Ok(page)
}

fn refusal(error: &BillingError) -> Result<Refusal, Problem> {
    match error {
        BillingError::NoSuchRound => Err(no_round()),
        BillingError::Database(_) => Err(Problem::of(error)),
        _ => {
            let code = error.code();
            tracing::warn!(code, %error, "billing run refused");
            Ok(known(code, error.details_ja()))
        }
    }
}

fn known(code: &'static str, detail: Option<String>) -> Refusal {
    let text = backoffice::codes::japanese(code).unwrap_or("調定処理を行えませんでした。");
    Refusal { code, text, detail }
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
