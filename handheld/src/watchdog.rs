//! The watchdog (見張り): tells systemd that the terminal is up, and again and again that it lives.
//!
//! sd_notify(3) is one datagram; nothing is told where nobody asked. "Up" is said only after the
//! screens have answered for a while: an updated version that falls over at once has not started.

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How long the screens must have lived before the start counts.
const UP_AFTER: Duration = Duration::from_secs(20);
/// How often the screens are asked; `WatchdogSec` of the unit is three times as long.
const EVERY: Duration = Duration::from_secs(10);

/// The way to whoever started the program.
pub struct Watchdog {
    socket: UnixDatagram,
    address: SocketAddr,
}

impl Watchdog {
    /// What systemd put into NOTIFY_SOCKET: a path, or behind `@` a name in no file system.
    pub fn at(name: &str) -> io::Result<Watchdog> {
        let address = match name.strip_prefix('@') {
            Some(name) => SocketAddr::from_abstract_name(name)?,
            None => SocketAddr::from_pathname(name)?,
        };
        Ok(Watchdog { socket: UnixDatagram::unbound()?, address })
    }

    /// Asks the screens' thread for ever whether it lives, and passes its answers on. A screen
    /// that hangs answers nothing, and the terminal is started anew.
    pub fn attend(self, on_ui_thread: impl Fn(Box<dyn FnOnce() + Send>) + Send + 'static) {
        let watchdog = Arc::new(self);
        thread::spawn(move || {
            // Nobody ever calls: the wait is the clock.
            let (_caller, calls) = channel::<()>();
            let mut wait = UP_AFTER;
            let mut answer: fn(&Watchdog) = Watchdog::is_up;
            while calls.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                let watchdog = watchdog.clone();
                on_ui_thread(Box::new(move || answer(&watchdog)));
                (wait, answer) = (EVERY, Watchdog::lives);
            }
        });
    }

    /// The terminal can be worked with.
    fn is_up(&self) {
        self.tell("READY=1\nWATCHDOG=1");
    }

    /// The screens' thread still answers.
    fn lives(&self) {
        self.tell("WATCHDOG=1");
    }

    fn tell(&self, words: &str) {
        if let Err(error) = self.socket.send_to_addr(words.as_bytes(), &self.address) {
            tracing::warn!(%error, "the watchdog cannot be told");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systemd_hears_ready_and_then_that_it_lives() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let systemd = UnixDatagram::bind(&path).unwrap();
        let watchdog = Watchdog::at(path.to_str().unwrap()).unwrap();
        watchdog.is_up();
        watchdog.lives();
        let mut heard = [0; 64];
        let length = systemd.recv(&mut heard).unwrap();
        assert_eq!(&heard[..length], b"READY=1\nWATCHDOG=1");
        let length = systemd.recv(&mut heard).unwrap();
        assert_eq!(&heard[..length], b"WATCHDOG=1");
        drop(systemd);
        watchdog.lives();
        assert!(Watchdog::at("@minamo-test").is_ok());
    }
}
