//! Settlements of estimates that wait for a correction (精算の一覧).

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::billing::{Settlement, open_settlements};
use shared::quantity::CubicMeters;

use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "billing/settlement_list.html")]
struct SettlementPage {
    frame: Frame,
    rows: Vec<Settlement>,
}

impl SettlementPage {
    /// As much as is left, and no more than stands on the bill.
    fn lower_by(&self, row: &Settlement, volume: &CubicMeters) -> u32 {
        debug_assert!(self.rows.contains(row));
        row.left().min(*volume).0
    }
}

/// `GET /settlements`.
pub(crate) async fn show(
    State(office): State<Office>,
    staff: CurrentStaff,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let rows = open_settlements(&office.backoffice).await?;
    Ok(html(&SettlementPage { frame: Frame::new("認定の精算", Area::Billing, &staff), rows }))
}
