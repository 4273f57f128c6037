//! The store (端末の記憶): an append-only event log, sealed, twice, every entry durable when it is said.
//!
//! One commit per event and copy. [`seal`] keeps strangers out, [`copy`] is one file, [`pair`]
//! keeps two of them equal. Locked until a reader's PIN opens it; what needs no key goes on.

mod copy;
mod pair;
mod photos;
mod seal;

use shared::wire::{
    Event, EventV1, LogEntry, PaperV1, ReaderV1, RunningHash, SlipV1, WireError, WorkPackage,
    decode, encode,
};

use copy::{Change, Memory, Row};
use pair::Pair;
use seal::Kind;

pub use pair::{Places, Which};
pub use seal::{DataKey, DeviceSecret, Keyring};

/// The terminal's memory. Only one program may have it open.
pub struct Store {
    pair: Pair,
    memory: Memory,
    head: Head,
    secret: DeviceSecret,
    key: Option<DataKey>,
    photos: photos::PhotoFolders,
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
    /// A file could not be moved or removed.
    #[error("the store's files cannot be handled")]
    Files(#[from] std::io::Error),
    /// Neither copy can be used.
    #[error("no copy of the log can be used")]
    NoCopy,
    /// What was stored cannot be read.
    #[error("a stored message cannot be read")]
    Wire(#[from] WireError),
    /// The log's hashes do not fit.
    #[error("the log is damaged at entry {0}")]
    Damaged(u64),
    /// Nobody has opened the store with a PIN yet.
    #[error("the store is locked")]
    Locked,
    /// With this package nobody could ever open the store again.
    #[error("no reader of the package could log in")]
    NoReader,
}

impl StoreError {
    /// Shown to the reader.
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::DiskFull(_) => "H01",
            StoreError::Database(_) | StoreError::Files(_) | StoreError::NoCopy => "H02",
            StoreError::Wire(_) | StoreError::Damaged(_) => "H03",
            StoreError::Locked => "H04",
            StoreError::NoReader => "H13",
        }
    }

    /// What the reader is told.
    pub fn japanese(&self) -> &'static str {
        match self {
            StoreError::DiskFull(_) => {
                "端末の空きがないため、保存していません。保存済みの検針は残っています。事務所に連絡してください。"
            }
            StoreError::Database(_) | StoreError::Files(_) | StoreError::NoCopy => {
                "端末に保存できません。電源を入れ直してください。"
            }
            StoreError::Wire(_) | StoreError::Damaged(_) => {
                "端末の記録が壊れています。事務所に連絡してください。"
            }
            StoreError::Locked => "先にログインしてください。",
            StoreError::NoReader => "検針データを読み取れません。事務所に連絡してください。",
        }
    }
}

/// What happened to a copy; the work goes on with the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// A copy was damaged, old or missing, and was made anew from the other.
    Healed(Which),
    /// A copy cannot be used until the next start.
    Unusable(Which),
    /// Entries that the server does not have are lost in both copies.
    Lost {
        /// Sequence of the first.
        first: u64,
        /// How many.
        count: u64,
    },
}

impl Trouble {
    /// Shown to the reader.
    pub fn code(self) -> &'static str {
        match self {
            Trouble::Healed(_) => "H05",
            Trouble::Unusable(_) => "H06",
            Trouble::Lost { .. } => "H07",
        }
    }

    /// What the reader is told.
    pub fn japanese(self) -> String {
        match self {
            Trouble::Healed(which) => format!(
                "{}が壊れているか古かったため、もう一方から作り直しました。このまま検針できます。",
                which.japanese()
            ),
            Trouble::Unusable(which) => format!(
                "{}に書き込めません。もう一方だけに保存しています。検針は続けられます。早めに送受信してください。",
                which.japanese()
            ),
            Trouble::Lost { first, count } => format!(
                "記録が両方とも壊れ、{first}番から{count}件を読めません。ほかの記録は残っています。事務所に連絡してください。"
            ),
        }
    }
}

fn refused(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => StoreError::DiskFull(error),
        _ => StoreError::Database(error),
    }
}

type Result<T, E = StoreError> = std::result::Result<T, E>;

impl Store {
    /// Opens the memory at these places, making it if there is none, and makes its copies equal.
    /// It is locked until [`Store::unlock`], unless it is new.
    pub fn open(places: &Places, secret: DeviceSecret) -> Result<Store> {
        let mut pair = Pair::open(places)?;
        let memory = std::mem::take(&mut pair.memory);
        let running_hash = match pair.last {
            0 => RunningHash::START,
            last => pair.row(last)?.ok_or(StoreError::Damaged(last))?.running_hash,
        };
        let head = Head { sequence: pair.last, running_hash };
        let photos = photos::PhotoFolders::beside(places);
        Ok(Store { pair, memory, head, secret, key: None, photos })
    }

