//! Balances (残高): debits and credits by account, added up from the transfers themselves.

use shared::ids::TransactionId;
use shared::ledger::Account;
use shared::quantity::Yen;
use sqlx::Row;

use crate::Backoffice;

/// What went through an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// The account.
    pub account: Account,
    /// 借方合計.
    pub debit: Yen,
    /// 貸方合計.
    pub credit: Yen,
}

impl Balance {
    /// Debits less credits.
    pub fn net(self) -> Yen {
        self.debit - self.credit
    }
}

/// The whole book in four figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerSums {
    /// Transactions.
    pub transactions: u64,
    /// Sum of all debits.
    pub debit: Yen,
    /// Sum of all credits.
    pub credit: Yen,
    /// The first transaction whose debits and credits differ.
    pub unbalanced: Option<TransactionId>,
}

impl LedgerSums {
    /// Whether every transaction, and so the whole, is in balance.
    pub fn is_balanced(&self) -> bool {
        self.unbalanced.is_none() && self.debit == self.credit
    }
}

/// Debits and credits of every account, in the order of their codes.
pub async fn balances(office: &Backoffice) -> sqlx::Result<Vec<Balance>> {
    sqlx::query(
        "select account, sum(debit_yen)::bigint as debit, sum(credit_yen)::bigint as credit
         from ledger.posting where utility_id = $1 group by account order by account",
    )
    .bind(office.utility.0)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(|row| {
        let code: i16 = row.try_get("account")?;
        Ok(Balance {
            account: account(code)?,
            debit: Yen(row.try_get("debit")?),
            credit: Yen(row.try_get("credit")?),
        })
    })
    .collect()
}

/// Adds the whole ledger up, transaction by transaction, from its postings.
pub async fn check_balanced(office: &Backoffice) -> sqlx::Result<LedgerSums> {
    let row = sqlx::query(
        "select count(*) as transactions, coalesce(sum(debit), 0)::bigint as debit,
                coalesce(sum(credit), 0)::bigint as credit,
                min(transaction_id) filter (where debit <> credit) as unbalanced
         from (select transaction_id, sum(debit_yen) as debit, sum(credit_yen) as credit
               from ledger.posting where utility_id = $1 group by transaction_id) by_transaction",
    )
    .bind(office.utility.0)
    .fetch_one(&office.pool)
    .await?;
    Ok(LedgerSums {
        transactions: row.try_get::<i64, _>("transactions")?.unsigned_abs(),
        debit: Yen(row.try_get("debit")?),
        credit: Yen(row.try_get("credit")?),
        unbalanced: row.try_get::<Option<i64>, _>("unbalanced")?.map(TransactionId),
    })
}

/// The account of a code. A database with another one is of another version.
pub(super) fn account(code: i16) -> sqlx::Result<Account> {
    u8::try_from(code)
        .ok()
        .and_then(Account::from_code)
        .ok_or_else(|| sqlx::Error::Decode(format!("account {code} is not known").into()))
}
