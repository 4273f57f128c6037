//! One correction (更正伺) with before and after, and the decision on it (決裁).

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::{Right, utility};
use backoffice::billing::{
    CorrectionDecisionOrder, DriftedBill, ReceivedForBill, StoredCorrection, bill_to_correct,
    correction, correction_charges, decide_correction, drifted_bills,
};
use backoffice::documents::{CorrectionPaper, correction_pdf};
use jiff::civil::Date;
use serde::Deserialize;
use shared::billing::RowKind;
use shared::ids::CorrectionId;

use super::view::CorrectionView;
use super::{Refusal, problem, state_words};
use crate::access::session::CurrentStaff;
use crate::billing::usual_due_date;
use crate::config::Office;
use crate::form::{Form, Path};
use crate::format;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/correction.html")]
struct CorrectionPage {
    frame: Frame,
    correction: StoredCorrection,
    result: CorrectionView,
    /// What the books say of the bill that is to be replaced, until that is decided.
    received: Option<ReceivedForBill>,
    /// Bills of master and submeters that have to follow, once it is posted.
    drifted: Vec<DriftedBill>,
    proposed: String,
    /// Who and when, and the remark.
    decided: Option<(String, String)>,
    state: (&'static str, &'static str),
    refusal: Option<Refusal>,
    is_own: bool,
    may_decide: bool,
    due_on: Date,
}

/// `GET /corrections/{id}`.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<CorrectionId>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    draw(&office, &staff, id, None).await
}

/// `GET /corrections/{id}/paper.pdf`: 更正伺. Its name tells of no person.
pub(crate) async fn paper(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<CorrectionId>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let correction = correction(&office.backoffice, id).await.map_err(problem)?;
    let charges = correction_charges(&office.backoffice, &correction.result).await;
    let charges = charges.map_err(problem)?;
    let utility = utility(&office.backoffice).await?.map_or(String::new(), |known| known.name);
    let made_on = office.today();
    let signed = |at, by: &str| format!("{}\n{by}", format::minute(at));
    let proposed = signed(correction.proposed_at, &correction.proposed_by.1);
    let decided = correction.decision.as_ref();
    let decided = decided.map_or(String::new(), |decision| signed(decision.at, &decision.by));
    // Setting type takes long enough to hold up the others on this thread.
    let bytes = tokio::task::spawn_blocking(move || {
        correction_pdf(&CorrectionPaper {
            correction: &correction,
            charges: &charges,
            issuer: utility,
            proposed,
            decided,
            made_on,
        })
    })
    .await??;
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CONTENT_DISPOSITION, format!("inline; filename=\"correction-{id}.pdf\"")),
        // Browsers' own viewers are plug-ins in the eyes of the usual policy.
        (CONTENT_SECURITY_POLICY, "frame-ancestors 'none'".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

#[derive(Deserialize)]
pub(crate) struct DecisionForm {
    decision: String,
    #[serde(default)]
    remark: String,
    #[serde(default)]
    due_on: String,
}

/// `POST /corrections/{id}/decision`.
pub(crate) async fn decide(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<CorrectionId>,
    Form(form): Form<DecisionForm>,
) -> Result<Response, Problem> {
    staff.require(Right::ApproveBilling)?;
    let order = CorrectionDecisionOrder {
        is_approved: form.decision == "approve",
        remark: form.remark,
        on: office.today(),
        due_on: form.due_on.parse().unwrap_or_else(|_| usual_due_date(office.today())),
    };
    match decide_correction(&office.backoffice, id, &order, staff.id, office.now()).await {
        Ok(_) => Ok(Redirect::to(&format!("/corrections/{id}")).into_response()),
        Err(error) => {
            let refusal = Refusal::of(&error)?;
            let mut page = draw(&office, &staff, id, Some(refusal)).await?;
            *page.status_mut() = StatusCode::CONFLICT;
            Ok(page)
        }
    }
}

async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    id: CorrectionId,
    refusal: Option<Refusal>,
) -> Result<Response, Problem> {
    let correction = correction(&office.backoffice, id).await.map_err(problem)?;
    let backoffice = &office.backoffice;
    let decision = correction.decision.as_ref();
    let received = match decision {
        Some(_) => None,
        None => bill_to_correct(backoffice, correction.bill).await.map_err(problem)?,
    };
    let drifted = match correction.new_bill {
        Some(bill) => drifted_bills(backoffice, bill).await.map_err(problem)?,
        None => Vec::new(),
    };
    Ok(html(&CorrectionPage {
        frame: Frame::new(format!("更正 {id}"), Area::Billing, staff),
        result: CorrectionView::of(office, &correction.result).await?,
        received: received.map(|bill| bill.received),
        drifted,
        proposed: format!(
            "{}　{}",
            format::minute(correction.proposed_at),
            correction.proposed_by.1
        ),
        decided: decision.map(|decision| {
            (format!("{}　{}", format::minute(decision.at), decision.by), decision.remark.clone())
        }),
        state: state_words(correction.state()),
        refusal,
        is_own: correction.proposed_by.0 == staff.id,
        may_decide: staff.may(Right::ApproveBilling) && decision.is_none(),
        due_on: usual_due_date(office.today()),
        correction,
    }))
}
