//! Faults of an import file (取り込みの誤り): where, what stands there, and what is wrong with it.

use super::columns::Column;

/// Something wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line in the file, from 1 with the heading; of a row over several lines, the first.
    pub line: u64,
    /// Heading of the column; empty where the whole row or file is meant.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// A stable I code, explained in [`crate::codes`].
    pub code: &'static str,
    /// What is wrong and what is expected, in Japanese.
    pub reason: String,
}

impl Fault {
    /// Of a whole row or file.
    pub(super) fn of_row(line: u64, code: &'static str, reason: impl Into<String>) -> Self {
        let (column, value) = (String::new(), String::new());
        Self { line, column, value, code, reason: reason.into() }
    }

    /// Of a cell.
    pub(super) fn of_cell(line: u64, column: Column, value: &str, wrong: Wrong) -> Self {
        Self {
            line,
            column: column.heading().to_owned(),
            value: value.to_owned(),
            code: wrong.code,
            reason: wrong.reason,
        }
    }

    /// One line of a report: place, value, code and reason.
    pub(super) fn japanese(&self) -> String {
        let place = match self.line {
            0 => String::new(),
            line => format!("{line}行目 "),
        };
        let cell = match (self.column.as_str(), self.value.as_str()) {
            ("", _) => String::new(),
            (column, "") => format!("{column}（空） "),
            (column, value) => format!("{column}「{}」 ", shown(value)),
        };
        format!("{place}{cell}{} {}", self.code, self.reason)
    }
}

/// A value on one line of a report, cut where it is long.
fn shown(value: &str) -> String {
    const CHARACTERS_MAX: usize = 30;
    let visible = |c: char| if c.is_control() { '␣' } else { c };
    let mut shown: String = value.chars().take(CHARACTERS_MAX).map(visible).collect();
    if value.chars().nth(CHARACTERS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// What is wrong with a value, without its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) code: &'static str,
    pub(super) reason: String,
}

impl Wrong {
    pub(super) fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}
