//! The table of an import file (表の読み取り): rows with their lines, columns by their heading.

use super::columns::Column;
use super::fault::Fault;
use super::report::REASON_HEADING;

/// The file as a table.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// As it stands in the first row.
    pub(super) heading: Vec<String>,
    /// Where each column stands.
    pub(super) columns: Vec<Option<Column>>,
    /// All rows that hold anything.
    pub(super) rows: Vec<RawRow>,
}

/// A row as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawRow {
    pub(super) line: u64,
    pub(super) cells: Vec<String>,
}

impl Table {
    /// Reads the table; faults of the heading make every row unreadable.
    pub(super) fn read(text: &str) -> Result<Table, Vec<Fault>> {
        if let Some(line) = unclosed_quote(text) {
            return Err(vec![Fault::of_row(
                line,
                "I18",
                "この行で開いた引用符（\"）が閉じていません。引用符を閉じるか、除いてください。",
            )]);
        }
        let mut rows = rows(text);
        if rows.is_empty() {
            return Err(vec![Fault::of_row(0, "I19", "ファイルが空です。")]);
        }
        drop_reasons(&mut rows);
        let heading = rows.remove(0);
        let columns: Vec<Option<Column>> =
            heading.cells.iter().map(|cell| Column::from_heading(cell)).collect();
        let faults = heading_faults(&heading, &columns);
        if !faults.is_empty() {
            return Err(faults);
        }
        if rows.is_empty() {
            return Err(vec![Fault::of_row(0, "I19", "見出しだけで、取り込む行がありません。")]);
        }
        Ok(Table { heading: heading.cells, columns, rows })
    }

    /// What stands in this column of a row; nothing where the file has no such column.
    pub(super) fn cell<'a>(&self, row: &'a RawRow, column: Column) -> &'a str {
        let place = self.columns.iter().position(|known| *known == Some(column));
        place.and_then(|place| row.cells.get(place)).map_or("", String::as_str)
    }
}

/// A mended file of rejects may still have the reasons of last time.
fn drop_reasons(rows: &mut [RawRow]) {
    let width = rows[0].cells.len();
    let Some(place) = rows[0].cells.iter().position(|cell| cell == REASON_HEADING) else { return };
    for row in rows.iter_mut().filter(|row| row.cells.len() == width) {
        row.cells.remove(place);
    }
}

fn heading_faults(heading: &RawRow, columns: &[Option<Column>]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (place, (cell, column)) in heading.cells.iter().zip(columns).enumerate() {
        match column {
            None => {
                let reason = format!("左から{}番目の見出し「{cell}」は知らない列です。", place + 1);
                faults.push(Fault::of_row(heading.line, "I04", reason));
            }
            Some(column) if columns[..place].contains(&Some(*column)) => {
                let reason = format!("見出し「{cell}」が2つ以上あります。");
                faults.push(Fault::of_row(heading.line, "I03", reason));
            }
            Some(_) => {}
        }
    }
    for column in Column::ALL {
        if column.is_required() && !columns.contains(&Some(*column)) {
            let reason = format!("見出しに「{}」の列がありません。", column.heading());
            faults.push(Fault::of_row(heading.line, "I02", reason));
        }
    }
    faults
}

/// Rows with their lines; rows without anything in them, which spreadsheets leave, are dropped.
fn rows(text: &str) -> Vec<RawRow> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    let mut lines = LineCounter::new(text);
    // Reading from memory, of a text that is UTF-8, with any number of cells: nothing can fail.
    while reader.read_record(&mut record).unwrap_or(false) {
        let offset = record.position().map_or(0, csv::Position::byte);
        let cells: Vec<String> = record.iter().map(|cell| trimmed(cell).to_owned()).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push(RawRow { line: lines.line_at(offset), cells });
        }
    }
    rows
}

fn trimmed(cell: &str) -> &str {
    cell.trim_matches(|c: char| c.is_whitespace())
}

/// Lines by the place in the text. The reader's own count lags behind at CRLF and empty lines.
struct LineCounter<'a> {
    bytes: &'a [u8],
    counted: usize,
    line: u64,
}

impl<'a> LineCounter<'a> {
    fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), counted: 0, line: 1 }
    }

    /// Offsets must rise from call to call.
    fn line_at(&mut self, offset: u64) -> u64 {
        let mut start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.bytes.len());
        while matches!(self.bytes.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        let passed = self.bytes[self.counted..start].split(|byte| *byte == b'\n').count() - 1;
        self.counted = start;
        self.line += u64::try_from(passed).unwrap_or(0);
        self.line
    }
}

/// The line on which a quoted cell begins that never ends. A quote opens a cell only at its
/// beginning; a doubled quote within is a quote.
fn unclosed_quote(text: &str) -> Option<u64> {
    let mut line = 1;
    let mut opened_on = None;
    let mut at_cell_start = true;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match (opened_on, c) {
            (None, '"') if at_cell_start => opened_on = Some(line),
            (Some(_), '"') if characters.peek() == Some(&'"') => {
                characters.next();
            }
            (Some(_), '"') => opened_on = None,
            _ => {}
        }
        at_cell_start = opened_on.is_none() && matches!(c, ',' | '\n' | '\r');
        line += u64::from(c == '\n');
    }
    opened_on
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_know_their_lines_over_breaks_within_cells_and_empty_lines() {
        let text = "a,b\r\n1,\"x\r\ny\"\r\n\r\n,,\r\n 2 ,\u{3000}z\r\n3,\"q\"\"q\"";
        let found: Vec<(u64, String)> =
            rows(text).into_iter().map(|row| (row.line, row.cells.join("|"))).collect();
        let expected = [(1, "a|b"), (2, "1|x\r\ny"), (6, "2|z"), (7, "3|q\"q")]
            .map(|(l, c)| (l, c.to_owned()));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_quote_that_never_closes_is_found_on_its_line() {
        assert_eq!(unclosed_quote("a,b\n\"c\nd\",e\"e\n"), None);
        assert_eq!(unclosed_quote("a,b\n1,\"c\n2,d\n"), Some(2));
        assert_eq!(unclosed_quote("a,\"\"\"b\""), None);
    }
}
