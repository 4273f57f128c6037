//! What there is to know of one connection (水栓詳細): the types of its page.

use jiff::civil::Date;
use shared::connection::{MeterSize, PaymentMethod, UsageClass};
use shared::ids::{AgreementId, ConnectionId, ConnectionNumber, CustomerId, MeterId, ReadingId};
use shared::quantity::{CubicMeters, Yen};

/// A town (町名).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Town {
    /// 相生一丁目.
    pub name: String,
    /// アイオイ１チョウメ.
    pub kana: String,
    /// Seven digits.
    pub postcode: String,
}

/// A person or firm (使用者).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Key.
    pub id: CustomerId,
    /// お客様番号.
    pub number: String,
    /// As written.
    pub name: String,
    /// As spoken.
    pub kana: String,
    /// May be empty.
    pub telephone: String,
}

/// What is or was agreed (給水契約).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Key.
    pub id: AgreementId,
    /// With whom.
    pub customer: Customer,
    /// First day.
    pub starts_on: Option<Date>,
    /// Last day, the day itself included; `None` while it runs on.
    pub ends_on: Option<Date>,
    /// 用途.
    pub use_class: UsageClass,
    /// What the utility calls it.
    pub use_class_name: String,
    /// 支払方法.
    pub payment_method: PaymentMethod,
    /// Whether it holds today.
    pub is_current: bool,
}

/// A meter that hangs or hung here (取付).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledMeter {
    /// Key.
    pub id: MeterId,
    /// Number on the meter.
    pub number: String,
    /// 口径.
    pub size: MeterSize,
    /// Digits of the register.
    pub dial_digits: u8,
    /// 検定満期.
    pub verification_expires_on: Date,
    /// 取付日.
    pub installed_on: Option<Date>,
    /// Last day that it hung here; `None` while it hangs.
    pub removed_on: Option<Date>,
    /// 取付指針.
    pub installed_value: u32,
}

/// A reading in the history (検針履歴), newest first. Those that were corrected are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingLine {
    /// Key.
    pub id: ReadingId,
    /// 検針日.
    pub read_on: Date,
    /// 指針.
    pub register_value: u32,
    /// 使用水量.
    pub usage: CubicMeters,
    /// 1 by terminal, 2 taken over, 3 entered in the office.
    pub kind: i16,
    /// Codes of [`shared::metering::Finding`].
    pub findings: Vec<u8>,
    /// What the slip showed, all claims; `None` where there was no slip.
    pub slip_total: Option<Yen>,
    /// Login name; empty where it was taken over.
    pub reader_login: String,
}

impl ReadingLine {
    /// The kind in words.
    pub fn kind_japanese(&self) -> &'static str {
        match self.kind {
            1 => "定例検針",
            2 => "移行",
            4 => "認定",
            _ => "事務所入力",
        }
    }

    /// The findings in words.
    pub fn findings_japanese(&self) -> Vec<&'static str> {
        let words = self.findings.iter();
        words.filter_map(|code| shared::metering::Finding::japanese_of_code(*code)).collect()
    }
}

/// A master meter or a submeter (親メーター・子メーター).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedConnection {
    /// Key.
    pub id: ConnectionId,
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// With building and room.
    pub address: String,
    /// Present user; empty when stopped.
    pub customer_name: String,
}

/// All about one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionDetail {
    /// Key.
    pub id: ConnectionId,
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// 町名 with postcode.
    pub town: Town,
    /// 3番12号.
    pub block: String,
    /// May be empty.
    pub building: String,
    /// May be empty.
    pub room: String,
    /// Degrees × 1,000,000: latitude, longitude.
    pub position_e6: Option<(i32, i32)>,
    /// メーター位置.
    pub meter_position: String,
    /// 注意事項.
    pub caution: String,
    /// 下水道接続.
    pub has_sewerage: bool,
    /// 戸数.
    pub dwellings: u32,
    /// 検針順路.
    pub route_number: String,
    /// Place in the route.
    pub walk_order: u32,
    /// Newest first; the current one among them.
    pub agreements: Vec<Agreement>,
    /// Newest first; the present one first.
    pub meters: Vec<InstalledMeter>,
    /// Newest first, at most three years of two-month periods and a few more.
    pub readings: Vec<ReadingLine>,
    /// The master meter that this one lies behind.
    pub parent: Option<RelatedConnection>,
    /// The submeters behind this one.
    pub submeters: Vec<RelatedConnection>,
}

impl ConnectionDetail {
    /// The agreement that holds today.
    pub fn current_agreement(&self) -> Option<&Agreement> {
        self.agreements.iter().find(|agreement| agreement.is_current)
    }

    /// Whether service is agreed today (使用中).
    pub fn in_service(&self) -> bool {
        self.current_agreement().is_some()
    }

    /// Town, block, building and room in one line.
    pub fn address(&self) -> String {
        joined_address(&self.town.name, &self.block, &self.building, &self.room)
    }
}

/// An address as it is written in one line.
pub(crate) fn joined_address(town: &str, block: &str, building: &str, room: &str) -> String {
    let mut address = format!("{town}{block}");
    for part in [building, room] {
        if !part.is_empty() {
            address.push(' ');
            address.push_str(part);
        }
    }
    address
}
