//! What the forms of the terms do (料金の条件の登録・終了・井戸メーターの検針).

use std::collections::HashMap;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::billing::{
    EntryBy, TermKind, TermRefusal, change_use_class, end_term, enter_source_reading, enter_term,
    withdraw_class_change,
};
use shared::ids::ConnectionNumber;

use super::asked::Asked;
use super::{draw_refused, find, of_connection};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Path};
use crate::problem::Problem;

type Typed = HashMap<String, String>;

/// `POST /connections/{number}/terms`: a relief, a source, a tolerance or another use class.
pub(super) async fn enter(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(number): Path<ConnectionNumber>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageTerms)?;
    let connection = find(&office, &number).await?;
    let today = office.today();
    let asked = Asked::new(typed, today);
    let by =
        EntryBy { staff: staff.id, at: office.now(), accepts_assessed: asked.accepts_assessed() };
    let backoffice = &office.backoffice;
    let done = if asked.is("kind", "class") {
        match asked.class_change() {
            Some(change) => change_use_class(backoffice, connection.id, &change, today, by).await,
            None => Err(TermRefusal::Incomplete),
        }
    } else {
        match asked.entry() {
            Some(entry) => enter_term(backoffice, connection.id, &entry, by).await.map(drop),
            None => Err(TermRefusal::Incomplete),
        }
    };
    match done {
        Ok(()) => Ok(back_to(&number)),
        Err(error) => draw_refused(&office, &staff, connection, asked.into_typed(), &error).await,
    }
}

/// `POST /connections/{number}/terms/end`: ends a term, or withdraws the last change of the class.
pub(super) async fn end(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(number): Path<ConnectionNumber>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageTerms)?;
    let connection = find(&office, &number).await?;
    let asked = Asked::new(typed, office.today());
    let terms = of_connection(&office, &connection).await?;
    let id: i64 = asked.number("id").unwrap_or_default();
    let by =
        EntryBy { staff: staff.id, at: office.now(), accepts_assessed: asked.accepts_assessed() };
    let backoffice = &office.backoffice;
    let reason = asked.text("reason");
    let done = match TermKind::from_key(asked.text("term")) {
        // The address names the connection: a term of another one is not ended from here.
        Some(kind) if terms.terms.iter().any(|term| (term.kind, term.id) == (kind, id)) => {
            match asked.number("last_day") {
                Some(last) => end_term(backoffice, kind, id, last, reason, by).await,
                None => Err(TermRefusal::Incomplete),
            }
        }
        None if terms.class_changes.iter().any(|change| change.id == id) => {
            withdraw_class_change(backoffice, id, reason, by).await
        }
        _ => Err(TermRefusal::NotFound),
    };
    match done {
        Ok(()) => Ok(back_to(&number)),
        Err(error) => draw_refused(&office, &staff, connection, asked.into_typed(), &error).await,
    }
}

/// `POST /connections/{number}/terms/readings`: what the meter of a well showed in a round.
pub(super) async fn read(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(number): Path<ConnectionNumber>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    staff.require(Right::ManageTerms)?;
    let connection = find(&office, &number).await?;
    let asked = Asked::new(typed, office.today());
    let terms = of_connection(&office, &connection).await?;
    let source: i64 = asked.number("source").unwrap_or_default();
    let is_here = terms.terms.iter().any(|term| term.is_metered && term.id == source);
    let done = match (asked.round(), asked.number("read_on"), asked.number("register")) {
        (Some(round), Some(read_on), Some(register)) if is_here => {
            let (by, at) = (staff.id, office.now());
            enter_source_reading(&office.backoffice, source, round, read_on, register, by, at)
                .await
                .map(drop)
        }
        _ => Err(TermRefusal::Incomplete),
    };
    match done {
        Ok(()) => Ok(back_to(&number)),
        Err(error) => draw_refused(&office, &staff, connection, asked.into_typed(), &error).await,
    }
}

fn back_to(number: &ConnectionNumber) -> Response {
    Redirect::to(&format!("/connections/{number}/terms")).into_response()
}
