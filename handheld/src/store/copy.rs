//! One copy of the terminal's memory (記録の写し): a SQLite file that is written in whole steps.
//!
//! WAL with `synchronous=FULL`: a commit is on the disk before it returns. Knows no key; every
//! record carries a mark by which a flipped bit is seen without one.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared::wire::{RunningHash, decode, encode};

use super::seal::Envelope;

const STEPS: [&str; 2] = [
    include_str!("../../../migrations/sqlite/0001_log.sql"),
    include_str!("../../../migrations/sqlite/0002_sealed.sql"),
];

/// An entry of the log as it lies on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub sequence: u64,
    pub sealed: Vec<u8>,
    pub running_hash: RunningHash,
}

impl Row {
    pub fn mark(&self) -> [u8; 8] {
        mark(&[&self.sequence.to_be_bytes(), &self.running_hash.0, &self.sealed])
    }
}

/// What must survive a restart and is not an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Last slip number given out; a number is used once, whatever became of the paper.
    pub slip_counter: u32,
    /// The sealed event that voids what was begun and of which nobody knows the end yet.
    pub slip_under_way: Option<Vec<u8>>,
    /// Everything up to here is on the server's disk.
    pub receipt_through: u64,
    /// The data key, once for every reader.
    pub envelopes: Vec<Envelope>,
}

/// What one commit writes, together.
#[derive(Debug, Default)]
pub struct Change {
    pub row: Option<Row>,
    pub memory: Option<Memory>,
    /// Sealed.
    pub package: Option<Vec<u8>>,
}

/// A file with everything in it.
pub struct Copy {
    pub(super) db: Connection,
}

impl Copy {
    /// Opens this file, making it if there is none.
    pub fn open(path: &Path) -> rusqlite::Result<Copy> {
        let mut db = Connection::open(path)?;
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "full")?;
        // A second program on the same memory would break the log: it is kept out from the start.
        db.pragma_update(None, "locking_mode", "exclusive")?;
        migrate(&mut db)?;
        Ok(Copy { db })
    }

    /// Writes a change, all of it or nothing. When this returns, it is on the disk.
    pub fn write(&mut self, change: &Change) -> rusqlite::Result<()> {
        let tx = self.db.transaction()?;
        if let Some(row) = &change.row {
            insert(&tx, row)?;
        }
        if let Some(memory) = &change.memory {
            let bytes = encode(memory);
            tx.prepare_cached("insert or replace into memory values (1, ?1, ?2)")?
                .execute(params![bytes, mark(&[&bytes])])?;
        }
        if let Some(sealed) = &change.package {
            tx.prepare_cached("insert or replace into work_package values (1, ?1, ?2)")?
                .execute(params![sealed, mark(&[sealed])])?;
        }
        tx.commit()
    }

    /// Folds the log of writes back into the file.
    pub fn close(self) -> rusqlite::Result<()> {
        self.db.close().map_err(|(_, error)| error)
    }

    /// Writes many entries in one go, for a copy that is made anew.
    pub fn write_rows(&mut self, rows: impl Iterator<Item = Row>) -> rusqlite::Result<()> {
        let tx = self.db.transaction()?;
        for row in rows {
            insert(&tx, &row)?;
        }
        tx.commit()
    }

    /// The entry with this sequence, if it is there and whole.
    pub fn row(&self, sequence: u64) -> rusqlite::Result<Option<Row>> {
        let found = self
            .db
            .prepare_cached("select sealed, running_hash, mark from log_entry where sequence = ?1")?
            .query_row([sequence], |row| {
                let entry =
                    Row { sequence, sealed: row.get(0)?, running_hash: RunningHash(row.get(1)?) };
                Ok((entry, row.get::<_, Vec<u8>>(2)?))
            })
            .optional()?;
        Ok(found.and_then(|(entry, mark)| (entry.mark()[..] == mark[..]).then_some(entry)))
    }

    /// The memory, if it is there and whole.
    pub fn memory(&self) -> rusqlite::Result<Option<Memory>> {
        let bytes = self.only_row("select bytes, mark from memory")?;
        Ok(bytes.and_then(|bytes| decode(&bytes).ok()))
    }

    /// The sealed work package, if it is there and whole.
    pub fn package(&self) -> rusqlite::Result<Option<Vec<u8>>> {
        self.only_row("select sealed, mark from work_package")
    }

    fn only_row(&self, select: &str) -> rusqlite::Result<Option<Vec<u8>>> {
        let found = self
            .db
            .query_row(select, [], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)))
            .optional()?;
        Ok(found.and_then(|(bytes, told)| (mark(&[&bytes])[..] == told[..]).then_some(bytes)))
    }

    /// Marks of the entries 1, 2, 3, … as far as they are whole; and whether SQLite itself finds
    /// its file in order.
    pub fn survey(&self) -> Survey {
        let mut marks = Vec::new();
        let mut is_sound = self
            .db
            .query_row("pragma quick_check(1)", [], |row| row.get::<_, String>(0))
            .is_ok_and(|told| told == "ok");
        let last: Option<u64> = self
            .db
            .query_row("select max(sequence) from log_entry", [], |row| row.get(0))
            .unwrap_or_default();
        for sequence in 1..=last.unwrap_or(0).min(SEQUENCES_MAX) {
            let row = self.row(sequence).unwrap_or_default();
            marks.push(row.map(|row| row.mark()));
        }
        let memory = self.memory().unwrap_or_default();
        let package = self.package().unwrap_or_default().map(|sealed| mark(&[&sealed]));
        let counts = |table: &str| {
            self.db
                .query_row(&format!("select count(*) from {table}"), [], |row| row.get::<_, u32>(0))
                .unwrap_or(u32::MAX)
        };
        is_sound &= schema(&self.db).is_ok_and(|found| {
            Connection::open_in_memory()
                .and_then(|mut fresh| migrate(&mut fresh).and_then(|()| schema(&fresh)))
                .is_ok_and(|expected| found == expected)
        });
        // An entry that is lost leaves a hole; one that is damaged leaves the copy unsound.
        is_sound &= counts("log_entry") as usize == marks.iter().flatten().count();
        is_sound &= (counts("memory") == 1) == memory.is_some();
        is_sound &= (counts("work_package") == 1) == package.is_some();
        Survey { marks, memory, package, is_sound }
    }
}

