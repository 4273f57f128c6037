//! One proposal of a leak adjustment (減免の起案) with its computation, and the decision on it (決裁).

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::billing::{
    LeakDecision, LeakProposal, LeakRefusal, decide_leak_adjustment, leak_adjustment,
};
use serde::Deserialize;
use shared::ids::LeakAdjustmentId;

use super::{Refusal, ResultView};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Path};
use crate::format;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/leak_adjustment.html")]
struct ProposalPage {
    frame: Frame,
    id: i64,
    number: String,
    read_on: String,
    grounds: String,
    explanation: String,
    proposed: String,
    state: (&'static str, &'static str),
    /// Who and when, and the remark.
    decision: Option<(String, String)>,
    result: Option<ResultView>,
    refusal: Option<Refusal>,
    is_own: bool,
    may_decide: bool,
}

/// `GET /leak-adjustments/{id}`.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<LeakAdjustmentId>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    draw(&office, &staff, id, None).await
}

/// `GET /leak-adjustments/{id}/json`: the whole computation, for other programs.
pub(crate) async fn json(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<LeakAdjustmentId>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let proposal = find(&office, id).await?;
    Ok(axum::Json(proposal.result).into_response())
}

#[derive(Deserialize)]
pub(crate) struct DecisionForm {
    decision: String,
    #[serde(default)]
    remark: String,
}

/// `POST /leak-adjustments/{id}/decision`.
pub(crate) async fn decide(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<LeakAdjustmentId>,
    Form(form): Form<DecisionForm>,
) -> Result<Response, Problem> {
    staff.require(Right::RunBilling)?;
    let is_approved = form.decision == "approve";
    let now = office.now();
    let done =
        decide_leak_adjustment(&office.backoffice, id, is_approved, &form.remark, staff.id, now);
    match done.await {
        Ok(()) => Ok(Redirect::to(&format!("/leak-adjustments/{id}")).into_response()),
        Err(LeakRefusal::NotFound) => Err(no_such_proposal()),
        Err(error) => {
            let mut page = draw(&office, &staff, id, Some(Refusal::of(&error)?)).await?;
            *page.status_mut() = StatusCode::CONFLICT;
            Ok(page)
        }
    }
}

/// The word and its color.
pub(super) fn state_words(decision: Option<&LeakDecision>) -> (&'static str, &'static str) {
    match decision {
        None => ("決裁待ち", "warn"),
        Some(decision) if decision.is_approved => ("承認済み", "good"),
        Some(_) => ("取下げ・差戻し", "outline"),
    }
}

fn no_such_proposal() -> Problem {
    Problem::NotFound("その起案はありません。漏水減免の一覧から開き直してください。".into())
}

async fn find(office: &Office, id: LeakAdjustmentId) -> Result<LeakProposal, Problem> {
    leak_adjustment(&office.backoffice, id).await.map_err(|error| match error {
        LeakRefusal::NotFound => no_such_proposal(),
        _ => Problem::of(&error),
    })
}

async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    id: LeakAdjustmentId,
    refusal: Option<Refusal>,
) -> Result<Response, Problem> {
    let proposal = find(office, id).await?;
    let decision = proposal.decision.as_ref();
    Ok(html(&ProposalPage {
        frame: Frame::new("漏水減免の起案", Area::Billing, staff),
        id: id.0,
        number: proposal.number.to_string(),
        read_on: format::day(proposal.read_on),
        proposed: format!("{}　{}", format::minute(proposal.proposed_at), proposal.proposed_by.1),
        state: state_words(decision),
        decision: decision.map(|decision| {
            (format!("{}　{}", format::minute(decision.at), decision.by), decision.remark.clone())
        }),
        result: Some(ResultView::of(&proposal.result)),
        is_own: proposal.proposed_by.0 == staff.id,
        may_decide: staff.may(Right::RunBilling) && decision.is_none(),
        grounds: proposal.grounds,
        explanation: proposal.explanation,
        refusal,
    }))
}
