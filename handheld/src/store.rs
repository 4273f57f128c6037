//! The store (端末の記憶): SQLite with an append-only event log, every entry durable when it is said.
//!
//! WAL with `synchronous=FULL`: a commit is on the disk before it returns. One commit per event.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};
use shared::wire::{
    Event, EventV1, LogEntry, RunningHash, SlipV1, WireError, WorkPackage, decode, encode,
};

const STEPS: [&str; 1] = [include_str!("../../migrations/sqlite/0001_log.sql")];

/// The terminal's memory. Only one program may have it open.
pub struct Store {
    db: Connection,
    head: Head,
}

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Sequence of the last entry; 0 before the first.
    pub sequence: u64,
    /// Hash over everything.
    pub running_hash: RunningHash,
}

/// Why the store cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no room left.
    #[error("the disk is full")]
    DiskFull(#[source] rusqlite::Error),
    /// SQLite refused.
    #[error("the store refused")]
    Database(#[from] rusqlite::Error),
    /// What was stored cannot be read.
    #[error("a stored message cannot be read")]
    Wire(#[from] WireError),
    /// The log's hashes do not fit.
    #[error("the log is damaged at entry {0}")]
    Damaged(u64),
}

impl StoreError {
    /// Shown to the reader.
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::DiskFull(_) => "H01",
            StoreError::Database(_) => "H02",
            StoreError::Wire(_) | StoreError::Damaged(_) => "H03",
        }
    }

    /// What the reader is told.
    pub fn japanese(&self) -> &'static str {
        match self {
            StoreError::DiskFull(_) => {
                "端末の空きがないため、保存していません。保存済みの検針は残っています。事務所に連絡してください。"
            }
            StoreError::Database(_) => "端末に保存できません。電源を入れ直してください。",
            StoreError::Wire(_) | StoreError::Damaged(_) => {
                "端末の記録が壊れています。事務所に連絡してください。"
            }
        }
    }
}

fn refused(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => StoreError::DiskFull(error),
        _ => StoreError::Database(error),
    }
}

