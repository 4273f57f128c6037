//! The meter port (メーター通信): reads a water meter by M-Bus (EN 13757-2 and -3) over a serial adapter.
//!
//! The telegram as it came is kept with the reading: it is the evidence for the number that is billed.

pub mod alarm;
mod record;
mod telegram;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::line::{Line, SerialLine};

pub use alarm::{Alarm, AlarmBits};
pub use telegram::{MeterStatus, checked_sum};

/// What a meter said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterReading {
    /// The eight digits of the meter's identification number.
    pub meter_number: String,
    /// The register in milliliters, the finest that a meter can say.
    pub register_milliliters: u64,
    /// What the meter says of its own health.
    pub status: MeterStatus,
    /// What its maker counts as an error, bit by bit; 0 where it says nothing of it.
    pub error_flags: u64,
    /// The whole telegram as it came, the evidence.
    pub raw: Vec<u8>,
}

impl MeterReading {
    /// The register in whole cubic meters: the red digits of the dial are not billed.
    pub fn register_m3(&self) -> u64 {
        self.register_milliliters / 1_000_000
    }

    /// What it warns of, the worst first.
    pub fn alarms(&self, bits: AlarmBits) -> Vec<Alarm> {
        alarm::of(self.status, self.error_flags, bits)
    }

    /// Reads a telegram that was kept, or one that has just come.
    pub fn from_telegram(raw: &[u8]) -> Result<Self, MeterError> {
        let answer = telegram::open(raw)?;
        Ok(Self {
            meter_number: answer.meter_number,
            register_milliliters: record::register_milliliters(answer.records)?,
            status: answer.status,
            error_flags: record::error_flags(answer.records),
            raw: raw.to_vec(),
        })
    }
}

/// Why there is no reading.
#[derive(Debug, thiserror::Error)]
pub enum MeterError {
    /// The adapter is not there, or broke.
    #[error("the meter's line failed")]
    Line(#[from] io::Error),
    /// No meter answered in time.
    #[error("no meter answered")]
    NoAnswer,
    /// The bytes are no whole and sound telegram.
    #[error("the telegram is damaged")]
    Damaged,
    /// The meter hides its data behind a key that the terminal does not have.
    #[error("the telegram is encrypted")]
    Encrypted,
    /// Something answered that measures no water.
    #[error("medium {0:#04x} is not water")]
    NotWater(u8),
    /// The telegram tells no present volume, or one that cannot be read.
    #[error("the telegram has no register")]
    NoRegister,
}

/// How long a meter may take: the standard allows 330 bit times and 50 ms until the first byte, and
/// the longest telegram takes 1.2 s at 2,400 baud.
const ANSWER_WITHIN: Duration = Duration::from_millis(2_500);
/// Until a meter has said that it is awake. Some never say so and answer all the same.
const AWAKE_WITHIN: Duration = Duration::from_millis(500);
const TRIES: u32 = 3;

/// One meter at the end of a line.
pub struct MeterPort {
    line: Box<dyn Line>,
    answer_within: Duration,
}

impl MeterPort {
    /// A meter at a serial adapter, 2,400 baud, 8 bits, even parity.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self::over(Box::new(SerialLine::open_meter(path)?), ANSWER_WITHIN))
    }

    /// A meter over any line.
    pub fn over(line: Box<dyn Line>, answer_within: Duration) -> Self {
        Self { line, answer_within }
    }

    /// Wakes the meter and asks it for its register; asks again when the answer came damaged.
    pub fn read(&mut self) -> Result<MeterReading, MeterError> {
        let mut outcome = Err(MeterError::NoAnswer);
        for _ in 0..TRIES {
            outcome = self.ask();
            if !matches!(outcome, Err(MeterError::NoAnswer | MeterError::Damaged)) {
                break;
            }
        }
        outcome
    }

    fn ask(&mut self) -> Result<MeterReading, MeterError> {
        self.line.discard_input()?;
        self.line.write_all(&telegram::WAKE, self.answer_within)?;
        let mut unread = [0; 64];
        self.line.read(&mut unread, AWAKE_WITHIN.min(self.answer_within))?;
        self.line.discard_input()?;
        self.line.write_all(&telegram::ASK, self.answer_within)?;
        self.hear()
    }

    fn hear(&mut self) -> Result<MeterReading, MeterError> {
        let until = Instant::now() + self.answer_within;
        let mut heard = Vec::new();
        loop {
            let mut bytes = [0; 300];
            let left = until.saturating_duration_since(Instant::now());
            let count = self.line.read(&mut bytes, left)?;
            heard.extend_from_slice(&bytes[..count]);
            if let Some(raw) = telegram::find(&heard) {
                return MeterReading::from_telegram(raw);
            }
            // A line full of noise must not keep the reader waiting for ever.
            if count == 0 || Instant::now() >= until {
                let is_silent = heard.is_empty();
                return Err(if is_silent { MeterError::NoAnswer } else { MeterError::Damaged });
            }
        }
    }
}
