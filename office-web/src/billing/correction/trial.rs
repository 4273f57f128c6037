//! A correction tried out (更正の試算), and its proposal (起案).

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::billing::{
    BillToCorrect, LaterPeriod, bill_to_correct, propose_correction, try_correction, use_classes,
};
use shared::billing::RowKind;
use shared::billing::correction::{EarlierReduction, Paper};
use shared::connection::MeterSize;

use super::form::Typed;
use super::view::CorrectionView;
use super::{Refusal, not_found, problem};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Query};
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/correction_new.html")]
struct TrialPage {
    frame: Frame,
    bill: BillToCorrect,
    typed: Typed,
    sizes: Vec<u16>,
    classes: Vec<(String, String)>,
    papers: Vec<(&'static str, &'static str)>,
    result: Option<CorrectionView>,
    measured: Option<u32>,
    later: Option<LaterPeriod>,
    refusal: Option<Refusal>,
    may_propose: bool,
}

/// `GET /corrections/new?bill=…`. Writes nothing.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Query(typed): Query<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let id = typed.bill().ok_or_else(not_found)?;
    let mut result = None;
    let mut refusal = None;
    if !typed.tried.is_empty() {
        match typed.correction(id) {
            Err(words) => refusal = Some(Refusal::of_input(words)),
            Ok(new) => match try_correction(&office.backoffice, &new).await {
                Ok(trial) => result = Some(trial),
                Err(error) => refusal = Some(Refusal::of(&error)?),
            },
        }
    }
    let view = match &result {
        Some(trial) => Some(CorrectionView::of(&office, &trial.correction).await?),
        None => None,
    };
    let mut page = page(&office, &staff, typed).await?;
    page.result = view;
    if let Some(trial) = result {
        page.measured = trial.measured.map(|volume| volume.0);
        page.later = trial.later;
    }
    page.refusal = refusal;
    Ok(html(&page))
}

/// `POST /corrections`: the same fields again, with the grounds.
pub(crate) async fn propose(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::RunBilling)?;
    let id = typed.bill().ok_or_else(not_found)?;
    let mut view = None;
    let refusal = match typed.correction(id) {
        Err(words) => Refusal::of_input(words),
        Ok(new) => {
            match propose_correction(&office.backoffice, &new, staff.id, office.now()).await {
                Ok(id) => return Ok(Redirect::to(&format!("/corrections/{id}")).into_response()),
                Err(error) => {
                    if let Ok(trial) = try_correction(&office.backoffice, &new).await {
                        view = Some(CorrectionView::of(&office, &trial.correction).await?);
                    }
                    Refusal::of(&error)?
                }
            }
        }
    };
    let mut page = page(&office, &staff, typed).await?;
    page.result = view;
    page.refusal = Some(refusal);
    let mut response = html(&page);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// The page as it was typed; what is missing is filled from the bill.
async fn page(
    office: &Office,
    staff: &CurrentStaff,
    mut typed: Typed,
) -> Result<TrialPage, Problem> {
    let id = typed.bill().ok_or_else(not_found)?;
    let bill = bill_to_correct(&office.backoffice, id).await.map_err(problem)?;
    let bill = bill.ok_or_else(not_found)?;
    // What was paid is given back on a paper of its own.
    if typed.paper.is_empty() && bill.paid_on_site.is_some() {
        Paper::CreditNote.key().clone_into(&mut typed.paper);
    }
    if let Some((_, _, state)) = bill.claims.first() {
        let fill = |field: &mut String, text: String| {
            if field.is_empty() {
                *field = text;
            }
        };
        fill(&mut typed.kind, "register".into());
        fill(&mut typed.size, state.input.size.mm().to_string());
        fill(&mut typed.use_class, state.input.use_class.key().to_owned());
        fill(&mut typed.dwellings, state.input.dwellings.to_string());
    }
    let classes = use_classes(&office.backoffice).await?;
    Ok(TrialPage {
        frame: Frame::new(format!("請求{id}の更正"), Area::Billing, staff),
        sizes: MeterSize::ALL_MM.to_vec(),
        classes: classes.into_iter().map(|(class, name)| (class.key().into(), name)).collect(),
        papers: Paper::ALL.iter().map(|paper| (paper.key(), paper.japanese())).collect(),
        result: None,
        measured: None,
        later: None,
        refusal: None,
        may_propose: staff.may(Right::RunBilling),
        typed,
        bill,
    })
}