    /// The end of the log.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Whether a PIN is needed before anything can be read or appended.
    pub fn is_locked(&self) -> bool {
        self.key.is_none() && !self.memory.envelopes.is_empty()
    }

    /// What opens the store when a reader types a PIN.
    pub fn keyring(&self) -> Keyring {
        Keyring { secret: self.secret.clone(), envelopes: self.memory.envelopes.clone() }
    }

    /// Opens the store.
    pub fn unlock(&mut self, key: DataKey) {
        self.key = Some(key);
    }

    /// Lets these readers in by their PINs, and nobody else from now on.
    pub fn let_in(&mut self, readers: &[ReaderV1]) -> Result<()> {
        let (key, envelopes) = self.envelopes_for(readers)?;
        let memory = Memory { envelopes, ..self.memory.clone() };
        self.write(Change { memory: Some(memory), ..Change::default() })?;
        self.key = Some(key);
        Ok(())
    }

    /// What happened to the copies since the last call.
    pub fn take_troubles(&mut self) -> Vec<Trouble> {
        std::mem::take(&mut self.pair.troubles)
    }

    /// Appends an event. When this returns, it is on the disk.
    pub fn append(&mut self, now_unix_seconds: i64, event: EventV1) -> Result<()> {
        let row = self.next_row(self.key()?, now_unix_seconds, event);
        self.write(Change { row: Some(row), ..Change::default() })
    }

    /// Everything in the log, in order, checked hash by hash. Entries that are lost in both copies
    /// are left out; [`Trouble::Lost`] has named them.
    pub fn events(&self) -> Result<Vec<LogEntry>> {
        let (mut entries, mut hash) = (Vec::new(), Some(RunningHash::START));
        for sequence in 1..=self.head.sequence {
            let Some(row) = self.pair.row(sequence)? else {
                hash = None;
                continue;
            };
            let bytes = self.key()?.open(Kind::Entry(sequence), &row.sealed);
            let bytes = bytes.ok_or(StoreError::Damaged(sequence))?;
            let entry = LogEntry::decode(&bytes)?;
            // Behind a hole the entry itself says what went before.
            let before = hash.unwrap_or(entry.previous);
            let is_next = entry.sequence == sequence && entry.previous == before;
            if !is_next || before.then(&bytes) != row.running_hash {
                return Err(StoreError::Damaged(sequence));
            }
            hash = Some(row.running_hash);
            entries.push(entry);
        }
        Ok(entries)
    }

    /// When the last entry was written, by the clock of then.
    pub fn last_recorded_at(&self) -> Result<Option<i64>> {
        let Some(row) = self.pair.row(self.head.sequence)? else { return Ok(None) };
        let bytes = self.key()?.open(Kind::Entry(row.sequence), &row.sealed);
        let bytes = bytes.ok_or(StoreError::Damaged(row.sequence))?;
        Ok(Some(LogEntry::decode(&bytes)?.recorded_at_unix_seconds))
    }

    /// The bytes of up to `limit` entries behind `after`, as far as there is no hole.
    pub fn entries_after(&self, after: u64, limit: u32) -> Result<Vec<Vec<u8>>> {
        let last = self.head.sequence.min(after.saturating_add(limit.into()));
        (after + 1..=last)
            .map(|sequence| {
                let row = self.pair.row(sequence)?.ok_or(StoreError::Damaged(sequence))?;
                let bytes = self.key()?.open(Kind::Entry(sequence), &row.sealed);
                bytes.ok_or(StoreError::Damaged(sequence))
            })
            .collect()
    }

    /// The running hash up to an entry, if the log reaches that far.
    pub fn hash_at(&self, sequence: u64) -> Result<Option<RunningHash>> {
        if sequence == 0 {
            return Ok(Some(RunningHash::START));
        }
        Ok(self.pair.row(sequence)?.map(|row| row.running_hash))
    }

    /// Everything up to here is on the server's disk.
    pub fn receipt_through(&self) -> u64 {
        self.memory.receipt_through
    }

    /// Notes a receipt. Receipts only ever grow.
    pub fn note_receipt(&mut self, through: u64) -> Result<()> {
        if through <= self.memory.receipt_through {
            return Ok(());
        }
        let memory = Memory { receipt_through: through, ..self.memory.clone() };
        self.write(Change { memory: Some(memory), ..Change::default() })
    }

    /// The work package on board.
    pub fn package(&self) -> Result<Option<WorkPackage>> {
        let Some(sealed) = self.pair.package()? else { return Ok(None) };
        let bytes = self.key()?.open(Kind::Package, &sealed).ok_or(StoreError::Damaged(0))?;
        Ok(Some(decode(&bytes)?))
    }

