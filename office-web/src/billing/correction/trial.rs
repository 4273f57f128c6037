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
use shared::billing::correction::{EarlierReduction, Paper, PaperChoice};
use shared::connection::MeterSize;
use shared::quantity::Yen;

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
    /// Why it is these papers.
    paper_help: &'static str,
    result: Option<CorrectionView>,
    measured: Option<u32>,
    later: Option<LaterPeriod>,
    refusal: Option<Refusal>,
    may_propose: bool,
}

impl TrialPage {
    /// The papers that the books leave open, the likely one first.
    fn choose_paper(&mut self, difference: Yen) {
        let choice = self.bill.received.sums.paper(difference);
        self.papers
            .retain(|(key, _)| Paper::from_key(key).is_some_and(|paper| choice.allows(paper)));
        let is_open = self.papers.iter().any(|(key, _)| *key == self.typed.paper);
        if !is_open {
            choice.paper().key().clone_into(&mut self.typed.paper);
        }
        self.paper_help = match choice {
            PaperChoice::Only(Paper::CreditNote) => {
                "領収した額が更正後の請求より多いため、返還の通知になります。"
            }
            PaperChoice::Only(Paper::RevisedBill) => {
                "更正後に返すものがないため、訂正した請求書になります。"
            }
            PaperChoice::Usually(_) => {
                "領収の記録はありません。銀行などでの入金は記録に入っていないため、入金を確かめたときは返還の通知を選んでください。"
            }
        };
    }
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
        page.choose_paper(trial.correction.difference());
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
    let mut difference = None;
    let refusal = match typed.correction(id) {
        Err(words) => Refusal::of_input(words),
        Ok(new) => {
            match propose_correction(&office.backoffice, &new, staff.id, office.now()).await {
                Ok(id) => return Ok(Redirect::to(&format!("/corrections/{id}")).into_response()),
                Err(error) => {
                    if let Ok(trial) = try_correction(&office.backoffice, &new).await {
                        difference = Some(trial.correction.difference());
                        view = Some(CorrectionView::of(&office, &trial.correction).await?);
                    }
                    Refusal::of(&error)?
                }
            }
        }
    };
    let mut page = page(&office, &staff, typed).await?;
    page.result = view;
    if let Some(difference) = difference {
        page.choose_paper(difference);
    }
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
        paper_help: "",
        result: None,
        measured: None,
        later: None,
        refusal: None,
        may_propose: staff.may(Right::RunBilling),
        typed,
        bill,
    })
}
