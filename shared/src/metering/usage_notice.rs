//! The usage notice (使用水量のお知らせ): everything that stands on the slip, before it is drawn.
//!
//! Pure: the terminal fills it from its route and draws it, the office can fill it again from the
//! stored reading. The notice is the qualified invoice of the period (適格請求書), so it names the
//! issuer, its registration number, the rate and the tax of each claim.

use jiff::civil::Date;

use super::notice_seal::{SealedFacts, SlipKey};
use super::register::RegisterReading;
use crate::billing::Charge;
use crate::calendar::YearMonth;
use crate::connection::{MeterSize, PaymentMethod};
use crate::ids::ConnectionNumber;
use crate::quantity::{CubicMeters, Yen};

/// What stands on one usage notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageNotice {
    /// Name of the utility that issues it.
    pub issuer: String,
    /// T and 13 digits (登録番号).
    pub registration_number: String,
    /// Where to ask, with the telephone number.
    pub contact: String,
    /// `H01-000017`.
    pub slip_number: String,
    /// Set when this repeats an earlier slip (再発行).
    pub reissue_of: Option<String>,
    /// 水栓番号.
    pub connection_number: ConnectionNumber,
    /// 使用者.
    pub customer_name: String,
    /// 使用場所 with building and room.
    pub address: String,
    /// The month of the round.
    pub period: YearMonth,
    /// The day of the reading.
    pub read_on: Date,
    /// The day from which the period counts: of the reading before, or when this user's supply began
    /// after it.
    pub previous_read_on: Date,
    /// Present dials.
    pub register: RegisterReading,
    /// Dials of the reading before, or the first ones of a meter put in since (取付指針).
    pub previous_register: RegisterReading,
    /// Whether `previous_register` is a new meter's.
    pub is_new_meter: bool,
    /// Counted in this period by a meter that was taken out (旧メーター水量).
    pub removed_meter: CubicMeters,
    /// Certified since the last real reading and settled now (認定済み).
    pub estimated: CubicMeters,
    /// 使用水量.
    pub usage: CubicMeters,
    /// 前回の使用水量.
    pub last_period: Option<CubicMeters>,
    /// 前年同期の使用水量.
    pub same_period_last_year: Option<CubicMeters>,
    /// Number on the meter.
    pub meter_number: String,
    /// 口径.
    pub meter_size: MeterSize,
    /// 用途, by the name that the utility gives it.
    pub use_class: String,
    /// 支払方法.
    pub payment_method: PaymentMethod,
    /// One charge per claim, water first.
    pub charges: Vec<Charge>,
    /// Messages to the resident: high usage, suspected leak, and so on.
    pub messages: Vec<String>,
    /// Who read the meter.
    pub reader_name: String,
    /// Day of the next reading (次回検針予定日).
    pub next_reading_on: Option<Date>,
    /// Last day to pay by paper (納付期限); none where the amount is debited.
    pub due_on: Option<Date>,
    /// Day of the debit (振替予定日); none where nothing is debited.
    pub debit_on: Option<Date>,
    /// What was debited for the last period (口座振替済のお知らせ).
    pub last_debit: Option<LastDebit>,
    /// Who issues the invoice of the sewerage charge, where it is not `issuer`.
    pub sewerage_issuer: Option<Issuer>,
}

/// A debit that went through (口座振替済).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastDebit {
    /// The month of the round that it was for.
    pub period: YearMonth,
    /// Day of the debit.
    pub debited_on: Date,
    /// With tax.
    pub amount: Yen,
}

/// An issuer of a qualified invoice (適格請求書発行事業者).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Name on the notice.
    pub name: String,
    /// T and 13 digits (登録番号).
    pub registration_number: String,
}

impl UsageNotice {
    /// The amount of all claims, tax included (請求予定金額).
    pub fn total(&self) -> Yen {
        self.charges.iter().map(|charge| charge.amount).sum()
    }

    /// Days from the day after the last reading to this one, both counted.
    pub fn days_used(&self) -> i32 {
        crate::calendar::to_unix_days(self.read_on)
            - crate::calendar::to_unix_days(self.previous_read_on)
    }

    /// The QR text, signed with the terminal's key.
    pub fn seal(&self, key: SlipKey) -> String {
        SealedFacts {
            connection_number: self.connection_number.clone(),
            period: self.period,
            register_value: self.register.value(),
            usage: self.usage,
            amount: self.total(),
            slip_number: self.slip_number.clone(),
        }
        .seal(key)
    }
}
