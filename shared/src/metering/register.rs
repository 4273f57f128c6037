//! What the dials say (指針), and how much water lies between two sightings of them.

use crate::quantity::CubicMeters;

/// A reading that its register can show. Invariant: `value < 10^digits`, 4 to 8 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisterReading {
    value: u32,
    digits: u8,
}

/// Why a number cannot be a reading of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// Water meters have dials of 4 to 8 digits.
    #[error("a register of {0} digits does not exist")]
    Digits(u8),
    /// The dials cannot show so large a number.
    #[error("{value} does not fit a register of {digits} digits")]
    OutOfRange {
        /// The number that was given.
        value: u32,
        /// The digits that the register has.
        digits: u8,
    },
}

/// The water between two sightings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// The dials went forward.
    Plain(CubicMeters),
    /// The dials passed their highest number and began again at zero (桁上がり).
    RolledOver(CubicMeters),
    /// The dials went backwards or were misread (逆進): there is no volume.
    Backwards,
}

impl Usage {
    /// The volume, where there is one.
    pub fn volume(self) -> Option<CubicMeters> {
        match self {
            Usage::Plain(volume) | Usage::RolledOver(volume) => Some(volume),
            Usage::Backwards => None,
        }
    }
}

impl RegisterReading {
    /// Takes a number that the dials of `digits` digits can show.
    pub fn new(value: u32, digits: u8) -> Result<Self, RegisterError> {
        if !(4..=8).contains(&digits) {
            return Err(RegisterError::Digits(digits));
        }
        if value >= capacity(digits) {
            return Err(RegisterError::OutOfRange { value, digits });
        }
        Ok(Self { value, digits })
    }

    /// The number on the dials in m³.
    pub fn value(self) -> u32 {
        self.value
    }

    /// How many digits of m³ the register has.
    pub fn digits(self) -> u8 {
        self.digits
    }

    /// With leading zeros, as the dials show it: `0124`.
    pub fn padded(self) -> String {
        format!("{:0width$}", self.value, width = usize::from(self.digits))
    }

    /// The water that passed until the later reading `next` of the same register.
    ///
    /// A smaller number is a rollover only when the dials stood in their last tenth and the volume
    /// is below half of the register (requirements R-H4); else they went backwards.
    pub fn usage_until(self, next: RegisterReading) -> Usage {
        let capacity = capacity(self.digits);
        if next.digits != self.digits {
            return Usage::Backwards;
        }
        if next.value >= self.value {
            return Usage::Plain(CubicMeters(next.value - self.value));
        }
        let rolled_over = capacity - self.value + next.value;
        if self.value >= capacity / 10 * 9 && rolled_over < capacity / 2 {
            Usage::RolledOver(CubicMeters(rolled_over))
        } else {
            Usage::Backwards
        }
    }

    /// The water of a whole period in which the meter was exchanged (requirements R-H2): what this
    /// register counted since it was hung, and what the old one had counted until then (旧メーター水量).
    pub fn usage_after_exchange(self, next: RegisterReading, old_meter: CubicMeters) -> Usage {
        let with_old = |volume: CubicMeters| CubicMeters(volume.0.saturating_add(old_meter.0));
        match self.usage_until(next) {
            Usage::Plain(volume) => Usage::Plain(with_old(volume)),
            Usage::RolledOver(volume) => Usage::RolledOver(with_old(volume)),
            Usage::Backwards => Usage::Backwards,
        }
    }

    /// The water of a smaller number that somebody has seen to be a rollover; nothing where the
    /// number is not smaller or the register another.
    pub fn usage_across_zero(self, next: RegisterReading) -> Option<CubicMeters> {
        let is_across = next.digits == self.digits && next.value < self.value;
        is_across.then(|| CubicMeters(capacity(self.digits) - self.value + next.value))
    }

    /// The reading that `usage` later would leave on the dials.
    #[must_use]
    pub fn after(self, usage: CubicMeters) -> RegisterReading {
        let capacity = u64::from(capacity(self.digits));
        let value = (u64::from(self.value) + u64::from(usage.0)) % capacity;
        let value = u32::try_from(value).expect("a remainder of a capacity that fits u32");
        RegisterReading { value, digits: self.digits }
    }
}

fn capacity(digits: u8) -> u32 {
    10_u32.pow(u32::from(digits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(previous: u32, next: u32, expected: Usage) {
        let register = |value| RegisterReading::new(value, 4).unwrap();
        assert_eq!(register(previous).usage_until(register(next)), expected);
    }

    #[test]
    fn volume_lies_between_two_sightings() {
        check(1_200, 1_238, Usage::Plain(CubicMeters(38)));
        check(9_990, 15, Usage::RolledOver(CubicMeters(25)));
        check(9_000, 4_000, Usage::Backwards);
        check(1_200, 1_199, Usage::Backwards);
        check(8_999, 10, Usage::Backwards);
    }

    #[test]
    fn the_old_meter_s_water_counts_after_an_exchange() {
        let register = |value| RegisterReading::new(value, 4).unwrap();
        let usage = register(0).usage_after_exchange(register(12), CubicMeters(25));
        assert_eq!(usage, Usage::Plain(CubicMeters(37)));
    }

    #[test]
    fn a_register_refuses_what_it_cannot_show() {
        assert_eq!(
            RegisterReading::new(10_000, 4),
            Err(RegisterError::OutOfRange { value: 10_000, digits: 4 })
        );
        assert_eq!(RegisterReading::new(1, 9), Err(RegisterError::Digits(9)));
        assert_eq!(RegisterReading::new(124, 4).unwrap().padded(), "0124");
    }

    proptest! {
        #[test]
        fn moving_forward_and_looking_back_agree(
            start in 0_u32..10_000,
            usage in 0_u32..1_000,
        ) {
            let before = RegisterReading::new(start, 4).unwrap();
            let after = before.after(CubicMeters(usage));
            if let Some(volume) = before.usage_until(after).volume() {
                prop_assert_eq!(volume, CubicMeters(usage));
            } else {
                prop_assert!(start < 9_000 || usage >= 5_000 || start + usage >= 10_000);
            }
        }
    }
}
