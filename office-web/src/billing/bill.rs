//! One bill (請求), as a page and as the paper that is sent (納入通知書).

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use backoffice::access::Right;
use backoffice::billing::{BillView, Replacement, bill as find, bill_replacements};
use backoffice::documents::bill_pdf;
use shared::ids::BillId;

use super::assessment::problem;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Path;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/bill.html")]
struct BillPage {
    frame: Frame,
    bill: BillView,
    replacements: Vec<Replacement>,
    may_correct: bool,
}

/// `GET /bills/{bill}` and `GET /bills/{bill}.pdf`.
pub(crate) async fn bill(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let (number, is_paper) = match name.strip_suffix(".pdf") {
        Some(number) => (number, true),
        None => (name.as_str(), false),
    };
    let id = BillId(number.parse().map_err(|_| Problem::NoSuchPage)?);
    let bill = find(&office.backoffice, id).await.map_err(problem)?.ok_or_else(|| {
        Problem::NotFound(format!("請求番号 {id} の請求はありません。番号をお確かめください。"))
    })?;
    if is_paper {
        return paper(bill).await;
    }
    let frame = Frame::new(format!("請求 {id}"), Area::Billing, &staff);
    let replacements = bill_replacements(&office.backoffice, id).await;
    let replacements = replacements.map_err(|error| Problem::of(&error))?;
    let may_correct =
        staff.may(Right::RunBilling) && !replacements.iter().any(|other| other.is_newer);
    Ok(html(&BillPage { frame, bill, replacements, may_correct }))
}

/// The PDF, shown in the browser. Its name tells of no person.
async fn paper(bill: BillView) -> Result<Response, Problem> {
    let name = format!("inline; filename=\"bill-{}.pdf\"", bill.id);
    // Setting type takes long enough to hold up the others on this thread.
    let bytes = tokio::task::spawn_blocking(move || bill_pdf(&[bill])).await??;
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CONTENT_DISPOSITION, name),
        // Browsers' own viewers are plug-ins in the eyes of the usual policy.
        (CONTENT_SECURITY_POLICY, "frame-ancestors 'none'".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
