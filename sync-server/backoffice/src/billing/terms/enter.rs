//! Entering and ending terms (料金の条件の登録と終了).

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::billing::Claim;
use shared::billing::terms::SourceKind;
use shared::billing::volume::DifferenceTolerance;
use shared::ids::{ConnectionId, StaffId};
use shared::metering::RegisterReading;
use sqlx::Row;
use sqlx::postgres::PgConnection;

use super::{TermKind, TermRefusal};
use crate::Backoffice;
use crate::billing::tariffs::all_tariffs;

/// Who decided a term, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermDecision {
    /// Number of the document.
    pub document: String,
    /// 決定日.
    pub decided_on: Date,
    /// 決定者.
    pub decided_by: StaffId,
    /// Anything else; may be empty.
    pub note: String,
}

/// Who enters something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryBy {
    /// The member of staff.
    pub staff: StaffId,
    /// The moment.
    pub at: Timestamp,
    /// Knows that what is assessed already is not changed by it.
    pub accepts_assessed: bool,
}

/// How a source is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewMeasure {
    /// By a meter of its own.
    Metered {
        /// Number on the meter.
        number: String,
        /// Digits of its register.
        digits: u8,
        /// Its dials on the first day.
        first: u32,
    },
    /// By the tariff's rule for so many people.
    PerHead(u16),
    /// So many m³ a month.
    PerMonth(u32),
}

/// What is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewTerm {
    /// 減免.
    Relief {
        /// Whose table names it.
        claim: Claim,
        /// Its key there.
        key: String,
    },
    /// 井戸水等・減量.
    Source {
        /// Adds or deducts.
        kind: SourceKind,
        /// 井戸, 製氷機 ….
        name: String,
        /// How it is measured.
        measure: NewMeasure,
    },
    /// 親メーターの差水量.
    Tolerance(DifferenceTolerance),
}

/// A term with its days and its decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermEntry {
    /// What holds.
    pub term: NewTerm,
    /// First day.
    pub from: Date,
    /// Last day, the day itself included; `None` while it runs on.
    pub until: Option<Date>,
    /// Who decided it.
    pub decision: TermDecision,
}

/// Enters a term of a connection; a relief belongs to the agreement of its first day.
pub async fn enter_term(
    office: &Backoffice,
    connection: ConnectionId,
    entry: &TermEntry,
    by: EntryBy,
) -> Result<i64, TermRefusal> {
    let before = match entry.until {
        Some(until) if until < entry.from => return Err(TermRefusal::Incomplete),
        Some(until) => Some(until.tomorrow().map_err(|_| TermRefusal::Incomplete)?),
        None => None,
    };
    if entry.decision.document.trim().is_empty() {
        return Err(TermRefusal::Incomplete);
    }
    let mut db = office.pool.begin().await?;
    refuse_assessed(&mut db, office.utility.0, connection, entry.from, by).await?;
    let insert = Insert { utility: office.utility.0, connection, entry, before, by };
    let id = match &entry.term {
        NewTerm::Relief { claim, key } => insert.relief(&mut db, *claim, key).await?,
        NewTerm::Source { kind, name, measure } => {
            insert.source(&mut db, *kind, name, measure).await?
        }
        NewTerm::Tolerance(tolerance) => insert.tolerance(&mut db, *tolerance).await?,
    };
    db.commit().await?;
    tracing::info!(term.id = id, staff.id = by.staff.0, "term of a charge entered");
    Ok(id)
}

struct Insert<'a> {
    utility: i64,
    connection: ConnectionId,
    entry: &'a TermEntry,
    before: Option<Date>,
    by: EntryBy,
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