/// More entries than a terminal writes in its life: a flipped bit in a sequence costs no hours.
const SEQUENCES_MAX: u64 = 5_000_000;

/// What is whole in a copy.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Survey {
    pub marks: Vec<Option<[u8; 8]>>,
    pub memory: Option<Memory>,
    pub package: Option<[u8; 8]>,
    pub is_sound: bool,
}

/// The tables and triggers as SQLite remembers them: a flipped bit in a trigger disarms it.
fn schema(db: &Connection) -> rusqlite::Result<String> {
    let all = "select group_concat(sql, ';') from (select sql from sqlite_schema order by name)";
    db.query_row(all, [], |row| row.get(0))
}

fn insert(db: &Connection, row: &Row) -> rusqlite::Result<()> {
    db.prepare_cached("insert into log_entry values (?1, ?2, ?3, ?4)")?.execute(params![
        row.sequence,
        row.sealed,
        row.running_hash.0,
        row.mark()
    ])?;
    Ok(())
}

/// Eight bytes are enough against chance; against malice stands the seal.
fn mark(parts: &[&[u8]]) -> [u8; 8] {
    let whole = parts.iter().fold(Sha256::new(), Digest::chain_update).finalize();
    let mut mark = [0; 8];
    mark.copy_from_slice(&whole[..8]);
    mark
}

fn migrate(db: &mut Connection) -> rusqlite::Result<()> {
    let done: usize = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if done == 1
        && db.query_row("select count(*) from log_entry", [], |row| row.get::<_, u32>(0))? > 0
    {
        // What lies here in the clear is neither taken over nor thrown away.
        return Err(rusqlite::Error::InvalidQuery);
    }
    for (number, step) in STEPS.iter().enumerate().skip(done) {
        let tx = db.transaction()?;
        tx.execute_batch(step)?;
        tx.pragma_update(None, "user_version", number + 1)?;
        tx.commit()?;
    }
    Ok(())
}
