//! Work orders and hazards (作業指示・現地の注意): given out, taken back, and what became of them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::ids::{ConnectionId, StaffId};
use shared::metering::{Hazard, WorkOrderKind};
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::FieldRefusal;
use crate::Backoffice;

/// An order to be given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// Where.
    pub connection: ConnectionId,
    /// What.
    pub kind: WorkOrderKind,
    /// By when.
    pub due_on: Date,
    /// What the reader has to know, at most 200 characters.
    pub note: String,
    /// What is owed (給水停止).
    pub owed_yen: i64,
    /// Who comes (開栓).
    pub customer_name: String,
    /// What to put in (メーター交換).
    pub meter_number: String,
}

/// An order and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkOrder {
    /// Key.
    pub id: i64,
    /// What.
    pub kind: Option<WorkOrderKind>,
    /// By when.
    pub due_on: Date,
    /// What the reader has to know.
    pub note: String,
    /// `open`, `done` or `cancelled`.
    pub state: String,
    /// When it was done.
    pub done_on: Option<Date>,
    /// Who gave it out.
    pub ordered_by: String,
}

impl WorkOrder {
    /// The state in a word.
    pub fn state_japanese(&self) -> &'static str {
        match self.state.as_str() {
            "done" => "済み",
            "cancelled" => "取消",
            _ => "未了",
        }
    }
}

/// Gives an order out; terminals get it with their next package.
pub async fn place_order(
    office: &Backoffice,
    new: &NewOrder,
    by: StaffId,
    at: Timestamp,
) -> Result<i64, FieldRefusal> {
    if new.note.chars().count() > 200 || new.owed_yen < 0 {
        return Err(FieldRefusal::Incomplete);
    }
    Ok(sqlx::query_scalar(
        "insert into metering.work_order
             (utility_id, connection_id, kind, due_on, note, owed_yen, customer_name, meter_number,
              ordered_by, ordered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         returning order_id",
    )
    .bind(office.utility.0)
    .bind(new.connection.0)
    .bind(i16::from(new.kind.code()))
    .bind(new.due_on.to_sqlx())
    .bind(new.note.trim())
    .bind(new.owed_yen)
    .bind(new.customer_name.trim())
    .bind(new.meter_number.trim())
    .bind(by.0)
    .bind(at.to_sqlx())
    .fetch_one(&office.pool)
    .await?)
}

/// Takes an order back that nobody has carried out.
pub async fn cancel_order(
    office: &Backoffice,
    connection: ConnectionId,
    order: i64,
    by: StaffId,
    at: Timestamp,
) -> Result<(), FieldRefusal> {
    let done = sqlx::query(
        "update metering.work_order o set cancelled_by = $4, cancelled_at = $5
         where o.utility_id = $1 and o.order_id = $2 and o.connection_id = $3
           and exists (select from metering.work_order_state s
                       where s.utility_id = o.utility_id and s.order_id = o.order_id
                         and s.state = 'open')",
    )
    .bind(office.utility.0)
    .bind(order)
    .bind(connection.0)
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&office.pool)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(FieldRefusal::Settled) }
}

/// The orders of a connection, the newest first.
pub async fn orders_of_connection(
    office: &Backoffice,
    connection: ConnectionId,
) -> sqlx::Result<Vec<WorkOrder>> {
    sqlx::query(
        "select o.order_id, o.kind, o.due_on, o.note, s.state, s.done_on, f.display_name
         from metering.work_order o
         join metering.work_order_state s using (utility_id, order_id)
         join access.staff f on f.utility_id = o.utility_id and f.staff_id = o.ordered_by
         where o.utility_id = $1 and o.connection_id = $2
         order by o.order_id desc limit 50",
    )
    .bind(office.utility.0)
    .bind(connection.0)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(order_of_row)
    .collect()
}

fn order_of_row(row: &PgRow) -> sqlx::Result<WorkOrder> {
    let kind: i16 = row.try_get("kind")?;
    Ok(WorkOrder {
        id: row.try_get("order_id")?,
        kind: u8::try_from(kind).ok().and_then(WorkOrderKind::from_code),
        due_on: row.try_get::<jiff_sqlx::Date, _>("due_on")?.to_jiff(),
        note: row.try_get("note")?,
        state: row.try_get("state")?,
        done_on: row
            .try_get::<Option<jiff_sqlx::Date>, _>("done_on")?
            .map(jiff_sqlx::Date::to_jiff),
        ordered_by: row.try_get("display_name")?,
    })
}

/// What to know before one opens the gate.
pub async fn hazards_of(
    office: &Backoffice,
    connection: ConnectionId,
) -> sqlx::Result<Vec<Hazard>> {
    let codes: Option<Vec<i16>> = sqlx::query_scalar(
        "select hazards from connection.hazard
         where utility_id = $1 and connection_id = $2 order by hazard_id desc limit 1",
    )
    .bind(office.utility.0)
    .bind(connection.0)
    .fetch_optional(&office.pool)
    .await?;
    let hazard = |code: i16| u8::try_from(code).ok().and_then(Hazard::from_code);
    Ok(codes.unwrap_or_default().into_iter().filter_map(hazard).collect())
}

/// Notes what to know; what was noted before stays on record.
pub async fn set_hazards(
    office: &Backoffice,
    connection: ConnectionId,
    hazards: &[Hazard],
    by: StaffId,
    at: Timestamp,
) -> sqlx::Result<()> {
    let codes: Vec<i16> = hazards.iter().map(|hazard| i16::from(hazard.code())).collect();
    sqlx::query(
        "insert into connection.hazard (utility_id, connection_id, hazards, noted_by, noted_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(office.utility.0)
    .bind(connection.0)
    .bind(codes)
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&office.pool)
    .await?;
    Ok(())
}
