//! The estimates of a round (検針期の認定): every unread connection, and what became of it.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::metering::{
    EstimateCandidate, EstimateRefusal, Round, StoredEstimate, approve_estimates,
    choose_estimate_rule, estimate_candidates, estimate_practice, estimates_of_round,
    propose_estimates, round as find_round,
};
use serde::Deserialize;
use shared::ids::RoundId;
use shared::metering::estimate::{EstimateRule, estimate_rules};

use super::{Refusal, problem, state_of};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Path, Query};
use crate::format;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/estimate_round.html")]
struct RoundPage {
    frame: Frame,
    round: Round,
    rule: Option<EstimateRule>,
    rules: Vec<(String, String)>,
    rows: Vec<Row>,
    /// Of all rows, whatever is shown: without a proposal, waiting, certified.
    counts: [usize; 3],
    chosen: String,
    record: Vec<RecordRow>,
    done: Option<String>,
    refusal: Option<Refusal>,
    may_propose: bool,
    may_approve: bool,
    may_choose: bool,
}

struct Row {
    connection: i64,
    number: String,
    customer: Option<String>,
    reason: &'static str,
    visited_on: String,
    repeated: u16,
    /// By the rule, and as proposed.
    by_rule: String,
    usage: String,
    method: String,
    state: (&'static str, &'static str),
}

struct RecordRow {
    id: i64,
    number: String,
    usage: u32,
    proposed: String,
    decided: String,
    state: (&'static str, &'static str),
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    state: String,
    #[serde(default)]
    done: String,
    #[serde(default)]
    count: u64,
    #[serde(default)]
    left: u64,
}

impl Asked {
    fn none() -> Asked {
        Asked { state: String::new(), done: String::new(), count: 0, left: 0 }
    }

    /// What was done just before; stands in the address, so that a reload is harmless.
    fn done(&self) -> Option<String> {
        let Asked { count, left, .. } = self;
        match self.done.as_str() {
            "proposed" if *left > 0 => Some(format!(
                "{count}件を起案しました。残り{left}件は、規程で水量を求められないため、1件ずつ起案してください。"
            )),
            "proposed" => Some(format!("{count}件を起案しました。")),
            "approved" if *left > 0 => {
                Some(format!("{count}件を承認しました。自分の起案などの{left}件は残っています。"))
            }
            "approved" => Some(format!("{count}件を承認しました。続けて調定処理を行えます。")),
            "rule" => Some("認定の規程を選びました。".into()),
            _ => None,
        }
    }
}

/// `GET /rounds/{round}/estimates`.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(round): Path<RoundId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    draw(&office, &staff, round, &asked, None).await
}

/// `POST /rounds/{round}/estimates`: proposes for every unread connection without a proposal.
pub(crate) async fn propose_all(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(round): Path<RoundId>,
) -> Result<Response, Problem> {
    staff.require(Right::RunBilling)?;
    match propose_estimates(&office.backoffice, round, staff.id, office.now()).await {
        Ok(batch) => Ok(to(round, "proposed", batch.proposed, batch.by_hand)),
        Err(error) => refused(&office, &staff, round, &error).await,
    }
}

/// `POST /rounds/{round}/estimates/approve`: approves all that somebody else proposed.
pub(crate) async fn approve_all(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(round): Path<RoundId>,
) -> Result<Response, Problem> {
    staff.require(Right::ApproveBilling)?;
    match approve_estimates(&office.backoffice, round, "一括承認", staff.id, office.now()).await
    {
        Ok(batch) => Ok(to(round, "approved", batch.approved, batch.own + batch.refused)),
        Err(error) => refused(&office, &staff, round, &error).await,
    }
}

#[derive(Deserialize)]
pub(crate) struct RuleForm {
    #[serde(default)]
    rule: String,
}

/// `POST /rounds/{round}/estimates/rule`.
pub(crate) async fn choose_rule(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(round): Path<RoundId>,
    Form(form): Form<RuleForm>,
) -> Result<Response, Problem> {
    staff.require(Right::ApproveBilling)?;
    match choose_estimate_rule(&office.backoffice, &form.rule, staff.id, office.now()).await {
        Ok(()) => Ok(to(round, "rule", 0, 0)),
        Err(error) => refused(&office, &staff, round, &error).await,
    }
}

