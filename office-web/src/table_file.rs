//! Lists as files (CSV出力): UTF-8 with its mark, so that spreadsheets of the office open them right.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// A file of rows under construction.
pub(crate) struct TableFile {
    text: String,
}

impl TableFile {
    /// A file with these column names.
    pub fn new(header: &[&str]) -> TableFile {
        let mut file = TableFile { text: String::from('\u{feff}') };
        file.row(header);
        file
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[impl AsRef<str>]) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            push_cell(&mut self.text, cell.as_ref());
        }
        self.text.push_str("\r\n");
    }

    /// The answer that makes the browser save it. `name` is plain ASCII and tells of no person.
    pub fn download(self, name: &str) -> Response {
        let disposition = format!("attachment; filename=\"{name}\"");
        let headers = [
            (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (CONTENT_DISPOSITION, disposition),
        ];
        (headers, self.text).into_response()
    }
}

/// Quotes where needed. A text that a spreadsheet would take for a formula gets an apostrophe.
fn push_cell(text: &mut String, cell: &str) {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let is_number = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t']) && !is_number;
    if !is_formula && !cell.contains(['"', ',', '\r', '\n']) {
        text.push_str(cell);
        return;
    }
    text.push('"');
    if is_formula {
        text.push('\'');
    }
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_disarmed() {
        let mut file = TableFile::new(&["氏名", "水量"]);
        file.row(&["山田, \"太郎\"", "-12"]);
        file.row(&["=1+1", "7"]);
        file.row(&["-1+1", "-12.5"]);
        assert_eq!(
            file.text,
            "\u{feff}氏名,水量\r\n\"山田, \"\"太郎\"\"\",-12\r\n\"'=1+1\",7\r\n\"'-1+1\",-12.5\r\n"
        );
    }
}
