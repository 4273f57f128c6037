//! The data folder (データフォルダ): its lock, its parts, its free space.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::account::Account;
use super::error::ClusterError;

/// `sun_path` has 108 bytes and ends with a zero.
const SOCKET_PATH_BYTES_MAX: usize = 107;

/// A new cluster takes 40 MB, and its log of changes grows from the first row.
pub(super) const FREE_BYTES_NEW_MIN: u64 = 256 << 20;
/// Less, and PostgreSQL could not write its next 16 MB of log and a checkpoint.
pub(super) const FREE_BYTES_MIN: u64 = 64 << 20;

/// A data folder that nobody else uses while the value lives.
#[derive(Debug)]
pub(super) struct DataFolder {
    root: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder if needed and takes it for this process.
    pub fn take(path: &Path) -> Result<DataFolder, ClusterError> {
        // Enterable by all, readable by none: PostgreSQL's account passes through to its part.
        let made = DirBuilder::new().recursive(true).mode(0o755).create(path);
        made.map_err(|source| ClusterError::io(path, source))?;
        let root = path.canonicalize().map_err(|source| ClusterError::io(path, source))?;
        let lock = lock(&root)?;
        Ok(DataFolder { root, _lock: lock })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn cluster(&self) -> PathBuf {
        self.root.join("postgres")
    }

    /// Where a cluster is made, to be renamed when it is whole.
    pub fn unfinished_cluster(&self) -> PathBuf {
        self.root.join("postgres.new")
    }

    pub fn log(&self) -> PathBuf {
        self.root.join("postgres-log")
    }

    /// The folder of the socket: inside the data folder, or under `/tmp` when that path is too
    /// long for a socket's address.
    pub fn socket(&self, account: &Account) -> Result<PathBuf, ClusterError> {
        let folder = socket_folder(&self.root);
        account.make_folder(&folder)?;
        Ok(folder)
    }
}

fn socket_folder(root: &Path) -> PathBuf {
    let inside = root.join("postgres-socket");
    let address = inside.join(format!(".s.PGSQL.{}", super::PORT));
    if address.as_os_str().len() <= SOCKET_PATH_BYTES_MAX {
        return inside;
    }
    let name = short_name(Sha256::new_with_prefix(root.as_os_str().as_bytes()));
    Path::new("/tmp").join(format!("minamo-{name}"))
}

/// Sixteen digits that stand for what was hashed.
pub(crate) fn short_name(hash: Sha256) -> String {
    let digest = hash.finalize();
    let first = digest.first_chunk().expect("a digest has 32 bytes");
    format!("{:016x}", u64::from_be_bytes(*first))
}

/// The lock goes with the process, however it ends. The file stays; only the lock counts.
fn lock(root: &Path) -> Result<File, ClusterError> {
    let path = root.join("minamo.lock");
    let failed = |source| ClusterError::io(&path, source);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o644);
    let mut file = options.open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Only for the message; the number may not be written yet.
            let _ = file.read_to_string(&mut holder);
            let holder = holder.trim().to_owned();
            return Err(ClusterError::InUse { folder: root.to_owned(), holder });
        }
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    file.set_len(0).map_err(failed)?;
    file.rewind().map_err(failed)?;
    writeln!(file, "{}", std::process::id()).map_err(failed)?;
    Ok(file)
}

/// What an ordinary account can still write on the folder's disk.
pub(super) fn free_bytes(folder: &Path) -> io::Result<u64> {
    let disk = nix::sys::statvfs::statvfs(folder)?;
    Ok(disk.blocks_available().saturating_mul(disk.fragment_size()))
}

/// Removes what is left of a cluster that was never finished.
pub(super) fn remove_if_there(folder: &Path) -> Result<(), ClusterError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(ClusterError::io(folder, error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_lies_in_the_data_folder_unless_its_path_would_be_too_long() {
        let near = Path::new("/srv/minamo");
        assert_eq!(socket_folder(near), near.join("postgres-socket"));
        let far = Path::new("/srv").join("水".repeat(30));
        let elsewhere = socket_folder(&far);
        assert_eq!(elsewhere.parent(), Some(Path::new("/tmp")));
        assert_eq!(elsewhere, socket_folder(&far));
        assert_ne!(elsewhere, socket_folder(&far.join("b")));
    }

    #[test]
    fn a_folder_is_taken_once_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataFolder::take(folder.path()).unwrap();
        let refused = DataFolder::take(folder.path()).unwrap_err();
        assert_eq!(refused.code(), "D01");
        assert!(refused.message_ja().contains(&std::process::id().to_string()));
        drop(first);
        DataFolder::take(folder.path()).unwrap();
    }
}
