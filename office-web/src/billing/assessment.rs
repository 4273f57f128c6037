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
use crate::format;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/assessment.html")]
struct AssessmentPage {
    frame: Frame,
    view: AssessmentView,
    /// Several where the period was split by days or cut by a change of size or class.
    explanations: Vec<Explanation>,
    /// What else the charge was made by, line by line.
    basis: Vec<String>,
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
        explanations: explanations(&view),
        basis: view.basis.japanese(),
        view,
    }))
}

/// Each part with the days that it is for, where the period was cut.
fn explanations(view: &AssessmentView) -> Vec<Explanation> {
    let earlier = view.earlier.iter().map(|(tariff, charge)| explain(charge, tariff));
    let mut all: Vec<Explanation> = earlier.chain([explain(&view.charge, &view.tariff)]).collect();
    let inputs = view.earlier.iter().map(|(_, charge)| charge.input).chain([view.charge.input]);
    for ((explanation, input), (from, to)) in all.iter_mut().zip(inputs).zip(&view.part_days) {
        let class = view.tariff.class_name(input.use_class);
        let note = format!(
            "期間の区分: {} 〜 {}　口径{}mm・{class}・{} m³",
            format::day(from),
            format::day(to),
            input.size.mm(),
            format::number(input.usage.0),
        );
        explanation.notes.insert(0, note);
    }
    all
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
