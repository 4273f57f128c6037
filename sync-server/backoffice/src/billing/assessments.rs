//! Assessments of a round (調定の一覧): page by page, and their totals.

use shared::billing::Claim;
use shared::ids::{AssessmentId, BillId, ConnectionId, ConnectionNumber, RoundId};
use shared::quantity::{CubicMeters, Yen};
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::Backoffice;

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    pub number: u32,
    /// Lines on a page.
    pub size: u32,
}

impl Page {
    pub(super) fn limit(self) -> i64 {
        i64::from(self.size)
    }

    pub(super) fn offset(self) -> i64 {
        i64::from(self.number.saturating_sub(1)) * i64::from(self.size)
    }
}

/// What was assessed of one claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimTotal {
    /// The claim.
    pub claim: Claim,
    /// How many assessments.
    pub assessments: u64,
    /// Their volume.
    pub usage_m3: u64,
    /// Their amount, tax included.
    pub amount: Yen,
    /// The tax within.
    pub tax: Yen,
}

impl ClaimTotal {
    /// Nothing yet.
    pub(super) fn none(claim: Claim) -> Self {
        Self { claim, assessments: 0, usage_m3: 0, amount: Yen(0), tax: Yen(0) }
    }
}

/// An assessment in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentLine {
    /// Key.
    pub id: AssessmentId,
    /// The bill it stands on.
    pub bill: BillId,
    /// What is claimed.
    pub claim: Claim,
    /// Where.
    pub connection: ConnectionId,
    /// 水栓番号.
    pub connection_number: ConnectionNumber,
    /// 使用者.
    pub customer_name: String,
    /// 使用水量.
    pub usage: CubicMeters,
    /// 調定額.
    pub amount: Yen,
    /// うち消費税.
    pub tax: Yen,
}

/// How many assessments a round has, over all pages.
pub async fn assessment_count(office: &Backoffice, round: RoundId) -> sqlx::Result<u64> {
    let totals = totals_of_round(office, round).await?;
    Ok(totals.iter().map(|total| total.assessments).sum())
}

/// One page of the assessments of a round, connection by connection, water first.
pub async fn assessments_of_round(
    office: &Backoffice,
    round: RoundId,
    page: Page,
) -> sqlx::Result<Vec<AssessmentLine>> {
    sqlx::query(
        "select a.assessment_id, a.bill_id, a.claim, a.connection_id, c.connection_number,
                cu.name as customer_name, a.usage_m3, a.amount_yen, a.tax_yen
         from (select * from billing.current_assessment
               where utility_id = $1 and round_id = $2
               order by connection_id, claim limit $3 offset $4) a
         join billing.bill b using (utility_id, bill_id)
         join connection.service_connection c
             on c.utility_id = a.utility_id and c.connection_id = a.connection_id
         join connection.service_agreement g
             on g.utility_id = b.utility_id and g.agreement_id = b.agreement_id
         join connection.customer cu
             on cu.utility_id = g.utility_id and cu.customer_id = g.customer_id
         order by a.connection_id, a.claim",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(line_of_row)
    .collect()
}

/// Totals by claim of a round; empty before it is billed.
pub async fn totals_of_round(office: &Backoffice, round: RoundId) -> sqlx::Result<Vec<ClaimTotal>> {
    sqlx::query(
        "select t.claim, sum(t.assessments)::bigint as assessments,
                sum(t.usage_m3)::bigint as usage_m3, sum(t.amount_yen)::bigint as amount_yen,
                sum(t.tax_yen)::bigint as tax_yen
         from billing.billing_run r
         join billing.run_total t using (utility_id, run_id)
         where r.utility_id = $1 and r.round_id = $2
         group by t.claim order by t.claim",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(|row| {
        Ok(ClaimTotal {
            claim: claim(row)?,
            assessments: row.try_get::<i64, _>("assessments")?.unsigned_abs(),
            usage_m3: row.try_get::<i64, _>("usage_m3")?.unsigned_abs(),
            amount: Yen(row.try_get("amount_yen")?),
            tax: Yen(row.try_get("tax_yen")?),
        })
    })
    .collect()
}

fn line_of_row(row: &PgRow) -> sqlx::Result<AssessmentLine> {
    Ok(AssessmentLine {
        id: AssessmentId(row.try_get("assessment_id")?),
        bill: BillId(row.try_get("bill_id")?),
        claim: claim(row)?,
        connection: ConnectionId(row.try_get("connection_id")?),
        connection_number: connection_number(row)?,
        customer_name: row.try_get("customer_name")?,
        usage: CubicMeters(row.try_get::<i32, _>("usage_m3")?.unsigned_abs()),
        amount: Yen(row.try_get("amount_yen")?),
        tax: Yen(row.try_get("tax_yen")?),
    })
}

/// The claim in a row's column of that name.
pub(super) fn claim(row: &PgRow) -> sqlx::Result<Claim> {
    claim_of_code(row.try_get("claim")?)
}

/// The claim of a code. A database with another one is of another version.
pub(super) fn claim_of_code(code: i16) -> sqlx::Result<Claim> {
    u8::try_from(code)
        .ok()
        .and_then(Claim::from_code)
        .ok_or_else(|| sqlx::Error::Decode(format!("claim {code} is not known").into()))
}

/// The number in a row's column of that name.
pub(super) fn connection_number(row: &PgRow) -> sqlx::Result<ConnectionNumber> {
    let text: String = row.try_get("connection_number")?;
    ConnectionNumber::parse(&text).map_err(|error| sqlx::Error::Decode(error.into()))
}
