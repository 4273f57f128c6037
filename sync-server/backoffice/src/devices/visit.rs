//! Circumstances of a visit (訪問の状況): remarks, place, the meter's own bytes.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::wire::VisitV1;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::apply::{NotApplied, Source, stored_once};

/// Writes down what a visit says beyond its event; most say nothing.
pub(super) async fn store_visit(
    db: &mut PgConnection,
    source: &Source<'_>,
    id: Uuid,
    connection: i64,
    visited_on: Date,
    visit: &VisitV1,
) -> Result<(), NotApplied> {
    if *visit == VisitV1::default() {
        return Ok(());
    }
    let remarks: Vec<i16> = visit.remarks.iter().copied().map(i16::from).collect();
    let stored = sqlx::query(
        "insert into metering.visit
             (utility_id, visit_id, connection_id, visited_on, remarks, latitude_e6, longitude_e6,
              accuracy_m, meter_frame, taken_back)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (utility_id, visit_id) do nothing",
    )
    .bind(source.office.utility.0)
    .bind(id)
    .bind(connection)
    .bind(visited_on.to_sqlx())
    .bind(remarks)
    .bind(visit.position.map(|position| position.latitude_e6))
    .bind(visit.position.map(|position| position.longitude_e6))
    .bind(visit.position.map(|position| i32::from(position.accuracy_m)))
    .bind(&visit.meter_frame)
    .bind(visit.taken_back.map(i64::from))
    .execute(db)
    .await?;
    stored_once(&stored)
}
