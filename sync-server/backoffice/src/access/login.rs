//! Logging in (ログイン): the password, and the lock after too many wrong ones.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use shared::ids::StaffId;
use sqlx::Row;

use super::secret::is_secret;
use super::staff::{Staff, active_staff};
use crate::Backoffice;

/// So many wrong passwords within [`LOCK_MINUTES`] lock the login name.
const FAILURES_MAX: i64 = 5;
/// So many from one address, whatever the names: somebody tries one password on everybody.
const ADDRESS_FAILURES_MAX: i64 = 30;
/// How far back failures count, and so how long a lock lasts.
const LOCK_MINUTES: i64 = 5;

/// What came of trying to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// They are who they say.
    Welcome(Staff),
    /// Name or password is wrong; which of the two is not told. Code A01.
    Wrong,
    /// Too many wrong passwords: wait five minutes from the first of them. Code A02.
    Locked,
}

impl Login {
    /// The stable code of a refusal, explained in [`crate::codes`].
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Login::Welcome(_) => None,
            Login::Wrong => Some("A01"),
            Login::Locked => Some("A02"),
        }
    }
}

/// Checks a password that came from `address` (empty where that is not known). The answer takes equally long whether the name exists or not.
pub async fn authenticate(
    office: &Backoffice,
    login_name: &str,
    password: &str,
    address: &str,
    now: Timestamp,
) -> sqlx::Result<Login> {
    let Some(attempt) = begin_attempt(office, login_name, address, now).await? else {
        return Ok(Login::Locked);
    };
    let known = sqlx::query(
        "select staff_id, password_hash from access.staff
         where utility_id = $1 and login_name = $2 and is_active",
    )
    .bind(office.utility.0)
    .bind(login_name)
    .fetch_optional(&office.pool)
    .await?;
    let (staff_id, stored) = match known {
        Some(row) => (Some(StaffId(row.try_get(0)?)), row.try_get::<Option<String>, _>(1)?),
        None => (None, None),
    };
    let is_right = holds(password, stored).await;
    let (Some(staff_id), true) = (staff_id, is_right) else { return Ok(Login::Wrong) };

    sqlx::query("update access.login_attempt set succeeded = true where attempt_id = $1")
        .bind(attempt)
        .execute(&office.pool)
        .await?;
    let staff = active_staff(&office.pool, office.utility.0, staff_id.0).await?;
    Ok(staff.map_or(Login::Wrong, Login::Welcome))
}

/// Whether a password is the stored one, off the async threads.
pub(super) async fn holds(password: &str, stored: Option<String>) -> bool {
    let password = password.to_owned();
    tokio::task::spawn_blocking(move || is_secret(&password, stored.as_deref()))
        .await
        .expect("hashing neither panics nor is cancelled")
}

/// Notes the attempt as failed before the password is looked at, so that a hundred tries at the
/// same moment count as a hundred. `None` when the name is locked; such tries do not count, or a
/// stranger could keep somebody out for ever.
async fn begin_attempt(
    office: &Backoffice,
    login_name: &str,
    address: &str,
    now: Timestamp,
) -> sqlx::Result<Option<i64>> {
    let since = now.saturating_sub(SignedDuration::from_mins(LOCK_MINUTES));
    let since = since.unwrap_or(Timestamp::MIN);
    let mut db = office.pool.begin().await?;
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('access.login ' || $1, 0))")
        .bind(login_name)
        .execute(&mut *db)
        .await?;
    let attempt = sqlx::query_scalar(
        "insert into access.login_attempt (login_name, attempted_at, succeeded, address)
         select $1, $2, false, $5
         where (select count(*) from access.login_attempt
                where login_name = $1 and attempted_at > $3 and not succeeded
                  and attempt_id > coalesce(
                      (select max(attempt_id) from access.login_attempt
                       where login_name = $1 and attempted_at > $3 and succeeded), 0)) < $4
           and ($5 = '' or (select count(*) from access.login_attempt
                where address = $5 and attempted_at > $3 and not succeeded) < $6)
         returning attempt_id",
    )
    .bind(login_name)
    .bind(now.to_sqlx())
    .bind(since.to_sqlx())
    .bind(FAILURES_MAX)
    .bind(address)
    .bind(ADDRESS_FAILURES_MAX)
    .fetch_optional(&mut *db)
    .await?;
    db.commit().await?;
    Ok(attempt)
}
