//! Starts and stops from the field (現地の開栓・中止) that wait for a clerk to begin or end the agreement.

use jiff::civil::Date;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::Backoffice;

/// A start or stop that a clerk has not dealt with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldService {
    /// Key.
    pub id: Uuid,
    /// 水栓番号.
    pub connection_number: String,
    /// A stop, else a start.
    pub is_stop: bool,
    /// Day.
    pub on: Date,
    /// The dials.
    pub register_value: u32,
    /// What the terminal showed; `None` for a start, or where it could not be computed.
    pub amount_yen: Option<i64>,
    /// Who comes, as the order of a start says; may be empty.
    pub customer_name: String,
    /// Whether the office had ordered it.
    pub is_ordered: bool,
    /// Login name of the reader.
    pub reader: String,
}

/// What waits, the oldest first.
pub async fn field_services(office: &Backoffice) -> sqlx::Result<Vec<FieldService>> {
    sqlx::query(
        "select w.id, c.connection_number, w.is_stop, w.done_on, r.register_value, w.amount_yen,
                w.order_id is not null as is_ordered, w.reader_login,
                coalesce(o.customer_name, '') as customer_name
         from (
             select utility_id, start_id as id, connection_id, false as is_stop,
                    started_on as done_on, null::bigint as amount_yen, order_id, reader_login
             from metering.service_start
             union all
             select utility_id, stop_id, connection_id, true, stopped_on,
                    water_yen + coalesce(sewerage_yen, 0), order_id, reader_login
             from metering.service_stop
         ) w
         join connection.service_connection c using (utility_id, connection_id)
         join metering.reading r on r.utility_id = w.utility_id and r.reading_id = w.id
         left join metering.work_order o
             on o.utility_id = w.utility_id and o.order_id = w.order_id
         where w.utility_id = $1
           and not exists (select from metering.field_settled f
                           where f.utility_id = w.utility_id and f.subject_id = w.id)
         order by w.done_on, c.connection_number
         limit 200",
    )
    .bind(office.utility.0)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(service_of_row)
    .collect()
}

fn service_of_row(row: &PgRow) -> sqlx::Result<FieldService> {
    Ok(FieldService {
        id: row.try_get("id")?,
        connection_number: row.try_get("connection_number")?,
        is_stop: row.try_get("is_stop")?,
        on: row.try_get::<jiff_sqlx::Date, _>("done_on")?.to_jiff(),
        register_value: row.try_get::<i32, _>("register_value")?.unsigned_abs(),
        amount_yen: row.try_get("amount_yen")?,
        customer_name: row.try_get("customer_name")?,
        is_ordered: row.try_get("is_ordered")?,
        reader: row.try_get("reader_login")?,
    })
}
