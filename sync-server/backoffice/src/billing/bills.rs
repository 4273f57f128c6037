//! Bills in lists (請求の一覧): of a round and of a connection.

use jiff::civil::Date;
use shared::connection::PaymentMethod;
use shared::ids::{BillId, ConnectionId, ConnectionNumber, RoundId};
use shared::quantity::Yen;
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::assessments::{Page, connection_number};
use crate::Backoffice;

/// A bill in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillLine {
    /// Key, and the number on the paper.
    pub id: BillId,
    /// Where.
    pub connection: ConnectionId,
    /// 水栓番号.
    pub connection_number: ConnectionNumber,
    /// Who pays.
    pub customer_name: String,
    /// 発行日.
    pub issued_on: Date,
    /// 納期限.
    pub due_on: Date,
    /// 水道料金.
    pub water: Yen,
    /// 下水道使用料; `None` where there is no sewer.
    pub sewerage: Option<Yen>,
    /// 請求額.
    pub amount: Yen,
    /// 支払方法.
    pub payment_method: PaymentMethod,
    /// The volume was certified (認定).
    pub is_estimate: bool,
    /// The bill that took its place (差替え).
    pub replaced_by: Option<BillId>,
    /// The bill whose place it took.
    pub replaces: Option<BillId>,
}

const LINE: &str = "
    select b.bill_id, b.connection_id, c.connection_number, cu.name as customer_name, b.issued_on,
           b.due_on, b.amount_yen, b.payment_method, w.amount_yen as water_yen,
           s.amount_yen as sewerage_yen, coalesce(wr.kind = 4, false) as is_estimate,
           newer.bill_id as replaced_by, older.replaces
    from billing.bill b
    join billing.billing_run r using (utility_id, run_id)
    join connection.service_connection c
        on c.utility_id = b.utility_id and c.connection_id = b.connection_id
    join connection.service_agreement g
        on g.utility_id = b.utility_id and g.agreement_id = b.agreement_id
    join connection.customer cu
        on cu.utility_id = g.utility_id and cu.customer_id = g.customer_id
    left join billing.assessment w
        on w.utility_id = b.utility_id and w.round_id = r.round_id
        and w.connection_id = b.connection_id and w.claim = 1 and w.bill_id = b.bill_id
    left join billing.assessment s
        on s.utility_id = b.utility_id and s.round_id = r.round_id
        and s.connection_id = b.connection_id and s.claim = 2 and s.bill_id = b.bill_id
    left join metering.reading wr
        on wr.utility_id = w.utility_id and wr.reading_id = w.reading_id
    left join billing.bill_replacement newer
        on newer.utility_id = b.utility_id and newer.replaces = b.bill_id
    left join billing.bill_replacement older
        on older.utility_id = b.utility_id and older.bill_id = b.bill_id";

/// One page of the bills of a round, in the order of connections.
pub async fn bills_of_round(
    office: &Backoffice,
    round: RoundId,
    page: Page,
) -> sqlx::Result<Vec<BillLine>> {
    // Each bill has exactly one assessment of water, and those lie in order in an index.
    let statement = format!(
        "{LINE} where b.utility_id = $1 and b.bill_id in (
             select bill_id from billing.current_assessment
             where utility_id = $1 and round_id = $2 and claim = 1
             order by connection_id limit $3 offset $4)
         order by b.connection_id"
    );
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(office.utility.0)
        .bind(round.0)
        .bind(page.limit())
        .bind(page.offset())
        .fetch_all(&office.pool)
        .await?
        .iter()
        .map(line_of_row)
        .collect()
}

/// The bills of a connection, the newest first.
pub async fn bills_of_connection(
    office: &Backoffice,
    connection: ConnectionId,
) -> sqlx::Result<Vec<BillLine>> {
    let statement =
        format!("{LINE} where b.utility_id = $1 and b.connection_id = $2 order by b.bill_id desc");
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(office.utility.0)
        .bind(connection.0)
        .fetch_all(&office.pool)
        .await?
        .iter()
        .map(line_of_row)
        .collect()
}

fn line_of_row(row: &PgRow) -> sqlx::Result<BillLine> {
    Ok(BillLine {
        id: BillId(row.try_get("bill_id")?),
        connection: ConnectionId(row.try_get("connection_id")?),
        connection_number: connection_number(row)?,
        customer_name: row.try_get("customer_name")?,
        issued_on: row.try_get::<jiff_sqlx::Date, _>("issued_on")?.to_jiff(),
        due_on: row.try_get::<jiff_sqlx::Date, _>("due_on")?.to_jiff(),
        water: Yen(row.try_get::<Option<i64>, _>("water_yen")?.unwrap_or(0)),
        sewerage: row.try_get::<Option<i64>, _>("sewerage_yen")?.map(Yen),
        amount: Yen(row.try_get("amount_yen")?),
        payment_method: payment_method(row)?,
        is_estimate: row.try_get("is_estimate")?,
        replaced_by: row.try_get::<Option<i64>, _>("replaced_by")?.map(BillId),
        replaces: row.try_get::<Option<i64>, _>("replaces")?.map(BillId),
    })
}

/// The payment method in a row's column of that name.
pub(super) fn payment_method(row: &PgRow) -> sqlx::Result<PaymentMethod> {
    let code: i16 = row.try_get("payment_method")?;
    u8::try_from(code)
        .ok()
        .and_then(PaymentMethod::from_code)
        .ok_or_else(|| sqlx::Error::Decode(format!("payment method {code} is not known").into()))
}
