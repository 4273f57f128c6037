//! What a billing run made (調定処理の結果), and what it left over for the office to look at.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use backoffice::billing::{BillingOrder, RunSummary, round_sums};
use backoffice::connection::connection_numbers;
use shared::ids::{ConnectionId, ConnectionNumber};

use super::assessment_list::no_round;
use super::sums::Step;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/run_result.html")]
struct ResultPage {
    frame: Frame,
    order: BillingOrder,
    month: String,
    summary: RunSummary,
    /// Where something of the round was corrected since: as assessed, the corrections, and now.
    steps: Vec<Step>,
    unbilled: Vec<UnbilledRow>,
    differences: Vec<DifferenceRow>,
}

struct UnbilledRow {
    number: String,
    code: &'static str,
    reason: &'static str,
}

struct DifferenceRow {
    number: String,
    claim: &'static str,
    slip: String,
    assessed: String,
}

pub(super) async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    order: &BillingOrder,
    summary: RunSummary,
) -> Result<Response, Problem> {
    let round =
        backoffice::metering::round(&office.backoffice, order.round).await?.ok_or_else(no_round)?;
    let named: Vec<ConnectionId> = (summary.unbilled.iter().map(|left| left.connection))
        .chain(summary.differences.iter().map(|difference| difference.connection))
        .collect();
    let numbers = connection_numbers(&office.backoffice, &named).await?;
    Ok(html(&ResultPage {
        frame: Frame::new("調定処理の結果", Area::Billing, staff),
        order: *order,
        month: round.month.japanese(),
        steps: super::sums::steps(&round_sums(&office.backoffice, order.round).await?),
        unbilled: unbilled(&summary, &numbers),
        differences: differences(&summary, &numbers),
        summary,
    }))
}

type Numbers = BTreeMap<ConnectionId, ConnectionNumber>;

fn number_of(numbers: &Numbers, connection: ConnectionId) -> String {
    numbers.get(&connection).map(ToString::to_string).unwrap_or_default()
}

fn unbilled(summary: &RunSummary, numbers: &Numbers) -> Vec<UnbilledRow> {
    summary
        .unbilled
        .iter()
        .map(|left| UnbilledRow {
            number: number_of(numbers, left.connection),
            code: left.reason.code(),
            reason: backoffice::codes::japanese(left.reason.code()).unwrap_or_default(),
        })
        .collect()
}

fn differences(summary: &RunSummary, numbers: &Numbers) -> Vec<DifferenceRow> {
    summary
        .differences
        .iter()
        .map(|difference| DifferenceRow {
            number: number_of(numbers, difference.connection),
            claim: difference.claim.japanese(),
            slip: difference.slip.grouped(),
            assessed: difference.assessed.grouped(),
        })
        .collect()
}
