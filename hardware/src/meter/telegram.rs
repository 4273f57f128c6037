//! M-Bus telegrams (電文): the frame around what a meter says, and the two questions it is asked.

use super::MeterError;

/// `SND_NKE`: the meter begins anew. Address 254 is whoever is alone on the line.
pub(super) const WAKE: [u8; 5] = short(0x40);
/// `REQ_UD2`: the meter is to say what it measured.
pub(super) const ASK: [u8; 5] = short(0x7B);

const ANYBODY: u8 = 0xFE;
const LONG: u8 = 0x68;
const STOP: u8 = 0x16;
/// Bytes around the counted ones: start, length twice, start; checksum and stop.
const HEAD: usize = 4;
const TAIL: usize = 2;
/// Control, address, kind of data, and the fixed header of the meter.
const FIXED: usize = 3 + 12;

const fn short(control: u8) -> [u8; 5] {
    [0x10, control, ANYBODY, control.wrapping_add(ANYBODY), STOP]
}

/// What a meter says of its own health.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MeterStatus(pub u8);

impl MeterStatus {
    /// The meter's battery comes to its end.
    pub fn has_low_battery(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// The meter tells of a fault, passing or lasting.
    pub fn has_fault(self) -> bool {
        self.0 & 0x18 != 0
    }
}

/// The checksum of a telegram: its counted bytes added up, what overflows dropped.
pub fn checked_sum(counted: &[u8]) -> u8 {
    counted.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// A telegram taken apart.
pub(super) struct Answer<'a> {
    pub meter_number: String,
    pub status: MeterStatus,
    pub records: &'a [u8],
}

/// The first whole telegram among what was heard; echoes and noise before it are passed over.
pub(super) fn find(heard: &[u8]) -> Option<&[u8]> {
    (0..heard.len()).find_map(|start| whole(&heard[start..]))
}

fn whole(bytes: &[u8]) -> Option<&[u8]> {
    let &[LONG, length, again, LONG, ..] = bytes else { return None };
    let raw = bytes.get(..HEAD + usize::from(length) + TAIL)?;
    let (&[sum, stop], counted) = (raw.last_chunk()?, &raw[HEAD..raw.len() - TAIL]);
    (length == again && stop == STOP && sum == checked_sum(counted)).then_some(raw)
}

/// Takes a telegram apart.
pub(super) fn open(raw: &[u8]) -> Result<Answer<'_>, MeterError> {
    let sound = whole(raw).filter(|whole| whole.len() == raw.len());
    let counted = sound.map(|raw| &raw[HEAD..raw.len() - TAIL]).ok_or(MeterError::Damaged)?;
    let (fixed, records) = counted.split_first_chunk::<FIXED>().ok_or(MeterError::Damaged)?;
    let &[control, _, kind, a, b, c, d, _, _, _, medium, _, status, _, secrecy] = fixed;
    // Two bits of the control byte ask for more to be fetched; any other answer is not this one.
    if control & 0xCF != 0x08 || kind != 0x72 {
        return Err(MeterError::Damaged);
    }
    if !matches!(medium, 0x06 | 0x07 | 0x15 | 0x16 | 0x17) {
        return Err(MeterError::NotWater(medium));
    }
    if secrecy & 0x1F != 0 {
        return Err(MeterError::Encrypted);
    }
    let meter_number = format!("{d:02X}{c:02X}{b:02X}{a:02X}");
    Ok(Answer { meter_number, status: MeterStatus(status), records })
}
