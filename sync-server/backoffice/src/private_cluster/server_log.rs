//! What PostgreSQL said before it ended (終了の理由).
//!
//! It writes to its error output until its log files are open, and to these afterwards; on a full
//! disk only the former works. Both are looked at.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::ChildStderr;
use std::sync::{Arc, Mutex, PoisonError};

/// Enough for the reason; PostgreSQL gives it in its last lines.
const KEPT_LINES_MAX: usize = 12;
const READ_BYTES_MAX: u64 = 16 << 10;

/// Collects what one run of PostgreSQL says.
#[derive(Debug)]
pub(super) struct ServerLog {
    folder: PathBuf,
    /// Lengths when the run began: what lies before is of an earlier run.
    lengths: HashMap<PathBuf, u64>,
    early: Arc<Mutex<Vec<String>>>,
}

impl ServerLog {
    /// Notes where the log files end now.
    pub fn begin(folder: &Path) -> ServerLog {
        let lengths = log_files(folder);
        ServerLog { folder: folder.to_owned(), lengths, early: Arc::default() }
    }

    /// Keeps reading the error output until the last process of the run has closed it.
    ///
    /// The thread is not waited for: a backend that outlives its postmaster keeps the pipe open.
    pub fn listen(&self, stderr: ChildStderr) {
        let early = Arc::clone(&self.early);
        let reading = std::thread::Builder::new().name("postgres-stderr".into()).spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut early = early.lock().unwrap_or_else(PoisonError::into_inner);
                if early.len() == KEPT_LINES_MAX {
                    early.remove(0);
                }
                early.push(line);
            }
        });
        if let Err(error) = reading {
            tracing::warn!(%error, "the error output of postgres is not read");
        }
    }

    /// The last lines of this run.
    pub fn last_words(&self) -> String {
        let mut lines = self.early.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (path, length) in log_files(&self.folder) {
            let from = self.lengths.get(&path).copied().unwrap_or(0);
            // A shorter file was begun anew.
            let from = if length < from { 0 } else { from };
            let from = from.max(length.saturating_sub(READ_BYTES_MAX));
            lines.extend(read_from(&path, from).lines().map(str::to_owned));
        }
        let surplus = lines.len().saturating_sub(KEPT_LINES_MAX);
        lines.split_off(surplus).join(" / ")
    }
}

/// Whether a message of PostgreSQL or initdb says that the disk is full.
pub(super) fn tells_of_full_disk(text: &str) -> bool {
    // The third is PostgreSQL's hint after a write that the system cut short.
    let signs = ["No space left on device", "Disk quota exceeded", "Check free disk space"];
    signs.iter().any(|words| text.contains(words))
}

fn log_files(folder: &Path) -> HashMap<PathBuf, u64> {
    let Ok(entries) = fs::read_dir(folder) else { return HashMap::new() };
    entries
        .flatten()
        .filter_map(|entry| Some((entry.path(), entry.metadata().ok()?.len())))
        .collect()
}

fn read_from(path: &Path, from: u64) -> String {
    let mut bytes = Vec::new();
    // Best effort: this is only for a message about something that already failed.
    let _ = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::Start(from))?;
        file.take(READ_BYTES_MAX).read_to_end(&mut bytes)
    });
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_this_run_said_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("postgresql-Mon.log");
        fs::write(&path, "FATAL: No space left on device\n").unwrap();
        let log = ServerLog::begin(folder.path());
        assert!(!tells_of_full_disk(&log.last_words()));
        fs::write(&path, "FATAL: No space left on device\nFATAL: could not open\n").unwrap();
        assert_eq!(log.last_words(), "FATAL: could not open");
    }
}
