//! Sending and receiving (送受信): what the server has, what it has not, and when it was reached.

use super::{App, Busy, Effect, Key, Screen, SyncView, Tone, login, route_list};
use crate::route::Route;

impl App {
    pub(super) fn press_sync(&mut self, key: Key) -> Option<Effect> {
        match key {
            Key::Enter => {
                self.busy = Some(Busy::Syncing);
                self.sync.unsent_before = Some(self.sync.unsent);
                self.sync.is_checked = false;
                self.tell(Tone::Info, "送受信しています…");
                Some(Effect::Sync)
            }
            Key::Cancel | Key::Function(1) => {
                self.screen = match self.reader {
                    Some(_) => Screen::Route,
                    None => Screen::Login(login::Login::default()),
                };
                None
            }
            _ => None,
        }
    }

    pub(super) fn show_sync(&mut self) {
        self.sync.unsent_before = None;
        self.sync.is_checked = false;
        self.screen = Screen::Sync;
    }

    /// How far the sync has come.
    pub fn sync_told(&mut self, sent: u64, unsent: u64) {
        self.sync.sent = sent;
        self.sync.unsent = unsent;
    }

    /// The sync is over. A new route takes the place of the old one; `set_aside` entries wait for
    /// the office.
    pub fn sync_ended(&mut self, result: Result<(Option<Route>, usize), String>) {
        self.busy = None;
        self.sync.is_checked = result.is_ok();
        let (received, set_aside) = match result {
            Ok((Some(route), set_aside)) => {
                let told = format!("順路 {} を受け取りました。", route.title);
                self.take_route(route);
                (told, set_aside)
            }
            Ok((None, set_aside)) => ("新しい順路はありません。".to_owned(), set_aside),
            Err(why) => return self.tell(Tone::Bad, why),
        };
        let told = format!("送受信が終わりました。{received}");
        if set_aside == 0 {
            self.tell(Tone::Good, told);
        } else {
            let waiting = format!("{told}事務所の確認が必要な記録が{set_aside}件あります。");
            self.tell(Tone::Warn, waiting);
        }
    }

    /// Counts for the sync screen.
    pub fn count_log(&mut self, total: u64, receipt_through: u64) {
        let unsent = total - receipt_through;
        self.sync = SyncView { total, sent: receipt_through, unsent, ..self.sync };
    }

    fn take_route(&mut self, route: Route) {
        let keeps_reader = self
            .reader
            .as_ref()
            .is_some_and(|reader| route.readers.iter().any(|known| known.login == reader.login));
        if !keeps_reader {
            self.reader = None;
        }
        self.route = Some(route);
        self.search_index = None;
        let is_reverse = self.kept.is_reverse;
        self.list = route_list::List { is_reverse, ..route_list::List::default() };
    }
}
