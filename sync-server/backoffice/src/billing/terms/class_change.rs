//! Changes of the use class within an agreement (用途変更): entered, and the last one withdrawn.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::connection::UsageClass;
use shared::ids::ConnectionId;
use sqlx::Row;

use super::TermRefusal;
use super::enter::{EntryBy, TermDecision, refuse_assessed};
use crate::Backoffice;
use crate::billing::tariffs::all_tariffs;
use crate::billing::use_class;
use crate::connection::set_use_class;

/// A change of the use class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClassChange {
    /// First day of the new class.
    pub on: Date,
    /// The new class.
    pub to: UsageClass,
    /// The dials on that day; `None` where the volume is to be split by days.
    pub register: Option<u32>,
    /// Who decided it.
    pub decision: TermDecision,
}

/// Changes the class of the agreement that holds on that day. Changes follow each other in time,
/// and never lie in the future: the agreement's own class is the one that holds now.
pub async fn change_use_class(
    office: &Backoffice,
    connection: ConnectionId,
    change: &NewClassChange,
    today: Date,
    by: EntryBy,
) -> Result<(), TermRefusal> {
    if change.decision.document.trim().is_empty() || change.on > today {
        return Err(TermRefusal::Incomplete);
    }
    let utility = office.utility.0;
    let mut db = office.pool.begin().await?;
    refuse_assessed(&mut db, utility, connection, change.on, by).await?;
    let row = sqlx::query(
        "select agreement_id, use_class, lower(period) as starts_on,
                (select max(changed_on) from billing.use_class_change u
                 where u.utility_id = a.utility_id and u.agreement_id = a.agreement_id
                   and u.withdrawn_at is null) as last_change
         from connection.service_agreement a
         where utility_id = $1 and connection_id = $2 and period @> $3 for update",
    )
    .bind(utility)
    .bind(connection.0)
    .bind(change.on.to_sqlx())
    .fetch_optional(&mut *db)
    .await?
    .ok_or(TermRefusal::NoAgreement)?;
    let agreement: i64 = row.try_get("agreement_id")?;
    let from = use_class::of_row(&row, "use_class")?;
    let day = |column: &str| -> sqlx::Result<Option<Date>> {
        Ok(row.try_get::<Option<jiff_sqlx::Date>, _>(column)?.map(jiff_sqlx::Date::to_jiff))
    };
    if day("last_change")?.is_some_and(|last| change.on <= last) {
        return Err(TermRefusal::Overlap);
    }
    let tariffs = all_tariffs(&mut db, utility).await?;
    let is_priced = tariffs.iter().any(|stored| stored.tariff.use_classes().contains(&change.to));
    if from == change.to || !is_priced || day("starts_on")?.is_some_and(|start| change.on <= start)
    {
        return Err(TermRefusal::UseClass);
    }
    let register = change.register.map(i32::try_from).transpose();
    sqlx::query(
        "insert into billing.use_class_change (utility_id, agreement_id, changed_on, from_class,
             to_class, register_value, document, decided_on, decided_by, note, entered_by, entered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(utility)
    .bind(agreement)
    .bind(change.on.to_sqlx())
    .bind(from.key())
    .bind(change.to.key())
    .bind(register.map_err(|_| TermRefusal::Incomplete)?)
    .bind(change.decision.document.trim())
    .bind(change.decision.decided_on.to_sqlx())
    .bind(change.decision.decided_by.0)
    .bind(change.decision.note.trim())
    .bind(by.staff.0)
    .bind(by.at.to_sqlx())
    .execute(&mut *db)
    .await
    .map_err(TermRefusal::of)?;
    set_use_class(&mut db, utility, agreement, change.to).await?;
    db.commit().await?;
    tracing::info!(agreement.id = agreement, staff.id = by.staff.0, "use class changed");
    Ok(())
}

/// Withdraws the last change of an agreement: the class is again what it was before.
pub async fn withdraw_class_change(
    office: &Backoffice,
    id: i64,
    reason: &str,
    by: EntryBy,
) -> Result<(), TermRefusal> {
    if reason.trim().is_empty() {
        return Err(TermRefusal::Incomplete);
    }
    let utility = office.utility.0;
    let mut db = office.pool.begin().await?;
    let row = sqlx::query(
        "select u.agreement_id, u.from_class, u.changed_on, a.connection_id,
                u.withdrawn_at is null as holds,
                exists (select from billing.use_class_change later
                        where later.utility_id = u.utility_id
                          and later.agreement_id = u.agreement_id
                          and later.withdrawn_at is null
                          and later.changed_on > u.changed_on) as has_later
         from billing.use_class_change u
         join connection.service_agreement a using (utility_id, agreement_id)
         where u.utility_id = $1 and u.change_id = $2 for update of u, a",
    )
    .bind(utility)
    .bind(id)
    .fetch_optional(&mut *db)
    .await?
    .ok_or(TermRefusal::NotFound)?;
    if !row.try_get::<bool, _>("holds")? {
        return Err(TermRefusal::NotEndable);
    }
    if row.try_get("has_later")? {
        return Err(TermRefusal::NotTheLast);
    }
    let on = row.try_get::<jiff_sqlx::Date, _>("changed_on")?.to_jiff();
    let connection = ConnectionId(row.try_get("connection_id")?);
    refuse_assessed(&mut db, utility, connection, on, by).await?;
    sqlx::query(
        "update billing.use_class_change
         set withdrawal_reason = $3, withdrawn_by = $4, withdrawn_at = $5
         where utility_id = $1 and change_id = $2",
    )
    .bind(utility)
    .bind(id)
    .bind(reason.trim())
    .bind(by.staff.0)
    .bind(by.at.to_sqlx())
    .execute(&mut *db)
    .await
    .map_err(TermRefusal::of)?;
    let before = use_class::of_row(&row, "from_class")?;
    set_use_class(&mut db, utility, row.try_get("agreement_id")?, before).await?;
    db.commit().await?;
    tracing::info!(
        class_change.id = id,
        staff.id = by.staff.0,
        "change of the use class withdrawn"
    );
    Ok(())
}
