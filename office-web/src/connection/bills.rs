//! The bills of a connection (請求の一覧), as its page shows them.

use backoffice::Backoffice;
use shared::ids::ConnectionId;

use crate::problem::Problem;

pub(super) struct BillRow {
    pub id: String,
    pub issued_on: String,
    pub due_on: String,
    pub water: String,
    pub sewerage: String,
    pub amount: String,
    pub payment_method: &'static str,
}

pub(super) async fn bill_rows(
    office: &Backoffice,
    connection: ConnectionId,
) -> Result<Vec<BillRow>, Problem> {
    let _ = (office, connection);
    Ok(Vec::new())
}
