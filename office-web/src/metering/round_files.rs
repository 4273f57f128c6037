//! Lists of a round as files (検針のCSV).

use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::metering::{
    PlannedConnection, PlannedState, round_findings, round_progress, route_connections,
    unread as unread_connections,
};
use shared::ids::{RoundId, RouteId};

use super::round::existing;
use super::route::route_of_round;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Path;
use crate::problem::Problem;
use crate::table_file::TableFile;

/// `GET /rounds/{round}/routes.csv`.
pub(crate) async fn routes(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<RoundId>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewMetering)?;
    let round = existing(&office, id).await?;
    let mut file = TableFile::new(&[
        "検針年月",
        "順路",
        "名称",
        "定例日",
        "端末",
        "予定",
        "検針済み",
        "検針不能",
        "取下げ",
        "未検針",
    ]);
    for route in round_progress(&office.backoffice, id).await? {
        let count = route.count;
        file.row(&[
            round.month.iso(),
            route.number,
            route.name,
            route.planned_on.to_string(),
            route.device.map_or_else(String::new, |(_, code)| code),
            count.planned.to_string(),
            count.read.to_string(),
            count.no_read.to_string(),
            count.withdrawn.to_string(),
            count.remaining().to_string(),
        ]);
    }
    Ok(file.download(&format!("routes-{}.csv", round.month.iso())))
}

/// `GET /rounds/{round}/findings.csv`.
pub(crate) async fn findings(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<RoundId>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewMetering)?;
    let round = existing(&office, id).await?;
    let connections = round_findings(&office.backoffice, id).await?;
    Ok(planned_file(&connections).download(&format!("findings-{}.csv", round.month.iso())))
}

/// `GET /rounds/{round}/unread.csv`.
pub(crate) async fn unread(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<RoundId>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewMetering)?;
    let round = existing(&office, id).await?;
    let connections = unread_connections(&office.backoffice, id).await?;
    Ok(planned_file(&connections).download(&format!("unread-{}.csv", round.month.iso())))
}

/// `GET /rounds/{round}/routes/{route}/readings.csv`.
pub(crate) async fn route_readings(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path((round, route)): Path<(RoundId, RouteId)>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewMetering)?;
    let round = existing(&office, round).await?;
    let route = route_of_round(&office, round.id, route).await?;
    let connections = route_connections(&office.backoffice, route.id).await?;
    let name = format!("route-{}-{}.csv", round.month.iso(), route.id);
    Ok(planned_file(&connections).download(&name))
}

fn planned_file(connections: &[PlannedConnection]) -> TableFile {
    let mut file = TableFile::new(&[
        "順路",
        "順番",
        "水栓番号",
        "使用者",
        "使用場所",
        "メーター番号",
        "結果",
        "日付",
        "指針",
        "使用水量m3",
        "異常",
        "理由",
    ]);
    for planned in connections {
        let (day, value, usage, reason) = match &planned.state {
            PlannedState::Remaining => Default::default(),
            PlannedState::Read { read_on, register_value, usage, .. } => (
                read_on.to_string(),
                register_value.to_string(),
                usage.0.to_string(),
                String::new(),
            ),
            PlannedState::NoRead { reason, visited_on } => {
                let reason = reason.map_or("不明", shared::metering::NoReadReason::japanese);
                (visited_on.to_string(), String::new(), String::new(), reason.to_owned())
            }
            PlannedState::Withdrawn { reason } => {
                (String::new(), String::new(), String::new(), reason.clone())
            }
        };
        file.row(&[
            planned.route_number.clone(),
            planned.walk_order.to_string(),
            planned.number.to_string(),
            planned.customer_name.clone(),
            planned.address.clone(),
            planned.meter_number.clone(),
            planned.state.japanese().to_owned(),
            day,
            value,
            usage,
            planned.state.findings_japanese().join("・"),
            reason,
        ]);
    }
    file
}
