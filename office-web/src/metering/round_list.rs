//! The list of rounds (検針期の一覧).

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::metering::{Round, round_progress};

use super::ProgressBar;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "metering/round_list.html")]
struct RoundListPage {
    frame: Frame,
    rounds: Vec<RoundRow>,
    may_see_field_work: bool,
}

struct RoundRow {
    round: Round,
    /// Of an open round. A closed one is accounted for to the last connection, or it would be open.
    progress: Option<RoundProgress>,
}

struct RoundProgress {
    routes: usize,
    bar: ProgressBar,
}

/// `GET /rounds`.
pub(crate) async fn rounds(
    State(office): State<Office>,
    staff: CurrentStaff,
) -> Result<Response, Problem> {
    staff.require(Right::ViewMetering)?;
    let mut rows = Vec::new();
    for round in backoffice::metering::rounds(&office.backoffice).await? {
        let progress = if round.is_open() { Some(progress(&office, &round).await?) } else { None };
        rows.push(RoundRow { round, progress });
    }
    Ok(html(&RoundListPage {
        frame: Frame::new("検針", Area::Metering, &staff),
        rounds: rows,
        may_see_field_work: staff.may(Right::ViewConnections),
    }))
}

async fn progress(office: &Office, round: &Round) -> Result<RoundProgress, Problem> {
    let routes = round_progress(&office.backoffice, round.id).await?;
    let count = routes.iter().map(|route| route.count).sum();
    Ok(RoundProgress { routes: routes.len(), bar: ProgressBar::of(count) })
}
