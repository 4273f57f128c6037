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

/// Three years of two-month rounds. Older ones are reached by their address.
const ROUNDS_SHOWN: usize = 18;

#[derive(Template)]
#[template(path = "metering/round_list.html")]
struct RoundListPage {
    frame: Frame,
    rounds: Vec<RoundRow>,
}

struct RoundRow {
    round: Round,
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
    let newest = backoffice::metering::rounds(&office.backoffice).await?;
    for round in newest.into_iter().take(ROUNDS_SHOWN) {
        let progress = round_progress(&office.backoffice, round.id).await?;
        let count = progress.iter().map(|route| route.count).sum();
        rows.push(RoundRow { round, routes: progress.len(), bar: ProgressBar::of(count) });
    }
    Ok(html(&RoundListPage { frame: Frame::new("検針", Area::Metering, &staff), rounds: rows }))
}
