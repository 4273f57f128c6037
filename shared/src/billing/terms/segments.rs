//! Parts of a period (期間の区分): cut where the size or the use class changed.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::billing::supply::{days_between, split_by_days};
use crate::billing::tariff::Tariff;
use crate::connection::{MeterSize, UsageClass};
use crate::quantity::CubicMeters;

/// A part of a period with one size and one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The last reading, the start of service, or the day of the change before.
    pub from: Date,
    /// The day of the change, or of the reading.
    pub to: Date,
    /// 口径.
    pub size: MeterSize,
    /// 用途.
    pub use_class: UsageClass,
    /// What the tap gave in it.
    pub usage: CubicMeters,
}

impl Segment {
    /// Days of supply.
    pub fn days(&self) -> u16 {
        days_between(self.from, self.to)
    }

    fn and(self, later: Segment) -> Segment {
        let usage = CubicMeters(self.usage.0.saturating_add(later.usage.0));
        Segment { from: self.from, usage, ..later }
    }
}

/// Without parts of no days: what was used in them goes to the next part, or to the one before.
pub(super) fn tidy(segments: &[Segment]) -> Vec<Segment> {
    let mut tidied: Vec<Segment> = Vec::with_capacity(segments.len());
    let mut waiting: Option<Segment> = None;
    for segment in segments {
        let segment = waiting.take().map_or(*segment, |before| before.and(*segment));
        if segment.days() == 0 { waiting = Some(segment) } else { tidied.push(segment) }
    }
    match (waiting, tidied.last_mut()) {
        (Some(rest), Some(last)) => {
            last.usage = CubicMeters(last.usage.0.saturating_add(rest.usage.0));
        }
        // A period of one day, begun and ended on it.
        (Some(rest), None) => tidied.push(rest),
        (None, _) => {}
    }
    tidied
}

/// Whether a tariff asks the same for all parts: then there is nothing to cut.
pub(super) fn cost_the_same(tariff: &Tariff, segments: &[Segment], dwellings: u16) -> bool {
    segments.windows(2).all(|pair| is_priced_alike(tariff, &pair[0], &pair[1], dwellings))
}

fn is_priced_alike(tariff: &Tariff, one: &Segment, other: &Segment, dwellings: u16) -> bool {
    let size = |segment: &Segment| match tariff.shared {
        Some(shared) if dwellings > 1 => shared.size.unwrap_or(segment.size),
        _ => segment.size,
    };
    let rate = |segment: &Segment| tariff.rate(size(segment), segment.use_class);
    match (rate(one), rate(other)) {
        (Some(a), Some(b)) => {
            std::ptr::eq(a, b) && tariff.meter_rent(size(one)) == tariff.meter_rent(size(other))
        }
        _ => false,
    }
}

/// All parts as one, with the size and class that the period ends with.
pub(super) fn joined(segments: &[Segment]) -> Option<Segment> {
    segments.iter().copied().reduce(Segment::and)
}

/// Joins neighbors that cost the same.
pub(super) fn join_equal(tariff: &Tariff, segments: Vec<Segment>, dwellings: u16) -> Vec<Segment> {
    let mut joined: Vec<Segment> = Vec::with_capacity(segments.len());
    for segment in segments {
        match joined.last_mut() {
            Some(last) if is_priced_alike(tariff, last, &segment, dwellings) => {
                *last = last.and(segment);
            }
            _ => joined.push(segment),
        }
    }
    joined
}

/// What lies before a day and what lies after it; the part that holds the day is split by days.
pub(super) fn cut_at(segments: Vec<Segment>, day: Date) -> [Vec<Segment>; 2] {
    let [mut before, mut after] = [Vec::new(), Vec::new()];
    for segment in segments {
        if segment.to <= day {
            before.push(segment);
        } else if segment.from >= day {
            after.push(segment);
        } else {
            let days = [days_between(segment.from, day), days_between(day, segment.to)];
            let [old, new] = split_by_days(segment.usage, days[0], days[1]);
            before.push(Segment { to: day, usage: old, ..segment });
            after.push(Segment { from: day, usage: new, ..segment });
        }
    }
    [before, after]
}
