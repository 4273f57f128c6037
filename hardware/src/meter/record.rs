//! Data records (データレコード): finds the present volume among all that a meter tells.

use super::MeterError;

const MORE: u8 = 0x80;

/// The present volume of the whole meter, in milliliters. What is marked as another moment, another
/// tariff, a part of the meter or by a modifier is not the register.
pub(super) fn register_milliliters(records: &[u8]) -> Result<u64, MeterError> {
    let mut rest = Cursor(records);
    loop {
        match rest.record() {
            Some(Record { is_plain: true, unit: unit @ 0x10..=0x17, value, .. }) => {
                let value = value.ok_or(MeterError::NoRegister)?;
                let scale = 10_u64.pow(u32::from(unit & 0x07));
                return value.checked_mul(scale).ok_or(MeterError::NoRegister);
            }
            Some(_) => {}
            None => return Err(MeterError::NoRegister),
        }
    }
}

/// The error flags (エラーフラグ, VIF FD 17) that a meter tells beside its register; 0 where it tells none.
pub(super) fn error_flags(records: &[u8]) -> u64 {
    let mut rest = Cursor(records);
    while let Some(record) = rest.record() {
        if record.is_plain && record.unit == 0xFD && record.extension == Some(0x17) {
            return record.flags;
        }
    }
    0
}

struct Record {
    /// Present, whole, and not modified.
    is_plain: bool,
    unit: u8,
    /// The byte behind the unit that says more of it.
    extension: Option<u8>,
    /// The bytes as bits, where they are few enough.
    flags: u64,
    /// `None` if it is negative, no whole number, or no number at all.
    value: Option<u64>,
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// Passes over the extensions of a byte; whether they said nothing.
    fn extensions(&mut self, first: u8) -> Option<bool> {
        let (mut byte, mut says_nothing) = (first, true);
        while byte & MORE != 0 {
            byte = self.byte()?;
            says_nothing &= byte & !MORE == 0;
        }
        Some(says_nothing)
    }

    /// The next record; `None` at the end, and at whatever the maker keeps to himself.
    fn record(&mut self) -> Option<Record> {
        let mut kind = self.byte()?;
        while kind == 0x2F {
            kind = self.byte()?;
        }
        if kind & 0x0F == 0x0F {
            return None;
        }
        let is_present = kind & 0x70 == 0;
        let is_whole = self.extensions(kind)?;
        let unit = self.byte()?;
        if unit & !MORE == 0x7C {
            let length = self.byte()?;
            self.take(length.into())?;
        }
        let extension = self.0.first().filter(|_| unit & MORE != 0).map(|byte| byte & !MORE);
        self.extensions(unit)?;
        let coding = kind & 0x0F;
        let data = self.data(coding)?;
        let flags = if data.len() > 8 { 0 } else { bits(data) };
        let value = number(coding, data);
        Some(Record { is_plain: is_present && is_whole, unit, extension, flags, value })
    }

    /// The bytes of a value.
    fn data(&mut self, coding: u8) -> Option<&[u8]> {
        let count = match coding {
            1..=4 => coding,
            5 => 4,
            6 | 14 => 6,
            7 => 8,
            9..=12 => coding - 8,
            13 => match self.byte()? {
                length @ 0..0xC0 => length,
                length => length & 0x0F,
            },
            _ => 0,
        };
        self.take(count.into())
    }
}

fn number(coding: u8, data: &[u8]) -> Option<u64> {
    match coding {
        1..=4 | 6 | 7 => binary(data),
        9..=12 | 14 => decimal(data),
        _ => None,
    }
}

/// Least byte first, with a sign.
fn binary(bytes: &[u8]) -> Option<u64> {
    let is_negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    (!is_negative).then(|| bits(bytes))
}

/// Least byte first.
fn bits(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

/// Two digits a byte, least byte first.
fn decimal(bytes: &[u8]) -> Option<u64> {
    bytes.iter().rev().try_fold(0, |value: u64, byte| {
        let (tens, ones) = (u64::from(byte >> 4), u64::from(byte & 0x0F));
        (tens < 10 && ones < 10).then_some(value * 100 + tens * 10 + ones)
    })
}
