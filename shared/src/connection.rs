//! Connections (水栓), what is agreed for them (給水契約), and the codes both are described with.

mod use_class;

use serde::{Deserialize, Serialize};

pub use use_class::{UsageClass, UsageClassError};

/// The nominal size of a meter in millimeters (口径): those of JIS B 8570 and those that utilities' tariffs
/// name beside them (65, 80, 125, 350 and 400 mm).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct MeterSize(u16);

/// A size that no water meter has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} mm is no size of a water meter")]
pub struct MeterSizeError(pub u16);

impl MeterSize {
    /// Every size, in rising order.
    pub const ALL_MM: [u16; 18] =
        [13, 16, 20, 25, 30, 40, 50, 65, 75, 80, 100, 125, 150, 200, 250, 300, 350, 400];

    /// Takes a size in millimeters.
    pub fn new(mm: u16) -> Result<Self, MeterSizeError> {
        if Self::ALL_MM.contains(&mm) { Ok(Self(mm)) } else { Err(MeterSizeError(mm)) }
    }

    /// The size in millimeters.
    pub fn mm(self) -> u16 {
        self.0
    }

    /// How many digits of m³ the dial of a meter of this size usually has: 4 to φ25, 5 to φ40, 6
    /// above (makers' tables). A single meter may differ; its own record says.
    pub fn usual_dial_digits(self) -> u8 {
        match self.0 {
            ..=25 => 4,
            26..=40 => 5,
            _ => 6,
        }
    }
}

impl TryFrom<u16> for MeterSize {
    type Error = MeterSizeError;
    fn try_from(mm: u16) -> Result<Self, Self::Error> {
        Self::new(mm)
    }
}

impl From<MeterSize> for u16 {
    fn from(size: MeterSize) -> u16 {
        size.0
    }
}

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal, $text:literal, $japanese:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every value, in the order of its code.
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            /// The number stored and sent. Its meaning never changes.
            pub fn code(self) -> u8 {
                match self { $($name::$variant => $code,)* }
            }

            /// The value with this code, if there is one.
            pub fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some($name::$variant),)* _ => None }
            }

            /// The word in files and addresses.
            pub fn key(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// The value with this word.
            pub fn from_key(key: &str) -> Option<Self> {
                match key { $($text => Some($name::$variant),)* _ => None }
            }

            /// The word on papers and screens.
            pub fn japanese(self) -> &'static str {
                match self { $($name::$variant => $japanese,)* }
            }

            /// The value with this Japanese word.
            pub fn from_japanese(word: &str) -> Option<Self> {
                match word { $($japanese => Some($name::$variant),)* _ => None }
            }
        }
    };
}
pub(crate) use coded;

coded! {
    /// How a bill is paid (支払方法).
    PaymentMethod {
        /// From a bank account on the debit day.
        DirectDebit = 1, "direct_debit", "口座振替";
        /// By card through the designated agent.
        CreditCard = 2, "credit_card", "クレジットカード";
        /// With the paper bill at a bank, store or counter.
        PaperBill = 3, "paper_bill", "納入通知書";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dials_have_the_usual_digits() {
        let digits = |mm| MeterSize::new(mm).unwrap().usual_dial_digits();
        assert_eq!([13, 25, 30, 40, 50, 75].map(digits), [4, 4, 5, 5, 6, 6]);
        assert_eq!(MeterSize::new(14), Err(MeterSizeError(14)));
    }

    #[test]
    fn codes_and_words_lead_back_to_their_value() {
        for way in PaymentMethod::ALL {
            assert_eq!(PaymentMethod::from_code(way.code()), Some(*way));
            assert_eq!(PaymentMethod::from_key(way.key()), Some(*way));
            assert_eq!(PaymentMethod::from_japanese(way.japanese()), Some(*way));
        }
    }
}
