//! How a meter fails (メーターの故障): on the line, in its telegram, and in itself.

use std::time::Duration;

use super::{Saying, VirtualMeter};

/// What is wrong with a meter or its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It says nothing.
    Silent,
    /// Bytes of nobody before its telegram, which itself is whole.
    Noise,
    /// One byte of its telegram was changed on the way.
    WrongChecksum,
    /// Another meter talks at the same time.
    Collision,
    /// It says one byte at a time with pauses between.
    SlowBytes,
    /// It is the neighbour's.
    WrongNumber,
    /// Its volume stands in tenths of a cubic meter.
    Tenths,
    /// Its volume is below zero.
    Negative,
    /// It tells of a leak, of backflow and of its battery.
    Errors,
}

impl Fault {
    /// All of them.
    pub const ALL: [Fault; 9] = [
        Fault::Silent,
        Fault::Noise,
        Fault::WrongChecksum,
        Fault::Collision,
        Fault::SlowBytes,
        Fault::WrongNumber,
        Fault::Tenths,
        Fault::Negative,
        Fault::Errors,
    ];

    /// The word on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Fault::Silent => "silent",
            Fault::Noise => "noise",
            Fault::WrongChecksum => "wrong-checksum",
            Fault::Collision => "collision",
            Fault::SlowBytes => "slow-bytes",
            Fault::WrongNumber => "wrong-number",
            Fault::Tenths => "tenths",
            Fault::Negative => "negative",
            Fault::Errors => "errors",
        }
    }

    /// The fault with this word.
    pub fn from_key(key: &str) -> Option<Fault> {
        Fault::ALL.into_iter().find(|fault| fault.key() == key)
    }

    /// The fault that a seed draws.
    pub fn from_seed(seed: u64) -> Fault {
        Fault::ALL[Dice::new(seed).below(Fault::ALL.len())]
    }
}

/// The error flags of a meter with [`Fault::Errors`]: leak and backflow in the twin's own bits.
const LEAK_AND_BACKFLOW: u16 = 0x0003;
const BATTERY: u8 = 0x04;

/// The answer of a meter with a fault.
pub(super) fn spoilt(fault: Fault, meter: &VirtualMeter, dice: &mut Dice) -> Vec<Saying> {
    let at_once = |bytes: Vec<u8>| vec![Saying { after: Duration::ZERO, bytes }];
    match fault {
        Fault::Silent => Vec::new(),
        Fault::Noise => {
            // No byte of it begins a telegram that is as long as the silence after it.
            let noise = (0..=dice.below(40)).map(|_| dice.byte() | 0x80).collect();
            let mut sayings = at_once(noise);
            sayings.extend(at_once(meter.telegram()));
            sayings
        }
        Fault::WrongChecksum => {
            let mut telegram = meter.telegram();
            let counted = telegram.len() - 6;
            telegram[4 + dice.below(counted)] ^= 1 << dice.below(8);
            at_once(telegram)
        }
        Fault::Collision => at_once(collided(meter, dice)),
        Fault::SlowBytes => {
            let bytes = meter.telegram().into_iter();
            bytes
                .map(|byte| Saying { after: Duration::from_millis(2), bytes: vec![byte] })
                .collect()
        }
        Fault::WrongNumber => {
            let number = (meter.number + 1) % 100_000_000;
            at_once(VirtualMeter { number, ..meter.clone() }.telegram())
        }
        Fault::Tenths => {
            let tenths = meter.liters / 100;
            at_once(meter.telegram_with(0x15, super::decimal(tenths)))
        }
        // F in the highest digit is the standard's minus sign.
        Fault::Negative => {
            let mut volume = super::decimal(meter.liters);
            volume[3] |= 0xF0;
            at_once(meter.telegram_with(0x13, volume))
        }
        Fault::Errors => {
            let status = meter.status | BATTERY;
            let error_flags = meter.error_flags | LEAK_AND_BACKFLOW;
            at_once(VirtualMeter { status, error_flags, ..meter.clone() }.telegram())
        }
    }
}

/// Two telegrams over each other: a mark of either meter wins, as on a real line.
fn collided(meter: &VirtualMeter, dice: &mut Dice) -> Vec<u8> {
    let other = VirtualMeter {
        number: (meter.number + 37) % 100_000_000,
        liters: meter.liters / 2 + 7,
        ..meter.clone()
    };
    let late = 1 + dice.below(6);
    let mut both = meter.telegram();
    for (place, byte) in both.iter_mut().skip(late).zip(other.telegram()) {
        *place &= byte;
    }
    both
}

/// Random numbers from a seed (SplitMix64, public domain, Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap_or(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}
