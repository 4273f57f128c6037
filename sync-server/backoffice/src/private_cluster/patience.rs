//! Waiting for a condition that nobody announces (待ち合わせ), with a deadline.

use std::time::{Duration, Instant};

/// Often enough to go unnoticed, seldom enough to cost nothing.
const EVERY: Duration = Duration::from_millis(10);

/// Waits until the condition holds, at most this long. Returns whether it does.
///
/// Blocks the thread: not for async code.
pub fn until(patience: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + patience;
    loop {
        if holds() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::park_timeout(EVERY);
    }
}
