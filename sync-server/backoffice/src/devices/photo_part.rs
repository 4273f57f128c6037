//! Parts of photos (写真の受信): taken in order, resumed where they broke off, whole when the hash agrees.

use sha2::{Digest, Sha256};
use shared::wire::SyncResponseV1;
use shared::wire::sync::PHOTO_PART_BYTES_MAX;
use sqlx::Row;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::device::Device;
use crate::Backoffice;

/// Stores a part and says where to go on. A part that begins elsewhere is not stored and answered
/// alike, so that a terminal finds its place again with any request.
pub(super) async fn photo_part(
    office: &Backoffice,
    device: &Device,
    id: Uuid,
    offset: u32,
    part: &[u8],
) -> sqlx::Result<SyncResponseV1> {
    let refused = |code: &str| Ok(SyncResponseV1::Refused { code: code.into() });
    let mut db = office.pool.begin().await?;
    // The photo is held, so that a repetition does not store the same part beside its original.
    let photo = sqlx::query(
        "select sha256, byte_count from metering.photo
         where utility_id = $1 and photo_id = $2 and device_id = $3 for update",
    )
    .bind(office.utility.0)
    .bind(id)
    .bind(device.id.0)
    .fetch_optional(&mut *db)
    .await?;
    let Some(photo) = photo else { return refused("S50") };
    let whole = photo.try_get::<i32, _>("byte_count")?.unsigned_abs();
    let through = stored_through(&mut db, office, id).await?;
    if through == whole || offset != through || part.is_empty() {
        return Ok(SyncResponseV1::PhotoStored { id, through });
    }
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    if part.len() > PHOTO_PART_BYTES_MAX || length > whole - through {
        return refused("S51");
    }
    sqlx::query(
        "insert into metering.photo_part (utility_id, photo_id, begins_at, bytes)
         values ($1, $2, $3, $4)",
    )
    .bind(office.utility.0)
    .bind(id)
    .bind(i32::try_from(offset).map_err(|error| sqlx::Error::Encode(error.into()))?)
    .bind(part)
    .execute(&mut *db)
    .await?;
    let through = through + length;
    if through == whole && hash_of(&mut db, office, id).await? != photo.try_get::<Vec<u8>, _>(0)? {
        sqlx::query("delete from metering.photo_part where utility_id = $1 and photo_id = $2")
            .bind(office.utility.0)
            .bind(id)
            .execute(&mut *db)
            .await?;
        db.commit().await?;
        tracing::warn!(device.code = device.code, photo.id = %id, "a photo came in wrong");
        return refused("S52");
    }
    db.commit().await?;
    Ok(SyncResponseV1::PhotoStored { id, through })
}

async fn stored_through(db: &mut PgConnection, office: &Backoffice, id: Uuid) -> sqlx::Result<u32> {
    let through: i64 = sqlx::query_scalar(
        "select coalesce(sum(length(bytes)), 0) from metering.photo_part
         where utility_id = $1 and photo_id = $2",
    )
    .bind(office.utility.0)
    .bind(id)
    .fetch_one(db)
    .await?;
    u32::try_from(through).map_err(|error| sqlx::Error::Decode(error.into()))
}

async fn hash_of(db: &mut PgConnection, office: &Backoffice, id: Uuid) -> sqlx::Result<Vec<u8>> {
    let parts: Vec<Vec<u8>> = sqlx::query_scalar(
        "select bytes from metering.photo_part
         where utility_id = $1 and photo_id = $2 order by begins_at",
    )
    .bind(office.utility.0)
    .bind(id)
    .fetch_all(db)
    .await?;
    let hash = parts.iter().fold(Sha256::new(), Sha256::chain_update);
    Ok(hash.finalize().to_vec())
}
