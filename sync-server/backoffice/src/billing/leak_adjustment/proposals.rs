//! Proposals of leak adjustments (減免の起案と決裁): added, and decided once by a second person.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::billing::correction::correct;
use shared::ids::{BillId, ConnectionId, ConnectionNumber, LeakAdjustmentId, StaffId};
use shared::quantity::Yen;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::assessed::{adjust_stored, last_relief_on, reading_of};
use super::{
    LeakDecision, LeakDecisionOrder, LeakProposal, LeakQuestion, LeakRefusal,
    compute_leak_adjustment,
};
use crate::Backoffice;
use crate::billing::correction::{
    CorrectedFacts, CorrectionDecisionOrder, CorrectionRefusal, NewCorrection, leak_change,
    post_leak_adjustment, stored_bill,
};

const SELECT: &str = "
    select a.adjustment_id, a.connection_id, c.connection_number, a.read_on, a.grounds,
           a.result::text as result, a.explanation, a.difference_yen, a.proposed_by,
           p.display_name as proposer,
           floor(extract(epoch from a.proposed_at))::bigint as proposed_at,
           d.is_approved, d.remark, q.display_name as decider,
           floor(extract(epoch from d.decided_at))::bigint as decided_at
    from billing.leak_adjustment a
    join connection.service_connection c
        on c.utility_id = a.utility_id and c.connection_id = a.connection_id
    join access.staff p on p.utility_id = a.utility_id and p.staff_id = a.proposed_by
    left join billing.leak_decision d
        on d.utility_id = a.utility_id and d.adjustment_id = a.adjustment_id
    left join access.staff q on q.utility_id = a.utility_id and q.staff_id = d.decided_by
    where a.utility_id = $1 and ($2::bigint is null or a.adjustment_id = $2)
    order by a.adjustment_id desc limit 200";

/// Computes once more, by what is stored, and writes the proposal down with all of it.
pub async fn propose_leak_adjustment(
    office: &Backoffice,
    connection: ConnectionId,
    question: &LeakQuestion,
    grounds: &str,
    by: StaffId,
    at: Timestamp,
) -> Result<LeakAdjustmentId, LeakRefusal> {
    if grounds.trim().is_empty() {
        return Err(LeakRefusal::NoGrounds);
    }
    let mut db = office.pool.acquire().await?;
    let mut question = question.clone();
    let read_on = question.case.basis.read_on;
    // What the office knows counts, whether or not somebody typed it.
    let known = last_relief_on(&mut db, office.utility.0, connection, read_on).await?;
    question.case.last_relief_on = question.case.last_relief_on.max(known);
    let stored = adjust_stored(&mut db, office, connection, &question).await?;
    drop(db);
    let result = match stored {
        Some(result) => result,
        None => compute_leak_adjustment(office, &question).await?,
    };
    let id: i64 = sqlx::query_scalar(
        "insert into billing.leak_adjustment
             (utility_id, connection_id, read_on, rule, reason, grounds, result, explanation,
              difference_yen, proposed_by, proposed_at)
         values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $11)
         returning adjustment_id",
    )
    .bind(office.utility.0)
    .bind(connection.0)
    .bind(read_on.to_sqlx())
    .bind(&question.rule)
    .bind(&question.case.reason)
    .bind(grounds.trim())
    .bind(serde_json::to_string(&result)?)
    .bind(result.japanese())
    .bind(result.difference().0)
    .bind(by.0)
    .bind(at.to_sqlx())
    .fetch_one(&office.pool)
    .await?;
    tracing::info!(leak_adjustment.id = id, staff.id = by.0, "leak adjustment proposed");
    Ok(LeakAdjustmentId(id))
}

