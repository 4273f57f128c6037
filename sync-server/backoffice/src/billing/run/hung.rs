//! Meters that hung in a period (期間中のメーター): where one was exchanged, all of them with their dials.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::billing::TermsError;
use shared::billing::terms::MeterVolume;
use shared::connection::MeterSize;
use shared::metering::RegisterReading;
use shared::quantity::CubicMeters;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::terms::PageRange;

/// A meter, and its dials from the last reading, or from its first day, to its last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::billing) struct HungMeter {
    pub(in crate::billing) number: String,
    pub(in crate::billing) size_mm: u16,
    pub(in crate::billing) digits: u8,
    pub(in crate::billing) from: Date,
    pub(in crate::billing) to: Date,
    pub(in crate::billing) first: u32,
    /// `None` where nobody wrote the last dials of a removed meter down.
    pub(in crate::billing) last: Option<u32>,
}

impl HungMeter {
    /// What went through it.
    pub(in crate::billing) fn usage(&self) -> Result<CubicMeters, TermsError> {
        let last = self.last.ok_or(TermsError::RemovedDialsUnknown)?;
        self.usage_until(last)
    }

    /// What went through it until the dials stood so.
    pub(in crate::billing) fn usage_until(&self, value: u32) -> Result<CubicMeters, TermsError> {
        let dials = |value| RegisterReading::new(value, self.digits);
        match (dials(self.first), dials(value)) {
            (Ok(first), Ok(last)) => {
                first.usage_until(last).volume().ok_or(TermsError::DialsDoNotFit)
            }
            _ => Err(TermsError::DialsDoNotFit),
        }
    }

    /// The line of the basis.
    pub(in crate::billing) fn line(&self) -> Result<MeterVolume, TermsError> {
        Ok(MeterVolume {
            number: self.number.clone(),
            size_mm: self.size_mm,
            from: self.from,
            to: self.to,
            first: self.first,
            last: self.last.ok_or(TermsError::RemovedDialsUnknown)?,
            usage: self.usage()?,
        })
    }

    pub(in crate::billing) fn size(&self) -> Option<MeterSize> {
        MeterSize::new(self.size_mm).ok()
    }
}

/// A meter that was taken out this long before a round, and whose successor was never read in between,
/// is not looked for.
const EXCHANGED_WITHIN_DAYS: i32 = 400;

/// Connections where a meter was taken out not long before a round: few, so that pages need not look
/// at every meter.
pub(in crate::billing) async fn exchanged_connections(
    db: &mut PgConnection,
    utility: i64,
    round: i64,
) -> sqlx::Result<BTreeSet<i64>> {
    let connections: Vec<i64> = sqlx::query_scalar(
        "select i.connection_id
         from metering.meter_installation i
         join metering.reading_round ro on ro.utility_id = i.utility_id and ro.round_id = $2
         where i.utility_id = $1 and not upper_inf(i.period)
           and upper(i.period) > ro.opened_on - $3",
    )
    .bind(utility)
    .bind(round)
    .bind(EXCHANGED_WITHIN_DAYS)
    .fetch_all(db)
    .await?;
    Ok(connections.into_iter().collect())
}

/// The meters of those of the connections whose present meter is read for the first time after an
/// exchange, in the order of time.
pub(in crate::billing) async fn exchanged_meters(
    db: &mut PgConnection,
    page: PageRange,
    connections: &[i64],
) -> sqlx::Result<HashMap<i64, Vec<HungMeter>>> {
    if connections.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(EXCHANGED)
        .bind(page.utility)
        .bind(connections)
        .bind(None::<jiff_sqlx::Date>)
        .bind(page.round)
        .fetch_all(db)
        .await?;
    meters_of_rows(&rows)
}

fn meters_of_rows(rows: &[PgRow]) -> sqlx::Result<HashMap<i64, Vec<HungMeter>>> {
    let mut found: HashMap<i64, Vec<HungMeter>> = HashMap::new();
    let mut is_whole: HashMap<i64, bool> = HashMap::new();
    // The newest meter of a connection comes first; the first one with an earlier reading is the
    // one that the period began with.
    for row in rows {
        let connection: i64 = row.try_get("connection_id")?;
        if is_whole.get(&connection) == Some(&true) {
            continue;
        }
        is_whole.insert(connection, row.try_get("was_read")?);
        found.entry(connection).or_default().push(meter_of_row(row)?);
    }
    for meters in found.values_mut() {
        meters.reverse();
    }
    Ok(found)
}

