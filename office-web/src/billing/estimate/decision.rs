//! The decision on one estimate (認定の決裁).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::metering::{decide_estimate, estimate};
use serde::Deserialize;
use shared::ids::EstimateId;

use super::connection::{ProposalForm, draw};
use super::{Refusal, problem};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Path};
use crate::problem::Problem;

#[derive(Deserialize)]
pub(crate) struct DecisionForm {
    decision: String,
    #[serde(default)]
    remark: String,
}

/// `POST /estimates/{id}/decision`.
pub(crate) async fn decide(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<EstimateId>,
    Form(form): Form<DecisionForm>,
) -> Result<Response, Problem> {
    staff.require(Right::ApproveBilling)?;
    let proposal = estimate(&office.backoffice, id).await.map_err(problem)?;
    let (round, connection) = (proposal.round, proposal.connection);
    let is_approved = form.decision == "approve";
    let now = office.now();
    match decide_estimate(&office.backoffice, id, is_approved, &form.remark, staff.id, now).await {
        Ok(()) => {
            Ok(Redirect::to(&format!("/rounds/{round}/estimates/{connection}")).into_response())
        }
        Err(error) => {
            let refusal = Refusal::of(&error)?;
            let place = (round, connection);
            let mut page =
                draw(&office, &staff, place, ProposalForm::default(), Some(refusal)).await?;
            *page.status_mut() = StatusCode::CONFLICT;
            Ok(page)
        }
    }
}
