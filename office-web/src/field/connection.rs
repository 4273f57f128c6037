//! `/connections/{number}/field`: orders, hazards and photos of a connection.

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::connection::{ConnectionDetail, connection_detail};
use backoffice::metering::{
    FieldRefusal, NewOrder, StoredPhoto, WorkOrder, cancel_order, hazards_of, is_notice_mailed,
    mail_notice, orders_of_connection, photo_bytes, photos_of_connection, place_order, set_hazards,
};
use shared::ids::ConnectionNumber;
use shared::metering::{Hazard, WorkOrderKind};
use uuid::Uuid;

use super::Refusal;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Path};
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

type Typed = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "field/connection.html")]
struct OrdersPage {
    frame: Frame,
    connection: ConnectionDetail,
    orders: Vec<WorkOrder>,
    hazards: Vec<(Hazard, bool)>,
    photos: Vec<StoredPhoto>,
    today: String,
    is_mailed: bool,
    refusal: Option<Refusal>,
    may_manage: bool,
}

/// `GET /connections/{number}/field`.
pub(super) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(number): Path<ConnectionNumber>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewConnections)?;
    let connection = find(&office, &number).await?;
    draw(&office, &staff, connection, None).await
}

async fn find(office: &Office, number: &ConnectionNumber) -> Result<ConnectionDetail, Problem> {
    connection_detail(&office.backoffice, number, office.today()).await?.ok_or_else(|| {
        Problem::NotFound(format!("水栓番号 {number} の水栓はありません。番号をお確かめください。"))
    })
}

async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    connection: ConnectionDetail,
    refusal: Option<Refusal>,
) -> Result<Response, Problem> {
    let known = hazards_of(&office.backoffice, connection.id).await?;
    Ok(html(&OrdersPage {
        frame: Frame::new(
            format!("水栓 {} の現地作業", connection.number),
            Area::Connection,
            staff,
        ),
        orders: orders_of_connection(&office.backoffice, connection.id).await?,
        hazards: Hazard::ALL.iter().map(|hazard| (*hazard, known.contains(hazard))).collect(),
        photos: photos_of_connection(&office.backoffice, connection.id).await?,
        today: office.today().to_string(),
        is_mailed: is_notice_mailed(&office.backoffice, connection.id).await?,
        refusal,
        may_manage: staff.may(Right::ManageRounds),
        connection,
    }))
}

/// `POST /connections/{number}/orders`: a new order, or one that is taken back.
pub(super) async fn order(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(number): Path<ConnectionNumber>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let connection = find(&office, &number).await?;
    let (backoffice, at) = (&office.backoffice, office.now());
    let done = if let Ok(order) = of(&typed, "cancel").parse() {
        cancel_order(backoffice, connection.id, order, staff.id, at).await
    } else {
        match new_order(&typed, &connection) {
            Some(new) => place_order(backoffice, &new, staff.id, at).await.map(drop),
            None => Err(FieldRefusal::Incomplete),
        }
    };
    match done {
        Ok(()) => Ok(back_to(&number)),
        Err(error) => {
            let refusal = Refusal::of(&error)?;
            Ok(Refusal::on(draw(&office, &staff, connection, Some(refusal)).await?))
        }
    }
}

fn new_order(typed: &Typed, connection: &ConnectionDetail) -> Option<NewOrder> {
    let kind = of(typed, "kind").parse().ok().and_then(WorkOrderKind::from_code)?;
    let owed_yen = match of(typed, "owed") {
        "" => 0,
        text => text.parse().ok()?,
    };
    Some(NewOrder {
        connection: connection.id,
        kind,
        due_on: of(typed, "due_on").parse().ok()?,
        note: of(typed, "note").to_owned(),
        owed_yen,
        customer_name: of(typed, "customer_name").to_owned(),
        meter_number: of(typed, "meter_number").to_owned(),
    })
}

/// `POST /connections/{number}/hazards`.
pub(super) async fn hazards(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(number): Path<ConnectionNumber>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let connection = find(&office, &number).await?;
    let chosen: Vec<Hazard> = typed
        .iter()
        .filter(|(name, _)| name == "hazard")
        .filter_map(|(_, code)| code.parse().ok().and_then(Hazard::from_code))
        .collect();
    set_hazards(&office.backoffice, connection.id, &chosen, staff.id, office.now()).await?;
    Ok(back_to(&number))
}

/// `POST /connections/{number}/notice`: by post or into the letter box.
pub(super) async fn notice(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(number): Path<ConnectionNumber>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let connection = find(&office, &number).await?;
    let is_mailed = of(&typed, "is_mailed") == "yes";
    mail_notice(&office.backoffice, connection.id, is_mailed, staff.id, office.now()).await?;
    Ok(back_to(&number))
}

/// `GET /photos/{id}`: the picture itself. Who looked is written down.
pub(super) async fn photo(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewConnections)?;
    let Some(jpeg) = photo_bytes(&office.backoffice, id).await? else {
        return Err(Problem::NotFound("写真がないか、まだ全部は届いていません。".to_owned()));
    };
    tracing::info!(staff.id = staff.id.0, photo.id = %id, "photo opened");
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response())
}

fn back_to(number: &ConnectionNumber) -> Response {
    Redirect::to(&format!("/connections/{number}/field")).into_response()
}

fn of<'a>(typed: &'a Typed, name: &str) -> &'a str {
    typed.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text.trim())
}
