//! A leak adjustment held against what was read and assessed (検針・調定との照合).
//!
//! What is typed has to be what is stored, and what is reduced is the stored charge: with its own
//! tariffs (another city's sewerage among them), dwellings and days.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::billing::leak_adjustment::{Claims, LeakAdjustment, leak_rule};
use shared::billing::{ChargeInput, Claim, Tariff};
use shared::ids::{BillId, ConnectionId};
use shared::quantity::CubicMeters;
use sqlx::Row;
use sqlx::postgres::PgConnection;

use super::{LeakQuestion, LeakRefusal};
use crate::Backoffice;
use crate::billing::correction::{StoredBill, stored_bill};
use crate::metering::ESTIMATED;

/// The reading of a day, and the bill that holds for it.
pub(super) struct Found {
    pub(super) usage: CubicMeters,
    pub(super) bill: Option<BillId>,
}

/// Finds the reading with the leak; an estimate has no metered volume.
pub(super) async fn reading_of(
    db: &mut PgConnection,
    utility: i64,
    connection: ConnectionId,
    read_on: Date,
) -> Result<Found, LeakRefusal> {
    let row = sqlx::query(
        "select r.usage_m3, r.kind, a.bill_id
         from metering.current_reading r
         left join billing.current_assessment a
             on a.utility_id = r.utility_id and a.round_id = r.round_id
             and a.connection_id = r.connection_id and a.claim = 1 and a.reading_id = r.reading_id
         where r.utility_id = $1 and r.connection_id = $2 and r.read_on = $3
         order by r.reading_id desc limit 1",
    )
    .bind(utility)
    .bind(connection.0)
    .bind(read_on.to_sqlx())
    .fetch_optional(db)
    .await?
    .ok_or(LeakRefusal::NoReading(read_on))?;
    if row.try_get::<i16, _>("kind")? == ESTIMATED {
        return Err(LeakRefusal::Estimated(read_on));
    }
    Ok(Found {
        usage: CubicMeters(row.try_get::<i32, _>("usage_m3")?.unsigned_abs()),
        bill: row.try_get::<Option<i64>, _>("bill_id")?.map(BillId),
    })
}

/// The computation by what is stored. Where nothing is assessed yet, only the volume is held
/// against the reading.
pub(super) async fn adjust_stored(
    db: &mut PgConnection,
    office: &Backoffice,
    connection: ConnectionId,
    question: &LeakQuestion,
) -> Result<Option<LeakAdjustment>, LeakRefusal> {
    let read_on = question.case.basis.read_on;
    let found = reading_of(db, office.utility.0, connection, read_on).await?;
    let Some(bill) = found.bill else {
        differences(&[("水量", m3(question.metered), m3(found.usage))])?;
        return Ok(None);
    };
    let bill = stored_bill(db, office, bill, false).await?;
    let claims = claims_of(&bill)?;
    let stored = &claims.water.1;
    let dwellings = |has: bool| if has { "あり" } else { "なし" }.to_owned();
    differences(&[
        ("水量", m3(question.metered), m3(stored.usage)),
        ("口径", mm(question.size.mm()), mm(stored.size.mm())),
        ("用途", question.use_class.key().to_owned(), stored.use_class.key().to_owned()),
        ("月数", question.months.to_string(), stored.months.to_string()),
        ("下水道", dwellings(question.has_sewerage), dwellings(claims.sewerage.is_some())),
    ])?;
    let rule = leak_rule(&question.rule).ok_or(LeakRefusal::NotFound)?;
    Ok(Some(rule.adjust(&question.case, &claims)?))
}

fn m3(volume: CubicMeters) -> String {
    format!("{}m³", volume.0)
}

fn mm(size: u16) -> String {
    format!("{size}mm")
}

/// Refuses with each figure that was typed differently.
fn differences(pairs: &[(&'static str, String, String)]) -> Result<(), LeakRefusal> {
    let differing: Vec<String> = pairs
        .iter()
        .filter(|(_, typed, stored)| typed != stored)
        .map(|(name, typed, stored)| format!("{name}: 入力 {typed}、登録 {stored}"))
        .collect();
    if differing.is_empty() { Ok(()) } else { Err(LeakRefusal::Differs(differing.join("\n"))) }
}

/// The claims of a bill, if a rule can reduce them: whole periods that follow from their input.
fn claims_of(bill: &StoredBill) -> Result<Claims<'_>, LeakRefusal> {
    let claims = bill.assessed()?;
    let of = |wanted: Claim| -> Option<(&Tariff, ChargeInput)> {
        let found = claims.iter().find(|claim| claim.tariff.claim == wanted)?;
        // The tax of a whole bill is put on it again when it is posted.
        Some((found.tariff, ChargeInput { bill_tax: None, ..found.state.input }))
    };
    let water = of(Claim::Water).ok_or(LeakRefusal::NotFound)?;
    if water.1.days.is_some() {
        return Err(LeakRefusal::PartialPeriod);
    }
    Ok(Claims { water, sewerage: of(Claim::Sewerage) })
}

/// The day of the last relief that was posted for the agreement of that day (前回の減免).
pub(super) async fn last_relief_on(
    db: &mut PgConnection,
    utility: i64,
    connection: ConnectionId,
    before: Date,
) -> sqlx::Result<Option<Date>> {
    let day: Option<jiff_sqlx::Date> = sqlx::query_scalar(
        "select max(l.read_on) from billing.leak_adjustment l
         join billing.leak_decision d
             on d.utility_id = l.utility_id and d.adjustment_id = l.adjustment_id
             and d.is_approved
         join connection.service_agreement g
             on g.utility_id = l.utility_id and g.connection_id = l.connection_id
             and g.period @> l.read_on and g.period @> $3
         where l.utility_id = $1 and l.connection_id = $2 and l.read_on < $3",
    )
    .bind(utility)
    .bind(connection.0)
    .bind(before.to_sqlx())
    .fetch_one(db)
    .await?;
    Ok(day.map(jiff_sqlx::Date::to_jiff))
}
