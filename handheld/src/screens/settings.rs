//! Settings of the terminal (端末の設定): how it looks, for which hand, in which direction.

use super::{App, Effect};

/// How the screen looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    /// As a rule.
    #[default]
    Day,
    /// In full sun: black on white, digits as large as they fit (大きな文字).
    Sun,
    /// In the dark (夜間).
    Night,
}

impl Look {
    /// All of them.
    pub const ALL: [Look; 3] = [Look::Day, Look::Sun, Look::Night];

    /// The word in the file.
    pub fn key(self) -> &'static str {
        match self {
            Look::Day => "day",
            Look::Sun => "sun",
            Look::Night => "night",
        }
    }

    /// The look with this word.
    pub fn from_key(key: &str) -> Option<Look> {
        Look::ALL.into_iter().find(|look| look.key() == key)
    }

    /// Switches `look` on, or off again where it is on.
    pub(super) fn switched(self, look: Look) -> Look {
        if self == look { Look::Day } else { look }
    }
}

/// What outlives a restart besides the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// How the screen looks.
    pub look: Look,
    /// The keys on the screen lie for the left hand.
    pub is_left_handed: bool,
    /// The route is walked from its end (逆順).
    pub is_reverse: bool,
    /// Wrong PINs in a row.
    pub failures: u32,
    /// When the server was reached last.
    pub last_contact_unix_seconds: Option<i64>,
}

impl App {
    /// With what was kept before a restart.
    #[must_use]
    pub fn with_kept(mut self, kept: Kept, now_steady_seconds: i64) -> App {
        self.lock = super::lock::Lock::resumed(kept.failures, now_steady_seconds);
        self.list.is_reverse = kept.is_reverse;
        App { kept, ..self }
    }

    /// What is to be kept now.
    pub fn kept(&self) -> Kept {
        Kept { failures: self.lock.failures, ..self.kept }
    }

    /// The server was reached.
    pub fn contacted(&mut self, now_unix_seconds: i64) {
        self.kept.last_contact_unix_seconds = Some(now_unix_seconds);
    }

    pub(super) fn look(&mut self, look: Look) -> Effect {
        self.kept.look = self.kept.look.switched(look);
        Effect::Keep
    }

    pub(super) fn switch_hands(&mut self) -> Effect {
        self.kept.is_left_handed = !self.kept.is_left_handed;
        Effect::Keep
    }

    pub(super) fn turn_round(&mut self) -> Effect {
        self.kept.is_reverse = !self.kept.is_reverse;
        self.list.is_reverse = self.kept.is_reverse;
        if let Some(route) = &self.route {
            let place = self.list.cursor;
            self.list.point_to(route, place);
        }
        Effect::Keep
    }
}
