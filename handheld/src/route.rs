//! The route on board (検針順路): the work package as the screens need it, and what became of each
//! connection so far.

use std::collections::HashMap;

use jiff::civil::Date;
use shared::billing::{
    Charge, ChargeError, ChargeInput, Claim, Rated, Supply, Tariff, TariffFault, TariffFile,
    put_bill_tax, rate,
};
use shared::calendar::{YearMonth, from_unix_days, to_unix_days};
use shared::connection::{MeterSize, PaymentMethod, UsageClass};
use shared::ids::ConnectionNumber;
use shared::metering::{History, NoReadReason, RegisterReading};
use shared::quantity::CubicMeters;
use shared::wire::{
    Event, EventV1, LogEntry, NoReadV1, PlannedConnectionV1, ReaderV1, ReadingV1, SlipV1, TariffV1,
    UseClassV1, UtilityV1, WorkPackage, WorkPackageV1,
};
use uuid::Uuid;

/// A route with everything parsed once.
pub struct Route {
    /// The package that it came in.
    pub package: Uuid,
    /// The day it was meant for.
    pub business_date: Date,
    /// Who issues the notices.
    pub utility: UtilityV1,
    /// 検針年月.
    pub period: YearMonth,
    /// Months that are billed.
    pub months: u8,
    /// Number and name.
    pub title: String,
    /// Who may log in.
    pub readers: Vec<ReaderV1>,
    /// In walking order.
    pub stops: Vec<Stop>,
    /// Place of the reading that was stored last.
    pub last_read: Option<usize>,
    /// Place that was done last, read or not.
    last_done: Option<usize>,
    schedules: Vec<Schedules>,
    /// What the utility calls its use classes.
    use_class_names: Vec<(UsageClass, String)>,
}

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
    /// What was done here.
    pub outcome: Outcome,
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
    NotRead(NoReadReason),
}

/// Why a package cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// A tariff file is faulty.
    #[error("a tariff of the package cannot be read, {} faults", .0.len())]
    Tariff(Vec<TariffFault>),
    /// A field holds what no connection, meter or day has.
    #[error("the package holds an impossible {0}")]
    Field(&'static str),
}

impl Route {
    /// Parses a package.
    pub fn open(package: WorkPackage) -> Result<Route, RouteError> {
        let WorkPackage::V1(package) = package;
        let WorkPackageV1 {
            id,
            utility,
            round,
            route,
            readers,
            tariffs,
            use_classes,
            connections,
            ..
        } = package;
        let stops: Result<Vec<Stop>, RouteError> = connections.into_iter().map(stop).collect();
        Ok(Route {
            package: id,
            business_date: day(package.business_date_unix_days)?,
            utility,
            period: YearMonth::new(round.year, round.month)
                .map_err(|_| RouteError::Field("month"))?,
            months: round.months,
            title: format!("{} {}", route.number, route.name),
            readers,
            stops: stops?,
            last_read: None,
            last_done: None,
            schedules: Schedules::of(&tariffs)?,
            use_class_names: use_classes.into_iter().map(named).collect::<Result<_, _>>()?,
        })
    }

    /// Plays the log's events of this package, so that a restart finds everything as it was.
    pub fn replay(&mut self, entries: &[LogEntry]) {
        let places: HashMap<i64, usize> =
            self.stops.iter().enumerate().map(|(i, s)| (s.planned.connection, i)).collect();
        let mut readings: HashMap<Uuid, usize> = HashMap::new();
        for entry in entries {
            let Event::V1(event) = &entry.event;
            match event {
                EventV1::Reading(reading) if reading.package == self.package => {
                    if let Some(place) = places.get(&reading.connection) {
                        readings.insert(reading.id, *place);
                        self.note_reading(*place, reading.clone());
                    }
                }
                EventV1::NoRead(no_read) if no_read.package == self.package => {
                    if let Some(place) = places.get(&no_read.connection) {
                        self.note_no_read(*place, no_read);
                    }
                }
                EventV1::SlipPrinted(slip) => {
                    if let Some(place) = readings.get(&slip.reading) {
                        self.note_printed(*place, slip);
                    }
                }
                _ => {}
            }
        }
    }

