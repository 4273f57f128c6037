//! `/papers/{kind}`: the text of a layout, its faults at their lines, its history and approval.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::metering::{
    LayoutRefusal, PaperLayout, approve_paper_layout, enter_paper_layout, paper_layouts,
};
use jiff::civil::Date;
use serde::Deserialize;
use shared::paper::{Known, PaperKind, built_in_text};

use super::kind_of;
use super::list::in_use;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Form;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(askama::Template)]
#[template(path = "papers/edit.html")]
struct EditPage {
    frame: Frame,
    kind: PaperKind,
    /// What stands in the field.
    text: String,
    reason: String,
    /// The version whose pictures are shown; 0 is built in.
    shown: i64,
    in_use: Option<i64>,
    versions: Vec<PaperLayout>,
    known: Known,
    today: Date,
    refusal: Option<Refusal>,
}

struct Refusal {
    code: &'static str,
    text: &'static str,
    details: Vec<String>,
}

/// The form.
#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    text: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    valid_from: String,
}

/// `GET /papers/{kind}`.
pub(super) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(kind): Path<String>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    Ok(html(&page(&office, &staff, kind_of(&kind)?).await?))
}

/// `POST /papers/{kind}`: a new version, or the same page with the faults.
pub(super) async fn save(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(kind): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let kind = kind_of(&kind)?;
    let text = typed.text.replace("\r\n", "\n");
    let (by, at) = (staff.id, office.now());
    match enter_paper_layout(&office.backoffice, kind, (&text, &typed.reason), by, at).await {
        Ok(version) => {
            tracing::info!(staff.id = by.0, version, "layout entered");
            Ok(Redirect::to(&format!("/papers/{}", kind.key())).into_response())
        }
        Err(error) => {
            let mut page = page(&office, &staff, kind).await?;
            (page.text, page.reason) = (text, typed.reason);
            refused(page, &error)
        }
    }
}

/// `POST /papers/{kind}/{version}/activate`: a second person puts it into use.
pub(super) async fn activate(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path((kind, version)): Path<(String, i64)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let kind = kind_of(&kind)?;
    let today = office.today();
    let days = (typed.valid_from.parse().unwrap_or(today), today);
    match approve_paper_layout(&office.backoffice, version, days, staff.id, office.now()).await {
        Ok(()) => {
            tracing::info!(staff.id = staff.id.0, version, "layout approved");
            Ok(Redirect::to(&format!("/papers/{}", kind.key())).into_response())
        }
        Err(error) => refused(page(&office, &staff, kind).await?, &error),
    }
}

fn refused(mut page: EditPage, error: &LayoutRefusal) -> Result<Response, Problem> {
    let details = match error {
        LayoutRefusal::Database(_) => return Err(Problem::of(error)),
        LayoutRefusal::Faults(faults) => {
            faults.iter().map(shared::paper::Fault::japanese).collect()
        }
        _ => Vec::new(),
    };
    let code = error.code();
    let text = backoffice::codes::japanese(code).unwrap_or("受け付けられませんでした。");
    page.refusal = Some(Refusal { code, text, details });
    let mut response = html(&page);
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

async fn page(office: &Office, staff: &CurrentStaff, kind: PaperKind) -> Result<EditPage, Problem> {
    let all = paper_layouts(&office.backoffice).await?;
    let in_use = in_use(&all, kind, office.today()).map(|one| one.version);
    let versions: Vec<PaperLayout> = all.into_iter().filter(|one| one.kind == kind).collect();
    let newest = versions.first();
    let title = format!("帳票の様式：{}", kind.japanese());
    Ok(EditPage {
        frame: Frame::new(title, Area::Metering, staff),
        kind,
        text: newest.map_or_else(|| built_in_text(kind).to_owned(), |one| one.text.clone()),
        reason: String::new(),
        shown: newest.map_or(0, |one| one.version),
        in_use,
        known: Known::of(kind),
        today: office.today(),
        refusal: None,
        versions,
    })
}
