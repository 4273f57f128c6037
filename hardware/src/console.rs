//! The text console behind the display (文字画面): kept silent while the terminal's screens cover it.
//!
//! The kernel gives every key to the console too. Left alone it writes the reader's PIN on the text
//! screen, where it stands to be read when the program ends, and keeps it for whoever asks for a
//! log-in next.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::thread;

use nix::sys::termios::{self, FlushArg, SetArg, Termios};

/// A console that shows and keeps nothing. As it was again when the value goes.
pub struct SilentConsole {
    console: OwnedFd,
    before: Termios,
}

impl SilentConsole {
    /// Silences the console that a program was started on; `None` when `input` is no console.
    pub fn over(input: &(impl AsFd + IsTerminal)) -> io::Result<Option<SilentConsole>> {
        if !input.is_terminal() {
            return Ok(None);
        }
        let console = input.as_fd().try_clone_to_owned()?;
        let before = termios::tcgetattr(&console)?;
        let mut silent = before.clone();
        // No echo, no lines, and no signals: the keys mean what the screens say and nothing else.
        termios::cfmakeraw(&mut silent);
        termios::tcsetattr(&console, SetArg::TCSAFLUSH, &silent)?;
        let mut keys = File::from(console.try_clone()?);
        thread::Builder::new().name("console".into()).spawn(move || {
            let mut unread = [0; 64];
            while matches!(keys.read(&mut unread), Ok(count) if count > 0) {
                unread.fill(0);
            }
        })?;
        Ok(Some(SilentConsole { console, before }))
    }
}

impl Drop for SilentConsole {
    fn drop(&mut self) {
        // The console may be gone already; then there is nothing to put back.
        let _ = termios::tcflush(&self.console, FlushArg::TCIFLUSH);
        let _ = termios::tcsetattr(&self.console, SetArg::TCSAFLUSH, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use nix::pty::openpty;

    use super::*;

    /// What the console has written on the screen within a moment.
    fn shown(screen: &File) -> Vec<u8> {
        let mut shown = Vec::new();
        let wait = |milliseconds: u16| {
            let mut ready = [PollFd::new(screen.as_fd(), PollFlags::POLLIN)];
            poll(&mut ready, PollTimeout::from(milliseconds)).unwrap() > 0
        };
        let mut bytes = [0; 64];
        while wait(200) {
            let count = (&*screen).read(&mut bytes).unwrap();
            shown.extend_from_slice(&bytes[..count]);
        }
        shown
    }

    #[test]
    fn a_pin_is_neither_shown_nor_kept() {
        let pair = openpty(None, None).unwrap();
        let (mut screen, console) = (File::from(pair.master), File::from(pair.slave));
        screen.write_all(b"101").unwrap();
        assert_eq!(shown(&screen), b"101", "a console left alone writes what is typed");

        let silent = SilentConsole::over(&console).unwrap().unwrap();
        screen.write_all(b"4649\r\x03").unwrap();
        assert_eq!(shown(&screen), b"");
        drop(silent);
        let mut unread = [PollFd::new(console.as_fd(), PollFlags::POLLIN)];
        assert_eq!(poll(&mut unread, PollTimeout::ZERO).unwrap(), 0, "nothing waits to be read");
        screen.write_all(b"x").unwrap();
        assert_eq!(shown(&screen), b"x", "as it was before");
    }

    #[test]
    fn what_is_no_console_is_left_alone() {
        let file = tempfile::tempfile().unwrap();
        assert!(SilentConsole::over(&file).unwrap().is_none());
    }
}
