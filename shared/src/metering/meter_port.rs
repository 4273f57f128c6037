//! The meter port's rules (メーター通信の決まり): is it this connection's meter, and what do its dials show?

use super::RegisterReading;

/// Digits of the number that a meter tells of itself (EN 13757-3, identification number).
const DIGITS: usize = 8;

/// Whether the number that a meter tells of itself is the one that the office has written down.
///
/// The office's number carries a size and signs (`20-000123`); the meter tells eight digits. Its digits
/// alone are compared, the last eight of them, with zeros before a shorter one. A number without digits
/// is nobody's.
pub fn is_same_meter(written: &str, told: &str) -> bool {
    match (digits(written), digits(told)) {
        (Some(written), Some(told)) => written == told,
        _ => false,
    }
}

fn digits(number: &str) -> Option<String> {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let last = digits.iter().skip(digits.len().saturating_sub(DIGITS)).collect::<String>();
    (!last.is_empty()).then(|| format!("{last:0>DIGITS$}"))
}

/// What the dials show of a register in whole cubic meters; nothing where they have too few digits: the
/// office's number of digits is wrong then, or it is another meter.
pub fn dials(register_m3: u64, digits: u8) -> Option<RegisterReading> {
    RegisterReading::new(u32::try_from(register_m3).ok()?, digits).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_of_a_number_say_whose_it_is() {
        assert!(is_same_meter("20-000123", "20000123"));
        assert!(is_same_meter("1-23", "00000123"));
        assert!(is_same_meter("AB26-20-000123", "20000123"));
        assert!(!is_same_meter("20-000124", "20000123"));
        assert!(!is_same_meter("13-000123", "20000123"));
        assert!(!is_same_meter("", "00000000") && !is_same_meter("不明", ""));
    }

    #[test]
    fn dials_that_are_too_short_show_nothing() {
        assert_eq!(dials(1_234, 4).map(RegisterReading::value), Some(1_234));
        assert_eq!(dials(12_345, 4), None);
        assert_eq!(dials(u64::MAX, 8), None);
    }
}
