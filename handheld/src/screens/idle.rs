//! Idle and expired (自動ロック・検針データの期限): whoever finds a terminal sees nobody's name on it.
//!
//! The office sets both. Idle time is counted by the clock that nobody can set; where it is up, the
//! next key asks for the PIN and does nothing else. The same reader then goes on where it was, with
//! every digit that was typed. After the day of expiry a route is not shown at all; what was read
//! can still be sent.

use shared::calendar::{from_unix_days, japanese_month_day, to_unix_days};
use shared::wire::ReaderV1;
use uuid::Uuid;

use super::{App, Screen, Tone, login};

/// When a key was last pressed, and what the lock hides.
#[derive(Debug, Default)]
pub(super) struct Idle {
    last_key_at: Option<i64>,
    /// The reader, the package and the screen.
    hidden: Option<(String, Uuid, Box<Screen>)>,
}

impl App {
    /// Whether this key comes too late: then the terminal is locked instead.
    pub(super) fn locks_before(&mut self, now_steady_seconds: i64) -> bool {
        let last = self.idle.last_key_at.replace(now_steady_seconds);
        let Some((reader, route)) = self.reader.as_ref().zip(self.route.as_ref()) else {
            return false;
        };
        let seconds = i64::from(route.work.lock_minutes) * 60;
        let is_late = last.is_some_and(|last| now_steady_seconds - last >= seconds);
        if seconds == 0 || !is_late || matches!(self.screen, Screen::Login(_)) {
            return false;
        }
        let login =
            login::Login { number: reader.login.clone(), pin: String::new(), is_on_pin: true };
        let (reader, package) = (reader.login.clone(), route.package);
        let hidden = std::mem::replace(&mut self.screen, Screen::Login(login));
        self.idle.hidden = Some((reader, package, Box::new(hidden)));
        self.reader = None;
        let told = "しばらく操作がなかったため、ロックしました。暗証番号を入力してください。(H14)";
        self.tell(Tone::Info, told);
        true
    }

    /// The PIN was right.
    pub(super) fn let_in(&mut self, reader: ReaderV1, now_steady_seconds: i64) {
        self.idle.last_key_at = Some(now_steady_seconds);
        if let Some(told) = self.expired() {
            self.idle.hidden = None;
            self.screen = Screen::Login(login::Login::default());
            self.tell(Tone::Bad, told);
            return;
        }
        let package = self.route.as_ref().map(|route| route.package);
        let hidden = self.idle.hidden.take();
        let own = hidden.filter(|(login, of, _)| *login == reader.login && Some(*of) == package);
        self.reader = Some(reader);
        if let Some((_, _, screen)) = own {
            self.screen = *screen;
        } else {
            self.screen = Screen::Route;
            self.point_to_work();
        }
    }

    /// What to say when the route on board is shown no longer.
    fn expired(&self) -> Option<String> {
        let last = self.route.as_ref()?.work.expires_on_unix_days;
        if last == 0 || to_unix_days(self.today) <= last {
            return None;
        }
        let day = from_unix_days(last).map(japanese_month_day).unwrap_or_default();
        Some(format!("検針データの期限（{day}）が過ぎました。F4 で送受信してください。(H15)"))
    }
}
