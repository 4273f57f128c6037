//! Sessions (ログイン中): a working day from logging in, or an hour without doing anything, by a
//! token that only the browser holds.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use sha2::{Digest, Sha256};
use shared::ids::StaffId;
use sqlx::{Row, postgres::PgRow};

use super::staff::{Staff, active_staff};
use crate::Backoffice;

/// How long somebody stays logged in: a working day.
pub const SESSION_HOURS: i64 = 8;

/// How long a session lasts in which nothing is done (NIST SP 800-63B-4 §2.2.3: an hour at most).
pub const IDLE_MINUTES: i64 = 60;

/// From where a session was opened, for its holder to recognise it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Network address; empty where that is not known.
    pub address: String,
    /// What the browser says it is, cut to a hundred characters.
    pub browser: String,
}

/// A session that is open, without its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Names it on pages.
    pub id: i64,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When something was last done in it, to the minute.
    pub last_seen_at: Timestamp,
    /// From where.
    pub origin: Origin,
    /// Whether it is the one that asks.
    pub is_own: bool,
}

/// 32 random bytes from the caller. The database keeps their SHA-256 only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SessionToken(pub [u8; 32]);

impl SessionToken {
    fn hash(self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }
}

/// Opens a session, and clears away the ones that have run out.
pub async fn open_session(
    office: &Backoffice,
    staff: StaffId,
    token: SessionToken,
    origin: Origin,
    now: Timestamp,
) -> sqlx::Result<()> {
    let expires_at = now.saturating_add(SignedDuration::from_hours(SESSION_HOURS));
    let expires_at = expires_at.unwrap_or(Timestamp::MAX);
    let mut db = office.pool.begin().await?;
    sqlx::query("delete from access.session where expires_at <= $1 or last_seen_at <= $2")
        .bind(now.to_sqlx())
        .bind(idle_since(now).to_sqlx())
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "insert into access.session (token_hash, utility_id, staff_id, created_at, last_seen_at,
             expires_at, address, browser)
         values ($1, $2, $3, $4, $4, $5, $6, $7)",
    )
    .bind(token.hash())
    .bind(office.utility.0)
    .bind(staff.0)
    .bind(now.to_sqlx())
    .bind(expires_at.to_sqlx())
    .bind(origin.address)
    .bind(origin.browser)
    .execute(&mut *db)
    .await?;
    db.commit().await
}

/// Who holds this token, if the session is still good and they are still active.
pub async fn staff_of_session(
    office: &Backoffice,
    token: SessionToken,
    now: Timestamp,
) -> sqlx::Result<Option<Staff>> {
    let session = sqlx::query(
        "select staff_id, last_seen_at from access.session
         where token_hash = $1 and utility_id = $2 and expires_at > $3 and last_seen_at > $4",
    )
    .bind(token.hash())
    .bind(office.utility.0)
    .bind(now.to_sqlx())
    .bind(idle_since(now).to_sqlx())
    .fetch_optional(&office.pool)
    .await?;
    let Some(session) = session else { return Ok(None) };
    let seen: jiff_sqlx::Timestamp = session.try_get("last_seen_at")?;
    if now.duration_since(seen.to_jiff()) >= SignedDuration::from_mins(1) {
        sqlx::query("update access.session set last_seen_at = $2 where token_hash = $1")
            .bind(token.hash())
            .bind(now.to_sqlx())
            .execute(&office.pool)
            .await?;
    }
    active_staff(&office.pool, office.utility.0, session.try_get("staff_id")?).await
}

fn idle_since(now: Timestamp) -> Timestamp {
    now.saturating_sub(SignedDuration::from_mins(IDLE_MINUTES)).unwrap_or(Timestamp::MIN)
}

/// The open sessions of somebody, the latest first. `own` is the one that asks.
pub async fn open_sessions(
    office: &Backoffice,
    staff: StaffId,
    own: SessionToken,
    now: Timestamp,
) -> sqlx::Result<Vec<OpenSession>> {
    sqlx::query(
        "select session_id, created_at, last_seen_at, address, browser, token_hash = $3 as is_own
         from access.session
         where utility_id = $1 and staff_id = $2 and expires_at > $4 and last_seen_at > $5
         order by last_seen_at desc, session_id desc",
    )
    .bind(office.utility.0)
    .bind(staff.0)
    .bind(own.hash())
    .bind(now.to_sqlx())
    .bind(idle_since(now).to_sqlx())
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(session_of_row)
    .collect()
}

fn session_of_row(row: &PgRow) -> sqlx::Result<OpenSession> {
    let time = |column: &str| {
        row.try_get::<jiff_sqlx::Timestamp, _>(column).map(jiff_sqlx::Timestamp::to_jiff)
    };
    Ok(OpenSession {
        id: row.try_get("session_id")?,
        created_at: time("created_at")?,
        last_seen_at: time("last_seen_at")?,
        origin: Origin { address: row.try_get("address")?, browser: row.try_get("browser")? },
        is_own: row.try_get("is_own")?,
    })
}

/// Ends one of somebody's own sessions; `false` when they have none of this number.
pub async fn end_session(office: &Backoffice, staff: StaffId, id: i64) -> sqlx::Result<bool> {
    let ended = sqlx::query(
        "delete from access.session where utility_id = $1 and staff_id = $2 and session_id = $3",
    )
    .bind(office.utility.0)
    .bind(staff.0)
    .bind(id)
    .execute(&office.pool)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// Ends all of somebody's sessions but the one that asks, and says how many there were.
pub async fn end_other_sessions(
    office: &Backoffice,
    staff: StaffId,
    own: SessionToken,
) -> sqlx::Result<u64> {
    let ended = sqlx::query(
        "delete from access.session where utility_id = $1 and staff_id = $2 and token_hash <> $3",
    )
    .bind(office.utility.0)
    .bind(staff.0)
    .bind(own.hash())
    .execute(&office.pool)
    .await?;
    Ok(ended.rows_affected())
}

/// Ends a session; one that is not there is as good as ended.
pub async fn close_session(office: &Backoffice, token: SessionToken) -> sqlx::Result<()> {
    sqlx::query("delete from access.session where token_hash = $1")
        .bind(token.hash())
        .execute(&office.pool)
        .await?;
    Ok(())
}
