//! One proposal of a leak adjustment (減免の起案) with its computation, and the decision on it (決裁).

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::billing::{
    CorrectionFilter, LeakDecision, LeakDecisionOrder, LeakProposal, LeakRefusal, corrections,
    decide_leak_adjustment, leak_adjustment,
};
use jiff::civil::Date;
use serde::Deserialize;
use shared::billing::correction::Paper;
use shared::ids::LeakAdjustmentId;

use super::{Refusal, ResultView};
use crate::access::session::CurrentStaff;
use crate::billing::usual_due_date;
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
    due_on: Date,
    /// The correction that posted it, with the bill that it made.
    correction: Option<(i64, Option<i64>)>,
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
    #[serde(default)]
    paper: String,
    #[serde(default)]
    due_on: String,
}

/// `POST /leak-adjustments/{id}/decision`.
pub(crate) async fn decide(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<LeakAdjustmentId>,
    Form(form): Form<DecisionForm>,
) -> Result<Response, Problem> {
    staff.require(Right::ApproveBilling)?;
    let order = LeakDecisionOrder {
        is_approved: form.decision == "approve",
        remark: form.remark,
        paper: Paper::from_key(&form.paper).unwrap_or(Paper::RevisedBill),
        on: office.today(),
        due_on: form.due_on.parse().unwrap_or_else(|_| usual_due_date(office.today())),
    };
    let done = decide_leak_adjustment(&office.backoffice, id, &order, staff.id, office.now());
    match done.await {
        Ok(_) => Ok(Redirect::to(&format!("/leak-adjustments/{id}")).into_response()),
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

/// The correction that posted a proposal.
async fn posted_by(
    office: &Office,
    proposal: &LeakProposal,
) -> Result<Option<(i64, Option<i64>)>, Problem> {
    let filter =
        CorrectionFilter { connection: Some(proposal.connection), ..CorrectionFilter::default() };
    let posted = corrections(&office.backoffice, filter).await;
    let posted = posted.map_err(|error| Problem::of(&error))?;
    let of_this = posted.into_iter().find(|one| one.adjustment == Some(proposal.id));
    Ok(of_this.map(|one| (one.id.0, one.new_bill.map(|bill| bill.0))))
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
        may_decide: staff.may(Right::ApproveBilling) && decision.is_none(),
        due_on: usual_due_date(office.today()),
        correction: posted_by(office, &proposal).await?,
        grounds: proposal.grounds,
        explanation: proposal.explanation,
        refusal,
    }))
}
