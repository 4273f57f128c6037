//! The tariff lab (料金改定シミュレーション): choose a draft and a year, watch, and read the result.

mod charts;
mod file;
mod form;
mod result;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::billing::lab::{
    FiscalYear, LabDraft, LabError, LabOrder, LabReport, LabYear, lab_years, run_lab,
};
use backoffice::billing::{VersionState, tariff_versions};
use backoffice::documents::lab_pdf;
use backoffice::jobs::JobState;
use shared::billing::TariffFault;

use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Path, Query};
use crate::format;
use crate::jobs::{PATIENCE, TrialJob, Waiting, forgotten, job_id, lost, running};
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;
use form::{Asked, asked};

pub(super) use form::BODY_BYTES_MAX;

#[derive(Template)]
#[template(path = "billing/lab.html")]
struct LabPage {
    frame: Frame,
    choices: Vec<Choice>,
    years: Vec<YearChoice>,
    text: String,
    faults: Vec<String>,
    refusal: Option<Refusal>,
    trials: Vec<TrialRow>,
}

struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

struct YearChoice {
    year: i16,
    label: String,
    is_chosen: bool,
}

/// Why a trial did not begin or end, with the code to read out.
struct Refusal {
    code: &'static str,
    text: &'static str,
    link: Option<String>,
}

impl Refusal {
    fn of(code: &'static str) -> Refusal {
        let text = backoffice::codes::japanese(code).unwrap_or("試算できませんでした。");
        Refusal { code, text, link: None }
    }
}

/// A trial that the server remembers.
struct TrialRow {
    address: String,
    draft: String,
    year: String,
    started_at: String,
    state: &'static str,
}

/// `GET /tariff-lab?draft=`: with the version chosen that somebody came from.
pub(crate) async fn show_form(
    State(office): State<Office>,
    staff: CurrentStaff,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    draw_form(&office, &staff, asked, Vec::new(), None).await
}

/// `POST /tariff-lab`: a version that is kept, a pasted text or a file, and a year.
pub(crate) async fn start(
    State(office): State<Office>,
    staff: CurrentStaff,
    request: Request,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let asked = asked(request).await?;
    let text = asked.draft_text(&office).await?;
    let draft = match LabDraft::parse(&text) {
        Ok(draft) => draft,
        Err(faults) => {
            let faults = faults.iter().map(TariffFault::japanese).collect();
            let mut page = draw_form(&office, &staff, asked, faults, None).await?;
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(page);
        }
    };
    let order = LabOrder { draft, year: FiscalYear(asked.year) };
    let backoffice = office.backoffice.clone();
    let started = office.jobs.trials.start(
        office.job_id(),
        order.clone(),
        office.now(),
        |control| async move { run_lab(&backoffice, &order, &control).await },
    );
    match started {
        Ok(job) => {
            tracing::info!(staff.id = staff.id.0, year = asked.year, "tariff trial asked for");
            Ok(Redirect::to(&address(&job)).into_response())
        }
        Err(running) => {
            let refusal = Refusal { link: Some(address(&running)), ..Refusal::of("J01") };
            refused(&office, &staff, asked, refusal).await
        }
    }
}

/// `GET /tariff-lab/{trial}`: the bar while it goes on, then the result; with `.csv` and `.pdf`
/// behind the number, the result as a file.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let (id, kind) = name.split_once('.').unwrap_or((&name, ""));
    let job = forgotten(office.jobs.trials.find(job_id(id)?))?;
    let outcome = match job.ended_within(PATIENCE).await {
        JobState::Running(_) => return Ok(waiting(&staff, &job)),
        JobState::Lost => return Err(lost()),
        JobState::Finished(outcome) => outcome,
    };
    match (&*outcome, kind) {
        (Ok(report), "") => Ok(result::draw(&staff, report, id)),
        (Ok(report), "csv") => Ok(file::table(report).download(&file_name(report, "csv"))),
        (Ok(report), "pdf") => paper(&office, report).await,
        (Ok(_), _) => Err(Problem::NoSuchPage),
        (Err(LabError::Database(error)), _) => Err(Problem::of(error)),
        (Err(error), _) => {
            tracing::warn!(code = error.code(), %error, "tariff trial without a result");
            let asked = Asked { year: job.order.year.0, ..Asked::default() };
            refused(&office, &staff, asked, Refusal::of(error.code())).await
        }
    }
}

