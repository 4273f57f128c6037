//! The chart of past volumes (使用水量の推移): bars per period, each beside the same period of the year
//! before. Drawn on the server in whole numbers; the table beside it says the same to every reader.

use jiff::ToSpan;
use jiff::civil::Date;
use shared::calendar::japanese_month_day;

/// A year and the present period.
const PERIODS_SHOWN: usize = 7;

const WIDTH: u32 = 720;
const HEIGHT: u32 = 380;
const LEFT: u32 = 48;
const TOP: u32 = 26;
const BOTTOM: u32 = 44;
const BAR_WIDTH: u32 = 30;
const BAR_GAP: u32 = 4;

/// A volume and the day it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PastVolume {
    pub read_on: Date,
    pub usage_m3: u32,
}

/// Finished shapes; the template only writes them down.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UsageChart {
    pub width: u32,
    pub height: u32,
    pub left: u32,
    pub base: u32,
    pub lines: Vec<Line>,
    pub periods: Vec<Period>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub y: u32,
    pub label: u32,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub center: u32,
    pub month: String,
    pub year: String,
    pub now: Bar,
    pub year_before: Option<Bar>,
    /// What a pointer resting on the bars is told.
    pub title: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
    pub usage_m3: u32,
    pub label_x: u32,
    pub label_y: u32,
}

/// Draws the newest periods, or nothing where there is no history. `past` is newest first.
pub(crate) fn draw(past: &[PastVolume]) -> Option<UsageChart> {
    let shown: Vec<(PastVolume, Option<PastVolume>)> = past
        .iter()
        .take(PERIODS_SHOWN)
        .rev()
        .map(|volume| (*volume, year_before(past, *volume)))
        .collect();
    let largest = shown
        .iter()
        .flat_map(|(now, before)| [Some(*now), *before])
        .flatten()
        .map(|volume| volume.usage_m3)
        .max()?;
    let step = step_for(largest);
    let top_value = largest.div_ceil(step).max(1) * step;
    let base = HEIGHT - BOTTOM;
    let y_of = |usage_m3: u32| base - scaled(usage_m3, base - TOP, top_value);

    let slot = (WIDTH - LEFT) / u32::try_from(shown.len()).expect("at most seven periods");
    let periods = shown
        .iter()
        .zip(0_u32..)
        .map(|((now, before), index)| {
            let center = LEFT + slot * index + slot / 2;
            let bar = |x: u32, volume: PastVolume| Bar {
                x,
                y: y_of(volume.usage_m3),
                width: BAR_WIDTH,
                height: base - y_of(volume.usage_m3),
                usage_m3: volume.usage_m3,
                label_x: x + BAR_WIDTH / 2,
                label_y: y_of(volume.usage_m3) - 6,
            };
            Period {
                center,
                month: format!("{}月", now.read_on.month()),
                year: year_label(now.read_on, index == 0),
                now: bar(center + BAR_GAP / 2, *now),
                year_before: before.map(|v| bar(center - BAR_GAP / 2 - BAR_WIDTH, v)),
                title: title(*now, *before),
            }
        })
        .collect();
    let lines = (0..=top_value / step)
        .map(|index| Line { y: y_of(index * step), label: index * step })
        .collect();
    Some(UsageChart { width: WIDTH, height: HEIGHT, left: LEFT, base, lines, periods })
}

/// The volume read about a year earlier; rounds move by some days.
pub(super) fn year_before(past: &[PastVolume], now: PastVolume) -> Option<PastVolume> {
    let wanted = now.read_on.checked_sub(1.year()).ok()?;
    past.iter()
        .copied()
        .map(|volume| (days_between(volume.read_on, wanted), volume))
        .filter(|(days, _)| *days <= 25)
        .min_by_key(|(days, _)| *days)
        .map(|(_, volume)| volume)
}

fn days_between(one: Date, other: Date) -> u32 {
    shared::calendar::to_unix_days(one).abs_diff(shared::calendar::to_unix_days(other))
}

/// A round distance between lines that needs four of them or fewer.
fn step_for(largest: u32) -> u32 {
    let mut decade = 1_u32;
    loop {
        for factor in [1, 2, 5] {
            let step = decade.saturating_mul(factor);
            if step.saturating_mul(4) >= largest {
                return step;
            }
        }
        decade = decade.saturating_mul(10);
    }
}

fn scaled(value: u32, length: u32, whole: u32) -> u32 {
    let scaled = u64::from(value) * u64::from(length) / u64::from(whole);
    u32::try_from(scaled).expect("a part of a length that fits")
}

/// Said where it changes and at the left end.
fn year_label(date: Date, is_first: bool) -> String {
    if is_first || date.month() <= 2 { format!("{}年", date.year()) } else { String::new() }
}

fn title(now: PastVolume, before: Option<PastVolume>) -> String {
    let this = format!("{} {}m³", japanese_month_day(now.read_on), now.usage_m3);
    match before {
        Some(before) => format!("{this}（前年同期 {}m³）", before.usage_m3),
        None => format!("{this}（前年同期なし）"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn volume(read_on: Date, usage_m3: u32) -> PastVolume {
        PastVolume { read_on, usage_m3 }
    }

    #[test]
    fn each_period_stands_beside_the_same_one_of_the_year_before() {
        let past = [
            volume(date(2026, 11, 10), 40),
            volume(date(2026, 9, 9), 46),
            volume(date(2025, 11, 12), 20),
        ];
        let chart = draw(&past).unwrap();
        let seen: Vec<(String, u32, Option<u32>)> = chart
            .periods
            .iter()
            .map(|period| {
                let before = period.year_before.as_ref().map(|bar| bar.usage_m3);
                (period.month.clone(), period.now.usage_m3, before)
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("11月".to_owned(), 20, None),
                ("9月".to_owned(), 46, None),
                ("11月".to_owned(), 40, Some(20)),
            ]
        );
        assert_eq!(chart.lines.last().unwrap().label, 60);
    }

    #[test]
    fn bars_stay_within_the_picture() {
        for largest in [0, 1, 7, 99, 12_345, 99_999_999] {
            let chart = draw(&[volume(date(2026, 11, 10), largest)]).unwrap();
            let bar = &chart.periods[0].now;
            assert!(bar.y >= TOP && bar.y + bar.height == chart.base, "{largest}");
            assert!(chart.lines.len() <= 6, "{largest}");
        }
        assert_eq!(draw(&[]), None);
    }
}
