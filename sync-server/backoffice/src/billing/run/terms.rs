//! Loading the terms of a page (料金の条件の読込み): what few connections of a round depend on besides
//! their reading.
//!
//! Each kind is one small statement over the page's range of connections, so that the many
//! connections without any terms cost nothing.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use shared::billing::Claim;
use shared::billing::terms::{
    ChargeTerms, ReliefGrant, SewageSource, SourceKind, SourceMeasure, Validity,
};
use shared::billing::volume::DifferenceTolerance;
use shared::quantity::CubicMeters;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::hung::{HungMeter, exchanged_meters};
use crate::billing::terms::decision_words;
use crate::billing::use_class;
use shared::connection::UsageClass;

/// The connections of a page: after the first, up to the last.
#[derive(Debug, Clone, Copy)]
pub(in crate::billing) struct PageRange {
    pub(in crate::billing) utility: i64,
    pub(in crate::billing) round: i64,
    pub(in crate::billing) after: i64,
    pub(in crate::billing) last: i64,
}

/// A change of the use class (用途変更).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::billing) struct ClassChange {
    pub(in crate::billing) on: Date,
    pub(in crate::billing) from: UsageClass,
    pub(in crate::billing) register: Option<u32>,
}

/// A submeter of a master that is billed.
#[derive(Debug, Clone)]
pub(in crate::billing) struct Submeter {
    pub(in crate::billing) connection: i64,
    pub(in crate::billing) number: String,
    /// `None` where it was not read in this round.
    pub(in crate::billing) usage: Option<CubicMeters>,
}

/// A master meter that is billed for what its submeters do not show.
#[derive(Debug, Clone, Default)]
pub(in crate::billing) struct Master {
    pub(in crate::billing) submeters: Vec<Submeter>,
    pub(in crate::billing) tolerances: Vec<(Validity, DifferenceTolerance)>,
}

/// What some connections of a page depend on. By connection unless said.
#[derive(Debug, Default)]
pub(in crate::billing) struct PageTerms {
    /// By agreement.
    pub(in crate::billing) reliefs: HashMap<i64, Vec<ReliefGrant>>,
    pub(in crate::billing) sources: HashMap<i64, Vec<SewageSource>>,
    pub(in crate::billing) masters: HashMap<i64, Master>,
    /// Meters that hung in the period, in the order of time, where there were several. Also those
    /// of submeters.
    pub(in crate::billing) meters: HashMap<i64, Vec<HungMeter>>,
    /// By agreement, in the order of time.
    pub(in crate::billing) class_changes: HashMap<i64, Vec<ClassChange>>,
    /// By agreement: what the last period left over, in the order of [`Claim::ALL`].
    pub(in crate::billing) carried: HashMap<i64, [CubicMeters; 2]>,
}

impl PageTerms {
    /// Everything that connections of the page depend on. `exchanged` are the connections where a
    /// meter was taken out lately, of the whole round.
    pub(in crate::billing) async fn load(
        db: &mut PgConnection,
        page: PageRange,
        exchanged: &BTreeSet<i64>,
    ) -> sqlx::Result<Self> {
        let masters = masters(db, page).await?;
        let submeters = masters.values().flat_map(|master| &master.submeters);
        let mut to_look_at: Vec<i64> =
            submeters.map(|sub| sub.connection).filter(|id| exchanged.contains(id)).collect();
        to_look_at.extend(exchanged.range(page.after.saturating_add(1)..=page.last));
        Ok(Self {
            reliefs: reliefs(db, page).await?,
            sources: sources(db, page).await?,
            meters: exchanged_meters(db, page, &to_look_at).await?,
            masters,
            class_changes: class_changes(db, page).await?,
            carried: carried(db, page).await?,
        })
    }

    /// The same before the page is read: nothing of masters and exchanged meters.
    pub(in crate::billing) async fn load_unread(
        db: &mut PgConnection,
        page: PageRange,
    ) -> sqlx::Result<Self> {
        Ok(Self {
            reliefs: reliefs(db, page).await?,
            sources: sources(db, page).await?,
            class_changes: class_changes(db, page).await?,
            carried: carried(db, page).await?,
            ..Self::default()
        })
    }

    /// Whether it matters since when water was supplied.
    pub(in crate::billing) fn need_supply(&self) -> bool {
        !self.meters.is_empty() || !self.class_changes.is_empty()
    }

    /// Whether a connection and its agreement depend on nothing but the reading.
    pub(in crate::billing) fn are_none_of(&self, connection: i64, agreement: i64) -> bool {
        !(self.reliefs.contains_key(&agreement)
            || self.sources.contains_key(&connection)
            || self.masters.contains_key(&connection)
            || self.meters.contains_key(&connection)
            || self.class_changes.contains_key(&agreement)
            || self.carried.contains_key(&agreement))
    }

