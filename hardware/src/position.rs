//! Where the terminal is (位置): NMEA 0183 from a satellite receiver at a serial port.
//!
//! Nobody ever waits for it: a thread listens, and whoever wants to know is told the last fix, if it
//! is fresh. Whether anybody may know at all is the utility's decision and not made here. No floating
//! point: degrees are counted in millionths from the digits as they come.

mod receiver;

pub use receiver::Receiver;

/// A place on earth (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Degrees north × 1,000,000.
    pub latitude_e6: i32,
    /// Degrees east × 1,000,000.
    pub longitude_e6: i32,
    /// How far off it may be, in m.
    pub accuracy_m: u16,
}

/// What a receiver without better knowledge is off by at the best geometry, in tenths of a meter: the
/// GPS standard positioning service states 95 % within some 5 m under open sky (GPS SPS PS 2020).
const BEST_DECIMETERS: u32 = 50;

/// The place in one line of a receiver; nothing where the line is damaged, another, or knows none.
pub fn place_in(line: &str) -> Option<Place> {
    let (body, sum) = line.trim().strip_prefix('$')?.split_once('*')?;
    let counted = body.bytes().fold(0, |sum, byte| sum ^ byte);
    if u8::from_str_radix(sum, 16).ok()? != counted {
        return None;
    }
    let fields: Vec<&str> = body.split(',').collect();
    // GGA of any satellite system: time, latitude, N/S, longitude, E/W, quality, satellites, HDOP.
    let [kind, _, latitude, north, longitude, east, quality, _, dilution, ..] = fields[..] else {
        return None;
    };
    if !kind.ends_with("GGA") || matches!(quality, "" | "0" | "6" | "7" | "8") {
        return None;
    }
    let south = match north {
        "N" => 1,
        "S" => -1,
        _ => return None,
    };
    let west = match east {
        "E" => 1,
        "W" => -1,
        _ => return None,
    };
    Some(Place {
        latitude_e6: south * degrees_e6(latitude, 2, 90)?,
        longitude_e6: west * degrees_e6(longitude, 3, 180)?,
        accuracy_m: accuracy(dilution)?,
    })
}

/// `3539.1234` with two digits of degrees: 35° 39.1234'.
fn degrees_e6(text: &str, digits: usize, degrees_max: i32) -> Option<i32> {
    let (degrees, minutes) = text.split_at_checked(digits)?;
    let (whole, part) = minutes.split_once('.').unwrap_or((minutes, ""));
    let degrees: i32 = number(degrees)?;
    let minutes: i32 = number(whole).filter(|minutes| *minutes < 60)?;
    // Six digits behind the point are finer than a millionth of a degree.
    let part: String = part.chars().chain("000000".chars()).take(6).collect();
    let micro_minutes = i64::from(minutes) * 1_000_000 + i64::from(number(&part)?);
    let total = degrees.checked_mul(1_000_000)? + i32::try_from((micro_minutes + 30) / 60).ok()?;
    (total <= degrees_max * 1_000_000).then_some(total)
}

/// `1.2` of dilution times what the best geometry is off by, in whole meters, rounded up.
fn accuracy(dilution: &str) -> Option<u16> {
    let (whole, part) = dilution.split_once('.').unwrap_or((dilution, "0"));
    let tenths = number(whole)?.checked_mul(10)? + number(part.get(..1)?)?;
    let decimeters = u32::try_from(tenths).ok()?.checked_mul(BEST_DECIMETERS)? / 10;
    u16::try_from(decimeters.div_ceil(10)).ok()
}

fn number(digits: &str) -> Option<i32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests;
