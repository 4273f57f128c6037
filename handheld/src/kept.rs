//! What the terminal keeps besides the log (端末の設定): how it shows, wrong PINs, the last contact.
//!
//! It is known before anybody has logged in and holds nothing about a person, so it is a small file
//! of lines `name value` beside the log and not sealed. A line that cannot be read counts as absent.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::screens::{Kept, Look};

/// The file. Written whole beside itself and put in place, so that a pulled plug leaves the old one.
pub struct KeptFile {
    path: PathBuf,
}

impl KeptFile {
    /// In the terminal's data folder.
    pub fn in_folder(data: &Path) -> KeptFile {
        KeptFile { path: data.join("settings") }
    }

    /// What was kept; the defaults where nothing was.
    pub fn load(&self) -> Kept {
        std::fs::read_to_string(&self.path).map_or_else(|_| Kept::default(), |text| parse(&text))
    }

    /// When this returns, it is on the disk.
    pub fn save(&self, kept: &Kept) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        let mut file = File::create(&beside)?;
        file.write_all(text(kept).as_bytes())?;
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
        "look {}\nleft_hand {}\nreverse {}\nfailures {}\n",
        kept.look.key(),
        flag(kept.is_left_handed),
        flag(kept.is_reverse),
        kept.failures,
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
            "failures" => kept.failures = value.parse().unwrap_or_default(),
            "last_contact" => kept.last_contact_unix_seconds = value.parse().ok(),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_damage_does_not_stop_the_terminal() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeptFile::in_folder(folder.path());
        assert_eq!(file.load(), Kept::default());
        let kept = Kept {
            look: Look::Night,
            is_left_handed: true,
            is_reverse: true,
            failures: 10,
            last_contact_unix_seconds: Some(1_795_000_000),
        };
        file.save(&kept).unwrap();
        file.save(&kept).unwrap();
        assert_eq!(KeptFile::in_folder(folder.path()).load(), kept);
        std::fs::write(folder.path().join("settings"), "look green\nfailures 5\n\u{0}\n").unwrap();
        assert_eq!(file.load(), Kept { failures: 5, ..Kept::default() });
    }
}
