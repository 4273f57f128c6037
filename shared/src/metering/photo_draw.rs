//! Photos by lot (抜取り写真): of so many readings in a hundred a photo is asked, after the entry.
//!
//! The lot hangs on the reading's id alone, which is minted when the reader confirms: nobody can
//! know it before, and the office can draw it again (requirements 2.13).

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Whether a reading is drawn, of `percent` in a hundred.
pub fn is_drawn(reading: Uuid, percent: u8) -> bool {
    let hash = Sha256::digest(reading.as_bytes());
    let number = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
    // A remainder of 2^32 by 100 prefers none of the hundred by more than one in 40 million.
    number % 100 < u32::from(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_so_many_of_a_hundred_are_drawn_and_always_the_same() {
        let drawn =
            |percent| (0..10_000_u128).filter(move |id| is_drawn(Uuid::from_u128(*id), percent));
        assert_eq!(drawn(0).count(), 0);
        assert_eq!(drawn(100).count(), 10_000);
        let five = drawn(5).count();
        assert!((400..600).contains(&five), "{five}");
        assert!(drawn(5).eq(drawn(5)));
    }
}
