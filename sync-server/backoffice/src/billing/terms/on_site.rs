//! Terms for a terminal (端末に渡す料金の条件): what the amount on a slip depends on, and where it cannot
//! be told on the spot.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::billing::terms::LeftToOffice;
use shared::wire::{ChargeTermsV1, ReliefV1, SewageSourceV1};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use crate::billing::run::hung::{HungMeter, meters_to_read};
use crate::billing::run::terms::{PageRange, PageTerms};

/// What a terminal carries of a connection's terms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OnSiteTerms {
    pub(crate) terms: ChargeTermsV1,
    /// Where a meter was put in since the last reading.
    pub(crate) exchange: Option<OnSiteExchange>,
}

/// A meter that was put in since the last reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OnSiteExchange {
    /// Counted in this period by meters that were taken out (旧メーター水量).
    pub(crate) removed_meter_m3: u32,
    /// The day that the period begins with.
    pub(crate) from: Date,
}

/// The terms of connections of a round, as of a day. Those without any are not among them.
pub(crate) async fn on_site_terms(
    db: &mut PgConnection,
    utility: i64,
    connections: &[i64],
    round: i64,
    on: Date,
) -> sqlx::Result<HashMap<i64, OnSiteTerms>> {
    let (Some(first), Some(last)) = (connections.iter().min(), connections.iter().max()) else {
        return Ok(HashMap::new());
    };
    let range = PageRange { utility, round, after: *first - 1, last: *last };
    let page = PageTerms::load_unread(db, range).await?;
    let mut meters = meters_to_read(db, utility, connections, round, on).await?;
    let mut found = HashMap::new();
    for row in places(db, utility, connections, on).await? {
        let connection: i64 = row.try_get("connection_id")?;
        let agreement: Option<i64> = row.try_get("agreement_id")?;
        let mut on_site = OnSiteTerms::default();
        if let Some(agreement) = agreement {
            on_site.terms = wired(&page, connection, agreement);
        }
        let begins = |column: &str| -> sqlx::Result<Option<Date>> {
            Ok(row.try_get::<Option<jiff_sqlx::Date>, _>(column)?.map(jiff_sqlx::Date::to_jiff))
        };
        let started = begins("started_on")?;
        if let Some(hung) = meters.remove(&connection) {
            on_site.take_exchange(&hung, started);
        }
        let since = on_site.exchange.map(|exchange| exchange.from).or(begins("read_before_on")?);
        let changes = agreement.and_then(|agreement| page.class_changes.get(&agreement));
        let is_within = |day: Date| since.max(started).is_none_or(|since| since < day);
        if changes.is_some_and(|all| all.iter().any(|change| is_within(change.on))) {
            on_site.leave(LeftToOffice::Changed);
        }
        if row.try_get("is_master")? {
            on_site.leave(LeftToOffice::MasterMeter);
        }
        if on_site != OnSiteTerms::default() {
            found.insert(connection, on_site);
        }
    }
    Ok(found)
}

/// The meter that was put in at a connection since the last reading before that day.
pub(crate) async fn exchange_on_site(
    db: &mut PgConnection,
    utility: i64,
    connection: i64,
    round: i64,
    on: Date,
) -> sqlx::Result<Option<OnSiteExchange>> {
    let terms = on_site_terms(db, utility, &[connection], round, on).await?;
    Ok(terms.get(&connection).and_then(|on_site| on_site.exchange))
}

fn wired(page: &PageTerms, connection: i64, agreement: i64) -> ChargeTermsV1 {
    let terms = page.charge_terms(connection, agreement);
    let carried = page.carried.get(&agreement).copied().unwrap_or_default();
    ChargeTermsV1 {
        reliefs: terms.reliefs.iter().map(ReliefV1::from).collect(),
        sources: terms.sources.iter().map(SewageSourceV1::from).collect(),
        carried_m3: carried.map(|volume| volume.0),
        left_to_office: 0,
    }
}

/// Who is supplied at each connection, since when, and when its meter was read last.
async fn places(
    db: &mut PgConnection,
    utility: i64,
    connections: &[i64],
    on: Date,
) -> sqlx::Result<Vec<PgRow>> {
    sqlx::query(
        "select c.connection_id, a.agreement_id, lower(a.period) as started_on,
                (select max(r.read_on) from metering.current_reading r
                 where r.utility_id = $1 and r.connection_id = c.connection_id
                   and r.read_on < $3) as read_before_on,
                exists (select from connection.service_connection s
                        where s.utility_id = $1
                          and s.parent_connection_id = c.connection_id) as is_master
         from unnest($2::bigint[]) c(connection_id)
         left join connection.service_agreement a
             on a.utility_id = $1 and a.connection_id = c.connection_id and a.period @> $3",
    )
    .bind(utility)
    .bind(connections)
    .bind(on.to_sqlx())
    .fetch_all(db)
    .await
}

impl OnSiteTerms {
    fn leave(&mut self, reason: LeftToOffice) {
        self.terms.left_to_office = reason.code();
    }

    /// The meters in the order of time; the present one is the last.
    fn take_exchange(&mut self, hung: &[HungMeter], started: Option<Date>) {
        let is_own = |meter: &&HungMeter| started.is_none_or(|started| meter.to > started);
        let own: Vec<&HungMeter> = hung.iter().filter(is_own).collect();
        let [removed @ .., present] = own.as_slice() else { return };
        let Some(first) = removed.first() else { return };
        let mut removed_meter_m3 = 0_u32;
        for meter in removed {
            match meter.usage() {
                Ok(volume) => removed_meter_m3 = removed_meter_m3.saturating_add(volume.0),
                Err(_) => self.leave(LeftToOffice::RemovedDials),
            }
            if meter.size_mm != present.size_mm {
                self.leave(LeftToOffice::Changed);
            }
        }
        self.exchange = Some(OnSiteExchange { removed_meter_m3, from: first.from });
    }
}
