//! What must not stand twice in a file (重なりの確認): numbers, places in routes; and towns that
//! contradict each other.

use std::collections::BTreeMap;

use super::cells::plain;
use super::columns::Column;
use super::fault::{Fault, Wrong};
use super::row::postcode;
use super::table::{RawRow, Table};

/// Lines that are named in one reason.
const LINES_MAX: usize = 5;

/// Faults between rows, be the rows good by themselves or not. All rows of a duplicate are told:
/// which of them is right, only the utility knows.
pub(super) fn duplicates(table: &Table) -> Vec<Fault> {
    let whole = |row: &&RawRow| row.cells.len() == table.columns.len();
    let rows: Vec<&RawRow> = table.rows.iter().filter(whole).collect();
    let cell = |row: &RawRow, column| plain(table.cell(row, column));
    let mut faults =
        repeated(&rows, Column::ConnectionNumber, |row| cell(row, Column::ConnectionNumber));
    faults.extend(repeated(&rows, Column::MeterNumber, |row| cell(row, Column::MeterNumber)));
    faults.extend(repeated(&rows, Column::WalkOrder, |row| {
        let (route, order) = (cell(row, Column::Route), cell(row, Column::WalkOrder));
        // 7 and 007 are one place.
        let order = order.parse().map_or(order, |order: u32| order.to_string());
        if route.is_empty() || order.is_empty() {
            String::new()
        } else {
            format!("{route}の{order}")
        }
    }));
    faults.extend(contradicting(&rows, table, Column::Postcode, |text| postcode(text).ok()));
    faults.extend(contradicting(&rows, table, Column::TownKana, |text| Some(text.to_owned())));
    faults
}

fn repeated(rows: &[&RawRow], column: Column, value: impl Fn(&RawRow) -> String) -> Vec<Fault> {
    let mut lines: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for row in rows {
        lines.entry(value(row)).or_default().push(row.line);
    }
    let mut faults = Vec::new();
    for (value, lines) in lines {
        if lines.len() < 2 || value.is_empty() {
            continue;
        }
        for line in &lines {
            let others = other_lines(&lines, *line);
            let reason = match column {
                Column::WalkOrder => format!("検針順路と検針順の組が{others}と同じです。"),
                _ => format!("{others}と同じ値です。"),
            };
            faults.push(Fault::of_cell(*line, column, &value, Wrong::new("I14", reason)));
        }
    }
    faults
}

fn other_lines(lines: &[u64], line: u64) -> String {
    let others: Vec<String> = lines
        .iter()
        .filter(|other| **other != line)
        .take(LINES_MAX)
        .map(|other| format!("{other}行目"))
        .collect();
    let rest = if lines.len() > LINES_MAX + 1 { "など" } else { "" };
    format!("{}{rest}", others.join("・"))
}

/// A town has one postcode and one reading; the first row that gives them decides what the others
/// are held against.
fn contradicting(
    rows: &[&RawRow],
    table: &Table,
    column: Column,
    meaning: impl Fn(&str) -> Option<String>,
) -> Vec<Fault> {
    let mut first_of: BTreeMap<&str, (u64, String)> = BTreeMap::new();
    let mut faults = Vec::new();
    for row in rows {
        let town = table.cell(row, Column::Town);
        let Some(here) = meaning(&plain(table.cell(row, column))) else { continue };
        let (line, there) = first_of.entry(town).or_insert_with(|| (row.line, here.clone()));
        if here != *there {
            let reason = format!(
                "同じ町名の{line}行目では「{there}」です。1つの町名には1つだけ登録できます。"
            );
            faults.push(Fault::of_cell(row.line, column, &here, Wrong::new("I17", reason)));
        }
    }
    faults
}
