//! The curve of alarms and leaks (確認の件数と漏水の割合): what each level of "high" would cost and find.

use shared::metering::Trial;

const WIDTH: u64 = 900;
const HEIGHT: u64 = 320;
const LEFT: u64 = 64;
const RIGHT: u64 = 56;
const TOP: u64 = 26;
const BOTTOM: u64 = 44;

/// The picture, in its own units.
pub(super) struct Curve {
    pub width: u64,
    pub height: u64,
    pub left: u64,
    pub right: u64,
    pub base: u64,
    pub points: Vec<Point>,
    /// Points of the line of caught leaks; empty where no leak is known.
    pub leaks: String,
    /// `y` and words at the right edge.
    pub percents: Vec<(u64, String)>,
}

/// A column.
pub(super) struct Point {
    pub percent: u16,
    pub per_day_hundredths: u64,
    pub leaks_percent: Option<u64>,
    pub is_chosen: bool,
    pub x: u64,
    pub center: u64,
    pub width: u64,
    pub y: u64,
    pub height: u64,
}

impl Point {
    /// `1.25`.
    pub(super) fn words(&self) -> String {
        super::hundredths(self.per_day_hundredths)
    }
}

/// Draws the trials of rising levels; the one nearest to `chosen` stands out.
pub(super) fn draw(levels: &[(u16, Trial)], chosen: u16) -> Curve {
    let base = HEIGHT - BOTTOM;
    let most = levels.iter().map(|(_, trial)| trial.alarms_per_reader_day_hundredths).max();
    let most = most.unwrap_or(0).max(1);
    let slot = (WIDTH - LEFT - RIGHT) / u64::try_from(levels.len().max(1)).unwrap_or(1);
    let nearest = levels.iter().map(|(level, _)| *level).min_by_key(|level| level.abs_diff(chosen));
    let height_of = |share: u64, whole: u64| share * (base - TOP) / whole;
    let points: Vec<Point> = (0_u64..)
        .zip(levels)
        .map(|(place, (level, trial))| {
            let height = height_of(trial.alarms_per_reader_day_hundredths, most);
            let x = LEFT + place * slot + slot / 8;
            Point {
                percent: *level,
                per_day_hundredths: trial.alarms_per_reader_day_hundredths,
                leaks_percent: trial.leaks_caught_percent(),
                is_chosen: Some(*level) == nearest,
                x,
                center: LEFT + place * slot + slot / 2,
                width: slot * 3 / 4,
                y: base - height,
                height,
            }
        })
        .collect();
    let leaks = points.iter().filter_map(|point| {
        let y = base - height_of(point.leaks_percent?, 100);
        Some(format!("{},{y}", point.center))
    });
    Curve {
        width: WIDTH,
        height: HEIGHT,
        left: LEFT,
        right: WIDTH - RIGHT,
        base,
        leaks: leaks.collect::<Vec<_>>().join(" "),
        percents: [0, 50, 100]
            .map(|percent| (base - height_of(percent, 100), format!("{percent}%")))
            .into(),
        points,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::metering::BackTest;

    #[test]
    fn the_picture_holds_every_column_and_marks_the_chosen_one() {
        let trial = |hundredths| Trial {
            alarms_per_reader_day_hundredths: hundredths,
            leaks_known: 4,
            leaks_caught: 3,
            ..BackTest::default().trial()
        };
        let curve = draw(&[(120, trial(900)), (140, trial(450)), (160, trial(0))], 150);
        let heights: Vec<u64> = curve.points.iter().map(|point| point.height).collect();
        assert_eq!(heights, [curve.base - TOP, (curve.base - TOP) / 2, 0]);
        let chosen: Vec<u16> = curve
            .points
            .iter()
            .filter(|point| point.is_chosen)
            .map(|point| point.percent)
            .collect();
        assert_eq!(chosen, [140]);
        assert_eq!(curve.points[0].words(), "9.00");
        assert_eq!(curve.leaks.split(' ').count(), 3);
        assert!(curve.points.iter().all(|point| point.x + point.width <= curve.right));
        assert!(draw(&[], 200).points.is_empty());
    }
}
