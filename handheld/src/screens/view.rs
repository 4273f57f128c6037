//! What a screen shows (画面の表示): finished words, nothing left for markup to decide.

use std::sync::Arc;

use hardware::camera::Preview;
use shared::panel::Caption;

use super::settings::Look;

/// How a word is meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad.
    #[default]
    Info,
    /// Done.
    Good,
    /// Look here.
    Warn,
    /// Not done.
    Bad,
}

/// A row of the route list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowView {
    pub order: String,
    pub number: String,
    pub name: String,
    pub address: String,
    pub mark: String,
    /// What to know before one opens the gate.
    pub hazard: String,
    pub tone: Tone,
    pub is_chosen: bool,
}

/// One connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryView {
    pub number: String,
    pub name: String,
    pub address: String,
    pub meter: String,
    pub position: String,
    pub caution: String,
    /// What to know before one opens the gate, in words for a badge.
    pub hazards: String,
    pub previous: String,
    /// Day of the reading before.
    pub previous_on: String,
    pub last_period: String,
    pub last_year: String,
    /// Name of the entry field.
    pub field: String,
    pub typed: String,
    /// The dials of a check, where they are not to be typed again.
    pub now: String,
    pub usage: String,
    pub is_leaking: bool,
    pub is_saved: bool,
    /// Of a saved reading: 水道, 下水道, 合計.
    pub water: String,
    pub sewerage: String,
    pub total: String,
    /// What became of its slip.
    pub slip: String,
    pub is_unprinted: bool,
    /// Of a check: what is odd, what is asked, and how it is answered.
    pub sentences: Vec<String>,
    pub question: String,
    pub step: &'static str,
}

/// A choice in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OptionView {
    pub key: String,
    pub text: String,
    pub is_chosen: bool,
}

/// Work besides reading: what is asked, and what one should know to answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkView {
    pub title: String,
    pub text: String,
    /// Names and values.
    pub facts: Vec<(String, String)>,
    pub typed: String,
    /// What 確定 takes when nothing is typed.
    pub offered: String,
    /// `digits`, `choice` or `look`.
    pub ask: &'static str,
    /// Where one stands in a long list of choices.
    pub pages: String,
}

/// Counts of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SyncView {
    pub total: u64,
    pub sent: u64,
    pub unsent: u64,
    /// What was unsent when this sync began.
    pub unsent_before: Option<u64>,
    /// The server's receipt fits the log.
    pub is_checked: bool,
}

/// Everything on the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each shows or hides something of its own")]
pub struct View {
    pub screen: &'static str,
    pub title: String,
    pub corner: String,
    pub date: String,
    pub look: Look,
    pub is_left_handed: bool,
    pub is_reverse: bool,
    /// Battery and printer.
    pub status: String,
    pub status_tone: Tone,
    pub message: String,
    pub tone: Tone,
    pub is_busy: bool,
    pub keys: [String; 5],
    pub enter: String,
    pub has_keypad: bool,
    pub login_number: String,
    pub login_pin: String,
    pub is_on_pin: bool,
    pub search_typed: String,
    /// The ten keys write kana.
    pub is_kana: bool,
    pub rows: Vec<RowView>,
    pub list_position: String,
    pub done: usize,
    pub planned: usize,
    pub entry: EntryView,
    pub options: Vec<OptionView>,
    pub work: WorkView,
    pub sync: SyncView,
    /// When the server was reached last.
    pub last_contact: String,
    /// The key that asks the meter is shown.
    pub has_meter_key: bool,
    /// A photo that is looked at.
    pub preview: Option<Arc<Preview>>,
}

impl View {
    /// The notice line; on a check what is odd and what is asked.
    fn words(&self) -> Option<String> {
        let asked = if self.screen == "work" { &self.work.text } else { &self.entry.question };
        let words = format!("{}{asked}", self.message).replace('\n', "");
        (!words.is_empty()).then_some(words)
    }

    /// What a person would read off the screen first.
    pub fn caption(&self) -> Caption {
        let shows_connection = !self.entry.number.is_empty();
        Caption {
            screen: self.screen.to_owned(),
            connection_number: shows_connection.then(|| self.entry.number.clone()),
            typed: match self.screen {
                "login" if self.is_on_pin => self.login_pin.clone(),
                "login" => self.login_number.clone(),
                "work" => self.work.typed.clone(),
                "search" => self.search_typed.clone(),
                _ => self.entry.typed.clone(),
            },
            message: self.words(),
            progress: (self.planned > 0).then(|| {
                let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
                (small(self.done), small(self.planned))
            }),
        }
    }
}
