//! The bar of a route or round (進捗): read, not readable, withdrawn and remaining side by side.

use backoffice::metering::Count;

/// Units of the bar's whole length.
const LENGTH: u32 = 1_000;

/// Finished lengths; the template only writes them down.
pub(crate) struct ProgressBar {
    pub length: u32,
    pub read: u32,
    pub no_read_from: u32,
    pub no_read: u32,
    pub withdrawn_from: u32,
    pub withdrawn: u32,
    pub percent: u32,
    pub count: Count,
}

impl ProgressBar {
    pub fn of(count: Count) -> ProgressBar {
        let part = |connections: u32| {
            let part = u64::from(connections) * u64::from(LENGTH) / u64::from(count.planned.max(1));
            u32::try_from(part).unwrap_or(LENGTH)
        };
        let (read, no_read, withdrawn) =
            (part(count.read), part(count.no_read), part(count.withdrawn));
        ProgressBar {
            length: LENGTH,
            read,
            no_read_from: read,
            no_read,
            withdrawn_from: read + no_read,
            withdrawn,
            percent: count.percent(),
            count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_never_exceed_the_bar() {
        let count = Count { planned: 3, read: 1, no_read: 1, withdrawn: 1 };
        let bar = ProgressBar::of(count);
        assert_eq!((bar.read, bar.no_read_from, bar.withdrawn_from), (333, 333, 666));
        assert!(bar.withdrawn_from + bar.withdrawn <= bar.length);
        assert_eq!(ProgressBar::of(Count::default()).read, 0);
    }
}
