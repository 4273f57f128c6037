//! Alarms of a meter (メーターの警報): leak, backflow, battery and whatever else it warns of.
//!
//! Battery and faults have their bits in the standard (EN 13757-3, status byte of the fixed header).
//! Leak and backflow have none: each maker puts them into its own error flags (VIF FD 17). Which bits
//! those are is a setting of the utility from the data sheet of its meters; without it the flags are
//! shown as a number and not guessed at.

use super::MeterStatus;

/// Which bits of the error flags mean what, at the meters of this utility.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AlarmBits {
    /// Water ran without a pause; 0 where the meters do not say.
    pub leak: u64,
    /// Water ran backwards; 0 where the meters do not say.
    pub backflow: u64,
}

/// Something that a meter warns of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// 漏水.
    Leak,
    /// 逆流.
    Backflow,
    /// 故障.
    Fault,
    /// 電池の残りが少ない.
    LowBattery,
    /// Flags of the maker that no setting explains.
    Unknown(u64),
}

impl Alarm {
    /// What the reader is told.
    pub fn japanese(self) -> String {
        match self {
            Alarm::Leak => "漏水".to_owned(),
            Alarm::Backflow => "逆流".to_owned(),
            Alarm::Fault => "メーターの故障".to_owned(),
            Alarm::LowBattery => "メーターの電池切れ間近".to_owned(),
            Alarm::Unknown(flags) => format!("その他の警報（{flags:04X}）"),
        }
    }
}

pub(super) fn of(status: MeterStatus, flags: u64, bits: AlarmBits) -> Vec<Alarm> {
    let unknown = flags & !bits.leak & !bits.backflow;
    let told = [
        (flags & bits.leak != 0, Alarm::Leak),
        (flags & bits.backflow != 0, Alarm::Backflow),
        (status.has_fault(), Alarm::Fault),
        (status.has_low_battery(), Alarm::LowBattery),
        (unknown != 0, Alarm::Unknown(unknown)),
    ];
    told.into_iter().filter_map(|(is_on, alarm)| is_on.then_some(alarm)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_setting_explains_has_a_name() {
        let bits = AlarmBits { leak: 0x01, backflow: 0x04 };
        assert_eq!(of(MeterStatus(0), 0, bits), []);
        assert_eq!(of(MeterStatus(0), 0x05, bits), [Alarm::Leak, Alarm::Backflow]);
        assert_eq!(of(MeterStatus(0), 0x05, AlarmBits::default()), [Alarm::Unknown(0x05)]);
        let worn = of(MeterStatus(0x0C), 0x12, bits);
        assert_eq!(worn, [Alarm::Fault, Alarm::LowBattery, Alarm::Unknown(0x12)]);
    }
}
