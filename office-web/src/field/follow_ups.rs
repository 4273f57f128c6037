//! `/follow-ups`: what remarks leave to do (備考の事後処理), by connection, with its list as a file.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::metering::{
    FieldRefusal, OpenFollowUp, open_follow_ups, settle as settle_visit, settled_follow_ups,
};
use serde::Deserialize;
use uuid::Uuid;

use super::Refusal;
use super::masters::Typed;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Query};
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;
use crate::table_file::TableFile;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    connection: String,
}

#[derive(Template)]
#[template(path = "field/follow_ups.html")]
struct FollowUpsPage {
    frame: Frame,
    connection: String,
    open: Vec<OpenFollowUp>,
    settled: Vec<OpenFollowUp>,
    refusal: Option<Refusal>,
}

/// `GET /follow-ups?connection=00000001`.
pub(super) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    draw(&office, &staff, asked.connection.trim(), None).await
}

async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    connection: &str,
    refusal: Option<Refusal>,
) -> Result<Response, Problem> {
    let (backoffice, today) = (&office.backoffice, office.today());
    Ok(html(&FollowUpsPage {
        frame: Frame::new("備考の事後処理", Area::Metering, staff),
        connection: connection.to_owned(),
        open: open_follow_ups(backoffice, connection, today).await?,
        settled: settled_follow_ups(backoffice, connection, today).await?,
        refusal,
    }))
}

/// `POST /follow-ups`: done, with a note.
pub(super) async fn settle(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let text = |name: &str| typed.get(name).map_or("", |text| text.trim());
    let done = match text("subject").parse::<Uuid>() {
        Ok(_) if text("remark").chars().count() > 200 => Err(FieldRefusal::Incomplete),
        Ok(visit) => {
            settle_visit(&office.backoffice, visit, text("remark"), staff.id, office.now()).await
        }
        Err(_) => Err(FieldRefusal::NotFound),
    };
    match done {
        Ok(()) => Ok(Redirect::to("/follow-ups").into_response()),
        Err(error) => {
            let refusal = Refusal::of(&error)?;
            Ok(Refusal::on(draw(&office, &staff, "", Some(refusal)).await?))
        }
    }
}

/// `GET /follow-ups.csv`.
pub(super) async fn download(
    State(office): State<Office>,
    staff: CurrentStaff,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let (backoffice, today) = (&office.backoffice, office.today());
    let mut file =
        TableFile::new(&["訪問日", "水栓番号", "順路", "備考コード", "備考", "事後処理"]);
    for visit in open_follow_ups(backoffice, asked.connection.trim(), today).await? {
        for (code, name, what) in &visit.remarks {
            file.row(&[
                visit.visited_on.to_string().as_str(),
                &visit.connection_number,
                &visit.route_number,
                &format!("{code:02}"),
                name,
                what.japanese(),
            ]);
        }
    }
    Ok(file.download("follow-ups.csv"))
}
