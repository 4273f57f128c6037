//! Enrolling a terminal (端末の登録): what makes a program a terminal of this utility.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::ids::DeviceId;
use shared::metering::notice_seal::SlipKey;
use shared::wire::EnrolmentV1;

use super::device::token_hash;
use crate::Backoffice;

/// A terminal to be enrolled.
pub struct NewDevice {
    /// Key, of the caller's making.
    pub id: DeviceId,
    /// H01: 1 to 8 letters or figures. It is never used again for another terminal, because its
    /// slips carry it.
    pub code: String,
    /// `https://host:port`.
    pub server_url: String,
    /// 32 random bytes of the caller.
    pub token: [u8; 32],
    /// The certificate that the server's must come from.
    pub authority_der: Vec<u8>,
}

/// Why a terminal could not be enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// Another terminal has, or had, this code or key.
    #[error("the device code is taken")]
    CodeTaken,
    /// Not 1 to 8 letters or figures.
    #[error("a device code has 1 to 8 letters or figures")]
    BadCode,
    /// There is no utility yet that it could belong to.
    #[error("the utility does not exist")]
    NoUtility,
    /// The database did not answer as it should.
    #[error("the database refused")]
    Database(#[source] sqlx::Error),
}

impl EnrolError {
    /// The stable code, explained in [`crate::codes`].
    pub fn code(&self) -> &'static str {
        match self {
            EnrolError::CodeTaken => "S03",
            EnrolError::BadCode => "S04",
            EnrolError::NoUtility => "S05",
            EnrolError::Database(_) => "X90",
        }
    }
}

impl From<sqlx::Error> for EnrolError {
    fn from(error: sqlx::Error) -> Self {
        let constraint = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
        match constraint {
            Some("device_code_unique" | "device_pkey") => EnrolError::CodeTaken,
            _ => EnrolError::Database(error),
        }
    }
}

/// Enrols a terminal and gives back the file that it is to be handed.
pub async fn enrol(
    office: &Backoffice,
    new: NewDevice,
    now: Timestamp,
) -> Result<EnrolmentV1, EnrolError> {
    let is_well_formed = (1..=8).contains(&new.code.len())
        && new.code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_well_formed {
        return Err(EnrolError::BadCode);
    }
    let utility = crate::access::utility(office).await?.ok_or(EnrolError::NoUtility)?;
    sqlx::query(
        "insert into devices.device (utility_id, device_id, code, token_hash, enrolled_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(office.utility.0)
    .bind(new.id.0)
    .bind(&new.code)
    .bind(token_hash(&new.token))
    .bind(now.to_sqlx())
    .execute(&office.pool)
    .await?;
    tracing::info!(device.code = new.code, "terminal enrolled");
    Ok(EnrolmentV1 {
        device: new.id.0,
        slip_key: SlipKey::for_device(utility.slip_master_key, &new.code).0,
        device_code: new.code,
        server: new.server_url,
        token: new.token,
        authority: new.authority_der,
    })
}
