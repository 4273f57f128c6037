//! Settlements of estimates that wait for a correction (精算の一覧).

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::billing::{Settlement, open_settlements};

use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::format;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/settlement_list.html")]
struct SettlementPage {
    frame: Frame,
    rows: Vec<Row>,
}

struct Row {
    settled: Settlement,
    estimates: Vec<Estimate>,
}

struct Estimate {
    read_on: String,
    usage: u32,
    bill: i64,
    /// As much as is left, and no more than stands on the bill.
    lower_by: u32,
}

impl Row {
    fn of(settled: Settlement) -> Row {
        let left = settled.left();
        let estimates = settled.estimates.iter().map(|(read_on, usage, bill)| Estimate {
            read_on: format::day(*read_on),
            usage: usage.0,
            bill: bill.0,
            lower_by: left.min(*usage).0,
        });
        Row { estimates: estimates.collect(), settled }
    }
}

/// `GET /settlements`.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let settlements = open_settlements(&office.backoffice).await?;
    let rows = settlements.into_iter().map(Row::of).collect();
    Ok(html(&SettlementPage { frame: Frame::new("認定の精算", Area::Billing, &staff), rows }))
}