    /// Reliefs and other water.
    pub(in crate::billing) fn charge_terms(&self, connection: i64, agreement: i64) -> ChargeTerms {
        ChargeTerms {
            reliefs: self.reliefs.get(&agreement).cloned().unwrap_or_default(),
            sources: self.sources.get(&connection).cloned().unwrap_or_default(),
        }
    }
}

async fn rows(
    db: &mut PgConnection,
    statement: &'static str,
    page: PageRange,
) -> sqlx::Result<Vec<PgRow>> {
    sqlx::query(statement)
        .bind(page.utility)
        .bind(page.after)
        .bind(page.last)
        .bind(page.round)
        .fetch_all(db)
        .await
}

async fn reliefs(
    db: &mut PgConnection,
    page: PageRange,
) -> sqlx::Result<HashMap<i64, Vec<ReliefGrant>>> {
    let mut found: HashMap<i64, Vec<ReliefGrant>> = HashMap::new();
    let statement = "
        select g.agreement_id, g.grant_id, g.claim, g.relief_key, g.starts_on,
               upper(g.period) as before, g.document, g.decided_on
        from billing.relief_grant g
        join connection.service_agreement a using (utility_id, agreement_id)
        where g.utility_id = $1 and a.connection_id > $2 and a.connection_id <= $3
          and not isempty(g.period) and $4 is not null
        order by g.grant_id";
    for row in rows(db, statement, page).await? {
        let grant = ReliefGrant {
            id: row.try_get("grant_id")?,
            claim: crate::billing::assessments::claim(&row)?,
            key: row.try_get("relief_key")?,
            validity: validity(&row)?,
            decision: decision_words(row.try_get("document")?, date(&row, "decided_on")?),
        };
        found.entry(row.try_get("agreement_id")?).or_default().push(grant);
    }
    Ok(found)
}

async fn sources(
    db: &mut PgConnection,
    page: PageRange,
) -> sqlx::Result<HashMap<i64, Vec<SewageSource>>> {
    let mut found: HashMap<i64, Vec<SewageSource>> = HashMap::new();
    let statement = "
        select s.connection_id, s.source_id, s.kind, s.measure, s.name, s.people, s.monthly_m3,
               s.starts_on, upper(s.period) as before, s.document, s.decided_on, r.usage_m3
        from billing.sewage_source s
        left join lateral (
            select usage_m3 from billing.source_reading r
            where r.utility_id = s.utility_id and r.source_id = s.source_id and r.round_id = $4
            order by entry_number desc limit 1
        ) r on true
        where s.utility_id = $1 and s.connection_id > $2 and s.connection_id <= $3
          and not isempty(s.period)
        order by s.source_id";
    for row in rows(db, statement, page).await? {
        let source = SewageSource {
            id: row.try_get("source_id")?,
            kind: source_kind(row.try_get("kind")?)?,
            name: row.try_get("name")?,
            measure: source_measure(&row)?,
            validity: validity(&row)?,
            decision: decision_words(row.try_get("document")?, date(&row, "decided_on")?),
        };
        found.entry(row.try_get("connection_id")?).or_default().push(source);
    }
    Ok(found)
}

/// Masters with an agreement: without one there is nobody to bill, and the submeters are billed.
async fn masters(db: &mut PgConnection, page: PageRange) -> sqlx::Result<HashMap<i64, Master>> {
    let mut found: HashMap<i64, Master> = HashMap::new();
    let submeters = "
        select c.parent_connection_id, c.connection_id, c.connection_number, r.usage_m3
        from connection.service_connection c
        left join lateral (
            select usage_m3 from metering.current_reading r
            where r.utility_id = c.utility_id and r.round_id = $4
              and r.connection_id = c.connection_id
            order by r.read_on desc, r.reading_id desc limit 1
        ) r on true
        where c.utility_id = $1 and c.parent_connection_id > $2 and c.parent_connection_id <= $3
          and exists (
              select from connection.service_agreement a
              where a.utility_id = c.utility_id and a.connection_id = c.parent_connection_id)
        order by c.connection_number";
    for row in rows(db, submeters, page).await? {
        let usage: Option<i32> = row.try_get("usage_m3")?;
        let submeter = Submeter {
            connection: row.try_get("connection_id")?,
            number: row.try_get("connection_number")?,
            usage: usage.map(|usage| CubicMeters(usage.unsigned_abs())),
        };
        found.entry(row.try_get("parent_connection_id")?).or_default().submeters.push(submeter);
    }
    let tolerances = "
        select connection_id, percent, m3, starts_on, upper(period) as before
        from billing.master_term
        where utility_id = $1 and connection_id > $2 and connection_id <= $3
          and not isempty(period) and $4 is not null";
    for row in rows(db, tolerances, page).await? {
        let Some(master) = found.get_mut(&row.try_get("connection_id")?) else { continue };
        let tolerance = DifferenceTolerance {
            percent: u8::try_from(row.try_get::<i16, _>("percent")?)
                .map_err(|error| sqlx::Error::Decode(error.into()))?,
            m3: row.try_get::<i32, _>("m3")?.unsigned_abs(),
        };
        master.tolerances.push((validity(&row)?, tolerance));
    }
    Ok(found)
}

