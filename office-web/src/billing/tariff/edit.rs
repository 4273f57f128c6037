//! Editing a draft (案の編集): as a table of fields, and as the text of the file.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::billing::{
    BillingError, DraftForm, TariffVersion, VersionState, edit_draft, write_draft,
};
use serde::Deserialize;
use shared::billing::{TariffFault, TariffFile};
use shared::ids::TariffVersionId;

use super::{Refusal, find};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Path};
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

/// A fault with the line that it stands in.
struct FaultRow {
    line: u32,
    column: u32,
    code: &'static str,
    words: String,
    /// The line up to the fault, and from there on.
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "billing/tariff_table.html")]
struct TablePage {
    frame: Frame,
    id: TariffVersionId,
    base: i32,
    form: DraftForm,
    text: String,
    is_saved: bool,
    faults: Vec<FaultRow>,
    refusal: Option<Refusal>,
}

#[derive(Template)]
#[template(path = "billing/tariff_text.html")]
struct TextPage {
    frame: Frame,
    id: TariffVersionId,
    base: i32,
    name: String,
    text: String,
    faults: Vec<FaultRow>,
    refusal: Option<Refusal>,
}

/// What is shown again after it was sent.
struct Sent {
    base: i32,
    text: String,
    is_saved: bool,
    refusal: Option<Refusal>,
}

impl Sent {
    fn stored(version: &TariffVersion) -> Sent {
        let (base, text) = (version.last_step(), version.text.clone());
        Sent { base, text, is_saved: true, refusal: None }
    }
}

/// `GET /tariffs/{version}/table`.
pub(crate) async fn show_table(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<TariffVersionId>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageTariffs)?;
    let version = find(&office, id).await?;
    if version.state != VersionState::Draft {
        return Ok(Redirect::to(&format!("/tariffs/{id}")).into_response());
    }
    draw_table(&staff, id, Sent::stored(&version))
}

/// `POST /tariffs/{version}/table`: the fields, with the text that they were drawn from. Adding and
/// taking away rows is not saved yet: that happens with the button for it.
pub(crate) async fn write_table(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<TariffVersionId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageTariffs)?;
    let field = |name: &str| {
        let field = fields.iter().find(|(known, _)| known == name);
        field.map(|(_, value)| value.replace("\r\n", "\n")).unwrap_or_default()
    };
    let base = field("base").parse().map_err(|_| Problem::BadRequest(String::new()))?;
    let text = match edit_draft(&field("text"), &fields) {
        Ok(text) => text,
        // The text comes from a page of ours, which holds TOML only.
        Err(error) => return Err(Problem::of(&error)),
    };
    let mut sent = Sent { base, text, is_saved: false, refusal: None };
    if field("action") != "save" {
        return draw_table(&staff, id, sent);
    }
    match write_draft(&office.backoffice, id, base, &sent.text, staff.id, office.now()).await {
        Ok(()) => Ok(Redirect::to(&format!("/tariffs/{id}")).into_response()),
        Err(error) => {
            let status = status(&error);
            sent.refusal = Some(refusal(&error)?);
            let mut page = draw_table(&staff, id, sent)?;
            *page.status_mut() = status;
            Ok(page)
        }
    }
}

/// `GET /tariffs/{version}/text`.
pub(crate) async fn show_text(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<TariffVersionId>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageTariffs)?;
    let version = find(&office, id).await?;
    if version.state != VersionState::Draft {
        return Ok(Redirect::to(&format!("/tariffs/{id}")).into_response());
    }
    Ok(draw_text(&staff, id, version.file.name.clone(), Sent::stored(&version)))
}

#[derive(Deserialize)]
pub(crate) struct TextForm {
    base: i32,
    text: String,
}

/// `POST /tariffs/{version}/text`.
pub(crate) async fn write_text(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<TariffVersionId>,
    Form(form): Form<TextForm>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageTariffs)?;
    let (base, text) = (form.base, form.text.replace("\r\n", "\n"));
    match write_draft(&office.backoffice, id, base, &text, staff.id, office.now()).await {
        Ok(()) => Ok(Redirect::to(&format!("/tariffs/{id}")).into_response()),
        Err(error) => {
            let name = find(&office, id).await?.file.name;
            let refusal = Some(refusal(&error)?);
            let sent = Sent { base, text, is_saved: false, refusal };
            let mut page = draw_text(&staff, id, name, sent);
            *page.status_mut() = status(&error);
            Ok(page)
        }
    }
}

fn status(error: &BillingError) -> StatusCode {
    match error {
        BillingError::TariffFile(_) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    }
}

/// The faults stand in a list of their own.
fn refusal(error: &BillingError) -> Result<Refusal, Problem> {
    let mut refusal = Refusal::of(error)?;
    if matches!(error, BillingError::TariffFile(_)) {
        refusal.details.clear();
    }
    Ok(refusal)
}

fn draw_table(staff: &CurrentStaff, id: TariffVersionId, sent: Sent) -> Result<Response, Problem> {
    let form = DraftForm::of(&sent.text).map_err(|error| Problem::of(&error))?;
    let faults = match sent.refusal {
        Some(_) => faults(&sent.text),
        None => Vec::new(),
    };
    Ok(html(&TablePage {
        frame: Frame::new(format!("{}の編集", form.name), Area::Billing, staff),
        id,
        base: sent.base,
        form,
        text: sent.text,
        is_saved: sent.is_saved,
        faults,
        refusal: sent.refusal,
    }))
}

fn draw_text(staff: &CurrentStaff, id: TariffVersionId, name: String, sent: Sent) -> Response {
    html(&TextPage {
        frame: Frame::new(format!("{name}の編集"), Area::Billing, staff),
        id,
        base: sent.base,
        name,
        faults: faults(&sent.text),
        text: sent.text,
        refusal: sent.refusal,
    })
}

fn faults(text: &str) -> Vec<FaultRow> {
    let faults = TariffFile::parse(text).err().unwrap_or_default();
    faults.iter().map(|fault| fault_row(text, fault)).collect()
}

fn fault_row(text: &str, fault: &TariffFault) -> FaultRow {
    let index = |number: u32| usize::try_from(number).unwrap_or(1).saturating_sub(1);
    let line = text.lines().nth(index(fault.line)).unwrap_or_default();
    FaultRow {
        line: fault.line,
        column: fault.column,
        code: fault.code(),
        words: fault.kind.japanese(),
        before: line.chars().take(index(fault.column)).collect(),
        after: line.chars().skip(index(fault.column)).collect(),
    }
}
