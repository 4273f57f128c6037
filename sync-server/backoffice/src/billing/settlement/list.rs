//! Settlements to look at (精算の一覧): of an assessment, and those that wait for a correction.

use jiff::civil::Date;
use shared::ids::{AssessmentId, BillId, ConnectionId, ConnectionNumber, ReadingId};
use shared::metering::estimate::TrueUp;
use shared::quantity::CubicMeters;
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::Backoffice;
use crate::billing::assessments::connection_number;

/// A settlement that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The real reading.
    pub reading: ReadingId,
    /// The connection.
    pub connection: ConnectionId,
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// The day of the real reading.
    pub read_on: Date,
    /// Code of the rule.
    pub rule: String,
    /// What it came to.
    pub true_up: TrueUp,
    /// Of what is to be corrected, how much has been.
    pub corrected: CubicMeters,
    /// The estimates that it settled, with the bills on which they stand now.
    pub estimates: Vec<(Date, CubicMeters, BillId)>,
}

impl Settlement {
    /// What still has to be taken off of earlier bills.
    pub fn left(&self) -> CubicMeters {
        CubicMeters(self.true_up.correction.0.saturating_sub(self.corrected.0))
    }
}

const SELECT: &str = "
    select s.reading_id, s.connection_id, c.connection_number, r.read_on, s.rule, s.measured_m3,
           s.estimated_m3, s.carried_in_m3, s.billed_m3, s.carried_out_m3, s.correction_m3,
           coalesce(done.m3, 0)::bigint as corrected_m3,
           coalesce(e.days, '{}') as days, coalesce(e.volumes, '{}') as volumes,
           coalesce(e.bills, '{}') as bills
    from billing.settlement s
    join metering.reading r on r.utility_id = s.utility_id and r.reading_id = s.reading_id
    join connection.service_connection c
        on c.utility_id = s.utility_id and c.connection_id = s.connection_id
    left join lateral (
        select sum(coalesce(k.lowered_m3,
                       (k.result #>> '{claims,0,before,input,usage}')::bigint
                       - (k.result #>> '{claims,0,after,input,usage}')::bigint)) as m3
        from billing.correction k
        join billing.correction_decision d
            on d.utility_id = k.utility_id and d.correction_id = k.correction_id
            and d.is_approved
        where k.utility_id = s.utility_id and k.settlement_of = s.reading_id
    ) done on true
    left join lateral (
        select array_agg(er.read_on order by er.read_on) as days,
               array_agg(a.usage_m3 order by er.read_on) as volumes,
               array_agg(a.bill_id order by er.read_on) as bills
        from billing.settled_estimate x
        join metering.reading er
            on er.utility_id = x.utility_id and er.reading_id = x.estimate_reading_id
        join billing.current_assessment a
            on a.utility_id = er.utility_id and a.round_id = er.round_id
            and a.connection_id = er.connection_id and a.claim = 1
        where x.utility_id = s.utility_id and x.reading_id = s.reading_id
    ) e on true
    where s.utility_id = $1";

/// Settlements whose rest is still to be taken off of earlier bills, the oldest first.
pub async fn open_settlements(office: &Backoffice) -> sqlx::Result<Vec<Settlement>> {
    let statement = format!(
        "{SELECT} and s.correction_m3 > coalesce(done.m3, 0) order by r.read_on, s.connection_id
         limit 1000"
    );
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(office.utility.0)
        .fetch_all(&office.pool)
        .await?
        .iter()
        .map(settlement_of_row)
        .collect()
}

/// What an assessment's reading settled, if it settled anything.
pub async fn settlement_of_assessment(
    office: &Backoffice,
    id: AssessmentId,
) -> sqlx::Result<Option<Settlement>> {
    let statement = format!(
        "{SELECT} and (s.round_id, s.connection_id) in (
             select a.round_id, a.connection_id from billing.assessment a
             where a.utility_id = $1 and a.assessment_id = $2)"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(office.utility.0)
        .bind(id.0)
        .fetch_optional(&office.pool)
        .await?;
    row.as_ref().map(settlement_of_row).transpose()
}

/// One settlement by its real reading.
pub(in crate::billing) async fn settlement(
    db: impl sqlx::PgExecutor<'_>,
    utility: i64,
    reading: ReadingId,
) -> sqlx::Result<Option<Settlement>> {
    let statement = format!("{SELECT} and s.reading_id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(utility)
        .bind(reading.0)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(settlement_of_row).transpose()
}

fn settlement_of_row(row: &PgRow) -> sqlx::Result<Settlement> {
    let volume = |column: &str| -> sqlx::Result<CubicMeters> {
        Ok(CubicMeters(row.try_get::<i32, _>(column)?.unsigned_abs()))
    };
    let days: Vec<jiff_sqlx::Date> = row.try_get("days")?;
    let volumes: Vec<i32> = row.try_get("volumes")?;
    let bills: Vec<i64> = row.try_get("bills")?;
    let estimates = days.into_iter().zip(volumes).zip(bills);
    let corrected: i64 = row.try_get("corrected_m3")?;
    Ok(Settlement {
        reading: ReadingId(row.try_get("reading_id")?),
        connection: ConnectionId(row.try_get("connection_id")?),
        number: connection_number(row)?,
        read_on: row.try_get::<jiff_sqlx::Date, _>("read_on")?.to_jiff(),
        rule: row.try_get("rule")?,
        true_up: TrueUp {
            measured: volume("measured_m3")?,
            estimated: volume("estimated_m3")?,
            carried_in: volume("carried_in_m3")?,
            billed: volume("billed_m3")?,
            carried_out: volume("carried_out_m3")?,
            correction: volume("correction_m3")?,
        },
        corrected: CubicMeters(u32::try_from(corrected.max(0)).unwrap_or(u32::MAX)),
        estimates: estimates
            .map(|((day, volume), bill)| {
                (day.to_jiff(), CubicMeters(volume.unsigned_abs()), BillId(bill))
            })
            .collect(),
    })
}
