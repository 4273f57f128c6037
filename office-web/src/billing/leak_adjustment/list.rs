//! The proposals of leak adjustments (減免の一覧), the newest first.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::billing::{LeakProposal, leak_adjustments};
use shared::billing::leak_adjustment::leak_rules;

use super::proposal::state_words;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::format;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/leak_adjustment_list.html")]
struct ListPage {
    frame: Frame,
    rules: Vec<(String, String)>,
    rows: Vec<Row>,
}

struct Row {
    id: i64,
    number: String,
    read_on: String,
    rule: String,
    difference: String,
    proposed: String,
    state: (&'static str, &'static str),
}

impl Row {
    fn of(proposal: &LeakProposal) -> Row {
        Row {
            id: proposal.id.0,
            number: proposal.number.to_string(),
            read_on: format::day(proposal.read_on),
            rule: format!("{}・{}", proposal.result.rule_name, proposal.result.reason),
            difference: proposal.difference.grouped(),
            proposed: format!(
                "{}　{}",
                format::minute(proposal.proposed_at),
                proposal.proposed_by.1
            ),
            state: state_words(proposal.decision.as_ref()),
        }
    }
}

/// `GET /leak-adjustments`.
pub(crate) async fn proposals(
    State(office): State<Office>,
    staff: CurrentStaff,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let proposals =
        leak_adjustments(&office.backoffice).await.map_err(|error| Problem::of(&error))?;
    Ok(html(&ListPage {
        frame: Frame::new("漏水減免", Area::Billing, &staff),
        rules: leak_rules().into_iter().map(|rule| (rule.code, rule.name)).collect(),
        rows: proposals.iter().map(Row::of).collect(),
    }))
}
