//! One version (料金表の版): the printed schedule to be held against the paper, its history, and
//! what can be done with it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::billing::{
    BillingError, GoldenCheck, TariffVersion, VersionState, approve_draft, check_golden_rows_with,
    copy_version, withdraw_draft,
};
use serde::Deserialize;
use shared::ids::TariffVersionId;

use super::list::validity;
use super::schedule::{ScheduleView, schedules};
use super::{Refusal, find, state_words};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Path};
use crate::format;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/tariff_version.html")]
struct VersionPage {
    frame: Frame,
    may_manage: bool,
    /// Whoever wrote the draft last cannot approve it.
    is_author: bool,
    state: (&'static str, &'static str),
    holds_now: bool,
    validity: String,
    /// The day on which the source was read.
    read_on: Option<String>,
    base: i32,
    version: TariffVersion,
    schedules: Vec<ScheduleView>,
    steps: Vec<StepRow>,
    checks: Vec<GoldenCheck>,
    refusal: Option<Refusal>,
}

impl VersionPage {
    fn is_draft(&self) -> bool {
        self.version.state == VersionState::Draft
    }

    /// Periods that began under the version before could not be billed.
    fn lacks_transition(&self) -> bool {
        let tariffs = &self.version.file.tariffs;
        self.is_draft() && tariffs.iter().any(|tariff| tariff.transition.is_none())
    }
}

struct StepRow {
    what: &'static str,
    who: String,
    at: String,
}

/// `GET /tariffs/{version}`.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<TariffVersionId>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    draw(&office, &staff, id, None).await
}

/// `POST /tariffs/{version}/copy`: a new draft with the same text.
pub(crate) async fn copy(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<TariffVersionId>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageTariffs)?;
    let copied = copy_version(&office.backoffice, id, staff.id, office.now(), office.today()).await;
    match copied {
        Ok(copy) => Ok(Redirect::to(&format!("/tariffs/{copy}/table")).into_response()),
        Err(error) => refused(&office, &staff, id, &error).await,
    }
}

#[derive(Deserialize)]
pub(crate) struct StepForm {
    /// The last step that the page showed.
    base: i32,
}

/// `POST /tariffs/{version}/approve`.
pub(crate) async fn approve(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<TariffVersionId>,
    Form(form): Form<StepForm>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageTariffs)?;
    let done = approve_draft(&office.backoffice, id, form.base, staff.id, office.now()).await;
    after(&office, &staff, id, done).await
}

/// `POST /tariffs/{version}/withdraw`.
pub(crate) async fn withdraw(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<TariffVersionId>,
    Form(form): Form<StepForm>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageTariffs)?;
    let done = withdraw_draft(&office.backoffice, id, form.base, staff.id, office.now()).await;
    after(&office, &staff, id, done).await
}

async fn after(
    office: &Office,
    staff: &CurrentStaff,
    id: TariffVersionId,
    done: Result<(), BillingError>,
) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/tariffs/{id}")).into_response()),
        Err(error) => refused(office, staff, id, &error).await,
    }
}

/// The version with the reason above it.
async fn refused(
    office: &Office,
    staff: &CurrentStaff,
    id: TariffVersionId,
    error: &BillingError,
) -> Result<Response, Problem> {
    let mut page = draw(office, staff, id, Some(Refusal::of(error)?)).await?;
    *page.status_mut() = StatusCode::CONFLICT;
    Ok(page)
}

async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    id: TariffVersionId,
    refusal: Option<Refusal>,
) -> Result<Response, Problem> {
    let version = find(office, id).await?;
    let checks = match version.state {
        VersionState::Draft => check_golden_rows_with(&office.backoffice, &version).await?,
        _ => backoffice::billing::check_golden_rows(&office.backoffice).await?,
    };
    let steps = version.steps.iter().map(|step| StepRow {
        what: step.japanese(),
        who: step
            .staff
            .as_ref()
            .map_or("コマンドによる取込み".to_owned(), |(_, name)| name.clone()),
        at: format::minute(step.at),
    });
    Ok(html(&VersionPage {
        frame: Frame::new(version.file.name.clone(), Area::Billing, staff),
        may_manage: staff.may(Right::ManageTariffs),
        is_author: version.author == Some(staff.id),
        state: state_words(version.state),
        holds_now: version.holds_on(office.today()),
        validity: validity(&version),
        read_on: version.file.read_on.map(format::day),
        base: version.last_step(),
        schedules: schedules(&version.file),
        steps: steps.collect(),
        checks: checks.into_iter().filter(|check| check.is_by(id)).collect(),
        version,
        refusal,
    }))
}