impl Insert<'_> {
    /// `$1` to `$9`: utility, first day, day after the last, the decision, who entered it.
    fn begin(&self, statement: &'static str) -> Query<'static> {
        let decision = &self.entry.decision;
        sqlx::query(statement)
            .bind(self.utility)
            .bind(self.entry.from.to_sqlx())
            .bind(self.before.map(ToSqlx::to_sqlx))
            .bind(decision.document.trim().to_owned())
            .bind(decision.decided_on.to_sqlx())
            .bind(decision.decided_by.0)
            .bind(decision.note.trim().to_owned())
            .bind(self.by.staff.0)
            .bind(self.by.at.to_sqlx())
    }

    async fn relief(
        &self,
        db: &mut PgConnection,
        claim: Claim,
        key: &str,
    ) -> Result<i64, TermRefusal> {
        let agreement: Option<i64> = sqlx::query_scalar(
            "select agreement_id from connection.service_agreement
             where utility_id = $1 and connection_id = $2 and period @> $3",
        )
        .bind(self.utility)
        .bind(self.connection.0)
        .bind(self.entry.from.to_sqlx())
        .fetch_optional(&mut *db)
        .await?;
        let agreement = agreement.ok_or(TermRefusal::NoAgreement)?;
        let tariffs = all_tariffs(db, self.utility).await?;
        let is_known = tariffs.iter().any(|stored| {
            stored.tariff.claim == claim
                && stored.tariff.reliefs.iter().any(|relief| relief.key == key)
                && stored.valid_before.is_none_or(|before| self.entry.from < before)
        });
        if !is_known {
            return Err(TermRefusal::NoRelief);
        }
        let statement = "
            insert into billing.relief_grant (utility_id, agreement_id, claim, relief_key,
                starts_on, period, document, decided_on, decided_by, note, entered_by, entered_at)
            values ($1, $10, $11, $12, $2, daterange($2, $3), $4, $5, $6, $7, $8, $9)
            returning grant_id";
        let query = self.begin(statement).bind(agreement).bind(i16::from(claim.code()));
        id_of(query.bind(key.to_owned()), db).await
    }

    async fn source(
        &self,
        db: &mut PgConnection,
        kind: SourceKind,
        name: &str,
        measure: &NewMeasure,
    ) -> Result<i64, TermRefusal> {
        let statement = "
            insert into billing.sewage_source (utility_id, connection_id, kind, measure, name,
                people, monthly_m3, meter_number, dial_digits, first_value,
                starts_on, period, document, decided_on, decided_by, note, entered_by, entered_at)
            values ($1, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                $2, daterange($2, $3), $4, $5, $6, $7, $8, $9)
            returning source_id";
        let kind = match kind {
            SourceKind::Adds => 1_i16,
            SourceKind::Deducts => 2,
        };
        let whole = |number: u32| i32::try_from(number).map_err(|_| TermRefusal::Incomplete);
        let query = self.begin(statement).bind(self.connection.0).bind(kind);
        let named =
            |query: Query<'static>, measure: i16| query.bind(measure).bind(name.trim().to_owned());
        let none = None::<i32>;
        let query = match measure {
            NewMeasure::Metered { number, digits, first } => {
                if number.trim().is_empty() || RegisterReading::new(*first, *digits).is_err() {
                    return Err(TermRefusal::Incomplete);
                }
                named(query, 1)
                    .bind(none)
                    .bind(none)
                    .bind(Some(number.trim().to_owned()))
                    .bind(Some(i16::from(*digits)))
                    .bind(Some(whole(*first)?))
            }
            NewMeasure::PerHead(people) => {
                let query = named(query, 2).bind(Some(i32::from(*people))).bind(none);
                query.bind(None::<String>).bind(None::<i16>).bind(none)
            }
            NewMeasure::PerMonth(monthly) => {
                let query = named(query, 3).bind(none).bind(Some(whole(*monthly)?));
                query.bind(None::<String>).bind(None::<i16>).bind(none)
            }
        };
        id_of(query, db).await
    }

    async fn tolerance(
        &self,
        db: &mut PgConnection,
        tolerance: DifferenceTolerance,
    ) -> Result<i64, TermRefusal> {
        let statement = "
            insert into billing.master_term (utility_id, connection_id, percent, m3,
                starts_on, period, document, decided_on, decided_by, note, entered_by, entered_at)
            values ($1, $10, $11, $12, $2, daterange($2, $3), $4, $5, $6, $7, $8, $9)
            returning term_id";
        let m3 = i32::try_from(tolerance.m3).map_err(|_| TermRefusal::Incomplete)?;
        let query = self.begin(statement).bind(self.connection.0);
        id_of(query.bind(i16::from(tolerance.percent)).bind(m3), db).await
    }
}

