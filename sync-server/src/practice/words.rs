//! What page and server say to each other about a practice (練習画面のことば): JSON, one object each.

use serde::{Deserialize, Serialize};
use shared::panel::{Caption, KEY_NAMES, PanelInput};

/// From the page.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromPage {
    /// A key of the terminal.
    Key {
        /// One character or a name of [`KEY_NAMES`].
        key: String,
    },
    /// A finger comes down.
    Down {
        /// From the left, in screen pixels.
        x: u16,
        /// From the top.
        y: u16,
    },
    /// A finger moves.
    Move {
        /// From the left.
        x: u16,
        /// From the top.
        y: u16,
    },
    /// A finger is lifted.
    Up {
        /// From the left.
        x: u16,
        /// From the top.
        y: u16,
    },
    /// A hand at the printer.
    Printer {
        /// What it does.
        hand: Hand,
    },
}

/// What a hand does to the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hand {
    /// Takes the paper out (用紙切れ).
    PaperEnd,
    /// Opens the cover (カバー開).
    CoverOpen,
    /// Puts everything right (復帰).
    Ok,
}

impl Hand {
    /// The printer's word for it.
    pub fn line(self) -> &'static str {
        match self {
            Hand::PaperEnd => "paper-end",
            Hand::CoverOpen => "cover-open",
            Hand::Ok => "ok",
        }
    }
}

/// To the page.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ToPage<'a> {
    /// The terminal is switched on.
    Ready {
        /// Pixels across.
        width: u16,
        /// Pixels down.
        height: u16,
    },
    /// What the screen shows, in words.
    Screen {
        /// Whether the terminal is at work.
        busy: bool,
        /// The words.
        caption: Words<'a>,
    },
    /// A piece of paper came out.
    Slip {
        /// Address of its picture.
        address: String,
        /// Whether it was torn off half printed.
        torn: bool,
    },
    /// The printer's state after a hand.
    Printer {
        /// What was done.
        hand: Hand,
    },
    /// The practice is over, or could not begin.
    Ended {
        /// A stable code.
        code: &'static str,
        /// Why, and what helps.
        text: &'static str,
    },
}

/// A [`Caption`] for the page.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Words<'a> {
    screen: &'a str,
    connection_number: Option<&'a str>,
    typed: &'a str,
    message: Option<&'a str>,
    progress: Option<(u32, u32)>,
}

impl<'a> From<&'a Caption> for Words<'a> {
    fn from(caption: &'a Caption) -> Self {
        Words {
            screen: &caption.screen,
            connection_number: caption.connection_number.as_deref(),
            typed: &caption.typed,
            message: caption.message.as_deref(),
            progress: caption.progress,
        }
    }
}

impl FromPage {
    /// What it is to the terminal; `None` when it is for the printer, or is no key at all.
    pub fn panel_input(&self) -> Option<PanelInput> {
        match self {
            FromPage::Key { key } => is_key(key).then(|| PanelInput::Key(key.clone())),
            FromPage::Down { x, y } => Some(PanelInput::PointerDown { x: *x, y: *y }),
            FromPage::Move { x, y } => Some(PanelInput::PointerMove { x: *x, y: *y }),
            FromPage::Up { x, y } => Some(PanelInput::PointerUp { x: *x, y: *y }),
            FromPage::Printer { .. } => None,
        }
    }
}

fn is_key(key: &str) -> bool {
    let mut characters = key.chars();
    let is_character = matches!(
        (characters.next(), characters.next()),
        (Some(character), None) if !character.is_control()
    );
    is_character || KEY_NAMES.contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<FromPage> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn only_keys_that_the_terminal_has_get_through() {
        let key = |key: &str| FromPage::Key { key: key.into() }.panel_input();
        assert_eq!(key("7"), Some(PanelInput::Key("7".into())));
        assert_eq!(key("F5"), Some(PanelInput::Key("F5".into())));
        for no_key in ["", "F6", "\n", "77", "\u{1b}"] {
            assert_eq!(key(no_key), None, "{no_key:?}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(read(r#"{"kind":"down","x":10,"y":20}"#).is_some());
        assert!(read(r#"{"kind":"printer","hand":"paper_end"}"#).is_some());
        for bad in [
            "",
            "{}",
            r#"{"kind":"quit"}"#,
            r#"{"kind":"down","x":-1,"y":0}"#,
            r#"{"kind":"down","x":70000,"y":0}"#,
            r#"{"kind":"printer","hand":"fire"}"#,
            r#"{"kind":"key","key":"1","more":1}"#,
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
