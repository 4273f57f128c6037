//! The lock (ログインの停止): wrong PINs in a row make the terminal wait, longer each time.
//!
//! Measured in seconds that have passed, never by the clock on the wall: setting the clock a year
//! on opens nothing, a year back keeps nobody out. The count is kept over a restart; whether a wait
//! was over by then nobody knows, so it begins again.

/// Wrong PINs before each wait.
pub(super) const FAILURES_PER_WAIT: u32 = 5;
/// The first wait, the second, and all others.
const WAITS_SECONDS: [i64; 3] = [60, 300, 1_800];

/// Wrong PINs in a row, and until when nobody is let in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Lock {
    pub failures: u32,
    opens_at: i64,
}

impl Lock {
    /// After a restart with that many failures before it.
    pub fn resumed(failures: u32, now_steady_seconds: i64) -> Lock {
        Lock { failures, opens_at: now_steady_seconds + wait_after(failures).unwrap_or(0) }
    }

    /// One more; how long to wait, if that was one too many.
    pub fn fail(&mut self, now_steady_seconds: i64) -> Option<i64> {
        self.failures = self.failures.saturating_add(1);
        let wait = wait_after(self.failures)?;
        self.opens_at = now_steady_seconds + wait;
        Some(wait)
    }

    /// Seconds to wait; 0 when open.
    pub fn wait(&self, now_steady_seconds: i64) -> i64 {
        (self.opens_at - now_steady_seconds).max(0)
    }
}

fn wait_after(failures: u32) -> Option<i64> {
    if failures == 0 || !failures.is_multiple_of(FAILURES_PER_WAIT) {
        return None;
    }
    let step = usize::try_from(failures / FAILURES_PER_WAIT).unwrap_or(usize::MAX);
    Some(WAITS_SECONDS[(step - 1).min(WAITS_SECONDS.len() - 1)])
}

/// `1分`, `45秒`.
pub(super) fn japanese_wait(seconds: i64) -> String {
    if seconds >= 60 && seconds % 60 == 0 {
        format!("{}分", seconds / 60)
    } else if seconds > 60 {
        format!("{}分{}秒", seconds / 60, seconds % 60)
    } else {
        format!("{seconds}秒")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fifth_failure_waits_longer_than_the_one_before() {
        let mut lock = Lock::default();
        let waits: Vec<i64> = (0..25).filter_map(|_| lock.fail(1_000)).collect();
        assert_eq!(waits, [60, 300, 1_800, 1_800, 1_800]);
        assert_eq!((lock.wait(1_000), lock.wait(2_799), lock.wait(2_800)), (1_800, 1, 0));
    }

    #[test]
    fn a_restart_opens_nothing_and_forgets_nothing() {
        let lock = Lock::resumed(10, 3);
        assert_eq!((lock.failures, lock.wait(3), lock.wait(303)), (10, 300, 0));
        assert_eq!(Lock::resumed(4, 3).wait(3), 0);
        assert_eq!(Lock::resumed(4, 3).fail(9), Some(60));
    }

    #[test]
    fn a_wait_is_said_in_minutes_and_seconds() {
        let said = [60, 59, 300, 61].map(japanese_wait);
        assert_eq!(said, ["1分", "59秒", "5分", "1分1秒"]);
    }
}
