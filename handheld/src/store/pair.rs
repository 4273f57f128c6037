//! The two copies of the memory (記録の二重化): one on the card, one on another.
//!
//! A change is written to the main copy first and to the second after it. It counts as saved when
//! every copy that can still be written has it, and at least one does. A copy that failed is left
//! alone until the next start, which brings it up to the other; the reader is told at once.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::copy::{Change, Copy, Memory, Row, Survey};
use super::{Result, StoreError, Trouble, refused};

/// Where the copies lie.
#[derive(Debug, Clone)]
pub struct Places {
    /// The file of the main copy.
    pub main: PathBuf,
    /// The file of the second copy, on another card; without it there is only one.
    pub second: Option<PathBuf>,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// 本体の記録.
    Main,
    /// 控えの記録.
    Second,
}

impl Which {
    /// As the reader hears it.
    pub fn japanese(self) -> &'static str {
        match self {
            Which::Main => "記録",
            Which::Second => "控えの記録",
        }
    }
}

struct Held {
    which: Which,
    copy: Copy,
}

/// The copies that can be written, the main one first.
pub struct Pair {
    held: Vec<Held>,
    /// What the reader should know.
    pub troubles: Vec<Trouble>,
    /// Sequence of the last entry that is whole in either.
    pub last: u64,
    /// What is no event.
    pub memory: Memory,
}

/// A place and what was found there.
struct Found {
    which: Which,
    path: PathBuf,
    copy: Option<Copy>,
    survey: Survey,
}

impl Pair {
    /// Opens both copies and makes them equal, from whatever is whole in either.
    pub fn open(places: &Places) -> Result<Pair> {
        let mut troubles = Vec::new();
        let mut found = Vec::new();
        let mut first_error = None;
        let both = [(Which::Main, Some(&places.main)), (Which::Second, places.second.as_ref())];
        for (which, path) in both.into_iter().filter_map(|(which, path)| Some((which, path?))) {
            match look(which, path) {
                Ok(one) => found.push(one),
                Err(StoreError::Database(error)) if is_busy(&error) => {
                    return Err(StoreError::Database(error));
                }
                Err(error) => {
                    tracing::error!(
                        ?which,
                        error = &error as &dyn std::error::Error,
                        "a copy of the log cannot be used"
                    );
                    troubles.push(Trouble::Unusable(which));
                    first_error = Some(error);
                }
            }
        }
        if let (true, Some(error)) = (found.is_empty(), first_error) {
            return Err(error);
        }
        let agreed = Agreed::of(&found);
        let held = settle(found, &agreed, &mut troubles);
        if held.is_empty() {
            return Err(StoreError::NoCopy);
        }
        troubles.extend(agreed.lost());
        let last = agreed.marks.iter().rposition(Option::is_some).map_or(0, |at| at as u64 + 1);
        Ok(Pair { held, troubles, last, memory: agreed.memory })
    }

    /// Writes a change to every copy; fails only when none took it.
    pub fn write(&mut self, change: &Change) -> Result<()> {
        let outcomes: Vec<rusqlite::Result<()>> =
            self.held.iter_mut().map(|held| held.copy.write(change)).collect();
        if outcomes.iter().any(Result::is_ok) {
            self.keep_those_that(&outcomes);
            return Ok(());
        }
        // None took it, so they are still equal: each may be tried again.
        outcomes
            .into_iter()
            .find_map(|outcome| outcome.map_err(refused).err())
            .map_or(Err(StoreError::NoCopy), Err)
    }

    fn keep_those_that(&mut self, outcomes: &[rusqlite::Result<()>]) {
        let mut outcomes = outcomes.iter();
        let troubles = &mut self.troubles;
        self.held.retain(|held| match outcomes.next() {
            Some(Err(error)) => {
                tracing::error!(which = ?held.which, error = error as &dyn std::error::Error, "a copy of the log is given up until the next start");
                troubles.push(Trouble::Unusable(held.which));
                false
            }
            _ => true,
        });
    }

