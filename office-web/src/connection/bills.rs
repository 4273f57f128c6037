//! The bills of a connection (請求の一覧), as its page shows them.

use backoffice::Backoffice;
use backoffice::billing::{BillLine, bills_of_connection};
use shared::ids::{BillId, ConnectionId};
use shared::quantity::Yen;

use crate::format;
use crate::problem::Problem;

pub(super) struct BillRow {
    pub id: BillId,
    pub issued_on: String,
    pub due_on: String,
    pub water: String,
    pub sewerage: String,
    pub amount: String,
    pub payment_method: &'static str,
    /// 認定, 更正, 差替え済み: the word and its color.
    pub tags: Vec<(&'static str, &'static str)>,
}

fn tags(bill: &BillLine) -> Vec<(&'static str, &'static str)> {
    let marks = [
        (bill.is_estimate, ("認定", "warn")),
        (bill.replaces.is_some(), ("更正", "accent")),
        (bill.replaced_by.is_some(), ("差替え済み", "outline")),
    ];
    marks.into_iter().filter(|(is, _)| *is).map(|(_, tag)| tag).collect()
}

/// The newest first.
pub(super) async fn bill_rows(
    office: &Backoffice,
    connection: ConnectionId,
) -> Result<Vec<BillRow>, Problem> {
    let bills = bills_of_connection(office, connection).await?;
    let rows = bills.into_iter().map(|bill| BillRow {
        tags: tags(&bill),
        id: bill.id,
        issued_on: format::day(bill.issued_on),
        due_on: format::day(bill.due_on),
        water: bill.water.grouped(),
        sewerage: bill.sewerage.map_or_else(|| "−".to_owned(), Yen::grouped),
        amount: bill.amount.grouped(),
        payment_method: bill.payment_method.japanese(),
    });
    Ok(rows.collect())
}