/// `POST /tariff-lab/{trial}/cancel`.
pub(crate) async fn cancel(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let job = forgotten(office.jobs.trials.find(job_id(&id)?))?;
    job.control.cancel.cancel();
    Ok(Redirect::to(&address(&job)).into_response())
}

fn address(job: &TrialJob) -> String {
    format!("/tariff-lab/{}", job.id.0)
}

fn file_name(report: &LabReport, kind: &str) -> String {
    format!("tariff-lab-{}-{}.{kind}", report.draft_code, report.year.0)
}

fn waiting(staff: &CurrentStaff, job: &TrialJob) -> Response {
    let lead = format!(
        "「{}」を{}の調定にあてはめています。",
        job.order.draft.file.name,
        job.order.year.japanese()
    );
    let waiting = Waiting {
        title: "料金改定シミュレーション",
        lead: &lead,
        crumbs: &[("/assessments", "調定・請求"), ("/tariff-lab", "料金改定シミュレーション")],
        unit: "件の調定",
        stop_address: format!("{}/cancel", address(job)),
        warning: "試算は何も書き換えません。中止しても、調定や料金表はそのままです。",
    };
    running(staff, &job.control, waiting)
}

/// The form with the reason above it.
async fn refused(
    office: &Office,
    staff: &CurrentStaff,
    asked: Asked,
    refusal: Refusal,
) -> Result<Response, Problem> {
    let mut page = draw_form(office, staff, asked, Vec::new(), Some(refusal)).await?;
    *page.status_mut() = StatusCode::CONFLICT;
    Ok(page)
}

async fn draw_form(
    office: &Office,
    staff: &CurrentStaff,
    asked: Asked,
    faults: Vec<String>,
    refusal: Option<Refusal>,
) -> Result<Response, Problem> {
    let versions =
        tariff_versions(&office.backoffice).await.map_err(|error| Problem::of(&error))?;
    let choices = versions.into_iter().filter(|version| version.state != VersionState::Withdrawn);
    let choices = choices.map(|version| {
        let value = version.id.to_string();
        let state = if version.state == VersionState::Draft { "案" } else { "承認済み" };
        let from = format::day(version.file.valid_from);
        let label = format!("【{state}】{}（{from}から）", version.file.name);
        Choice { is_chosen: value == asked.draft, value, label }
    });
    let years = lab_years(&office.backoffice).await?;
    Ok(html(&LabPage {
        frame: Frame::new("料金改定シミュレーション", Area::Billing, staff),
        choices: choices.collect(),
        years: years.iter().map(|year| year_choice(year, asked.year)).collect(),
        text: asked.text,
        faults,
        refusal,
        trials: office.jobs.trials.all().iter().map(|job| trial_row(job)).collect(),
    }))
}

fn year_choice(year: &LabYear, chosen: i16) -> YearChoice {
    YearChoice {
        year: year.year.0,
        label: format!(
            "{}（検針{}回・調定{}件）",
            year.year.japanese(),
            year.rounds,
            format::number(year.assessments)
        ),
        is_chosen: year.year.0 == chosen,
    }
}

fn trial_row(job: &TrialJob) -> TrialRow {
    TrialRow {
        address: address(job),
        draft: job.order.draft.file.name.clone(),
        year: job.order.year.japanese(),
        started_at: format::minute(job.started_at),
        state: match job.state() {
            JobState::Running(_) => "処理中",
            JobState::Lost => "途中で終了",
            JobState::Finished(outcome) => match &*outcome {
                Ok(_) => "完了",
                Err(LabError::Cancelled) => "中止",
                Err(_) => "試算できず",
            },
        },
    }
}

/// The PDF, shown in the browser.
async fn paper(office: &Office, report: &LabReport) -> Result<Response, Problem> {
    let utility = backoffice::access::utility(&office.backoffice).await?;
    let issuer = utility.map(|utility| utility.name).unwrap_or_default();
    let name = format!("inline; filename=\"{}\"", file_name(report, "pdf"));
    let (report, today) = (report.clone(), office.today());
    // Setting type takes long enough to hold up the others on this thread.
    let bytes = tokio::task::spawn_blocking(move || lab_pdf(&report, &issuer, today)).await??;
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CONTENT_DISPOSITION, name),
        // Browsers' own viewers are plug-ins in the eyes of the usual policy.
        (CONTENT_SECURITY_POLICY, "frame-ancestors 'none'".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
