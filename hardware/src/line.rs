//! A serial line (シリアル回線) whose every wait has a deadline.
//!
//! The line is opened non-blocking and waited for with poll(2). The usual serial crates wait
//! until *some* bytes fit and then write in blocking mode, which hangs for good on a printer that
//! has stopped taking bytes; and they take the port exclusively, which outlives a killed program
//! when the other end is a pseudo terminal.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{self, BaudRate, ControlFlags, FlushArg, SetArg};

/// Bytes in, bytes out, nothing for ever.
pub trait Line: Send {
    /// Sends all bytes, or fails with [`io::ErrorKind::TimedOut`] when the other end has not taken
    /// them in time.
    fn write_all(&mut self, bytes: &[u8], within: Duration) -> io::Result<()>;

    /// Receives what is there; waits for the first byte if nothing is, and answers 0 when none
    /// came in time.
    fn read(&mut self, buffer: &mut [u8], within: Duration) -> io::Result<usize>;

    /// Throws away what arrived and was not read.
    fn discard_input(&mut self) -> io::Result<()>;
}

/// A serial port, or a pseudo terminal in its place: 8 bits, one stop bit.
#[derive(Debug)]
pub struct SerialLine {
    port: File,
}

impl SerialLine {
    /// Opens the device of a printer, a USB adapter or a Bluetooth serial port: 115,200 baud, no
    /// parity.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::open_with(path, |port| make_raw(port))
    }

    /// Opens the adapter of a meter: 2,400 baud, even parity.
    pub fn open_meter(path: &Path) -> io::Result<Self> {
        Self::open_with(path, |port| set_up(port, BaudRate::B2400, ControlFlags::PARENB))
    }

    /// Opens a satellite receiver: 9,600 baud, no parity, as most of them start.
    pub fn open_receiver(path: &Path) -> io::Result<Self> {
        Self::open_with(path, |port| set_up(port, BaudRate::B9600, ControlFlags::empty()))
    }

    fn open_with(path: &Path, set_up: impl Fn(&File) -> io::Result<()>) -> io::Result<Self> {
        let port = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags((OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC).bits())
            .open(path)?;
        set_up(&port)?;
        Ok(Self { port })
    }

    fn wait(&self, event: PollFlags, until: Instant) -> io::Result<bool> {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
            let mut fds = [PollFd::new(self.port.as_fd(), event)];
            match poll(&mut fds, timeout) {
                Ok(0) => return Ok(false),
                Ok(_) => {}
                Err(Errno::EINTR) => continue,
                Err(error) => return Err(error.into()),
            }
            let happened = fds[0].revents().unwrap_or(PollFlags::empty());
            if happened.intersects(event) {
                return Ok(true);
            }
            // Hung up and nothing to read: the adapter is gone or the other end has closed.
            return Err(io::ErrorKind::BrokenPipe.into());
        }
    }
}

impl Line for SerialLine {
    fn write_all(&mut self, mut bytes: &[u8], within: Duration) -> io::Result<()> {
        let until = Instant::now() + within;
        while !bytes.is_empty() {
            if !self.wait(PollFlags::POLLOUT, until)? {
                return Err(io::ErrorKind::TimedOut.into());
            }
            match self.port.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::BrokenPipe.into()),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if is_passing(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn read(&mut self, buffer: &mut [u8], within: Duration) -> io::Result<usize> {
        let until = Instant::now() + within;
        loop {
            if !self.wait(PollFlags::POLLIN, until)? {
                return Ok(0);
            }
            match self.port.read(buffer) {
                Ok(0) => return Err(io::ErrorKind::BrokenPipe.into()),
                Ok(count) => return Ok(count),
                Err(error) if is_passing(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn discard_input(&mut self) -> io::Result<()> {
        termios::tcflush(&self.port, FlushArg::TCIFLUSH)?;
        Ok(())
    }
}

/// Puts a terminal line into raw mode: no echo, no line editing, no translation of bytes.
///
/// A pseudo terminal takes the speed as it takes everything, and ignores it.
pub(crate) fn make_raw(port: impl AsFd + Copy) -> io::Result<()> {
    set_up(port, BaudRate::B115200, ControlFlags::empty())
}

fn set_up(port: impl AsFd + Copy, speed: BaudRate, parity: ControlFlags) -> io::Result<()> {
    let mut settings = termios::tcgetattr(port)?;
    termios::cfmakeraw(&mut settings);
    settings.control_flags |= ControlFlags::CLOCAL | ControlFlags::CREAD | parity;
    settings.control_flags &= !(ControlFlags::CSTOPB | (ControlFlags::PARENB - parity));
    termios::cfsetspeed(&mut settings, speed)?;
    termios::tcsetattr(port, SetArg::TCSANOW, &settings)?;
    Ok(())
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
