//! A pseudo terminal (擬似端末) in the place of a serial cable: the twin's end and a path to open.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};

use crate::line::make_raw;

/// The device's end of a serial cable.
#[derive(Debug)]
pub struct PseudoTerminal {
    master: PtyMaster,
    /// Held open so that the cable stays plugged in when the program at the other end is killed.
    _other_end: File,
    path: PathBuf,
}

impl PseudoTerminal {
    /// Makes a cable. Its other end is at [`PseudoTerminal::path`].
    pub fn open() -> io::Result<Self> {
        let master =
            posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let path = PathBuf::from(ptsname_r(&master)?);
        let other_end = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags((OFlag::O_NOCTTY | OFlag::O_CLOEXEC).bits())
            .open(&path)?;
        make_raw(&other_end)?;
        Ok(Self { master, _other_end: other_end, path })
    }

    /// Where the program opens its end.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes what has arrived; 0 when nothing has.
    pub fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.master.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            other => other,
        }
    }

    /// Sends what fits. What nobody reads is lost, as on a cable.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.master.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

impl AsFd for PseudoTerminal {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.master.as_fd()
    }
}
