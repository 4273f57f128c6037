//! The work package (検針データ): all that a terminal carries for one route, and not more.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::terms::ChargeTermsV1;

/// A work package of any version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorkPackage {
    /// As first shipped.
    V1(WorkPackageV1),
}

/// A work package of version 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkPackageV1 {
    /// Names this sending.
    pub id: Uuid,
    /// Day on which the route is walked, as the server knows it.
    pub business_date_unix_days: i32,
    /// Who issues the notices.
    pub utility: UtilityV1,
    /// The round.
    pub round: RoundV1,
    /// The route.
    pub route: RouteV1,
    /// Who may log in.
    pub readers: Vec<ReaderV1>,
    /// The tariff files of each claim, also those that a period may have begun under.
    pub tariffs: Vec<TariffV1>,
    /// The use classes of the connections, each once.
    pub use_classes: Vec<UseClassV1>,
    /// In walking order.
    pub connections: Vec<PlannedConnectionV1>,
    /// What the reader needs besides reading.
    pub work: RouteWorkV1,
}

/// What a route carries besides its connections.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteWorkV1 {
    /// The utility's remark codes; empty for the seed table.
    pub remarks: Vec<RemarkV1>,
    /// What to do on the way.
    pub orders: Vec<WorkOrderV1>,
    /// The papers' layouts; those that are built in for kinds that are not there.
    pub layouts: Vec<LayoutV1>,
    /// Day of the next reading (次回検針予定日).
    pub next_reading_on_unix_days: Option<i32>,
    /// Day of the debit (振替予定日).
    pub debit_on_unix_days: Option<i32>,
    /// Last day to pay by paper (納付期限).
    pub due_on_unix_days: Option<i32>,
    /// Of so many readings in 100 a photo is asked, drawn by the terminal after the entry (抜取り写真).
    pub photo_percent: u8,
    /// The previous dials are not shown before the entry (前回指針を隠す).
    pub hides_previous: bool,
    /// The most cash that a reader may carry; 0: none is taken on site.
    pub cash_limit_yen: i64,
    /// The version of the limits that the office fixed with the round; 0: the standard set.
    pub limits_version: i64,
    /// After this day the terminal shows nothing of the route; 0: never.
    pub expires_on_unix_days: i32,
    /// Who issues the invoice of the sewerage charge, where it is not the utility (下水道使用料の発行者).
    pub issuers: Vec<IssuerV1>,
    /// First number of this terminal's receipts (領収書番号の範囲); 0: from 1.
    pub receipt_first: u32,
    /// The last; 0: without end.
    pub receipt_last: u32,
    /// After so many minutes without a key the reader logs in anew; 0: never.
    pub lock_minutes: u16,
}

/// Who issues the invoice of a sewerage charge (適格請求書の発行者).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerV1 {
    /// As in [`PlannedConnectionV1::sewerage_authority`]; empty for the utility's own sewerage.
    pub authority: String,
    /// Name on the notice.
    pub name: String,
    /// T and 13 digits.
    pub registration_number: String,
}

/// A remark code (検針備考) and its flags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemarkV1 {
    /// 0 to 99.
    pub code: u8,
    /// On slips and in lists.
    pub name: String,
    /// 1 読取, 2 認定, 4 再訪, 8 要写真, 16 印字, added up.
    pub flags: u8,
    /// Words of the follow-up (`shared::metering::FollowUp`), in snake case.
    pub follow_up: String,
}

/// Something to do at a connection (作業指示).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOrderV1 {
    /// Key.
    pub order: i64,
    /// Key of the connection, which is one of the package's.
    pub connection: i64,
    /// Code of the kind (`shared::metering::WorkOrderKind`).
    pub kind: u8,
    /// Day on which it is to be done.
    pub due_on_unix_days: i32,
    /// What the reader has to know; no amounts of others, no account numbers.
    pub text: String,
    /// What is owed, where the order is about money (給水停止), with tax.
    pub owed_yen: i64,
    /// Name of the user who comes, of a start.
    pub customer_name: String,
    /// Number of the meter to put in, of an exchange; may be empty.
    pub meter_number: String,
    /// Its size in mm; 0 for the same.
    pub meter_size_mm: u16,
}

/// The layout of a paper (様式).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayoutV1 {
    /// Code of the kind (`shared::paper::PaperKind`).
    pub kind: u8,
    /// Width of the paper in dots: 384 or 576; 0 for both.
    pub width_dots: u16,
    /// Version, for the log.
    pub version: i64,
    /// The template.
    pub text: String,
}

