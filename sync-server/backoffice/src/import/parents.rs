//! Master meters and submeters (親メーター・子メーター): whether what a row refers to is in the file.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::plain;
use super::columns::Column;
use super::fault::{Fault, Wrong};
use super::row::ImportedConnection;
use super::table::Table;

/// Rows whose master meter is not in the file, or is the row itself.
pub(super) fn unknown_parents(table: &Table) -> Vec<Fault> {
    let cell = |row, column| plain(table.cell(row, column));
    let numbers: BTreeSet<String> =
        table.rows.iter().map(|row| cell(row, Column::ConnectionNumber)).collect();
    let mut faults = Vec::new();
    for row in table.rows.iter().filter(|row| row.cells.len() == table.columns.len()) {
        let parent = cell(row, Column::Parent);
        let reason = if parent.is_empty() {
            continue;
        } else if parent == cell(row, Column::ConnectionNumber) {
            "その行自身の水栓番号です。"
        } else if !numbers.contains(&parent) {
            "この水栓番号の行がファイルにありません。"
        } else {
            continue;
        };
        faults.push(Fault::of_cell(row.line, Column::Parent, &parent, Wrong::new("I23", reason)));
    }
    faults
}

/// Rows that are good but stand behind a row that is not: without it, they cannot be taken in.
/// Found again and again until nothing more falls.
pub(super) fn behind_rejected(
    connections: &[ImportedConnection],
    lines_by_number: &BTreeMap<&str, u64>,
    rejected: &BTreeSet<u64>,
) -> Vec<Fault> {
    let mut fallen = rejected.clone();
    let mut faults = Vec::new();
    loop {
        let before = fallen.len();
        for connection in connections {
            let Some(parent) = &connection.parent else { continue };
            let parent_line = lines_by_number.get(parent.as_str());
            let Some(parent_line) = parent_line.filter(|line| fallen.contains(line)) else {
                continue;
            };
            if fallen.insert(connection.line) {
                let reason =
                    format!("親の水栓（{parent_line}行目）に誤りがあるため、取り込めません。");
                let wrong = Wrong::new("I23", reason);
                let value = parent.as_str();
                faults.push(Fault::of_cell(connection.line, Column::Parent, value, wrong));
            }
        }
        if fallen.len() == before {
            return faults;
        }
    }
}
