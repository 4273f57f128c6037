//! Applying one entry of a terminal's log (送信記録の反映), within a savepoint of its own.

use jiff::Timestamp;
use jiff::civil::Date;
use shared::wire::{Event, EventV1, SlipV1};
use sqlx::postgres::{PgConnection, PgQueryResult};
use sqlx::{Connection, Row};

use super::apply_cash::{apply_cash, apply_cash_void};
use super::apply_exchange::apply_exchange;
use super::apply_note::{apply_note, apply_photo};
use super::apply_paper::{apply_day_signed, apply_login_refused, apply_paper};
use super::apply_service::{apply_start, apply_stop};
use super::apply_suspension::apply_suspension_step;
use super::apply_visit::{apply_no_read, apply_reading};
use super::device::Device;
use crate::Backoffice;

/// Why an entry was not applied.
#[derive(Debug)]
pub(super) enum NotApplied {
    /// It is kept aside with this S code.
    Quarantine(&'static str),
    /// The database did not answer as it should.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for NotApplied {
    fn from(error: sqlx::Error) -> Self {
        NotApplied::Database(error)
    }
}

/// Where an entry came from.
pub(super) struct Source<'a> {
    pub office: &'a Backoffice,
    pub device: &'a Device,
    pub sequence: u64,
    /// The business date as the server knows it.
    pub today: Date,
    /// When it came.
    pub now: Timestamp,
}

impl Source<'_> {
    /// The sequence as it is stored.
    pub fn stored_sequence(&self) -> sqlx::Result<i64> {
        i64::try_from(self.sequence).map_err(|error| sqlx::Error::Encode(error.into()))
    }
}

/// Applies an event. `Some` is the code under which the office finds the entry that could not be;
/// nothing of it is left behind then.
pub(super) async fn apply(
    db: &mut PgConnection,
    source: &Source<'_>,
    event: Option<Event>,
) -> sqlx::Result<Option<&'static str>> {
    let Some(Event::V1(event)) = event else { return Ok(Some("S20")) };
    let (device, sequence) = (&source.device.code, source.sequence);
    let mut savepoint = db.begin().await?;
    match apply_event(&mut savepoint, source, event).await {
        Ok(()) => {
            savepoint.commit().await?;
            Ok(None)
        }
        Err(NotApplied::Quarantine(code)) => {
            savepoint.rollback().await?;
            tracing::warn!(device.code = device, sequence, code, "entry quarantined");
            Ok(Some(code))
        }
        Err(NotApplied::Database(error)) if is_about_the_data(&error) => {
            savepoint.rollback().await?;
            let constraint =
                error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
            tracing::warn!(device.code = device, sequence, constraint, "entry refused");
            Ok(Some("S39"))
        }
        Err(NotApplied::Database(error)) => Err(error),
    }
}

async fn apply_event(
    db: &mut PgConnection,
    source: &Source<'_>,
    event: EventV1,
) -> Result<(), NotApplied> {
    match event {
        EventV1::PackageReceived { .. } | EventV1::LoggedIn { .. } => Ok(()),
        EventV1::Reading(reading) => apply_reading(db, source, reading).await,
        EventV1::NoRead(no_read) => apply_no_read(db, source, no_read).await,
        EventV1::SlipPrinted(slip) => apply_slip(db, source, slip, IsVoid::No).await,
        EventV1::SlipVoided(slip) => apply_slip(db, source, slip, IsVoid::Yes).await,
        EventV1::MeterExchanged(done) => apply_exchange(db, source, done).await,
        EventV1::ServiceStarted(start) => apply_start(db, source, start).await,
        EventV1::ServiceStopped(stop) => apply_stop(db, source, stop).await,
        EventV1::CashTaken(taken) => apply_cash(db, source, taken).await,
        EventV1::CashVoided(void) => apply_cash_void(db, source, void).await,
        EventV1::Noted(note) => apply_note(db, source, note).await,
        EventV1::PhotoTaken(photo) => apply_photo(db, source, photo).await,
        EventV1::SuspensionStepDone(step) => apply_suspension_step(db, source, step).await,
        EventV1::PaperPrinted(paper) => apply_paper(db, source, paper, IsVoid::No).await,
        EventV1::PaperVoided(paper) => apply_paper(db, source, paper, IsVoid::Yes).await,
        EventV1::DaySigned(day) => apply_day_signed(db, source, day).await,
        EventV1::LoginRefused { failures, .. } => apply_login_refused(db, source, failures).await,
    }
}

/// Whether a paper did not come out whole.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IsVoid {
    No,
    Yes,
}

async fn apply_slip(
    db: &mut PgConnection,
    source: &Source<'_>,
    slip: SlipV1,
    is_void: IsVoid,
) -> Result<(), NotApplied> {
    let shown = sqlx::query(
        "select coalesce(slip_water_yen, 0) + coalesce(slip_sewerage_yen, 0) as total
         from metering.reading where utility_id = $1 and reading_id = $2",
    )
    .bind(source.office.utility.0)
    .bind(slip.reading)
    .fetch_optional(&mut *db)
    .await?
    .ok_or(NotApplied::Quarantine("S31"))?;
    if shown.try_get::<Option<i64>, _>("total")? != Some(slip.amount_yen) {
        return Err(NotApplied::Quarantine("S34"));
    }
    let stored = sqlx::query(
        "insert into metering.slip
             (utility_id, slip_number, reading_id, amount_yen, reissue_of, is_void)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (utility_id, slip_number) do nothing",
    )
    .bind(source.office.utility.0)
    .bind(slip.slip_number)
    .bind(slip.reading)
    .bind(slip.amount_yen)
    .bind(slip.reissue_of)
    .bind(is_void == IsVoid::Yes)
    .execute(db)
    .await?;
    if stored.rows_affected() == 1 { Ok(()) } else { Err(NotApplied::Quarantine("S32")) }
}

/// Whether a row was stored; if not, one with its key stands there already.
pub(super) fn stored_once(stored: &PgQueryResult) -> Result<(), NotApplied> {
    if stored.rows_affected() == 1 { Ok(()) } else { Err(NotApplied::Quarantine("S41")) }
}

/// Whether the database refused these values (SQLSTATE classes 22 and 23): sending them again
/// would not help. Anything else may pass next time.
fn is_about_the_data(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
}