/// What the reader should know of a connection besides its meter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnSiteV1 {
    /// Codes of the hazards (`shared::metering::Hazard`); `caution` says it in words.
    pub hazards: Vec<u8>,
    /// Remark of the last visit; 0 for none.
    pub last_remark: u8,
    /// Times in a row that it could not be read.
    pub no_reads_in_a_row: u8,
    /// Volume that was certified since the last real reading (認定済み), to be settled now.
    pub estimated_m3: u32,
    /// Volume of the meter that was taken out in this period (旧メーター水量).
    pub removed_meter_m3: u32,
    /// `previous_value` is the first dials of a meter put in since (取付指針).
    pub is_new_meter: bool,
    /// Key of the connection whose master meter stands before this one; 0 for none.
    pub master: i64,
    /// 1 open, 2 closed, 3 suspended (停水中).
    pub tap: u8,
    /// Degrees × 1,000,000, where known.
    pub latitude_e6: Option<i32>,
    /// See above.
    pub longitude_e6: Option<i32>,
    /// The last debit that went through (口座振替済のお知らせ).
    pub last_debit: Option<DebitV1>,
    /// The notice goes by post and is not left here (郵送).
    pub is_mailed: bool,
}

/// A debit that went through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebitV1 {
    /// What it was for: 検針年月.
    pub year: i16,
    /// See above.
    pub month: i8,
    /// Day of the debit.
    pub debited_on_unix_days: i32,
    /// Amount, tax included.
    pub amount_yen: i64,
}

/// The issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UtilityV1 {
    /// Name on the notice.
    pub name: String,
    /// T and 13 digits.
    pub registration_number: String,
    /// Where to ask.
    pub contact: String,
}

/// The round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundV1 {
    /// Key.
    pub id: i64,
    /// 検針年月: year.
    pub year: i16,
    /// 検針年月: month.
    pub month: i8,
    /// Months that are billed.
    pub months: u8,
}

/// The route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteV1 {
    /// Key.
    pub id: i64,
    /// Number in lists: `012`.
    pub number: String,
    /// Where it lies.
    pub name: String,
}

/// A reader who may use the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReaderV1 {
    /// Login name: the reader's number.
    pub login: String,
    /// Name on the slip.
    pub name: String,
    /// argon2id hash of the PIN in PHC form.
    pub pin_hash: String,
}

/// A tariff file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TariffV1 {
    /// Key.
    pub id: i64,
    /// The TOML text.
    pub text: String,
}

/// A use class and what the utility calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UseClassV1 {
    /// Key.
    pub key: String,
    /// Name on the slip.
    pub name: String,
}

/// A connection to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedConnectionV1 {
    /// Key.
    pub connection: i64,
    /// 水栓番号.
    pub connection_number: String,
    /// Place in the route, from 1.
    pub walk_order: u32,
    /// Name of the user; empty when service is stopped.
    pub customer_name: String,
    /// Reading of the name.
    pub customer_kana: String,
    /// Town, block and house.
    pub address: String,
    /// Building and room; may be empty.
    pub building: String,
    /// Number on the meter.
    pub meter_number: String,
    /// 口径 in mm.
    pub meter_size_mm: u16,
    /// Digits of the register.
    pub dial_digits: u8,
    /// Where the meter lies.
    pub meter_position: String,
    /// Dog, key, call first; may be empty.
    pub caution: String,
    /// Key of the use class; its name stands in the package's list.
    pub use_class: String,
    /// Code of the payment method.
    pub payment_method: u8,
    /// Whether sewerage is charged.
    pub sewerage: bool,
    /// Whose sewerage, when not the utility's own; else empty.
    pub sewerage_authority: String,
    /// Dwellings that the volume is shared among when it is charged, at least 1.
    pub dwellings: u16,
    /// Whether service is agreed at present.
    pub in_service: bool,
    /// Since when to the present user.
    pub in_service_since_unix_days: Option<i32>,
    /// Dials of the reading before.
    pub previous_value: u32,
    /// Day of the reading before.
    pub previous_read_on_unix_days: i32,
    /// Past periods, the newest first.
    pub past_usage: Vec<PastUsageV1>,
    /// From where a volume is odd.
    pub limits: ScreeningLimitsV1,
    /// What else the reader should know.
    pub on_site: OnSiteV1,
    /// What the charge on the spot depends on besides the reading.
    pub terms: ChargeTermsV1,
}

