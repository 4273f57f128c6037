//! The ledger as a file (仕訳の出力): two postings a transfer, streamed row by row.

use futures_util::stream::{Stream, StreamExt};
use jiff::civil::Date;
use shared::ids::TransactionId;
use shared::ledger::Account;
use shared::quantity::Yen;
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::balances::account;
use crate::Backoffice;

/// The first line of the file.
pub const LEDGER_HEADER: [&str; 6] =
    ["transaction_id", "posted_on", "account", "debit_yen", "credit_yen", "reference"];

/// One posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// Postings of one transaction add up to nothing.
    pub transaction: TransactionId,
    /// 記帳日.
    pub posted_on: Date,
    /// 勘定科目.
    pub account: Account,
    /// Zero on the credit side.
    pub debit: Yen,
    /// Zero on the debit side.
    pub credit: Yen,
    /// Whether it takes an assessment back.
    pub is_reversal: bool,
}

impl LedgerRow {
    /// What it was posted for: `assessment-123`, or `reversal-124`.
    pub fn reference(&self) -> String {
        let kind = if self.is_reversal { "reversal" } else { "assessment" };
        format!("{kind}-{}", self.transaction)
    }

    /// The fields in the order of [`LEDGER_HEADER`].
    pub fn fields(&self) -> [String; 6] {
        [
            self.transaction.to_string(),
            self.posted_on.to_string(),
            self.account.key().to_owned(),
            self.debit.0.to_string(),
            self.credit.0.to_string(),
            self.reference(),
        ]
    }
}

/// Every posting, transaction by transaction. Holds one row at a time.
pub fn export_postings(office: &Backoffice) -> impl Stream<Item = sqlx::Result<LedgerRow>> + Send {
    sqlx::query(
        "select t.transaction_id, t.posted_on, side.account, side.debit_yen, side.credit_yen,
                t.kind
         from ledger.transfer t
         cross join lateral (values (t.debit, t.amount_yen, 0::bigint),
                                    (t.credit, 0::bigint, t.amount_yen))
             side(account, debit_yen, credit_yen)
         where t.utility_id = $1
         order by t.transaction_id, t.line, side.credit_yen",
    )
    .bind(office.utility.0)
    .fetch(&office.pool)
    .map(|row| row_of(&row?))
}

fn row_of(row: &PgRow) -> sqlx::Result<LedgerRow> {
    Ok(LedgerRow {
        transaction: TransactionId(row.try_get("transaction_id")?),
        posted_on: row.try_get::<jiff_sqlx::Date, _>("posted_on")?.to_jiff(),
        account: account(row.try_get("account")?)?,
        debit: Yen(row.try_get("debit_yen")?),
        credit: Yen(row.try_get("credit_yen")?),
        is_reversal: row.try_get::<i16, _>("kind")? == super::KIND_REVERSAL,
    })
}
