//! Deciding on estimates (認定の決裁): an approved one becomes a reading that the round is billed by.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::ids::{ConnectionId, EstimateId, RoundId, StaffId};
use sqlx::postgres::PgConnection;
use sqlx::{PgExecutor, Row};
use uuid::Uuid;

use super::{ESTIMATED, EstimateRefusal};
use crate::Backoffice;
use crate::metering::past_of;

/// What approving a whole round came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EstimateBatch {
    /// Approved.
    pub approved: u64,
    /// Proposed by the approver, who must leave them to somebody else.
    pub own: u64,
    /// Refused for another reason: read since, decided by somebody else in the meantime.
    pub refused: u64,
}

/// Approves or refuses a proposal. Its proposer may take it back, but not approve it.
pub async fn decide_estimate(
    office: &Backoffice,
    id: EstimateId,
    is_approved: bool,
    remark: &str,
    by: StaffId,
    at: Timestamp,
) -> Result<(), EstimateRefusal> {
    let mut db = office.pool.begin().await?;
    let proposal = Proposal::find(&mut db, office.utility.0, id).await?;
    let is_open =
        lock_planned(&mut db, office.utility.0, proposal.round, proposal.connection).await?;
    let mut reading = None;
    if is_approved {
        if proposal.proposed_by == by.0 {
            return Err(EstimateRefusal::SamePerson);
        }
        if is_open {
            return Err(EstimateRefusal::RoundOpen);
        }
        if is_decided(&mut *db, office.utility.0, id).await? {
            return Err(EstimateRefusal::Decided);
        }
        reading = Some(proposal.becomes_reading(&mut db, office).await?);
    }
    sqlx::query(
        "insert into metering.estimate_decision
             (utility_id, estimate_id, proposed_by, is_approved, remark, reading_id, decided_by,
              decided_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(office.utility.0)
    .bind(id.0)
    .bind(proposal.proposed_by)
    .bind(is_approved)
    .bind(remark.trim())
    .bind(reading)
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&mut *db)
    .await?;
    db.commit().await?;
    tracing::info!(estimate.id = id.0, staff.id = by.0, is_approved, "estimate decided");
    Ok(())
}

/// Approves every open proposal of a round that somebody else made.
pub async fn approve_estimates(
    office: &Backoffice,
    round: RoundId,
    remark: &str,
    by: StaffId,
    at: Timestamp,
) -> Result<EstimateBatch, EstimateRefusal> {
    let open: Vec<(i64, i64)> = sqlx::query_as(
        "select e.estimate_id, e.proposed_by from metering.estimate e
         where e.utility_id = $1 and e.round_id = $2
           and not exists (select from metering.estimate_decision d
                           where d.utility_id = e.utility_id and d.estimate_id = e.estimate_id)
         order by e.estimate_id",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .fetch_all(&office.pool)
    .await?;
    let mut batch = EstimateBatch::default();
    for (id, proposed_by) in open {
        if proposed_by == by.0 {
            batch.own += 1;
            continue;
        }
        match decide_estimate(office, EstimateId(id), true, remark, by, at).await {
            Ok(()) => batch.approved += 1,
            Err(EstimateRefusal::Decided | EstimateRefusal::AlreadyRead) => batch.refused += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(batch)
}

/// Holds the planned connection still, so that of two decisions the second sees the first. Tells
/// whether the round is open.
pub(super) async fn lock_planned(
    db: &mut PgConnection,
    utility: i64,
    round: RoundId,
    connection: ConnectionId,
) -> Result<bool, EstimateRefusal> {
    let row = sqlx::query(
        "select r.closed_on is null as is_open
         from metering.planned_reading p
         join metering.reading_round r using (utility_id, round_id)
         where p.utility_id = $1 and p.round_id = $2 and p.connection_id = $3
         for update of p for share of r",
    )
    .bind(utility)
    .bind(round.0)
    .bind(connection.0)
    .fetch_optional(db)
    .await?
    .ok_or(EstimateRefusal::NotFound)?;
    Ok(row.try_get("is_open")?)
}

async fn is_decided(db: impl PgExecutor<'_>, utility: i64, id: EstimateId) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from metering.estimate_decision
                        where utility_id = $1 and estimate_id = $2)",
    )
    .bind(utility)
    .bind(id.0)
    .fetch_one(db)
    .await
}

struct Proposal {
    round: RoundId,
    connection: ConnectionId,
    read_on: jiff_sqlx::Date,
    usage: i32,
    proposed_by: i64,
}

impl Proposal {
    async fn find(
        db: &mut PgConnection,
        utility: i64,
        id: EstimateId,
    ) -> Result<Proposal, EstimateRefusal> {
        let row = sqlx::query(
            "select round_id, connection_id, read_on, usage_m3, proposed_by
             from metering.estimate where utility_id = $1 and estimate_id = $2",
        )
        .bind(utility)
        .bind(id.0)
        .fetch_optional(db)
        .await?
        .ok_or(EstimateRefusal::NotFound)?;
        Ok(Proposal {
            round: RoundId(row.try_get("round_id")?),
            connection: ConnectionId(row.try_get("connection_id")?),
            read_on: row.try_get("read_on")?,
            usage: row.try_get("usage_m3")?,
            proposed_by: row.try_get("proposed_by")?,
        })
    }

    /// Its dials repeat what was really read last: the next real reading measures from there.
    async fn becomes_reading(
        &self,
        db: &mut PgConnection,
        office: &Backoffice,
    ) -> Result<Uuid, EstimateRefusal> {
        let on = self.read_on.to_jiff();
        let past = past_of(db, office.utility, &[self.connection.0], self.round, on).await?.pop();
        let past = past.ok_or(EstimateRefusal::NotFound)?;
        if past.read_in_round.is_some() {
            return Err(EstimateRefusal::AlreadyRead);
        }
        let register = i32::try_from(past.previous_value);
        let register = register.map_err(|_| EstimateRefusal::VolumeTooLarge)?;
        let id = sqlx::query_scalar(
            "insert into metering.reading
                 (utility_id, reading_id, connection_id, meter_id, round_id, read_on,
                  register_value, usage_m3, kind)
             values ($1, gen_random_uuid(), $2, $3, $4, $5, $6, $7, $8)
             returning reading_id",
        )
        .bind(office.utility.0)
        .bind(self.connection.0)
        .bind(past.meter.0)
        .bind(self.round.0)
        .bind(self.read_on)
        .bind(register)
        .bind(self.usage)
        .bind(ESTIMATED)
        .fetch_one(db)
        .await?;
        Ok(id)
    }
}