/// Approves and posts, or refuses a proposal. Its proposer may take it back, but not approve it.
/// Tells the bill that took the old one's place.
pub async fn decide_leak_adjustment(
    office: &Backoffice,
    id: LeakAdjustmentId,
    order: &LeakDecisionOrder,
    by: StaffId,
    at: Timestamp,
) -> Result<Option<BillId>, LeakRefusal> {
    let proposal = leak_adjustment(office, id).await?;
    let mut db = office.pool.begin().await?;
    sqlx::query(
        "insert into billing.leak_decision
             (utility_id, adjustment_id, proposed_by, is_approved, remark, decided_by, decided_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(office.utility.0)
    .bind(id.0)
    .bind(proposal.proposed_by.0.0)
    .bind(order.is_approved)
    .bind(order.remark.trim())
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(&mut *db)
    .await
    .map_err(refusal)?;
    let mut bill = None;
    if order.is_approved {
        bill = Some(post_approved(&mut db, office, &proposal, order, (by, at)).await?);
    }
    db.commit().await?;
    let is_approved = order.is_approved;
    tracing::info!(leak_adjustment.id = id.0, staff.id = by.0, is_approved, "proposal decided");
    Ok(bill)
}

/// The correction that an approved adjustment leads to, if it still fits the bill.
async fn post_approved(
    db: &mut PgConnection,
    office: &Backoffice,
    proposal: &LeakProposal,
    order: &LeakDecisionOrder,
    decided: (StaffId, Timestamp),
) -> Result<BillId, LeakRefusal> {
    let found = reading_of(db, office.utility.0, proposal.connection, proposal.read_on).await?;
    let bill = found.bill.ok_or(LeakRefusal::NotAssessed(proposal.read_on))?;
    let stored = stored_bill(db, office, bill, true).await?;
    let claims = stored.assessed()?;
    let fits = proposal.result.claims.iter().all(|reduced| {
        let mut of_claim = claims.iter().filter(|claim| claim.tariff.claim == reduced.claim);
        of_claim.any(|claim| claim.state.input.usage == reduced.metered)
    });
    if !fits {
        return Err(CorrectionRefusal::Changed.into());
    }
    let result = correct(&claims, &leak_change(&proposal.result));
    let result = result.map_err(CorrectionRefusal::from)?;
    let new = NewCorrection {
        bill,
        facts: CorrectedFacts::Leak(proposal.id),
        earlier_reduction: None,
        paper: order.paper,
        grounds: proposal.grounds.clone(),
    };
    let correction = CorrectionDecisionOrder {
        is_approved: true,
        remark: order.remark.clone(),
        on: order.on,
        due_on: order.due_on,
    };
    let proposed = (proposal.proposed_by.0, proposal.proposed_at);
    Ok(post_leak_adjustment(db, office, &new, &result, proposed, &correction, decided).await?)
}

fn refusal(error: sqlx::Error) -> LeakRefusal {
    let constraint = error.as_database_error().and_then(|error| error.constraint());
    match constraint {
        Some("leak_decision_by_a_second_person") => LeakRefusal::SamePerson,
        Some("leak_decision_pkey") => LeakRefusal::Decided,
        _ => LeakRefusal::Database(error),
    }
}

/// The newest 200 proposals.
pub async fn leak_adjustments(office: &Backoffice) -> Result<Vec<LeakProposal>, LeakRefusal> {
    let rows = sqlx::query(SELECT)
        .bind(office.utility.0)
        .bind(None::<i64>)
        .fetch_all(&office.pool)
        .await?;
    rows.iter().map(proposal_of).collect()
}

/// One proposal.
pub async fn leak_adjustment(
    office: &Backoffice,
    id: LeakAdjustmentId,
) -> Result<LeakProposal, LeakRefusal> {
    let row =
        sqlx::query(SELECT).bind(office.utility.0).bind(id.0).fetch_optional(&office.pool).await?;
    row.as_ref().map_or(Err(LeakRefusal::NotFound), proposal_of)
}

fn proposal_of(row: &PgRow) -> Result<LeakProposal, LeakRefusal> {
    let decode = |error: Box<dyn std::error::Error + Send + Sync>| sqlx::Error::Decode(error);
    let moment =
        |seconds: i64| Timestamp::from_second(seconds).map_err(|error| decode(error.into()));
    let number: String = row.try_get("connection_number")?;
    let read_on: jiff_sqlx::Date = row.try_get("read_on")?;
    let decision = match row.try_get::<Option<bool>, _>("is_approved")? {
        None => None,
        Some(is_approved) => Some(LeakDecision {
            is_approved,
            remark: row.try_get("remark")?,
            by: row.try_get("decider")?,
            at: moment(row.try_get("decided_at")?)?,
        }),
    };
    Ok(LeakProposal {
        id: LeakAdjustmentId(row.try_get("adjustment_id")?),
        connection: ConnectionId(row.try_get("connection_id")?),
        number: ConnectionNumber::parse(&number).map_err(|error| decode(error.into()))?,
        read_on: read_on.to_jiff(),
        grounds: row.try_get("grounds")?,
        result: serde_json::from_str(row.try_get("result")?)?,
        explanation: row.try_get("explanation")?,
        difference: Yen(row.try_get("difference_yen")?),
        proposed_by: (StaffId(row.try_get("proposed_by")?), row.try_get("proposer")?),
        proposed_at: moment(row.try_get("proposed_at")?)?,
        decision,
    })
}
