//! All about one connection (水栓詳細) on one screen: who is calling, where, what was read, what is owed.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::billing::TermLine;
use backoffice::connection::{ConnectionDetail, InstalledMeter, ReadingLine, connection_detail};
use jiff::civil::Date;
use shared::ids::ConnectionNumber;

use super::bills::{BillRow, bill_rows};
use super::terms;
use super::usage_chart::{self, PastVolume, UsageChart};
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Path;
use crate::format;
use crate::layout::{Area, Frame, html};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "connection/detail.html")]
struct DetailPage {
    frame: Frame,
    connection: ConnectionDetail,
    meter: Option<MeterView>,
    past_meters: Vec<InstalledMeter>,
    chart: Option<UsageChart>,
    history: Vec<HistoryRow>,
    bills: Vec<BillRow>,
    may_see_bills: bool,
    /// 料金の条件 that hold or will hold.
    open_terms: Vec<TermLine>,
}

struct MeterView {
    meter: InstalledMeter,
    /// 検定満期 has passed.
    is_expired: bool,
}

struct HistoryRow {
    reading: ReadingLine,
    year_before_m3: String,
    /// Compared with the year before: `+12`.
    difference_m3: String,
}

/// `GET /connections/{number}`.
pub(crate) async fn detail(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(number): Path<ConnectionNumber>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewConnections)?;
    let today = office.today();
    let connection = connection_detail(&office.backoffice, &number, today)
        .await?
        .ok_or_else(|| not_found(&number))?;
    let may_see_bills = staff.may(Right::ViewBilling);
    let bills = if may_see_bills {
        bill_rows(&office.backoffice, connection.id).await?
    } else {
        Vec::new()
    };
    // An audit trail will want every look at a person; the number alone is no personal data.
    tracing::info!(staff.id = staff.id.0, connection.number = %number, "connection opened");
    let mut open_terms = terms::of_connection(&office, &connection).await?.terms;
    open_terms.retain(terms::is_open);
    Ok(html(&DetailPage { open_terms, ..page(&staff, connection, bills, may_see_bills, today) }))
}

pub(super) fn not_found(number: &ConnectionNumber) -> Problem {
    Problem::NotFound(format!("水栓番号 {number} の水栓はありません。番号をお確かめください。"))
}

fn page(
    staff: &CurrentStaff,
    connection: ConnectionDetail,
    bills: Vec<BillRow>,
    may_see_bills: bool,
    today: Date,
) -> DetailPage {
    let past: Vec<PastVolume> = connection
        .readings
        .iter()
        .map(|reading| PastVolume { read_on: reading.read_on, usage_m3: reading.usage.0 })
        .collect();
    let history = connection
        .readings
        .iter()
        .zip(&past)
        .map(|(reading, volume)| history_row(reading, *volume, &past))
        .collect();
    let (present, past_meters): (Vec<_>, Vec<_>) =
        connection.meters.iter().cloned().partition(|meter| meter.removed_on.is_none());
    let meter = present
        .into_iter()
        .next()
        .map(|meter| MeterView { is_expired: meter.verification_expires_on < today, meter });
    DetailPage {
        frame: Frame::new(format!("水栓 {}", connection.number), Area::Connection, staff),
        meter,
        past_meters,
        chart: usage_chart::draw(&past),
        history,
        bills,
        may_see_bills,
        open_terms: Vec::new(),
        connection,
    }
}

fn history_row(reading: &ReadingLine, volume: PastVolume, past: &[PastVolume]) -> HistoryRow {
    let before = usage_chart::year_before(past, volume);
    let difference_m3 = before.map_or_else(String::new, |before| {
        let difference = i64::from(volume.usage_m3) - i64::from(before.usage_m3);
        if difference > 0 {
            format!("+{}", format::number(difference))
        } else {
            format::number(difference)
        }
    });
    HistoryRow {
        reading: reading.clone(),
        year_before_m3: before.map_or_else(String::new, |before| format::number(before.usage_m3)),
        difference_m3,
    }
}
