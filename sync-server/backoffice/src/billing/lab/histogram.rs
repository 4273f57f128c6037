//! Histograms (増減の分布): how many customers pay how much more or less.

/// A range of changes: more than `over`, at most `to`, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bin {
    /// -1 pays less, 0 pays the same, 1 pays more.
    pub direction: i8,
    /// The size of the change is above this.
    pub over: i64,
    /// The size of the change is at most this; `None` without end.
    pub to: Option<i64>,
    /// How many.
    pub customers: u64,
}

/// Customers by their change, from the greatest fall to the greatest rise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    /// In the middle stands the one without change.
    pub bins: Vec<Bin>,
}

/// Edges in yen over a year.
const YEN: [i64; 8] = [500, 1_000, 2_000, 3_000, 5_000, 10_000, 20_000, 50_000];

/// Edges in percent of what the year cost before.
const PERCENT: [i64; 8] = [1, 3, 5, 10, 15, 20, 30, 50];

impl Histogram {
    /// Of changes in yen.
    pub(super) fn of_yen() -> Self {
        Self::with(&YEN)
    }

    /// Of changes in percent.
    pub(super) fn of_percent() -> Self {
        Self::with(&PERCENT)
    }

    fn with(edges: &[i64]) -> Self {
        let overs = std::iter::once(0).chain(edges.iter().copied());
        let tos = edges.iter().copied().map(Some).chain(std::iter::once(None));
        let rises: Vec<Bin> =
            overs.zip(tos).map(|(over, to)| Bin { direction: 1, over, to, customers: 0 }).collect();
        let falls = rises.iter().rev().map(|bin| Bin { direction: -1, ..*bin });
        let same = Bin { direction: 0, over: 0, to: Some(0), customers: 0 };
        Self { bins: falls.chain([same]).chain(rises.iter().copied()).collect() }
    }

    /// Counts a customer whose change, times `scale`, is to be compared with edges times `whole`:
    /// in percent a change of 3 yen of 200 is compared exactly as 300 with edges times 200.
    pub(super) fn count(&mut self, change: i64, scale: i64, whole: i64) {
        let direction = i8::try_from(change.signum()).expect("a sign");
        let size = i128::from(change.abs()) * i128::from(scale);
        let within = |bin: &&mut Bin| {
            bin.direction == direction
                && bin.to.is_none_or(|to| size <= i128::from(to) * i128::from(whole))
        };
        // Rises stand from small to great, falls the other way round.
        let bin = if direction < 0 {
            self.bins.iter_mut().rev().find(within)
        } else {
            self.bins.iter_mut().find(within)
        };
        bin.expect("the outer bins have no end").customers += 1;
    }

    pub(super) fn merge(&mut self, other: &Histogram) {
        for (own, others) in self.bins.iter_mut().zip(&other.bins) {
            own.customers += others.customers;
        }
    }

    /// All that were counted.
    pub fn total(&self) -> u64 {
        self.bins.iter().map(|bin| bin.customers).sum()
    }

    /// Those in one direction.
    pub fn in_direction(&self, direction: i8) -> u64 {
        let counted = self.bins.iter().filter(|bin| bin.direction == direction);
        counted.map(|bin| bin.customers).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(histogram: &Histogram, expected: &[(i8, i64, Option<i64>, u64)]) {
        let seen: Vec<_> = histogram
            .bins
            .iter()
            .filter(|bin| bin.customers > 0)
            .map(|bin| (bin.direction, bin.over, bin.to, bin.customers))
            .collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn each_change_falls_into_one_bin() {
        let mut yen = Histogram::of_yen();
        for change in [-50_001, -500, -501, 0, 0, 1, 500, 501, 50_000, i64::MAX] {
            yen.count(change, 1, 1);
        }
        check(
            &yen,
            &[
                (-1, 50_000, None, 1),
                (-1, 500, Some(1_000), 1),
                (-1, 0, Some(500), 1),
                (0, 0, Some(0), 2),
                (1, 0, Some(500), 2),
                (1, 500, Some(1_000), 1),
                (1, 20_000, Some(50_000), 1),
                (1, 50_000, None, 1),
            ],
        );
        assert_eq!((yen.total(), yen.in_direction(-1), yen.in_direction(1)), (10, 3, 5));
    }

    #[test]
    fn percents_are_compared_exactly() {
        let mut percent = Histogram::of_percent();
        // 1 % of 200 is 2, and 3 of 200 lies above.
        percent.count(2, 100, 200);
        percent.count(3, 100, 200);
        percent.count(-101, 100, 200);
        check(&percent, &[(-1, 50, None, 1), (1, 0, Some(1), 1), (1, 1, Some(3), 1)]);
    }
}
