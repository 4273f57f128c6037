//! Terms of a charge on a connection's pages (料金の条件): what holds and held, entered and ended.

mod asked;
mod change;

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use backoffice::access::Right;
use backoffice::billing::{
    ConnectionTerms, SourceReadingLine, TermLine, TermRefusal, TermState, connection_terms,
};
use backoffice::connection::{ConnectionDetail, connection_detail};
use shared::ids::ConnectionNumber;

use super::detail::not_found;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Path;
use crate::format;
use crate::layout::{Area, Frame, html};
use crate::problem::{Problem, wrong_method};
use asked::Asked;

pub(super) fn routes() -> Router<Office> {
    Router::new()
        .route("/connections/{number}/terms", get(show).post(change::enter).fallback(wrong_method))
        .route("/connections/{number}/terms/end", post(change::end).fallback(wrong_method))
        .route("/connections/{number}/terms/readings", post(change::read).fallback(wrong_method))
}

/// Why something was not done, with the code to read out.
pub(super) struct Refusal {
    code: &'static str,
    text: &'static str,
    details: Option<String>,
}

impl Refusal {
    /// What the page says; what nobody on the page can mend becomes an error page.
    fn of(error: &TermRefusal) -> Result<Refusal, Problem> {
        match error {
            TermRefusal::Database(_) | TermRefusal::Billing(_) => Err(Problem::of(error)),
            TermRefusal::NotFound => Err(Problem::NotFound(
                "その料金の条件はありません。水栓の画面から開き直してください。".into(),
            )),
            _ => {
                let code = error.code();
                tracing::info!(code, %error, "term of a charge refused");
                Ok(Refusal {
                    code,
                    text: backoffice::codes::japanese(code).unwrap_or("受け付けられませんでした。"),
                    details: error.details_ja(),
                })
            }
        }
    }

    fn needs_acceptance(&self) -> bool {
        self.code == "B74"
    }
}

#[derive(Template)]
#[template(path = "connection/terms.html")]
struct TermsPage {
    frame: Frame,
    connection: ConnectionDetail,
    terms: ConnectionTerms,
    may_manage: bool,
    asked: Asked,
    refusal: Option<Refusal>,
    months: Vec<(i64, String)>,
    metered: Vec<(i64, String)>,
}

impl TermsPage {
    /// Whether the form of this kind was sent and refused: it is open and holds what was typed.
    fn is_asked(&self, kind: &str) -> bool {
        self.asked.is("kind", kind)
    }

    /// What was typed into the form of a kind; its first value else.
    fn value(&self, kind: &str, name: &str, otherwise: &str) -> String {
        let typed = self.is_asked(kind).then(|| self.asked.text(name));
        typed.unwrap_or(otherwise).to_owned()
    }

    fn chosen(&self, kind: &str, name: &str, option: &str) -> bool {
        self.is_asked(kind) && self.asked.is(name, option)
    }

    fn needs_acceptance(&self, kind: &str) -> bool {
        self.is_asked(kind) && self.refusal.as_ref().is_some_and(Refusal::needs_acceptance)
    }

    /// Whether the form that ends this term was sent and refused.
    fn is_ending(&self, term: &str, id: impl std::fmt::Display) -> bool {
        self.refusal.is_some()
            && self.asked.is("term", term)
            && self.asked.is("id", id.to_string().as_str())
    }

    /// What was typed into the form that ends this term; its first value else.
    fn ending(
        &self,
        term: &str,
        id: impl std::fmt::Display,
        name: &str,
        otherwise: &str,
    ) -> String {
        let typed = self.is_ending(term, id).then(|| self.asked.text(name));
        typed.unwrap_or(otherwise).to_owned()
    }

    fn today(&self) -> &str {
        self.asked.today()
    }
}

/// `GET /connections/{number}/terms`.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(number): Path<ConnectionNumber>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewConnections)?;
    let connection = find(&office, &number).await?;
    draw(&office, &staff, connection, HashMap::new(), None).await
}

async fn find(office: &Office, number: &ConnectionNumber) -> Result<ConnectionDetail, Problem> {
    connection_detail(&office.backoffice, number, office.today())
        .await?
        .ok_or_else(|| not_found(number))
}

/// The same page again, with what was typed and the reason beside it.
async fn draw_refused(
    office: &Office,
    staff: &CurrentStaff,
    connection: ConnectionDetail,
    typed: HashMap<String, String>,
    error: &TermRefusal,
) -> Result<Response, Problem> {
    let refusal = Some(Refusal::of(error)?);
    let mut page = draw(office, staff, connection, typed, refusal).await?;
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    connection: ConnectionDetail,
    typed: HashMap<String, String>,
    refusal: Option<Refusal>,
) -> Result<Response, Problem> {
    let today = office.today();
    let terms = of_connection(office, &connection).await?;
    let months = terms
        .rounds
        .iter()
        .map(|(round, month)| (round.0, shared::calendar::YearMonth::of(*month).japanese()));
    let metered = terms.terms.iter().filter(|term| term.is_metered && is_open(term));
    Ok(html(&TermsPage {
        frame: Frame::new(
            format!("水栓 {} の料金の条件", connection.number),
            Area::Connection,
            staff,
        ),
        months: months.collect(),
        metered: metered.map(|term| (term.id, term.title.clone())).collect(),
        may_manage: staff.may(Right::ManageTerms),
        asked: Asked::new(typed, today),
        connection,
        terms,
        refusal,
    }))
}

/// The terms of a connection for its own page too.
pub(super) async fn of_connection(
    office: &Office,
    connection: &ConnectionDetail,
) -> Result<ConnectionTerms, Problem> {
    connection_terms(&office.backoffice, connection.id, office.today())
        .await
        .map_err(|error| Problem::of(&error))
}

/// The word and its color.
pub(super) fn state_words(term: &TermLine) -> (&'static str, &'static str) {
    match term.state {
        TermState::Future => ("これから", "accent"),
        TermState::Current => ("有効", "good"),
        TermState::Past => ("終了", "outline"),
        TermState::Withdrawn => ("取下げ", "outline"),
    }
}

/// Whether a term may be ended: it was not yet.
pub(super) fn is_open(term: &TermLine) -> bool {
    term.ended.is_none() && matches!(term.state, TermState::Future | TermState::Current)
}

/// `2026/04/01 〜 2027/03/31`.
pub(super) fn days(term: &TermLine) -> String {
    format!("{} 〜 {}", format::day(term.from), format::day_or(term.until, ""))
}

/// What a source's meter showed, in one line.
pub(super) fn reading_words(reading: &SourceReadingLine) -> String {
    format!("{}　指針 {}　{} m³", format::day(reading.read_on), reading.register, reading.usage_m3)
}
