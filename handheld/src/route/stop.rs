//! A connection on the route (水栓) and what became of it.

use jiff::civil::Date;
use shared::billing::{ChargeTerms, Supply};
use shared::calendar::{from_unix_days, to_unix_days};
use shared::connection::{MeterSize, PaymentMethod, UsageClass};
use shared::ids::ConnectionNumber;
use shared::metering::{
    BackwardsReason, Finding, History, PeriodBasis, PeriodVolume, RegisterReading, SuspensionStep,
    proposed_estimate,
};
use shared::quantity::CubicMeters;
use shared::wire::{NoReadV1, PlannedConnectionV1, ReadingV1, ServiceStartV1, ServiceStopV1};

use super::{FieldWork, RouteError, day};

/// A connection on the route and what became of it.
pub struct Stop {
    /// As it came.
    pub planned: PlannedConnectionV1,
    /// 水栓番号.
    pub number: ConnectionNumber,
    /// 口径.
    pub size: MeterSize,
    /// 用途.
    pub use_class: UsageClass,
    /// 支払方法.
    pub payment_method: PaymentMethod,
    /// Dials of the reading before.
    pub previous: RegisterReading,
    /// Day of the reading before.
    pub previous_read_on: Date,
    /// What the charge depends on besides the reading.
    pub terms: ChargeTerms,
    /// What was done here.
    pub outcome: Outcome,
    /// What was done here besides.
    pub work: FieldWork,
}

/// What was done at a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing yet (未検針).
    Open,
    /// Read (検針済み), with the last slip that came out whole, and whether a slip went wrong.
    Read {
        /// The reading as stored.
        reading: Box<ReadingV1>,
        /// Number of the last printed slip.
        printed: Option<String>,
        /// Number of the last slip of an earlier reading that this one corrects.
        corrects: Option<String>,
    },
    /// Not read (検針不能).
    NotRead(Box<NoReadV1>),
    /// A new user's water was turned on (開栓).
    Started(Box<ServiceStartV1>),
    /// The user has left (中止精算).
    Stopped(Box<ServiceStopV1>),
}

impl Outcome {
    /// Whether the reader comes again on this round.
    pub fn comes_again(&self) -> bool {
        matches!(self, Outcome::NotRead(no_read) if no_read.comes_again)
    }

    /// Whether the dials were read for whatever reason.
    pub fn has_dials(&self) -> bool {
        matches!(self, Outcome::Read { .. } | Outcome::Started(_) | Outcome::Stopped(_))
    }
}

/// The stop tap as it stands now (止水栓).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tap {
    /// Water runs.
    Open,
    /// Nobody is supplied (中止).
    Closed,
    /// Cut for arrears (停水).
    Suspended,
}

impl Stop {
    pub(super) fn open(planned: PlannedConnectionV1) -> Result<Stop, RouteError> {
        Ok(Stop {
            number: ConnectionNumber::parse(&planned.connection_number)
                .map_err(|_| RouteError::Field("connection number"))?,
            size: MeterSize::new(planned.meter_size_mm)
                .map_err(|_| RouteError::Field("meter size"))?,
            use_class: UsageClass::from_key(&planned.use_class)
                .ok_or(RouteError::Field("use class"))?,
            payment_method: PaymentMethod::from_code(planned.payment_method)
                .ok_or(RouteError::Field("payment method"))?,
            previous: RegisterReading::new(planned.previous_value, planned.dial_digits)
                .map_err(|_| RouteError::Field("previous reading"))?,
            previous_read_on: day(planned.previous_read_on_unix_days)?,
            terms: planned.terms.terms().ok_or(RouteError::Field("term of a charge"))?,
            outcome: Outcome::Open,
            work: FieldWork::default(),
            planned,
        })
    }

    /// From the last reading, or the start of service after it, to the reading of that day.
    pub fn supply(&self, read_on: Date) -> Supply {
        let started_on = self.planned.in_service_since_unix_days.and_then(from_unix_days);
        let from = started_on.map_or(self.previous_read_on, |day| day.max(self.previous_read_on));
        Supply { from: from.min(read_on), to: read_on, started_on }
    }

    /// What screening compares with, for a reading on that day.
    pub fn history(&self, read_on: Date) -> History {
        let history = self
            .planned
            .history(to_unix_days(read_on))
            .expect("the previous register was checked when the package was opened");
        let is_open = self.tap() == Tap::Open || self.planned.is_master();
        History { in_service: history.in_service && is_open, ..history }
    }

