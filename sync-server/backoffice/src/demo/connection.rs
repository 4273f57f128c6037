//! An invented connection (水栓): its place, meter, agreements and readings.

use jiff::ToSpan;
use jiff::civil::Date;
use shared::connection::{MeterSize, PaymentMethod, UsageClass};
use shared::ids::ConnectionNumber;
use shared::metering::RegisterReading;

use super::dice::{Dice, Matter};
use super::history::{Habit, habit, volumes};
use super::numbers;
use super::occupancy::{Span, spans};
use super::people::{self, InventedCustomer};
use super::premises::Premises;
use super::reading_days::ReadingDays;
use super::streets::Site;
use super::town::{PERIODS, TownOptions};

/// A connection with everything that is known about it today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventedConnection {
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// What stands there.
    pub premises: Premises,
    /// Place of its town in [`super::Town::quarters`].
    pub quarter: usize,
    /// 番・号 or 番地.
    pub block: String,
    /// May be empty.
    pub building: String,
    /// May be empty.
    pub room: String,
    /// Latitude and longitude, degrees × 1,000,000.
    pub position_e6: (i32, i32),
    /// メーター位置.
    pub meter_position: &'static str,
    /// 注意事項; mostly empty.
    pub caution: &'static str,
    /// 下水道接続.
    pub has_sewerage: bool,
    /// 戸数.
    pub dwellings: u32,
    /// Place of the master meter in [`super::Town::connections`].
    pub parent: Option<usize>,
    /// Place of its route in [`super::Town::routes`].
    pub route: usize,
    /// Place in the route, from 1.
    pub walk_order: u32,
    /// The meter that hangs there.
    pub meter: InventedMeter,
    /// Oldest first; none behind a master meter's own number.
    pub agreements: Vec<InventedAgreement>,
    /// Oldest first.
    pub readings: Vec<InventedReading>,
    pub(super) habit: Habit,
}

/// A meter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventedMeter {
    /// メーター番号.
    pub number: String,
    /// 口径.
    pub size: MeterSize,
    /// 指針桁数.
    pub dial_digits: u8,
    /// 検定満期.
    pub verification_expires_on: Date,
    /// 取付日.
    pub hung_on: Date,
    /// 取付指針.
    pub installed_value: u32,
}

/// Who uses the water, from when to when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventedAgreement {
    /// The user.
    pub customer: InventedCustomer,
    /// First day.
    pub starts_on: Date,
    /// The day after the last.
    pub ends_before: Option<Date>,
    /// 用途.
    pub use_class: UsageClass,
    /// 支払方法.
    pub payment_method: PaymentMethod,
}

/// What was read at the end of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InventedReading {
    /// 検針日.
    pub read_on: Date,
    /// 指針.
    pub register_value: u32,
    /// 使用水量.
    pub usage_m3: u32,
}

impl InventedConnection {
    /// Whether service is agreed on this day.
    pub fn is_in_service(&self, day: Date) -> bool {
        self.agreements.iter().any(|agreement| {
            agreement.starts_on <= day && agreement.ends_before.is_none_or(|end| day < end)
        })
    }

    /// The dials at the newest reading.
    pub fn newest_register(&self) -> RegisterReading {
        let value = self.readings.last().map_or(self.meter.installed_value, |r| r.register_value);
        RegisterReading::new(value, self.meter.dial_digits)
            .expect("readings are made by the register itself")
    }

    /// The period in which its first reading was taken.
    pub(super) fn first_period(&self) -> usize {
        PERIODS - self.readings.len()
    }

    /// Writes the readings down again so that the first volume began at `start`.
    pub(super) fn read_from(&mut self, start: u32) {
        let capacity = 10_u32.pow(u32::from(self.meter.dial_digits));
        let mut register = RegisterReading::new(start % capacity, self.meter.dial_digits)
            .expect("a remainder of the capacity");
        for reading in &mut self.readings {
            register = register.after(shared::quantity::CubicMeters(reading.usage_m3));
            reading.register_value = register.value();
        }
    }
}

