//! The use class of an agreement (契約の用途): set where a change of it was decided.

use shared::connection::UsageClass;
use sqlx::postgres::PgConnection;

/// Gives an agreement another class. What it was before stands in the change that asks for this.
pub(crate) async fn set_use_class(
    db: &mut PgConnection,
    utility: i64,
    agreement: i64,
    class: UsageClass,
) -> sqlx::Result<()> {
    sqlx::query(
        "update connection.service_agreement set use_class = $3
         where utility_id = $1 and agreement_id = $2",
    )
    .bind(utility)
    .bind(agreement)
    .bind(class.key())
    .execute(db)
    .await?;
    Ok(())
}