async fn id_of(query: Query<'_>, db: &mut PgConnection) -> Result<i64, TermRefusal> {
    let row = query.fetch_one(db).await.map_err(TermRefusal::of)?;
    Ok(row.try_get(0)?)
}

/// Ends a term after its last day; a day before its first one withdraws it altogether.
pub async fn end_term(
    office: &Backoffice,
    kind: TermKind,
    id: i64,
    last_day: Date,
    reason: &str,
    by: EntryBy,
) -> Result<(), TermRefusal> {
    if reason.trim().is_empty() {
        return Err(TermRefusal::Incomplete);
    }
    let before = last_day.tomorrow().map_err(|_| TermRefusal::Incomplete)?;
    let mut db = office.pool.begin().await?;
    let connection: Option<i64> = sqlx::query_scalar(connection_of(kind))
        .bind(office.utility.0)
        .bind(id)
        .fetch_optional(&mut *db)
        .await?;
    let connection = ConnectionId(connection.ok_or(TermRefusal::NotFound)?);
    refuse_assessed(&mut db, office.utility.0, connection, before, by).await?;
    sqlx::query(ending_of(kind))
        .bind(office.utility.0)
        .bind(id)
        .bind(before.to_sqlx())
        .bind(reason.trim())
        .bind(by.staff.0)
        .bind(by.at.to_sqlx())
        .execute(&mut *db)
        .await
        .map_err(TermRefusal::of)?;
    db.commit().await?;
    tracing::info!(term.id = id, staff.id = by.staff.0, "term of a charge ended");
    Ok(())
}

fn connection_of(kind: TermKind) -> &'static str {
    match kind {
        TermKind::Relief => {
            "select a.connection_id from billing.relief_grant g
             join connection.service_agreement a using (utility_id, agreement_id)
             where g.utility_id = $1 and g.grant_id = $2 for update of g"
        }
        TermKind::Source => {
            "select connection_id from billing.sewage_source
             where utility_id = $1 and source_id = $2 for update"
        }
        TermKind::Tolerance => {
            "select connection_id from billing.master_term
             where utility_id = $1 and term_id = $2 for update"
        }
    }
}

/// A term never ends later than it was to; before its first day nothing of it is left.
macro_rules! ending {
    ($table:literal, $key:literal) => {
        concat!(
            "update billing.",
            $table,
            " set period = case when $3 <= starts_on then 'empty'::daterange
                               else daterange(starts_on, least($3, upper(period))) end,
                 end_reason = $4, ended_by = $5, ended_at = $6
             where utility_id = $1 and ",
            $key,
            " = $2"
        )
    };
}

fn ending_of(kind: TermKind) -> &'static str {
    match kind {
        TermKind::Relief => ending!("relief_grant", "grant_id"),
        TermKind::Source => ending!("sewage_source", "source_id"),
        TermKind::Tolerance => ending!("master_term", "term_id"),
    }
}

/// The last day of a connection that is assessed.
pub(super) async fn assessed_until(
    db: &mut PgConnection,
    utility: i64,
    connection: ConnectionId,
) -> sqlx::Result<Option<Date>> {
    let until: Option<jiff_sqlx::Date> = sqlx::query_scalar(
        "select max(r.read_on)
         from billing.bill b
         join billing.billing_run run using (utility_id, run_id)
         join billing.assessment a
             on a.utility_id = b.utility_id and a.round_id = run.round_id
             and a.connection_id = b.connection_id and a.bill_id = b.bill_id
         join metering.reading r on r.utility_id = a.utility_id and r.reading_id = a.reading_id
         where b.utility_id = $1 and b.connection_id = $2",
    )
    .bind(utility)
    .bind(connection.0)
    .fetch_one(db)
    .await?;
    Ok(until.map(jiff_sqlx::Date::to_jiff))
}

/// A change from that day on does not touch what is assessed; the clerk has to know.
pub(super) async fn refuse_assessed(
    db: &mut PgConnection,
    utility: i64,
    connection: ConnectionId,
    from: Date,
    by: EntryBy,
) -> Result<(), TermRefusal> {
    match assessed_until(db, utility, connection).await? {
        Some(until) if from <= until && !by.accepts_assessed => Err(TermRefusal::Assessed(until)),
        _ => Ok(()),
    }
}
