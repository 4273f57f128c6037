//! One assessment (調定の内訳): the amount, and the calculation that leads to it again.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::billing::{AssessmentView, BillingError, assessment as find};
use shared::billing::{Claim, Explanation, RowKind, explain};
use shared::ids::AssessmentId;

use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Path;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/assessment.html")]
struct AssessmentPage {
    frame: Frame,
    view: AssessmentView,
    /// Two where a tariff change split the period by days.
    explanations: Vec<Explanation>,
}

/// `GET /assessments/{assessment}`.
pub(crate) async fn assessment(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<AssessmentId>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let view = find(&office.backoffice, id).await.map_err(problem)?.ok_or_else(|| {
        Problem::NotFound(format!("調定番号 {id} の調定はありません。番号をお確かめください。"))
    })?;
    Ok(html(&AssessmentPage {
        frame: Frame::new(format!("調定 {id}"), Area::Billing, &staff),
        explanations: view
            .earlier
            .iter()
            .map(|(tariff, charge)| explain(charge, tariff))
            .chain([explain(&view.charge, &view.tariff)])
            .collect(),
        view,
    }))
}

/// An amount that cannot be explained is told with its own code, never shown as if it were right.
pub(super) fn problem(error: BillingError) -> Problem {
    match error {
        BillingError::NotReproduced(id) => {
            tracing::error!(assessment.id = id.0, "an assessment is not reproduced");
            Problem::Fault(error.code())
        }
        _ => error.into(),
    }
}
