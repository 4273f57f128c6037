//! Proposing estimates (認定の起案): for one connection, or for a whole round at once.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::ids::{EstimateId, RoundId, StaffId};
use shared::metering::estimate::{Estimate, EstimateError, EstimateRule};
use shared::quantity::CubicMeters;
use sqlx::Row;
use sqlx::postgres::PgConnection;

use super::candidate::candidates;
use super::practice::practice_of;
use super::{EstimateCandidate, EstimateRefusal, NewEstimate};
use crate::Backoffice;
use crate::metering::past_of;

/// No dial shows more.
const VOLUME_MAX: u32 = 99_999_999;
/// What a proposal says that takes another one's place.
const SUPERSEDED: &str = "起案し直しのため取下げ";

/// What a batch came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProposedBatch {
    /// Proposals written.
    pub proposed: u64,
    /// There is a proposal or a decision already.
    pub known: u64,
    /// Nobody is supplied there.
    pub without_user: u64,
    /// The rule gives nothing, or does not know the reason: to be proposed one by one.
    pub by_hand: u64,
}

/// Proposes by the utility's rule for every unread connection of a round that has no proposal yet.
pub async fn propose_estimates(
    office: &Backoffice,
    round: RoundId,
    by: StaffId,
    at: Timestamp,
) -> Result<ProposedBatch, EstimateRefusal> {
    let mut db = office.pool.begin().await?;
    let rule = practice_of(&mut *db, office.utility.0).await?.ok_or(EstimateRefusal::NoPractice)?;
    // Two batches of one round follow each other, so that nothing is proposed twice.
    sqlx::query(
        "select from metering.reading_round where utility_id = $1 and round_id = $2
         for no key update",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .fetch_optional(&mut *db)
    .await?
    .ok_or(EstimateRefusal::NotFound)?;
    let known: Vec<i64> = sqlx::query_scalar(
        "select e.connection_id from metering.estimate e
         left join metering.estimate_decision d using (utility_id, estimate_id)
         where e.utility_id = $1 and e.round_id = $2
           and (d.estimate_id is null or d.is_approved)",
    )
    .bind(office.utility.0)
    .bind(round.0)
    .fetch_all(&mut *db)
    .await?;
    let known: std::collections::HashSet<i64> = known.into_iter().collect();
    let mut batch = ProposedBatch::default();
    for candidate in candidates(&mut *db, office.utility.0, round, None).await? {
        let reason = candidate.reason.and_then(|reason| rule.reason_of(reason));
        let found = reason.map(|reason| rule.estimate(&reason.key, &candidate.basis));
        match found {
            _ if known.contains(&candidate.connection.0) => batch.known += 1,
            _ if candidate.customer_name.is_none() => batch.without_user += 1,
            Some(Ok(estimate)) => {
                let written = Written::by_rule(&candidate, estimate);
                written.store(&mut db, office, round, by, at).await?;
                batch.proposed += 1;
            }
            None | Some(Err(_)) => batch.by_hand += 1,
        }
    }
    db.commit().await?;
    tracing::info!(round.id = round.0, proposed = batch.proposed, "estimates proposed");
    Ok(batch)
}

/// Proposes for one connection. An open proposal for it is taken back.
pub async fn propose_estimate(
    office: &Backoffice,
    new: &NewEstimate,
    by: StaffId,
    at: Timestamp,
) -> Result<EstimateId, EstimateRefusal> {
    let mut db = office.pool.begin().await?;
    let rule = practice_of(&mut *db, office.utility.0).await?.ok_or(EstimateRefusal::NoPractice)?;
    super::decide::lock_planned(&mut db, office.utility.0, new.round, new.connection).await?;
    let mut candidate = candidates(&mut *db, office.utility.0, new.round, Some(new.connection))
        .await?
        .pop()
        .ok_or(EstimateRefusal::AlreadyRead)?;
    if candidate.customer_name.is_none() {
        return Err(EstimateRefusal::NoUser);
    }
    if new.usage.is_some_and(|usage| usage.0 > VOLUME_MAX) {
        return Err(EstimateRefusal::VolumeTooLarge);
    }
    candidate.basis.measured = new.measured;
    let written = Written::of(&rule, &candidate, new)?;
    withdraw_open(&mut db, office, new, by, at).await?;
    let id = written.store(&mut db, office, new.round, by, at).await?;
    db.commit().await?;
    tracing::info!(estimate.id = id.0, staff.id = by.0, "estimate proposed");
    Ok(id)
}

/// A proposal before it has a number.
struct Written<'a> {
    candidate: &'a EstimateCandidate,
    rule: String,
    reason: String,
    by_rule: Option<Estimate>,
    usage: CubicMeters,
    change_reason: &'a str,
}

