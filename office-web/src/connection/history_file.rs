//! The history of readings as a file (検針履歴のCSV).

use axum::extract::State;
use axum::response::Response;
use backoffice::access::Right;
use backoffice::connection::connection_detail;
use shared::ids::ConnectionNumber;

use crate::access::session::CurrentStaff;
use crate::config::Office;
use crate::form::Path;
use crate::problem::Problem;
use crate::table_file::TableFile;

/// `GET /connections/{number}/readings.csv`.
pub(crate) async fn readings(
    State(office): State<Office>,
    staff: CurrentStaff,
    Path(number): Path<ConnectionNumber>,
) -> Result<Response, Problem> {
    staff.require(Right::ViewConnections)?;
    let connection = connection_detail(&office.backoffice, &number, office.today())
        .await?
        .ok_or_else(|| super::detail::not_found(&number))?;
    let mut file = TableFile::new(&[
        "水栓番号",
        "検針日",
        "指針",
        "使用水量m3",
        "区分",
        "異常",
        "お知らせ金額",
    ]);
    for reading in &connection.readings {
        file.row(&[
            number.to_string(),
            reading.read_on.to_string(),
            reading.register_value.to_string(),
            reading.usage.0.to_string(),
            reading.kind_japanese().to_owned(),
            reading.findings_japanese().join("・"),
            reading.slip_total.map_or_else(String::new, |total| total.0.to_string()),
        ]);
    }
    Ok(file.download(&format!("readings-{number}.csv")))
}