    /// The entry with this sequence, from the first copy in which it is whole.
    pub fn row(&self, sequence: u64) -> Result<Option<Row>> {
        self.first_whole(|copy| copy.row(sequence))
    }

    /// The sealed work package.
    pub fn package(&self) -> Result<Option<Vec<u8>>> {
        self.first_whole(Copy::package)
    }

    fn first_whole<T>(
        &self,
        read: impl Fn(&Copy) -> rusqlite::Result<Option<T>>,
    ) -> Result<Option<T>> {
        let mut failure = None;
        for held in &self.held {
            match read(&held.copy) {
                Ok(Some(whole)) => return Ok(Some(whole)),
                Ok(None) => {}
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(None), |error| Err(StoreError::Database(error)))
    }

    #[cfg(test)]
    pub(super) fn copy(&self, which: Which) -> Option<&Copy> {
        self.held.iter().find(|held| held.which == which).map(|held| &held.copy)
    }
}

/// What both copies shall hold.
struct Agreed {
    marks: Vec<Option<[u8; 8]>>,
    memory: Memory,
    package: Option<Vec<u8>>,
    package_mark: Option<[u8; 8]>,
}

impl Agreed {
    fn of(found: &[Found]) -> Agreed {
        let length = found.iter().map(|one| one.survey.marks.len()).max().unwrap_or(0);
        let mark_at =
            |at: usize| found.iter().find_map(|one| one.survey.marks.get(at).copied().flatten());
        // The one that was written last: more entries, or as many and more slips.
        let mut newest_first: Vec<&Found> = found.iter().collect();
        newest_first.sort_by_key(|one| {
            let slips = one.survey.memory.as_ref().map_or(0, |memory| memory.slip_counter);
            std::cmp::Reverse((one.survey.marks.iter().flatten().count(), slips))
        });
        let memories: Vec<&Memory> =
            newest_first.iter().filter_map(|one| one.survey.memory.as_ref()).collect();
        let mut memory = memories.first().copied().cloned().unwrap_or_default();
        for other in memories {
            memory.slip_counter = memory.slip_counter.max(other.slip_counter);
            memory.receipt_through = memory.receipt_through.max(other.receipt_through);
        }
        let with_package = newest_first.iter().find(|one| one.survey.package.is_some());
        Agreed {
            marks: (0..length).map(mark_at).collect(),
            memory,
            package: with_package.and_then(|one| one.copy.as_ref()?.package().unwrap_or_default()),
            package_mark: with_package.and_then(|one| one.survey.package),
        }
    }

    fn is_held_by(&self, one: &Found) -> bool {
        one.survey.is_sound
            && one.survey.marks == self.marks
            && one.survey.memory.clone().unwrap_or_default() == self.memory
            && one.survey.package == self.package_mark
    }

    /// What neither copy has and no receipt covers.
    fn lost(&self) -> Option<Trouble> {
        let is_lost = |(at, mark): (u64, &Option<[u8; 8]>)| {
            (mark.is_none() && at > self.memory.receipt_through).then_some(at)
        };
        let mut lost = (1..).zip(&self.marks).filter_map(is_lost);
        let first = lost.next()?;
        Some(Trouble::Lost { first, count: 1 + lost.count() as u64 })
    }

