//! The estimate of one connection (水栓の認定): what it is found from, and the proposal.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::metering::{
    EstimateCandidate, NewEstimate, Round, StoredEstimate, estimate_candidate, estimate_practice,
    estimates_of_round, propose_estimate, round as find_round,
};
use serde::Deserialize;
use shared::ids::{ConnectionId, RoundId};
use shared::metering::estimate::{EstimateRule, Stretch};
use shared::quantity::CubicMeters;

use super::{Refusal, not_found, problem, state_of};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Path};
use crate::format;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/estimate.html")]
struct EstimatePage {
    frame: Frame,
    round: Round,
    candidate: EstimateCandidate,
    rule: Option<EstimateRule>,
    /// Key of the reason that fits what the reader noted.
    likely: String,
    /// What the rule leads to, line by line, or why it leads nowhere.
    by_rule: Vec<String>,
    proposals: Vec<ProposalView>,
    typed: ProposalForm,
    refusal: Option<Refusal>,
    may_propose: bool,
    may_approve: bool,
}

struct ProposalView {
    id: i64,
    usage: u32,
    reason: String,
    explanation: Vec<String>,
    proposed: String,
    decided: Option<(String, String)>,
    state: (&'static str, &'static str),
    is_open: bool,
    is_own: bool,
}

#[derive(Default, Deserialize)]
pub(crate) struct ProposalForm {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    usage: String,
    #[serde(default)]
    change_reason: String,
    #[serde(default)]
    measured_days: String,
    #[serde(default)]
    measured_m3: String,
}

impl ProposalForm {
    fn new_estimate(
        &self,
        round: RoundId,
        connection: ConnectionId,
    ) -> Result<NewEstimate, Refusal> {
        let whole = |text: &str| -> Result<Option<u32>, Refusal> {
            match text.trim() {
                "" => Ok(None),
                text => text
                    .parse()
                    .map(Some)
                    .map_err(|_| Refusal::of_input("水量と日数は、0以上の整数で入れてください。")),
            }
        };
        let (days, volume) = (whole(&self.measured_days)?, whole(&self.measured_m3)?);
        let measured = match (days, volume) {
            (None, None) => None,
            (Some(days), Some(usage)) => Some(Stretch {
                days: u16::try_from(days).unwrap_or(u16::MAX),
                usage: CubicMeters(usage),
            }),
            _ => return Err(Refusal::of_input("実測は、日数と水量の両方を入れてください。")),
        };
        Ok(NewEstimate {
            round,
            connection,
            reason: self.reason.clone(),
            usage: whole(&self.usage)?.map(CubicMeters),
            change_reason: self.change_reason.clone(),
            measured,
        })
    }
}

/// `GET /rounds/{round}/estimates/{connection}`.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path((round, connection)): Path<(RoundId, ConnectionId)>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    draw(&office, &staff, (round, connection), ProposalForm::default(), None).await
}

/// `POST /rounds/{round}/estimates/{connection}`.
pub(crate) async fn propose(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path((round, connection)): Path<(RoundId, ConnectionId)>,
    Form(form): Form<ProposalForm>,
) -> Result<Response, Problem> {
    staff.require(Right::RunBilling)?;
    let refusal = match form.new_estimate(round, connection) {
        Err(refusal) => refusal,
        Ok(new) => match propose_estimate(&office.backoffice, &new, staff.id, office.now()).await {
            Ok(_) => {
                let address = format!("/rounds/{round}/estimates/{connection}");
                return Ok(Redirect::to(&address).into_response());
            }
            Err(error) => Refusal::of(&error)?,
        },
    };
    let mut page = draw(&office, &staff, (round, connection), form, Some(refusal)).await?;
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

pub(super) async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    (id, connection): (RoundId, ConnectionId),
    typed: ProposalForm,
    refusal: Option<Refusal>,
) -> Result<Response, Problem> {
    let round = find_round(&office.backoffice, id).await?.ok_or_else(not_found)?;
    let candidate = estimate_candidate(&office.backoffice, id, connection).await;
    let candidate = candidate.map_err(problem)?.ok_or_else(not_found)?;
    let rule = estimate_practice(&office.backoffice).await.map_err(problem)?;
    let record = estimates_of_round(&office.backoffice, id).await.map_err(problem)?;
    let likely = rule.as_ref().zip(candidate.reason);
    let likely = likely.and_then(|(rule, noted)| rule.reason_of(noted));
    let likely = likely.map(|reason| reason.key.clone()).unwrap_or_default();
    let by_rule = match rule.as_ref().map(|rule| rule.estimate(&likely, &candidate.basis)) {
        Some(Ok(estimate)) => estimate.japanese(),
        Some(Err(_)) => {
            vec!["規程の方法では水量を求められません。水量と理由を入れてください。".into()]
        }
        None => Vec::new(),
    };
    let proposals: Vec<ProposalView> = record
        .iter()
        .filter(|estimate| estimate.connection == connection)
        .map(|estimate| ProposalView::of(estimate, rule.as_ref(), staff))
        .collect();
    let is_certified = proposals.iter().any(|proposal| proposal.state.1 == "good");
    Ok(html(&EstimatePage {
        frame: Frame::new("水栓の認定", Area::Metering, staff),
        likely,
        by_rule,
        proposals,
        typed,
        refusal,
        may_propose: staff.may(Right::RunBilling)
            && rule.is_some()
            && !is_certified
            && candidate.customer_name.is_some(),
        may_approve: staff.may(Right::ApproveBilling),
        round,
        candidate,
        rule,
    }))
}

impl ProposalView {
    fn of(
        estimate: &StoredEstimate,
        rule: Option<&EstimateRule>,
        staff: &CurrentStaff,
    ) -> ProposalView {
        let decided = estimate.decision.as_ref();
        let name = rule.map_or(estimate.reason.as_str(), |rule| rule.reason_name(&estimate.reason));
        ProposalView {
            id: estimate.id.0,
            usage: estimate.usage.0,
            reason: name.to_owned(),
            explanation: estimate.explanation.lines().map(str::to_owned).collect(),
            proposed: format!(
                "{}　{}",
                format::minute(estimate.proposed_at),
                estimate.proposed_by.1
            ),
            decided: decided.map(|decision| {
                let who = format!("{}　{}", format::minute(decision.at), decision.by);
                (who, decision.remark.clone())
            }),
            state: state_of(Some(estimate)),
            is_open: decided.is_none(),
            is_own: estimate.proposed_by.0 == staff.id,
        }
    }
}
