//! The camera (カメラ): one photo when the reader asks for it, shrunk and without what identifies.
//!
//! [`StillCamera`] is a V4L2 camera, [`FileCamera`] its honest twin. What either gives is read, made
//! small and written anew, so that nothing goes with it but the picture ([`develop`]).

mod develop;
mod still;

use std::io;
use std::path::PathBuf;

pub use develop::{Photo, Preview, develop};
pub use still::StillCamera;

/// Takes photos.
pub trait Camera: Send {
    /// One photo, within the driver's deadline whatever happens.
    fn take(&mut self) -> Result<Photo, CameraError>;
}

/// Why there is no photo.
#[derive(Debug, thiserror::Error)]
pub enum CameraError {
    /// There is no camera at that place.
    #[error("no camera there")]
    Missing(#[source] io::Error),
    /// The camera is there and gives no picture in time.
    #[error("the camera gave no picture in time")]
    NoPicture,
    /// What came is no picture that can be read.
    #[error("the camera's picture cannot be read")]
    Unreadable(#[source] image::ImageError),
    /// The picture does not become small enough.
    #[error("the picture does not become small enough")]
    TooLarge,
}

impl CameraError {
    /// What the reader is told.
    pub fn message_ja(&self) -> &'static str {
        match self {
            CameraError::Missing(_) => "カメラがありません。",
            CameraError::NoPicture => "カメラから写真が届きません。もう一度お試しください。",
            CameraError::Unreadable(_) | CameraError::TooLarge => {
                "カメラの写真を読めません。もう一度お試しください。"
            }
        }
    }

    /// Whether another try cannot help.
    pub fn is_missing(&self) -> bool {
        matches!(self, CameraError::Missing(_))
    }
}

/// A file, or the files of a folder one after another, in the place of a camera (twin).
#[derive(Debug)]
pub struct FileCamera {
    path: PathBuf,
    taken: usize,
}

impl FileCamera {
    /// Gives this file again and again, or the pictures of this folder in the order of their names.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), taken: 0 }
    }

    fn next_file(&self) -> io::Result<PathBuf> {
        if !self.path.is_dir() {
            return Ok(self.path.clone());
        }
        let files = std::fs::read_dir(&self.path)?.filter_map(Result::ok).map(|file| file.path());
        let mut files: Vec<PathBuf> = files.filter(|path| path.is_file()).collect();
        files.sort();
        let at = self.taken % files.len().max(1);
        files.into_iter().nth(at).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Camera for FileCamera {
    fn take(&mut self) -> Result<Photo, CameraError> {
        let bytes = self.next_file().and_then(std::fs::read).map_err(CameraError::Missing)?;
        self.taken += 1;
        develop(&bytes)
    }
}

#[cfg(test)]
mod tests;
