//! Connections that were estimated again and again (連続認定): somebody has to find another way.

use jiff::civil::Date;
use shared::ids::ConnectionNumber;
use shared::quantity::CubicMeters;
use sqlx::Row;

use super::EstimateRefusal;
use crate::Backoffice;

/// A connection whose last periods were all estimated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EstimatedInARow {
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// Estimates since the last real reading.
    pub times: u32,
    /// Their volumes together.
    pub estimated: CubicMeters,
    /// The last real reading, if there ever was one.
    pub last_read_on: Option<Date>,
    /// The last estimate.
    pub last_estimated_on: Date,
}

/// Connections with at least so many estimates since their last real reading, the most first.
pub async fn estimated_in_a_row(
    office: &Backoffice,
    at_least: u32,
) -> Result<Vec<EstimatedInARow>, EstimateRefusal> {
    let rows = sqlx::query(
        "select c.connection_number, count(*) as times, sum(e.usage_m3)::bigint as estimated,
                max(e.read_on) as last_estimated_on, min(real.read_on) as last_read_on
         from metering.current_reading e
         join connection.service_connection c
             on c.utility_id = e.utility_id and c.connection_id = e.connection_id
         left join lateral (
             select max(r.read_on) as read_on from metering.current_reading r
             where r.utility_id = e.utility_id and r.connection_id = e.connection_id
               and r.kind <> 4
         ) real on true
         where e.utility_id = $1 and e.kind = 4
           and e.read_on > coalesce(real.read_on, '-infinity')
         group by c.connection_id, c.connection_number
         having count(*) >= $2
         order by count(*) desc, c.connection_number
         limit 1000",
    )
    .bind(office.utility.0)
    .bind(i64::from(at_least.max(1)))
    .fetch_all(&office.pool)
    .await?;
    let decode = |error: Box<dyn std::error::Error + Send + Sync>| sqlx::Error::Decode(error);
    rows.iter()
        .map(|row| {
            let number: String = row.try_get("connection_number")?;
            let count = |column: &str| -> sqlx::Result<u32> {
                let count: i64 = row.try_get(column)?;
                u32::try_from(count).map_err(|error| decode(error.into()))
            };
            let last: Option<jiff_sqlx::Date> = row.try_get("last_read_on")?;
            Ok(EstimatedInARow {
                number: ConnectionNumber::parse(&number).map_err(|error| decode(error.into()))?,
                times: count("times")?,
                estimated: CubicMeters(count("estimated")?),
                last_read_on: last.map(jiff_sqlx::Date::to_jiff),
                last_estimated_on: row
                    .try_get::<jiff_sqlx::Date, _>("last_estimated_on")?
                    .to_jiff(),
            })
        })
        .collect()
}