/// The meters of connections whose present meter was not read since it was hung, as of a day before
/// the round is read. The present meter has no last dials yet.
pub(in crate::billing) async fn meters_to_read(
    db: &mut PgConnection,
    utility: i64,
    connections: &[i64],
    round: i64,
    on: Date,
) -> sqlx::Result<HashMap<i64, Vec<HungMeter>>> {
    let rows = sqlx::query(TO_READ)
        .bind(utility)
        .bind(connections)
        .bind(on.to_sqlx())
        .bind(round)
        .fetch_all(db)
        .await?;
    meters_of_rows(&rows)
}

/// What both statements say of the installations of the connections that they `read`.
macro_rules! installations {
    ($read:literal) => {
        concat!(
            "with read as materialized (", $read, ")
    select read.connection_id, m.meter_number, m.size_mm, m.dial_digits,
           coalesce(last.read_on, lower(o.period)) as from_day,
           case when o.meter_id = read.meter_id then read.read_on else upper(o.period) end as to_day,
           coalesce(last.register_value, o.installed_value) as first_value,
           case when o.meter_id = read.meter_id then read.register_value
                else o.removed_value end as last_value,
           last.read_on is not null as was_read
    from read
    join metering.meter_installation o
        on o.utility_id = $1 and o.connection_id = read.connection_id
        and lower(o.period) <= read.read_on
    join metering.meter m on m.utility_id = o.utility_id and m.meter_id = o.meter_id
    left join lateral (
        select p.read_on, p.register_value from metering.current_reading p
        where p.utility_id = $1 and p.connection_id = read.connection_id
          and p.meter_id = o.meter_id and p.read_on <= read.read_on
          and p.round_id is distinct from $4
        order by p.read_on desc, p.reading_id desc limit 1
    ) last on true
    order by read.connection_id, o.period desc"
        )
    };
}

#[rustfmt::skip]
const EXCHANGED: &str = installations!("
        select r.connection_id, r.read_on, r.register_value, i.meter_id
        from metering.current_reading r
        join metering.meter_installation i
            on i.utility_id = r.utility_id and i.connection_id = r.connection_id
            and i.meter_id = r.meter_id and i.period @> r.read_on
        where r.utility_id = $1 and r.round_id = $4 and r.connection_id = any ($2)
          and $3::date is null
          and exists (
              select from metering.meter_installation o
              where o.utility_id = r.utility_id and o.connection_id = r.connection_id
                and o.period << i.period)
          and not exists (
              select from metering.current_reading p
              where p.utility_id = r.utility_id and p.connection_id = r.connection_id
                and p.meter_id = r.meter_id and p.read_on <= r.read_on
                and p.round_id is distinct from r.round_id)");

#[rustfmt::skip]
const TO_READ: &str = installations!("
        select i.connection_id, $3::date as read_on, null::integer as register_value, i.meter_id
        from metering.meter_installation i
        where i.utility_id = $1 and i.connection_id = any ($2) and i.period @> $3
          and exists (
              select from metering.meter_installation o
              where o.utility_id = i.utility_id and o.connection_id = i.connection_id
                and o.period << i.period)
          and not exists (
              select from metering.current_reading p
              where p.utility_id = i.utility_id and p.connection_id = i.connection_id
                and p.meter_id = i.meter_id and p.read_on <= $3
                and p.round_id is distinct from $4)");

fn meter_of_row(row: &PgRow) -> sqlx::Result<HungMeter> {
    let day =
        |column: &str| row.try_get::<jiff_sqlx::Date, _>(column).map(jiff_sqlx::Date::to_jiff);
    let last: Option<i32> = row.try_get("last_value")?;
    let digits: i16 = row.try_get("dial_digits")?;
    Ok(HungMeter {
        number: row.try_get("meter_number")?,
        size_mm: row.try_get::<i16, _>("size_mm")?.unsigned_abs(),
        digits: u8::try_from(digits).map_err(|error| sqlx::Error::Decode(error.into()))?,
        from: day("from_day")?,
        to: day("to_day")?,
        first: row.try_get::<i32, _>("first_value")?.unsigned_abs(),
        last: last.map(i32::unsigned_abs),
    })
}