    /// Notes a reading that is stored. It takes the place of an earlier one.
    pub fn note_reading(&mut self, place: usize, reading: ReadingV1) {
        let corrects = match &self.stops[place].outcome {
            Outcome::Read { printed, corrects, .. } => printed.clone().or(corrects.clone()),
            Outcome::Open | Outcome::NotRead(_) => None,
        };
        let reading = Box::new(reading);
        self.stops[place].outcome = Outcome::Read { reading, printed: None, corrects };
        self.last_read = Some(place);
        self.last_done = Some(place);
    }

    /// Notes a no-read that is stored. A reading that is there already is not undone by it.
    pub fn note_no_read(&mut self, place: usize, no_read: &NoReadV1) {
        let stop = &mut self.stops[place];
        if let (Some(reason), Outcome::Open | Outcome::NotRead(_)) =
            (NoReadReason::from_code(no_read.reason), &stop.outcome)
        {
            stop.outcome = Outcome::NotRead(reason);
            self.last_done = Some(place);
        }
    }

    /// Notes a slip that came out whole.
    pub fn note_printed(&mut self, place: usize, slip: &SlipV1) {
        if let Outcome::Read { reading, printed, .. } = &mut self.stops[place].outcome
            && reading.id == slip.reading
        {
            *printed = Some(slip.slip_number.clone());
        }
    }

    /// Connections done and planned.
    pub fn progress(&self) -> (usize, usize) {
        let done = self.stops.iter().filter(|stop| stop.outcome != Outcome::Open).count();
        (done, self.stops.len())
    }

    /// The next open connection behind `place`, from the start again at the end.
    pub fn next_open(&self, place: usize) -> Option<usize> {
        let count = self.stops.len();
        (1..=count)
            .map(|step| (place + step) % count)
            .find(|candidate| self.stops[*candidate].outcome == Outcome::Open)
    }

    /// Where the reader goes on after a pause: behind what was done last.
    pub fn resume_at(&self) -> usize {
        let before = self.last_done.or(self.stops.len().checked_sub(1)).unwrap_or(0);
        if self.stops.is_empty() { 0 } else { self.next_open(before).unwrap_or(0) }
    }

    /// What the utility calls a use class.
    pub fn name_of<'r>(&'r self, class: &'r UsageClass) -> &'r str {
        let named = self.use_class_names.iter().find(|(known, _)| known == class);
        named.map_or_else(|| class.japanese(), |(_, name)| name)
    }

    /// The charges of a volume at a connection, water first; two of a claim where the period is
    /// split by days. Nothing where service is stopped.
    pub fn charges(
        &self,
        stop: &Stop,
        usage: CubicMeters,
        read_on: Date,
    ) -> Result<Vec<Charge>, ChargeError> {
        if !stop.planned.in_service {
            return Ok(Vec::new());
        }
        let asked = ChargeInput {
            dwellings: stop.planned.dwellings,
            ..ChargeInput::new(stop.size, stop.use_class, usage, self.months)
        };
        let supply = stop.supply(read_on);
        let mut claims: Vec<(&[Tariff], Rated)> = Vec::with_capacity(2);
        for claim in Claim::ALL {
            let authority = match claim {
                Claim::Sewerage if !stop.planned.sewerage => continue,
                Claim::Sewerage => stop.planned.sewerage_authority.as_str(),
                Claim::Water => "",
            };
            let schedules = self.schedules.iter().find(|schedules| schedules.are(claim, authority));
            let versions = schedules.ok_or(ChargeError::NoTariff)?.versions.as_slice();
            claims.push((versions, rate(versions, &asked, &supply)?));
        }
        let mut of_bill: Vec<_> = claims.iter_mut().map(|(of, rated)| (*of, rated)).collect();
        put_bill_tax(&mut of_bill)?;
        let parts = claims.iter().flat_map(|(versions, rated)| {
            rated.earlier.iter().chain([&rated.part]).map(|part| part.charge(versions))
        });
        parts.collect()
    }
}

