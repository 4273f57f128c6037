//! The calculation of a leak adjustment (減免の試算), and its proposal (起案).

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use backoffice::access::Right;
use backoffice::billing::{
    LeakRefusal, LeakSite, compute_leak_adjustment, leak_site, propose_leak_adjustment, use_classes,
};
use shared::billing::leak_adjustment::{LeakRule, leak_rule, leak_rules};
use shared::connection::MeterSize;
use shared::ids::ConnectionNumber;

use super::form::{Asked, evidence_of};
use super::{Refusal, ResultView};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::{Form, Query};
use crate::format;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

/// How many earlier periods the page shows.
const HISTORY_ROWS: usize = 7;

#[derive(Template)]
#[template(path = "billing/leak_adjustment_new.html")]
struct TrialPage {
    frame: Frame,
    asked: Asked,
    rules: Vec<(String, String)>,
    rule: LeakRule,
    evidence: Vec<String>,
    leaves_share: bool,
    site: Option<SiteView>,
    sizes: Vec<u16>,
    classes: Vec<(String, String)>,
    result: Option<ResultView>,
    refusal: Option<Refusal>,
    may_propose: bool,
}

struct SiteView {
    number: String,
    address: String,
    customer: String,
    /// Day, months, volume.
    history: Vec<(String, u8, u32)>,
}

impl SiteView {
    fn of(site: &LeakSite) -> SiteView {
        let agreement = site.connection.current_agreement();
        let rows = site.basis.history.iter().take(HISTORY_ROWS);
        SiteView {
            number: site.connection.number.to_string(),
            address: site.connection.address(),
            customer: agreement.map_or(String::new(), |known| known.customer.name.clone()),
            history: rows
                .map(|period| (format::day(period.read_on), period.months, period.usage.0))
                .collect(),
        }
    }
}

/// `GET /leak-adjustments/new`. Writes nothing.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
    Query(typed): Query<HashMap<String, String>>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let mut trial = Trial::of(&office, Asked(typed)).await?;
    if trial.asked.is_complete() {
        let site = trial.site.as_ref();
        match trial.asked.question(&trial.rule, site) {
            Err(words) => trial.refusal = Some(Refusal::of_input(words)),
            Ok(question) => match compute_leak_adjustment(&office.backoffice, &question).await {
                Ok(result) => trial.result = Some(ResultView::of(&result)),
                Err(error) => trial.refusal = Some(Refusal::of(&error)?),
            },
        }
    }
    trial.draw(&office, &staff).await
}

/// `POST /leak-adjustments`: the same fields again, with the grounds.
pub(crate) async fn propose(
    State(office): State<Office>,
    staff: CurrentStaff,
    Form(typed): Form<HashMap<String, String>>,
) -> Result<Response, Problem> {
    staff.require(Right::RunBilling)?;
    let mut trial = Trial::of(&office, Asked(typed)).await?;
    let refusal = match (trial.asked.question(&trial.rule, trial.site.as_ref()), &trial.site) {
        (Err(words), _) => Refusal::of_input(words),
        (Ok(_), None) => {
            Refusal::of_input("起案には水栓番号が必要です。水栓を選び直してください。")
        }
        (Ok(question), Some(site)) => {
            let grounds = trial.asked.text("grounds");
            let (connection, now) = (site.connection.id, office.now());
            let done = propose_leak_adjustment(
                &office.backoffice,
                connection,
                &question,
                grounds,
                staff.id,
                now,
            );
            match done.await {
                Ok(id) => {
                    return Ok(Redirect::to(&format!("/leak-adjustments/{id}")).into_response());
                }
                Err(error) => {
                    if matches!(error, LeakRefusal::NoGrounds) {
                        let again = compute_leak_adjustment(&office.backoffice, &question).await;
                        trial.result = again.ok().as_ref().map(ResultView::of);
                    }
                    Refusal::of(&error)?
                }
            }
        }
    };
    trial.refusal = Some(refusal);
    let mut page = trial.draw(&office, &staff).await?;
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

struct Trial {
    asked: Asked,
    rule: LeakRule,
    site: Option<LeakSite>,
    result: Option<ResultView>,
    refusal: Option<Refusal>,
}

impl Trial {
    async fn of(office: &Office, mut asked: Asked) -> Result<Trial, Problem> {
        let rule = match asked.text("rule") {
            "" => leak_rules().into_iter().next(),
            code => leak_rule(code),
        };
        let rule = rule.ok_or_else(|| not_found("その減免の規程はありません。"))?;
        let site = match asked.text("number") {
            "" => None,
            text => {
                let missing =
                    || not_found("その水栓番号の水栓はありません。番号をお確かめください。");
                let number = ConnectionNumber::parse(text).map_err(|_| missing())?;
                let site = leak_site(&office.backoffice, &number, office.today()).await;
                Some(site.map_err(|error| Problem::of(&error))?.ok_or_else(missing)?)
            }
        };
        asked.fill_from(site.as_ref(), office.today());
        Ok(Trial { asked, rule, site, result: None, refusal: None })
    }

    async fn draw(self, office: &Office, staff: &CurrentStaff) -> Result<Response, Problem> {
        let classes = use_classes(&office.backoffice).await?;
        let may_propose = staff.may(Right::RunBilling) && self.site.is_some();
        Ok(html(&TrialPage {
            frame: Frame::new("漏水減免の計算", Area::Billing, staff),
            rules: leak_rules().into_iter().map(|rule| (rule.code, rule.name)).collect(),
            evidence: evidence_of(&self.rule).into_iter().cloned().collect(),
            leaves_share: self.rule.water.iter().any(|formula| formula.at_most),
            site: self.site.as_ref().map(SiteView::of),
            sizes: MeterSize::ALL_MM.to_vec(),
            classes: classes.into_iter().map(|(class, name)| (class.key().into(), name)).collect(),
            asked: self.asked,
            rule: self.rule,
            result: self.result,
            refusal: self.refusal,
            may_propose,
        }))
    }
}

fn not_found(words: &str) -> Problem {
    Problem::NotFound(words.to_owned())
}
