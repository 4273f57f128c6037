//! Exact fractions and the roundings (端数処理) of ordinances.

use num_rational::Ratio;

/// Exact yen, or exact cubic meters.
pub type Fraction = Ratio<i128>;

/// 切捨て, 四捨五入, 切上げ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Floor,
    HalfUp,
    Ceiling,
}

impl Mode {
    pub fn from_word(word: &str) -> Mode {
        match word {
            "floor" => Mode::Floor,
            "half_up" => Mode::HalfUp,
            "ceiling" => Mode::Ceiling,
            _ => panic!("no rounding: {word}"),
        }
    }
}

/// A mode and what the result is a multiple of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub mode: Mode,
    pub yen: i128,
}

pub fn whole(number: impl Into<i128>) -> Fraction {
    Fraction::from_integer(number.into())
}

pub fn fraction(above: impl Into<i128>, below: impl Into<i128>) -> Fraction {
    Fraction::new(above.into(), below.into())
}

/// `"145.8"` as a fraction, digit by digit.
pub fn decimal(text: &str) -> Fraction {
    let (yen, behind) = text.split_once('.').unwrap_or((text, ""));
    let digits: i128 = format!("{yen}{behind}").parse().expect("a decimal number");
    fraction(digits, 10_i128.pow(u32::try_from(behind.len()).expect("a few digits")))
}

/// Amounts below zero are rounded like their positive twins.
pub fn rounded(amount: Fraction, step: Step) -> Fraction {
    let is_negative = *amount.numer() < 0;
    let size = if is_negative { -amount } else { amount };
    let steps = size / whole(step.yen);
    let below = steps.numer() / steps.denom();
    let rest = steps - whole(below);
    let up = match step.mode {
        Mode::Floor => false,
        Mode::HalfUp => rest >= fraction(1, 2),
        Mode::Ceiling => rest > whole(0),
    };
    let outcome = whole((below + i128::from(up)) * step.yen);
    if is_negative { -outcome } else { outcome }
}

pub fn rounded_by(amount: Fraction, step: Option<Step>) -> Fraction {
    step.map_or(amount, |step| rounded(amount, step))
}

/// The greatest whole number that is not above a positive fraction.
pub fn floor(number: Fraction) -> i128 {
    number.numer().div_euclid(*number.denom())
}

/// The least whole number that is not below a positive fraction.
pub fn ceiling(number: Fraction) -> i128 {
    floor(number) + i128::from(*number.denom() != 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_rounds_by_the_size_of_the_amount() {
        let check = |text: &str, mode, yen, expected: i128| {
            assert_eq!(rounded(decimal(text), Step { mode, yen }), whole(expected), "{text}");
            let negative = rounded(-decimal(text), Step { mode, yen });
            assert_eq!(negative, whole(-expected), "-{text}");
        };
        check("2579.5", Mode::Floor, 1, 2579);
        check("2579.5", Mode::HalfUp, 1, 2580);
        check("2579.4999", Mode::HalfUp, 1, 2579);
        check("2579.0001", Mode::Ceiling, 1, 2580);
        check("2570", Mode::Ceiling, 10, 2570);
        check("2579.5", Mode::Floor, 10, 2570);
        check("2575", Mode::HalfUp, 10, 2580);
        check("0", Mode::Ceiling, 10, 0);
    }
}
