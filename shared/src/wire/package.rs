//! The work package (検針データ): all that a terminal carries for one route, and not more.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
        Ok(crate::metering::History::from_past(previous, &past, read_on_unix_days, self.in_service))
    }
}
