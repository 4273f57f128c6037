//! The terms of a connection (料金の条件の一覧): what holds, what held, and who entered it.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::billing::Claim;
use shared::ids::{ConnectionId, RoundId, StaffId};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::enter::assessed_until;
use super::{TermKind, TermRefusal, decision_words};
use crate::Backoffice;
use crate::billing::assessments::claim;
use crate::billing::tariffs::all_tariffs;
use crate::billing::use_class;
use shared::connection::UsageClass;

/// Whether a term holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermState {
    /// From a later day on.
    Future,
    /// Today.
    Current,
    /// It ended.
    Past,
    /// It was entered by mistake and never held.
    Withdrawn,
}

/// A term as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermLine {
    /// What it is.
    pub kind: TermKind,
    /// Its key among its kind.
    pub id: i64,
    /// 減免「福祉減免」（水道料金）.
    pub title: String,
    /// How it is measured, and the like; may be empty.
    pub details: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Option<Date>,
    /// Whether it holds.
    pub state: TermState,
    /// The document and its day.
    pub decision: String,
    /// Who decided it.
    pub decided_by: String,
    /// Anything else.
    pub note: String,
    /// Who entered it, and when.
    pub entered: (String, Timestamp),
    /// Why it was ended, by whom, and when.
    pub ended: Option<(String, String, Timestamp)>,
    /// Whether its meter is read in the office.
    pub is_metered: bool,
}

/// A change of the use class as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassChangeLine {
    /// Key.
    pub id: i64,
    /// First day of the new class.
    pub on: Date,
    /// The class before.
    pub from: String,
    /// The class after.
    pub to: String,
    /// The dials on that day.
    pub register: Option<u32>,
    /// The document and its day.
    pub decision: String,
    /// Who decided it.
    pub decided_by: String,
    /// Who entered it, and when.
    pub entered: (String, Timestamp),
    /// Why it was withdrawn, by whom, and when.
    pub withdrawn: Option<(String, String, Timestamp)>,
}

/// A reading of a source's meter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceReadingLine {
    /// The source.
    pub source: i64,
    /// Its name.
    pub name: String,
    /// 検針日.
    pub read_on: Date,
    /// 指針.
    pub register: u32,
    /// 水量.
    pub usage_m3: u32,
    /// Who entered it, and when.
    pub entered: (String, Timestamp),
}

/// A relief that some tariff knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReliefChoice {
    /// Whose table names it.
    pub claim: Claim,
    /// Its key there.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its rule.
    pub article: String,
}

/// Everything that a connection's page says and asks of terms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionTerms {
    /// Newest first.
    pub terms: Vec<TermLine>,
    /// Newest first.
    pub class_changes: Vec<ClassChangeLine>,
    /// Newest first.
    pub readings: Vec<SourceReadingLine>,
    /// Reliefs that can be granted.
    pub reliefs: Vec<ReliefChoice>,
    /// Classes that some tariff has a price for.
    pub classes: Vec<(UsageClass, String)>,
    /// Who may have decided: the active staff.
    pub staff: Vec<(StaffId, String)>,
    /// Rounds that a source can be read in, the newest first, with the first day of their month.
    pub rounds: Vec<(RoundId, Date)>,
    /// The last day that is assessed.
    pub assessed_until: Option<Date>,
    /// Whether there are submeters behind it.
    pub is_master: bool,
}

/// The terms of a connection.
pub async fn connection_terms(
    office: &Backoffice,
    connection: ConnectionId,
    today: Date,
) -> Result<ConnectionTerms, TermRefusal> {
    let utility = office.utility.0;
    let mut db = office.pool.acquire().await?;
    let tariffs = all_tariffs(&mut db, utility).await?;
    let mut found = ConnectionTerms::default();
    for stored in tariffs.iter().filter(|s| s.valid_before.is_none_or(|before| today < before)) {
        for relief in &stored.tariff.reliefs {
            let (key, name, article) =
                (relief.key.clone(), relief.name.clone(), relief.article.clone());
            let choice = ReliefChoice { claim: stored.tariff.claim, key, name, article };
            if !found.reliefs.contains(&choice) {
                found.reliefs.push(choice);
            }
        }
    }
    let named = use_class::use_classes(office).await?;
    let is_priced = |class: &UsageClass| {
        tariffs.iter().any(|stored| stored.tariff.use_classes().contains(class))
    };
    found.classes = named.into_iter().filter(|(class, _)| is_priced(class)).collect();
    for row in terms_rows(&mut db, utility, connection, today).await? {
        found.terms.push(term_of_row(&row, &found.reliefs)?);
    }
    let class_name = |class: UsageClass| {
        let known = found.classes.iter().find(|(known, _)| *known == class);
        known.map_or_else(|| class.japanese().to_owned(), |(_, name)| name.clone())
    };
    let changes = class_change_rows(&mut db, utility, connection).await?;
    found.class_changes =
        changes.iter().map(|row| class_change_of_row(row, class_name)).collect::<Result<_, _>>()?;
    found.readings = readings(&mut db, utility, connection).await?;
    found.staff = staff(&mut db, utility).await?;
    found.rounds = rounds(&mut db, utility).await?;
    found.assessed_until = assessed_until(&mut db, utility, connection).await?;
    found.is_master = sqlx::query_scalar(
        "select exists (select from connection.service_connection
                        where utility_id = $1 and parent_connection_id = $2)",
    )
    .bind(utility)
    .bind(connection.0)
    .fetch_one(&mut *db)
    .await?;
    Ok(found)
}

