//! Connections that were estimated again and again (連続認定の一覧).

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::metering::{EstimatedInARow, estimated_in_a_row};
use serde::Deserialize;

use super::problem;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Query;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

/// From so many on somebody should write, or hang a meter that can be read from outside.
const TIMES_USUALLY: u32 = 2;

#[derive(Template)]
#[template(path = "billing/estimate_in_a_row.html")]
struct InARowPage {
    frame: Frame,
    times: u32,
    rows: Vec<EstimatedInARow>,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    times: String,
}

/// `GET /estimates/in-a-row`.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let times = asked.times.parse().unwrap_or(TIMES_USUALLY).clamp(1, 99);
    let rows = estimated_in_a_row(&office.backoffice, times).await.map_err(problem)?;
    Ok(html(&InARowPage { frame: Frame::new("連続認定", Area::Metering, &staff), times, rows }))
}
