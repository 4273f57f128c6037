//! Limits of screening (判定値) as data: sets, the one of a round, and those of single connections.
//!
//! The package of a terminal and the check of what comes back both ask [`limits_of`], so that both
//! find the same.

mod back_test;

use std::collections::HashMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::ids::{ConnectionId, RoundId, StaffId, UtilityId};
use shared::metering::{LimitsError, ScreeningLimits};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{PgExecutor, Row};

use crate::Backoffice;

pub use back_test::{PastRound, past_round};

/// A set of limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSet {
    /// Key, and the version on the terminal; 0 for the standard set.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The limits; the norm is that of one dwelling.
    pub limits: ScreeningLimits,
}

impl LimitSet {
    /// What holds where nobody has chosen anything.
    pub fn standard() -> LimitSet {
        LimitSet { id: 0, name: "標準".to_owned(), limits: ScreeningLimits::STANDARD }
    }
}

/// Why something was refused.
#[derive(Debug, thiserror::Error)]
pub enum LimitsRefusal {
    /// The levels do not lie in their order.
    #[error("the limits do not fit")]
    Limits(#[from] LimitsError),
    /// Nobody said how the set is called, or why a connection has its own.
    #[error("a name or a reason is missing or too long")]
    Unnamed,
    /// No such round or set.
    #[error("no such round or set")]
    NotFound,
    /// A terminal has a route of the round already.
    #[error("the round is on its way")]
    OnItsWay,
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

impl LimitsRefusal {
    /// The stable code, explained in [`crate::codes`].
    pub fn code(&self) -> &'static str {
        match self {
            LimitsRefusal::Limits(_) => "M60",
            LimitsRefusal::Unnamed => "M61",
            LimitsRefusal::NotFound => "M62",
            LimitsRefusal::OnItsWay => "M63",
            LimitsRefusal::Database(_) => "X90",
        }
    }
}

/// All sets, the newest first, the standard one last.
pub async fn limit_sets(office: &Backoffice) -> sqlx::Result<Vec<LimitSet>> {
    let rows = sqlx::query(
        "select set_id, name, limits from metering.limit_set where utility_id = $1
         order by set_id desc",
    )
    .bind(office.utility.0)
    .fetch_all(&office.pool)
    .await?;
    let mut sets = rows.iter().map(set_of_row).collect::<sqlx::Result<Vec<_>>>()?;
    sets.push(LimitSet::standard());
    Ok(sets)
}

fn set_of_row(row: &PgRow) -> sqlx::Result<LimitSet> {
    Ok(LimitSet {
        id: row.try_get("set_id")?,
        name: row.try_get("name")?,
        limits: limits_of_json(row.try_get("limits")?)?,
    })
}

fn limits_of_json(json: serde_json::Value) -> sqlx::Result<ScreeningLimits> {
    serde_json::from_value(json).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn json_of(limits: &ScreeningLimits) -> serde_json::Value {
    serde_json::to_value(limits).expect("limits are numbers")
}

/// Writes a set down.
pub async fn add_limit_set(
    office: &Backoffice,
    name: &str,
    limits: ScreeningLimits,
    by: StaffId,
    at: Timestamp,
) -> Result<i64, LimitsRefusal> {
    let limits = limits.checked()?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(LimitsRefusal::Unnamed);
    }
    Ok(sqlx::query_scalar(
        "insert into metering.limit_set (utility_id, name, limits, entered_by, entered_at)
         values ($1, $2, $3, $4, $5) returning set_id",
    )
    .bind(office.utility.0)
    .bind(name)
    .bind(json_of(&limits))
    .bind(by.0)
    .bind(at.to_sqlx())
    .fetch_one(&office.pool)
    .await?)
}

/// The set that a round goes by.
pub async fn set_of_round(
    db: impl PgExecutor<'_>,
    utility: UtilityId,
    round: RoundId,
) -> sqlx::Result<LimitSet> {
    let row = sqlx::query(
        "select s.set_id, s.name, s.limits from metering.round_limits c
         join metering.limit_set s using (utility_id, set_id)
         where c.utility_id = $1 and c.round_id = $2 order by c.choice_id desc limit 1",
    )
    .bind(utility.0)
    .bind(round.0)
    .fetch_optional(db)
    .await?;
    row.as_ref().map_or_else(|| Ok(LimitSet::standard()), set_of_row)
}

/// Chooses the set of a round, as long as no terminal has a route of it.
pub async fn choose_limits(
    office: &Backoffice,
    round: RoundId,
    set: i64,
    by: StaffId,
    at: Timestamp,
) -> Result<(), LimitsRefusal> {
    let mut db = office.pool.begin().await?;
    let is_out: Option<bool> = sqlx::query_scalar(
        "select exists (select from metering.reading_route ro
                        where ro.utility_id = $1 and ro.round_id = $2
                          and ro.package_id is not null)
             or r.closed_on is not null
         from metering.reading_round r where r.utility_id = $1 and r.round_id = $2 for update",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .fetch_optional(&mut *db)
    .await?;
    match is_out {
        None => return Err(LimitsRefusal::NotFound),
        Some(true) => return Err(LimitsRefusal::OnItsWay),
        Some(false) => {}
    }
    let chosen = sqlx::query(
        "insert into metering.round_limits (utility_id, round_id, set_id, chosen_by, chosen_at)
         select $1, $2, set_id, $4, $5 from metering.limit_set
         where utility_id = $1 and set_id = $3",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .bind(set)
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&mut *db)
    .await?;
    if chosen.rows_affected() != 1 {
        return Err(LimitsRefusal::NotFound);
    }
    Ok(db.commit().await?)
}

/// A new round goes by the newest set until somebody chooses another.
pub(super) async fn begin_with_newest(
    db: &mut PgConnection,
    utility: UtilityId,
    round: RoundId,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into metering.round_limits (utility_id, round_id, set_id)
         select $1, $2, set_id from metering.limit_set where utility_id = $1
         order by set_id desc limit 1",
    )
    .bind(utility.0)
    .bind(round.0)
    .execute(db)
    .await?;
    Ok(())
}

