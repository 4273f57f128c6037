//! What hangs on a bill that is corrected (更正と関係する請求・領収): master and submeters, cash at the gate.

use shared::ids::{BillId, ConnectionNumber, ReadingId};
use shared::quantity::Yen;
use sqlx::Row;
use sqlx::postgres::PgConnection;

use super::facts::StoredBill;
use crate::billing::assessments::connection_number;

/// A bill whose volume counts what the corrected one measures, or the other way round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedBill {
    /// The bill that holds.
    pub bill: BillId,
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// Of the master meter, else of a submeter.
    pub is_master: bool,
}

/// Cash that a reader took at the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidOnSite {
    /// Number of the receipt.
    pub receipt_number: String,
    /// What was taken.
    pub amount: Yen,
}

/// The bills of the master and of the submeters in the same round, those that hold.
pub(super) async fn related_bills(
    db: &mut PgConnection,
    utility: i64,
    bill: &StoredBill,
) -> sqlx::Result<Vec<RelatedBill>> {
    let rows = sqlx::query(
        "select a.bill_id, o.connection_number, o.connection_id = c.parent_connection_id as is_master
         from connection.service_connection c
         join connection.service_connection o
             on o.utility_id = c.utility_id
             and (o.connection_id = c.parent_connection_id
                  or o.parent_connection_id = c.connection_id)
         join billing.current_assessment a
             on a.utility_id = o.utility_id and a.round_id = $3
             and a.connection_id = o.connection_id and a.claim = 1
         where c.utility_id = $1 and c.connection_id = $2
         order by o.connection_number limit 50",
    )
    .bind(utility)
    .bind(bill.connection.0)
    .bind(bill.round.0)
    .fetch_all(db)
    .await?;
    let related = rows.iter().map(|row| {
        Ok(RelatedBill {
            bill: BillId(row.try_get("bill_id")?),
            number: connection_number(row)?,
            is_master: row.try_get::<Option<bool>, _>("is_master")?.unwrap_or(false),
        })
    });
    related.collect()
}

/// The receipt that counts for a stop whose reading was billed.
pub(super) async fn paid_on_site(
    db: &mut PgConnection,
    utility: i64,
    reading: ReadingId,
) -> sqlx::Result<Option<PaidOnSite>> {
    let row = sqlx::query(
        "with recursive before as (
             select $2::uuid as reading_id
             union all
             select r.replaces from metering.reading r
             join before on before.reading_id = r.reading_id
             where r.utility_id = $1 and r.replaces is not null
         )
         select t.receipt_number, t.amount_yen from metering.cash_receipt t
         join before on before.reading_id = t.stop_id
         where t.utility_id = $1
           and not exists (select from metering.cash_void v
                           where v.utility_id = $1 and v.receipt_id = t.receipt_id)
         limit 1",
    )
    .bind(utility)
    .bind(reading.0)
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        Ok(PaidOnSite {
            receipt_number: row.try_get("receipt_number")?,
            amount: Yen(row.try_get("amount_yen")?),
        })
    })
    .transpose()
}
