//! Identifiers: one type per kind, so that a customer's number can never be passed as a meter's.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! integer_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

integer_id! {
    /// A water utility (水道事業体). First in every key of the database; one is the normal case.
    UtilityId;
    /// A service connection (給水装置・水栓).
    ConnectionId;
    /// A person or firm (使用者).
    CustomerId;
    /// A service agreement (給水契約).
    AgreementId;
    /// A meter (量水器).
    MeterId;
    /// A reading round (検針期): all routes read for one billing period.
    RoundId;
    /// A reading route of one round (検針順路).
    RouteId;
    /// A schedule of a tariff with its validity (料金表).
    TariffId;
    /// A version of a whole tariff file, from draft to approval (料金表の版).
    TariffVersionId;
    /// A published amount that guards every change of a tariff (検算行).
    GoldenRowId;
    /// A proposal of a leak adjustment (漏水減免の起案).
    LeakAdjustmentId;
    /// A proposed estimate (認定の起案).
    EstimateId;
    /// A proposed correction (更正の起案).
    CorrectionId;
    /// An assessment (調定).
    AssessmentId;
    /// A bill (納入通知書).
    BillId;
    /// A transaction of the ledger (仕訳).
    TransactionId;
    /// A member of the office's staff (職員).
    StaffId;
}

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

uuid_id! {
    /// A handheld terminal (ハンディ端末).
    DeviceId;
    /// A reading (検針). Minted where the reading is taken, so that a resend is the same reading.
    ReadingId;
    /// A work package sent to a terminal (検針データ).
    PackageId;
}

/// The number printed on the connection's papers (水栓番号): 1 to 13 digits or hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConnectionNumber(String);

/// Why a text is no connection number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a connection number has 1 to 13 digits or hyphens and at least one digit")]
pub struct ConnectionNumberError;

impl ConnectionNumber {
    /// Parses a number as printed; surrounding blanks are not part of it.
    pub fn parse(text: &str) -> Result<Self, ConnectionNumberError> {
        let text = text.trim();
        let allowed = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let has_digit = text.bytes().any(|b| b.is_ascii_digit());
        if !allowed || !has_digit || text.len() > 13 {
            return Err(ConnectionNumberError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The number as printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ConnectionNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ConnectionNumber {
    type Error = ConnectionNumberError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ConnectionNumber> for String {
    fn from(number: ConnectionNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_numbers_are_digits_and_hyphens_of_bounded_length() {
        assert_eq!(ConnectionNumber::parse(" 0012-345 ").unwrap().as_str(), "0012-345");
        for bad in ["", "-", "12345678901234", "12a", "１２"] {
            assert_eq!(ConnectionNumber::parse(bad), Err(ConnectionNumberError), "{bad}");
        }
    }
}
