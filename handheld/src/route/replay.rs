//! Playing the log (記録の再生): every event that is stored changes the route in one place, here, so
//! that a restart finds everything as it was.

use shared::metering::ReceiptVoidReason;
use shared::wire::{CashReceiptV1, Event, EventV1, LogEntry, NoReadV1, PaperV1, ReadingV1, SlipV1};
use uuid::Uuid;

use super::{Outcome, Paper, Receipt, Route};

impl Route {
    /// Plays the log from its start.
    pub fn replay(&mut self, entries: &[LogEntry]) {
        let mut is_on_board = false;
        for entry in entries {
            let Event::V1(event) = &entry.event;
            if let EventV1::PackageReceived { package } = event {
                is_on_board = *package == self.package;
            }
            // Papers do not say which route they belong to; cash counts for all of them.
            let is_paper = matches!(event, EventV1::PaperPrinted(_) | EventV1::PaperVoided(_));
            if is_on_board || !is_paper {
                self.note(event);
            }
        }
    }

    /// Notes an event that is stored. What belongs to another route changes nothing but the cash.
    pub fn note(&mut self, event: &EventV1) {
        match event {
            EventV1::Reading(reading) => {
                if let Some(place) = self.place_of(reading.package, reading.connection) {
                    self.note_reading(place, reading.clone());
                }
            }
            EventV1::NoRead(no_read) => {
                if let Some(place) = self.place_of(no_read.package, no_read.connection) {
                    self.note_no_read(place, no_read);
                }
            }
            EventV1::SlipPrinted(slip) => self.note_slip(slip, false),
            EventV1::SlipVoided(slip) => self.note_slip(slip, true),
            EventV1::PaperPrinted(paper) => self.note_paper(paper, false),
            EventV1::PaperVoided(paper) => self.note_paper(paper, true),
            EventV1::CashTaken(taken) => self.note_cash(taken),
            EventV1::CashVoided(void) => {
                let mut receipts = self.receipts.iter_mut();
                if let Some(receipt) = receipts.find(|r| r.taken.id == void.receipt) {
                    let reason = ReceiptVoidReason::from_code(void.reason);
                    receipt.voided = Some(reason.unwrap_or(ReceiptVoidReason::Misprinted));
                }
            }
            EventV1::DaySigned(signed) if signed.package == self.package => {
                self.signed = Some(signed.clone());
            }
            _ => self.note_field_work(event),
        }
    }

    fn note_field_work(&mut self, event: &EventV1) {
        let (package, connection, id) = match event {
            EventV1::MeterExchanged(done) => (done.package, done.connection, done.id),
            EventV1::ServiceStarted(done) => (done.package, done.connection, done.id),
            EventV1::ServiceStopped(done) => (done.package, done.connection, done.id),
            EventV1::SuspensionStepDone(done) => (done.package, done.connection, done.id),
            EventV1::PhotoTaken(photo) => (photo.package, photo.connection, photo.id),
            EventV1::Noted(note) => match note.connection {
                Some(connection) => (note.package, connection, note.id),
                None if note.package == self.package => {
                    self.notes.push(note.clone());
                    return;
                }
                None => return,
            },
            _ => return,
        };
        let Some(place) = self.place_of(package, connection) else { return };
        self.places_of_events.insert(id, place);
        let stop = &mut self.stops[place];
        match event {
            EventV1::MeterExchanged(done) => stop.work.exchange = Some(done.clone()),
            EventV1::ServiceStarted(done) => {
                stop.outcome = Outcome::Started(Box::new(done.clone()));
            }
            EventV1::ServiceStopped(done) => {
                stop.outcome = Outcome::Stopped(Box::new(done.clone()));
            }
            EventV1::SuspensionStepDone(done) => stop.work.suspension.push(done.clone()),
            EventV1::PhotoTaken(photo) => stop.work.photos.push(photo.clone()),
            EventV1::Noted(note) => stop.work.notes.push(note.clone()),
            _ => {}
        }
        if matches!(event, EventV1::ServiceStarted(_) | EventV1::ServiceStopped(_)) {
            self.last_done = Some(place);
        }
    }

    /// Notes a reading that is stored. It takes the place of an earlier one.
    pub fn note_reading(&mut self, place: usize, reading: ReadingV1) {
        self.places_of_events.insert(reading.id, place);
        let corrects = match &self.stops[place].outcome {
            Outcome::Read { printed, corrects, .. } => printed.clone().or(corrects.clone()),
            _ => None,
        };
        let reading = Box::new(reading);
        self.stops[place].outcome = Outcome::Read { reading, printed: None, corrects };
        self.last_read = Some(place);
        self.last_done = Some(place);
    }

    /// Notes a no-read that is stored. A reading that is there already is not undone by it.
    pub fn note_no_read(&mut self, place: usize, no_read: &NoReadV1) {
        let stop = &mut self.stops[place];
        if matches!(stop.outcome, Outcome::Open | Outcome::NotRead(_)) {
            stop.outcome = Outcome::NotRead(Box::new(no_read.clone()));
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

    fn note_slip(&mut self, slip: &SlipV1, is_void: bool) {
        let Some(place) = self.places_of_events.get(&slip.reading).copied() else { return };
        self.papers.push(Paper {
            number: slip.slip_number.clone(),
            kind: None,
            place: Some(place),
            amount_yen: slip.amount_yen,
            is_void,
        });
        if !is_void {
            self.note_printed(place, slip);
        }
    }

    fn note_paper(&mut self, paper: &PaperV1, is_void: bool) {
        if !is_void && let Some(subject) = paper.subject {
            let mut receipts = self.receipts.iter_mut();
            if let Some(receipt) = receipts.find(|receipt| receipt.taken.id == subject) {
                receipt.is_printed = true;
            }
        }
        self.papers.push(Paper {
            number: paper.paper_number.clone(),
            kind: Some(paper.kind),
            place: self.places.get(&paper.connection).copied(),
            amount_yen: paper.amount_yen,
            is_void,
        });
    }

    fn note_cash(&mut self, taken: &CashReceiptV1) {
        self.receipts.push(Receipt { taken: taken.clone(), voided: None, is_printed: false });
    }

    fn place_of(&self, package: Uuid, connection: i64) -> Option<usize> {
        if package == self.package { self.places.get(&connection).copied() } else { None }
    }
}
