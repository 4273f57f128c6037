//! The text in the usage notice's QR code (お知らせ票の照合コード) and its short signature.
//!
//! `MINAMO1 connection period register usage amount slip signature`, separated by blanks. The
//! signature is the first 10 bytes of HMAC-SHA-256 under the terminal's own slip key, written
//! in base32 without look-alike letters. The terminal's key is derived from the utility's master
//! key, so that the office can check any slip and a stolen terminal can sign only as itself.
//! `docs/slip.md` describes it for others.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::calendar::YearMonth;
use crate::ids::ConnectionNumber;
use crate::quantity::{CubicMeters, Yen};

/// What a notice vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFacts {
    /// 水栓番号.
    pub connection_number: ConnectionNumber,
    /// The month of the round (検針年月).
    pub period: YearMonth,
    /// The dials as printed.
    pub register_value: u32,
    /// 使用水量.
    pub usage: CubicMeters,
    /// The amount as printed, tax included.
    pub amount: Yen,
    /// The slip's number, `H01-000017`: the device code stands before the last hyphen.
    pub slip_number: String,
}

/// A key of 32 bytes that signs slips.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SlipKey(pub [u8; 32]);

impl std::fmt::Debug for SlipKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SlipKey(…)")
    }
}

/// Why a QR text is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not a text of this form.
    #[error("the text is not that of a usage notice")]
    NotANotice,
    /// The form is right, the signature is not that of these facts.
    #[error("the signature does not fit the facts")]
    Changed,
}

const MARK: &str = "MINAMO1";
const SIGNATURE_BYTES: usize = 10;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl SlipKey {
    /// The key of the terminal `device_code`, derived from the utility's master key.
    pub fn for_device(master: SlipKey, device_code: &str) -> SlipKey {
        let mut mac = keyed(master);
        mac.update(b"minamo slip key 1\0");
        mac.update(device_code.as_bytes());
        SlipKey(mac.finalize().into_bytes().into())
    }
}

impl SealedFacts {
    /// The QR text with the signature of the terminal's key.
    pub fn seal(&self, device_key: SlipKey) -> String {
        let body = self.body();
        format!("{body} {}", signature(device_key, &body))
    }

    /// The device code that the slip number names.
    pub fn device_code(&self) -> &str {
        self.slip_number.rsplit_once('-').map_or("", |(device, _)| device)
    }

    /// Reads a QR text and checks it against the utility's master key.
    pub fn verify(text: &str, master: SlipKey) -> Result<SealedFacts, SealError> {
        let (body, claimed) = text.trim().rsplit_once(' ').ok_or(SealError::NotANotice)?;
        let facts = SealedFacts::parse_body(body).ok_or(SealError::NotANotice)?;
        let device_key = SlipKey::for_device(master, facts.device_code());
        // The parsed facts are signed anew, so that two spellings of a number cannot both pass.
        if facts.body() == body && same(&signature(device_key, body), claimed) {
            Ok(facts)
        } else {
            Err(SealError::Changed)
        }
    }

    fn body(&self) -> String {
        format!(
            "{MARK} {} {} {} {} {} {}",
            self.connection_number,
            self.period.iso(),
            self.register_value,
            self.usage.0,
            self.amount.0,
            self.slip_number
        )
    }

    fn parse_body(body: &str) -> Option<SealedFacts> {
        let mut words = body.split(' ');
        if words.next()? != MARK {
            return None;
        }
        let connection_number = ConnectionNumber::parse(words.next()?).ok()?;
        let (year, month) = words.next()?.split_once('-')?;
        let facts = SealedFacts {
            connection_number,
            period: YearMonth::new(year.parse().ok()?, month.parse().ok()?).ok()?,
            register_value: words.next()?.parse().ok()?,
            usage: CubicMeters(words.next()?.parse().ok()?),
            amount: Yen(words.next()?.parse().ok()?),
            slip_number: words.next()?.to_owned(),
        };
        words.next().is_none().then_some(facts)
    }
}

fn keyed(key: SlipKey) -> Hmac<Sha256> {
    Hmac::new_from_slice(&key.0).expect("HMAC takes keys of any length")
}

fn signature(key: SlipKey, body: &str) -> String {
    let mut mac = keyed(key);
    mac.update(body.as_bytes());
    let digest = mac.finalize().into_bytes();
    let mut bits = 0_u128;
    for byte in &digest[..SIGNATURE_BYTES] {
        bits = bits << 8 | u128::from(*byte);
    }
    (0..SIGNATURE_BYTES * 8 / 5)
        .rev()
        .map(|index| char::from(ALPHABET[(bits >> (index * 5) & 31) as usize]))
        .collect()
}

/// Compares without telling by its duration where the difference lies.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one.bytes().zip(other.bytes()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> SealedFacts {
        SealedFacts {
            connection_number: ConnectionNumber::parse("00012345").unwrap(),
            period: YearMonth::new(2026, 11).unwrap(),
            register_value: 1_238,
            usage: CubicMeters(38),
            amount: Yen(6_543),
            slip_number: "H01-000017".to_owned(),
        }
    }

    #[test]
    fn a_true_notice_is_believed_and_every_change_is_told() {
        let master = SlipKey([7; 32]);
        let text = facts().seal(SlipKey::for_device(master, "H01"));
        assert_eq!(SealedFacts::verify(&text, master), Ok(facts()));

        for (old, new) in [
            ("00012345", "00012346"),
            ("2026-11", "2026-12"),
            (" 1238 ", " 1239 "),
            (" 38 ", " 39 "),
            (" 6543 ", " 6542 "),
            (" 6543 ", " 06543 "),
            ("H01-000017", "H02-000017"),
        ] {
            let changed = text.replace(old, new);
            assert_eq!(SealedFacts::verify(&changed, master), Err(SealError::Changed), "{changed}");
        }
        assert_eq!(SealedFacts::verify(&text, SlipKey([8; 32])), Err(SealError::Changed));
        assert_eq!(SealedFacts::verify("hello", master), Err(SealError::NotANotice));
        assert_eq!(SealedFacts::verify("", master), Err(SealError::NotANotice));
    }
}