    /// What a present reading is measured from; after an exchange the new meter, with what the old
    /// one had counted (R-H2).
    pub fn basis(&self) -> PeriodBasis {
        let removed = CubicMeters(self.planned.on_site.removed_meter_m3);
        let estimated = CubicMeters(self.planned.on_site.estimated_m3);
        let before = PeriodBasis { previous: self.previous, removed_meter: removed, estimated };
        let Some(exchange) = &self.work.exchange else { return before };
        let installed = RegisterReading::new(exchange.installed_value, exchange.installed_digits);
        let last = RegisterReading::new(exchange.removed_value, self.planned.dial_digits);
        let (Ok(installed), Ok(last)) = (installed, last) else { return before };
        let old = self.previous.usage_after_exchange(last, removed).volume();
        PeriodBasis { previous: installed, removed_meter: old.unwrap_or(removed), estimated }
    }

    /// The volume up to a reading; with a reason where the dials stand lower than before.
    pub fn volume(
        &self,
        register: RegisterReading,
        reason: Option<BackwardsReason>,
    ) -> PeriodVolume {
        let basis = self.basis();
        match reason {
            Some(reason) => basis.until_explained(register, reason),
            None => basis.until(register),
        }
    }

    /// The volume that the terminal proposes to certify where nothing can be read (認定).
    pub fn estimate(&self, visited_on: Date) -> Option<CubicMeters> {
        let past: Vec<(i32, CubicMeters)> = self
            .planned
            .past_usage
            .iter()
            .map(|past| (past.read_on_unix_days, CubicMeters(past.usage_m3)))
            .collect();
        proposed_estimate(visited_on, &past)
    }

    /// Digits of the register that hangs there now.
    pub fn dial_digits(&self) -> u8 {
        self.work.exchange.as_ref().map_or(self.planned.dial_digits, |e| e.installed_digits)
    }

    /// Number on the meter that hangs there now.
    pub fn meter_number(&self) -> &str {
        let exchange = self.work.exchange.as_ref();
        exchange.map_or(self.planned.meter_number.as_str(), |e| e.installed_number.as_str())
    }

    /// Size of the meter that hangs there now.
    pub fn meter_size(&self) -> MeterSize {
        let exchange = self.work.exchange.as_ref();
        let installed = exchange.and_then(|e| MeterSize::new(e.installed_size_mm).ok());
        installed.unwrap_or(self.size)
    }

    /// Whether a meter of another size was put in today.
    pub fn is_resized(&self) -> bool {
        self.work.exchange.as_ref().is_some_and(|e| e.installed_size_mm != self.size.mm())
    }

    /// Whether `basis` begins with the first dials of a meter put in since the last reading.
    pub fn is_new_meter(&self) -> bool {
        self.planned.on_site.is_new_meter || self.work.exchange.is_some()
    }

    /// Whether a usage notice belongs to what is stored: not where nobody is supplied, and not where
    /// the office has to find the volume first.
    pub fn has_slip(&self) -> bool {
        let Outcome::Read { reading, .. } = &self.outcome else { return false };
        self.planned.in_service && !reading.findings.contains(&Finding::WentBackwards.code())
    }

    /// The tap, after what was done today.
    pub fn tap(&self) -> Tap {
        let step = self.work.suspension.iter().rev();
        let mut step = step.filter_map(|done| SuspensionStep::from_code(done.step));
        match step.find(|step| matches!(step, SuspensionStep::Cut | SuspensionStep::Released)) {
            Some(SuspensionStep::Cut) => return Tap::Suspended,
            Some(_) => return Tap::Open,
            None => {}
        }
        match (&self.outcome, self.planned.on_site.tap) {
            (Outcome::Started(_), _) => Tap::Open,
            (Outcome::Stopped(stop), _) if stop.was_closed => Tap::Closed,
            (_, 3) => Tap::Suspended,
            (_, 2) => Tap::Closed,
            _ if self.planned.in_service => Tap::Open,
            _ => Tap::Closed,
        }
    }

    /// Town, house, building and room.
    pub fn place(&self) -> String {
        if self.planned.building.is_empty() {
            self.planned.address.clone()
        } else {
            format!("{} {}", self.planned.address, self.planned.building)
        }
    }

    /// Name of the user, or what stands for it.
    pub fn user(&self) -> &str {
        if self.planned.customer_name.is_empty() {
            "（使用者なし）"
        } else {
            &self.planned.customer_name
        }
    }
}
