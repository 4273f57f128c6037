//! One round (検針期): its routes with their progress, what was found, and the closing.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::metering::{
    Count, PlannedConnection, PlannedState, Round, RouteProgress, close_round, round_findings,
    round_findings_count, round_progress, unread_first,
};
use jiff::civil::Date;
use shared::ids::RoundId;

use super::ProgressBar;
use super::notice::{Done, DoneQuery, Refusal, not_found};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Path, Query};
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "metering/round.html")]
struct RoundPage {
    frame: Frame,
    round: Round,
    bar: ProgressBar,
    routes: Vec<RouteRow>,
    findings: u64,
    done: Option<Done>,
    refusal: Option<Refusal>,
    may_manage: bool,
    may_bill: bool,
}

struct RouteRow {
    route: RouteProgress,
    bar: ProgressBar,
    /// Planned for a day that has come, and not all accounted for.
    is_out: bool,
}

#[derive(Template)]
#[template(path = "metering/planned_list.html")]
struct PlannedListPage {
    frame: Frame,
    round: Round,
    heading: &'static str,
    explanation: &'static str,
    nothing: &'static str,
    file: &'static str,
    /// The first of them; the file has all.
    connections: Vec<PlannedConnection>,
    total: usize,
}

/// Rows that a browser shows at once without effort: a whole town unread is no list to scroll.
const ROWS_SHOWN: u32 = 500;

/// `GET /rounds/{round}`.
pub(crate) async fn round(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(round): Path<RoundId>,
    Query(query): Query<DoneQuery>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewMetering)?;
    draw(&office, &staff, round, query.done, None).await
}

/// `POST /rounds/{round}/close`: the 締め. Refused with the routes that fall short.
pub(crate) async fn close(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(round): Path<RoundId>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    match close_round(&office.backoffice, round, office.today()).await {
        Ok(_) => Ok(Redirect::to(&format!("/rounds/{round}?done=closed")).into_response()),
        Err(error) => {
            let refusal = Refusal::of(error)?;
            let mut page = draw(&office, &staff, round, None, Some(refusal)).await?;
            *page.status_mut() = StatusCode::CONFLICT;
            Ok(page)
        }
    }
}

/// `GET /rounds/{round}/findings`.
pub(crate) async fn findings(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(round): Path<RoundId>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewMetering)?;
    let mut connections = round_findings(&office.backoffice, round).await?;
    let total = connections.len();
    connections.truncate(usize::try_from(ROWS_SHOWN).expect("u32 fits usize"));
    Ok(html(&PlannedListPage {
        frame: Frame::new("異常水量の一覧", Area::Metering, &staff),
        round: existing(&office, round).await?,
        heading: "異常水量の一覧",
        explanation: "検針のときに、いつもと違うと判定された水栓です。締める前に確かめてください。",
        nothing: "異常と判定された検針はありません。",
        file: "findings.csv",
        connections,
        total,
    }))
}

/// `GET /rounds/{round}/unread`.
pub(crate) async fn unread(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(round): Path<RoundId>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewMetering)?;
    let count: Count =
        round_progress(&office.backoffice, round).await?.iter().map(|route| route.count).sum();
    let total = usize::try_from(count.remaining() + count.no_read).expect("u32 fits usize");
    let connections = unread_first(&office.backoffice, round, ROWS_SHOWN).await?;
    Ok(html(&PlannedListPage {
        frame: Frame::new("未検針・検針不能の一覧", Area::Metering, &staff),
        round: existing(&office, round).await?,
        heading: "未検針・検針不能の一覧",
        explanation: "まだ検針していない水栓と、訪問しても検針できなかった水栓です。",
        nothing: "未検針・検針不能の水栓はありません。",
        file: "unread.csv",
        connections,
        total,
    }))
}

pub(super) async fn existing(office: &Office, round: RoundId) -> Result<Round, Problem> {
    backoffice::metering::round(&office.backoffice, round).await?.ok_or_else(not_found)
}

async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    id: RoundId,
    done: Option<Done>,
    refusal: Option<Refusal>,
) -> Result<Response, Problem> {
    let round = existing(office, id).await?;
    let progress = round_progress(&office.backoffice, id).await?;
    let findings = round_findings_count(&office.backoffice, id).await?;
    let today = office.today();
    let bar = ProgressBar::of(progress.iter().map(|route| route.count).sum());
    Ok(html(&RoundPage {
        frame: Frame::new(format!("{}検針", round.month.japanese()), Area::Metering, staff),
        round,
        bar,
        routes: progress.into_iter().map(|route| row(route, today)).collect(),
        findings,
        done,
        refusal,
        may_manage: staff.may(Right::ManageRounds),
        may_bill: staff.may(Right::ViewBilling),
    }))
}

fn row(route: RouteProgress, today: Date) -> RouteRow {
    let is_out = route.count.remaining() > 0 && route.planned_on <= today;
    RouteRow { bar: ProgressBar::of(route.count), is_out, route }
}
