//! Sessions (ログイン中): eight hours from logging in, by a token that only the browser holds.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use sha2::{Digest, Sha256};
use shared::ids::StaffId;

use super::staff::{Staff, active_staff};
use crate::Backoffice;

/// How long somebody stays logged in: a working day.
pub const SESSION_HOURS: i64 = 8;

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
    now: Timestamp,
) -> sqlx::Result<()> {
    let expires_at = now.saturating_add(SignedDuration::from_hours(SESSION_HOURS));
    let expires_at = expires_at.unwrap_or(Timestamp::MAX);
    let mut db = office.pool.begin().await?;
    sqlx::query("delete from access.session where expires_at <= $1")
        .bind(now.to_sqlx())
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "insert into access.session (token_hash, utility_id, staff_id, created_at, expires_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(token.hash())
    .bind(office.utility.0)
    .bind(staff.0)
    .bind(now.to_sqlx())
    .bind(expires_at.to_sqlx())
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
    let staff_id: Option<i64> = sqlx::query_scalar(
        "select staff_id from access.session
         where token_hash = $1 and utility_id = $2 and expires_at > $3",
    )
    .bind(token.hash())
    .bind(office.utility.0)
    .bind(now.to_sqlx())
    .fetch_optional(&office.pool)
    .await?;
    match staff_id {
        Some(staff_id) => active_staff(&office.pool, office.utility.0, staff_id).await,
        None => Ok(None),
    }
}

/// Ends a session; one that is not there is as good as ended.
pub async fn close_session(office: &Backoffice, token: SessionToken) -> sqlx::Result<()> {
    sqlx::query("delete from access.session where token_hash = $1")
        .bind(token.hash())
        .execute(&office.pool)
        .await?;
    Ok(())
}
