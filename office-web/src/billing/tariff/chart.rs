//! The charge curve (料金の曲線): what 0 to 100 m³ cost before and after, as an inline picture.

use shared::quantity::{Yen, grouped};

const WIDTH: i64 = 900;
const HEIGHT: i64 = 380;
const LEFT: i64 = 80;
const TOP: i64 = 16;
const BOTTOM: i64 = 46;
const RIGHT: i64 = 20;

/// The picture, in its own units.
pub(super) struct Curve {
    pub width: i64,
    pub height: i64,
    pub left: i64,
    pub right: i64,
    pub base: i64,
    /// `y` and words of each line across.
    pub lines: Vec<(i64, String)>,
    /// `x` and words of each volume.
    pub volumes: Vec<(i64, String)>,
    /// Points of the old and the new line; empty without an old one.
    pub before: String,
    pub after: String,
}

/// Draws charges for 0, 1, 2 … m³.
pub(super) fn draw(before: &[Yen], after: &[Yen]) -> Option<Curve> {
    let largest = before.iter().chain(after).map(|yen| yen.0).max().filter(|yen| *yen > 0)?;
    let last = i64::try_from(after.len()).ok()?.checked_sub(1).filter(|last| *last > 0)?;
    let step = step_for(largest);
    let top = largest.div_euclid(step) * step + step;
    let base = HEIGHT - BOTTOM;
    let x_of = |volume: i64| LEFT + volume * (WIDTH - LEFT - RIGHT) / last;
    let y_of = |yen: i64| base - yen * (base - TOP) / top;
    let points = |charges: &[Yen]| {
        let points = charges.iter().zip(0_i64..);
        let points: Vec<String> =
            points.map(|(yen, volume)| format!("{},{}", x_of(volume), y_of(yen.0))).collect();
        points.join(" ")
    };
    let tenth = (last / 10).max(1);
    Some(Curve {
        width: WIDTH,
        height: HEIGHT,
        left: LEFT,
        right: WIDTH - RIGHT,
        base,
        lines: (0..=top / step).map(|n| (y_of(n * step), grouped(n * step))).collect(),
        volumes: (0..=10).map(|n| (x_of(n * tenth), (n * tenth).to_string())).collect(),
        before: points(before),
        after: points(after),
    })
}

/// A round distance between lines that needs five of them or fewer.
fn step_for(largest: i64) -> i64 {
    let mut decade = 1_i64;
    loop {
        for factor in [1, 2, 5] {
            let step = decade.saturating_mul(factor);
            if step.saturating_mul(5) >= largest {
                return step;
            }
        }
        decade = decade.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_stays_within_the_picture() {
        let after: Vec<Yen> = (0..=100).map(|m3| Yen(1_000 + m3 * 297)).collect();
        let curve = draw(&[], &after).unwrap();
        assert_eq!(curve.lines.last().unwrap().1, "40,000");
        assert_eq!(curve.volumes.last().unwrap(), &(WIDTH - RIGHT, "100".to_owned()));
        for point in curve.after.split(' ') {
            let (x, y) = point.split_once(',').unwrap();
            let (x, y): (i64, i64) = (x.parse().unwrap(), y.parse().unwrap());
            let is_within = (LEFT..=WIDTH).contains(&x) && (TOP..=curve.base).contains(&y);
            assert!(is_within, "{point}");
        }
        assert!(draw(&[], &[]).is_none());
        assert!(draw(&[], &[Yen(0)]).is_none());
    }
}
