//! What a clerk decides of a visit (現地作業の判断): volumes of held readings, agreements that begin and end.

use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::metering::{
    FieldRefusal, HoldDecision, NewUser, begin_by_start, decide_held, end_by_stop,
};
use shared::connection::{PaymentMethod, UsageClass};
use shared::quantity::CubicMeters;
use uuid::Uuid;

use super::day::{Typed, answer, of};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Form;
use crate::problem::Problem;

/// `POST /field-work/held`: the volume of a held reading was found.
pub(super) async fn held(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let done = match (of(&typed, "subject").parse(), of(&typed, "usage").parse()) {
        (Ok(reading), Ok(usage)) => {
            let note = of(&typed, "remark").to_owned();
            let decision = HoldDecision { reading, usage: CubicMeters(usage), note };
            let (id, at) = (fresh_id(&office), office.now());
            decide_held(&office.backoffice, &decision, id, staff.id, at).await
        }
        (Err(_), _) => Err(FieldRefusal::NotFound),
        _ => Err(FieldRefusal::Incomplete),
    };
    answer(&office, &staff, typed, done).await
}

/// `POST /field-work/end`: the agreement ends with the stop.
pub(super) async fn end(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let done = match of(&typed, "subject").parse::<Uuid>() {
        Ok(stop) => end_by_stop(&office.backoffice, stop, staff.id, office.now()).await,
        Err(_) => Err(FieldRefusal::NotFound),
    };
    answer(&office, &staff, typed, done).await
}

/// `POST /field-work/begin`: an agreement begins with the start.
pub(super) async fn begin(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let done = match (of(&typed, "subject").parse::<Uuid>(), new_user(&typed)) {
        (Ok(start), Some(user)) => {
            begin_by_start(&office.backoffice, start, &user, staff.id, office.now()).await
        }
        (Err(_), _) => Err(FieldRefusal::NotFound),
        (_, None) => Err(FieldRefusal::Incomplete),
    };
    answer(&office, &staff, typed, done).await
}

fn new_user(typed: &Typed) -> Option<NewUser> {
    let way: u8 = of(typed, "payment_method").parse().ok()?;
    Some(NewUser {
        name: of(typed, "name").to_owned(),
        kana: of(typed, "kana").to_owned(),
        telephone: of(typed, "telephone").to_owned(),
        use_class: UsageClass::from_key(of(typed, "use_class"))?,
        payment_method: PaymentMethod::from_code(way)?,
    })
}

fn fresh_id(office: &Office) -> Uuid {
    let random = office.random();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&random[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
