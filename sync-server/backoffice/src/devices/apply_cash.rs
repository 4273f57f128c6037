//! Applying receipts (現金領収の反映): what was taken must be what was settled, once.

use jiff_sqlx::ToSqlx;
use shared::metering::{ReceiptVoidReason, SettlementPayment};
use shared::wire::{CashReceiptV1, CashVoidV1};
use sqlx::Row;
use sqlx::postgres::PgConnection;

use super::apply::{NotApplied, Source, stored_once};
use super::place_of_visit::handed_over;

/// Writes a receipt down.
pub(super) async fn apply_cash(
    db: &mut PgConnection,
    source: &Source<'_>,
    taken: CashReceiptV1,
) -> Result<(), NotApplied> {
    let place = handed_over(db, source, taken.package).await?;
    let on = place.day_of_visit(taken.taken_on_unix_days, source.today)?;
    if !is_receipt_number(&taken.receipt_number, &source.device.code) {
        return Err(NotApplied::Quarantine("S48"));
    }
    let utility = source.office.utility.0;
    // The stop is held, so that two receipts for it cannot pass each other.
    let stop = sqlx::query(
        "select s.payment, s.water_yen + coalesce(s.sewerage_yen, 0) as due,
                exists (select from metering.cash_receipt c
                        where c.utility_id = s.utility_id and c.stop_id = s.stop_id
                          and not exists (select from metering.cash_void v
                                          where v.utility_id = c.utility_id
                                            and v.receipt_id = c.receipt_id)) as is_paid
         from metering.service_stop s
         where s.utility_id = $1 and s.stop_id = $2 and s.connection_id = $3
         for update",
    )
    .bind(utility)
    .bind(taken.settles)
    .bind(taken.connection)
    .fetch_optional(&mut *db)
    .await?
    .ok_or(NotApplied::Quarantine("S46"))?;
    let is_cash = stop.try_get::<i16, _>("payment")? == i16::from(SettlementPayment::Cash.code());
    let is_due = stop.try_get::<Option<i64>, _>("due")? == Some(taken.amount_yen);
    if !is_cash || !is_due || taken.handed_over_yen < taken.amount_yen {
        return Err(NotApplied::Quarantine("S47"));
    }
    if stop.try_get("is_paid")? {
        return Err(NotApplied::Quarantine("S49"));
    }
    let stored = sqlx::query(
        "insert into metering.cash_receipt
             (utility_id, receipt_id, stop_id, connection_id, receipt_number, amount_yen,
              handed_over_yen, taken_on, reader_login, device_id, device_sequence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict do nothing",
    )
    .bind(utility)
    .bind(taken.id)
    .bind(taken.settles)
    .bind(taken.connection)
    .bind(taken.receipt_number)
    .bind(taken.amount_yen)
    .bind(taken.handed_over_yen)
    .bind(on.to_sqlx())
    .bind(taken.reader)
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .execute(db)
    .await?;
    stored_once(&stored)
}

/// `H01-R000003` of this terminal. A hole in the row of numbers refuses nothing: the receipts
/// behind it were given out all the same; the day's page shows it.
fn is_receipt_number(number: &str, device_code: &str) -> bool {
    let figures = number.strip_prefix(device_code).and_then(|rest| rest.strip_prefix("-R"));
    figures.is_some_and(|figures| figures.len() == 6 && figures.bytes().all(|b| b.is_ascii_digit()))
}

/// Writes down that a receipt counts for nothing.
pub(super) async fn apply_cash_void(
    db: &mut PgConnection,
    source: &Source<'_>,
    void: CashVoidV1,
) -> Result<(), NotApplied> {
    let reason = ReceiptVoidReason::from_code(void.reason).ok_or(NotApplied::Quarantine("S45"))?;
    let stored = sqlx::query(
        "insert into metering.cash_void
             (utility_id, receipt_id, reason, reader_login, device_id, device_sequence)
         select $1, c.receipt_id, $4, $5, $6, $7
         from metering.cash_receipt c
         where c.utility_id = $1 and c.receipt_id = $2 and c.receipt_number = $3
           and c.device_id = $6
         on conflict (utility_id, receipt_id) do nothing",
    )
    .bind(source.office.utility.0)
    .bind(void.receipt)
    .bind(void.receipt_number)
    .bind(i16::from(reason.code()))
    .bind(void.reader)
    .bind(source.device.id.0)
    .bind(source.stored_sequence()?)
    .execute(db)
    .await?;
    if stored.rows_affected() == 1 { Ok(()) } else { Err(NotApplied::Quarantine("S49")) }
}

#[cfg(test)]
mod tests {
    use super::is_receipt_number;

    #[test]
    fn a_receipt_has_a_number_of_its_own_terminal() {
        assert!(is_receipt_number("H01-R000003", "H01"));
        for wrong in ["H02-R000003", "H01-000003", "H01-R3", "H01-R00000x", "", "H01-R0000031"] {
            assert!(!is_receipt_number(wrong, "H01"), "{wrong}");
        }
    }
}
