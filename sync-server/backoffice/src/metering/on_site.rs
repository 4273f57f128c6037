//! What a reader should know of a place (現地の情報): hazards, the last remark, visits in vain, the tap.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::ids::{RoundId, UtilityId};
use shared::wire::{PlannedConnectionV1, WorkOrderV1};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::estimated_since::estimated_since;

/// Orders that are due within so many days go along.
const AHEAD_DAYS: i32 = 7;

const ON_SITE: &str = "
    select c.connection_id, c.latitude_e6, c.longitude_e6,
           coalesce(c.parent_connection_id, 0) as master,
           coalesce((select h.hazards from connection.hazard h
                     where h.utility_id = $1 and h.connection_id = c.connection_id
                     order by h.hazard_id desc limit 1), '{}') as hazards,
           (select v.remarks[1] from metering.visit v
            where v.utility_id = $1 and v.connection_id = c.connection_id and v.remarks <> '{}'
              and v.visited_on < round.opened_on
            order by v.visited_on desc, v.visit_id desc limit 1) as last_remark,
           coalesce(vain.times, 0) as no_reads,
           coalesce((select s.step = 2 from metering.suspension_step s
                     where s.utility_id = $1 and s.connection_id = c.connection_id
                       and s.step in (2, 3)
                     order by s.done_at desc limit 1), false) as is_suspended
    from connection.service_connection c
    join metering.reading_round round on round.utility_id = $1 and round.round_id = $3
    left join (
        select n.connection_id, count(distinct n.round_id) as times
        from metering.no_read n
        where n.utility_id = $1 and n.connection_id = any ($2) and n.round_id <> $3
          and not exists (
              select from metering.current_reading r
              where r.utility_id = $1 and r.connection_id = n.connection_id and r.kind <> 4
                and r.round_id is distinct from $3 and r.read_on >= n.visited_on)
        group by n.connection_id
    ) vain on vain.connection_id = c.connection_id
    where c.utility_id = $1 and c.connection_id = any ($2)";

/// Fills in what stands in [`shared::wire::OnSiteV1`] besides the meter.
pub(super) async fn fill_on_site(
    db: &mut PgConnection,
    utility: UtilityId,
    round: RoundId,
    connections: &mut [PlannedConnectionV1],
) -> sqlx::Result<()> {
    let ids: Vec<i64> = connections.iter().map(|planned| planned.connection).collect();
    let estimated = estimated_since(db, utility, &ids, round).await?;
    let rows = sqlx::query(ON_SITE).bind(utility.0).bind(&ids).bind(round.0).fetch_all(db).await?;
    let rows = rows
        .iter()
        .map(|row| Ok((row.try_get("connection_id")?, row)))
        .collect::<sqlx::Result<HashMap<i64, &PgRow>>>()?;
    for planned in connections {
        planned.on_site.estimated_m3 = estimated.get(&planned.connection).copied().unwrap_or(0);
        if let Some(row) = rows.get(&planned.connection) {
            fill(planned, row)?;
        }
    }
    Ok(())
}

fn fill(planned: &mut PlannedConnectionV1, row: &PgRow) -> sqlx::Result<()> {
    let on_site = &mut planned.on_site;
    let code = |code: i16| u8::try_from(code).ok();
    on_site.hazards = row.try_get::<Vec<i16>, _>("hazards")?.into_iter().filter_map(code).collect();
    on_site.last_remark = row.try_get::<Option<i16>, _>("last_remark")?.and_then(code).unwrap_or(0);
    on_site.no_reads_in_a_row = u8::try_from(row.try_get::<i64, _>("no_reads")?).unwrap_or(u8::MAX);
    on_site.master = row.try_get("master")?;
    on_site.latitude_e6 = row.try_get("latitude_e6")?;
    on_site.longitude_e6 = row.try_get("longitude_e6")?;
    on_site.tap = match (row.try_get("is_suspended")?, planned.in_service) {
        (true, _) => 3,
        (false, true) => 1,
        (false, false) => 2,
    };
    Ok(())
}

/// The orders for these connections that are to be done now. Those done today stay among them, so
/// that the package keeps its name while its own results arrive.
pub(super) async fn orders_of(
    db: &mut PgConnection,
    utility: UtilityId,
    connections: &[PlannedConnectionV1],
    on: Date,
) -> sqlx::Result<Vec<WorkOrderV1>> {
    let ids: Vec<i64> = connections.iter().map(|planned| planned.connection).collect();
    let rows = sqlx::query(
        "select o.order_id, o.connection_id, o.kind, o.due_on, o.note, o.owed_yen, o.customer_name,
                o.meter_number, o.meter_size_mm
         from metering.work_order o
         join metering.work_order_state s using (utility_id, order_id)
         where o.utility_id = $1 and o.connection_id = any ($2) and s.state <> 'cancelled'
           and (s.done_on is null or s.done_on >= $3) and o.due_on <= $3 + $4
         order by o.due_on, o.order_id",
    )
    .bind(utility.0)
    .bind(ids)
    .bind(on.to_sqlx())
    .bind(AHEAD_DAYS)
    .fetch_all(db)
    .await?;
    rows.iter().map(order_of_row).collect()
}

fn order_of_row(row: &PgRow) -> sqlx::Result<WorkOrderV1> {
    let due_on: jiff_sqlx::Date = row.try_get("due_on")?;
    Ok(WorkOrderV1 {
        order: row.try_get("order_id")?,
        connection: row.try_get("connection_id")?,
        kind: u8::try_from(row.try_get::<i16, _>("kind")?)
            .map_err(|error| sqlx::Error::Decode(error.into()))?,
        due_on_unix_days: shared::calendar::to_unix_days(due_on.to_jiff()),
        text: row.try_get("note")?,
        owed_yen: row.try_get("owed_yen")?,
        customer_name: row.try_get("customer_name")?,
        meter_number: row.try_get("meter_number")?,
        meter_size_mm: row.try_get::<i16, _>("meter_size_mm")?.unsigned_abs(),
    })
}