async fn class_changes(
    db: &mut PgConnection,
    page: PageRange,
) -> sqlx::Result<HashMap<i64, Vec<ClassChange>>> {
    let mut found: HashMap<i64, Vec<ClassChange>> = HashMap::new();
    let statement = "
        select u.agreement_id, u.changed_on, u.from_class, u.register_value
        from billing.use_class_change u
        join connection.service_agreement a using (utility_id, agreement_id)
        where u.utility_id = $1 and a.connection_id > $2 and a.connection_id <= $3
          and u.withdrawn_at is null and $4 is not null
        order by u.changed_on";
    for row in rows(db, statement, page).await? {
        let register: Option<i32> = row.try_get("register_value")?;
        let change = ClassChange {
            on: date(&row, "changed_on")?,
            from: use_class::of_row(&row, "from_class")?,
            register: register.map(i32::unsigned_abs),
        };
        found.entry(row.try_get("agreement_id")?).or_default().push(change);
    }
    Ok(found)
}

/// What the last bill of a shared tap left over. Assessments are found through the bill (see the
/// comment of their table).
async fn carried(
    db: &mut PgConnection,
    page: PageRange,
) -> sqlx::Result<HashMap<i64, [CubicMeters; 2]>> {
    let mut found: HashMap<i64, [CubicMeters; 2]> = HashMap::new();
    let statement = "
        select b.agreement_id, a.claim, a.carried_m3
        from connection.service_connection c
        join lateral (
            select b.bill_id, b.agreement_id, run.round_id from billing.bill b
            join billing.billing_run run using (utility_id, run_id)
            where b.utility_id = c.utility_id and b.connection_id = c.connection_id
            order by b.bill_id desc limit 1
        ) b on true
        join billing.assessment a
            on a.utility_id = c.utility_id and a.round_id = b.round_id
            and a.connection_id = c.connection_id and a.bill_id = b.bill_id
        where c.utility_id = $1 and c.connection_id > $2 and c.connection_id <= $3
          and c.charged_dwellings > 1 and a.carried_m3 is not null
          and b.round_id is distinct from $4";
    for row in rows(db, statement, page).await? {
        let claim = crate::billing::assessments::claim(&row)?;
        let place = Claim::ALL.iter().position(|known| *known == claim).unwrap_or(0);
        let carried = CubicMeters(row.try_get::<i32, _>("carried_m3")?.unsigned_abs());
        found.entry(row.try_get("agreement_id")?).or_default()[place] = carried;
    }
    Ok(found)
}

fn source_kind(code: i16) -> sqlx::Result<SourceKind> {
    match code {
        1 => Ok(SourceKind::Adds),
        2 => Ok(SourceKind::Deducts),
        _ => Err(sqlx::Error::Decode(format!("kind {code} is not known").into())),
    }
}

fn source_measure(row: &PgRow) -> sqlx::Result<SourceMeasure> {
    let number = |column: &str| -> sqlx::Result<CubicMeters> {
        Ok(CubicMeters(row.try_get::<i32, _>(column)?.unsigned_abs()))
    };
    match row.try_get::<i16, _>("measure")? {
        1 => {
            let read: Option<i32> = row.try_get("usage_m3")?;
            Ok(SourceMeasure::Metered(read.map(|usage| CubicMeters(usage.unsigned_abs()))))
        }
        2 => Ok(SourceMeasure::PerHead(
            u16::try_from(number("people")?.0)
                .map_err(|error| sqlx::Error::Decode(error.into()))?,
        )),
        3 => Ok(SourceMeasure::PerMonth(number("monthly_m3")?)),
        code => Err(sqlx::Error::Decode(format!("measure {code} is not known").into())),
    }
}

fn validity(row: &PgRow) -> sqlx::Result<Validity> {
    let before: Option<jiff_sqlx::Date> = row.try_get("before")?;
    Ok(Validity { from: date(row, "starts_on")?, before: before.map(jiff_sqlx::Date::to_jiff) })
}

fn date(row: &PgRow, column: &str) -> sqlx::Result<Date> {
    row.try_get::<jiff_sqlx::Date, _>(column).map(jiff_sqlx::Date::to_jiff)
}