fn to(round: RoundId, done: &str, count: u64, left: u64) -> Response {
    let address = format!("/rounds/{round}/estimates?done={done}&count={count}&left={left}");
    Redirect::to(&address).into_response()
}

async fn refused(
    office: &Office,
    staff: &CurrentStaff,
    round: RoundId,
    error: &EstimateRefusal,
) -> Result<Response, Problem> {
    let refusal = Refusal::of(error)?;
    let mut page = draw(office, staff, round, &Asked::none(), Some(refusal)).await?;
    *page.status_mut() = StatusCode::CONFLICT;
    Ok(page)
}

async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    id: RoundId,
    asked: &Asked,
    refusal: Option<Refusal>,
) -> Result<Response, Problem> {
    let round = find_round(&office.backoffice, id).await?.ok_or_else(super::not_found)?;
    let rule = estimate_practice(&office.backoffice).await.map_err(problem)?;
    let candidates = estimate_candidates(&office.backoffice, id).await.map_err(problem)?;
    let record = estimates_of_round(&office.backoffice, id).await.map_err(problem)?;
    let mut newest: HashMap<i64, &StoredEstimate> = HashMap::new();
    for estimate in record.iter().rev() {
        // An approved one stays the one that counts, whatever was proposed after it.
        let kept = newest.get(&estimate.connection.0);
        if kept.is_none_or(|kept| state_of(Some(kept)).1 != "good") {
            newest.insert(estimate.connection.0, estimate);
        }
    }
    let mut rows: Vec<Row> = candidates
        .iter()
        .map(|candidate| Row::of(candidate, newest.get(&candidate.connection.0).copied()))
        .collect();
    let count = |word: &str| rows.iter().filter(|row| row.state.0 == word).count();
    let counts = ["未起案", "決裁待ち", "認定済み"].map(count);
    if !asked.state.is_empty() {
        rows.retain(|row| row.state.0 == asked.state);
    }
    Ok(html(&RoundPage {
        frame: Frame::new(format!("{}の認定", round.month.japanese()), Area::Metering, staff),
        rules: estimate_rules().into_iter().map(|rule| (rule.code, rule.name)).collect(),
        rows,
        counts,
        chosen: asked.state.clone(),
        record: record.iter().map(RecordRow::of).collect(),
        done: asked.done(),
        refusal,
        may_propose: staff.may(Right::RunBilling) && rule.is_some() && counts[0] > 0,
        may_approve: staff.may(Right::ApproveBilling) && !round.is_open() && counts[1] > 0,
        may_choose: staff.may(Right::ApproveBilling),
        rule,
        round,
    }))
}

impl Row {
    fn of(candidate: &EstimateCandidate, estimate: Option<&StoredEstimate>) -> Row {
        let by_rule = estimate.and_then(|estimate| estimate.by_rule);
        let found = estimate.and_then(|estimate| estimate.result.as_ref());
        Row {
            connection: candidate.connection.0,
            number: candidate.number.to_string(),
            customer: candidate.customer_name.clone(),
            reason: candidate.reason.map_or("不明", |reason| reason.japanese()),
            visited_on: format::day(candidate.visited_on),
            repeated: candidate.in_a_row,
            by_rule: by_rule.map(|volume| volume.0.to_string()).unwrap_or_default(),
            usage: estimate.map(|one| one.usage.0.to_string()).unwrap_or_default(),
            method: found.map(|found| found.found.method.japanese()).unwrap_or_default(),
            state: state_of(estimate),
        }
    }
}

impl RecordRow {
    fn of(estimate: &StoredEstimate) -> RecordRow {
        let decided = estimate.decision.as_ref().map(|decision| {
            format!("{}　{}　{}", format::minute(decision.at), decision.by, decision.remark)
        });
        RecordRow {
            id: estimate.id.0,
            number: estimate.number.to_string(),
            usage: estimate.usage.0,
            proposed: format!(
                "{}　{}",
                format::minute(estimate.proposed_at),
                estimate.proposed_by.1
            ),
            decided: decided.unwrap_or_default(),
            state: state_of(Some(estimate)),
        }
    }
}
