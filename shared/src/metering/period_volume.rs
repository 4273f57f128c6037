//! The volume of a period (期の使用水量): the dials, a meter taken out, and an estimate to be settled.
//!
//! Terminal and office both go through here, so that a slip and its bill cannot differ.

use serde::{Deserialize, Serialize};

use super::estimate::{Negative, TrueUp, true_up};
use super::register::{RegisterReading, Usage};
use crate::connection::coded;
use crate::quantity::CubicMeters;

coded! {
    /// Why dials stand lower than before (指針が戻った理由, requirements R-H3). The codes are those of
    /// the reading remarks.
    BackwardsReason {
        /// The dials passed zero (桁上がり).
        RolledOver = 12, "rolled_over", "桁上がり（指針が一巡した）";
        /// The meter was exchanged and nobody wrote it down (未登録の交換).
        ExchangeNotRegistered = 19, "exchange_not_registered", "メーターが交換されている（未登録）";
        /// The meter hangs the wrong way round (逆付け).
        Reversed = 11, "reversed", "逆転・逆付け";
        /// The reading or the estimate before was too high (前回の過大).
        PreviousTooHigh = 5, "previous_too_high", "前回の指針・認定が多すぎた";
        /// It is another meter than the list says (メーター番号相違).
        OtherMeter = 14, "other_meter", "メーター番号が違う";
    }
}

/// What a present reading is measured from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodBasis {
    /// The dials of the last real reading, or the first dials of a meter put in since (取付指針).
    pub previous: RegisterReading,
    /// Counted in this period by a meter that was taken out (旧メーター水量).
    pub removed_meter: CubicMeters,
    /// Certified since the last real reading (認定済み).
    pub estimated: CubicMeters,
}

/// The volume between two real readings and what of it is billed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodVolume {
    /// What the dials say, the meter that was taken out included.
    pub passed: Usage,
    /// Against what was estimated before; nothing where there is no volume.
    pub settled: Option<TrueUp>,
}

impl PeriodBasis {
    /// Nothing but the dials.
    pub fn of(previous: RegisterReading) -> PeriodBasis {
        PeriodBasis { previous, removed_meter: CubicMeters(0), estimated: CubicMeters(0) }
    }

    /// The volume up to a reading.
    pub fn until(&self, present: RegisterReading) -> PeriodVolume {
        self.settle(self.previous.usage_after_exchange(present, self.removed_meter))
    }

    /// The volume up to a reading whose dials stand lower than before, for a reason. Only a rollover
    /// has a volume: the office finds the others.
    pub fn until_explained(
        &self,
        present: RegisterReading,
        reason: BackwardsReason,
    ) -> PeriodVolume {
        match (reason, self.previous.usage_across_zero(present)) {
            (BackwardsReason::RolledOver, Some(across)) => {
                let volume = across.0.saturating_add(self.removed_meter.0);
                self.settle(Usage::RolledOver(CubicMeters(volume)))
            }
            _ => self.settle(self.previous.usage_after_exchange(present, self.removed_meter)),
        }
    }

    /// An over-estimate is carried, never paid out at the gate (requirements R-H5).
    fn settle(&self, passed: Usage) -> PeriodVolume {
        let settled = passed
            .volume()
            .map(|measured| true_up(measured, &[self.estimated], CubicMeters(0), Negative::Carry));
        PeriodVolume { passed, settled }
    }
}

impl PeriodVolume {
    /// What is billed now; nothing where the dials went backwards.
    pub fn billed(&self) -> Option<CubicMeters> {
        self.settled.map(|settled| settled.billed)
    }

    /// What is left over for the next period.
    pub fn carried_out(&self) -> CubicMeters {
        self.settled.map_or(CubicMeters(0), |settled| settled.carried_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register(value: u32) -> RegisterReading {
        RegisterReading::new(value, 4).unwrap()
    }

    #[test]
    fn an_estimate_is_settled_and_an_exchanged_meter_counts() {
        let basis = PeriodBasis { estimated: CubicMeters(30), ..PeriodBasis::of(register(1_200)) };
        let volume = basis.until(register(1_270));
        assert_eq!(
            (volume.billed(), volume.carried_out()),
            (Some(CubicMeters(40)), CubicMeters(0))
        );

        let over = basis.until(register(1_225));
        assert_eq!((over.billed(), over.carried_out()), (Some(CubicMeters(0)), CubicMeters(5)));

        let hung = PeriodBasis { removed_meter: CubicMeters(25), ..PeriodBasis::of(register(0)) };
        assert_eq!(hung.until(register(12)).billed(), Some(CubicMeters(37)));
    }

    #[test]
    fn dials_that_went_back_have_a_volume_only_as_a_rollover() {
        let basis = PeriodBasis::of(register(8_500));
        assert_eq!(basis.until(register(20)).billed(), None);
        let rolled = basis.until_explained(register(20), BackwardsReason::RolledOver);
        assert_eq!(rolled.billed(), Some(CubicMeters(1_520)));
        for reason in BackwardsReason::ALL {
            if *reason != BackwardsReason::RolledOver {
                assert_eq!(basis.until_explained(register(20), *reason).billed(), None);
            }
        }
    }

    #[test]
    fn a_reason_explains_nothing_where_the_dials_went_forward() {
        let basis = PeriodBasis::of(register(1_200));
        let volume = basis.until_explained(register(1_238), BackwardsReason::RolledOver);
        assert_eq!(volume.passed, Usage::Plain(CubicMeters(38)));
    }
}
