//! A terminal's log as stored here (送信記録): where it ends, and where an entry belongs.

use serde::Deserialize;
use shared::ids::DeviceId;
use shared::wire::{Event, LogEntry, RunningHash};
use sqlx::Row;
use sqlx::postgres::PgConnection;

/// Everything up to here is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub through: u64,
    pub hash: RunningHash,
}

impl Head {
    /// Before the first entry.
    pub const START: Head = Head { through: 0, hash: RunningHash::START };

    /// After one more entry with these bytes.
    pub fn then(self, bytes: &[u8]) -> Head {
        Head { through: self.through + 1, hash: self.hash.then(bytes) }
    }
}

/// Where an entry belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// The next one. `None`: of a kind that this version does not know; it is kept and shown to
    /// the office, or a newer terminal would be blocked by an older server for ever.
    Next(Option<Box<Event>>),
    /// One that was here before, if the bytes are the same.
    Before(u64),
    /// Not to be taken, with the S code that says why.
    Nowhere(&'static str),
}

/// The part that stands before the event in every version of an entry.
#[derive(Deserialize)]
struct Start {
    sequence: u64,
    previous: RunningHash,
    _recorded_at_unix_seconds: i64,
}

/// Decides where the entry belongs behind `head`.
pub(super) fn place(bytes: &[u8], head: Head) -> Place {
    let Ok((start, _)) = postcard::take_from_bytes::<Start>(bytes) else {
        return Place::Nowhere("S13");
    };
    let entry = LogEntry::decode(bytes);
    let follows = start.sequence == head.through + 1;
    if start.sequence != 0 && start.sequence <= head.through {
        return Place::Before(start.sequence);
    }
    match entry {
        Ok(entry) if follows && start.previous == head.hash => {
            Place::Next(Some(Box::new(entry.event)))
        }
        Ok(_) if follows => Place::Nowhere("S12"),
        Ok(_) if start.sequence > head.through => Place::Nowhere("S11"),
        Err(_) if follows && start.previous == head.hash => Place::Next(None),
        _ => Place::Nowhere("S13"),
    }
}

/// Where the terminal's log ends here.
pub(super) async fn head(db: &mut PgConnection, device: DeviceId) -> sqlx::Result<Head> {
    let row = sqlx::query(
        "select sequence, running_hash from devices.log_entry
         where device_id = $1 order by sequence desc limit 1",
    )
    .bind(device.0)
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(Head::START) };
    let hash: Vec<u8> = row.try_get("running_hash")?;
    Ok(Head {
        through: row.try_get::<i64, _>("sequence")?.unsigned_abs(),
        hash: RunningHash(
            hash.try_into()
                .map_err(|_| sqlx::Error::Decode("a running hash has not 32 bytes".into()))?,
        ),
    })
}

/// Whether exactly these bytes are stored at that place.
pub(super) async fn is_stored(
    db: &mut PgConnection,
    device: DeviceId,
    sequence: u64,
    bytes: &[u8],
) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from devices.log_entry
                        where device_id = $1 and sequence = $2 and bytes = $3)",
    )
    .bind(device.0)
    .bind(i64::try_from(sequence).unwrap_or(i64::MAX))
    .bind(bytes)
    .fetch_one(db)
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::wire::EventV1;

    fn entry(sequence: u64, previous: RunningHash) -> Vec<u8> {
        let event = Event::V1(EventV1::LoggedIn { reader: "101".into() });
        LogEntry { sequence, previous, recorded_at_unix_seconds: 0, event }.encode()
    }

    #[test]
    fn an_entry_is_taken_only_behind_the_one_before_it() {
        let first = entry(1, RunningHash::START);
        let head = Head::START.then(&first);
        assert!(matches!(place(&first, Head::START), Place::Next(Some(_))));
        assert!(matches!(place(&entry(2, head.hash), head), Place::Next(Some(_))));
        assert_eq!(place(&first, head), Place::Before(1));
        assert_eq!(place(&entry(3, head.hash), head), Place::Nowhere("S11"));
        assert_eq!(place(&entry(2, RunningHash::START), head), Place::Nowhere("S12"));
        assert_eq!(place(&entry(0, RunningHash::START), head), Place::Nowhere("S13"));
        assert_eq!(place(b"garbage", head), Place::Nowhere("S13"));
        assert_eq!(place(&[], head), Place::Nowhere("S13"));
    }

    #[test]
    fn an_entry_of_a_later_version_is_kept_in_its_place_only() {
        let mut unknown = entry(1, RunningHash::START);
        let version = unknown.len() - 6;
        unknown[version] = 9;
        assert_eq!(place(&unknown, Head::START), Place::Next(None));
        assert_eq!(
            place(&unknown, Head { through: 0, hash: RunningHash([1; 32]) }),
            Place::Nowhere("S13")
        );
    }
}
