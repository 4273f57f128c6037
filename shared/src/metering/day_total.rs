//! The day's total (日計): what one terminal did on one day of a route, from its log alone.
//!
//! The terminal shows it and the reader signs it; the office computes it again from the entries
//! that arrived, by this very function, so that the two can only differ by entries that are missing.
//! What came later than the day changes nothing, so that an old day can be computed at any time.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::Finding;
use crate::calendar::unix_day_in_japan;
use crate::wire::{
    CashReceiptV1, DaySignedV1, Event, EventV1, LogEntry, NoReadV1, ReadingV1, ServiceStopV1,
};

/// What one terminal did on one day of a route.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayTotal {
    /// Connections that were still to be done when the day began: read, not read and open.
    pub planned: u32,
    /// Read for whatever reason; starts and stops among them.
    pub read: u32,
    /// Could not be read.
    pub not_read: u32,
    /// Of these, the reader comes again (再訪問).
    pub revisits: u32,
    /// Of these, a volume is proposed (認定).
    pub estimated: u32,
    /// Neither, at the end of the day; in the order of the route.
    pub open: Vec<i64>,
    /// Readings that took the place of one stored before.
    pub corrected: u32,
    /// Sum of the volumes in m³.
    pub usage_m3: u64,
    /// Sum of the amounts shown.
    pub amount_yen: i64,
    /// Readings and stops whose amount is left to the office.
    pub without_amount: u32,
    /// Not read, by the code of the reason.
    pub by_reason: BTreeMap<u8, u32>,
    /// Read, by the code of each remark.
    pub by_remark: BTreeMap<u8, u32>,
    /// Read, by the code of each finding.
    pub by_finding: BTreeMap<u8, u32>,
    /// Slips and papers that came out whole.
    pub printed: u32,
    /// Slips and papers that did not.
    pub voided: u32,
    /// Meters exchanged (メーター交換).
    pub exchanges: u32,
    /// 開栓.
    pub starts: u32,
    /// 中止.
    pub stops: u32,
    /// Steps of suspensions (給水停止).
    pub suspension_steps: u32,
    /// Notes to the office (連絡).
    pub notes: u32,
    /// Photos.
    pub photos: u32,
    /// Receipts that count.
    pub receipts: u32,
    /// Receipts that count for nothing.
    pub voided_receipts: u32,
    /// Cash taken and not given back.
    pub cash_yen: i64,
}

impl DayTotal {
    /// Of a log, for the connections of a package in the order of the route.
    pub fn of(log: &[LogEntry], package: Uuid, planned: &[i64], day_unix_days: i32) -> DayTotal {
        let mut tally = Tally::new(package, day_unix_days);
        for entry in log {
            let Event::V1(event) = &entry.event;
            tally.take(event, unix_day_in_japan(entry.recorded_at_unix_seconds));
        }
        tally.total(planned)
    }

    /// As it goes into the log when a reader signs it.
    pub fn signed(&self, package: Uuid, day_unix_days: i32, reader: &str) -> DaySignedV1 {
        let open = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        DaySignedV1 {
            package,
            day_unix_days,
            counts: [self.planned, self.read, self.not_read, open],
            usage_m3: self.usage_m3,
            amount_yen: self.amount_yen,
            papers: [self.printed, self.voided],
            works: [
                self.exchanges,
                self.starts,
                self.stops,
                self.suspension_steps,
                self.notes,
                self.photos,
            ],
            receipts: [self.receipts, self.voided_receipts],
            cash_yen: self.cash_yen,
            reader: reader.to_owned(),
        }
    }

    /// Findings that mean a leak (漏水の疑い).
    pub fn leaks(&self) -> u32 {
        self.by_finding.get(&Finding::LeakSuspected.code()).copied().unwrap_or(0)
    }

    fn add(&mut self, usage_m3: u32, amounts: [Option<i64>; 2]) {
        self.usage_m3 += u64::from(usage_m3);
        self.amount_yen += amounts.into_iter().flatten().sum::<i64>();
        self.without_amount += u32::from(amounts[0].is_none());
    }
}

/// What became of a connection last.
enum Last<'l> {
    Read(&'l ReadingV1),
    NotRead(&'l NoReadV1),
    Started(i32),
    Stopped(&'l ServiceStopV1),
}

impl Last<'_> {
    fn day(&self) -> i32 {
        match self {
            Last::Read(reading) => reading.read_on_unix_days,
            Last::NotRead(no_read) => no_read.visited_on_unix_days,
            Last::Started(day) => *day,
            Last::Stopped(stop) => stop.stopped_on_unix_days,
        }
    }

    fn has_dials(&self) -> bool {
        !matches!(self, Last::NotRead(_))
    }
}

struct Tally<'l> {
    package: Uuid,
    day: i32,
    /// Papers do not say which route they belong to; the place in the log does.
    is_on_board: bool,
    last: BTreeMap<i64, Last<'l>>,
    receipts: Vec<&'l CashReceiptV1>,
    voided: BTreeSet<Uuid>,
    total: DayTotal,
}

