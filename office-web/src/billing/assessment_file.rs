//! The assessments of a round as a file (調定のCSV).

use std::pin::pin;

use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::billing::export_assessments;
use futures_util::TryStreamExt;
use shared::ids::RoundId;
use shared::quantity::Yen;

use super::assessment_list::no_round;
use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Path;
use crate::problem::Problem;
use crate::table_file::TableFile;

/// `GET /rounds/{round}/assessments.csv`.
pub(crate) async fn assessments(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(id): Path<RoundId>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewBilling)?;
    let round = backoffice::metering::round(&office.backoffice, id).await?.ok_or_else(no_round)?;
    let mut file = TableFile::new(&[
        "水栓番号",
        "区分",
        "検針年月",
        "水量m3",
        "調定額",
        "うち消費税",
        "お知らせ票の額",
    ]);
    let mut rows = pin!(export_assessments(&office.backoffice, id));
    while let Some(row) = rows.try_next().await? {
        file.row(&[
            row.connection_number.to_string(),
            row.claim.japanese().to_owned(),
            row.period.iso(),
            row.usage.0.to_string(),
            plain(row.amount),
            plain(row.tax),
            row.slip_amount.map(plain).unwrap_or_default(),
        ]);
    }
    Ok(file.download(&format!("assessments-{}.csv", round.month.iso())))
}

fn plain(amount: Yen) -> String {
    amount.0.to_string()
}
