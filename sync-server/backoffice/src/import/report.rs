//! The report on an import file (確認結果): every fault at once, and the rejected rows as a file.

use std::fmt::Write;

use shared::quantity::grouped;

use super::encoding::FileEncoding;
use super::fault::Fault;
use super::row::ImportedConnection;

/// Heading of the column that says why a row was rejected.
pub(super) const REASON_HEADING: &str = "取り込めない理由";

/// What [`super::check`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How the file is encoded.
    pub encoding: FileEncoding,
    /// Rows below the heading, empty ones left out.
    pub rows: usize,
    /// Everything that is wrong, by line.
    pub faults: Vec<Fault>,
    /// The rows without a fault.
    pub connections: Vec<ImportedConnection>,
    pub(super) heading: Vec<String>,
    pub(super) rejected: Vec<RejectedRow>,
}

/// A row with its faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RejectedRow {
    pub(super) cells: Vec<String>,
    pub(super) reasons: Vec<String>,
}

impl Report {
    /// Of a file of which no row can be read.
    pub(super) fn unreadable(encoding: FileEncoding, faults: Vec<Fault>) -> Self {
        Self {
            encoding,
            rows: 0,
            faults,
            connections: Vec::new(),
            heading: Vec::new(),
            rejected: Vec::new(),
        }
    }

    /// Whether everything can be taken in.
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    /// How many rows have a fault.
    pub fn rejected_rows(&self) -> usize {
        self.rejected.len()
    }

    /// The report in plain Japanese, one fault a line. `file` is named in each of them, so that
    /// lines can be passed on by themselves.
    pub fn japanese(&self, file: &str) -> String {
        let mut text = lines(file, &self.faults);
        if self.heading.is_empty() {
            let _ = writeln!(text, "{file}: 読み取れませんでした。誤り {}件", self.faults.len());
            return text;
        }
        let count = |count: usize| grouped(i64::try_from(count).unwrap_or(i64::MAX));
        let _ = writeln!(
            text,
            "{file}: {}、{}行中、取り込める行 {}、誤りのある行 {}、誤り {}件",
            self.encoding.japanese(),
            count(self.rows),
            count(self.connections.len()),
            count(self.rejected.len()),
            count(self.faults.len()),
        );
        text
    }

    /// The rejected rows as a file of the same encoding, with the reasons in a last column, which
    /// is passed over when the mended file is taken in.
    pub fn rejects_file(&self) -> Vec<u8> {
        let mut text = String::new();
        push_row(&mut text, self.heading.iter().map(String::as_str).chain([REASON_HEADING]));
        for row in &self.rejected {
            let reasons = row.reasons.join(" / ");
            push_row(&mut text, row.cells.iter().map(String::as_str).chain([reasons.as_str()]));
        }
        self.encoding.encode(&text)
    }
}

/// Each fault on a line that begins with the file.
pub(super) fn lines(file: &str, faults: &[Fault]) -> String {
    let mut text = String::new();
    for fault in faults {
        let _ = writeln!(text, "{file} {}", fault.japanese());
    }
    text
}

fn push_row<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            text.push(',');
        }
        if cell.contains([',', '"', '\r', '\n']) {
            let _ = write!(text, "\"{}\"", cell.replace('"', "\"\""));
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}