impl<'l> Tally<'l> {
    fn new(package: Uuid, day: i32) -> Tally<'l> {
        let (last, receipts, voided) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
        let total = DayTotal::default();
        Tally { package, day, is_on_board: false, last, receipts, voided, total }
    }

    /// One where it happened on the day, on this route.
    fn now(&self, package: Uuid, day: i32) -> u32 {
        u32::from(package == self.package && day == self.day)
    }

    fn take(&mut self, event: &'l EventV1, recorded_on: i32) {
        match event {
            EventV1::PackageReceived { package } => self.is_on_board = *package == self.package,
            EventV1::Reading(reading) if reading.package == self.package => {
                let is_again = matches!(self.last.get(&reading.connection), Some(Last::Read(_)));
                let is_today = reading.read_on_unix_days == self.day;
                self.total.corrected += u32::from(is_again && is_today);
                self.settle(reading.connection, Last::Read(reading));
            }
            EventV1::NoRead(no_read) if no_read.package == self.package => {
                let before = self.last.get(&no_read.connection);
                if !before.is_some_and(Last::has_dials) {
                    self.settle(no_read.connection, Last::NotRead(no_read));
                }
            }
            EventV1::ServiceStarted(start) if start.package == self.package => {
                self.total.starts += self.now(start.package, start.started_on_unix_days);
                self.settle(start.connection, Last::Started(start.started_on_unix_days));
            }
            EventV1::ServiceStopped(stop) if stop.package == self.package => {
                self.total.stops += self.now(stop.package, stop.stopped_on_unix_days);
                self.settle(stop.connection, Last::Stopped(stop));
            }
            _ => self.take_besides(event, recorded_on),
        }
    }

    fn settle(&mut self, connection: i64, last: Last<'l>) {
        if last.day() <= self.day {
            self.last.insert(connection, last);
        }
    }

    fn take_besides(&mut self, event: &'l EventV1, recorded_on: i32) {
        let is_now = u32::from(self.is_on_board && recorded_on == self.day);
        match event {
            EventV1::SlipPrinted(_) | EventV1::PaperPrinted(_) => self.total.printed += is_now,
            EventV1::SlipVoided(_) | EventV1::PaperVoided(_) => self.total.voided += is_now,
            EventV1::MeterExchanged(done) => {
                self.total.exchanges += self.now(done.package, done.exchanged_on_unix_days);
            }
            EventV1::SuspensionStepDone(step) => {
                let day = unix_day_in_japan(step.done_at_unix_seconds);
                self.total.suspension_steps += self.now(step.package, day);
            }
            EventV1::Noted(note) => {
                self.total.notes += self.now(note.package, note.noted_on_unix_days);
            }
            EventV1::PhotoTaken(photo) => {
                self.total.photos += self.now(photo.package, photo.taken_on_unix_days);
            }
            EventV1::CashTaken(taken) if self.now(taken.package, taken.taken_on_unix_days) > 0 => {
                self.receipts.push(taken);
            }
            EventV1::CashVoided(void) if recorded_on <= self.day => {
                self.voided.insert(void.receipt);
            }
            _ => {}
        }
    }

    fn total(mut self, planned: &[i64]) -> DayTotal {
        let mut total = std::mem::take(&mut self.total);
        for connection in planned {
            match self.last.get(connection) {
                Some(last) if last.day() == self.day => total.count(last),
                Some(Last::NotRead(no_read)) if no_read.comes_again => total.open.push(*connection),
                Some(_) => {}
                None => total.open.push(*connection),
            }
        }
        let open = u32::try_from(total.open.len()).unwrap_or(u32::MAX);
        total.planned = total.read + total.not_read + open;
        for receipt in self.receipts {
            if self.voided.contains(&receipt.id) {
                total.voided_receipts += 1;
            } else {
                total.receipts += 1;
                total.cash_yen += receipt.amount_yen;
            }
        }
        total
    }
}

impl DayTotal {
    fn count(&mut self, last: &Last) {
        match last {
            Last::NotRead(no_read) => {
                self.not_read += 1;
                self.revisits += u32::from(no_read.comes_again);
                self.estimated += u32::from(no_read.estimate_m3.is_some());
                *self.by_reason.entry(no_read.reason).or_default() += 1;
            }
            Last::Read(reading) => {
                self.read += 1;
                self.add(reading.usage_m3, [reading.water_yen, reading.sewerage_yen]);
                tell(&mut self.by_finding, &reading.findings);
                tell(&mut self.by_remark, &reading.visit.remarks);
            }
            Last::Stopped(stop) => {
                self.read += 1;
                self.add(stop.usage_m3, [stop.water_yen, stop.sewerage_yen]);
                tell(&mut self.by_finding, &stop.findings);
                tell(&mut self.by_remark, &stop.visit.remarks);
            }
            Last::Started(_) => self.read += 1,
        }
    }
}

fn tell(counts: &mut BTreeMap<u8, u32>, codes: &[u8]) {
    for code in codes {
        *counts.entry(*code).or_default() += 1;
    }
}

#[cfg(test)]
mod tests;