/// The versions of one claim's tariff, by their first day.
struct Schedules {
    versions: Vec<Tariff>,
}

impl Schedules {
    /// Whether they are a claim's, of an authority (empty: the utility's own).
    fn are(&self, claim: Claim, authority: &str) -> bool {
        self.versions.iter().all(|tariff| {
            tariff.claim == claim && tariff.authority.as_deref().unwrap_or_default() == authority
        })
    }

    fn of(files: &[TariffV1]) -> Result<Vec<Schedules>, RouteError> {
        let mut all: Vec<Schedules> = Vec::new();
        for file in files {
            let file = TariffFile::parse(&file.text).map_err(RouteError::Tariff)?;
            for tariff in file.tariffs {
                let authority = tariff.authority.clone().unwrap_or_default();
                match all.iter_mut().find(|known| known.are(tariff.claim, &authority)) {
                    Some(known) => known.versions.push(tariff),
                    None => all.push(Schedules { versions: vec![tariff] }),
                }
            }
        }
        for schedules in &mut all {
            schedules.versions.sort_by_key(|tariff| tariff.valid_from);
        }
        Ok(all)
    }
}

impl Stop {
    /// From the last reading, or the start of service after it, to the reading of that day.
    pub fn supply(&self, read_on: Date) -> Supply {
        let started_on = self.planned.in_service_since_unix_days.and_then(from_unix_days);
        let from = started_on.map_or(self.previous_read_on, |day| day.max(self.previous_read_on));
        Supply { from: from.min(read_on), to: read_on, started_on }
    }

    /// What screening compares with, for a reading on that day.
    pub fn history(&self, read_on: Date) -> History {
        self.planned
            .history(to_unix_days(read_on))
            .expect("the previous register was checked when the package was opened")
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

fn stop(planned: PlannedConnectionV1) -> Result<Stop, RouteError> {
    Ok(Stop {
        number: ConnectionNumber::parse(&planned.connection_number)
            .map_err(|_| RouteError::Field("connection number"))?,
        size: MeterSize::new(planned.meter_size_mm).map_err(|_| RouteError::Field("meter size"))?,
        use_class: UsageClass::from_key(&planned.use_class)
            .ok_or(RouteError::Field("use class"))?,
        payment_method: PaymentMethod::from_code(planned.payment_method)
            .ok_or(RouteError::Field("payment method"))?,
        previous: RegisterReading::new(planned.previous_value, planned.dial_digits)
            .map_err(|_| RouteError::Field("previous reading"))?,
        previous_read_on: day(planned.previous_read_on_unix_days)?,
        outcome: Outcome::Open,
        planned,
    })
}

fn named(class: UseClassV1) -> Result<(UsageClass, String), RouteError> {
    let key = UsageClass::from_key(&class.key).ok_or(RouteError::Field("use class"))?;
    Ok((key, class.name))
}

fn day(unix_days: i32) -> Result<Date, RouteError> {
    from_unix_days(unix_days).ok_or(RouteError::Field("day"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_class_goes_by_the_name_that_came_with_it() {
        let WorkPackage::V1(mut package) = crate::bench::package(2);
        package.connections[0].use_class = "hot_spring".into();
        package.use_classes.push(UseClassV1 { key: "hot_spring".into(), name: "温泉用".into() });
        let route = Route::open(WorkPackage::V1(package.clone())).unwrap();
        let names: Vec<&str> =
            route.stops.iter().map(|stop| route.name_of(&stop.use_class)).collect();
        assert_eq!(names, ["温泉用", "一般用"]);
        assert_eq!(route.name_of(&UsageClass::POOL), "プール用");

        package.connections[1].use_class = "Hot Spring".into();
        let refused = Route::open(WorkPackage::V1(package)).err();
        assert!(matches!(refused, Some(RouteError::Field("use class"))));
    }
}
