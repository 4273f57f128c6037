//! Rounds (検針期): the list of them, the newest first.

use jiff::civil::Date;
use shared::calendar::YearMonth;
use shared::ids::RoundId;
use sqlx::{Row, postgres::PgRow};

use crate::Backoffice;

/// A reading round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Key.
    pub id: RoundId,
    /// 検針年月.
    pub month: YearMonth,
    /// Months that it bills.
    pub months: u8,
    /// 開始日.
    pub opened_on: Date,
    /// 締め日; `None` while it is open.
    pub closed_on: Option<Date>,
}

impl Round {
    /// Whether readings are still taken in.
    pub fn is_open(&self) -> bool {
        self.closed_on.is_none()
    }
}

/// All rounds, the newest first.
pub async fn rounds(office: &Backoffice) -> sqlx::Result<Vec<Round>> {
    sqlx::query(
        "select round_id, billing_month, months, opened_on, closed_on
         from metering.reading_round where utility_id = $1
         order by billing_month desc",
    )
    .bind(office.utility.0)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(round_of_row)
    .collect()
}

/// One round.
pub async fn round(office: &Backoffice, id: RoundId) -> sqlx::Result<Option<Round>> {
    sqlx::query(
        "select round_id, billing_month, months, opened_on, closed_on
         from metering.reading_round where utility_id = $1 and round_id = $2",
    )
    .bind(office.utility.0)
    .bind(id.0)
    .fetch_optional(&office.pool)
    .await?
    .as_ref()
    .map(round_of_row)
    .transpose()
}

fn round_of_row(row: &PgRow) -> sqlx::Result<Round> {
    let months: i16 = row.try_get("months")?;
    Ok(Round {
        id: RoundId(row.try_get("round_id")?),
        month: YearMonth::of(row.try_get::<jiff_sqlx::Date, _>("billing_month")?.to_jiff()),
        months: u8::try_from(months).map_err(|error| sqlx::Error::Decode(error.into()))?,
        opened_on: row.try_get::<jiff_sqlx::Date, _>("opened_on")?.to_jiff(),
        closed_on: row
            .try_get::<Option<jiff_sqlx::Date>, _>("closed_on")?
            .map(jiff_sqlx::Date::to_jiff),
    })
}
