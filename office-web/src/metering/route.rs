//! One route (検針順路): what became of each connection, and which terminal walks it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::devices::{DeviceSummary, devices};
use backoffice::metering::{
    PlannedConnection, PlannedState, Round, RouteProgress, assign_route, route_connections,
    route_progress, unassign_route,
};
use serde::Deserialize;
use shared::ids::{DeviceId, RoundId, RouteId};
use uuid::Uuid;

use super::ProgressBar;
use super::notice::{Done, DoneQuery, Refusal, not_found};
use super::round::existing;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Path, Query};
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "metering/route.html")]
struct RoutePage {
    frame: Frame,
    round: Round,
    route: RouteProgress,
    bar: ProgressBar,
    connections: Vec<PlannedConnection>,
    terminals: Vec<TerminalChoice>,
    done: Option<Done>,
    refusal: Option<Refusal>,
    can_assign: bool,
}

struct TerminalChoice {
    id: DeviceId,
    code: String,
    is_chosen: bool,
}

#[derive(Deserialize)]
pub(crate) struct AssignForm {
    /// Empty to take the route back.
    device: String,
}

/// `GET /rounds/{round}/routes/{route}`.
pub(crate) async fn route(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path((round, route)): Path<(RoundId, RouteId)>,
    Query(query): Query<DoneQuery>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewMetering)?;
    draw(&office, &staff, round, route, query.done, None).await
}

/// `POST /rounds/{round}/routes/{route}/assign`.
pub(crate) async fn assign(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path((round, route)): Path<(RoundId, RouteId)>,
    Form(form): Form<AssignForm>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    route_of_round(&office, round, route).await?;
    let (result, done) = if form.device.is_empty() {
        (unassign_route(&office.backoffice, route).await, "unassigned")
    } else {
        let device = Uuid::parse_str(&form.device)
            .map_err(|_| Problem::BadRequest("端末を選び直してください。".to_owned()))?;
        (assign_route(&office.backoffice, route, DeviceId(device)).await, "assigned")
    };
    match result {
        Ok(()) => {
            let address = format!("/rounds/{round}/routes/{route}?done={done}");
            Ok(Redirect::to(&address).into_response())
        }
        Err(error) => {
            let refusal = Refusal::of(error)?;
            let mut page = draw(&office, &staff, round, route, None, Some(refusal)).await?;
            *page.status_mut() = StatusCode::CONFLICT;
            Ok(page)
        }
    }
}

/// The route, if it belongs to the round that the address names.
pub(super) async fn route_of_round(
    office: &Office,
    round: RoundId,
    route: RouteId,
) -> Result<RouteProgress, Problem> {
    route_progress(&office.backoffice, route)
        .await?
        .filter(|progress| progress.round == round)
        .ok_or_else(not_found)
}

async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    round: RoundId,
    route: RouteId,
    done: Option<Done>,
    refusal: Option<Refusal>,
) -> Result<Response, Problem> {
    let round = existing(office, round).await?;
    let route = route_of_round(office, round.id, route).await?;
    let connections = route_connections(&office.backoffice, route.id).await?;
    let terminals = choices(devices(&office.backoffice).await?, &route);
    Ok(html(&RoutePage {
        frame: Frame::new(format!("順路 {} {}", route.number, route.name), Area::Metering, staff),
        can_assign: round.is_open() && staff.may(Right::ManageRounds),
        bar: ProgressBar::of(route.count),
        round,
        route,
        connections,
        terminals,
        done,
        refusal,
    }))
}

fn choices(devices: Vec<DeviceSummary>, route: &RouteProgress) -> Vec<TerminalChoice> {
    let chosen = route.device.as_ref().map(|(id, _)| *id);
    devices
        .into_iter()
        .filter(|device| device.revoked_at.is_none())
        .map(|device| TerminalChoice {
            is_chosen: chosen == Some(device.id),
            id: device.id,
            code: device.code,
        })
        .collect()
}
