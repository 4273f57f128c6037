//! What the terminal keeps besides the log (端末の設定): how it shows, wrong PINs, the last contact.
//!
//! It is known before anybody has logged in, so it is a small file of lines `name value` beside the
//! log. How it shows lies there in the clear; a line that cannot be read counts as absent. Wrong
//! PINs are sealed with the terminal's secret: whoever has only the card cannot set them back, and
//! taking the file away costs a wait.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use shared::wire::{EnrolmentV1, decode, encode};

use crate::screens::{Kept, Look};
use crate::store::DeviceSecret;

/// What a count that is missing or forged stands for: the first wait.
const FAILURES_IF_FORGED: u32 = 5;

/// The file. Written whole beside itself and put in place, so that a pulled plug leaves the old one.
pub struct KeptFile {
    path: PathBuf,
    secret: DeviceSecret,
}

/// Wrong PINs as they lie on the disk, sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Refused {
    failures: u32,
    /// The number that was typed last.
    login: String,
}

impl KeptFile {
    /// In the terminal's data folder. To be called before the log is made: a terminal without
    /// either has just been set up, one with a log and without this has lost it.
    pub fn in_folder(data: &Path, enrolment: &EnrolmentV1) -> KeptFile {
        let file = KeptFile { path: data.join("settings"), secret: DeviceSecret::of(enrolment) };
        if !file.path.exists() && !data.join("log.db").exists() {
            let written = file.save(&Kept::default(), "");
            if let Err(error) = written {
                tracing::warn!(%error, "the settings cannot be kept");
            }
        }
        file
    }

    /// What was kept, the defaults where nothing was, and the number that was refused last.
    pub fn load(&self) -> (Kept, String) {
        let text = std::fs::read_to_string(&self.path).unwrap_or_default();
        let refused = self.refused(&text).unwrap_or_else(|| {
            tracing::warn!("the count of wrong PINs is missing or forged");
            Refused { failures: FAILURES_IF_FORGED, login: String::new() }
        });
        (Kept { failures: refused.failures, ..parse(&text) }, refused.login)
    }

    fn refused(&self, text: &str) -> Option<Refused> {
        let hex = text.lines().find_map(|line| line.strip_prefix("refused "))?;
        decode(&self.secret.open_settings(&bytes_of(hex)?)?).ok()
    }

    /// When this returns, it is on the disk.
    pub fn save(&self, kept: &Kept, refused_login: &str) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        let refused = Refused { failures: kept.failures, login: refused_login.to_owned() };
        let sealed = hex_of(&self.secret.seal_settings(&encode(&refused)));
        let mut file = File::create(&beside)?;
        file.write_all(format!("{}refused {sealed}\n", text(kept)).as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, &self.path)?;
        match self.path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }
}

fn text(kept: &Kept) -> String {
    let flag = |is_set: bool| if is_set { "on" } else { "off" };
    let mut text = format!(
        "look {}\nleft_hand {}\nreverse {}\n",
        kept.look.key(),
        flag(kept.is_left_handed),
        flag(kept.is_reverse),
    );
    if let Some(at) = kept.last_contact_unix_seconds {
        text += "last_contact ";
        text += &at.to_string();
        text += "\n";
    }
    text
}

fn parse(text: &str) -> Kept {
    let mut kept = Kept::default();
    for (name, value) in text.lines().filter_map(|line| line.split_once(' ')) {
        match name {
            "look" => kept.look = Look::from_key(value).unwrap_or_default(),
            "left_hand" => kept.is_left_handed = value == "on",
            "reverse" => kept.is_reverse = value == "on",
            "last_contact" => kept.last_contact_unix_seconds = value.parse().ok(),
            _ => {}
        }
    }
    kept
}

fn hex_of(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path) -> KeptFile {
        KeptFile::in_folder(folder, &crate::bench::enrolment())
    }

    fn kept(failures: u32) -> Kept {
        Kept {
            look: Look::Night,
            is_left_handed: true,
            is_reverse: true,
            failures,
            last_contact_unix_seconds: Some(1_795_000_000),
        }
    }

    #[test]
    fn what_is_kept_comes_back_and_damage_does_not_stop_the_terminal() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(file(folder.path()).load(), (Kept::default(), String::new()));
        file(folder.path()).save(&kept(10), "4711").unwrap();
        file(folder.path()).save(&kept(10), "4711").unwrap();
        assert_eq!(file(folder.path()).load(), (kept(10), "4711".to_owned()));
        let path = folder.path().join("settings");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("4711"), "nobody's number is readable: {text}");
        std::fs::write(&path, text.replace("look night", "look green\n\u{0}")).unwrap();
        let expected = Kept { look: Look::Day, ..kept(10) };
        assert_eq!(file(folder.path()).load(), (expected, "4711".to_owned()));
    }

    #[test]
    fn wrong_pins_are_not_forgotten_by_changing_or_taking_away_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings");
        file(folder.path()).save(&kept(9), "4711").unwrap();
        std::fs::write(folder.path().join("log.db"), "a log").unwrap();
        let whole = std::fs::read_to_string(&path).unwrap();
        let sealed = whole.split("refused ").nth(1).unwrap().trim().to_owned();
        let flipped = format!("{}{}", &sealed[..sealed.len() - 1], "g");
        let turned = sealed.chars().rev().collect::<String>();
        for forged in ["", "00", &flipped, &turned, &sealed[..40], "ぎぎ"] {
            std::fs::write(&path, whole.replace(&sealed, forged)).unwrap();
            let (told, login) = file(folder.path()).load();
            assert_eq!((told, login.as_str()), (kept(FAILURES_IF_FORGED), ""), "{forged}");
        }
        // Another terminal's count, however low, is no count of this one.
        let mut other = crate::bench::enrolment();
        other.token = [9; 32];
        KeptFile::in_folder(folder.path(), &other).save(&kept(0), "").unwrap();
        assert_eq!(file(folder.path()).load().0.failures, FAILURES_IF_FORGED);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(file(folder.path()).load().0.failures, FAILURES_IF_FORGED);
    }
}
