//! Log-in (ログイン): the reader's number, then the PIN.

use super::{App, Effect, Key, Screen, Tone};

const DIGITS_MAX: usize = 8;

/// What has been typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Login {
    pub number: String,
    pub pin: String,
    pub is_on_pin: bool,
}

impl Login {
    fn field(&mut self) -> &mut String {
        if self.is_on_pin { &mut self.pin } else { &mut self.number }
    }
}

impl App {
    /// The number in the field, whether anybody has it or not.
    pub fn typed_login(&self) -> &str {
        if let Screen::Login(login) = &self.screen { &login.number } else { "" }
    }

    pub(super) fn press_login(&mut self, key: Key, now_steady_seconds: i64) -> Option<Effect> {
        let Screen::Login(login) = &mut self.screen else { return None };
        match key {
            Key::Digit(digit) if login.field().len() < DIGITS_MAX => {
                login.field().push(char::from(b'0' + digit));
            }
            Key::Erase => {
                login.field().pop();
            }
            Key::Up | Key::Cancel => login.is_on_pin = false,
            Key::Down => login.is_on_pin = true,
            Key::Function(3) => self.open_terminal_menu(),
            Key::Function(4) => self.show_sync(),
            Key::Enter if !login.is_on_pin => login.is_on_pin = !login.number.is_empty(),
            Key::Enter => return self.confirm_pin(now_steady_seconds),
            _ => {}
        }
        None
    }

    fn confirm_pin(&mut self, now_steady_seconds: i64) -> Option<Effect> {
        let Screen::Login(login) = &self.screen else { return None };
        if self.route.is_none() && !self.has_sealed_route {
            self.tell(Tone::Warn, "検針データがありません。F4 で受け取ってください。(H12)");
            return None;
        }
        let wait = self.lock.wait(now_steady_seconds);
        if wait > 0 {
            let wait = super::lock::japanese_wait(wait);
            self.tell(Tone::Bad, format!("あと{wait}お待ちください。(H11)"));
            return None;
        }
        let pin = login.pin.clone();
        let Some(route) = &self.route else {
            let login = login.number.clone();
            self.busy = Some(super::Busy::Pin);
            self.tell(Tone::Info, "確認しています…");
            return Some(Effect::Unlock { login, pin });
        };
        // An unknown number is checked against a hash that nothing fits: the time it takes must
        // not tell which numbers exist.
        let reader = route
            .readers
            .iter()
            .find(|reader| reader.login == login.number)
            .or(route.readers.first())
            .cloned();
        let is_known = route.readers.iter().any(|reader| reader.login == login.number);
        self.busy = Some(super::Busy::Pin);
        self.tell(Tone::Info, "確認しています…");
        let Some(reader) = reader else {
            self.busy = None;
            self.tell(Tone::Bad, "検針員番号または暗証番号が違います。(H10)");
            return None;
        };
        let pin = if is_known { pin } else { String::new() };
        Some(Effect::VerifyPin { reader, pin })
    }
}
