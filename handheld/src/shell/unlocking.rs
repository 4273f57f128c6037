//! Opening the store (解錠): the PIN opens it, and only then is there a route.

use std::thread;

use super::{Report, Shell, lock};
use crate::route::Route;
use crate::screens::Tone;
use crate::store::{DataKey, Keyring, Store, StoreError};

/// The route on board as the log left it, or what the reader is told instead.
pub(super) fn open_route(
    store: &Store,
) -> Result<(Option<Route>, Option<&'static str>), StoreError> {
    let Some(package) = store.package()? else { return Ok((None, None)) };
    match Route::open(package) {
        Ok(mut route) => {
            route.replay(&store.events()?);
            Ok((Some(route), None))
        }
        Err(error) => {
            tracing::error!(%error, "the package on board cannot be used");
            let told = "検針データを読み取れません。F4 で受け取り直してください。(H13)";
            Ok((None, Some(told)))
        }
    }
}

impl Shell {
    /// What a PIN is tried on.
    pub fn keyring(&self) -> Keyring {
        lock(&self.store).keyring()
    }

    /// The slow part, on a thread of its own.
    pub(super) fn unlock(&self, login: String, pin: String) {
        let (keyring, post) = (self.keyring(), self.post.clone());
        thread::spawn(move || {
            let key = keyring.open(&login, &pin);
            post(Report::Unlocked { login, key });
        });
    }

    pub(super) fn hear_unlocked(&mut self, login: &str, key: Option<DataKey>) {
        let now = self.clock.now_unix_seconds();
        let Some(key) = key else { return self.pin_was_wrong() };
        let opened = {
            let mut store = lock(&self.store);
            store.unlock(key);
            // A full disk must not keep the reader from the route: the slip is voided later.
            if let Err(error) = store.void_slip_under_way(now) {
                tracing::error!(code = error.code(), %error, "the slip is not voided");
            }
            // Time was not before the last entry, whatever the machine says after a night without power.
            if let Ok(Some(last)) = store.last_recorded_at() {
                self.trusted.was_at_least(last);
                self.app.turn_to(self.clock.today());
            }
            open_route(&store)
        };
        match opened {
            Ok((route, told)) => {
                let reader = route.as_ref().and_then(|route| {
                    route.readers.iter().find(|reader| reader.login == login).cloned()
                });
                self.app.unsealed(route);
                if let Some(told) = told {
                    self.app.tell(Tone::Bad, told);
                }
                if let Some(reader) = reader {
                    self.hear_pin(reader, true);
                }
            }
            Err(error) => {
                self.app.unsealed(None);
                self.refuse(&error);
            }
        }
    }
}