/// The volume of a past period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastUsageV1 {
    /// Day of the reading.
    pub read_on_unix_days: i32,
    /// Volume in m³.
    pub usage_m3: u32,
}

/// Limits of screening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreeningLimitsV1 {
    /// High from this percentage.
    pub high_percent: u16,
    /// Very high from this percentage.
    pub very_high_percent: u16,
    /// And this many m³ more.
    pub high_difference_m3: u32,
    /// Low up to this percentage.
    pub low_percent: u16,
    /// Where at least this much is expected.
    pub low_expected_m3: u32,
    /// What such a household uses; 0 when unknown.
    pub norm_m3: u32,
    /// So many m³ more are held back by the office.
    pub hold_difference_m3: u32,
    /// Off from the period before by this percentage; 0 is off.
    pub change_percent: u16,
    /// For volumes above this,
    pub change_large_from_m3: u32,
    /// and for smaller ones by so many m³.
    pub change_small_m3: u32,
    /// So many equal volumes in a row; 0 is off.
    pub same_times: u8,
    /// The fewest days of a period,
    pub cycle_days_min: u16,
    /// and the most; 0 is off.
    pub cycle_days_max: u16,
}

/// What makes a program a terminal of this utility: handed over once, as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentV1 {
    /// Key of the terminal.
    pub device: Uuid,
    /// Code on slips and labels: `H01`.
    pub device_code: String,
    /// `https://host:port`; empty for practice without a server.
    pub server: String,
    /// Proves the terminal to the server.
    pub token: [u8; 32],
    /// Signs the slips of this terminal.
    pub slip_key: [u8; 32],
    /// Certificate of the authority that the server's certificate must come from, DER.
    pub authority: Vec<u8>,
}

impl From<ScreeningLimitsV1> for crate::metering::ScreeningLimits {
    fn from(limits: ScreeningLimitsV1) -> Self {
        Self {
            high_percent: limits.high_percent,
            very_high_percent: limits.very_high_percent,
            high_difference_m3: limits.high_difference_m3,
            low_percent: limits.low_percent,
            low_expected_m3: limits.low_expected_m3,
            norm_m3: limits.norm_m3,
            hold_difference_m3: limits.hold_difference_m3,
            change_percent: limits.change_percent,
            change_large_from_m3: limits.change_large_from_m3,
            change_small_m3: limits.change_small_m3,
            same_times: limits.same_times,
            cycle_days_min: limits.cycle_days_min,
            cycle_days_max: limits.cycle_days_max,
        }
    }
}

impl From<crate::metering::ScreeningLimits> for ScreeningLimitsV1 {
    fn from(limits: crate::metering::ScreeningLimits) -> Self {
        Self {
            high_percent: limits.high_percent,
            very_high_percent: limits.very_high_percent,
            high_difference_m3: limits.high_difference_m3,
            low_percent: limits.low_percent,
            low_expected_m3: limits.low_expected_m3,
            norm_m3: limits.norm_m3,
            hold_difference_m3: limits.hold_difference_m3,
            change_percent: limits.change_percent,
            change_large_from_m3: limits.change_large_from_m3,
            change_small_m3: limits.change_small_m3,
            same_times: limits.same_times,
            cycle_days_min: limits.cycle_days_min,
            cycle_days_max: limits.cycle_days_max,
        }
    }
}

impl PlannedConnectionV1 {
    /// Whether submeters lie behind it: water runs through it, whoever has agreed to pay.
    pub fn is_master(&self) -> bool {
        self.terms.left_to_office() == Some(crate::billing::terms::LeftToOffice::MasterMeter)
    }

    /// What screening needs to know when the meter is read on that day.
    pub fn history(
        &self,
        read_on_unix_days: i32,
    ) -> Result<crate::metering::History, crate::metering::RegisterError> {
        let previous =
            crate::metering::RegisterReading::new(self.previous_value, self.dial_digits)?;
        let past: Vec<(i32, crate::quantity::CubicMeters)> = self
            .past_usage
            .iter()
            .map(|past| (past.read_on_unix_days, crate::quantity::CubicMeters(past.usage_m3)))
            .collect();
        let is_used = self.in_service || self.is_master();
        Ok(crate::metering::History::from_past(previous, &past, read_on_unix_days, is_used))
    }
}