async fn terms_rows(
    db: &mut PgConnection,
    utility: i64,
    connection: ConnectionId,
    today: Date,
) -> sqlx::Result<Vec<PgRow>> {
    sqlx::query(TERMS).bind(utility).bind(connection.0).bind(today.to_sqlx()).fetch_all(db).await
}

/// The three kinds under one roof; columns that a kind lacks are null.
const TERMS: &str = "
    with term as (
        select 1 as kind, g.grant_id as id, g.claim, g.relief_key as name, null::smallint as measure,
               null::integer as figure, null::integer as other, null::text as meter_number,
               g.utility_id, g.starts_on, g.period, g.document, g.decided_on, g.decided_by, g.note,
               g.entered_by, g.entered_at, g.end_reason, g.ended_by, g.ended_at
        from billing.relief_grant g
        join connection.service_agreement a using (utility_id, agreement_id)
        where g.utility_id = $1 and a.connection_id = $2
        union all
        select 2, s.source_id, s.kind, s.name, s.measure, coalesce(s.people, s.monthly_m3, s.first_value),
               s.dial_digits, s.meter_number,
               s.utility_id, s.starts_on, s.period, s.document, s.decided_on, s.decided_by, s.note,
               s.entered_by, s.entered_at, s.end_reason, s.ended_by, s.ended_at
        from billing.sewage_source s where s.utility_id = $1 and s.connection_id = $2
        union all
        select 3, m.term_id, 0::smallint, '', null, m.percent, m.m3, null,
               m.utility_id, m.starts_on, m.period, m.document, m.decided_on, m.decided_by, m.note,
               m.entered_by, m.entered_at, m.end_reason, m.ended_by, m.ended_at
        from billing.master_term m where m.utility_id = $1 and m.connection_id = $2
    )
    select t.*, upper(t.period) - 1 as until,
           case when isempty(t.period) then 'withdrawn' when t.period @> $3 then 'current'
                when t.starts_on > $3 then 'future' else 'past' end as state,
           floor(extract(epoch from t.entered_at))::bigint as entered_seconds,
           floor(extract(epoch from t.ended_at))::bigint as ended_seconds,
           d.display_name as decider, e.display_name as enterer, x.display_name as ender
    from term t
    join access.staff d on d.utility_id = t.utility_id and d.staff_id = t.decided_by
    join access.staff e on e.utility_id = t.utility_id and e.staff_id = t.entered_by
    left join access.staff x on x.utility_id = t.utility_id and x.staff_id = t.ended_by
    order by t.starts_on desc, t.kind, t.id desc";

fn term_of_row(row: &PgRow, reliefs: &[ReliefChoice]) -> Result<TermLine, TermRefusal> {
    let name: String = row.try_get("name")?;
    let kind = match row.try_get::<i32, _>("kind")? {
        1 => TermKind::Relief,
        2 => TermKind::Source,
        _ => TermKind::Tolerance,
    };
    let figure = |column: &str| -> sqlx::Result<i32> {
        Ok(row.try_get::<Option<i32>, _>(column)?.unwrap_or_default())
    };
    let measure: Option<i16> = row.try_get("measure")?;
    let (title, details) = match kind {
        TermKind::Relief => {
            let claim = claim(row)?;
            let known = reliefs.iter().find(|known| known.claim == claim && known.key == name);
            let (named, article) = known
                .map_or((name.as_str(), ""), |known| (known.name.as_str(), known.article.as_str()));
            (format!("減免「{named}」（{}）", claim.japanese()), article.to_owned())
        }
        TermKind::Source => {
            let what = if row.try_get::<i16, _>("claim")? == 1 {
                "汚水に加える水"
            } else {
                "減量"
            };
            let number: Option<String> = row.try_get("meter_number")?;
            let how = match measure {
                Some(1) => format!(
                    "メーター {}（{}桁、最初の指針 {}）",
                    number.unwrap_or_default(),
                    figure("other")?,
                    figure("figure")?
                ),
                Some(2) => format!("人数による認定、{}人", figure("figure")?),
                _ => format!("定量の認定、1か月 {} m³", figure("figure")?),
            };
            (format!("{what}「{name}」"), how)
        }
        TermKind::Tolerance => (
            "親メーターの差水量".to_owned(),
            format!(
                "親メーターの{}％まで、または{} m³までは算定しない",
                figure("figure")?,
                figure("other")?
            ),
        ),
    };
    let until: Option<jiff_sqlx::Date> = row.try_get("until")?;
    Ok(TermLine {
        kind,
        id: row.try_get("id")?,
        title,
        details,
        from: day(row, "starts_on")?,
        until: until.map(jiff_sqlx::Date::to_jiff),
        state: match row.try_get::<&str, _>("state")? {
            "withdrawn" => TermState::Withdrawn,
            "current" => TermState::Current,
            "future" => TermState::Future,
            _ => TermState::Past,
        },
        decision: decision_words(row.try_get("document")?, day(row, "decided_on")?),
        decided_by: row.try_get("decider")?,
        note: row.try_get("note")?,
        entered: (row.try_get("enterer")?, moment(row, "entered_seconds")?),
        ended: ended(row, "end_reason", "ender", "ended_seconds")?,
        is_metered: measure == Some(1),
    })
}