/// Where a connection stands among the others.
pub(super) struct Standing {
    /// Place in the town.
    pub(super) index: usize,
    /// Place in its quarter.
    pub(super) within: usize,
    pub(super) route: usize,
    pub(super) walk_order: u32,
}

/// Invents everything about the connection at a site.
pub(super) fn connection(
    options: &TownOptions,
    site: Site,
    standing: &Standing,
    days: &ReadingDays,
) -> InventedConnection {
    let mut dice = Dice::new(options.seed, Matter::People, standing.index);
    let premises = site.premises;
    let hung_on = hung_on(&site, days, options.today, &mut dice);
    let spans = spans(&site, hung_on, days, options.today, &mut dice);
    let agreements = agreements(premises, &spans, standing.index, &mut dice);
    let meter_size = premises.meter_size(&mut dice);
    let meter = InventedMeter {
        number: numbers::meter_number(meter_size.mm(), standing.index, options.seed),
        size: meter_size,
        dial_digits: meter_size.usual_dial_digits(),
        verification_expires_on: verification_end(hung_on, &mut dice),
        hung_on,
        installed_value: 0,
    };
    let habit = habit(&site, &spans, days, &mut dice);
    let mut history = Dice::new(options.seed, Matter::History, standing.index);
    let readings = volumes(&habit, &site, &spans, days, &mut history);
    let mut invented = InventedConnection {
        number: numbers::connection_number(site.quarter, standing.within),
        premises,
        quarter: site.quarter,
        block: site.block,
        building: site.building,
        room: site.room,
        position_e6: site.position_e6,
        meter_position: people::meter_position(premises, &mut dice),
        caution: people::caution(premises, &mut dice),
        has_sewerage: site.has_sewerage && premises != Premises::BuildingSite,
        dwellings: site.dwellings,
        parent: site.behind.map(|back| standing.index - back),
        route: standing.route,
        walk_order: standing.walk_order,
        meter,
        agreements,
        readings,
        habit,
    };
    let start = passed_before(&invented, days);
    invented.read_from(start);
    invented
}

/// Old meters hang since before the history, new ones since shortly before their first reading.
fn hung_on(site: &Site, days: &ReadingDays, today: Date, dice: &mut Dice) -> Date {
    if site.built_in == 0 {
        let age_months = i64::from(dice.between(31, 88));
        let day = i64::from(dice.between(0, 27));
        return today.saturating_sub(age_months.months()).saturating_add(day.days());
    }
    let before_reading = i64::from(dice.between(4, 48));
    days.end_of(site.built_in).saturating_sub(before_reading.days())
}

/// Eight years from the verification, which was up to half a year before the meter was hung; to
/// the end of the month.
fn verification_end(hung_on: Date, dice: &mut Dice) -> Date {
    const VALID_MONTHS: i64 = 8 * 12;
    let on_stock = i64::from(dice.between(0, 6));
    hung_on.saturating_add((VALID_MONTHS - on_stock).months()).last_of_month()
}

/// What had run through the meter before the history begins.
fn passed_before(connection: &InventedConnection, days: &ReadingDays) -> u32 {
    if connection.first_period() > 0 {
        return connection.meter.installed_value;
    }
    let periods = connection.readings.len().max(1);
    let usual: u32 = connection.readings.iter().map(|reading| reading.usage_m3).sum();
    let days_hung = days.start_of(0).since(connection.meter.hung_on).map_or(0, |s| s.get_days());
    let periods_hung = days_hung.unsigned_abs() / 61;
    u32::try_from(periods).map_or(0, |periods| usual / periods) * periods_hung
}

fn agreements(
    premises: Premises,
    spans: &[Span],
    index: usize,
    dice: &mut Dice,
) -> Vec<InventedAgreement> {
    /// Room for the users of one connection in the customers' numbers.
    const USERS_MAX: usize = 4;
    let spans = if premises == Premises::MasterMeter { &[] } else { spans };
    spans
        .iter()
        .enumerate()
        .map(|(place, span)| InventedAgreement {
            customer: people::customer(premises, index * USERS_MAX + place, dice),
            starts_on: span.starts_on,
            ends_before: span.ends_before,
            use_class: premises.use_class(),
            payment_method: people::payment_method(dice),
        })
        .collect()
}
