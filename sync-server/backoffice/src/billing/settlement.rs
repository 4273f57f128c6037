//! The settlement of estimates (認定の精算): the next real reading is billed less what was estimated.
//!
//! A run asks [`Pending`] before it rates a reading. What is settled, what is left over and what is
//! to be corrected is stored with the bill, so that no estimate is settled twice.

mod list;
mod store;

use std::collections::HashMap;

use shared::metering::estimate::{Negative, TrueUp, estimate_rule, true_up};
use shared::quantity::CubicMeters;
use sqlx::Row;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::run::UnbilledReason;

pub(super) use list::settlement;
pub use list::{Settlement, open_settlements, settlement_of_assessment};
pub(super) use store::{Settled, store};

/// What a connection's next real reading has to settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unsettled {
    /// The agreements that paid for it.
    agreements: Vec<i64>,
    /// Whether the meter that is read now hung there all the time.
    is_same_meter: bool,
    rule: String,
    estimates: Vec<(Uuid, CubicMeters)>,
    carried: Option<(Uuid, CubicMeters)>,
}

/// By connection; empty in most rounds.
#[derive(Debug, Default)]
pub(super) struct Pending(HashMap<i64, Unsettled>);

impl Pending {
    /// What the real readings of a round have to settle: estimates that were billed, and what an
    /// earlier settlement left over.
    pub(super) async fn of_round(
        db: &mut PgConnection,
        utility: i64,
        round: i64,
    ) -> sqlx::Result<Pending> {
        let rows = sqlx::query(UNSETTLED).bind(utility).bind(round).fetch_all(db).await?;
        let mut pending: HashMap<i64, Unsettled> = HashMap::new();
        for row in &rows {
            let found = pending.entry(row.try_get("connection_id")?).or_insert_with(|| Unsettled {
                agreements: Vec::new(),
                is_same_meter: true,
                rule: String::new(),
                estimates: Vec::new(),
                carried: None,
            });
            let reading: Uuid = row.try_get("reading_id")?;
            let volume = CubicMeters(row.try_get::<i32, _>("volume")?.unsigned_abs());
            found.agreements.push(row.try_get("agreement_id")?);
            found.is_same_meter &= row.try_get::<bool, _>("is_same_meter")?;
            found.rule = row.try_get("rule")?;
            if row.try_get("is_carried")? {
                found.carried = Some((reading, volume));
            } else {
                found.estimates.push((reading, volume));
            }
        }
        Ok(Pending(pending))
    }

    /// What a reading is billed for, or why nobody can say. `None` where there is nothing to settle.
    pub(super) fn settle(
        &self,
        connection: i64,
        agreement: i64,
        measured: CubicMeters,
    ) -> Result<Option<TrueUp>, UnbilledReason> {
        let Some(open) = self.0.get(&connection) else { return Ok(None) };
        let is_same_user = open.agreements.iter().all(|paid| *paid == agreement);
        if !is_same_user || !open.is_same_meter {
            return Err(UnbilledReason::SettlementAcross);
        }
        let estimates: Vec<CubicMeters> = open.estimates.iter().map(|(_, usage)| *usage).collect();
        let carried = open.carried.map_or(CubicMeters(0), |(_, volume)| volume);
        let negative = estimate_rule(&open.rule).map_or(Negative::Carry, |rule| rule.negative);
        Ok(Some(true_up(measured, &estimates, carried, negative)))
    }

    fn get(&self, connection: i64) -> Option<&Unsettled> {
        self.0.get(&connection)
    }
}

/// Estimates as they stand on the bills that hold, then rests, each with the first real reading
/// after it. The last row's rule is that of the newest.
const UNSETTLED: &str = "
    select o.connection_id, o.reading_id, o.volume, o.agreement_id, o.rule, o.is_carried,
           o.meter_id = next.meter_id as is_same_meter
    from (
        select e.connection_id, e.reading_id, e.meter_id, e.read_on, a.usage_m3 as volume,
               b.agreement_id, p.rule, false as is_carried
        from metering.current_reading e
        join metering.estimate_decision d
            on d.utility_id = e.utility_id and d.reading_id = e.reading_id
        join metering.estimate p
            on p.utility_id = d.utility_id and p.estimate_id = d.estimate_id
        join billing.current_assessment a
            on a.utility_id = e.utility_id and a.round_id = e.round_id
            and a.connection_id = e.connection_id and a.claim = 1
            and a.reading_id = e.reading_id
        join billing.bill b on b.utility_id = a.utility_id and b.bill_id = a.bill_id
        where e.utility_id = $1 and e.kind = 4 and e.round_id <> $2
          and not exists (select from billing.settled_estimate s
                          where s.utility_id = $1 and s.estimate_reading_id = e.reading_id)
        union all
        select s.connection_id, s.reading_id, r.meter_id, r.read_on, s.carried_out_m3,
               b.agreement_id, s.rule, true
        from billing.settlement s
        join metering.reading r on r.utility_id = s.utility_id and r.reading_id = s.reading_id
        join billing.current_assessment a
            on a.utility_id = s.utility_id and a.round_id = s.round_id
            and a.connection_id = s.connection_id and a.claim = 1
        join billing.bill b on b.utility_id = a.utility_id and b.bill_id = a.bill_id
        where s.utility_id = $1 and s.carried_out_m3 > 0 and s.round_id <> $2
          and not exists (select from billing.settlement later
                          where later.utility_id = $1 and later.carried_from = s.reading_id)
    ) o
    join lateral (
        select n.round_id, n.meter_id from metering.current_reading n
        where n.utility_id = $1 and n.connection_id = o.connection_id and n.kind <> 4
          and n.read_on > o.read_on
        order by n.read_on, n.reading_id limit 1
    ) next on next.round_id = $2
    order by o.connection_id, o.is_carried desc, o.read_on";
