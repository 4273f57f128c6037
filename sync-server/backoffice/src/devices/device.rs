//! Terminals (ハンディ端末): which there are, and whether one is who it says.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sha2::{Digest, Sha256};
use shared::ids::DeviceId;
use sqlx::{Row, postgres::PgRow};

use crate::Backoffice;

/// A terminal that has proved itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Key.
    pub id: DeviceId,
    /// H01.
    pub code: String,
}

/// A terminal in the office's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceSummary {
    /// Key.
    pub id: DeviceId,
    /// H01.
    pub code: String,
    /// 登録日時.
    pub enrolled_at: Timestamp,
    /// 使用停止日時.
    pub revoked_at: Option<Timestamp>,
    /// 最終通信.
    pub last_seen_at: Option<Timestamp>,
    /// How many entries of its log are stored here.
    pub stored_through: u64,
    /// How many of them wait for the office.
    pub quarantined: u64,
    /// Numbers of the routes it is to walk at present.
    pub routes: Vec<String>,
}

/// The SHA-256 under which a token is kept.
pub(super) fn token_hash(token: &[u8; 32]) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

/// The terminal, if the token is its own and it has not been revoked. Notes the contact.
pub async fn authenticate_device(
    office: &Backoffice,
    device: DeviceId,
    token: &[u8; 32],
    now: Timestamp,
) -> sqlx::Result<Option<Device>> {
    let code: Option<String> = sqlx::query_scalar(
        "update devices.device set last_seen_at = greatest(last_seen_at, $4)
         where utility_id = $1 and device_id = $2 and token_hash = $3 and revoked_at is null
         returning code",
    )
    .bind(office.utility.0)
    .bind(device.0)
    .bind(token_hash(token))
    .bind(now.to_sqlx())
    .fetch_optional(&office.pool)
    .await?;
    Ok(code.map(|code| Device { id: device, code }))
}

/// Takes a terminal out of use, as when it is lost. Tells whether it was in use.
pub async fn revoke_device(
    office: &Backoffice,
    device: DeviceId,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let mut db = office.pool.begin().await?;
    let revoked = sqlx::query(
        "update devices.device set revoked_at = $3
         where utility_id = $1 and device_id = $2 and revoked_at is null",
    )
    .bind(office.utility.0)
    .bind(device.0)
    .bind(now.to_sqlx())
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "update metering.reading_route set device_id = null
         where utility_id = $1 and device_id = $2 and closed_on is null",
    )
    .bind(office.utility.0)
    .bind(device.0)
    .execute(&mut *db)
    .await?;
    db.commit().await?;
    Ok(revoked.rows_affected() == 1)
}

/// All terminals by their codes.
pub async fn devices(office: &Backoffice) -> sqlx::Result<Vec<DeviceSummary>> {
    sqlx::query(
        "select d.device_id, d.code, d.enrolled_at, d.revoked_at, d.last_seen_at,
                coalesce((select max(l.sequence) from devices.log_entry l
                          where l.device_id = d.device_id), 0) as stored_through,
                (select count(*) from devices.log_entry l
                 where l.device_id = d.device_id and l.quarantine is not null) as quarantined,
                array(select r.number from metering.reading_route r
                      where r.utility_id = d.utility_id and r.device_id = d.device_id
                        and r.closed_on is null
                      order by r.number) as routes
         from devices.device d
         where d.utility_id = $1
         order by d.code",
    )
    .bind(office.utility.0)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(summary_of_row)
    .collect()
}

fn summary_of_row(row: &PgRow) -> sqlx::Result<DeviceSummary> {
    let moment = |column: &str| {
        row.try_get::<Option<jiff_sqlx::Timestamp>, _>(column)
            .map(|moment| moment.map(jiff_sqlx::Timestamp::to_jiff))
    };
    Ok(DeviceSummary {
        id: DeviceId(row.try_get("device_id")?),
        code: row.try_get("code")?,
        enrolled_at: row.try_get::<jiff_sqlx::Timestamp, _>("enrolled_at")?.to_jiff(),
        revoked_at: moment("revoked_at")?,
        last_seen_at: moment("last_seen_at")?,
        stored_through: row.try_get::<i64, _>("stored_through")?.unsigned_abs(),
        quarantined: row.try_get::<i64, _>("quarantined")?.unsigned_abs(),
        routes: row.try_get("routes")?,
    })
}
