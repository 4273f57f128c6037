//! Checking an import file (取り込み前の確認): the whole file, every fault, nothing taken in.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::cells::plain;
use super::columns::Column;
use super::duplicates::duplicates;
use super::encoding::{FileEncoding, decode};
use super::fault::Fault;
use super::parents::{behind_rejected, unknown_parents};
use super::report::{RejectedRow, Report};
use super::row::{self, ImportedConnection};
use super::table::{RawRow, Table};

/// Reads a file and finds everything that is wrong with it. Dates after `today` are wrong.
pub fn check(bytes: &[u8], today: Date) -> Report {
    let (encoding, text) = match decode(bytes) {
        Ok(decoded) => decoded,
        Err(fault) => return Report::unreadable(FileEncoding::Utf8, vec![fault]),
    };
    let table = match Table::read(&text) {
        Ok(table) => table,
        Err(faults) => return Report::unreadable(encoding, faults),
    };
    let mut faults = Vec::new();
    let mut connections = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        match row::read(&table, row, today) {
            Ok(connection) => connections.push(connection),
            Err(found) => faults.extend(found),
        }
    }
    faults.extend(duplicates(&table));
    faults.extend(unknown_parents(&table));
    let rejected: BTreeSet<u64> = faults.iter().map(|fault| fault.line).collect();
    let numbers: Vec<(String, u64)> = table
        .rows
        .iter()
        .map(|row| (plain(table.cell(row, Column::ConnectionNumber)), row.line))
        .collect();
    let lines_by_number = numbers.iter().map(|(number, line)| (number.as_str(), *line)).collect();
    faults.extend(behind_rejected(&connections, &lines_by_number, &rejected));
    faults.sort_by_key(|fault| (fault.line, Column::from_heading(&fault.column)));
    sort_out(encoding, table, connections, faults)
}

/// Parts the rows that are good from those that have a fault of their own or with others.
fn sort_out(
    encoding: FileEncoding,
    table: Table,
    mut connections: Vec<ImportedConnection>,
    faults: Vec<Fault>,
) -> Report {
    let mut reasons: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for fault in &faults {
        let column = match fault.column.as_str() {
            "" => String::new(),
            column => format!("{column}: "),
        };
        let reason = format!("{} {column}{}", fault.code, fault.reason);
        reasons.entry(fault.line).or_default().push(reason);
    }
    connections.retain(|connection| !reasons.contains_key(&connection.line));
    let rows = table.rows.len();
    let rejected = table
        .rows
        .into_iter()
        .filter_map(|RawRow { line, cells }| {
            reasons.remove(&line).map(|reasons| RejectedRow { cells, reasons })
        })
        .collect();
    Report { encoding, rows, faults, connections, heading: table.heading, rejected }
}
