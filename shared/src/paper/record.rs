//! What stands on a paper, by name (帳票の項目): the values that a layout puts in its places.

mod notice;
mod plain;
mod sample;

use std::collections::BTreeMap;

pub use sample::sample;

use super::PaperKind;

/// The values of one paper, or of one row of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    texts: BTreeMap<&'static str, String>,
    lists: BTreeMap<&'static str, Vec<Record>>,
}

impl Record {
    /// The text of a field; empty where there is nothing to say.
    pub fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// The rows of a list.
    pub fn rows(&self, name: &str) -> &[Record] {
        self.lists.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a field or list holds anything.
    pub fn has(&self, name: &str) -> bool {
        !self.text(name).is_empty() || !self.rows(name).is_empty()
    }

    /// The row of a list with what is known around it.
    #[must_use]
    pub fn around(&self, row: &Record, is_first: bool) -> Record {
        let mut inner = self.clone();
        inner.texts.extend(row.texts.clone());
        inner.texts.insert("first", if is_first { "1".to_owned() } else { String::new() });
        inner
    }

    fn with(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.texts.insert(name, text.into());
        self
    }

    fn with_rows(mut self, name: &'static str, rows: Vec<Record>) -> Self {
        self.lists.insert(name, rows);
        self
    }
}

/// The fields and lists of a kind of paper, with their meaning.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Names and meanings.
    pub fields: &'static [(&'static str, &'static str)],
    /// Names, meanings and the fields of a row.
    pub lists: &'static [KnownList],
}

/// Name, meaning, and the fields of a row.
pub type KnownList = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

impl Known {
    /// What a layout of this kind may name.
    pub fn of(kind: PaperKind) -> Known {
        match kind {
            PaperKind::UsageNotice => notice::KNOWN,
            _ => plain::KNOWN,
        }
    }

    pub(super) fn is_field(self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| *known == name)
    }

    pub(super) fn is_list(self, name: &str) -> bool {
        self.lists.iter().any(|(known, ..)| *known == name)
    }

    pub(super) fn is_field_of(self, list: &str, name: &str) -> bool {
        let list = self.lists.iter().find(|(known, ..)| *known == list);
        list.is_some_and(|(_, _, fields)| fields.iter().any(|(known, _)| *known == name))
    }
}

#[cfg(test)]
mod tests;
