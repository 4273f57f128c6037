//! The album (画面の写真): numbered pictures in the order in which they were taken.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};

/// A folder that takes pictures from several terminals at once.
pub struct Album {
    folder: PathBuf,
    taken: AtomicU32,
}

impl Album {
    /// Opens an empty album.
    pub fn open(folder: &Path) -> Result<Album> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{} could not be made", folder.display()))?;
        Ok(Album { folder: folder.to_owned(), taken: AtomicU32::new(0) })
    }

    /// Keeps a picture: `0012-H01-reading.png`.
    pub fn keep(&self, name: &str, png: &[u8]) -> Result<()> {
        let number = self.taken.fetch_add(1, Ordering::Relaxed) + 1;
        let path = self.folder.join(format!("{number:04}-{name}.png"));
        std::fs::write(&path, png).with_context(|| format!("{} was not written", path.display()))
    }

    /// How many pictures it holds.
    pub fn count(&self) -> u32 {
        self.taken.load(Ordering::Relaxed)
    }
}