async fn class_change_rows(
    db: &mut PgConnection,
    utility: i64,
    connection: ConnectionId,
) -> sqlx::Result<Vec<PgRow>> {
    sqlx::query(
        "select u.*, floor(extract(epoch from u.entered_at))::bigint as entered_seconds,
                floor(extract(epoch from u.withdrawn_at))::bigint as withdrawn_seconds,
                d.display_name as decider, e.display_name as enterer, x.display_name as withdrawer
         from billing.use_class_change u
         join connection.service_agreement a using (utility_id, agreement_id)
         join access.staff d on d.utility_id = u.utility_id and d.staff_id = u.decided_by
         join access.staff e on e.utility_id = u.utility_id and e.staff_id = u.entered_by
         left join access.staff x on x.utility_id = u.utility_id and x.staff_id = u.withdrawn_by
         where u.utility_id = $1 and a.connection_id = $2
         order by u.changed_on desc, u.change_id desc",
    )
    .bind(utility)
    .bind(connection.0)
    .fetch_all(db)
    .await
}

fn class_change_of_row(
    row: &PgRow,
    class_name: impl Fn(UsageClass) -> String,
) -> sqlx::Result<ClassChangeLine> {
    let register: Option<i32> = row.try_get("register_value")?;
    Ok(ClassChangeLine {
        id: row.try_get("change_id")?,
        on: day(row, "changed_on")?,
        from: class_name(use_class::of_row(row, "from_class")?),
        to: class_name(use_class::of_row(row, "to_class")?),
        register: register.map(i32::unsigned_abs),
        decision: decision_words(row.try_get("document")?, day(row, "decided_on")?),
        decided_by: row.try_get("decider")?,
        entered: (row.try_get("enterer")?, moment(row, "entered_seconds")?),
        withdrawn: ended(row, "withdrawal_reason", "withdrawer", "withdrawn_seconds")?,
    })
}

async fn readings(
    db: &mut PgConnection,
    utility: i64,
    connection: ConnectionId,
) -> sqlx::Result<Vec<SourceReadingLine>> {
    sqlx::query(
        "select r.*, s.name, e.display_name as enterer,
                floor(extract(epoch from r.entered_at))::bigint as entered_seconds
         from billing.current_source_reading r
         join billing.sewage_source s using (utility_id, source_id)
         join access.staff e on e.utility_id = r.utility_id and e.staff_id = r.entered_by
         where r.utility_id = $1 and s.connection_id = $2
         order by r.read_on desc, r.source_id limit 24",
    )
    .bind(utility)
    .bind(connection.0)
    .fetch_all(db)
    .await?
    .iter()
    .map(|row| {
        Ok(SourceReadingLine {
            source: row.try_get("source_id")?,
            name: row.try_get("name")?,
            read_on: day(row, "read_on")?,
            register: row.try_get::<i32, _>("register_value")?.unsigned_abs(),
            usage_m3: row.try_get::<i32, _>("usage_m3")?.unsigned_abs(),
            entered: (row.try_get("enterer")?, moment(row, "entered_seconds")?),
        })
    })
    .collect()
}

async fn staff(db: &mut PgConnection, utility: i64) -> sqlx::Result<Vec<(StaffId, String)>> {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "select staff_id, display_name from access.staff
         where utility_id = $1 and is_active and role <> 'reader' order by staff_id",
    )
    .bind(utility)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(id, name)| (StaffId(id), name)).collect())
}

async fn rounds(db: &mut PgConnection, utility: i64) -> sqlx::Result<Vec<(RoundId, Date)>> {
    let rows: Vec<(i64, jiff_sqlx::Date)> = sqlx::query_as(
        "select round_id, billing_month from metering.reading_round
         where utility_id = $1 order by billing_month desc limit 6",
    )
    .bind(utility)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(id, month)| (RoundId(id), month.to_jiff())).collect())
}

fn day(row: &PgRow, column: &str) -> sqlx::Result<Date> {
    row.try_get::<jiff_sqlx::Date, _>(column).map(jiff_sqlx::Date::to_jiff)
}

fn moment(row: &PgRow, column: &str) -> sqlx::Result<Timestamp> {
    Timestamp::from_second(row.try_get(column)?).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn ended(
    row: &PgRow,
    reason: &str,
    by: &str,
    at: &str,
) -> sqlx::Result<Option<(String, String, Timestamp)>> {
    let Some(reason) = row.try_get::<Option<String>, _>(reason)? else { return Ok(None) };
    Ok(Some((reason, row.try_get(by)?, moment(row, at)?)))
}
