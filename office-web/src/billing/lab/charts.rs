//! The lab's charts (試算のグラフ), drawn on the server in whole numbers. Each stands beside the table
//! that says the same to every reader.

use backoffice::billing::lab::{Bin, Figures, Group, Histogram, TierRow, Unit};
use shared::quantity::Yen;

use crate::format;

const WIDTH: u32 = 720;
/// The narrowest and the widest column of labels, and the width of a whole letter.
const LABEL_WIDTHS: std::ops::RangeInclusive<u32> = 64..=200;
const LETTER_WIDTH: u32 = 14;
/// Room for a number behind the longest bar.
const VALUE_WIDTH: u32 = 124;
const BAR_HEIGHT: u32 = 15;
const BAR_GAP: u32 = 2;
const ROW_GAP: u32 = 14;

/// Amounts from here on are shown in thousands.
const THOUSANDS_FROM: i64 = 10_000_000;

/// Horizontal bars; the template only writes them down.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BarChart {
    pub width: u32,
    pub height: u32,
    pub left: u32,
    pub unit: &'static str,
    pub rows: Vec<BarRow>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct BarRow {
    pub label: String,
    pub label_y: u32,
    pub bars: Vec<Bar>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub class: &'static str,
    pub y: u32,
    pub height: u32,
    pub length: u32,
    pub value: String,
    pub value_x: u32,
    pub value_y: u32,
}

/// Before and after, group by group.
pub(super) fn groups<K>(groups: &[&Group<K>]) -> BarChart {
    let both = |figures: &Figures| vec![("before", figures.before.0), ("now", figures.after.0)];
    let rows: Vec<_> =
        groups.iter().map(|group| (group.name.clone(), both(&group.figures))).collect();
    let most = largest(&rows);
    bars(rows, most)
}

/// One table of tiers. Both of a claim are drawn to the same scale, `most`.
pub(super) fn tiers(rows: &[TierRow], class: &'static str, most: i64) -> BarChart {
    let rows = rows.iter().map(|row| (row.kind.japanese(), vec![(class, row.amount.0)])).collect();
    bars(rows, most)
}

fn largest(rows: &[(String, Vec<(&'static str, i64)>)]) -> i64 {
    rows.iter().flat_map(|(_, bars)| bars).map(|(_, value)| *value).max().unwrap_or(0)
}

fn bars(rows: Vec<(String, Vec<(&'static str, i64)>)>, most: i64) -> BarChart {
    let is_large = most >= THOUSANDS_FROM;
    let left = label_width(rows.iter().map(|(label, _)| label.as_str()));
    let room = WIDTH - left - VALUE_WIDTH;
    let mut y = 4;
    let rows = rows
        .into_iter()
        .map(|(label, values)| {
            let top = y;
            let bars: Vec<Bar> = values
                .into_iter()
                .map(|(class, value)| {
                    let length = scaled(value, room, most);
                    let bar = Bar {
                        class,
                        y,
                        height: BAR_HEIGHT,
                        length,
                        value: amount(value, is_large),
                        value_x: left + length + 7,
                        value_y: y + BAR_HEIGHT - 3,
                    };
                    y += BAR_HEIGHT + BAR_GAP;
                    bar
                })
                .collect();
            let label_y = u32::midpoint(top, y) + 4;
            y += ROW_GAP;
            BarRow { label, label_y, bars }
        })
        .collect();
    let unit = if is_large { "千円" } else { "円" };
    BarChart { width: WIDTH, height: y, left, unit, rows }
}

/// Room for the longest label; ASCII letters take half of a whole one.
fn label_width<'l>(labels: impl Iterator<Item = &'l str>) -> u32 {
    let halves = |label: &str| -> u32 {
        label.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum()
    };
    let longest = labels.map(halves).max().unwrap_or(0);
    (longest * LETTER_WIDTH / 2 + 16).clamp(*LABEL_WIDTHS.start(), *LABEL_WIDTHS.end())
}

fn amount(value: i64, in_thousands: bool) -> String {
    if in_thousands { Yen((value + 500).div_euclid(1_000)) } else { Yen(value) }.grouped()
}

/// What is there is seen: the smallest amount has a bar of one unit.
fn scaled(value: i64, length: u32, whole: i64) -> u32 {
    if value <= 0 || whole <= 0 {
        return 0;
    }
    let scaled = i128::from(value) * i128::from(length) / i128::from(whole);
    u32::try_from(scaled.max(1)).unwrap_or(length).min(length)
}

const COLUMNS_WIDTH: u32 = 836;
const COLUMNS_HEIGHT: u32 = 300;
const COLUMNS_TOP: u32 = 24;
const COLUMNS_BOTTOM: u32 = 46;
const COLUMN_GAP: u32 = 8;

/// Upright bars of a histogram.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ColumnChart {
    pub width: u32,
    pub height: u32,
    pub base: u32,
    pub columns: Vec<Column>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub class: &'static str,
    pub title: String,
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
    pub center: u32,
    pub value: String,
    pub value_y: u32,
    pub edge: String,
    /// Whether the edge is where the bar begins: 超.
    pub is_open: bool,
}

/// Customers by their change.
pub(super) fn histogram(histogram: &Histogram, unit: Unit) -> ColumnChart {
    let most = histogram.bins.iter().map(|bin| bin.customers).max().unwrap_or(0);
    let base = COLUMNS_HEIGHT - COLUMNS_BOTTOM;
    let count = u32::try_from(histogram.bins.len()).expect("a histogram has a few bins");
    let slot = COLUMNS_WIDTH / count.max(1);
    let column = |(place, bin): (u32, &Bin)| {
        let height = scaled(bin.customers.cast_signed(), base - COLUMNS_TOP, most.cast_signed());
        let x = slot * place + COLUMN_GAP / 2;
        Column {
            class: match bin.direction {
                0 => "same",
                1.. => "rise",
                _ => "fall",
            },
            title: format!("{} {}件", bin.japanese(unit), format::number(bin.customers)),
            x,
            y: base - height,
            width: slot - COLUMN_GAP,
            height,
            center: x + (slot - COLUMN_GAP) / 2,
            value: if bin.customers == 0 { String::new() } else { format::number(bin.customers) },
            value_y: base - height - 6,
            edge: bin.edge().trim_end_matches('超').to_owned(),
            is_open: bin.to.is_none(),
        }
    };
    ColumnChart {
        width: COLUMNS_WIDTH,
        height: COLUMNS_HEIGHT,
        base,
        columns: (0..).zip(&histogram.bins).map(column).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_within_the_picture_and_small_ones_are_seen() {
        let rows = |values: &[i64]| {
            values.iter().map(|value| ("13mm".to_owned(), vec![("now", *value)])).collect()
        };
        let chart = bars(rows(&[0, 1, 12_345_678]), 12_345_678);
        assert_eq!(chart.unit, "千円");
        let bar = |row: usize| &chart.rows[row].bars[0];
        assert_eq!((bar(0).length, bar(1).length), (0, 1));
        assert_eq!(chart.left + bar(2).length + VALUE_WIDTH, WIDTH);
        assert_eq!((bar(1).value.as_str(), bar(2).value.as_str()), ("0", "12,346"));
        assert!(bar(2).y + bar(2).height < chart.height);
        assert_eq!(bars(rows(&[700]), 700).rows[0].bars[0].value, "700");
        assert!(bars(Vec::new(), 0).rows.is_empty());
    }
}
