//! The route on board (検針順路): the work package as the screens need it, and what became of each
//! connection so far.

mod charges;
mod field_work;
mod orders;
mod remarks;
mod replay;
mod search;
mod stop;

use std::collections::HashMap;

use jiff::civil::Date;
use shared::billing::TariffFault;
use shared::calendar::{YearMonth, from_unix_days};
use shared::connection::UsageClass;
use shared::metering::Remark;
use shared::wire::{
    DaySignedV1, NoteV1, ReaderV1, RouteWorkV1, UseClassV1, UtilityV1, WorkPackage, WorkPackageV1,
};
use uuid::Uuid;

use charges::Schedules;

pub use charges::Amounts;
pub use field_work::{FieldWork, Paper, Receipt};
pub use orders::Order;
pub use search::SearchIndex;
pub use stop::{Outcome, Stop, Tap};

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
    /// What the office asks to be done on the way.
    pub orders: Vec<Order>,
    /// The remark codes of the utility.
    pub remarks: Vec<Remark>,
    /// What else came with the route; its orders and remarks stand above.
    pub work: RouteWorkV1,
    /// Place of the reading that was stored last.
    pub last_read: Option<usize>,
    /// Notes about no connection of the route.
    pub notes: Vec<NoteV1>,
    /// Slips and papers that were sent to the printer for this route, in order.
    pub papers: Vec<Paper>,
    /// Every receipt of this terminal's log, of earlier routes too: they have one row of numbers.
    pub receipts: Vec<Receipt>,
    /// The day's end, as signed last.
    pub signed: Option<DaySignedV1>,
    /// Place that was done last, read or not.
    last_done: Option<usize>,
    /// Where the readings, exchanges and so on of this route were made, by their ids.
    places_of_events: HashMap<Uuid, usize>,
    /// Places by the key of the connection.
    places: HashMap<i64, usize>,
    schedules: Vec<Schedules>,
    /// What the utility calls its use classes.
    use_class_names: Vec<(UsageClass, String)>,
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
            mut work,
            ..
        } = package;
        let stops: Result<Vec<Stop>, RouteError> =
            connections.into_iter().map(Stop::open).collect();
        let stops = stops?;
        let places: HashMap<i64, usize> =
            stops.iter().enumerate().map(|(place, s)| (s.planned.connection, place)).collect();
        let orders = orders::open(std::mem::take(&mut work.orders), &places)?;
        let remarks = remarks::open(std::mem::take(&mut work.remarks));
        Ok(Route {
            package: id,
            business_date: day(package.business_date_unix_days)?,
            utility,
            period: YearMonth::new(round.year, round.month)
                .map_err(|_| RouteError::Field("month"))?,
            months: round.months,
            title: format!("{} {}", route.number, route.name),
            readers,
            stops,
            orders,
            remarks,
            work,
            last_read: None,
            notes: Vec::new(),
            papers: Vec::new(),
            receipts: Vec::new(),
            signed: None,
            last_done: None,
            places_of_events: HashMap::new(),
            places,
            schedules: Schedules::of(&tariffs)?,
            use_class_names: use_classes.into_iter().map(named).collect::<Result<_, _>>()?,
        })
    }

    /// Connections done and planned.
    pub fn progress(&self) -> (usize, usize) {
        let done = self.stops.iter().filter(|stop| stop.outcome != Outcome::Open).count();
        (done, self.stops.len())
    }

    /// Connections that the reader comes again to on this round (再訪問).
    pub fn revisits(&self) -> usize {
        self.stops.iter().filter(|stop| stop.outcome.comes_again()).count()
    }

    /// The next open connection behind `place`, from the start again at the end.
    pub fn next_open(&self, place: usize) -> Option<usize> {
        let count = self.stops.len();
        (1..=count)
            .map(|step| (place + step) % count)
            .find(|candidate| self.stops[*candidate].outcome == Outcome::Open)
    }

    /// The next open connection before `place`, from the end again at the start (逆順).
    pub fn previous_open(&self, place: usize) -> Option<usize> {
        let count = self.stops.len();
        (1..=count)
            .map(|step| (place + count - step) % count)
            .find(|candidate| self.stops[*candidate].outcome == Outcome::Open)
    }

    /// Where the reader goes on against the order of the route.
    pub fn resume_back_at(&self) -> usize {
        self.previous_open(self.last_done.unwrap_or(0)).unwrap_or(0)
    }

    /// The connection with this key.
    pub fn stop_of(&self, connection: i64) -> Option<&Stop> {
        self.places.get(&connection).map(|place| &self.stops[*place])
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

    /// The remark with this code.
    pub fn remark(&self, code: u8) -> Option<&Remark> {
        self.remarks.iter().find(|remark| remark.code == code)
    }
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
