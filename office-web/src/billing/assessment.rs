//! One assessment (調定の内訳): the amount, and the calculation that leads to it again.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::billing::{AssessmentView, BillingError, assessment as find, bill_marks};
use shared::billing::{Claim, Explanation, RowKind, explain};
use shared::ids::AssessmentId;
use shared::quantity::Yen;

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
    /// The bill that took the place of this assessment's.
    replaced_by: Option<i64>,
    may_correct: bool,
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
    let marks = bill_marks(&office.backoffice, view.bill).await?;
    let mut basis = marks.japanese();
    basis.extend(view.basis.japanese());
    if view.relief.0 > Yen(0) {
        basis.push(format!(
            "料金からの減額 {}円（うち消費税 {}円）。下の計算から差し引いた額が調定額です。",
            view.relief.0.grouped(),
            view.relief.1.grouped()
        ));
    }
    Ok(html(&AssessmentPage {
        frame: Frame::new(format!("調定 {id}"), Area::Billing, &staff),
        replaced_by: marks.replaced_by.map(|bill| bill.0),
        may_correct: staff.may(Right::RunBilling) && marks.replaced_by.is_none(),
        explanations: explanations(&view),
        basis,
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
