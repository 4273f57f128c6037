//! Numbers (採番): taken in blocks, so that a run does not ask for each of a hundred thousand.

use sqlx::postgres::PgConnection;

/// Numbers of transactions; what is posted for them has the same number.
pub(crate) const TRANSACTION_NUMBER: &str = "ledger.transaction_number";

/// Takes `count` numbers of a series and returns the first of them.
pub(crate) async fn reserve_numbers(
    db: &mut PgConnection,
    series: &'static str,
    count: usize,
) -> sqlx::Result<i64> {
    let count = i64::try_from(count).expect("rows in memory are fewer than numbers");
    sqlx::query_scalar("select ledger.reserve_numbers($1::regclass, $2)")
        .bind(series)
        .bind(count)
        .fetch_one(db)
        .await
}