    fn rest(&self) -> Change {
        Change { row: None, memory: Some(self.memory.clone()), package: self.package.clone() }
    }
}

fn look(which: Which, path: &Path) -> Result<Found> {
    if let Some(folder) = path.parent() {
        // If it cannot be made, opening says why.
        drop(std::fs::create_dir_all(folder));
    }
    let path = path.to_owned();
    match Copy::open(&path) {
        Ok(copy) => {
            let survey = copy.survey();
            Ok(Found { which, path, copy: Some(copy), survey })
        }
        Err(error) if is_broken(&error) => {
            Ok(Found { which, path, copy: None, survey: Survey::default() })
        }
        Err(error) => Err(refused(error)),
    }
}

/// Brings every copy to what was agreed; leaves out those that cannot be brought there.
fn settle(mut found: Vec<Found>, agreed: &Agreed, troubles: &mut Vec<Trouble>) -> Vec<Held> {
    for at in 0..found.len() {
        if agreed.is_held_by(&found[at]) {
            continue;
        }
        let which = found[at].which;
        let behind = agreed.marks.len() - found[at].survey.marks.len();
        let is_prefix =
            found[at].survey.is_sound && agreed.marks.starts_with(&found[at].survey.marks);
        let outcome = if is_prefix {
            catch_up(&mut found, at, agreed).or_else(|_| remake(&mut found, at, agreed))
        } else {
            remake(&mut found, at, agreed)
        };
        match outcome {
            // One step behind is what a pulled plug leaves between the two writes.
            Ok(()) if is_prefix && behind <= 1 => {}
            Ok(()) => {
                tracing::warn!(
                    ?which,
                    entries = agreed.marks.len(),
                    behind,
                    "a copy of the log was healed"
                );
                troubles.push(Trouble::Healed(which));
            }
            Err(error) => {
                tracing::error!(
                    ?which,
                    error = &error as &dyn std::error::Error,
                    "a copy of the log cannot be healed"
                );
                troubles.push(Trouble::Unusable(which));
                found[at].copy = None;
            }
        }
    }
    found.into_iter().filter_map(|one| Some(Held { which: one.which, copy: one.copy? })).collect()
}

fn whole_row(found: &[Found], sequence: u64) -> Option<Row> {
    found.iter().find_map(|one| one.copy.as_ref()?.row(sequence).unwrap_or_default())
}

fn catch_up(found: &mut [Found], at: usize, agreed: &Agreed) -> Result<()> {
    let Some(mut copy) = found[at].copy.take() else { return Err(StoreError::NoCopy) };
    let from = found[at].survey.marks.len() as u64 + 1;
    let rows = (from..=agreed.marks.len() as u64).filter_map(|sequence| whole_row(found, sequence));
    copy.write_rows(rows).map_err(refused)?;
    copy.write(&agreed.rest()).map_err(refused)?;
    found[at].copy = Some(copy);
    Ok(())
}

/// Makes the file anew beside the old one, then puts it in its place. The old one is kept aside.
fn remake(found: &mut [Found], at: usize, agreed: &Agreed) -> Result<()> {
    let path = found[at].path.clone();
    let fresh = path.with_extension("new");
    remove(&fresh)?;
    let mut copy = Copy::open(&fresh).map_err(refused)?;
    let rows = (1..=agreed.marks.len() as u64).filter_map(|sequence| whole_row(found, sequence));
    copy.write_rows(rows).map_err(refused)?;
    copy.write(&agreed.rest()).map_err(refused)?;
    copy.close().map_err(refused)?;
    found[at].copy = None;
    let aside = path.with_extension("broken");
    remove(&aside)?;
    if path.exists() {
        std::fs::rename(&path, &aside)?;
    }
    remove(&path)?;
    std::fs::rename(&fresh, &path)?;
    if let Some(folder) = path.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    found[at].copy = Some(Copy::open(&path).map_err(refused)?);
    Ok(())
}

/// The file and what SQLite keeps beside it.
fn remove(path: &Path) -> Result<()> {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn is_broken(error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        Some(code) => matches!(
            code,
            ErrorCode::NotADatabase
                | ErrorCode::DatabaseCorrupt
                // What a flipped bit makes of the list of tables.
                | ErrorCode::Unknown
                | ErrorCode::TypeMismatch
        ),
        // A value that no honest file has; a memory of the time before the seal is another matter.
        None => !matches!(error, rusqlite::Error::InvalidQuery),
    }
}
