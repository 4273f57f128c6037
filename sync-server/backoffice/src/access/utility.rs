//! The utility itself (水道事業体): whose name and key stand behind every notice.

use shared::ids::UtilityId;
use shared::metering::notice_seal::SlipKey;
use sqlx::{PgExecutor, Row};

use crate::Backoffice;

/// A water utility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utility {
    /// Key.
    pub id: UtilityId,
    /// Name on papers.
    pub name: String,
    /// T and 13 digits (登録番号).
    pub registration_number: String,
    /// Where to ask, with the telephone number.
    pub contact: String,
    /// The master key of all slips' signatures.
    pub slip_master_key: SlipKey,
}

/// Writes the utility down. Everything else hangs on it.
pub async fn create_utility(db: impl PgExecutor<'_>, utility: &Utility) -> sqlx::Result<()> {
    sqlx::query(
        "insert into access.utility
             (utility_id, name, registration_number, contact, slip_master_key)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(utility.id.0)
    .bind(&utility.name)
    .bind(&utility.registration_number)
    .bind(&utility.contact)
    .bind(utility.slip_master_key.0.as_slice())
    .execute(db)
    .await?;
    Ok(())
}

/// The utility this office works for; `None` before it was created.
pub async fn utility(office: &Backoffice) -> sqlx::Result<Option<Utility>> {
    let row = sqlx::query(
        "select name, registration_number, contact, slip_master_key
         from access.utility where utility_id = $1",
    )
    .bind(office.utility.0)
    .fetch_optional(&office.pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let key: Vec<u8> = row.try_get("slip_master_key")?;
    let key: [u8; 32] = key.try_into().map_err(|_| {
        // The table's own check holds the length; a database without it is not ours.
        sqlx::Error::Decode("the slip master key has not 32 bytes".into())
    })?;
    Ok(Some(Utility {
        id: office.utility,
        name: row.try_get("name")?,
        registration_number: row.try_get("registration_number")?,
        contact: row.try_get("contact")?,
        slip_master_key: SlipKey(key),
    }))
}
