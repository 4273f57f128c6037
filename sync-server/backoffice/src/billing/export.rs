//! Assessments as a file (調定の出力), streamed row by row.

use futures_util::stream::{Stream, StreamExt};
use shared::billing::Claim;
use shared::calendar::YearMonth;
use shared::ids::{ConnectionNumber, RoundId};
use shared::quantity::{CubicMeters, Yen};
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::assessments::{claim, connection_number};
use crate::Backoffice;

/// The first line of the file.
pub const EXPORT_HEADER: [&str; 7] = [
    "connection_number",
    "claim",
    "period",
    "usage_m3",
    "amount_yen",
    "tax_yen",
    "slip_amount_yen",
];

/// One assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRow {
    /// 水栓番号.
    pub connection_number: ConnectionNumber,
    /// What is claimed.
    pub claim: Claim,
    /// 検針年月.
    pub period: YearMonth,
    /// 使用水量.
    pub usage: CubicMeters,
    /// 調定額.
    pub amount: Yen,
    /// うち消費税.
    pub tax: Yen,
    /// What the slip showed for this claim; `None` where there was no slip.
    pub slip_amount: Option<Yen>,
}

impl ExportRow {
    /// The fields in the order of [`EXPORT_HEADER`].
    pub fn fields(&self) -> [String; 7] {
        [
            self.connection_number.to_string(),
            self.claim.key().to_owned(),
            self.period.iso(),
            self.usage.0.to_string(),
            self.amount.0.to_string(),
            self.tax.0.to_string(),
            self.slip_amount.map(|amount| amount.0.to_string()).unwrap_or_default(),
        ]
    }
}

/// Every assessment of a round, connection by connection, water first. Holds one row at a time.
pub fn export_assessments(
    office: &Backoffice,
    round: RoundId,
) -> impl Stream<Item = sqlx::Result<ExportRow>> + Send {
    sqlx::query(
        "select c.connection_number, a.claim, ro.billing_month, a.usage_m3, a.amount_yen,
                a.tax_yen,
                case a.claim when 1 then r.slip_water_yen else r.slip_sewerage_yen end
                    as slip_yen
         from billing.current_assessment a
         join metering.reading_round ro
             on ro.utility_id = a.utility_id and ro.round_id = a.round_id
         join metering.reading r on r.utility_id = a.utility_id and r.reading_id = a.reading_id
         join connection.service_connection c
             on c.utility_id = a.utility_id and c.connection_id = a.connection_id
         where a.utility_id = $1 and a.round_id = $2
         order by c.connection_number, a.claim",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .fetch(&office.pool)
    .map(|row| export_row(&row?))
}

fn export_row(row: &PgRow) -> sqlx::Result<ExportRow> {
    let month: jiff_sqlx::Date = row.try_get("billing_month")?;
    Ok(ExportRow {
        connection_number: connection_number(row)?,
        claim: claim(row)?,
        period: YearMonth::of(month.to_jiff()),
        usage: CubicMeters(row.try_get::<i32, _>("usage_m3")?.unsigned_abs()),
        amount: Yen(row.try_get("amount_yen")?),
        tax: Yen(row.try_get("tax_yen")?),
        slip_amount: row.try_get::<Option<i64>, _>("slip_yen")?.map(Yen),
    })
}
