//! Work in the background as pages show it (処理の進み具合): what is under way, and the page that waits.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::response::Response;
use backoffice::billing::lab::{LabError, LabOrder, LabReport};
use backoffice::billing::{BillingError, BillingOrder, RunSummary};
use backoffice::jobs::{Job, JobControl, JobId, Jobs};
use uuid::Uuid;

use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::format;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

/// A page waits this long for the end before it shows the bar: short work never needs one.
pub(crate) const PATIENCE: Duration = Duration::from_millis(600);

/// A billing run (調定処理) and what came of it.
pub(crate) type BillingJob = Job<BillingOrder, Result<RunSummary, BillingError>>;

/// A trial of a tariff (料金改定の試算) and what came of it.
pub(crate) type TrialJob = Job<LabOrder, Result<LabReport, LabError>>;

/// All work of the office, by kind.
#[derive(Default)]
pub(crate) struct OfficeJobs {
    pub runs: Jobs<BillingOrder, Result<RunSummary, BillingError>>,
    pub trials: Jobs<LabOrder, Result<LabReport, LabError>>,
}

impl Office {
    /// A fresh key for work that is about to start.
    pub(crate) fn job_id(&self) -> JobId {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.random()[..16]);
        JobId(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }
}

/// The key in an address.
pub(crate) fn job_id(text: &str) -> Result<JobId, Problem> {
    Uuid::parse_str(text).map(JobId).map_err(|_| Problem::NoSuchPage)
}

/// For a job that the server does not know, or no more.
pub(crate) fn forgotten<O, R>(job: Option<Arc<Job<O, R>>>) -> Result<Arc<Job<O, R>>, Problem> {
    job.ok_or_else(|| {
        Problem::NotFound(
            "この処理の記録はありません。サーバーを再起動したか、古い処理のため記録が消えています。メニューから開き直してください。"
                .to_owned(),
        )
    })
}

/// For a job that ended without a word.
pub(crate) fn lost() -> Problem {
    Problem::Fault("J02")
}

/// A page that comes again by itself until the work is done.
#[derive(Template)]
#[template(path = "job_running.html")]
struct RunningPage<'a> {
    frame: Frame,
    title: &'a str,
    lead: &'a str,
    crumbs: &'a [(&'a str, &'a str)],
    percent: u32,
    count: String,
    is_stopping: bool,
    stop_address: String,
    warning: &'a str,
}

/// What a waiting page says.
pub(crate) struct Waiting<'a> {
    pub title: &'a str,
    pub lead: &'a str,
    /// Address and name of the pages above.
    pub crumbs: &'a [(&'a str, &'a str)],
    /// What is counted: 件.
    pub unit: &'a str,
    pub stop_address: String,
    /// What stopping does.
    pub warning: &'a str,
}

/// Draws the page of a job that is under way.
pub(crate) fn running(
    staff: &CurrentStaff,
    control: &JobControl,
    waiting: Waiting<'_>,
) -> Response {
    let progress = control.progress();
    let count = match progress.total {
        0 => "準備しています".to_owned(),
        total => {
            let done = format::number(progress.done.min(total));
            format!("{done} ／ {}{}", format::number(total), waiting.unit)
        }
    };
    html(&RunningPage {
        frame: Frame::new(waiting.title, Area::Billing, staff),
        title: waiting.title,
        lead: waiting.lead,
        crumbs: waiting.crumbs,
        percent: progress.percent(),
        count,
        is_stopping: control.cancel.is_cancelled(),
        stop_address: waiting.stop_address,
        warning: waiting.warning,
    })
}
