//! Dice (乱数): every choice of the demo town comes from the seed, the matter and a place in it.
//!
//! Each matter and place has a stream of its own, so that what one house rolls never moves what
//! its neighbor gets, and the present can be rolled without the past.

use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What is rolled for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Matter {
    /// How large the quarters are.
    Quarters = 5,
    /// Streets, plots and buildings of a quarter.
    Streets = 1,
    /// Users, agreements and their habits.
    People = 2,
    /// Names of the staff, and salt for their secrets.
    Staff = 6,
    /// What ran through the meter.
    History = 3,
    /// What the dials show today.
    Present = 4,
}

/// A stream of choices.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64, matter: Matter, place: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let place = u64::try_from(place).expect("places are counted in memory");
        rng.set_stream((place << 8) | matter as u64);
        Self(rng)
    }

    /// True in `number` of `of` cases.
    pub(super) fn chance(&mut self, number: u32, of: u32) -> bool {
        self.0.random_range(0..of) < number
    }

    /// Both ends included.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        self.0.random_range(low..=high)
    }

    /// Both ends included.
    pub(super) fn offset(&mut self, low: i32, high: i32) -> i32 {
        self.0.random_range(low..=high)
    }

    /// Any of them.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.0.random_range(0..from.len())]
    }

    /// Any of them, those in front more often.
    pub(super) fn pick_early<T: Copy>(&mut self, from: &[T]) -> T {
        let one = self.0.random_range(0..from.len());
        from[one.min(self.0.random_range(0..from.len()))]
    }

    /// One of them, by weight.
    pub(super) fn weighted<T: Copy>(&mut self, from: &[(u32, T)]) -> T {
        let total: u32 = from.iter().map(|(weight, _)| weight).sum();
        let mut roll = self.0.random_range(0..total);
        for (weight, value) in from {
            match roll.checked_sub(*weight) {
                Some(rest) => roll = rest,
                None => return *value,
            }
        }
        from[from.len() - 1].1
    }

    /// Salt for a hash.
    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}