type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// Opens the memory in this file, making it if there is none, and checks its last entry.
    pub fn open(path: &Path) -> Result<Store> {
        Store::from_connection(Connection::open(path)?)
    }

    fn from_connection(mut db: Connection) -> Result<Store> {
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "full")?;
        db.pragma_update(None, "foreign_keys", true)?;
        // A second program on the same memory would break the log: it is kept out from the start.
        db.pragma_update(None, "locking_mode", "exclusive")?;
        migrate(&mut db)?;
        let last = db
            .query_row(
                "select sequence, running_hash from log_entry order by sequence desc limit 1",
                [],
                |row| Ok(Head { sequence: row.get(0)?, running_hash: RunningHash(row.get(1)?) }),
            )
            .optional()?;
        let head = last.unwrap_or(Head { sequence: 0, running_hash: RunningHash::START });
        Ok(Store { db, head })
    }

    /// The end of the log.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Appends an event. When this returns, it is on the disk.
    pub fn append(&mut self, now_unix_seconds: i64, event: EventV1) -> Result<()> {
        let tx = self.db.transaction()?;
        let head = append_in(&tx, self.head, now_unix_seconds, event)?;
        tx.commit().map_err(refused)?;
        self.head = head;
        Ok(())
    }

    /// Everything in the log, in order, checked hash by hash.
    pub fn events(&self) -> Result<Vec<LogEntry>> {
        let mut statement =
            self.db.prepare("select sequence, bytes, running_hash from log_entry order by 1")?;
        let mut rows = statement.query([])?;
        let (mut entries, mut hash) = (Vec::new(), RunningHash::START);
        while let Some(row) = rows.next()? {
            let (sequence, bytes): (u64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let entry = LogEntry::decode(&bytes)?;
            hash = hash.then(&bytes);
            let is_next = usize::try_from(sequence).is_ok_and(|s| s == entries.len() + 1);
            if !is_next || entry.sequence != sequence || hash != RunningHash(row.get(2)?) {
                return Err(StoreError::Damaged(sequence));
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    /// The bytes of up to `limit` entries behind `after`, and the hash up to `after`.
    pub fn entries_after(&self, after: u64, limit: u32) -> Result<Vec<Vec<u8>>> {
        let mut statement = self.db.prepare_cached(
            "select bytes from log_entry where sequence > ?1 order by sequence limit ?2",
        )?;
        let rows = statement.query_map(params![after, limit], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The running hash up to an entry, if the log reaches that far.
    pub fn hash_at(&self, sequence: u64) -> Result<Option<RunningHash>> {
        if sequence == 0 {
            return Ok(Some(RunningHash::START));
        }
        let hash = self
            .db
            .query_row(
                "select running_hash from log_entry where sequence = ?1",
                [sequence],
                |row| row.get(0).map(RunningHash),
            )
            .optional()?;
        Ok(hash)
    }

    /// Everything up to here is on the server's disk.
    pub fn receipt_through(&self) -> Result<u64> {
        Ok(self.db.query_row("select receipt_through from memory", [], |row| row.get(0))?)
    }

    /// Notes a receipt. Receipts only ever grow.
    pub fn note_receipt(&mut self, through: u64) -> Result<()> {
        self.db
            .execute("update memory set receipt_through = max(receipt_through, ?1)", [through])
            .map_err(refused)?;
        Ok(())
    }

    /// The work package on board.
    pub fn package(&self) -> Result<Option<WorkPackage>> {
        let bytes: Option<Vec<u8>> =
            self.db.query_row("select bytes from work_package", [], |row| row.get(0)).optional()?;
        Ok(bytes.map(|bytes| decode(&bytes)).transpose()?)
    }

    /// Takes a work package on board in place of the one before, and writes that down.
    pub fn take_package(&mut self, now_unix_seconds: i64, package: &WorkPackage) -> Result<()> {
        let WorkPackage::V1(v1) = package;
        let tx = self.db.transaction()?;
        tx.execute("insert or replace into work_package values (1, ?1)", [encode(package)])
            .map_err(refused)?;
        let event = EventV1::PackageReceived { package: v1.id };
        let head = append_in(&tx, self.head, now_unix_seconds, event)?;
        tx.commit().map_err(refused)?;
        self.head = head;
        Ok(())
    }

    /// Gives out the next slip number and notes the slip as begun, before a dot is printed.
    pub fn begin_slip(&mut self, device_code: &str, mut slip: SlipV1) -> Result<SlipV1> {
        let tx = self.db.transaction()?;
        let number: u32 = tx
            .query_row(
                "update memory set slip_counter = slip_counter + 1 returning slip_counter",
                [],
                |row| row.get(0),
            )
            .map_err(refused)?;
        slip.slip_number = format!("{device_code}-{number:06}");
        tx.execute("update memory set slip_under_way = ?1", [encode(&slip)]).map_err(refused)?;
        tx.commit().map_err(refused)?;
        Ok(slip)
    }

    /// Writes down what became of the slip that was begun.
    pub fn end_slip(&mut self, now_unix_seconds: i64, event: EventV1) -> Result<()> {
        let tx = self.db.transaction()?;
        tx.execute("update memory set slip_under_way = null", []).map_err(refused)?;
        let head = append_in(&tx, self.head, now_unix_seconds, event)?;
        tx.commit().map_err(refused)?;
        self.head = head;
        Ok(())
    }

    /// A slip that was begun before the plug was pulled: nobody knows its end, so it is void.
    pub fn void_slip_under_way(&mut self, now_unix_seconds: i64) -> Result<Option<SlipV1>> {
        let bytes: Option<Vec<u8>> =
            self.db.query_row("select slip_under_way from memory", [], |row| row.get(0))?;
        let Some(bytes) = bytes else { return Ok(None) };
        let slip: SlipV1 = decode(&bytes)?;
        self.end_slip(now_unix_seconds, EventV1::SlipVoided(slip.clone()))?;
        Ok(Some(slip))
    }
}

fn append_in(db: &Connection, head: Head, now_unix_seconds: i64, event: EventV1) -> Result<Head> {
    let entry = LogEntry {
        sequence: head.sequence + 1,
        previous: head.running_hash,
        recorded_at_unix_seconds: now_unix_seconds,
        event: Event::V1(event),
    };
    let bytes = entry.encode();
    let running_hash = head.running_hash.then(&bytes);
    db.prepare_cached("insert into log_entry values (?1, ?2, ?3)")?
        .execute(params![entry.sequence, bytes, running_hash.0])
        .map_err(refused)?;
    Ok(Head { sequence: entry.sequence, running_hash })
}

fn migrate(db: &mut Connection) -> Result<()> {
    let done: usize = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (number, step) in STEPS.iter().enumerate().skip(done) {
        let tx = db.transaction()?;
        tx.execute_batch(step).map_err(refused)?;
        tx.pragma_update(None, "user_version", number + 1)?;
        tx.commit().map_err(refused)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