    /// Takes a work package on board in place of the one before, lets its readers in, and writes
    /// that down.
    pub fn take_package(&mut self, now_unix_seconds: i64, package: &WorkPackage) -> Result<()> {
        let WorkPackage::V1(v1) = package;
        let (key, envelopes) = self.envelopes_for(&v1.readers)?;
        let sealed = key.seal(Kind::Package, &encode(package));
        let event = EventV1::PackageReceived { package: v1.id };
        self.write(Change {
            row: Some(self.next_row(&key, now_unix_seconds, event)),
            memory: Some(Memory { envelopes, ..self.memory.clone() }),
            package: Some(sealed),
        })?;
        self.key = Some(key);
        Ok(())
    }

    /// Gives out the next slip number and notes the slip as begun, before a dot is printed.
    pub fn begin_slip(&mut self, device_code: &str, mut slip: SlipV1) -> Result<SlipV1> {
        let slip_counter = self.memory.slip_counter + 1;
        slip.slip_number = format!("{device_code}-{slip_counter:06}");
        self.begin(slip_counter, &EventV1::SlipVoided(slip.clone()))?;
        Ok(slip)
    }

    /// Gives out the next number of the same row for a paper and notes it as begun.
    pub fn begin_paper(&mut self, device_code: &str, mut paper: PaperV1) -> Result<PaperV1> {
        let slip_counter = self.memory.slip_counter + 1;
        paper.paper_number = format!("{device_code}-{slip_counter:06}");
        self.begin(slip_counter, &EventV1::PaperVoided(paper.clone()))?;
        Ok(paper)
    }

    /// Keeps what must be written down if nobody ever hears the end of it.
    fn begin(&mut self, slip_counter: u32, if_lost: &EventV1) -> Result<()> {
        let slip_under_way = Some(self.key()?.seal(Kind::Slip, &encode(if_lost)));
        let memory = Memory { slip_counter, slip_under_way, ..self.memory.clone() };
        self.write(Change { memory: Some(memory), ..Change::default() })
    }

    /// Writes down what became of the slip that was begun.
    pub fn end_slip(&mut self, now_unix_seconds: i64, event: EventV1) -> Result<()> {
        let row = self.next_row(self.key()?, now_unix_seconds, event);
        let memory = Memory { slip_under_way: None, ..self.memory.clone() };
        self.write(Change { row: Some(row), memory: Some(memory), package: None })
    }

    /// Whether a slip was begun whose end nobody knows.
    pub fn has_slip_under_way(&self) -> bool {
        self.memory.slip_under_way.is_some()
    }

    /// A slip or paper that was begun before the plug was pulled: nobody knows its end, so it is void.
    pub fn void_slip_under_way(&mut self, now_unix_seconds: i64) -> Result<Option<EventV1>> {
        let Some(sealed) = &self.memory.slip_under_way else { return Ok(None) };
        let bytes = self.key()?.open(Kind::Slip, sealed).ok_or(StoreError::Damaged(0))?;
        let void: EventV1 = decode(&bytes)?;
        self.end_slip(now_unix_seconds, void.clone())?;
        Ok(Some(void))
    }

    fn key(&self) -> Result<&DataKey> {
        self.key.as_ref().ok_or(StoreError::Locked)
    }

    /// The data key, a fresh one for a new memory, and an envelope with it for each reader.
    fn envelopes_for(&self, readers: &[ReaderV1]) -> Result<(DataKey, Vec<seal::Envelope>)> {
        let key = match &self.key {
            Some(key) => key.clone(),
            None if self.is_locked() => return Err(StoreError::Locked),
            None if self.head.sequence > 0 => return Err(StoreError::Damaged(0)),
            None => DataKey::fresh(),
        };
        let envelopes = Keyring::close(&self.secret, readers, &key);
        if envelopes.is_empty() { Err(StoreError::NoReader) } else { Ok((key, envelopes)) }
    }

    fn next_row(&self, key: &DataKey, now_unix_seconds: i64, event: EventV1) -> Row {
        let entry = LogEntry {
            sequence: self.head.sequence + 1,
            previous: self.head.running_hash,
            recorded_at_unix_seconds: now_unix_seconds,
            event: Event::V1(event),
        };
        let bytes = entry.encode();
        Row {
            sequence: entry.sequence,
            sealed: key.seal(Kind::Entry(entry.sequence), &bytes),
            running_hash: self.head.running_hash.then(&bytes),
        }
    }

    fn write(&mut self, change: Change) -> Result<()> {
        self.pair.write(&change)?;
        if let Some(row) = change.row {
            self.head = Head { sequence: row.sequence, running_hash: row.running_hash };
        }
        if let Some(memory) = change.memory {
            self.memory = memory;
        }
        Ok(())
    }
}

#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod seal_tests;
#[cfg(test)]
pub(crate) mod tests;
