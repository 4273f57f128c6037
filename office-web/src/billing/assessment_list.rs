//! The assessments of a round (調定の一覧), page by page, with their totals and the run.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::billing::{AssessmentLine, ClaimTotal, Page, assessments_of_round, round_sums};
use backoffice::metering::{Round, rounds};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use shared::ids::RoundId;
use shared::quantity::Yen;

use super::sums::Step;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Query;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

/// Lines on a page.
const PAGE_SIZE: u32 = 100;

#[derive(Deserialize)]
pub(crate) struct ListQuery {
    round: Option<RoundId>,
    page: Option<u32>,
}

/// Why a run was refused, in plain words, with the code to read out.
pub(super) struct Refusal {
    pub code: &'static str,
    pub text: &'static str,
    pub detail: Option<String>,
}

#[derive(Template)]
#[template(path = "billing/assessment_list.html")]
struct ListPage {
    frame: Frame,
    rounds: Vec<Round>,
    chosen: Option<Round>,
    totals: Vec<ClaimTotal>,
    /// Where something was corrected: as assessed, the corrections, and now.
    steps: Vec<Step>,
    sum: Sum,
    rows: Vec<AssessmentLine>,
    page: u64,
    pages: u64,
    /// Numbers of the first and last row shown, from 1.
    first: u64,
    last: u64,
    refusal: Option<Refusal>,
    may_run: bool,
    due_on: Date,
}

impl ListPage {
    fn is_chosen(&self, round: &Round) -> bool {
        self.chosen.as_ref().is_some_and(|chosen| chosen.id == round.id)
    }
}

/// Over both claims. Their volumes are the same water and are not added.
struct Sum {
    assessments: u64,
    amount: Yen,
    tax: Yen,
}

/// `GET /assessments?round=&page=`.
pub(crate) async fn assessments(
    State(office): State<Office>,
    staff: CurrentStaff,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    draw(&office, &staff, query.round, query.page.unwrap_or(1), None).await
}

/// The list of a round, or of the newest one that has something to show.
pub(super) async fn draw(
    office: &Office,
    staff: &CurrentStaff,
    round: Option<RoundId>,
    page: u32,
    refusal: Option<Refusal>,
) -> Result<Response, Problem> {
    let rounds = rounds(&office.backoffice).await?;
    let chosen = match round {
        Some(id) => Some(rounds.iter().find(|round| round.id == id).ok_or_else(no_round)?),
        None => rounds.iter().find(|round| !round.is_open()).or(rounds.first()),
    };
    let chosen = chosen.cloned();
    let (totals, steps) = match &chosen {
        Some(round) => {
            let sums = round_sums(&office.backoffice, round.id).await?;
            (sums.now(), super::sums::steps(&sums))
        }
        None => (Vec::new(), Vec::new()),
    };
    let sum = sum_of(&totals);
    let pages = sum.assessments.div_ceil(u64::from(PAGE_SIZE)).max(1);
    let number = page.clamp(1, u32::try_from(pages).unwrap_or(u32::MAX));
    let rows = match &chosen {
        Some(round) if sum.assessments > 0 => {
            let page = Page { number, size: PAGE_SIZE };
            assessments_of_round(&office.backoffice, round.id, page).await?
        }
        _ => Vec::new(),
    };
    let before = u64::from(number - 1) * u64::from(PAGE_SIZE);
    Ok(html(&ListPage {
        frame: Frame::new("調定・請求", Area::Billing, staff),
        rounds,
        chosen,
        totals,
        steps,
        sum,
        page: u64::from(number),
        pages,
        first: before + 1,
        last: before + u64::try_from(rows.len()).expect("a page of rows"),
        rows,
        refusal,
        may_run: staff.may(Right::RunBilling),
        due_on: usual_due_date(office.today()),
    }))
}

pub(super) fn no_round() -> Problem {
    Problem::NotFound("検針期がありません。調定・請求の画面から選び直してください。".to_owned())
}

fn sum_of(totals: &[ClaimTotal]) -> Sum {
    Sum {
        assessments: totals.iter().map(|total| total.assessments).sum(),
        amount: totals.iter().map(|total| total.amount).sum(),
        tax: totals.iter().map(|total| total.tax).sum(),
    }
}

/// The end of the next month; the clerk changes it where the utility has another rule.
pub(super) fn usual_due_date(today: Date) -> Date {
    today.first_of_month().saturating_add(1.month()).last_of_month()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn bills_are_usually_due_at_the_end_of_the_next_month() {
        assert_eq!(usual_due_date(date(2026, 11, 23)), date(2026, 12, 31));
        assert_eq!(usual_due_date(date(2027, 1, 31)), date(2027, 2, 28));
    }
}
