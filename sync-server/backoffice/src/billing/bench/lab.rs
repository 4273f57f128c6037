//! The lab's bench (試算の測定): a city's year of assessments, a draft, and a plain COPY of the same rows.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff_sqlx::ToSqlx;
use shared::ids::RoundId;
use sqlx::Executor;
use sqlx::postgres::PgPoolCopyExt;

use super::{Prepared, middle, prepare};
use crate::Backoffice;
use crate::billing::lab::{FiscalYear, LabDraft, LabError, LabOrder, LabReport, run_lab};
use crate::billing::{BillingError, BillingOrder, CancelFlag, demo_tariffs, run_billing};
use crate::jobs::JobControl;

/// Trials of which the middle one counts.
const TRIALS: usize = 5;

/// The rounds of fiscal 2026; November's is the one of every other bench.
const MONTHS: [Date; 6] = [
    date(2026, 5, 1),
    date(2026, 7, 1),
    date(2026, 9, 1),
    date(2026, 11, 1),
    date(2027, 1, 1),
    date(2027, 3, 1),
];

/// The year that is tried.
pub const YEAR: FiscalYear = FiscalYear(2026);

/// What was measured.
#[derive(Debug, Clone)]
pub struct LabFigures {
    /// Whole trials, from the call to the report.
    pub trial: Duration,
    /// The same rows by one plain COPY, thrown away as they come.
    pub plain_copy: Duration,
    /// What the last trial found.
    pub report: LabReport,
}

/// Both demo tariffs in one file: what was billed by, as a draft.
pub fn billed_draft() -> String {
    let [water, sewerage] = demo_tariffs();
    let table = sewerage.find("[[sewerage]]").unwrap_or(0);
    format!("{water}\n{}", &sewerage[table..])
}

/// The same with a higher service charge and lower prices for those who use much: some pay more,
/// some less.
pub fn revised_draft() -> String {
    billed_draft()
        .replace("takatsuki-water-2019", "revision-2027")
        .replace("高槻市水道料金（令和元年10月1日から）", "料金改定案（令和9年4月1日から）")
        .replace("valid_from = \"2019-10-01\"", "valid_from = \"2027-04-01\"")
        .replace("service_yen = \"1518\"", "service_yen = \"1760\"")
        .replace("yen = \"148.5\"", "yen = \"160\"")
        .replace("yen = \"214.5\"", "yen = \"187\"")
        .replace("yen = \"236.5\"", "yen = \"209\"")
        .replace("yen = \"112.20\"", "yen = \"121\"")
}

/// Fills an empty database with a city and bills its whole year.
pub async fn prepare_year(office: &Backoffice, connections: u32) -> Result<(), BillingError> {
    let Prepared { round: november, .. } = prepare(office, connections).await?;
    for month in MONTHS {
        let round = if month.month() == 11 {
            november
        } else {
            read_round(office, month, connections).await?
        };
        let order =
            BillingOrder { round, assessed_on: month, due_on: month.saturating_add(60.days()) };
        run_billing(office, &order, &mut |_| {}, &CancelFlag::default()).await?;
    }
    office.pool.execute("vacuum analyze billing.assessment").await?;
    Ok(())
}

/// A closed round in which everybody was read.
async fn read_round(
    office: &Backoffice,
    month: Date,
    connections: u32,
) -> Result<RoundId, BillingError> {
    let read_on = month.saturating_add(11.days());
    let round: i64 = sqlx::query_scalar(
        "insert into metering.reading_round
             (utility_id, billing_month, months, opened_on, closed_on)
         values ($1, $2, 2, $2, $3) returning round_id",
    )
    .bind(office.utility.0)
    .bind(month.to_sqlx())
    .bind(read_on.to_sqlx())
    .fetch_one(&office.pool)
    .await?;
    sqlx::query(
        "insert into metering.reading (utility_id, reading_id, connection_id, meter_id, round_id,
             read_on, register_value, usage_m3, kind)
         select $1, gen_random_uuid(), i, i, $3, $4, 1000 + used, used, 1
         from generate_series(1, $2) i,
              lateral (select ((i * 7919 + $3 * 17) % 83
                               + case when i % 37 = 0 then i % 500 else 0 end)::integer
                              as used) volume",
    )
    .bind(office.utility.0)
    .bind(i64::from(connections))
    .bind(round)
    .bind(read_on.to_sqlx())
    .execute(&office.pool)
    .await?;
    // A whole round in one statement: in real life statistics grow with the readings.
    office.pool.execute("vacuum analyze metering.reading").await?;
    Ok(RoundId(round))
}

/// Tries a draft on the prepared year, in turn with the plain COPY, and takes the middle times.
pub async fn measure_lab(office: &Backoffice, draft: LabDraft) -> Result<LabFigures, LabError> {
    let order = LabOrder { draft, year: YEAR };
    let mut report = run_lab(office, &order, &JobControl::default()).await?;
    let (mut trials, mut copies) = (Vec::new(), Vec::new());
    for _ in 0..TRIALS {
        copies.push(plain_copy_out(office).await?);
        let watch = Instant::now();
        report = run_lab(office, &order, &JobControl::default()).await?;
        trials.push(watch.elapsed());
    }
    Ok(LabFigures { trial: middle(trials), plain_copy: middle(copies), report })
}

/// The columns that a trial reads, in one statement on one connection.
async fn plain_copy_out(office: &Backoffice) -> sqlx::Result<Duration> {
    let watch = Instant::now();
    let mut rows = office
        .pool
        .copy_out_raw(
            "copy (select connection_id, bill_id, amount_yen, tax_yen, tariff_id, charge_input,
                          earlier_tariff_id, earlier_charge_input
                   from billing.assessment) to stdout (format binary)",
        )
        .await?;
    let mut bytes = 0;
    while let Some(chunk) = rows.try_next().await? {
        bytes += chunk.len();
    }
    std::hint::black_box(bytes);
    Ok(watch.elapsed())
}
