//! Photos on the disk (写真の保管): each a sealed file beside both copies of the log, until it is sent.
//!
//! No row of the log: a log entry is never deleted, and a photo is as soon as the server has it. Its
//! entry in the log, which holds its hash, is what counts.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::seal::Kind;
use super::{Places, Result, Store, StoreError};

/// Where photos lie: beside each copy of the log.
#[derive(Debug, Clone, Default)]
pub(super) struct PhotoFolders(Vec<PathBuf>);

impl PhotoFolders {
    pub fn beside(places: &Places) -> PhotoFolders {
        let logs = [Some(&places.main), places.second.as_ref()].into_iter().flatten();
        PhotoFolders(logs.map(|log| log.with_file_name("photos")).collect())
    }

    fn files(&self, id: Uuid) -> impl Iterator<Item = PathBuf> {
        self.0.iter().map(move |folder| folder.join(format!("{id}.sealed")))
    }
}

impl Store {
    /// Keeps a photo. When this returns, at least one copy of it is on a disk.
    pub fn keep_photo(&mut self, id: Uuid, jpeg: &[u8]) -> Result<()> {
        let sealed = self.key()?.seal(Kind::Photo(id), jpeg);
        let mut failure = None;
        let mut is_kept = false;
        for file in self.photos.files(id) {
            match write_whole(&file, &sealed) {
                Ok(()) => is_kept = true,
                Err(error) => failure = Some(error),
            }
        }
        match failure {
            Some(error) if !is_kept => Err(StoreError::Files(error)),
            _ => Ok(()),
        }
    }

    /// A photo, from whichever copy is whole.
    pub fn photo(&self, id: Uuid) -> Result<Option<Vec<u8>>> {
        let key = self.key()?;
        let mut sealed = self.photos.files(id).filter_map(|file| fs::read(file).ok());
        Ok(sealed.find_map(|sealed| key.open(Kind::Photo(id), &sealed)))
    }

    /// The photos that wait to be sent, the oldest first as far as their ids tell.
    pub fn photos_waiting(&self) -> BTreeSet<Uuid> {
        let folders = self.photos.0.iter().filter_map(|folder| fs::read_dir(folder).ok());
        let files = folders.flatten().filter_map(|file| Some(file.ok()?.path()));
        files
            .filter(|file| file.extension().is_some_and(|kind| kind == "sealed"))
            .filter_map(|file| Uuid::parse_str(file.file_stem()?.to_str()?).ok())
            .collect()
    }

    /// The server has it, or the log knows nothing of it.
    pub fn forget_photo(&mut self, id: Uuid) -> Result<()> {
        for file in self.photos.files(id) {
            match fs::remove_file(file) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(StoreError::Files(error)),
            }
        }
        Ok(())
    }
}

/// Whole or not at all, whenever the plug is pulled.
fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    let beside = file.with_extension("new");
    let mut new = File::create(&beside)?;
    new.write_all(bytes)?;
    new.sync_all()?;
    fs::rename(&beside, file)?;
    File::open(folder)?.sync_all()
}
