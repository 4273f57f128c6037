//! The corrections (更正の一覧), the newest first, by state and reason.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::billing::{
    CorrectionFilter, CorrectionState, StoredCorrection, corrections, open_settlements,
};
use serde::Deserialize;
use shared::billing::correction::CorrectionReason;
use shared::ids::{BillId, RoundId};

use super::{problem, state_key, state_words};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Query;
use crate::format;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

const STATES: [CorrectionState; 3] =
    [CorrectionState::Open, CorrectionState::Posted, CorrectionState::Refused];

#[derive(Template)]
#[template(path = "billing/correction_list.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
    states: Vec<(&'static str, &'static str)>,
    reasons: Vec<(&'static str, &'static str)>,
    asked: Asked,
    /// Of the rows that were posted.
    difference: String,
    settlements: usize,
}

struct Row {
    id: i64,
    number: String,
    customer: String,
    bill: i64,
    new_bill: Option<i64>,
    reason: &'static str,
    difference: String,
    proposed: String,
    state: (&'static str, &'static str),
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    state: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    round: String,
    #[serde(default)]
    bill: String,
}

impl Asked {
    fn filter(&self) -> CorrectionFilter {
        CorrectionFilter {
            state: STATES.into_iter().find(|state| state_key(*state) == self.state),
            reason: CorrectionReason::from_key(&self.reason),
            round: self.round.parse().ok().map(RoundId),
            connection: None,
            bill: self.bill.parse().ok().map(BillId),
        }
    }
}

/// `GET /corrections`.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let found = corrections(&office.backoffice, asked.filter()).await.map_err(problem)?;
    let posted = found.iter().filter(|one| one.state() == CorrectionState::Posted);
    let difference = posted.map(|one| one.difference.0).sum::<i64>();
    let settlements = open_settlements(&office.backoffice).await?.len();
    Ok(html(&ListPage {
        frame: Frame::new("更正", Area::Billing, &staff),
        rows: found.iter().map(Row::of).collect(),
        states: STATES.iter().map(|state| (state_key(*state), state_words(*state).0)).collect(),
        reasons: CorrectionReason::ALL
            .iter()
            .map(|reason| (reason.key(), reason.japanese()))
            .collect(),
        asked,
        difference: shared::quantity::grouped(difference),
        settlements,
    }))
}

impl Row {
    fn of(correction: &StoredCorrection) -> Row {
        Row {
            id: correction.id.0,
            number: correction.number.to_string(),
            customer: correction.customer_name.clone(),
            bill: correction.bill.0,
            new_bill: correction.new_bill.map(|bill| bill.0),
            reason: correction.reason.japanese(),
            difference: correction.difference.grouped(),
            proposed: format!(
                "{}　{}",
                format::minute(correction.proposed_at),
                correction.proposed_by.1
            ),
            state: state_words(correction.state()),
        }
    }
}
