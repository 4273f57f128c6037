//! A clock that does not jump (飛ばない時計): time goes on as it passes, whatever is set meanwhile.
//!
//! A terminal whose clock is set a year on in the middle of a route would date its readings, count its
//! days and end its route by that. So the time is taken once, at the start, and goes on by the seconds
//! that have passed. Where the machine's clock comes to another day than that, somebody set it: the
//! program goes on with its own and says so. Small corrections, as a network makes them, are followed.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;

use super::{Clock, japanese_day};

/// The machine's clock was set to another day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jump {
    /// The day that it says.
    pub says: Date,
    /// The day with which the program goes on.
    pub stays: Date,
}

/// Another clock, held to the seconds that pass.
pub struct TrustedClock {
    inner: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    /// What our time was at `steady`.
    unix_seconds: i64,
    steady: i64,
    /// How far the machine's clock is ahead of ours.
    ahead: i64,
    /// The jump of which somebody is to be told.
    jump: Option<Jump>,
}

impl TrustedClock {
    /// Begins with what the clock says now.
    pub fn over(inner: Arc<dyn Clock>) -> Self {
        let (unix_seconds, steady) = (inner.now_unix_seconds(), inner.steady_seconds());
        let state = Mutex::new(State { unix_seconds, steady, ahead: 0, jump: None });
        Self { inner, state }
    }

    /// The time was not before this: what is on the disk says so. A clock that says less has been
    /// set back, or has lost its battery while the terminal was off.
    pub fn was_at_least(&self, unix_seconds: i64) {
        let says = self.inner.now_unix_seconds();
        let mut state = self.look();
        if state.unix_seconds < unix_seconds {
            state.ahead -= unix_seconds - state.unix_seconds;
            state.unix_seconds = unix_seconds;
            if japanese_day(says) != japanese_day(unix_seconds) {
                state.jump =
                    Some(Jump { says: japanese_day(says), stays: japanese_day(unix_seconds) });
            }
        }
    }

    /// The jump since the last call.
    pub fn take_jump(&self) -> Option<Jump> {
        self.look().jump.take()
    }

    /// Brings the state up to now.
    fn look(&self) -> std::sync::MutexGuard<'_, State> {
        let (says, steady) = (self.inner.now_unix_seconds(), self.inner.steady_seconds());
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = state.unix_seconds + (steady - state.steady).max(0);
        let ahead = says - ours;
        let change = ahead - state.ahead;
        if change != 0 && state.ahead == 0 && japanese_day(says) == japanese_day(ours) {
            // Set, but still on this day: it is followed, and nothing that counts days is touched.
            *state = State { unix_seconds: says, steady, ..*state };
            return state;
        }
        let (says_day, our_day) = (japanese_day(says), japanese_day(ours));
        if japanese_day(ours + change) != our_day && says_day != our_day {
            state.jump = Some(Jump { says: says_day, stays: our_day });
        }
        *state = State { unix_seconds: ours, steady, ahead, ..*state };
        state
    }
}

impl Clock for TrustedClock {
    fn now_unix_seconds(&self) -> i64 {
        self.look().unix_seconds
    }

    fn steady_seconds(&self) -> i64 {
        self.inner.steady_seconds()
    }
}

#[cfg(test)]
mod tests {
    use super::super::FixedClock;
    use super::*;
    use jiff::civil::date;

    const YEAR: i64 = 366 * 86_400;
    const TODAY: Date = date(2026, 11, 23);

    #[test]
    fn a_year_on_or_back_changes_no_day_and_is_told_once() {
        for jump in [YEAR, -YEAR] {
            let inner = Arc::new(FixedClock::on(TODAY));
            let clock = TrustedClock::over(inner.clone());
            let before = clock.now_unix_seconds();
            inner.pass(60);
            inner.jump(jump);
            assert_eq!(clock.now_unix_seconds(), before + 60);
            assert_eq!(clock.today(), TODAY);
            let told = clock.take_jump().unwrap();
            assert_eq!((told.says, told.stays), (inner.today(), TODAY));
            assert_eq!(clock.take_jump(), None);
            // A night later it is the next day of the route, by the seconds that have passed.
            inner.pass(86_400);
            assert_eq!(clock.today(), date(2026, 11, 24));
            assert_eq!(clock.take_jump(), None);
            // Set right again: nothing changes, and there is nothing to tell.
            inner.jump(-jump);
            assert_eq!(clock.today(), date(2026, 11, 24));
            assert_eq!(clock.take_jump(), None);
        }
    }

    #[test]
    fn a_small_correction_is_followed_and_not_told() {
        let inner = Arc::new(FixedClock::on(TODAY));
        let clock = TrustedClock::over(inner.clone());
        for jump in [90, -30, 3_600, -600] {
            inner.jump(jump);
            assert_eq!(clock.now_unix_seconds(), inner.now_unix_seconds());
        }
        assert_eq!(clock.take_jump(), None);
    }

    #[test]
    fn time_is_never_before_what_is_on_the_disk() {
        let inner = Arc::new(FixedClock::on(date(2000, 1, 1)));
        let clock = TrustedClock::over(inner.clone());
        let last = FixedClock::on(TODAY).now_unix_seconds();
        clock.was_at_least(last);
        assert_eq!((clock.now_unix_seconds(), clock.today()), (last, TODAY));
        assert_eq!(clock.take_jump().map(|jump| jump.says), Some(date(2000, 1, 1)));
        inner.pass(10);
        assert_eq!(clock.now_unix_seconds(), last + 10);
        clock.was_at_least(last);
        assert_eq!((clock.now_unix_seconds(), clock.take_jump()), (last + 10, None));
    }
}
