//! The cells of one row (セル): each is read into what it means, or noted as a fault.

use jiff::civil::Date;
use shared::quantity::grouped;
use unicode_normalization::UnicodeNormalization;

use super::columns::Column;
use super::dates::{parse_date, parse_month_end};
use super::fault::{Fault, Wrong};
use super::table::{RawRow, Table};

/// The user-defined areas of old character sets (外字).
const USER_DEFINED: std::ops::RangeInclusive<char> = '\u{e000}'..='\u{f8ff}';

/// Reads the cells of one row and gathers what is wrong with them.
pub(super) struct Cells<'a> {
    table: &'a Table,
    row: &'a RawRow,
    faults: Vec<Fault>,
}

impl<'a> Cells<'a> {
    /// Looks at everything that holds for every cell: filled, short enough, of known characters.
    pub(super) fn new(table: &'a Table, row: &'a RawRow) -> Self {
        let mut cells = Self { table, row, faults: Vec::new() };
        for column in table.columns.iter().flatten() {
            if let Err(wrong) = check_text(*column, cells.raw(*column)) {
                cells.fault(*column, wrong);
            }
        }
        cells
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    pub(super) fn fault(&mut self, column: Column, wrong: Wrong) {
        let value = self.raw(column);
        self.faults.push(Fault::of_cell(self.row.line, column, value, wrong));
    }

    fn raw(&self, column: Column) -> &'a str {
        self.table.cell(self.row, column)
    }

    fn has_fault(&self, column: Column) -> bool {
        self.faults.iter().any(|fault| fault.column == column.heading())
    }

    /// As it stands in the file.
    pub(super) fn text(&self, column: Column) -> String {
        self.raw(column).to_owned()
    }

    pub(super) fn is_empty(&self, column: Column) -> bool {
        self.raw(column).is_empty()
    }

    /// What the cell means; `None` when it is empty or faulty.
    pub(super) fn read<T>(
        &mut self,
        column: Column,
        meaning: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let plain = plain(self.raw(column));
        if plain.is_empty() || self.has_fault(column) {
            return None;
        }
        meaning(&plain).map_err(|wrong| self.fault(column, wrong)).ok()
    }

    /// A whole number between two bounds.
    pub(super) fn number(&mut self, column: Column, low: u32, high: u32) -> Option<u32> {
        self.read(column, |text| number(text, low, high))
    }

    /// A day up to today.
    pub(super) fn past_date(&mut self, column: Column, today: Date) -> Option<Date> {
        self.read(column, |text| {
            let date = parse_date(text).ok_or_else(not_a_date)?;
            if date > today {
                return Err(Wrong::new("I11", "今日より後の日付です。"));
            }
            if date.year() < 1900 {
                return Err(Wrong::new("I08", "1900年より前の日付です。"));
            }
            Ok(date)
        })
    }

    /// The end of a meter's time: at most a verification's eight years away, and a year on stock.
    pub(super) fn verification_end(&mut self, column: Column, today: Date) -> Option<Date> {
        self.read(column, |text| {
            let date = parse_month_end(text).ok_or_else(not_a_date)?;
            if date.year() < 1990 || date.year() > today.year() + 9 {
                return Err(Wrong::new(
                    "I08",
                    "検定の有効期間は8年です。1990年から9年後までの年月を入れてください。",
                ));
            }
            Ok(date)
        })
    }
}

/// In half-width figures and full-width kana.
pub(super) fn plain(text: &str) -> String {
    text.nfkc().collect()
}

fn not_a_date() -> Wrong {
    Wrong::new(
        "I10",
        "暦にある日付を、2026-09-15、2026/9/15、20260915、令和8年9月15日のどれかの形で入れてください。",
    )
}

fn number(text: &str, low: u32, high: u32) -> Result<u32, Wrong> {
    let digits: String = text.chars().filter(|c| *c != ',').collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Wrong::new("I07", "0以上の整数を入れてください。"));
    }
    let value = digits.parse().ok().filter(|value| (low..=high).contains(value));
    value.ok_or_else(|| {
        let (low, high) = (grouped(low.into()), grouped(high.into()));
        Wrong::new("I08", format!("{low}から{high}までの数を入れてください。"))
    })
}

fn check_text(column: Column, text: &str) -> Result<(), Wrong> {
    if text.is_empty() {
        if column.is_required() {
            return Err(Wrong::new("I06", "必ず入れる列です。"));
        }
        return Ok(());
    }
    if let Some(c) = text.chars().find(|c| USER_DEFINED.contains(c)) {
        let reason =
            format!("外字（U+{:04X}）があります。通常の文字に置き換えてください。", u32::from(c));
        return Err(Wrong::new("I16", reason));
    }
    if text.chars().any(|c| c.is_control() || c == '\u{fffd}') {
        return Err(Wrong::new("I15", "改行などの使えない文字が入っています。"));
    }
    let max = column.characters_max();
    let length = text.chars().count();
    if length > max {
        return Err(Wrong::new("I15", format!("{length}文字あります。{max}文字までです。")));
    }
    Ok(())
}
