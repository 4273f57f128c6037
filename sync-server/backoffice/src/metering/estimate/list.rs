//! Estimates in lists (認定の一覧): of a round, of a connection, and one by itself.

use jiff::Timestamp;
use shared::ids::{ConnectionId, ConnectionNumber, EstimateId, ReadingId, RoundId, StaffId};
use shared::quantity::CubicMeters;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::{EstimateDecision, EstimateRefusal, StoredEstimate};
use crate::Backoffice;

const SELECT: &str = "
    select e.estimate_id, e.round_id, e.connection_id, c.connection_number, e.read_on, e.rule,
           e.reason, e.rule_m3, e.usage_m3, e.change_reason, e.result::text as result,
           e.explanation, e.proposed_by, s.display_name as proposer,
           floor(extract(epoch from e.proposed_at))::bigint as proposed_at,
           d.is_approved, d.reading_id, d.remark, q.display_name as decider,
           floor(extract(epoch from d.decided_at))::bigint as decided_at
    from metering.estimate e
    join connection.service_connection c
        on c.utility_id = e.utility_id and c.connection_id = e.connection_id
    join access.staff s on s.utility_id = e.utility_id and s.staff_id = e.proposed_by
    left join metering.estimate_decision d
        on d.utility_id = e.utility_id and d.estimate_id = e.estimate_id
    left join access.staff q on q.utility_id = e.utility_id and q.staff_id = d.decided_by
    where e.utility_id = $1 and ($2::bigint is null or e.round_id = $2)
      and ($3::bigint is null or e.connection_id = $3)
      and ($4::bigint is null or e.estimate_id = $4)
    order by e.estimate_id desc limit $5";

/// A round of a large town has fewer unread connections than this.
const ROUND_MAX: i64 = 20_000;
/// As many as a page of a connection shows.
const CONNECTION_MAX: i64 = 50;

/// All proposals of a round, the newest first, whatever became of them.
pub async fn estimates_of_round(
    office: &Backoffice,
    round: RoundId,
) -> Result<Vec<StoredEstimate>, EstimateRefusal> {
    select(office, Some(round.0), None, None, ROUND_MAX).await
}

/// The newest proposals for a connection.
pub async fn estimates_of_connection(
    office: &Backoffice,
    connection: ConnectionId,
) -> Result<Vec<StoredEstimate>, EstimateRefusal> {
    select(office, None, Some(connection.0), None, CONNECTION_MAX).await
}

/// One proposal.
pub async fn estimate(
    office: &Backoffice,
    id: EstimateId,
) -> Result<StoredEstimate, EstimateRefusal> {
    select(office, None, None, Some(id.0), 1).await?.pop().ok_or(EstimateRefusal::NotFound)
}

async fn select(
    office: &Backoffice,
    round: Option<i64>,
    connection: Option<i64>,
    id: Option<i64>,
    limit: i64,
) -> Result<Vec<StoredEstimate>, EstimateRefusal> {
    let rows = sqlx::query(SELECT)
        .bind(office.utility.0)
        .bind(round)
        .bind(connection)
        .bind(id)
        .bind(limit)
        .fetch_all(&office.pool)
        .await?;
    rows.iter().map(estimate_of_row).collect()
}

fn estimate_of_row(row: &PgRow) -> Result<StoredEstimate, EstimateRefusal> {
    let decode = |error: Box<dyn std::error::Error + Send + Sync>| sqlx::Error::Decode(error);
    let moment =
        |seconds: i64| Timestamp::from_second(seconds).map_err(|error| decode(error.into()));
    let volume = |m3: i32| CubicMeters(m3.unsigned_abs());
    let number: String = row.try_get("connection_number")?;
    let result: Option<String> = row.try_get("result")?;
    let decision = match row.try_get::<Option<bool>, _>("is_approved")? {
        None => None,
        Some(_) => Some(EstimateDecision {
            reading: row.try_get::<Option<Uuid>, _>("reading_id")?.map(ReadingId),
            remark: row.try_get("remark")?,
            by: row.try_get("decider")?,
            at: moment(row.try_get("decided_at")?)?,
        }),
    };
    Ok(StoredEstimate {
        id: EstimateId(row.try_get("estimate_id")?),
        round: RoundId(row.try_get("round_id")?),
        connection: ConnectionId(row.try_get("connection_id")?),
        number: ConnectionNumber::parse(&number).map_err(|error| decode(error.into()))?,
        read_on: row.try_get::<jiff_sqlx::Date, _>("read_on")?.to_jiff(),
        rule: row.try_get("rule")?,
        reason: row.try_get("reason")?,
        by_rule: row.try_get::<Option<i32>, _>("rule_m3")?.map(volume),
        usage: volume(row.try_get("usage_m3")?),
        change_reason: row.try_get("change_reason")?,
        result: result.map(|text| serde_json::from_str(&text)).transpose()?,
        explanation: row.try_get("explanation")?,
        proposed_by: (StaffId(row.try_get("proposed_by")?), row.try_get("proposer")?),
        proposed_at: moment(row.try_get("proposed_at")?)?,
        decision,
    })
}