/// Gives a connection limits of its own, or ends them.
pub async fn set_connection_limits(
    office: &Backoffice,
    connection: ConnectionId,
    limits: Option<ScreeningLimits>,
    reason: &str,
    by: StaffId,
    at: Timestamp,
) -> Result<(), LimitsRefusal> {
    let limits = limits.map(ScreeningLimits::checked).transpose()?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 200 {
        return Err(LimitsRefusal::Unnamed);
    }
    sqlx::query(
        "insert into metering.connection_limits
             (utility_id, connection_id, limits, reason, entered_by, entered_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(office.utility.0)
    .bind(connection.0)
    .bind(limits.as_ref().map(json_of))
    .bind(reason)
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&office.pool)
    .await?;
    Ok(())
}

/// The limits that a connection has of its own, with the reason.
pub async fn connection_limits(
    office: &Backoffice,
    connection: ConnectionId,
) -> sqlx::Result<Option<(ScreeningLimits, String)>> {
    let row = sqlx::query(
        "select limits, reason from metering.connection_limits
         where utility_id = $1 and connection_id = $2 order by entry_id desc limit 1",
    )
    .bind(office.utility.0)
    .bind(connection.0)
    .fetch_optional(&office.pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let limits: Option<serde_json::Value> = row.try_get("limits")?;
    let limits = limits.map(limits_of_json).transpose()?;
    Ok(limits.zip(Some(row.try_get("reason")?)))
}

/// What each connection of a round is screened by, and the version of the round's set.
pub(crate) struct LimitsOfRound {
    pub(crate) version: i64,
    of: HashMap<i64, ScreeningLimits>,
    common: ScreeningLimits,
}

impl LimitsOfRound {
    pub(crate) fn of(&self, connection: i64) -> ScreeningLimits {
        self.of.get(&connection).copied().unwrap_or(self.common)
    }
}

/// The limits of connections on a round. A household norm counts once for each dwelling.
pub(crate) async fn limits_of(
    db: &mut PgConnection,
    utility: UtilityId,
    round: RoundId,
    connections: &[i64],
) -> sqlx::Result<LimitsOfRound> {
    let set = set_of_round(&mut *db, utility, round).await?;
    let rows = sqlx::query(
        "select c.connection_id, c.charged_dwellings, own.limits
         from connection.service_connection c
         left join lateral (
             select l.limits from metering.connection_limits l
             where l.utility_id = c.utility_id and l.connection_id = c.connection_id
             order by l.entry_id desc limit 1
         ) own on true
         where c.utility_id = $1 and c.connection_id = any ($2)
           and (own.limits is not null or c.charged_dwellings > 1)",
    )
    .bind(utility.0)
    .bind(connections)
    .fetch_all(db)
    .await?;
    let mut of = HashMap::with_capacity(rows.len());
    for row in &rows {
        let own: Option<serde_json::Value> = row.try_get("limits")?;
        let limits = match own {
            Some(own) => limits_of_json(own)?,
            None => of_dwellings(set.limits, row.try_get("charged_dwellings")?),
        };
        of.insert(row.try_get("connection_id")?, limits);
    }
    Ok(LimitsOfRound { version: set.id, of, common: set.limits })
}

fn of_dwellings(limits: ScreeningLimits, dwellings: i32) -> ScreeningLimits {
    let norm_m3 = limits.norm_m3.saturating_mul(dwellings.unsigned_abs().max(1));
    ScreeningLimits { norm_m3, ..limits }
}

#[cfg(test)]
mod tests;