impl<'a> Written<'a> {
    fn by_rule(candidate: &'a EstimateCandidate, estimate: Estimate) -> Self {
        Self {
            candidate,
            rule: estimate.rule.clone(),
            reason: estimate.reason.clone(),
            usage: estimate.usage,
            by_rule: Some(estimate),
            change_reason: "",
        }
    }

    fn of(
        rule: &EstimateRule,
        candidate: &'a EstimateCandidate,
        new: &'a NewEstimate,
    ) -> Result<Self, EstimateRefusal> {
        let by_rule = match rule.estimate(&new.reason, &candidate.basis) {
            Ok(estimate) => Some(estimate),
            Err(EstimateError::NothingFits) if new.usage.is_some() => None,
            Err(error) => return Err(error.into()),
        };
        let usage = new.usage.or(by_rule.as_ref().map(|estimate| estimate.usage));
        let usage = usage.ok_or(EstimateError::NothingFits)?;
        let is_by_rule = by_rule.as_ref().is_some_and(|estimate| estimate.usage == usage);
        let change_reason = new.change_reason.trim();
        if !is_by_rule && change_reason.is_empty() {
            return Err(EstimateRefusal::NoChangeReason);
        }
        let change_reason = if is_by_rule { "" } else { change_reason };
        let (rule, reason) = (rule.code.clone(), new.reason.clone());
        Ok(Self { candidate, rule, reason, by_rule, usage, change_reason })
    }

    fn explanation(&self) -> String {
        let mut lines = self.by_rule.as_ref().map(Estimate::japanese).unwrap_or_default();
        if self.by_rule.is_none() {
            lines.push("規程の方法では水量を求められません。".into());
        }
        if !self.change_reason.is_empty() {
            lines.push(format!(
                "変更後の認定水量 {}m³（理由: {}）",
                self.usage.0, self.change_reason
            ));
        }
        lines.join("\n")
    }

    async fn store(
        &self,
        db: &mut PgConnection,
        office: &Backoffice,
        round: RoundId,
        by: StaffId,
        at: Timestamp,
    ) -> Result<EstimateId, EstimateRefusal> {
        let connection = self.candidate.connection.0;
        let read_on = self.candidate.visited_on;
        let past = past_of(db, office.utility, &[connection], round, read_on).await?.pop();
        let past = past.ok_or(EstimateRefusal::NotFound)?;
        let by_rule = self.by_rule.as_ref();
        let id = sqlx::query_scalar(
            "insert into metering.estimate
                 (utility_id, round_id, connection_id, meter_id, read_on, rule, reason, rule_m3,
                  usage_m3, change_reason, result, explanation, proposed_by, proposed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12, $13, $14)
             returning estimate_id",
        )
        .bind(office.utility.0)
        .bind(round.0)
        .bind(connection)
        .bind(past.meter.0)
        .bind(read_on.to_sqlx())
        .bind(&self.rule)
        .bind(&self.reason)
        .bind(by_rule.map(|estimate| stored(estimate.usage)).transpose()?)
        .bind(stored(self.usage)?)
        .bind(self.change_reason)
        .bind(by_rule.map(serde_json::to_string).transpose()?)
        .bind(self.explanation())
        .bind(by.0)
        .bind(at.to_sqlx())
        .fetch_one(db)
        .await?;
        Ok(EstimateId(id))
    }
}

fn stored(usage: CubicMeters) -> Result<i32, EstimateRefusal> {
    let usage = i32::try_from(usage.0).ok().filter(|usage| usage.unsigned_abs() <= VOLUME_MAX);
    usage.ok_or(EstimateRefusal::VolumeTooLarge)
}

async fn withdraw_open(
    db: &mut PgConnection,
    office: &Backoffice,
    new: &NewEstimate,
    by: StaffId,
    at: Timestamp,
) -> sqlx::Result<()> {
    let open = sqlx::query(
        "select e.estimate_id, e.proposed_by from metering.estimate e
         where e.utility_id = $1 and e.round_id = $2 and e.connection_id = $3
           and not exists (select from metering.estimate_decision d
                           where d.utility_id = e.utility_id and d.estimate_id = e.estimate_id)",
    )
    .bind(office.utility.0)
    .bind(new.round.0)
    .bind(new.connection.0)
    .fetch_all(&mut *db)
    .await?;
    for row in open {
        sqlx::query(
            "insert into metering.estimate_decision
                 (utility_id, estimate_id, proposed_by, is_approved, remark, decided_by, decided_at)
             values ($1, $2, $3, false, $4, $5, $6)",
        )
        .bind(office.utility.0)
        .bind(row.try_get::<i64, _>("estimate_id")?)
        .bind(row.try_get::<i64, _>("proposed_by")?)
        .bind(SUPERSEDED)
        .bind(by.0)
        .bind(at.to_sqlx())
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}
