//! Staff (職員・検針員): who works with the system.

use shared::ids::StaffId;
use sqlx::{PgExecutor, Row, postgres::PgRow};

use super::rights::{Right, Role};
use super::secret::{SALT_BYTES, hash_secret};
use crate::Backoffice;

/// Somebody who works with the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Key.
    pub id: StaffId,
    /// What is typed to log in; a reader's number.
    pub login_name: String,
    /// Name on pages and slips.
    pub display_name: String,
    /// What they are employed for.
    pub role: Role,
}

impl Staff {
    /// Whether they hold the right.
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }
}

/// A password or PIN as typed, with the salt for its hash.
#[derive(Clone)]
pub struct Secret {
    /// As typed.
    pub text: String,
    /// Random bytes of the caller.
    pub salt: [u8; SALT_BYTES],
}

impl Secret {
    pub(super) async fn hash(self) -> String {
        tokio::task::spawn_blocking(move || hash_secret(&self.text, self.salt))
            .await
            .expect("hashing neither panics nor is cancelled")
    }
}

/// Somebody to be added.
pub struct NewStaff {
    /// What is typed to log in.
    pub login_name: String,
    /// Name on pages and slips.
    pub display_name: String,
    /// What they are employed for.
    pub role: Role,
    /// For the office's pages; without one they cannot log in there.
    pub password: Option<Secret>,
    /// For terminals; set for those who read meters.
    pub pin: Option<Secret>,
}

/// Why somebody could not be added.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Somebody else has this login name.
    #[error("the login name is taken")]
    LoginTaken,
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[source] sqlx::Error),
}

impl AccessError {
    /// The stable code, explained in [`crate::codes`].
    pub fn code(&self) -> &'static str {
        match self {
            AccessError::LoginTaken => "A03",
            AccessError::Database(_) => "X90",
        }
    }
}

impl From<sqlx::Error> for AccessError {
    fn from(error: sqlx::Error) -> Self {
        let constraint = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
        match constraint {
            Some("staff_login_name_unique") => AccessError::LoginTaken,
            _ => AccessError::Database(error),
        }
    }
}

/// Adds somebody; the secrets are hashed before they come near the database.
pub async fn add_staff(office: &Backoffice, new: NewStaff) -> Result<StaffId, AccessError> {
    let password_hash = match new.password {
        Some(secret) => Some(secret.hash().await),
        None => None,
    };
    let pin_hash = match new.pin {
        Some(secret) => Some(secret.hash().await),
        None => None,
    };
    let id = sqlx::query_scalar(
        "insert into access.staff
             (utility_id, login_name, display_name, password_hash, pin_hash, role)
         values ($1, $2, $3, $4, $5, $6)
         returning staff_id",
    )
    .bind(office.utility.0)
    .bind(new.login_name)
    .bind(new.display_name)
    .bind(password_hash)
    .bind(pin_hash)
    .bind(new.role.key())
    .fetch_one(&office.pool)
    .await?;
    Ok(StaffId(id))
}

/// Everybody who is active, by login name.
pub async fn staff_list(office: &Backoffice) -> sqlx::Result<Vec<Staff>> {
    sqlx::query(
        "select staff_id, login_name, display_name, role from access.staff
         where utility_id = $1 and is_active
         order by login_name",
    )
    .bind(office.utility.0)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(staff_of_row)
    .collect()
}

/// The active member of staff with this key.
pub(super) async fn active_staff(
    db: impl PgExecutor<'_>,
    utility_id: i64,
    staff_id: i64,
) -> sqlx::Result<Option<Staff>> {
    sqlx::query(
        "select staff_id, login_name, display_name, role from access.staff
         where utility_id = $1 and staff_id = $2 and is_active",
    )
    .bind(utility_id)
    .bind(staff_id)
    .fetch_optional(db)
    .await?
    .as_ref()
    .map(staff_of_row)
    .transpose()
}

fn staff_of_row(row: &PgRow) -> sqlx::Result<Staff> {
    let role: String = row.try_get("role")?;
    Ok(Staff {
        id: StaffId(row.try_get("staff_id")?),
        login_name: row.try_get("login_name")?,
        display_name: row.try_get("display_name")?,
        role: Role::from_key(&role)
            .ok_or_else(|| sqlx::Error::Decode(format!("unknown role {role}").into()))?,
    })
}
