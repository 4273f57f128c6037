//! Numbers of the demo town (番号): with check digits, plainly invented, never anybody's.

use shared::ids::ConnectionNumber;

/// Modulus 10 with weights 3 and 1 from the right (チェックデジット), as on the bar codes of goods.
fn check_digit(digits: &str) -> u32 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place % 2 == 0 { 3 } else { 1 })
        .sum();
    (10 - sum % 10) % 10
}

/// 水栓番号: three digits of the town, four within it, and the check digit.
pub(super) fn connection_number(town: usize, within: usize) -> ConnectionNumber {
    let digits = format!("{:03}{:04}", town + 1, within + 1);
    let check = check_digit(&digits);
    ConnectionNumber::parse(&format!("{digits}{check}")).expect("digits within the length")
}

/// お客様番号: eight digits and the check digit.
pub(super) fn customer_number(index: usize) -> String {
    let digits = format!("{:08}", index + 1);
    let check = check_digit(&digits);
    format!("{digits}{check}")
}

/// メーター番号: the size and six digits. The step is prime to a million, so no number comes twice.
pub(super) fn meter_number(size_mm: u16, index: usize, seed: u64) -> String {
    const STEP: u64 = 7_919;
    let index = u64::try_from(index).expect("indexes are counted in memory");
    let serial = (index * STEP + seed % 1_000_000) % 1_000_000;
    format!("{size_mm}-{serial:06}")
}

/// A telephone number on a desk that no exchange gives out: local codes never begin with zero.
pub(super) fn desk_telephone(dice: &mut super::dice::Dice) -> String {
    format!("055-0{:02}-{:04}", dice.between(10, 99), dice.between(0, 9_999))
}

/// A telephone number of a person; the mobile ones are as impossible as the others.
pub(super) fn telephone(dice: &mut super::dice::Dice) -> String {
    if dice.chance(1, 2) {
        return desk_telephone(dice);
    }
    format!("090-0{:03}-{:04}", dice.between(100, 999), dice.between(0, 9_999))
}

/// The registration number of the invented issuer (登録番号): twelve zeros and their check digit.
pub(super) fn registration_number() -> String {
    let digits = "000000000000";
    format!("T{}{digits}", corporate_check_digit(digits))
}

/// Of the invented issuer of the sewerage charge's invoice.
pub(super) fn sewerage_registration_number() -> String {
    let digits = "000000000001";
    format!("T{}{digits}", corporate_check_digit(digits))
}

/// Check digit in front of twelve digits (法人番号の検査用数字): 9 − (Σ digit × weight mod 9), with
/// weights 1 and 2 from the right.
fn corporate_check_digit(digits: &str) -> u32 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place % 2 == 0 { 1 } else { 2 })
        .sum();
    9 - sum % 9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_known_numbers() {
        // A book's bar code, and two published registration numbers.
        assert_eq!(check_digit("978030640615"), 7);
        assert_eq!(corporate_check_digit("800020001103"), 1);
        assert_eq!(corporate_check_digit("800020002508"), 8);
        assert_eq!(registration_number(), "T9000000000000");
    }

    #[test]
    fn numbers_have_their_length_and_do_not_repeat() {
        assert_eq!(connection_number(0, 0).as_str(), "00100014");
        assert_eq!(customer_number(0).len(), 9);
        let mut meters: Vec<String> = (0..200_000).map(|i| meter_number(13, i, 42)).collect();
        meters.sort_unstable();
        meters.dedup();
        assert_eq!(meters.len(), 200_000);
    }
}
