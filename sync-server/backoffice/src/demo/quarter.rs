//! Town quarters (町): the real names, postcodes and middle points that the demo town borrows.

use super::dice::{Dice, Matter};

/// Towns of Kofu; sources in `data/README.md`.
const TOWNS: &str = include_str!("../../data/kofu_towns.csv");

/// About so many connections make a quarter worth having.
const CONNECTIONS_PER_QUARTER: usize = 110;

/// A town and how many connections lie in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarter {
    /// 町名.
    pub name: &'static str,
    /// Its reading.
    pub kana: &'static str,
    /// 郵便番号.
    pub postcode: &'static str,
    /// Middle point: latitude and longitude, degrees × 1,000,000.
    pub middle_e6: (i32, i32),
    pub(super) connections: usize,
}

impl Quarter {
    /// Whether houses have a block and a house number (住居表示) and not a lot number.
    pub(super) fn has_blocks(&self) -> bool {
        self.name.ends_with("丁目")
    }
}

/// Chooses the quarters nearest to the middle of the city and deals the connections out to them.
pub(super) fn quarters(connections: usize, seed: u64) -> Vec<Quarter> {
    let mut all: Vec<(usize, Quarter)> = TOWNS.lines().skip(1).map(parse).enumerate().collect();
    let wanted = connections.div_ceil(CONNECTIONS_PER_QUARTER).clamp(1, all.len());
    let middle = middle_of(&all);
    all.sort_by_key(|(place, quarter)| (distance(middle, quarter.middle_e6), *place));
    all.truncate(wanted);
    all.sort_by_key(|(place, _)| *place);
    let mut quarters: Vec<Quarter> = all.into_iter().map(|(_, quarter)| quarter).collect();
    deal_out(&mut quarters, connections, seed);
    quarters
}

fn parse(line: &'static str) -> Quarter {
    let mut fields = line.trim_end().split(',');
    let mut field = || fields.next().expect("the file has five columns");
    let (name, kana, postcode) = (field(), field(), field());
    let mut degrees = || field().parse().expect("the file has whole millionths of degrees");
    Quarter { name, kana, postcode, middle_e6: (degrees(), degrees()), connections: 0 }
}

/// The median, so that the mountain villages in the north and south do not pull.
fn middle_of(all: &[(usize, Quarter)]) -> (i32, i32) {
    let median = |of: fn(&Quarter) -> i32| {
        let mut values: Vec<i32> = all.iter().map(|(_, quarter)| of(quarter)).collect();
        values.sort_unstable();
        values[values.len() / 2]
    };
    (median(|quarter| quarter.middle_e6.0), median(|quarter| quarter.middle_e6.1))
}

/// Squared, with a degree of longitude as 0.81 of a degree of latitude (36° north).
fn distance(one: (i32, i32), other: (i32, i32)) -> i64 {
    let north = i64::from(one.0) - i64::from(other.0);
    let east = (i64::from(one.1) - i64::from(other.1)) * 81 / 100;
    north * north + east * east
}

/// By weight, and what division leaves over one by one from the front.
fn deal_out(quarters: &mut [Quarter], connections: usize, seed: u64) {
    let weights: Vec<usize> = (0..quarters.len())
        .map(|place| {
            let mut dice = Dice::new(seed, Matter::Quarters, place);
            usize::try_from(dice.between(60, 140)).expect("a small number")
        })
        .collect();
    let total: usize = weights.iter().sum();
    let mut left = connections;
    for (quarter, weight) in quarters.iter_mut().zip(weights) {
        quarter.connections = connections * weight / total;
        left -= quarter.connections;
    }
    let count = quarters.len();
    for place in 0..left {
        quarters[place % count].connections += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_towns_are_read_and_connections_are_dealt_out_wholly() {
        for connections in [1, 300, 1_000, 113_942] {
            let quarters = quarters(connections, 7);
            assert_eq!(quarters.iter().map(|q| q.connections).sum::<usize>(), connections);
        }
        assert_eq!(quarters(113_942, 7).len(), TOWNS.lines().count() - 1);
        for quarter in quarters(113_942, 7) {
            assert_eq!(quarter.postcode.len(), 8, "{}", quarter.name);
            assert!((35_000_000..36_000_000).contains(&quarter.middle_e6.0), "{}", quarter.name);
            assert!((138_000_000..139_000_000).contains(&quarter.middle_e6.1), "{}", quarter.name);
        }
    }
}
