//! `/field-work`: what came from the field and waits for a clerk.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::billing::use_classes;
use backoffice::metering::{
    CashDay, FieldDay, FieldNote, FieldRefusal, FieldService, HeldReading, Round, approve_day,
    cash_days, field_days, field_notes, field_services, hand_over_cash, held_readings, rounds,
    settle,
};
use shared::connection::{PaymentMethod, UsageClass};
use shared::ids::DeviceId;
use uuid::Uuid;

use super::Refusal;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Form;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

pub(super) type Typed = HashMap<String, String>;

#[derive(Template)]
#[template(path = "field/day.html")]
struct FieldPage {
    frame: Frame,
    round: Option<Round>,
    days: Vec<FieldDay>,
    held: Vec<HeldReading>,
    services: Vec<FieldService>,
    classes: Vec<(UsageClass, String)>,
    notes: Vec<FieldNote>,
    cash: Vec<CashDay>,
    refusal: Option<Refusal>,
    /// What was typed into the form that was refused.
    typed: Typed,
    may_manage: bool,
}

impl FieldPage {
    /// What was typed before, where it was typed about this subject; else `otherwise`.
    fn typed<'a>(&'a self, subject: &Uuid, name: &str, otherwise: &'a str) -> &'a str {
        if !self.is_refused(subject) {
            return otherwise;
        }
        self.typed.get(name).map_or(otherwise, String::as_str)
    }

    fn is_refused(&self, subject: &Uuid) -> bool {
        self.typed.get("subject").is_some_and(|typed| *typed == subject.to_string())
    }
}

/// `GET /field-work`.
pub(super) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
) -> Result<Response, Problem> {
    staff.require(Right::ViewConnections)?;
    draw(&office, &staff, None, Typed::new()).await
}

async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    refusal: Option<Refusal>,
    typed: Typed,
) -> Result<Response, Problem> {
    let backoffice = &office.backoffice;
    let round = rounds(backoffice).await?.into_iter().next();
    let days = match &round {
        Some(round) => field_days(backoffice, round.id).await?,
        None => Vec::new(),
    };
    Ok(html(&FieldPage {
        frame: Frame::new("現地作業", Area::Metering, staff),
        round,
        days,
        held: held_readings(backoffice).await?,
        services: field_services(backoffice).await?,
        classes: use_classes(backoffice).await?,
        notes: field_notes(backoffice).await?,
        cash: cash_days(backoffice).await?,
        refusal,
        typed,
        may_manage: staff.may(Right::ManageRounds),
    }))
}

/// `POST /field-work/settle`: a note, a start or a stop is dealt with.
pub(super) async fn settle_subject(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let done = match of(&typed, "subject").parse::<Uuid>() {
        Ok(subject) => {
            let remark = of(&typed, "remark");
            settle(&office.backoffice, subject, remark, staff.id, office.now()).await
        }
        Err(_) => Err(FieldRefusal::NotFound),
    };
    answer(&office, &staff, typed, done).await
}

/// `POST /field-work/days`: a clerk agrees with a signed day.
pub(super) async fn approve(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let device = of(&typed, "device").parse::<Uuid>().map(DeviceId);
    let done = match (device, of(&typed, "sequence").parse()) {
        (Ok(device), Ok(sequence)) => {
            let (remark, at) = (of(&typed, "remark"), office.now());
            approve_day(&office.backoffice, device, sequence, remark, staff.id, at).await
        }
        _ => Err(FieldRefusal::NotFound),
    };
    answer(&office, &staff, typed, done).await
}

/// `POST /field-work/cash`: money was counted.
pub(super) async fn hand_over(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageRounds)?;
    let done = match (of(&typed, "taken_on").parse(), of(&typed, "counted").parse()) {
        (Ok(day), Ok(counted)) => {
            let (reader, at) = (of(&typed, "reader"), office.now());
            hand_over_cash(&office.backoffice, reader, day, counted, staff.id, at).await
        }
        _ => Err(FieldRefusal::Incomplete),
    };
    answer(&office, &staff, typed, done).await
}

/// Back to the page; what was refused stands there as it was typed.
pub(super) async fn answer(
    office: &Office,
    staff: &CurrentStaff,
    typed: Typed,
    done: Result<(), FieldRefusal>,
) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(Redirect::to("/field-work").into_response()),
        Err(error) => {
            let refusal = Refusal::of(&error)?;
            Ok(Refusal::on(draw(office, staff, Some(refusal), typed).await?))
        }
    }
}

pub(super) fn of<'a>(typed: &'a Typed, name: &str) -> &'a str {
    typed.get(name).map_or("", |text| text.trim())
}
