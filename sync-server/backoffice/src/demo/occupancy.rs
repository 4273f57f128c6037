//! Occupancy (入居・転出): from when to when somebody uses the water of a connection.

use jiff::ToSpan;
use jiff::civil::Date;

use super::dice::Dice;
use super::premises::Premises;
use super::reading_days::ReadingDays;
use super::streets::Site;

/// One user's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) starts_on: Date,
    /// The day after the last.
    pub(super) ends_before: Option<Date>,
}

#[derive(Clone, Copy)]
enum Story {
    Steady,
    Changed,
    Stopped,
}

/// The users of a site, oldest first. A master meter is in use as long as its building stands.
pub(super) fn spans(
    site: &Site,
    hung_on: Date,
    days: &ReadingDays,
    today: Date,
    dice: &mut Dice,
) -> Vec<Span> {
    let starts_on = if site.built_in > 0 { hung_on } else { moved_in(hung_on, dice) };
    let story = match site.premises {
        _ if site.built_in > 0 => Story::Steady,
        Premises::House => {
            dice.weighted(&[(850, Story::Steady), (110, Story::Changed), (40, Story::Stopped)])
        }
        Premises::Room => {
            dice.weighted(&[(500, Story::Steady), (420, Story::Changed), (80, Story::Stopped)])
        }
        Premises::Shop | Premises::Office => {
            dice.weighted(&[(830, Story::Steady), (110, Story::Changed), (60, Story::Stopped)])
        }
        _ => Story::Steady,
    };
    // A week and more lies between the last change and today: nothing is half entered.
    let window = days.start_of(0).until(today).map_or(0, |span| span.get_days()) - 30;
    let moved_out =
        days.start_of(0).saturating_add(i64::from(dice.offset(20, window.max(21))).days());
    match story {
        Story::Steady => vec![Span { starts_on, ends_before: None }],
        Story::Stopped => vec![Span { starts_on, ends_before: Some(moved_out) }],
        Story::Changed => {
            let gap = i64::from(dice.between(0, 20) * dice.between(0, 3));
            let moved_in = moved_out.saturating_add(gap.days());
            let mut spans = vec![Span { starts_on, ends_before: Some(moved_out) }];
            if moved_in <= today {
                spans.push(Span { starts_on: moved_in, ends_before: None });
            }
            spans
        }
    }
}

/// Most moved in long before the present meter was hung.
fn moved_in(hung_on: Date, dice: &mut Dice) -> Date {
    let years_before = i64::from(dice.between(0, 6) * dice.between(0, 6));
    let days_before = i64::from(dice.between(0, 364));
    hung_on.saturating_sub(years_before.years()).saturating_sub(days_before.days())
}

/// Percent of the days from `start` to `end` on which somebody used the water.
pub(super) fn occupied_percent(spans: &[Span], start: Date, end: Date) -> u32 {
    let days_between = |from: Date, to: Date| from.until(to).map_or(0, |span| span.get_days());
    let occupied: i32 = spans
        .iter()
        .map(|span| {
            let to = span.ends_before.map_or(end, |before| before.min(end));
            days_between(span.starts_on.max(start), to).max(0)
        })
        .sum();
    let total = days_between(start, end).max(1);
    u32::try_from((occupied * 100 + total / 2) / total).unwrap_or(0).min(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_of_use_are_counted_within_the_period() {
        let start = date(2026, 7, 1);
        let end = date(2026, 8, 30);
        let span = |from, to| Span { starts_on: from, ends_before: to };
        let percent = |spans: &[Span]| occupied_percent(spans, start, end);
        assert_eq!(percent(&[span(date(2000, 1, 1), None)]), 100);
        assert_eq!(percent(&[span(date(2000, 1, 1), Some(date(2026, 7, 31)))]), 50);
        assert_eq!(percent(&[span(date(2026, 8, 30), None)]), 0);
        let moved =
            [span(date(2000, 1, 1), Some(date(2026, 7, 16))), span(date(2026, 8, 15), None)];
        assert_eq!(percent(&moved), 50);
        assert_eq!(percent(&[]), 0);
    }
}
