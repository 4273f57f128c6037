//! The home page (ホーム): the search box, and what there is to do today.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::devices::quarantined;
use backoffice::metering::{Round, RouteProgress, round_findings_count, round_progress, rounds};
use jiff::civil::{Date, Weekday};
use shared::calendar::japanese_date;

use crate::access::session::CurrentStaff;
use crate::billing::RunRow;
use crate::config::Office;
use crate::layout::{Area, Frame, html};
use crate::metering::ProgressBar;
use crate::problem::Problem;

/// Routes that are named one by one; the rest is reached through the round.
const ROUTES_NAMED: usize = 8;

#[derive(Template)]
#[template(path = "reports/home.html")]
struct HomePage {
    frame: Frame,
    date: String,
    can_search: bool,
    metering: Option<MeteringToday>,
    quarantined: Option<usize>,
    billing: Option<BillingToday>,
}

struct MeteringToday {
    round: Round,
    bar: ProgressBar,
    findings: u64,
    /// Their day has come and something is left on them.
    routes_out: Vec<RouteProgress>,
    routes_out_count: usize,
}

struct BillingToday {
    last_run: Option<RunRow>,
    /// Golden rows that the last night's check found to disagree.
    golden_faults: usize,
}

/// `GET /`.
pub(crate) async fn home(
    State(office): State<Office>,
    staff: CurrentStaff,
) -> Result<Response, Problem> {
    let today = office.today();
    let can_meter = staff.may(Right::ViewMetering);
    let metering = if can_meter { metering_today(&office, today).await? } else { None };
    let quarantined =
        if can_meter { Some(quarantined(&office.backoffice).await?.len()) } else { None };
    let billing = if staff.may(Right::ViewBilling) {
        let golden_faults = office.golden.last().map_or(0, |night| night.faults.len());
        let last_run = crate::billing::last_run(&office.backoffice).await?;
        Some(BillingToday { last_run, golden_faults })
    } else {
        None
    };
    let can_search = staff.may(Right::ViewConnections);
    Ok(html(&HomePage {
        frame: Frame::new("ホーム", Area::Home, &staff).without_search(),
        date: format!("{}（{}）", japanese_date(today), weekday(today)),
        can_search,
        metering,
        quarantined,
        billing,
    }))
}

/// The round that is being read, or the last one.
async fn metering_today(office: &Office, today: Date) -> Result<Option<MeteringToday>, Problem> {
    let rounds = rounds(&office.backoffice).await?;
    let round = rounds.iter().find(|round| round.is_open()).or(rounds.first()).cloned();
    let Some(round) = round else { return Ok(None) };
    let progress = round_progress(&office.backoffice, round.id).await?;
    let findings = round_findings_count(&office.backoffice, round.id).await?;
    let bar = ProgressBar::of(progress.iter().map(|route| route.count).sum());
    let mut routes_out: Vec<RouteProgress> = progress
        .into_iter()
        .filter(|route| route.count.remaining() > 0 && route.planned_on <= today)
        .collect();
    let routes_out_count = routes_out.len();
    routes_out.truncate(ROUTES_NAMED);
    Ok(Some(MeteringToday { round, bar, findings, routes_out, routes_out_count }))
}

fn weekday(date: Date) -> &'static str {
    match date.weekday() {
        Weekday::Monday => "月",
        Weekday::Tuesday => "火",
        Weekday::Wednesday => "水",
        Weekday::Thursday => "木",
        Weekday::Friday => "金",
        Weekday::Saturday => "土",
        Weekday::Sunday => "日",
    }
}
